"""Iris image records, ISO/IEC 19794-6:2011 ("IIR", version "020"). Section 6.3 of the packet notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from typing import Any

from muster.formats.iso19794 import (
    CaptureDetails,
    Certification,
    close_record,
    encode_certifications,
    encode_image,
    general_header,
    open_record,
    read_certifications,
    read_flagged,
    read_image,
)
from muster.formats.octets import Layout, Reader

MAGIC = b"IIR\x00020\x00"
_GENERAL = general_header(eyes_represented="B")
_IMAGE = Layout(
    representation_number="H", eye="B", image_type="B", image_format="B", properties="B", width="H", height="H",
    bit_depth="B", range_mm="H", roll="H", roll_uncertainty="H", geometry="HHHHHH",
)  # fmt: skip


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
    """One eye, and any ``further`` representations. ``certifications`` is nothing when the representation has no
    certification block (``read_flagged`` says when one is read). ``extended_data`` are the octets behind the
    image, where the standard has nothing, kept as they are. ``properties`` packs orientation (bits 0-3) and
    compression history (bits 6-7: 1 none or lossless, 2 lossy); ``geometry`` is centre x min/max, y min/max,
    diameter min/max (0 undefined)."""

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
    certifications: tuple[Certification, ...] | None = None
    extended_data: bytes = b""
    further: tuple[IrisRecord, ...] = ()

    @property
    def representations(self) -> tuple[IrisRecord, ...]:
        return (self, *self.further)

    @classmethod
    def parse(cls, content: bytes) -> IrisRecord:
        """Takes at most 30 times the record's length, for nothing but certifications. Raises ``MalformedData``."""
        header, bodies = open_record(content, MAGIC, _GENERAL)
        read = partial(cls._read, header)
        first, *further = [read_flagged(body, header["certification_flag"], read) for body in bodies]
        return replace(first, further=tuple(further)) if further else first

    @classmethod
    def _read(cls, header: Mapping[str, Any], body: Reader, has_certifications: bool) -> IrisRecord:
        return cls(
            **header,
            details=CaptureDetails.read(body),
            certifications=read_certifications(body) if has_certifications else None,
            **_IMAGE.read(body),
            image=read_image(body),
            extended_data=body.rest(),
        )

    def encode(self) -> bytes:
        """Raises ``BadInput`` for what no record can hold; whether MOSIP takes it is for ``iso19794_rules``."""
        return close_record(MAGIC, _GENERAL, self)

    def encode_representation(self) -> bytes:
        """Without its length. Raises ``BadInput``."""
        return b"".join(
            (
                self.details.encode(),
                encode_certifications(self.certifications, self.certification_flag),
                _IMAGE.write(self),
                encode_image(self.image),
                self.extended_data,
            )
        )
