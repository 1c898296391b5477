"""What ISO/IEC 19794-4, -5 and -6 (2011) records share: the header, and the beginning of a representation.

Big endian throughout. A registration has one representation per record, and so has nearly everything we meet. A
record of several is read as its first one, which holds the others as ``further``: each as if it stood in a record
of its own. Whoever looks at a record as at one picture so looks at the first.

::

    format 4, version 4, record length u32, representations u16, certification flag u8, then what each kind has
    and for each representation the common prefix (section 6 of the packet notes)
    length u32 | year u16, month, day, hour, minute, second u8, millisecond u16
    | technology u8 | vendor u16 | device type u16
    | number of quality blocks u8, each: score u8, algorithm vendor u16, algorithm u16
    | if the flag is set: number of certifications u8, each: authority u16, scheme u8
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Protocol, TypeVar

from muster.errors import BadInput, MalformedData
from muster.formats.octets import RECORD_FIELD_UNFIT, RECORD_LENGTH_WRONG, Layout, Reader

UNKNOWN_TIME = b"\xff" * 9
_TIME = "HBBBBBH"
_DETAILS = Layout(time="9s", technology="B", vendor="H", device_type="H", quality_blocks="B")
_QUALITY = Layout(score="B", algorithm_vendor="H", algorithm="H")
_CERTIFICATION = Layout(authority="H", scheme="B")
_COUNT = Layout(certifications="B")
_REPRESENTATION = Layout(representation_length="I")
_IMAGE_LENGTH = Layout(image_length="I")


class Representation(Protocol):
    """What the three kinds of records have in common."""

    @property
    def further(self) -> Sequence[Representation]: ...

    @property
    def extended_data(self) -> bytes: ...

    def encode_representation(self) -> bytes: ...


_R = TypeVar("_R", bound=Representation)


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
    and "date only" are written with FF octets that no datetime can hold. Raises ``BadInput``: not nine."""

    time: bytes
    technology: int
    vendor: int
    device_type: int
    quality: tuple[QualityBlock, ...]

    def __post_init__(self) -> None:
        if len(self.time) != len(UNKNOWN_TIME):
            raise BadInput(RECORD_FIELD_UNFIT, field="time")

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
        fields = _DETAILS.read(reader)
        blocks = range(fields.pop("quality_blocks"))
        return cls(**fields, quality=tuple(QualityBlock(**_QUALITY.read(reader)) for _ in blocks))

    def encode(self) -> bytes:
        """Raises ``BadInput``."""
        head = _DETAILS.write(self, quality_blocks=len(self.quality))
        return b"".join((head, *(_QUALITY.write(each) for each in self.quality)))


@dataclass(frozen=True, slots=True)
class Certification:
    """One certification of the capture device: authority and scheme."""

    authority: int
    scheme: int


def read_certifications(reader: Reader) -> tuple[Certification, ...]:
    return tuple(Certification(**_CERTIFICATION.read(reader)) for _ in range(reader.one("B")))


def encode_certifications(certifications: tuple[Certification, ...] | None, flag: int) -> bytes:
    """Nothing at all for no block. Raises ``BadInput``: also for a block that the flag denies."""
    if certifications is None:
        return b""
    if not flag:
        raise BadInput(RECORD_FIELD_UNFIT, field="certifications")
    count = _COUNT.write(certifications=len(certifications))
    return b"".join((count, *(_CERTIFICATION.write(each) for each in certifications)))


def read_image(reader: Reader) -> bytes:
    return reader.take(reader.one("I"))


def encode_image(image: bytes) -> bytes:
    """Raises ``BadInput``."""
    return _IMAGE_LENGTH.write(image_length=len(image)) + image


def general_header(**others: str) -> Layout:
    """The fields behind format and version; ``others`` are those of one kind alone."""
    return Layout(record_length="I", representations="H", certification_flag="B", **others)


def open_record(content: bytes, magic: bytes, general: Layout) -> tuple[dict[str, Any], Iterator[Reader]]:
    """The general header without its lengths, and a reader for what stands behind each representation's length.

    Raises ``MalformedData``, at once or for the representation that is asked for.
    """
    reader = Reader(content)
    reader.expect(magic)
    fields = general.read(reader)
    count = fields.pop("representations")
    if fields.pop("record_length") != len(content) or count == 0:
        raise MalformedData(RECORD_LENGTH_WRONG, offset=len(magic))
    return fields, _representations(content, len(magic) + general.length, count)


def _representations(content: bytes, start: int, count: int) -> Iterator[Reader]:
    """They fill the record: the last one ends where it does."""
    for left in range(count - 1, -1, -1):
        length = Reader(content, start).one("I")
        rest = len(content) - start
        if length < _REPRESENTATION.length or length > rest or (left == 0 and length < rest):
            raise MalformedData(RECORD_LENGTH_WRONG, offset=start)
        yield Reader(content, start + _REPRESENTATION.length, start + length)
        start += length


def read_flagged(body: Reader, flag: int, read: Callable[[Reader, bool], _R]) -> _R:
    """A face's or iris' representation; ``read`` is told whether a certification block is there.

    There are no certifications of face and iris devices, and their flag shall be 0 (5.3.6 of 19794-5, table 3 of
    19794-6, as MOSIP quotes them), so nothing says what follows a flag that is set all the same. Assumed is what
    19794-4 has for fingers. Where that cannot be read, and what is there fits exactly without a block, there is
    none: so MOSIP reads every such record.
    """
    if not flag:
        return read(body, False)
    start = body.offset
    try:
        return read(body, True)
    except MalformedData:
        body.offset = start
        record = read(body, False)
        if record.extended_data:
            raise
        return record


def close_record(magic: bytes, general: Layout, record: Representation) -> bytes:
    """The inverse of ``open_record``.

    Raises ``BadInput``: a value that its field cannot hold, or ``further`` representations that are of another
    general header or have others behind them.
    """
    every = (record, *record.further)
    headers = {general.write(each, record_length=0, representations=1) for each in every}
    if len(headers) > 1 or any(each.further for each in record.further):
        raise BadInput(RECORD_FIELD_UNFIT, field="further")
    bodies = [each.encode_representation() for each in every]
    whole = [
        _REPRESENTATION.write(representation_length=_REPRESENTATION.length + len(each)) + each for each in bodies
    ]
    length = len(magic) + general.length + sum(len(each) for each in whole)
    return b"".join((magic, general.write(record, record_length=length, representations=len(whole)), *whole))


def encode_time(moment: datetime) -> bytes:
    """Nine octets, UTC, milliseconds truncated."""
    utc = moment.astimezone(UTC)
    fields = (utc.year, utc.month, utc.day, utc.hour, utc.minute, utc.second, utc.microsecond // 1000)
    return struct.pack(f">{_TIME}", *fields)
