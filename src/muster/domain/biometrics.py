"""Fingers, eyes and faces: what can be captured, what was, and what cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Modality(Enum):
    FACE = "face"
    FINGER = "finger"
    IRIS = "iris"


class BiometricAttribute(Enum):
    """One thing that can be captured. The values are MOSIP's ``bioAttributes`` names."""

    LEFT_INDEX = "leftIndex"
    LEFT_MIDDLE = "leftMiddle"
    LEFT_RING = "leftRing"
    LEFT_LITTLE = "leftLittle"
    LEFT_THUMB = "leftThumb"
    RIGHT_INDEX = "rightIndex"
    RIGHT_MIDDLE = "rightMiddle"
    RIGHT_RING = "rightRing"
    RIGHT_LITTLE = "rightLittle"
    RIGHT_THUMB = "rightThumb"
    LEFT_EYE = "leftEye"
    RIGHT_EYE = "rightEye"
    FACE = "face"

    @property
    def modality(self) -> Modality:
        if self is BiometricAttribute.FACE:
            return Modality.FACE
        if self in (BiometricAttribute.LEFT_EYE, BiometricAttribute.RIGHT_EYE):
            return Modality.IRIS
        return Modality.FINGER


class CaptureGroup(Enum):
    """What is captured with one placement on a device."""

    FACE = "face"
    LEFT_SLAP = "left_slap"
    RIGHT_SLAP = "right_slap"
    THUMBS = "thumbs"
    IRISES = "irises"

    @property
    def attributes(self) -> tuple[BiometricAttribute, ...]:
        return _GROUPS[self]

    @property
    def modality(self) -> Modality:
        return self.attributes[0].modality


_GROUPS = {
    CaptureGroup.FACE: (BiometricAttribute.FACE,),
    CaptureGroup.LEFT_SLAP: (
        BiometricAttribute.LEFT_INDEX,
        BiometricAttribute.LEFT_MIDDLE,
        BiometricAttribute.LEFT_RING,
        BiometricAttribute.LEFT_LITTLE,
    ),
    CaptureGroup.RIGHT_SLAP: (
        BiometricAttribute.RIGHT_INDEX,
        BiometricAttribute.RIGHT_MIDDLE,
        BiometricAttribute.RIGHT_RING,
        BiometricAttribute.RIGHT_LITTLE,
    ),
    CaptureGroup.THUMBS: (BiometricAttribute.LEFT_THUMB, BiometricAttribute.RIGHT_THUMB),
    CaptureGroup.IRISES: (BiometricAttribute.LEFT_EYE, BiometricAttribute.RIGHT_EYE),
}


class ExceptionKind(Enum):
    PERMANENT = "Permanent"
    TEMPORARY = "Temporary"


class ForcedBecause(Enum):
    """Why something is kept although it is below the threshold, in the officer's words."""

    WORN = "worn or damaged ridges"
    SKIN = "dry or wet skin"
    INJURY = "injury or illness"
    STEADY = "cannot be held still"
    OTHER = "another reason"


class LivenessOutcome(Enum):
    """Whether a living face was before the camera."""

    CONFIRMED = "confirmed"
    ATTESTED = "attested"  # not confirmed; the officer says so
    REFUSED = "refused"
    NOT_JUDGED = "not judged"  # the picture came from a file


class AttestedBecause(Enum):
    """Why an officer attests that a living person is there, although the station could not confirm it."""

    LIGHT = "light or camera"
    APPEARANCE = "bandage, covering or glasses"
    MOVEMENT = "cannot move as asked"
    OTHER = "another reason"


@dataclass(frozen=True, slots=True)
class BiometricException:
    """An attribute that cannot be captured, and why. A face has no exception. ``comment`` is the officer's, for
    the supervisor: it does not leave the station."""

    attribute: BiometricAttribute
    kind: ExceptionKind
    reason: str
    comment: str = ""

    def __post_init__(self) -> None:
        if self.attribute is BiometricAttribute.FACE:
            raise ValueError("a face cannot be an exception")


@dataclass(frozen=True, slots=True)
class DigitalId:
    """Who a device says it is (SBI 0.9.5, digitalId): what is printed on its case."""

    serial: str
    make: str
    model: str
    kind: str  # Finger, Iris, Face
    sub_kind: str  # Slap, Single, Double, Full face
    provider: str
    provider_id: str


@dataclass(frozen=True, slots=True)
class Attestation:
    """A device's signature over one sample, kept so that it can be rebuilt and verified.

    ``header`` and ``signature`` are the first and last segment of the compact JWS (base64url);
    ``payload`` is the decoded payload text, byte for byte as the device wrote it, with the value of
    ``bioValue`` replaced by ``<bioValue>`` (the record itself stands in the sample).
    """

    header: str
    payload: str
    signature: str
    spec_version: str


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """Everything about one captured finger, eye or face except its bytes.

    ``quality`` is the device's score, 0..100; ``attempts`` how many captures were made up to this
    one; ``forced`` that it was taken below the threshold; ``chain_hash`` the device's link in the
    hash chain over this registration's captures.
    """

    attribute: BiometricAttribute
    quality: float
    attempts: int
    forced: bool
    captured_at: datetime
    device: DigitalId
    device_code: str
    device_service_version: str
    attestation: Attestation
    chain_hash: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.quality <= 100:  # also refuses NaN, which no threshold would stop
            raise ValueError("quality goes from 0 to 100")


@dataclass(frozen=True, slots=True)
class StationJudgement:
    """What this station measured of a sample, beside what its device says: ``quality`` 0..100 on the scale that
    ``measure`` names, None where it could not be measured; ``findings`` are the names of what was found."""

    measure: str
    quality: float | None
    findings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.quality is not None and not 0 <= self.quality <= 100:
            raise ValueError("quality goes from 0 to 100")


@dataclass(frozen=True, slots=True)
class BiometricSample:
    """One captured finger, eye or face: its facts and its ISO/IEC 19794 record; what the station judged, if it
    did."""

    facts: SampleFacts
    record: bytes
    judgement: StationJudgement | None = None

    @property
    def attribute(self) -> BiometricAttribute:
        return self.facts.attribute
