"""Face image records, ISO/IEC 19794-5:2011 ("FAC", version "030"). Section 6.2 of the packet notes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from muster.errors import MalformedData
from muster.formats.iso19794 import CaptureDetails
from muster.formats.octets import RECORD_LENGTH_WRONG, Reader

MAGIC = b"FAC\x00030\x00"
_GENERAL = "IHBH"  # record length, representations, certification flag, temporal semantics
_GENERAL_LENGTH = len(MAGIC) + struct.calcsize(f">{_GENERAL}")
# landmarks u16, gender, eye, hair, height u8, features u24, expression u16, pose 3, uncertainty 3
_FACIAL = "HBBBB3sH3s3s"
_LANDMARK = "BBHHH"
# image type, data type, width, height, sampling, post-processing, cross reference, colour space
_IMAGE = "BBHHBHBB"


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
    """One face. ``features`` is 24 flag bits; ``pose`` and ``pose_uncertainty`` are the three coded
    angles yaw, pitch, roll (0 unspecified)."""

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

    @classmethod
    def parse(cls, content: bytes) -> FaceRecord:
        """Takes at most 25 times the record's length, for nothing but landmarks. Raises ``MalformedData``."""
        reader = Reader(content)
        reader.expect(MAGIC)
        length, representations, certified, temporal = reader.unpack(_GENERAL)
        if length != len(content) or representations != 1:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=len(MAGIC))
        if reader.one("I") != len(content) - _GENERAL_LENGTH:
            raise MalformedData(RECORD_LENGTH_WRONG, offset=_GENERAL_LENGTH)
        details = CaptureDetails.read(reader)
        count, gender, eyes, hair, height, features, expression, pose, unsure = reader.unpack(_FACIAL)
        landmarks = tuple(Landmark(*reader.unpack(_LANDMARK)) for _ in range(count))
        kind, codec, w, h, sampling, post, cross, colours = reader.unpack(_IMAGE)
        image = reader.take(reader.one("I"))
        reader.end()
        return cls(
            certification_flag=certified,
            temporal_semantics=temporal,
            details=details,
            gender=gender,
            eye_colour=eyes,
            hair_colour=hair,
            subject_height=height,
            features=features,
            expression=expression,
            pose=pose,
            pose_uncertainty=unsure,
            landmarks=landmarks,
            image_type=kind,
            data_type=codec,
            width=w,
            height=h,
            sampling=sampling,
            post_processing=post,
            cross_reference=cross,
            colour_space=colours,
            image=image,
        )

    def encode(self) -> bytes:
        facial = struct.pack(
            f">{_FACIAL}",
            len(self.landmarks),
            self.gender,
            self.eye_colour,
            self.hair_colour,
            self.subject_height,
            self.features,
            self.expression,
            self.pose,
            self.pose_uncertainty,
        )
        image_information = struct.pack(
            f">{_IMAGE}",
            self.image_type,
            self.data_type,
            self.width,
            self.height,
            self.sampling,
            self.post_processing,
            self.cross_reference,
            self.colour_space,
        )
        body = b"".join(
            (
                self.details.encode(),
                facial,
                *(struct.pack(f">{_LANDMARK}", p.type, p.code, p.x, p.y, p.z) for p in self.landmarks),
                image_information,
                struct.pack(">I", len(self.image)),
                self.image,
            )
        )
        total = _GENERAL_LENGTH + 4 + len(body)
        general = struct.pack(f">{_GENERAL}", total, 1, self.certification_flag, self.temporal_semantics)
        return b"".join((MAGIC, general, struct.pack(">I", 4 + len(body)), body))
