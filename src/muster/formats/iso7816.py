"""Commands to a chip and what it answers (ISO/IEC 7816-4, 5.1): short and extended lengths.

::

    command   CLA INS P1 P2 | Lc and data, if there are any | Le, if an answer is wanted
    answer    data | SW1 SW2

Lengths are one octet, or, where either does not fit, both are extended: Lc is three octets of which the first is
0, Le two behind an Lc and three of which the first is 0 without one. A length of 0 stands for the largest.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from muster.errors import MalformedData
from muster.formats.octets import RECORD_LENGTH_WRONG, RECORD_TRUNCATED, Reader

SHORT, EXTENDED = 0x100, 0x10000  # the longest answers
_LONGEST_SHORT_DATA = 0xFF

OK = 0x9000
MORE_DATA, WRONG_LENGTH = 0x61, 0x6C  # SW1; SW2 says how much
END_OF_FILE = 0x6282


@dataclass(frozen=True, slots=True)
class Command:
    """``expected`` is how many octets of answer are wanted at most (Ne), 0 for none."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = field(default=b"", repr=False)
    expected: int = 0

    @property
    def header(self) -> bytes:
        return bytes((self.cla, self.ins, self.p1, self.p2))

    @property
    def is_extended(self) -> bool:
        return len(self.data) > _LONGEST_SHORT_DATA or self.expected > SHORT

    def encode(self) -> bytes:
        if not self.is_extended:
            body = bytes([len(self.data)]) + self.data if self.data else b""
            return self.header + body + (bytes([self.expected % SHORT]) if self.expected else b"")
        body = b"\0" + len(self.data).to_bytes(2) + self.data if self.data else b""
        if not self.expected:
            return self.header + body
        return self.header + body + (b"" if self.data else b"\0") + (self.expected % EXTENDED).to_bytes(2)

    @classmethod
    def parse(cls, content: bytes) -> Command:
        """Raises ``MalformedData``."""
        reader = Reader(content)
        cla, ins, p1, p2 = reader.unpack("BBBB")
        data, expected = _body(reader)
        return cls(cla, ins, p1, p2, data, expected)


def _body(reader: Reader) -> tuple[bytes, int]:
    """The data, and how much answer is wanted."""
    left = reader.rest_length
    if left == 0:
        return b"", 0
    length = reader.one("B")
    if left == 1:
        return b"", length or SHORT
    form, longest = "B", SHORT
    if length == 0:
        form, longest = "H", EXTENDED
        length = reader.one("H")
        if reader.rest_length == 0:
            return b"", length or EXTENDED
        if length == 0:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=5)
    data = reader.take(length)
    expected = (reader.one(form) or longest) if reader.rest_length else 0
    reader.end()
    return data, expected


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` is SW1 and SW2 as one number."""

    data: bytes = field(repr=False)
    status: int

    @property
    def is_ok(self) -> bool:
        return self.status == OK

    @property
    def sw1(self) -> int:
        return self.status >> 8

    @property
    def sw2(self) -> int:
        return self.status & 0xFF

    def encode(self) -> bytes:
        return self.data + self.status.to_bytes(2)

    @classmethod
    def parse(cls, content: bytes) -> Answer:
        """Raises ``MalformedData``."""
        if len(content) < 2:
            raise MalformedData(RECORD_TRUNCATED, offset=len(content))
        return cls(content[:-2], int.from_bytes(content[-2:]))
