"""Whether a value is what its annotations say, all the way down: what a parser lets through is trusted inside."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def assert_well_typed(value: object) -> None:
    assert is_dataclass(value)
    wrong = _wrong(value, type(value), type(value).__name__)
    assert wrong is None, wrong


def _wrong(value: object, hint: Any, place: str) -> str | None:
    """The first place that is not what it should be."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return None
    if origin in (Union, types.UnionType):
        return None if any(_wrong(value, each, place) is None for each in arguments) else place
    if origin is tuple:
        if not isinstance(value, tuple):
            return place
        hints = [arguments[0]] * len(value) if arguments[1:] == (...,) else arguments
        parts = [(each, part, f"{place}[{n}]") for n, (each, part) in enumerate(zip(value, hints, strict=True))]
    elif origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            return place
        parts = [(each, arguments[0], f"{place} (key)") for each in value]
        parts += [(each, arguments[1], f"{place} (value)") for each in value.values()]
    elif origin is frozenset:
        if not isinstance(value, frozenset):
            return place
        parts = [(each, arguments[0], f"{place} (element)") for each in value]
    elif is_dataclass(hint):
        if not isinstance(value, hint):  # type: ignore[arg-type]
            return place
        parts = [(getattr(value, name), part, f"{place}.{name}") for name, part in _hints(hint)]
    else:
        return None if _is(value, hint) else place
    return next((wrong for part in parts if (wrong := _wrong(*part))), None)


@cache
def _hints(kind: type) -> list[tuple[str, Any]]:
    hints = get_type_hints(kind)
    return [(each.name, hints[each.name]) for each in fields(kind)]


def _is(value: object, hint: type) -> bool:
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)
