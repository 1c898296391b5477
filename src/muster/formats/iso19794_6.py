"""Iris image records, ISO/IEC 19794-6:2011 ("IIR", version "020"). Section 6.3 of the packet notes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from muster.errors import MalformedData
from muster.formats.iso19794 import CaptureDetails
from muster.formats.octets import RECORD_LENGTH_WRONG, Reader

MAGIC = b"IIR\x00020\x00"
_GENERAL = "IHBB"  # record length, representations, certification flag, eyes represented
_GENERAL_LENGTH = len(MAGIC) + struct.calcsize(f">{_GENERAL}")
# representation number, eye, image type, format, properties, width, height, depth, range, roll,
# roll uncertainty, centre x min/max, centre y min/max, diameter min/max
_IMAGE = "HBBBBHHBHHHHHHHHH"


class EyeLabel(IntEnum):
    """Right is 1 and left is 2: the other way round than one expects (trap 23)."""

    UNKNOWN = 0
    RIGHT = 1
    LEFT = 2


class IrisImageType(IntEnum):
    UNCROPPED = 1
    VGA = 2
    CROPPED = 3
    CROPPED_AND_MASKED = 7


class IrisImageFormat(IntEnum):
    MONO_RAW = 0x02
    MONO_JPEG2000 = 0x0A
    MONO_PNG = 0x0E


class IrisCompression(IntEnum):
    """What was done to the picture before it came into the record; bits 6 and 7 of the properties."""

    UNDEFINED = 0
    LOSSLESS = 1
    LOSSY = 2


UNKNOWN_ANGLE = 0xFFFF


@dataclass(frozen=True, slots=True)
class IrisRecord:
    """One eye. ``properties`` packs orientation (bits 0-3) and compression history (bits 6-7: 1 none
    or lossless, 2 lossy); ``geometry`` is centre x min/max, y min/max, diameter min/max (0 undefined)."""

    certification_flag: int
    eyes_represented: int
    details: CaptureDetails
    representation_number: int
    eye: int
    image_type: int
    image_format: int
    properties: int
    width: int
    height: int
    bit_depth: int
    range_mm: int
    roll: int
    roll_uncertainty: int
    geometry: tuple[int, int, int, int, int, int]
    image: bytes

    @classmethod
    def parse(cls, content: bytes) -> IrisRecord:
        """Takes the record's length again and at most a hundred kilobytes. Raises ``MalformedData``."""
        reader = Reader(content)
        reader.expect(MAGIC)
        length, representations, certified, eyes = reader.unpack(_GENERAL)
        if length != len(content) or representations != 1:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=len(MAGIC))
        if reader.one("I") != len(content) - _GENERAL_LENGTH:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=_GENERAL_LENGTH)
        details = CaptureDetails.read(reader)
        number, eye, kind, form, bits, w, h, depth, distance, roll, unsure, *geometry = reader.unpack(_IMAGE)
        image = reader.take(reader.one("I"))
        reader.end()
        x0, x1, y0, y1, d0, d1 = geometry
        return cls(
            certification_flag=certified,
            eyes_represented=eyes,
            details=details,
            representation_number=number,
            eye=eye,
            image_type=kind,
            image_format=form,
            properties=bits,
            width=w,
            height=h,
            bit_depth=depth,
            range_mm=distance,
            roll=roll,
            roll_uncertainty=unsure,
            geometry=(x0, x1, y0, y1, d0, d1),
            image=image,
        )

    def encode(self) -> bytes:
        image_information = struct.pack(
            f">{_IMAGE}",
            self.representation_number,
            self.eye,
            self.image_type,
            self.image_format,
            self.properties,
            self.width,
            self.height,
            self.bit_depth,
            self.range_mm,
            self.roll,
            self.roll_uncertainty,
            *self.geometry,
        )
        body = b"".join((self.details.encode(), image_information, struct.pack(">I", len(self.image)), self.image))
        total = _GENERAL_LENGTH + 4 + len(body)
        general = struct.pack(f">{_GENERAL}", total, 1, self.certification_flag, self.eyes_represented)
        return b"".join((MAGIC, general, struct.pack(">I", 4 + len(body)), body))
