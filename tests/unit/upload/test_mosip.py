"""MOSIP's words on the wire: certificate, announcement, upload, and its ways of saying no."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from muster.errors import BadInput, NetworkUnavailable, Refused
from muster.upload.certificates import CERTIFICATE_REFUSED
from muster.upload.mosip import (
    PACKET_REFUSED,
    Announcement,
    MosipTarget,
    UploadAnswer,
)
from muster.upload.transport import SERVER_ANSWER_UNREADABLE, Transport
from unit.packet.contents_fixture import KeyPair
from unit.packet.independent_reader import Envelope, thumbprint, unb64u
from unit.upload.wire import Answer, WireServer, json_of

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
RID = "10001100020000120260102030000"
PACKET_ID = f"{RID}-10001_10002-20260102031000"
CONTENT = b"sealed packet"
ANNOUNCEMENT = Announcement(
    registration_id=RID,
    packet_id=PACKET_ID,
    process="NEW",
    digest=hashlib.sha256(CONTENT).hexdigest().upper(),
    size=len(CONTENT),
    language="eng",
    supervisor_status="APPROVED",
    supervisor_comment="seen",
)
SUCCESS = {"registrationId": RID, "packetId": PACKET_ID, "status": "SUCCESS"}


@pytest.fixture(scope="module")
def server_key() -> KeyPair:
    return KeyPair.make("Test server")


@pytest.fixture
def target(transport: Transport) -> MosipTarget:
    return MosipTarget(transport, "10001_10002", lambda: NOW)


def _failure(code: str, message: str = "", **more: Any) -> dict[str, Any]:
    return {"response": None, "errors": [{"errorCode": code, "message": message, **more}]}


# Certificate


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"response": None, "errors": None},
        {"response": {}},
        {"response": {"certificate": None}},
        {"response": ["certificate"]},
        {"response": {"certificate": 5}, "errors": []},
    ],
)
def test_an_answer_without_a_certificate_is_unreadable(
    server: WireServer, target: MosipTarget, answer: dict[str, Any]
) -> None:
    server.will_say(answer)
    with pytest.raises(NetworkUnavailable) as caught:
        target.certificate()
    assert caught.value.code is SERVER_ANSWER_UNREADABLE


def test_a_refused_certificate_says_the_servers_code(server: WireServer, target: MosipTarget) -> None:
    server.will_say(_failure("KER-KMS-002", "ApplicationId not found"))
    with pytest.raises(Refused) as caught:
        target.certificate()
    assert caught.value.code is CERTIFICATE_REFUSED
    assert caught.value.detail == {"server_code": "KER-KMS-002"}


def test_the_certificate_is_asked_for_by_the_stations_reference(server: WireServer, target: MosipTarget) -> None:
    server.will_say({"response": {"certificate": "-----BEGIN CERTIFICATE-----\n"}, "errors": None})
    assert target.certificate() == b"-----BEGIN CERTIFICATE-----\n"
    assert server.last.path == "/v1/syncdata/getCertificate?applicationId=REGISTRATION&referenceId=10001_10002"


# Announcing (7.2, trap 18)


def test_a_certificate_that_is_none_cannot_be_announced_to(server: WireServer, target: MosipTarget) -> None:
    with pytest.raises(BadInput):
        target.announce([ANNOUNCEMENT], b"<html>")
    assert server.received == []


def test_a_refused_announcement_says_the_servers_code(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    server.will_say({**_failure("RPR-RGS-028", "Decryption failed"), "response": []})
    with pytest.raises(Refused) as caught:
        target.announce([ANNOUNCEMENT], server_key.certificate_pem)
    assert caught.value.code is PACKET_REFUSED
    assert caught.value.detail == {"server_code": "RPR-RGS-028"}


def test_one_refused_packet_among_accepted_ones_is_not_overlooked(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    failed = {"errorCode": "RPR-RGS-027", "message": "hash null", "registrationId": RID, "status": "FAILURE"}
    server.will_say({"response": [SUCCESS], "errors": [failed]})
    with pytest.raises(Refused) as caught:
        target.announce([ANNOUNCEMENT, ANNOUNCEMENT], server_key.certificate_pem)
    assert caught.value.detail == {"server_code": "RPR-RGS-027"}


@pytest.mark.parametrize(
    "answer", [{}, {"ok": True}, {"response": None, "errors": None}, {"response": "yes"}, {"response": []}]
)
def test_an_answer_that_does_not_list_the_packet_is_no_announcement(
    server: WireServer, target: MosipTarget, server_key: KeyPair, answer: dict[str, Any]
) -> None:
    server.will_say(answer)
    with pytest.raises(NetworkUnavailable) as caught:
        target.announce([ANNOUNCEMENT], server_key.certificate_pem)
    assert caught.value.code is SERVER_ANSWER_UNREADABLE


@pytest.mark.parametrize("errors", [None, []])
def test_an_announcement_without_errors_is_done(
    server: WireServer, target: MosipTarget, server_key: KeyPair, errors: object
) -> None:
    server.will_say({"response": [SUCCESS], "errors": errors})
    target.announce([ANNOUNCEMENT], server_key.certificate_pem)
    assert (server.last.method, server.last.path) == (
        "POST",
        "/registrationprocessor/v1/registrationstatus/syncV2",
    )


@pytest.fixture
def announced(server: WireServer, target: MosipTarget, server_key: KeyPair) -> dict[str, Any]:
    """What the server reads after it decrypted the body of one announcement."""
    server.will_say({"response": [SUCCESS], "errors": []})
    target.announce([ANNOUNCEMENT], server_key.certificate_pem)
    sealed = unb64u(json_of(server.last))
    return dict(json.loads(Envelope.cut(sealed).open(server_key.key.to_pem())))


@pytest.mark.usefixtures("announced")
def test_the_body_is_one_json_string_of_unpadded_base64url(server: WireServer) -> None:
    body = server.last.body
    assert body.startswith(b'"') and body.endswith(b'"')
    assert set(json_of(server.last)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.usefixtures("announced")
def test_the_body_is_encrypted_to_the_servers_certificate(server: WireServer, server_key: KeyPair) -> None:
    sealed = unb64u(json_of(server.last))
    assert Envelope.cut(sealed).thumbprint == thumbprint(server_key.certificate_pem)


@pytest.mark.usefixtures("announced")
def test_headers_name_the_station_and_the_time(server: WireServer) -> None:
    assert server.last.headers["Center-Machine-RefId"] == "10001_10002"
    assert server.last.headers["timestamp"] == "2026-01-02T03:04:05.678Z"
    assert server.last.headers["Content-Type"] == "application/json"


def test_the_announcement_says_what_will_come(announced: dict[str, Any]) -> None:
    (entry,) = announced.pop("request")
    assert announced == {
        "id": "mosip.registration.sync",
        "version": "1.0",
        "requesttime": "2026-01-02T03:04:05.678Z",
    }
    assert entry == {
        "langCode": "eng",
        "registrationId": RID,
        "packetId": PACKET_ID,
        "additionalInfoReqId": None,
        "registrationType": "NEW",
        "packetHashValue": hashlib.sha256(CONTENT).hexdigest().upper(),
        "packetSize": 13,
        "supervisorStatus": "APPROVED",
        "supervisorComment": "seen",
        "name": None,
        "phone": None,
        "email": None,
    }


def test_the_announcement_of_a_correction_names_the_request_it_answers(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    request = f"{RID}-BIOMETRIC_CORRECTION-1"
    server.will_say({"response": [SUCCESS], "errors": []})
    target.announce([replace(ANNOUNCEMENT, additional_info_request=request)], server_key.certificate_pem)
    body = json.loads(Envelope.cut(unb64u(json_of(server.last))).open(server_key.key.to_pem()))
    assert body["request"][0]["additionalInfoReqId"] == request


def test_a_clock_in_another_zone_still_sends_utc(
    server: WireServer, transport: Transport, server_key: KeyPair
) -> None:
    there = timezone(timedelta(hours=5, minutes=30))
    server.will_say({"response": [SUCCESS], "errors": []})
    target = MosipTarget(transport, "10001_10002", lambda: NOW.astimezone(there))
    target.announce([ANNOUNCEMENT], server_key.certificate_pem)
    assert server.last.headers["timestamp"] == "2026-01-02T03:04:05.678Z"


# Upload (7.3, trap 19)


@pytest.mark.parametrize("code", ["RPR-PKR-001", "RPR-PKR-009", "RPR-PKR-013", "KER-PUT-019"])
def test_a_refused_packet_says_the_servers_code(server: WireServer, target: MosipTarget, code: str) -> None:
    server.will_say(_failure(code, "no"))
    with pytest.raises(Refused) as caught:
        target.upload(PACKET_ID, CONTENT)
    assert caught.value.code is PACKET_REFUSED
    assert caught.value.detail == {"server_code": code}


def test_the_servers_message_stays_out_of_the_error(server: WireServer, target: MosipTarget) -> None:
    server.will_say(_failure("RPR-PKR-001", "Erika Mustermann is not known"))
    with pytest.raises(Refused) as caught:
        target.upload(PACKET_ID, CONTENT)
    assert "Mustermann" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"response": None, "errors": None},
        {"response": None, "errors": []},
        {"response": {}, "errors": None},
        {"response": {"status": 1}, "errors": None},
        {"response": "Packet has reached Packet Receiver"},
        {"response": None, "errors": ["no"]},
        {"response": None, "errors": {"errorCode": "RPR-PKR-001"}},
    ],
)
def test_an_answer_without_a_status_is_no_success(
    server: WireServer, target: MosipTarget, answer: dict[str, Any]
) -> None:
    server.will_say(answer)
    with pytest.raises(NetworkUnavailable) as caught:
        target.upload(PACKET_ID, CONTENT)
    assert caught.value.code is SERVER_ANSWER_UNREADABLE


def test_a_server_in_trouble_is_not_a_refusal(server: WireServer, target: MosipTarget) -> None:
    server.will(Answer(503, json.dumps(_failure("RPR-PKR-012")).encode()))
    with pytest.raises(NetworkUnavailable):
        target.upload(PACKET_ID, CONTENT)


def test_an_accepted_packet_gives_the_servers_own_sentence(server: WireServer, target: MosipTarget) -> None:
    server.will_say({"response": {"status": "Packet has reached Packet Receiver"}, "errors": None})
    answer = target.upload(PACKET_ID, CONTENT)
    assert answer == UploadAnswer("Packet has reached Packet Receiver", duplicate=False)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RPR-PKR-005", "Duplicate Request Received"),
        ("RPR-PKR-005", ""),
        ("RPR-XXX-999", "This is a DUPLICATE packet"),
    ],
)
def test_a_duplicate_means_that_the_server_has_it(
    server: WireServer, target: MosipTarget, code: str, message: str
) -> None:
    server.will_say(_failure(code, message))
    assert target.upload(PACKET_ID, CONTENT) == UploadAnswer(message, duplicate=True)


def test_the_packet_is_sent_byte_for_byte_under_its_own_name(server: WireServer, target: MosipTarget) -> None:
    server.will_say({"response": {"status": "ok"}})
    target.upload(PACKET_ID, CONTENT)
    assert server.last.path == "/registrationprocessor/v1/packetreceiver/registrationpackets"
    assert f'name="file"; filename="{PACKET_ID}.zip"'.encode() in server.last.body
    assert b"\r\n\r\n" + CONTENT + b"\r\n--" in server.last.body
