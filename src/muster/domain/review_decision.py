"""What a supervisor can decide about a registration, and why."""

from __future__ import annotations

from enum import Enum


class Decision(Enum):
    """The values stand in events and in the trail."""

    APPROVE = "approve"
    REJECT = "reject"  # it is never sent; the server is told so
    HOLD = "hold"  # looked at, and left for later
    SEND_BACK = "send_back"  # to the officer, as a draft again

    @property
    def needs_reason(self) -> bool:
        return self in (Decision.REJECT, Decision.SEND_BACK)

    @property
    def needs_sign_off(self) -> bool:
        """Whether it counts only once the supervisor showed who they are."""
        return self is not Decision.HOLD


class Reason(Enum):
    """MOSIP's list of reasons for a rejection in the client (category CLR), by its codes; the last two are ours,
    for what an officer can put right."""

    AGE_AND_PHOTO = "APM"
    GENDER_AND_PHOTO = "GPM"
    ADDRESS = "IAD"
    DUPLICATE = "DPG"
    POOR_CAPTURE = "POC"
    DOCUMENT = "DOC"
    OTHER = "OTH"

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Reason.AGE_AND_PHOTO: "The age does not fit the photo",
    Reason.GENDER_AND_PHOTO: "The gender does not fit the photo",
    Reason.ADDRESS: "The address is not right",
    Reason.DUPLICATE: "The person is registered already",
    Reason.POOR_CAPTURE: "Face, fingers or eyes are to be captured again",
    Reason.DOCUMENT: "A document is missing, unreadable or another person's",
    Reason.OTHER: "Another reason",
}
