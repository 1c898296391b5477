"""What may speak against a document and who presents it, in the words that other systems read.

The 25 identifiers of ``RiskIndicator`` are exhaustive where they are exchanged (MiTrust): any other value is
refused, so what has no name of its own is ``other`` with the source's code beside it. ``document_tempering`` is
spelt so there. An eID has no decision and no indicators: its proof is a signature.

Officers see none of this (they would teach whoever asks them): supervisors do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DocumentVerdict(Enum):
    APPROVED = "approved"
    DECLINED = "declined"
    INCONCLUSIVE = "inconclusive"


class RiskIndicator(Enum):
    DOCUMENT_BACK_IMAGE_MISSING = "document_back_image_missing"
    DOCUMENT_BACK_NOT_VISIBLE = "document_back_not_visible"
    DOCUMENT_EXPIRED = "document_expired"
    DOCUMENT_FRONT_IMAGE_MISSING = "document_front_image_missing"
    DOCUMENT_FRONT_NOT_VISIBLE = "document_front_not_visible"
    DOCUMENT_IMAGE_QUALITY_LOW = "document_image_quality_low"
    DOCUMENT_INVALID_APPEARANCE = "document_invalid_appearance"
    DOCUMENT_NOT_PHYSICAL = "document_not_physical"
    DOCUMENT_NOT_RECOGNISED = "document_not_recognised"
    DOCUMENT_REJECTED = "document_rejected"
    DOCUMENT_TEMPERING = "document_tempering"
    DUPLICATED_DEVICE = "duplicated_device"
    DUPLICATED_END_USER = "duplicated_end_user"
    DUPLICATED_ID = "duplicated_id"
    FACE_IMAGE_MISSING = "face_image_missing"
    FACE_IMAGE_QUALITY_LOW = "face_image_quality_low"
    FACE_IN_BLOCKLIST = "face_in_blocklist"
    FACE_LIVENESS_FAILED = "face_liveness_failed"
    FACE_NOT_SIMILAR_TO_PORTRAIT = "face_not_similar_to_portrait"
    IDENTITY_FARMING = "identity_farming"
    KNOWN_FRAUD = "known_fraud"
    OTHER = "other"
    RESTRICTED_IP_LOCATION = "restricted_ip_location"
    SUSPICIOUS_BEHAVIOUR = "suspicious_behaviour"
    UNEXPECTED_TRAFFIC_BEHAVIOUR = "unexpected_traffic_behaviour"

    @property
    def declines(self) -> bool:
        """Whether it alone declines; the others leave the decision open."""
        return self not in _LEAVE_OPEN


_LEAVE_OPEN = frozenset(
    {
        RiskIndicator.DOCUMENT_BACK_IMAGE_MISSING, RiskIndicator.DOCUMENT_BACK_NOT_VISIBLE,
        RiskIndicator.DOCUMENT_FRONT_IMAGE_MISSING, RiskIndicator.DOCUMENT_FRONT_NOT_VISIBLE,
        RiskIndicator.DOCUMENT_IMAGE_QUALITY_LOW, RiskIndicator.DOCUMENT_NOT_RECOGNISED,
        RiskIndicator.FACE_IMAGE_MISSING, RiskIndicator.FACE_IMAGE_QUALITY_LOW, RiskIndicator.OTHER,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Risk:
    """``raw`` is the source's own word: here the name of the check that failed."""

    normalized: RiskIndicator
    raw: str

    @classmethod
    def of_provider(cls, normalized: str, raw: str) -> Risk:
        """What another system says, whose word may be none of the 25."""
        try:
            return cls(RiskIndicator(normalized), raw)
        except ValueError:
            return cls(RiskIndicator.OTHER, raw)
