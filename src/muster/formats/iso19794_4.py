"""Finger image records, ISO/IEC 19794-4:2011 ("FIR", version "020").

``FingerRecord.parse`` reads what others write (a certification block included, which shifts everything
behind it); ``encode`` is its exact inverse. Section 6.1 of the packet notes has the offsets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from muster.errors import MalformedData
from muster.formats.iso19794 import (
    CaptureDetails,
    Certification,
    close_record,
    encode_certifications,
    encode_image,
    general_header,
    open_record,
    read_certifications,
    read_image,
)
from muster.formats.octets import RECORD_LENGTH_WRONG, Layout, Reader

MAGIC = b"FIR\x00020\x00"
_GENERAL = general_header(fingers_present="B")
_FLAG_AT = 14
_IMAGE = Layout(
    position="B", representation_number="B", scale_unit="B", capture_resolution="HH", image_resolution="HH",
    bit_depth="B", compression="B", impression="B", width="H", height="H",
)  # fmt: skip


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
class FingerRecord:
    """One finger, and any ``further`` representations. ``certifications`` is nothing when the record has no
    certification block, and empty when it has one without entries. ``position`` is 1 (right thumb) to 10 (left
    little finger). Resolutions are horizontal and vertical, in pixels per inch (``scale_unit`` 1) or centimetre
    (2). ``extended_data`` are the octets behind the image (segmentation, annotation, comments), kept as they
    are."""

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
    further: tuple[FingerRecord, ...] = ()

    @property
    def representations(self) -> tuple[FingerRecord, ...]:
        return (self, *self.further)

    @property
    def certification_flag(self) -> int:
        """A flag for the whole record: each of its representations has a block, or none has."""
        return int(self.certifications is not None)

    @classmethod
    def parse(cls, content: bytes) -> FingerRecord:
        """Takes at most 30 times the record's length, for nothing but certifications. Raises ``MalformedData``."""
        header, bodies = open_record(content, MAGIC, _GENERAL)
        if header["certification_flag"] > 1:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=_FLAG_AT)
        first, *further = [cls._read(header, body) for body in bodies]
        return replace(first, further=tuple(further)) if further else first

    @classmethod
    def _read(cls, header: Mapping[str, Any], body: Reader) -> FingerRecord:
        return cls(
            fingers_present=header["fingers_present"],
            details=CaptureDetails.read(body),
            certifications=read_certifications(body) if header["certification_flag"] else None,
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
