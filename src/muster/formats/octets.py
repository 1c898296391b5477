"""Reading big-endian fields from bytes without ever running past their end."""

from __future__ import annotations

import struct
from typing import Any

from muster.errors import Code, MalformedData

RECORD_TRUNCATED = Code("RECORD_TRUNCATED", "The record ends too early, at byte {offset}.")
RECORD_OVERLONG = Code("RECORD_OVERLONG", "There is something behind the end of the record, at byte {offset}.")
RECORD_LENGTH_WRONG = Code("RECORD_LENGTH_WRONG", "A length in the record does not fit, at byte {offset}.")
RECORD_MAGIC_WRONG = Code("RECORD_MAGIC_WRONG", "This is not the kind of record it should be.")


class Reader:
    """A cursor over ``content``. Every read either succeeds or raises ``MalformedData``."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.offset = 0

    def unpack(self, form: str) -> tuple[Any, ...]:
        """The fields of one ``struct`` format (always big-endian)."""
        return struct.unpack(f">{form}", self.take(struct.calcsize(f">{form}")))

    def one(self, form: str) -> int:
        value: int = self.unpack(form)[0]
        return value

    def take(self, length: int) -> bytes:
        end = self.offset + length
        if end > len(self._content):
            raise MalformedData(RECORD_TRUNCATED, offset=len(self._content))
        piece = self._content[self.offset : end]
        self.offset = end
        return piece

    def expect(self, magic: bytes) -> None:
        at = self.offset
        if self.take(len(magic)) != magic:
            raise MalformedData(RECORD_MAGIC_WRONG, offset=at)

    @property
    def rest_length(self) -> int:
        return len(self._content) - self.offset

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(self.rest_length)

    def end(self) -> None:
        if self.offset != len(self._content):
            raise MalformedData(RECORD_OVERLONG, offset=self.offset)
