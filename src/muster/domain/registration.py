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

# One for each of MOSIP's KER-IDV-304, 301, 305, 302 and 303.
REGISTRATION_ID_LENGTH = Code(
    "REGISTRATION_ID_LENGTH", "This is not a registration number: it must have 29 digits."
)
REGISTRATION_ID_NOT_NUMERIC = Code(
    "REGISTRATION_ID_NOT_NUMERIC", "This is not a registration number: it may hold digits only."
)
REGISTRATION_ID_TIME = Code(
    "REGISTRATION_ID_TIME", "This is not a registration number: it must end in a date and a time."
)
REGISTRATION_ID_CENTER = Code("REGISTRATION_ID_CENTER", "This registration number is of another centre.")
REGISTRATION_ID_MACHINE = Code("REGISTRATION_ID_MACHINE", "This registration number is of another machine.")

REGISTRATION_ID_DIGITS = 29


class Process(Enum):
    """MOSIP's flows, by the names the packet carries."""

    NEW = "NEW"
    UPDATE = "UPDATE"
    LOST = "LOST"
    BIOMETRIC_CORRECTION = "BIOMETRIC_CORRECTION"


class Step(Enum):
    """What the officer does, in this order. The values appear in the command line's JSON. A proof of identity is
    asked for only where the station has a use case for the process, an introducer only of somebody who is too
    young to come alone."""

    CONSENT = "consent"
    DEMOGRAPHICS = "demographics"
    DOCUMENTS = "documents"
    PROOFING = "proofing"
    FACE = "face"
    LEFT_SLAP = "left_slap"
    RIGHT_SLAP = "right_slap"
    THUMBS = "thumbs"
    IRISES = "irises"
    EXCEPTION_PHOTO = "exception_photo"
    INTRODUCER = "introducer"
    PREVIEW = "preview"
    SIGNATURE = "signature"

    @property
    def capture_group(self) -> CaptureGroup | None:
        """The placement this step captures, or nothing for a step without a device."""
        try:
            return CaptureGroup(self.value)
        except ValueError:
            return None


USUAL_STEPS = tuple(step for step in Step if step not in (Step.PROOFING, Step.INTRODUCER))


@dataclass(frozen=True, slots=True)
class RegistrationId:
    """RID: centre (5) + machine (5) + sequence (5) + UTC time ``yyyyMMddHHmmss`` (14), no checksum.

    MOSIP's ``RidGeneratorImpl`` and ``RidValidatorImpl``; section 1 of the packet notes. Checked in the
    validator's order: length, digits, time. Its lengths of the parts (KER-IDV-306 and 307) are fixed here, so
    that nothing can be wrong with them.
    """

    text: str

    def __post_init__(self) -> None:
        if len(self.text) != REGISTRATION_ID_DIGITS:
            raise BadInput(REGISTRATION_ID_LENGTH)
        if not re.fullmatch(r"[0-9]+", self.text):
            raise BadInput(REGISTRATION_ID_NOT_NUMERIC)
        try:
            datetime.strptime(self.text[15:], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        except ValueError:
            raise BadInput(REGISTRATION_ID_TIME) from None

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

    def require_station(self, station: StationId) -> None:
        """The validator's longer form, which also asks where the number was made. Raises ``BadInput``."""
        if self.center != station.center:
            raise BadInput(REGISTRATION_ID_CENTER)
        if self.machine != station.machine:
            raise BadInput(REGISTRATION_ID_MACHINE)

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
