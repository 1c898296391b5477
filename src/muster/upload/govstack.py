"""GovStack's enrollment service as a target: one call, ``PUT /enrollment``.

Section 8 of the packet notes. Sending the same registration again is safe, since its number is in the request: an
answer that was lost on the way costs nothing but another call. The answers carry no signature. That an error comes
with HTTP 200 as well is MOSIP's habit, whose service this is in other words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from muster.domain.delivery import ServerStatus
from muster.errors import Code, MalformedData, NetworkUnavailable, Refused
from muster.formats.govstack import EnrollmentRequest, EnrollmentResponse
from muster.formats.govstack_profile import Profile
from muster.upload.certificates import certificate_in, certificate_request
from muster.upload.refusals import raise_refusal
from muster.upload.remedies import NOT_SAID, PacketRefused
from muster.upload.target import Announced, Announcement, Business, UploadAnswer
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


class Enrolling:
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


class GovstackTarget:
    """The queue's view of it (``upload.target.Target``): nothing is announced, and nobody tells what became of an
    enrollment. What is sent is made of the registration's content; the sealed packet stays here."""

    def __init__(self, business: Business) -> None:
        self._business = business
        self._server = Enrolling(business.unsigned)

    def certificate(self) -> bytes:
        """GovStack names no such call; MOSIP's is asked for, since every registration is sealed."""
        request = certificate_request("REGISTRATION", self._business.ref_id)
        return certificate_in(self._business.server.send(request).content)

    def announce_each(self, announcements: Iterable[Announcement], certificate: bytes) -> Announced:
        return Announced(frozenset(each.packet_id for each in announcements), {})

    def upload(self, packet_id: str, content: bytes) -> UploadAnswer:
        """Raises ``PacketRefused`` also for a registration whose content is destroyed."""
        try:
            request = self._business.enrollment(packet_id)
        except Refused as error:
            raise PacketRefused(NOT_SAID, error.code, **error.detail) from error
        try:
            enrolled = self._server.enroll(request, Profile.SOURCE)
        except Refused as error:
            if error.code is not ENROLLMENT_REFUSED:  # a gateway's word, which is about no packet
                raise
            raise PacketRefused(str(error.detail["server_code"]), ENROLLMENT_REFUSED) from error
        return UploadAnswer("created" if enrolled.created else "updated", duplicate=not enrolled.created)

    def packet_statuses(self, packet_ids: Iterable[str]) -> dict[str, ServerStatus]:
        return {}

    def registration_statuses(self, registration_ids: Iterable[str]) -> dict[str, ServerStatus]:
        return {}


def target(business: Business) -> GovstackTarget:
    return GovstackTarget(business)


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
