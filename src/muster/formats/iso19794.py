"""What ISO/IEC 19794-4, -5 and -6 (2011) records share: the beginning of a representation.

Big endian throughout. Registration uses one representation per record; records with several are
refused on reading, because nobody we meet writes them and nothing downstream could use them.

The common prefix (section 6 of the packet notes)::

    length u32 | year u16, month, day, hour, minute, second u8, millisecond u16
    | technology u8 | vendor u16 | device type u16
    | number of quality blocks u8, each: score u8, algorithm vendor u16, algorithm u16
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from muster.formats.octets import Reader

UNKNOWN_TIME = b"\xff" * 9
_TIME = "HBBBBBH"


class Purpose(Enum):
    """What a record is for, in MOSIP's words. It settles how the picture is compressed."""

    REGISTRATION = "Registration"
    AUTH = "Auth"


@dataclass(frozen=True, slots=True)
class QualityBlock:
    """``score`` is 0..100, or 255 when the algorithm failed."""

    score: int
    algorithm_vendor: int
    algorithm: int


@dataclass(frozen=True, slots=True)
class CaptureDetails:
    """The common prefix without its length. ``time`` is kept as its nine octets, because "unknown"
    and "date only" are written with FF octets that no datetime can hold."""

    time: bytes
    technology: int
    vendor: int
    device_type: int
    quality: tuple[QualityBlock, ...]

    @property
    def captured_at(self) -> datetime | None:
        """The time as UTC, or nothing when it is unknown, partial or impossible."""
        year, month, day, hour, minute, second, millisecond = struct.unpack(f">{_TIME}", self.time)
        try:
            return datetime(year, month, day, hour, minute, second, millisecond * 1000, tzinfo=UTC)
        except ValueError:
            return None

    @classmethod
    def read(cls, reader: Reader) -> CaptureDetails:
        time = reader.take(len(UNKNOWN_TIME))
        technology, vendor, device_type, count = reader.unpack("BHHB")
        quality = tuple(QualityBlock(*reader.unpack("BHH")) for _ in range(count))
        return cls(time, technology, vendor, device_type, quality)

    def encode(self) -> bytes:
        head = struct.pack(">BHHB", self.technology, self.vendor, self.device_type, len(self.quality))
        blocks = (
            struct.pack(">BHH", block.score, block.algorithm_vendor, block.algorithm) for block in self.quality
        )
        return b"".join((self.time, head, *blocks))


def encode_time(moment: datetime) -> bytes:
    """Nine octets, UTC, milliseconds truncated."""
    utc = moment.astimezone(UTC)
    fields = (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond // 1000)
    return struct.pack(f">{_TIME}", *fields)
