"""One registration: its identifier, its process and the steps an officer walks through.

State is derived: a registration is a list of events (``domain.lifecycle``), and everything a screen
shows is a fold over them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from muster.domain.biometrics import CaptureGroup
from muster.errors import BadInput, Code

BAD_REGISTRATION_ID = Code(
    "BAD_REGISTRATION_ID", "This is not a registration number: it must have 29 digits ending in a date."
)


class Process(Enum):
    """MOSIP's flows, by the names the packet carries."""

    NEW = "NEW"
    UPDATE = "UPDATE"
    LOST = "LOST"
    BIOMETRIC_CORRECTION = "BIOMETRIC_CORRECTION"


class Step(Enum):
    """What the officer does, in this order. The values appear in the command line's JSON."""

    CONSENT = "consent"
    DEMOGRAPHICS = "demographics"
    DOCUMENTS = "documents"
    FACE = "face"
    LEFT_SLAP = "left_slap"
    RIGHT_SLAP = "right_slap"
    THUMBS = "thumbs"
    IRISES = "irises"
    EXCEPTION_PHOTO = "exception_photo"
    PREVIEW = "preview"
    SIGNATURE = "signature"

    @property
    def capture_group(self) -> CaptureGroup | None:
        """The placement this step captures, or nothing for a step without a device."""
        try:
            return CaptureGroup(self.value)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class RegistrationId:
    """RID: centre (5) + machine (5) + sequence (5) + UTC time ``yyyyMMddHHmmss`` (14), no checksum.

    MOSIP's ``RidGeneratorImpl`` and ``RidValidatorImpl``; section 1 of the packet notes.
    """

    text: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{29}", self.text):
            raise BadInput(BAD_REGISTRATION_ID)
        try:
            datetime.strptime(self.text[15:], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            raise BadInput(BAD_REGISTRATION_ID) from None

    @classmethod
    def compose(cls, center: str, machine: str, sequence: int, moment: datetime) -> RegistrationId:
        if not 1 <= sequence <= 99_999:
            raise ValueError("the sequence has five digits and starts at 1")
        return cls(f"{center}{machine}{sequence:05d}{moment.astimezone(UTC):%Y%m%d%H%M%S}")

    @classmethod
    def of_request(cls, request: str) -> RegistrationId:
        """The registration an additional-information request is about: its part before the first ``-``."""
        return cls(request.partition("-")[0])

    @property
    def center(self) -> str:
        return self.text[:5]

    @property
    def machine(self) -> str:
        return self.text[5:10]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class StationId:
    """Centre and machine number as the server assigned them (five digits each)."""

    center: str
    machine: str

    def __post_init__(self) -> None:
        if not (re.fullmatch(r"[0-9]{5}", self.center) and re.fullmatch(r"[0-9]{5}", self.machine)):
            raise ValueError("centre and machine numbers have five digits")

    @property
    def ref_id(self) -> str:
        """``<center>_<machine>``: MOSIP's refId, under which keys and packets are filed."""
        return f"{self.center}_{self.machine}"
