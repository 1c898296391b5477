"""What is heard of a document or a face that was judged: one generic sentence, the gravest that applies.

Which checks failed, and how many, is for supervisors (``provider_code``): it would teach whoever tries to get past
them. How to lay a page or where to look is told while that is done, not here.
"""

from __future__ import annotations

from collections.abc import Sequence

from muster.domain.document_risk import Risk, RiskIndicator
from muster.errors import Code
from muster.proofing.method import NotDone

CANNOT_CONTINUE = Code("CANNOT_CONTINUE", "It cannot be gone on in this way. Ask your supervisor.")
DOCUMENT_NOT_ACCEPTED = Code(
    "DOCUMENT_NOT_ACCEPTED",
    "This document cannot be accepted as a proof. Ask for another, or take another way.",
)
ASK_SUPERVISOR = Code("ASK_SUPERVISOR", "Ask your supervisor to look at this proof.")
RECAPTURE_DOCUMENT = Code(
    "RECAPTURE_DOCUMENT", "The document could not be judged. Lay it flat and straight, and scan it again."
)
RECAPTURE_FACE = Code(
    "RECAPTURE_FACE", "The face could not be judged. Ask the person to look into the camera again, in good light."
)

# The gravest first.
_SAID = (CANNOT_CONTINUE, DOCUMENT_NOT_ACCEPTED, ASK_SUPERVISOR, RECAPTURE_DOCUMENT, RECAPTURE_FACE)
_AGAIN = {
    RiskIndicator.DOCUMENT_BACK_IMAGE_MISSING: RECAPTURE_DOCUMENT,
    RiskIndicator.DOCUMENT_BACK_NOT_VISIBLE: RECAPTURE_DOCUMENT,
    RiskIndicator.DOCUMENT_FRONT_IMAGE_MISSING: RECAPTURE_DOCUMENT,
    RiskIndicator.DOCUMENT_FRONT_NOT_VISIBLE: RECAPTURE_DOCUMENT,
    RiskIndicator.DOCUMENT_IMAGE_QUALITY_LOW: RECAPTURE_DOCUMENT,
    RiskIndicator.FACE_IMAGE_MISSING: RECAPTURE_FACE,
    RiskIndicator.FACE_IMAGE_QUALITY_LOW: RECAPTURE_FACE,
    RiskIndicator.FACE_LIVENESS_FAILED: RECAPTURE_FACE,
    RiskIndicator.OTHER: ASK_SUPERVISOR,
}
_OF_DOCUMENT = frozenset(
    {
        RiskIndicator.DOCUMENT_EXPIRED, RiskIndicator.DOCUMENT_INVALID_APPEARANCE,
        RiskIndicator.DOCUMENT_NOT_PHYSICAL, RiskIndicator.DOCUMENT_NOT_RECOGNISED,
        RiskIndicator.DOCUMENT_REJECTED,
    }
)  # fmt: skip


def refused(risks: Sequence[Risk], *, retryable: bool = False) -> NotDone:
    """For at least one risk. What is refused for good is not asked for again."""
    said = min((_sentence(each.normalized) for each in risks), key=_SAID.index)
    if said is RECAPTURE_FACE and not retryable:
        said = CANNOT_CONTINUE
    return NotDone(said, " ".join(f"{each.normalized.value}:{each.raw}" for each in risks), retryable)


def _sentence(indicator: RiskIndicator) -> Code:
    return DOCUMENT_NOT_ACCEPTED if indicator in _OF_DOCUMENT else _AGAIN.get(indicator, CANNOT_CONTINUE)
