"""Face image records, ISO/IEC 19794-5:2011 ("FAC", version "030"). Section 6.2 of the packet notes."""

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

MAGIC = b"FAC\x00030\x00"
_GENERAL = general_header(temporal_semantics="H")
_FACIAL = Layout(
    landmarks="H", gender="B", eye_colour="B", hair_colour="B", subject_height="B", features="3s", expression="H",
    pose="3s", pose_uncertainty="3s",
)  # fmt: skip
_LANDMARK = Layout(type="B", code="B", x="H", y="H", z="H")
_IMAGE = Layout(
    image_type="B", data_type="B", width="H", height="H", sampling="B", post_processing="H", cross_reference="B",
    colour_space="B",
)  # fmt: skip


class FaceImageType(IntEnum):
    BASIC = 0
    FULL_FRONTAL = 1
    TOKEN_FRONTAL = 2


class FaceDataType(IntEnum):
    JPEG = 0
    JPEG2000_LOSSY = 1
    JPEG2000_LOSSLESS = 2
    PNG = 3


@dataclass(frozen=True, slots=True)
class Landmark:
    """One feature point: type, MPEG-4 or anthropometric code, position in pixels."""

    type: int
    code: int
    x: int
    y: int
    z: int


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """One face, and any ``further`` representations. ``certifications`` is nothing when the representation has no
    certification block (``read_flagged`` says when one is read). ``extended_data`` are the octets behind the image
    (the standard has 3D data there), kept as they are. ``features`` is 24 flag bits; ``pose`` and
    ``pose_uncertainty`` are the three coded angles yaw, pitch, roll (0 unspecified)."""

    certification_flag: int
    temporal_semantics: int
    details: CaptureDetails
    gender: int
    eye_colour: int
    hair_colour: int
    subject_height: int
    features: bytes
    expression: int
    pose: bytes
    pose_uncertainty: bytes
    landmarks: tuple[Landmark, ...]
    image_type: int
    data_type: int
    width: int
    height: int
    sampling: int
    post_processing: int
    cross_reference: int
    colour_space: int
    image: bytes
    certifications: tuple[Certification, ...] | None = None
    extended_data: bytes = b""
    further: tuple[FaceRecord, ...] = ()

    @property
    def representations(self) -> tuple[FaceRecord, ...]:
        return (self, *self.further)

    @classmethod
    def parse(cls, content: bytes) -> FaceRecord:
        """Takes at most 30 times the record's length, for nothing but certifications. Raises ``MalformedData``."""
        header, bodies = open_record(content, MAGIC, _GENERAL)
        read = partial(cls._read, header)
        first, *further = [read_flagged(body, header["certification_flag"], read) for body in bodies]
        return replace(first, further=tuple(further)) if further else first

    @classmethod
    def _read(cls, header: Mapping[str, Any], body: Reader, has_certifications: bool) -> FaceRecord:
        details = CaptureDetails.read(body)
        certifications = read_certifications(body) if has_certifications else None
        facial = _FACIAL.read(body)
        return cls(
            **header,
            details=details,
            certifications=certifications,
            landmarks=tuple(Landmark(**_LANDMARK.read(body)) for _ in range(facial.pop("landmarks"))),
            **facial,
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
                _FACIAL.write(self, landmarks=len(self.landmarks)),
                *(_LANDMARK.write(each) for each in self.landmarks),
                _IMAGE.write(self),
                encode_image(self.image),
                self.extended_data,
            )
        )
