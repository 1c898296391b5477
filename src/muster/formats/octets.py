"""Big-endian fields: read without ever running past the end of the bytes, written only when they fit."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from muster.errors import BadInput, Code, MalformedData

RECORD_TRUNCATED = Code("RECORD_TRUNCATED", "The record ends too early, at byte {offset}.")
RECORD_OVERLONG = Code("RECORD_OVERLONG", "There is something behind the end of the record, at byte {offset}.")
RECORD_LENGTH_WRONG = Code("RECORD_LENGTH_WRONG", "A length in the record does not fit, at byte {offset}.")
RECORD_MAGIC_WRONG = Code("RECORD_MAGIC_WRONG", "This is not the kind of record it should be.")
RECORD_FIELD_UNFIT = Code(
    "RECORD_FIELD_UNFIT",
    "The record was not written: {field} has a value that its place in the record cannot hold.",
)


class Reader:
    """A cursor over ``content``, or over what lies between ``start`` and ``end`` in it. Every read either succeeds
    or raises ``MalformedData``; offsets are those in ``content``."""

    def __init__(self, content: bytes, start: int = 0, end: int | None = None) -> None:
        self._content = content
        self._end = len(content) if end is None else end
        self.offset = start

    def unpack(self, form: str) -> tuple[Any, ...]:
        """The fields of one ``struct`` format (always big-endian)."""
        return struct.unpack(f">{form}", self.take(struct.calcsize(f">{form}")))

    def one(self, form: str) -> int:
        value: int = self.unpack(form)[0]
        return value

    def take(self, length: int) -> bytes:
        end = self.offset + length
        if end > self._end:
            raise MalformedData(RECORD_TRUNCATED, offset=self._end)
        piece = self._content[self.offset : end]
        self.offset = end
        return piece

    def expect(self, magic: bytes) -> None:
        at = self.offset
        if self.take(len(magic)) != magic:
            raise MalformedData(RECORD_MAGIC_WRONG, offset=at)

    @property
    def rest_length(self) -> int:
        return self._end - self.offset

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(self.rest_length)

    def end(self) -> None:
        if self.offset != self._end:
            raise MalformedData(RECORD_OVERLONG, offset=self.offset)


class Layout:
    """Fields of fixed width in their order, each with its ``struct`` form: ``H`` is a number, ``HH`` a tuple of
    two, ``3s`` three octets. Only the unsigned forms B, H and I are known."""

    def __init__(self, **forms: str) -> None:
        self._forms = forms
        self._written = [(name, _fitting(form), _is_single(form)) for name, form in forms.items()]
        self._whole = struct.Struct(">" + "".join(forms.values()))
        self.length = self._whole.size

    def read(self, reader: Reader) -> dict[str, Any]:
        """Raises ``MalformedData``."""
        values = iter(self._whole.unpack(reader.take(self.length)))
        return {
            name: next(values) if _is_single(form) else tuple(next(values) for _ in form)
            for name, form in self._forms.items()
        }

    def write(self, record: object = None, /, **others: object) -> bytes:
        """The attributes of ``record`` that have the fields' names; ``others`` are fields that it has not.

        Raises ``BadInput``: a number below 0 or too large, another number of numbers or of octets.
        """
        values: list[Any] = []
        for name, fits, is_single in self._written:
            value: Any = others[name] if name in others else getattr(record, name)
            if not fits(value):
                raise BadInput(RECORD_FIELD_UNFIT, field=name)
            if is_single:
                values.append(value)
            else:
                values += value
        return self._whole.pack(*values)


_LARGEST = {"B": 0xFF, "H": 0xFFFF, "I": 0xFFFFFFFF}


def _is_single(form: str) -> bool:
    return len(form) == 1 or form.endswith("s")


def _fitting(form: str) -> Callable[[Any], bool]:
    """Whether a value can be written in that form. Made once: a record has thousands of fields."""
    if form.endswith("s"):
        length = int(form[:-1])
        return lambda value: isinstance(value, bytes) and len(value) == length
    if len(form) == 1:
        largest = _LARGEST[form]
        return lambda value: isinstance(value, int) and 0 <= value <= largest
    each = [_fitting(one) for one in form]
    return lambda value: (
        isinstance(value, tuple)
        and len(value) == len(each)
        and all(fits(one) for fits, one in zip(each, value, strict=True))
    )
