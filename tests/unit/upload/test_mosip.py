"""MOSIP's words on the wire: certificate, announcement, upload, and its ways of saying no."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from muster.domain.delivery import ServerStatus
from muster.errors import BadInput, NetworkUnavailable, Refused
from muster.upload.certificates import CERTIFICATE_REFUSED
from muster.upload.mosip import MosipTarget
from muster.upload.remedies import PACKET_REFUSED, PacketRefused
from muster.upload.target import Announcement, UploadAnswer
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


# Some succeed, some do not (7.2)


OTHER_RID = "10001100020000220260102030000"
OTHER = replace(ANNOUNCEMENT, registration_id=OTHER_RID, packet_id=f"{OTHER_RID}-10001_10002-20260102031000")


def _refused(registration_id: str, code: str = "RPR-RGS-027") -> dict[str, Any]:
    return {"errorCode": code, "message": "no", "registrationId": registration_id, "status": "FAILURE"}


def test_one_packet_is_taken_and_the_other_refused_in_one_answer(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    server.will_say({"response": [SUCCESS], "errors": [_refused(OTHER_RID)]})
    told = target.announce_each([ANNOUNCEMENT, OTHER], server_key.certificate_pem)
    assert (told.taken, told.refused) == ({PACKET_ID}, {OTHER.packet_id: "RPR-RGS-027"})


def test_a_refusal_means_the_packet_of_its_registration_that_did_not_succeed(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    later = replace(ANNOUNCEMENT, packet_id=PACKET_ID.replace("031000", "041000"))
    server.will_say({"response": [SUCCESS], "errors": [_refused(RID)]})
    told = target.announce_each([ANNOUNCEMENT, later], server_key.certificate_pem)
    assert (told.taken, set(told.refused)) == ({PACKET_ID}, {later.packet_id})


@pytest.mark.parametrize("registration_id", [None, "1", OTHER_RID])
def test_a_refusal_of_no_packet_of_ours_is_one_of_the_whole_call(
    server: WireServer, target: MosipTarget, server_key: KeyPair, registration_id: Any
) -> None:
    server.will_say({"response": [SUCCESS], "errors": [_refused(registration_id, "RPR-RGS-029")]})
    with pytest.raises(Refused) as caught:
        target.announce_each([ANNOUNCEMENT], server_key.certificate_pem)
    assert caught.value.detail == {"server_code": "RPR-RGS-029"}


def test_an_entry_that_failed_is_not_taken_though_it_stands_among_the_answers(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    server.will_say({"response": [{**SUCCESS, "status": "FAILURE"}], "errors": None})
    assert target.announce_each([ANNOUNCEMENT], server_key.certificate_pem).taken == frozenset()


@pytest.mark.parametrize("code", [None, 5, "Erika Mustermann", "X" * 41, {"a": 1}])
def test_a_code_that_is_none_is_not_repeated(
    server: WireServer, target: MosipTarget, server_key: KeyPair, code: Any
) -> None:
    server.will_say({"response": [], "errors": [_refused(RID, code)]})
    assert target.announce_each([ANNOUNCEMENT], server_key.certificate_pem).refused == {PACKET_ID: "?"}


def test_eleven_packets_are_announced_in_two_calls(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    packets = [replace(ANNOUNCEMENT, packet_id=f"{RID}-10001_10002-202601020310{n:02}") for n in range(11)]
    names = [{**SUCCESS, "packetId": each.packet_id} for each in packets]
    server.will_say({"response": names[:10]})
    server.will_say({"response": names[10:]})
    told = target.announce_each(packets, server_key.certificate_pem)
    assert told.taken == {each.packet_id for each in packets}


def test_a_packet_named_as_its_registration_is_announced_by_the_old_call(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    server.will_say({"response": [{"registrationId": RID, "status": "SUCCESS"}], "errors": None})
    target.announce([replace(ANNOUNCEMENT, packet_id=RID)], server_key.certificate_pem)
    assert server.last.path == "/registrationprocessor/v1/registrationstatus/sync"


# The station itself (4.3)


@pytest.mark.parametrize(
    ("server_code", "code"),
    [
        ("KER-SNC-155", "STATION_NOT_FOUND"),
        ("KER-SNC-164", "STATION_KEY_UNKNOWN"),
        ("KER-SNC-999", "STATION_REFUSED"),
    ],
)
def test_a_station_the_server_does_not_know_has_a_sentence_of_its_own(
    server: WireServer, target: MosipTarget, server_key: KeyPair, server_code: str, code: str
) -> None:
    server.will_say(_failure(server_code))
    with pytest.raises(Refused) as caught:
        target.verify_machine("station", server_key.key)
    assert caught.value.code.name == code


def test_a_server_that_answers_with_another_key_does_not_know_the_station(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    server.will_say({"response": {"keyIndex": "ab:cd"}})
    with pytest.raises(Refused) as caught:
        target.verify_machine("station", server_key.key)
    assert caught.value.code.name == "STATION_KEY_UNKNOWN"


@pytest.mark.parametrize("response", [None, [], {}, {"keyIndex": None}, "yes"])
def test_an_answer_without_a_key_index_is_unreadable(
    server: WireServer, target: MosipTarget, server_key: KeyPair, response: object
) -> None:
    server.will_say({"response": response})
    with pytest.raises(NetworkUnavailable):
        target.verify_machine("station", server_key.key)


def test_a_known_station_is_asked_for_by_name_and_keys(
    server: WireServer, target: MosipTarget, server_key: KeyPair
) -> None:
    server.will_say({"response": {"keyIndex": server_key.key.key_index}})
    target.verify_machine("station", server_key.key)
    sent = json_of(server.last)
    assert sent["version"] == "1.0"
    assert sent["request"]["machineName"] == "station"
    assert unb64u(sent["request"]["publicKey"]) == server_key.key.public_der
    assert unb64u(sent["request"]["signPublicKey"]) == server_key.key.public_der


# What became of packets (7.4)


@pytest.mark.parametrize("response", [None, {}, "no", 5])
def test_an_answer_without_statuses_is_unreadable(
    server: WireServer, target: MosipTarget, response: object
) -> None:
    server.will_say({"response": response})
    with pytest.raises(NetworkUnavailable):
        target.packet_statuses([PACKET_ID])


def test_a_refused_question_says_the_servers_code(server: WireServer, target: MosipTarget) -> None:
    server.will_say(_failure("RPR-RGS-017"))
    with pytest.raises(Refused) as caught:
        target.packet_statuses([PACKET_ID])
    assert caught.value.code.name == "STATUS_REFUSED"


def test_a_server_that_knows_none_of_them_says_nothing(server: WireServer, target: MosipTarget) -> None:
    server.will_say(_failure("RPR-RGS-031"))
    assert target.registration_statuses([RID]) == {}


def test_only_what_was_asked_for_is_believed(server: WireServer, target: MosipTarget) -> None:
    entries = [{"packetId": PACKET_ID, "statusCode": "RESEND"}, {"packetId": "x", "statusCode": "ACCEPTED"}, 5]
    server.will_say({"response": entries, "errors": [_refused(OTHER_RID)]})
    assert target.packet_statuses([PACKET_ID, OTHER.packet_id]) == {PACKET_ID: ServerStatus.RESEND}
    assert json_of(server.last)["request"] == [{"packetId": PACKET_ID}, {"packetId": OTHER.packet_id}]
    assert json_of(server.last)["id"] == "mosip.registration.packet.external.status"


@pytest.mark.parametrize("word", [None, "", "SHREDDED"])
def test_a_status_nobody_knows_is_another_one(server: WireServer, target: MosipTarget, word: Any) -> None:
    server.will_say({"response": [{"registrationId": RID, "statusCode": word}]})
    assert target.registration_statuses([RID]) == {RID: ServerStatus.OTHER}


def test_a_registration_is_looked_for_where_old_servers_know_it(server: WireServer, target: MosipTarget) -> None:
    server.will_say({"response": [{"registrationId": RID, "statusCode": "UIN_GENERATED"}]})
    assert target.registration_statuses([RID]) == {RID: ServerStatus.UIN_GENERATED}
    assert server.last.path == "/registrationprocessor/v1/registrationstatus/search"
    assert json_of(server.last)["id"] == "mosip.registration.status"


# Upload (7.3, trap 19)


@pytest.mark.parametrize("code", ["RPR-PKR-001", "RPR-PKR-009", "RPR-PKR-013", "KER-PUT-019"])
def test_a_refused_packet_says_the_servers_code(server: WireServer, target: MosipTarget, code: str) -> None:
    server.will_say(_failure(code, "no"))
    with pytest.raises(PacketRefused) as caught:
        target.upload(PACKET_ID, CONTENT)
    assert caught.value.detail == {"server_code": code}


def test_a_packet_that_a_gateway_finds_too_large_is_refused_as_such(
    server: WireServer, target: MosipTarget
) -> None:
    server.will(Answer(413))
    with pytest.raises(PacketRefused) as caught:
        target.upload(PACKET_ID, CONTENT)
    assert caught.value.code.name == "PACKET_TOO_LARGE_THERE"


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
