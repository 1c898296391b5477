"""Finger image records, ISO/IEC 19794-4:2011 ("FIR", version "020").

``FingerRecord.parse`` reads what others write (a certification block included, which shifts everything
behind it); ``encode`` is its exact inverse. Section 6.1 of the packet notes has the offsets.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from muster.errors import MalformedData
from muster.formats.iso19794 import CaptureDetails
from muster.formats.octets import RECORD_LENGTH_WRONG, Reader

MAGIC = b"FIR\x00020\x00"
_GENERAL = "IHBB"  # record length, representations, certification flag, fingers present
_GENERAL_LENGTH = len(MAGIC) + struct.calcsize(f">{_GENERAL}")
# position, representation number, scale unit, capture dpi h/v, image dpi h/v, depth, codec,
# impression, width, height
_IMAGE = "BBBHHHHBBBHH"


class FingerCompression(IntEnum):
    """Section 8, table of image compression algorithms."""

    NONE = 0
    PACKED = 1
    WSQ = 2
    JPEG = 3
    JPEG2000_LOSSY = 4
    JPEG2000_LOSSLESS = 5
    PNG = 6


@dataclass(frozen=True, slots=True)
class Certification:
    """One certification of the capture device: authority and scheme."""

    authority: int
    scheme: int


@dataclass(frozen=True, slots=True)
class FingerRecord:
    """One finger. ``certifications`` is nothing when the record has no certification block, and empty
    when it has one without entries. ``position`` is 1 (right thumb) to 10 (left little finger).
    ``extended_data`` are the octets behind the image (segmentation, annotation, comments), kept as
    they are."""

    fingers_present: int
    details: CaptureDetails
    certifications: tuple[Certification, ...] | None
    position: int
    representation_number: int
    scale_unit: int
    capture_resolution: tuple[int, int]
    image_resolution: tuple[int, int]
    bit_depth: int
    compression: int
    impression: int
    width: int
    height: int
    image: bytes
    extended_data: bytes = b""

    @classmethod
    def parse(cls, content: bytes) -> FingerRecord:
        """Takes the record's length again and at most a hundred kilobytes. Raises ``MalformedData``."""
        reader = Reader(content)
        reader.expect(MAGIC)
        length, representations, certified, fingers = reader.unpack(_GENERAL)
        if length != len(content) or representations != 1 or certified > 1:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=len(MAGIC))
        if reader.one("I") != len(content) - _GENERAL_LENGTH:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=_GENERAL_LENGTH)
        details = CaptureDetails.read(reader)
        certifications = _read_certifications(reader) if certified else None
        position, number, unit, ch, cv, ih, iv, depth, codec, impression, width, height = reader.unpack(_IMAGE)
        image = reader.take(reader.one("I"))
        return cls(
            fingers, details, certifications, position, number, unit, (ch, cv), (ih, iv),
            depth, codec, impression, width, height, image, reader.rest(),
        )  # fmt: skip

    def encode(self) -> bytes:
        body = b"".join(
            (
                self.details.encode(),
                _encode_certifications(self.certifications),
                struct.pack(
                    f">{_IMAGE}",
                    self.position,
                    self.representation_number,
                    self.scale_unit,
                    *self.capture_resolution,
                    *self.image_resolution,
                    self.bit_depth,
                    self.compression,
                    self.impression,
                    self.width,
                    self.height,
                ),
                struct.pack(">I", len(self.image)),
                self.image,
                self.extended_data,
            )
        )
        total = _GENERAL_LENGTH + 4 + len(body)
        certified = int(self.certifications is not None)
        general = struct.pack(f">{_GENERAL}", total, 1, certified, self.fingers_present)
        return b"".join((MAGIC, general, struct.pack(">I", 4 + len(body)), body))


def _read_certifications(reader: Reader) -> tuple[Certification, ...]:
    return tuple(Certification(*reader.unpack("HB")) for _ in range(reader.one("B")))


def _encode_certifications(certifications: tuple[Certification, ...] | None) -> bytes:
    if certifications is None:
        return b""
    entries = (struct.pack(">HB", each.authority, each.scheme) for each in certifications)
    return b"".join((bytes((len(certifications),)), *entries))
