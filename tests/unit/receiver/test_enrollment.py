"""GovStack's PUT /enrollment at the receiver: what is refused, what is kept, what is answered."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from jsonschema import Draft202012Validator

from muster.formats.bir_json import under_root
from muster.formats.cbeff import Bir
from muster.formats.cbeff_details import BirDetails, BirInfo, RegistryId
from muster.formats.govstack import (
    NO_FIELD,
    EnrolledDocument,
    EnrollmentRequest,
    EnrollmentResponse,
    PacketInfo,
)
from muster.formats.govstack_profile import Profile
from muster.receiver.app import create_app
from muster.receiver.machines import Standing
from muster.receiver.operations import Receiver
from muster.receiver.tables import enrollment
from unit.formats.govstack_yaml import load_api, schema_of
from unit.receiver.counter import NOW, Counter

RID = "10001100020000120260102030000"
AT = datetime(2026, 1, 2, 3, 14, 0, tzinfo=UTC)
# Of another maker, who says what our own samples never say.
FACE = Bir(
    "Face",
    "",
    "1",
    "2026-01-02T03:14:00.0166982Z",
    93,
    b"FAC\0",
    "header..signature",
    {"EXCEPTION": "false"},
    BirDetails(
        version=(2, 0),
        info=BirInfo(integrity=True, creator="somebody", payload=b"x"),
        challenge_response=b"\1",
        format=RegistryId("Other", "2"),
        encryption=True,
        not_valid_before="2026-01-01T00:00:00Z",
        level="Processed",
        purpose="Identify",
        quality_algorithm=RegistryId("NIST", "NFIQ2"),
        sb_format=RegistryId("Other", "9"),
    ),
)
ABSENT = frozenset({"BDBInfo", "Type", "Subtype", "SBInfo", "BDB", "SB"})
WHOLE = Bir(
    "",
    "",
    "",
    "",
    0,
    b"",
    "",
    {"CONFIGURED": "face"},
    BirDetails(info=BirInfo(creator="somebody"), left_out=ABSENT),
)
REQUEST = EnrollmentRequest(
    id=RID,
    requested_at=AT,
    ref_id="10001_10002",
    process="NEW",
    source="REGISTRATION_CLIENT",
    schema_version="0.1",
    fields={"fullName": '[{"language":"eng","value":"Erika Mustermann"}]', "postalCode": "14022"},
    biometrics={NO_FIELD: under_root((FACE,), WHOLE)},
    documents={"proofOfIdentity": EnrolledDocument(b"%PDF", "proofOfIdentity", "DOC001", "pdf")},
)


@pytest.fixture
def desk(counter: Counter) -> Counter:
    """The receiver without any enrollment."""
    return counter


def _put(counter: Counter, request: EnrollmentRequest, profile: Profile = Profile.SOURCE) -> EnrollmentResponse:
    return EnrollmentResponse.parse(counter.receiver.enroll(request.encode(profile))[1])


def _status(counter: Counter, request: EnrollmentRequest) -> int:
    return counter.receiver.enroll(request.encode(Profile.SOURCE))[0]


def _codes(response: EnrollmentResponse) -> list[str]:
    return [each.code for each in response.errors]


def _kept(counter: Counter) -> EnrollmentRequest:
    kept = counter.storage.enrollment(RID)
    assert kept is not None
    return EnrollmentRequest.parse(kept)


def _rows(counter: Counter) -> dict[str, str]:
    """Which enrollments are kept, and what tells one that was written again."""
    with counter.storage.database.reading() as connection:
        rows = connection.execute(sa.select(enrollment.c.registration_id, enrollment.c.sealed)).all()
    return {row[0]: row[1].hex() for row in rows}


# Refused


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"id":"govstack.enrollment"}'])
def test_a_body_that_is_no_request_is_refused(desk: Counter, body: bytes) -> None:
    before = _rows(desk)
    status, answer = desk.receiver.enroll(body)
    assert (status, _codes(EnrollmentResponse.parse(answer))) == (200, ["ENROLLMENT_UNREADABLE"])
    assert _rows(desk) == before


@pytest.mark.parametrize(
    ("registration_id", "code"),
    [
        ("../../../10001100020000120260102", "RPR-RGS-009"),
        ("..", "RPR-RGS-009"),
        ("/etc/passwd", "RPR-RGS-009"),
        (RID + "0", "RPR-RGS-009"),
        ("../" + RID[3:], "RPR-RGS-008"),
        ("a" * 29, "RPR-RGS-008"),
        (RID[:28] + "\0", "RPR-RGS-008"),
        ("٣" * 29, "RPR-RGS-008"),
        (RID[:15] + "20261302030000", "RPR-RGS-007"),
        ("", "RPR-RGS-006"),
    ],
)
def test_a_number_that_no_registration_has_never_becomes_a_file(
    desk: Counter, registration_id: str, code: str
) -> None:
    before = _rows(desk)
    assert _codes(_put(desk, replace(REQUEST, id=registration_id))) == [code]
    assert _rows(desk) == before


@pytest.mark.parametrize("process", ["OLD", "new"])
def test_a_process_that_is_none_is_refused(desk: Counter, process: str) -> None:
    before = _rows(desk)
    assert _codes(_put(desk, replace(REQUEST, process=process))) == ["RPR-RGS-003"]
    assert _rows(desk) == before


@pytest.mark.parametrize("ref_id", ["", "10001_10003", "10001-10002"])
def test_a_reference_that_is_not_the_numbers_station_is_refused(desk: Counter, ref_id: str) -> None:
    assert _codes(_put(desk, replace(REQUEST, ref_id=ref_id))) == ["ENROLLMENT_REF_ID"]


def test_a_refusal_names_nothing_that_was_sent(desk: Counter) -> None:
    body = REQUEST.document(Profile.SOURCE)
    body["request"]["fields"] = ["Erika Mustermann"]
    assert b"Erika" not in desk.receiver.enroll(json.dumps(body).encode())[1]


def test_a_station_that_is_not_registered_enrolls_nobody(desk: Counter) -> None:
    desk.storage.known.decide("10001_10002", Standing.BARRED, "supervisor")
    before = _rows(desk)
    assert _status(desk, REQUEST) == 403
    assert _codes(_put(desk, REQUEST)) == ["ENROLLMENT_STATION_UNKNOWN"]
    assert _rows(desk) == before


def test_what_a_training_station_enrolled_is_refused_but_where_training_is_meant(desk: Counter) -> None:
    version = {"label": "Registration Client Version Number", "value": "0.1.0-training"}
    invented = replace(REQUEST, meta_info={"metaData": json.dumps([version])})
    assert _codes(_put(desk, invented)) == ["PACKET_REJECTED"]
    assert not _rows(desk)
    there = Receiver(desk.storage, lambda: NOW, training=True)
    assert there.enroll(invented.encode(Profile.SOURCE))[0] == 201


@pytest.mark.parametrize("said", ["", "[", "1", '[{"label": 1}]', "[" * 100_000])
def test_a_description_that_cannot_be_read_marks_nobody_as_training(desk: Counter, said: str) -> None:
    assert _codes(_put(desk, replace(REQUEST, meta_info={"metaData": said}))) == []


def test_more_about_an_enrollment_that_is_not_there_is_not_found(desk: Counter) -> None:
    before = _rows(desk)
    more = EnrollmentRequest(RID, NOW, fields={"postalCode": "10010"})
    assert _status(desk, more) == 404
    assert _codes(_put(desk, more)) == ["ENROLLMENT_NOT_FOUND"]
    assert _rows(desk) == before


def test_a_refused_change_leaves_what_was_kept(desk: Counter) -> None:
    _put(desk, REQUEST)
    assert _codes(_put(desk, replace(REQUEST, process="OLD", fields={}))) == ["RPR-RGS-003"]
    assert _kept(desk) == REQUEST


# Kept


@pytest.mark.parametrize("profile", Profile)
def test_an_enrollment_is_kept_under_its_number(desk: Counter, profile: Profile) -> None:
    before = _rows(desk)
    assert _codes(_put(desk, REQUEST, profile)) == []
    assert set(_rows(desk)) - set(before) == {RID}
    assert _kept(desk) == REQUEST


def test_only_the_first_request_creates_and_the_same_again_changes_nothing(desk: Counter) -> None:
    assert _status(desk, REQUEST) == 201
    kept = desk.storage.enrollment(RID)
    assert _status(desk, REQUEST) == 200
    assert desk.storage.enrollment(RID) == kept


def test_how_it_was_captured_is_not_rewritten_by_who_does_not_say_it(desk: Counter) -> None:
    _put(desk, replace(REQUEST, offline=True))
    _put(desk, EnrollmentRequest(RID, NOW))
    assert _kept(desk).offline is True


def test_what_a_later_request_does_not_send_is_kept(desk: Counter) -> None:
    _put(desk, REQUEST)
    later = EnrollmentRequest(RID, NOW, fields={"postalCode": "10010"})
    assert _codes(_put(desk, later)) == []
    assert _kept(desk) == replace(REQUEST, requested_at=NOW, fields={**REQUEST.fields, "postalCode": "10010"})


def test_a_restart_keeps_the_enrollments(desk: Counter) -> None:
    _put(desk, REQUEST)
    assert _codes(_put(desk.restart(), EnrollmentRequest(RID, NOW))) == []
    assert _kept(desk).documents == REQUEST.documents


def test_what_utf8_cannot_carry_is_kept_and_answered(desk: Counter) -> None:
    assert _codes(_put(desk, replace(REQUEST, source="\ud800"))) == []
    assert _kept(desk).source == "\ud800"


# Answered


def test_the_answer_says_what_was_taken_and_when(desk: Counter) -> None:
    response = _put(desk, REQUEST)
    packet = PacketInfo(
        id=RID,
        packet_name="id",
        source="REGISTRATION_CLIENT",
        process="NEW",
        ref_id="10001_10002",
        schema_version="0.1",
        signature="",
        encrypted_hash="",
        provider_name="PacketWriterImpl",
        provider_version="1.0",
        created_at=NOW,
    )
    assert response == EnrollmentResponse(NOW, (packet,))


@pytest.mark.parametrize(
    ("profile", "envelope", "extras"),
    [
        (Profile.SOURCE, "mosip.resident.enrollment", "metadata"),
        (Profile.GOVSTACK_YAML, "govstack.enrollment", "metaData"),
    ],
)
def test_the_answer_is_in_the_dialect_that_was_spoken(
    desk: Counter, profile: Profile, envelope: str, extras: str
) -> None:
    for request in (REQUEST, replace(REQUEST, process="OLD")):
        answer = json.loads(desk.receiver.enroll(request.encode(profile))[1])
        assert answer["id"] == envelope
        assert extras in answer


def test_the_answer_is_what_the_published_api_promises(desk: Counter, reference_data: Path) -> None:
    schema = schema_of(load_api(reference_data), "enrollmentResponse")
    for request in (REQUEST, replace(REQUEST, process="OLD")):
        answer = json.loads(desk.receiver.enroll(request.encode(Profile.GOVSTACK_YAML))[1])
        Draft202012Validator(schema).validate(answer)


# Over HTTP


def _over_http(counter: Counter, method: str, *chunks: bytes, login: bool = False) -> tuple[int, bytes]:
    """Status and body, spoken to as a web server does."""
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, start=1)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": "/enrollment",
        "query_string": b"",
        "headers": [],
        "root_path": "",
    }
    asyncio.run(create_app(counter.storage, lambda: NOW, login=login)(scope, receive, send))
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:])


def test_enrolling_is_a_put(desk: Counter) -> None:
    body = REQUEST.encode(Profile.GOVSTACK_YAML)
    status, answer = _over_http(desk, "PUT", body[:100], body[100:])
    assert (status, _codes(EnrollmentResponse.parse(answer))) == (201, [])
    assert _kept(desk) == REQUEST


def test_where_one_must_sign_in_nobody_else_enrolls(desk: Counter) -> None:
    assert _over_http(desk, "PUT", REQUEST.encode(Profile.SOURCE), login=True)[0] == 401
    assert not _rows(desk)


def test_the_status_comes_over_http_as_well(desk: Counter) -> None:
    body = EnrollmentRequest(RID, NOW).encode(Profile.SOURCE)
    assert _over_http(desk, "PUT", body)[0] == 404


def test_a_disk_that_takes_nothing_is_said(desk: Counter) -> None:
    with desk.broken(enrollment):
        status, answer = desk.receiver.enroll(REQUEST.encode(Profile.SOURCE))
    assert (status, _codes(EnrollmentResponse.parse(answer))) == (200, ["RPR-RGS-030"])


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_nothing_else_enrolls(desk: Counter, method: str) -> None:
    assert _over_http(desk, method, REQUEST.encode(Profile.SOURCE))[0] == 405
    assert not _rows(desk)
