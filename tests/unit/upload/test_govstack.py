"""GovStack's enrollment service as a target: what is sent, and what counts as an answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from muster.errors import NetworkUnavailable, Refused
from muster.formats.govstack import EnrollmentRequest, EnrollmentResponse, PacketInfo
from muster.formats.govstack_profile import Profile
from muster.upload.govstack import ENROLLMENT_REFUSED, Enrolling
from muster.upload.transport import SERVER_ANSWER_UNREADABLE, SERVER_REFUSED, SignInWanted, Transport
from unit.upload.wire import Answer, WireServer

RID = "10001100020000120260102030000"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
REQUEST = EnrollmentRequest(RID, AT, offline=True, fields={"fullName": "Erika Mustermann"})
PACKET = PacketInfo(RID, "id", "S", "NEW", "10001_10002", "0.1", "", "", "PacketWriterImpl", "1.0", AT)
TAKEN = EnrollmentResponse(AT, (PACKET,)).encode(Profile.SOURCE)


@pytest.fixture
def target(transport: Transport) -> Enrolling:
    return Enrolling(transport)


# Not enrolled


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b""),
        Answer(200, b"<html>Sign in to the guest network</html>"),
        Answer(200, b"{}"),
        Answer(200, b'{"response":[{"id":5}]}'),
        Answer(200, EnrollmentResponse(AT).encode(Profile.SOURCE)),
        Answer(200, TAKEN.replace(RID.encode(), b"10001100020000220260102030000")),
        Answer(201, b"Created"),
        Answer(201, TAKEN.replace(RID.encode(), b"10001100020000220260102030000")),
        Answer(202, b""),
        Answer(204, b""),
    ],
)
def test_what_does_not_name_the_registration_has_enrolled_nobody(
    server: WireServer, target: Enrolling, answer: Answer
) -> None:
    server.will(answer)
    with pytest.raises(NetworkUnavailable) as caught:
        target.enroll(REQUEST, Profile.SOURCE)
    assert caught.value.code is SERVER_ANSWER_UNREADABLE


@pytest.mark.parametrize(("status", "said"), [(200, "RPR-RGS-003"), (201, "RPR-RGS-003")])
def test_a_refusal_comes_with_the_servers_code_whatever_the_status(
    server: WireServer, target: Enrolling, status: int, said: str
) -> None:
    content = {"response": [{"id": RID}], "errors": [{"errorCode": said, "message": "Erika Mustermann"}]}
    server.will(Answer(status, json.dumps(content).encode()))
    with pytest.raises(Refused) as caught:
        target.enroll(REQUEST, Profile.SOURCE)
    assert (caught.value.code, caught.value.detail) == (ENROLLMENT_REFUSED, {"server_code": said})
    assert "Erika" not in str(caught.value)


@pytest.mark.parametrize("status", [403, 404])
def test_a_server_that_will_not_is_a_refusal(server: WireServer, target: Enrolling, status: int) -> None:
    server.will(Answer(status))
    with pytest.raises(Refused) as caught:
        target.enroll(REQUEST, Profile.SOURCE)
    assert (caught.value.code, caught.value.detail) == (SERVER_REFUSED, {"status": status})


def test_a_server_that_asks_who_is_there_wants_a_sign_in(server: WireServer, target: Enrolling) -> None:
    server.will(Answer(401))
    with pytest.raises(SignInWanted):
        target.enroll(REQUEST, Profile.SOURCE)


# Enrolled


@pytest.mark.parametrize("profile", Profile)
def test_the_request_is_put_as_it_is_in_the_profile(
    server: WireServer, target: Enrolling, profile: Profile
) -> None:
    server.will(Answer(200, TAKEN))
    target.enroll(REQUEST, profile)
    assert (server.last.method, server.last.path) == ("PUT", "/enrollment")
    assert server.last.headers["Content-Type"] == "application/json"
    assert server.last.body == REQUEST.encode(profile)


@pytest.mark.parametrize(
    ("answer", "created"), [(Answer(200, TAKEN), False), (Answer(201, TAKEN), True), (Answer(201, b""), True)]
)
def test_the_status_says_whether_it_is_new_there(
    server: WireServer, target: Enrolling, answer: Answer, created: bool
) -> None:
    server.will(answer)
    enrolled = target.enroll(REQUEST, Profile.SOURCE)
    assert (enrolled.registration_id, enrolled.created) == (RID, created)


def test_only_what_is_put_may_be_created(server: WireServer, transport: Transport) -> None:
    server.will(Answer(201, b"{}"))
    with pytest.raises(NetworkUnavailable):
        transport.post("/x", b"{}", {})
