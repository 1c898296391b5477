"""GovStack's enrollment service as a target: one call, ``PUT /enrollment``.

Section 8 of the packet notes. Sending the same registration again is safe, since its number is in the request: an
answer that was lost on the way costs nothing but another call. The answers carry no signature. That an error comes
with HTTP 200 as well is MOSIP's habit, whose service this is in other words.
"""

from __future__ import annotations

from dataclasses import dataclass

from muster.errors import Code, MalformedData, NetworkUnavailable
from muster.formats.govstack import EnrollmentRequest, EnrollmentResponse
from muster.formats.govstack_profile import Profile
from muster.upload.refusals import raise_refusal
from muster.upload.transport import SERVER_ANSWER_UNREADABLE, Answer, Exchange, Request

ENROLLMENT_REFUSED = Code(
    "ENROLLMENT_REFUSED", "The server refused the enrollment (its code: {server_code}). Tell your supervisor."
)

ENROLLMENT_PATH = "/enrollment"
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Enrolled:
    """``created`` is false when the server knew the registration already."""

    registration_id: str
    created: bool


class GovstackTarget:
    def __init__(self, server: Exchange) -> None:
        self._server = server

    def enroll(self, request: EnrollmentRequest, profile: Profile) -> Enrolled:
        """Send the whole request. Raises ``BadInput`` (a sample the profile has no word for), ``Refused``,
        ``SignInWanted``, ``NetworkUnavailable``."""
        body = request.encode(profile)
        answer = self._server.send(Request("PUT", ENROLLMENT_PATH, headers=_JSON, body=body))
        raise_refusal(answer.content, ENROLLMENT_REFUSED)
        if not _names(answer, request.id):
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
        return Enrolled(request.id, answer.created)


def _names(answer: Answer, registration_id: str) -> bool:
    """Whether it is about the registration: whatever else answers with JSON has enrolled nobody. A 201 needs no
    body."""
    if answer.created and not answer.body:
        return True
    try:
        packets = EnrollmentResponse.parse(answer.body).packets
    except MalformedData:
        return False
    return any(each.id == registration_id for each in packets)
