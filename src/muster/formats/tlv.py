"""Tag, length, value: the objects that chips write their files and answers in (ISO/IEC 7816-4, 5.2.2; X.690).

Read strictly and one level at a time, so that a hostile chip can neither nest without end nor point outside its
file: lengths are definite, of three octets at most, and end where what holds them ends. Tags are numbers as
their octets read (0x5F1F); a length may be written longer than it needs to be, as some issuers do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from muster.errors import MalformedData
from muster.formats.octets import (
    RECORD_LENGTH_WRONG,
    RECORD_MAGIC_WRONG,
    RECORD_OVERLONG,
    RECORD_TRUNCATED,
    Reader,
)

_MORE_TAG, _LONG_FORM = 0x1F, 0x80
_LONGEST_TAG, _LONGEST_LENGTH = 3, 3


@dataclass(frozen=True, slots=True)
class Tlv:
    """One object in ``content``: its value is what lies between ``start`` and ``end``, ``at`` is its first
    octet."""

    tag: int
    content: bytes = field(repr=False)
    at: int
    start: int
    end: int

    @property
    def value(self) -> bytes:
        return self.content[self.start : self.end]

    @property
    def whole(self) -> bytes:
        """With tag and length, as it stands there."""
        return self.content[self.at : self.end]

    def children(self) -> tuple[Tlv, ...]:
        """The objects that fill the value. Raises ``MalformedData``."""
        return tuple(_walk(self.content, self.start, self.end))

    def child(self, tag: int) -> Tlv:
        """The first with this tag. Raises ``MalformedData`` when there is none."""
        found = self.find(tag)
        if found is None:
            raise MalformedData(RECORD_MAGIC_WRONG, offset=self.start)
        return found

    def find(self, tag: int) -> Tlv | None:
        """Raises ``MalformedData`` when the value is no row of objects."""
        return next((each for each in self.children() if each.tag == tag), None)

    def is_(self, tag: int) -> Tlv:
        """Itself. Raises ``MalformedData`` for another tag."""
        if self.tag != tag:
            raise MalformedData(RECORD_MAGIC_WRONG, offset=self.at)
        return self


def parse_all(content: bytes) -> tuple[Tlv, ...]:
    """The objects that fill ``content``. Raises ``MalformedData``."""
    return tuple(_walk(content, 0, len(content)))


def parse_one(content: bytes, tag: int) -> Tlv:
    """The only object in ``content``. Raises ``MalformedData``: another tag, something behind it."""
    found = _read(content, 0, len(content)).is_(tag)
    if found.end != len(content):
        raise MalformedData(RECORD_OVERLONG, offset=found.end)
    return found


def whole_length(beginning: bytes) -> int:
    """Octets of the object that ``beginning`` begins, header included: what a file's first octets say of its
    length. Raises ``MalformedData`` when they do not say."""
    _, length, start = _header(beginning, 0, len(beginning))
    return start + length


def encode(tag: int, value: bytes) -> bytes:
    """With the shortest length that can be written."""
    octets = tag.to_bytes((tag.bit_length() + 7) // 8 or 1)
    length = len(value)
    if length < _LONG_FORM:
        return octets + bytes([length]) + value
    written = length.to_bytes((length.bit_length() + 7) // 8)
    return octets + bytes([_LONG_FORM | len(written)]) + written + value


def _walk(content: bytes, at: int, end: int) -> Iterator[Tlv]:
    while at < end:
        found = _read(content, at, end)
        yield found
        at = found.end


def _read(content: bytes, at: int, end: int) -> Tlv:
    tag, length, start = _header(content, at, end)
    if length > end - start:
        raise MalformedData(RECORD_TRUNCATED, offset=end)
    return Tlv(tag, content, at, start, start + length)


def _header(content: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, length, and where the value starts."""
    reader = Reader(content, at, end)
    tag = octet = reader.one("B")
    if octet & _MORE_TAG == _MORE_TAG:
        for _ in range(_LONGEST_TAG - 1):
            octet = reader.one("B")
            tag = tag << 8 | octet
            if not octet & _LONG_FORM:
                break
        else:
            raise MalformedData(RECORD_MAGIC_WRONG, offset=at)
    length = reader.one("B")
    if length & _LONG_FORM:
        octets = length & ~_LONG_FORM
        if not 1 <= octets <= _LONGEST_LENGTH:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=reader.offset - 1)
        length = int.from_bytes(reader.take(octets))
    return tag, length, reader.offset
