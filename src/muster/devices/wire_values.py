"""Values as JSON and octets, by their types: what methods say they take and give is all that is needed to carry
them to a part of the program in a process of its own, a driver or whatever judges samples.

Carried are the plain types, times, enums, dataclasses of these, tuples, sequences and mappings, alternatives,
``Pixels`` and ``Code``. ``unpack`` takes nothing else: a value of another type or form is ``Garbled``.
"""

from __future__ import annotations

import math
import operator
import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from muster import errors
from muster.devices.frames import Pixels
from muster.devices.wire import Garbled, Piece
from muster.domain.assessment import Finding
from muster.errors import Code, MusterError

_UNIONS = (Union, types.UnionType)
_SEQUENCES = (Sequence, list)
_PLAIN: tuple[type, ...] = (str, int, float, bool, bytes, datetime, timedelta, types.NoneType, Code)
_MICROSECOND = timedelta(microseconds=1)
_CODE_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
_PLACEHOLDER = re.compile(r"\{([a-z_]{1,32})\}")
_LONGEST_SENTENCE = 400
_ERRORS = {
    name: each for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, MusterError)
}


def can_be_carried(hint: Any) -> bool:
    """Whether values of that type can cross; what a new capability is tested with."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint == Pixels or hint in _PLAIN:
        return True
    if origin is tuple or origin in _SEQUENCES or origin in _UNIONS:
        return all(can_be_carried(part) for part in parts if part is not ...)
    if origin is Mapping:
        return parts[0] is str and can_be_carried(parts[1])
    if not isinstance(hint, type):
        return False
    if is_dataclass(hint):
        return all(map(can_be_carried, _fields(hint)))
    return issubclass(hint, Enum)


def pack(value: Any, hint: Any, pieces: list[Piece]) -> Any:
    """``value``, which is a ``hint``, as JSON; its octets are appended to ``pieces``.

    Raises ``TypeError``, ``ValueError`` or ``AttributeError`` for one that is not.
    """
    origin, parts = get_origin(hint), get_args(hint)
    if hint == Pixels:
        return _pack_pixels(value, pieces)
    if origin in _UNIONS:
        which = next((number for number, part in enumerate(parts) if _is_a(value, part)), None)
        if which is None:
            raise TypeError(f"{type(value).__name__} is none of {hint}")
        return [which, pack(value, parts[which], pieces)]
    if origin is tuple and (len(parts) != 2 or parts[1] is not ...):
        return [pack(each, part, pieces) for each, part in zip(value, parts, strict=True)]
    if origin is tuple or origin in _SEQUENCES:
        return [pack(each, parts[0], pieces) for each in value]
    if origin is Mapping:
        return {str(name): pack(each, parts[1], pieces) for name, each in value.items()}
    if hint in _PLAIN:
        return _pack_plain(value, hint, pieces)
    if issubclass(hint, Enum):
        return hint(value).name
    return [
        pack(getattr(value, each.name), part, pieces)
        for each, part in zip(fields(hint), _fields(hint), strict=True)
    ]


def unpack(said: Any, hint: Any, pieces: Sequence[Piece]) -> Any:
    """What :func:`pack` packed. Raises ``Garbled``."""
    try:
        return _unpack(said, hint, pieces)
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise Garbled(f"no {getattr(hint, '__name__', hint)}") from error


def pack_error(error: MusterError) -> Any:
    detail = {name: value for name, value in error.detail.items() if isinstance(value, str | int | float)}
    return [type(error).__name__, error.code.name, error.code.sentence, detail]


def unpack_error(said: Any) -> MusterError:
    """One of our error tree, by its name. Raises ``Garbled``."""
    try:
        kind, name, sentence, detail = said
        code = _code(name, sentence)
        taken = {str(key): _plain_detail(value) for key, value in detail.items()}
        return _ERRORS[kind](code, **taken)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Garbled("no error") from error


def _unpack(said: Any, hint: Any, pieces: Sequence[Piece]) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if hint == Pixels:
        return _pixels(said, pieces)
    if origin in _UNIONS:
        which, inner = said
        if not 0 <= operator.index(which) < len(parts):
            raise ValueError("no such alternative")
        return _unpack(inner, parts[which], pieces)
    if origin is tuple or origin in _SEQUENCES:
        return _unpack_row(_listed(said), origin, parts, pieces)
    if origin is Mapping:
        if not isinstance(said, dict):
            raise TypeError("no mapping")
        return {name: _unpack(each, parts[1], pieces) for name, each in said.items()}
    if hint in _PLAIN:
        return _unpack_plain(said, hint, pieces)
    if issubclass(hint, Enum):
        return hint[said]
    parted = zip(_listed(said), _fields(hint), strict=True)
    value = hint(*(_unpack(each, part, pieces) for each, part in parted))
    if isinstance(value, Finding):
        _ = value.sentence  # raises KeyError where what the sentence speaks of is missing
    return value


def _unpack_row(said: list[Any], origin: Any, parts: tuple[Any, ...], pieces: Sequence[Piece]) -> Any:
    if origin is tuple and (len(parts) != 2 or parts[1] is not ...):
        return tuple(_unpack(each, part, pieces) for each, part in zip(said, parts, strict=True))
    row = (_unpack(each, parts[0], pieces) for each in said)
    return list(row) if origin is list else tuple(row)


@lru_cache(maxsize=256)
def _fields(hint: type) -> tuple[Any, ...]:
    hints = get_type_hints(hint)
    return tuple(hints[each.name] for each in fields(hint))


def _is_a(value: Any, hint: Any) -> bool:
    if hint == Pixels:
        return isinstance(value, np.ndarray)
    kind = get_origin(hint) or hint
    if kind is float:
        return isinstance(value, float | int)
    return isinstance(value, kind)


def _pack_plain(value: Any, hint: type, pieces: list[Piece]) -> Any:
    if hint is bytes:
        pieces.append(value)
        return len(pieces) - 1
    if hint is datetime:
        if value.tzinfo is None:
            raise ValueError("a time without its zone")
        return value.isoformat()
    if hint is timedelta:
        return value // _MICROSECOND
    if hint is Code:
        return [value.name, value.sentence]
    if hint is int:
        return operator.index(value)
    if hint is float:
        if not math.isfinite(value):
            raise ValueError("no number")
        return float(value)
    if hint is bool:
        return bool(value)
    if not isinstance(value, hint):
        raise TypeError(f"{type(value).__name__} is no {hint.__name__}")
    return value


def _unpack_plain(said: Any, hint: type, pieces: Sequence[Piece]) -> Any:
    if hint is bytes:
        return bytes(_piece(said, pieces))
    if hint is datetime:
        moment = datetime.fromisoformat(said)
        if moment.tzinfo is None:
            raise ValueError("a time without its zone")
        return moment
    if hint is timedelta:
        return timedelta(microseconds=operator.index(said))
    if hint is Code:
        return _code(*said)
    if isinstance(said, bool) and hint is not bool:
        raise TypeError("no number")
    if hint is float and isinstance(said, int):
        return float(said)
    if isinstance(said, float) and not math.isfinite(said):  # 1e999
        raise ValueError("no number")
    if not isinstance(said, hint):
        raise TypeError(f"no {hint.__name__}")
    return said


def _code(name: Any, sentence: Any) -> Code:
    """One this program knows by its own sentence, another by what it says of itself: placeholders without any
    formatting, since a width would be enough to fill the memory."""
    if not isinstance(name, str) or not isinstance(sentence, str) or not _CODE_NAME.fullmatch(name):
        raise TypeError("no code")
    rest = _PLACEHOLDER.sub("", sentence)
    if len(sentence) > _LONGEST_SENTENCE or "{" in rest or "}" in rest:
        raise ValueError("no sentence")
    return Code.told(name, sentence)


def _plain_detail(value: Any) -> str | int | float:
    if not isinstance(value, str | int | float):
        raise TypeError("no detail")
    return value


def _pack_pixels(value: Any, pieces: list[Piece]) -> Any:
    if value.dtype != np.uint8 or value.ndim not in (2, 3):
        raise TypeError("no picture of 8 bit")
    whole = np.ascontiguousarray(value)
    pieces.append(whole.data.cast("B") if whole.size else b"")
    return [list(value.shape), len(pieces) - 1]


def _pixels(said: Any, pieces: Sequence[Piece]) -> Pixels:
    shape, number = said
    sides = tuple(map(operator.index, _listed(shape)))
    if len(sides) not in (2, 3) or any(side < 0 for side in sides) or (len(sides) == 3 and sides[2] != 3):
        raise ValueError("no picture")
    return np.frombuffer(_piece(number, pieces), np.uint8).reshape(sides)


def _piece(number: Any, pieces: Sequence[Piece]) -> Piece:
    which = operator.index(number)
    if not 0 <= which < len(pieces):
        raise ValueError("no such piece")
    return pieces[which]


def _listed(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise TypeError("no list")
    return said
