"""Reading JSON that may hold anything, one object at a time.

For bodies whose specification requires nothing: what is absent or null is empty, what is there must have its form.
Errors say the names a format asks for, never what a sender wrote.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TypeVar

from muster import base64url
from muster.errors import Code, MalformedData

_INT64 = range(-(2**63), 2**63)
_E = TypeVar("_E", bound=Enum)
_V = TypeVar("_V")


def json_text(value: object) -> str:
    """A value as it stands in ``fields`` and ``metaInfo``: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_text(value: object) -> str:
    """``value``, for formats of our own that say text. Raises ``TypeError`` for anything else."""
    if not isinstance(value, str):
        raise TypeError("text")
    return value


@dataclass(frozen=True, slots=True)
class JsonPart:
    """One JSON object, the key it stood under, and the code of the errors about it."""

    key: str
    values: Mapping[str, Any]
    code: Code

    @classmethod
    def of(cls, content: bytes, code: Code) -> JsonPart:
        """Raises ``MalformedData``: not UTF-8, not JSON, not an object."""
        try:
            text = content.decode()
            body = json.loads(text, parse_constant=_refuse)
        except UnicodeDecodeError as error:
            raise MalformedData(code, offset=error.start, part="body") from error
        except json.JSONDecodeError as error:
            offset = len(text[: error.pos].encode())
            raise MalformedData(code, offset=offset, part="body") from error
        except (ValueError, RecursionError) as error:
            raise MalformedData(code, part="body") from error
        if not isinstance(body, dict):
            raise MalformedData(code, part="body")
        return cls("body", body, code)

    def malformed(self, name: str) -> MalformedData:
        return MalformedData(self.code, part=name)

    def empty(self) -> JsonPart:
        return JsonPart(self.key, {}, self.code)

    def text(self, name: str) -> str:
        return self._get(name, str, "")

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if isinstance(value, str) and value.lower() in ("true", "false", ""):
            return value.lower() == "true"
        return self._get(name, bool, False)

    def number(self, name: str) -> int:
        value = self._get(name, int, 0)
        if isinstance(value, bool) or value not in _INT64:
            raise self.malformed(name)
        return value

    def member(self, name: str, kind: type[_E], default: _E) -> _E:
        text = self.text(name)
        try:
            return kind(text) if text else default
        except ValueError as error:
            raise self.malformed(name) from error

    def moment(self, name: str) -> datetime:
        """A time without its zone is UTC, as MOSIP's are."""
        try:
            moment = datetime.fromisoformat(self.text(name))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.malformed(name) from error

    def octets(self, name: str) -> bytes:
        """One base64 text, or an array of at most one."""
        words = [each for each in self.words(name) if each]
        if len(words) > 1:
            raise self.malformed(name)
        try:
            return base64url.decode("".join(words))
        except ValueError as error:
            raise self.malformed(name) from error

    def words(self, name: str) -> list[str]:
        value = self.values.get(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(each, str) for each in values):
            raise self.malformed(name)
        return values

    def part(self, name: str) -> JsonPart | None:
        if self.values.get(name) is None:
            return None
        return JsonPart(name, self._get(name, dict, {}), self.code)

    def parts(self, name: str) -> tuple[JsonPart, ...]:
        values = self._get(name, list, [])
        if not all(isinstance(each, dict) for each in values):
            raise self.malformed(name)
        return tuple(JsonPart(name, each, self.code) for each in values)

    def children(self) -> tuple[JsonPart, ...]:
        if not all(isinstance(each, dict) for each in self.values.values()):
            raise self.malformed(self.key)
        return tuple(JsonPart(key, each, self.code) for key, each in self.values.items())

    def texts(self, name: str) -> dict[str, str]:
        part = self.part(name)
        return part.all_texts() if part else {}

    def all_texts(self) -> dict[str, str]:
        """Every value as text: writers send numbers and objects where text is declared."""
        try:
            return {key: json_text(value) for key, value in self.values.items() if value is not None}
        except RecursionError as error:
            raise self.malformed(self.key) from error

    def _get(self, name: str, kind: type[_V], default: _V) -> _V:
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, kind):
            raise self.malformed(name)
        return value


def _refuse(constant: str) -> None:
    """NaN and the infinities, which Python reads and JSON does not have."""
    raise ValueError(constant)
