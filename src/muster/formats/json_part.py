"""Reading JSON that may hold anything, one object at a time.

For bodies whose specification requires nothing: what is absent or null is empty, what is there must have its form.
Errors say the path of names a format asks for (``request.biometrics.segments[0].bdb``), never what a sender wrote:
of an object whose names are the sender's own, an entry is told by its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from muster import base64url
from muster.errors import Code, MalformedData
from muster.formats.java_times import moment_of, time_text

_INT64 = range(-(2**63), 2**63)
_V = TypeVar("_V")


def json_text(value: object) -> str:
    """A value as it stands in ``fields`` and ``metaInfo``: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_text(value: object) -> str:
    """``value``, for formats of our own that say text. Raises ``TypeError`` for anything else."""
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def without_empty(values: Mapping[str, str | None]) -> dict[str, Any]:
    """What there is of ``values``, for formats in which what nobody knows is left out."""
    return {name: value for name, value in values.items() if value}


def required_object(values: Mapping[str, Any], name: str, code: Code) -> Mapping[str, Any]:
    """Raises ``MalformedData`` with ``code``."""
    inner = values.get(name)
    if not isinstance(inner, dict):
        raise MalformedData(code, part=name)
    return inner


def required_text(values: Mapping[str, Any], name: str, code: Code) -> str:
    """At least one letter. Raises ``MalformedData`` with ``code``."""
    text = values.get(name)
    if not isinstance(text, str) or not text:
        raise MalformedData(code, part=name)
    return text


@dataclass(frozen=True, slots=True)
class JsonPart:
    """One JSON object, the key it stood under, and the code of the errors about it; ``path`` is where it stood in
    the whole, empty for the whole itself."""

    key: str
    values: Mapping[str, Any]
    code: Code
    path: str = ""

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
        return MalformedData(self.code, part=self._below(name))

    def malformed_itself(self) -> MalformedData:
        return MalformedData(self.code, part=self.path or self.key)

    def empty(self) -> JsonPart:
        return JsonPart(self.key, {}, self.code, self.path)

    def holds(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        return self._get(name, str, "")

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if isinstance(value, str) and value.lower() in ("true", "false", ""):
            return value.lower() == "true"
        return self._get(name, bool, False)

    def scalar(self, name: str) -> str:
        """Text, or a number where writers that know no types put one."""
        value = self.values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return json.dumps(value)
        return self.text(name)

    def number(self, name: str) -> int:
        """A whole number, with or without a decimal point."""
        value = self.values.get(name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if value is None:
            return 0
        if not isinstance(value, int) or isinstance(value, bool) or value not in _INT64:
            raise self.malformed(name)
        return value

    def time(self, name: str) -> str:
        """A time in any of Java's forms as text, to the last digit; empty when there is none."""
        value = self.values.get(name)
        try:
            return "" if value in (None, "") else time_text(value)
        except ValueError as error:
            raise self.malformed(name) from error

    def moment(self, name: str) -> datetime:
        """A time without its zone is UTC, as MOSIP's are."""
        moment = self.moment_or_none(name)
        if moment is None:
            raise self.malformed(name)
        return moment

    def moment_or_none(self, name: str) -> datetime | None:
        text = self.time(name)
        return moment_of(text) if text else None

    def octets(self, name: str) -> bytes:
        """Base64 as one text or in pieces, or an array of numbers: Java's octets have signs, others have none."""
        value = self.values.get(name)
        try:
            if isinstance(value, list) and value and all(type(each) is int for each in value):
                return _octets_of(value)
            return base64url.decode(_joined(self.words(name)))
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
        return JsonPart(name, self._get(name, dict, {}), self.code, self._below(name))

    def parts(self, name: str) -> tuple[JsonPart, ...]:
        values = self._get(name, list, [])
        if not all(isinstance(each, dict) for each in values):
            raise self.malformed(name)
        return tuple(
            JsonPart(name, each, self.code, self._below(f"{name}[{place}]")) for place, each in enumerate(values)
        )

    def children(self) -> tuple[JsonPart, ...]:
        """The objects in here by names of the sender's own; null is none."""
        there = [(place, each) for place, each in enumerate(self.values.items()) if each[1] is not None]
        if not all(isinstance(each, dict) for _, (_, each) in there):
            raise self.malformed_itself()
        path = self.path or self.key
        return tuple(JsonPart(key, each, self.code, f"{path}[{place}]") for place, (key, each) in there)

    def texts(self, name: str) -> dict[str, str]:
        part = self.part(name)
        return part.all_texts() if part else {}

    def all_texts(self) -> dict[str, str]:
        """Every value as text: writers send numbers and objects where text is declared."""
        try:
            return {key: json_text(value) for key, value in self.values.items() if value is not None}
        except RecursionError as error:
            raise self.malformed_itself() from error

    def _below(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

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


def _octets_of(numbers: Sequence[int]) -> bytes:
    """Raises ``ValueError`` for a number that is no octet, with a sign or without."""
    if min(numbers) < -128:
        raise ValueError("no octet")
    return bytes(each + 256 if each < 0 else each for each in numbers)


def _joined(pieces: Sequence[str]) -> str:
    """Pieces of one base64 text. Cut between its groups of four: else they are something else, such as numbers as
    text. Raises ``ValueError``."""
    told = [each for each in pieces if each]
    if any(len(each) % 4 for each in told[:-1]):
        raise ValueError("no pieces of base64")
    return "".join(told)
