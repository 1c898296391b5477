"""What the processes ask for beyond their steps: a request to answer, something changed, a photo of an exception.

Pure decisions; which steps a process has is the policy's business.
"""

from __future__ import annotations

from collections.abc import Collection

from muster.domain.assessment import Finding
from muster.domain.lifecycle import Registration
from muster.domain.registration import Process, RegistrationId, Step
from muster.errors import BadInput, Code
from muster.packet.assemble import UIN_FIELD
from muster.packet.contents import CORRECTION_WITHOUT_REQUEST

REQUEST_UNUSABLE = Code(
    "REQUEST_UNUSABLE", "This is not the number of a request: it begins with the 29 digits of a registration."
)
REQUEST_NOT_EXPECTED = Code("REQUEST_NOT_EXPECTED", "Only a correction answers a request.")
NOTHING_CHANGED = Code(
    "NOTHING_CHANGED", "Nothing is changed yet. Fill in what is to be changed, or attach a document."
)
EXCEPTION_PHOTO_MISSING = Code(
    "EXCEPTION_PHOTO_MISSING", "The photo that shows what cannot be captured is missing. Take it first."
)


def checked_request(process: Process, request: str | None) -> str | None:
    """The request a registration answers, or nothing. Raises ``BadInput`` when it does not go with the process."""
    given = (request or "").strip()
    if process is not Process.BIOMETRIC_CORRECTION:
        if given:
            raise BadInput(REQUEST_NOT_EXPECTED)
        return None
    if not given:
        raise BadInput(CORRECTION_WITHOUT_REQUEST)
    try:
        RegistrationId.of_request(given)
    except BadInput as error:
        raise BadInput(REQUEST_UNUSABLE) from error
    return given


def check_whole(state: Registration, steps: Collection[Step]) -> tuple[Finding, ...]:
    """What no single step can say of itself: its answer was good when it was given, the whole is not. ``steps``
    are those of this registration."""
    findings = []
    if not changes_something(state):
        findings.append(Finding(NOTHING_CHANGED))
    if Step.EXCEPTION_PHOTO in steps and not state.is_done(Step.EXCEPTION_PHOTO):
        findings.append(Finding(EXCEPTION_PHOTO_MISSING))
    return tuple(findings)


def changes_something(state: Registration) -> bool:
    """Whether there is anything in it besides whose it is; only an update can be without."""
    changed = set(state.demographics) - {UIN_FIELD}
    return state.started.process is not Process.UPDATE or bool(changed or state.documents)
