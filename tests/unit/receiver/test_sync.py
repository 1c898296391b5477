"""Announcing packets: MOSIP's RPR-RGS codes one by one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster import base64url
from muster.crypto.envelope import encrypt
from muster.packet.seal import SealedPacket
from unit.receiver.counter import Counter, announcement_of, codes

# The body (RPR-RGS-028)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b'"not base64!"', b'"AAAA"', b"\xff\xfe", b'"\\u00e9"', b"[" * 100_000],
)
def test_a_body_that_cannot_be_decrypted_is_refused(counter: Counter, body: bytes) -> None:
    assert codes(counter.sync_bytes(body)) == ["RPR-RGS-028"]


def test_a_body_for_another_server_is_refused(counter: Counter) -> None:
    sealed = base64url.encode(encrypt(counter.keys.stranger.certificate_pem, b"{}"))
    assert codes(counter.sync_bytes(json.dumps(sealed).encode())) == ["RPR-RGS-028"]


def test_a_body_that_is_base64_without_being_a_json_string_is_refused(counter: Counter) -> None:
    sealed = base64url.encode(encrypt(counter.keys.server.certificate_pem, b"{}"))
    assert codes(counter.sync_bytes(sealed.encode())) == ["RPR-RGS-028"]


@pytest.mark.parametrize("plaintext", [b"", b"{", b"[]", b"5", b"\xff", b'{"a":' * 100_000])
def test_an_encrypted_body_that_is_no_json_object_is_refused(counter: Counter, plaintext: bytes) -> None:
    assert codes(counter.sync_request(plaintext)) == ["RPR-RGS-028"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=600))
def test_random_bodies_are_answered(counter: Counter, body: bytes) -> None:
    assert codes(counter.sync_bytes(body)) == ["RPR-RGS-028"]


# The envelope (RPR-RGS-014, -013)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "mosip.registration.synch"},
        {"id": None},
        {"version": "2.0"},
        {"version": 1.0},
        {"requesttime": None},
        {"requesttime": "yesterday"},
        {"requesttime": "2026-01-02T03:15:00.000"},
        {"requesttime": "0001-01-01T00:00:00+14:00"},
        {"requesttime": "9999-12-31T23:59:59-14:00"},
        {"requesttime": "2026-01-02T00:14:59.999Z"},
        {"requesttime": "2026-01-02T06:15:00.001Z"},
    ],
)
def test_a_wrong_envelope_is_refused(counter: Counter, sealed: SealedPacket, changes: dict[str, object]) -> None:
    answer = counter.sync(announcement_of(sealed.packet_id, sealed), **changes)
    assert codes(answer) == ["RPR-RGS-014"]
    assert counter.storage.announcement(sealed.packet_id) is None


@pytest.mark.parametrize("moment", ["2026-01-02T00:15:00.000Z", "2026-01-02T06:15:00.000Z"])
def test_a_clock_three_hours_off_is_still_accepted(counter: Counter, sealed: SealedPacket, moment: str) -> None:
    assert codes(counter.sync(announcement_of(sealed.packet_id, sealed), requesttime=moment)) == []


@pytest.mark.parametrize("request_", [None, {}, "text", 5])
def test_a_request_that_is_no_list_is_refused(counter: Counter, request_: object) -> None:
    assert codes(counter.sync(request=request_)) == ["RPR-RGS-013"]


# One entry (/syncV2)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"langCode": None}, "RPR-RGS-004"),
        ({"langCode": ""}, "RPR-RGS-004"),
        ({"langCode": "en"}, "RPR-RGS-004"),
        ({"langCode": "engl"}, "RPR-RGS-004"),
        ({"registrationType": None}, "RPR-RGS-003"),
        ({"registrationType": "new"}, "RPR-RGS-003"),
        ({"registrationType": "RENEW"}, "RPR-RGS-003"),
        ({"registrationType": ["NEW"]}, "RPR-RGS-003"),
        ({"packetHashValue": None}, "RPR-RGS-027"),
        ({"packetHashValue": ""}, "RPR-RGS-027"),
        ({"supervisorStatus": None}, "RPR-RGS-026"),
        ({"supervisorStatus": "PENDING"}, "RPR-RGS-026"),
        ({"supervisorStatus": {}}, "RPR-RGS-026"),
        ({"packetId": None}, "RPR-RGS-037"),
        ({"packetId": ""}, "RPR-RGS-037"),
        ({"registrationId": None}, "RPR-RGS-006"),
        ({"registrationId": ""}, "RPR-RGS-006"),
        ({"registrationId": 10001100020000120260102030000}, "RPR-RGS-006"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_code(
    counter: Counter, sealed: SealedPacket, changes: dict[str, object], code: str
) -> None:
    answer = counter.announce(sealed, **changes)
    assert codes(answer) == [code]
    assert answer["response"] == []
    assert counter.storage.announcement(sealed.packet_id) is None


# Packets of the old kind, named as their registration (/sync)


@pytest.mark.parametrize(
    ("registration_id", "code"),
    [
        (None, "RPR-RGS-006"),
        ("", "RPR-RGS-006"),
        ("1000110002000012026010203000", "RPR-RGS-009"),
        ("100011000200001202601020300000", "RPR-RGS-009"),
        ("1000110002000012026010203000x", "RPR-RGS-008"),
        ("10001100020000120261302030000", "RPR-RGS-007"),
        ("10001100020000120260102250000", "RPR-RGS-007"),
        ("²0001100020000120260102030000", "RPR-RGS-008"),
    ],
)
def test_the_old_call_looks_into_the_registrations_number(
    counter: Counter, sealed: SealedPacket, registration_id: object, code: str
) -> None:
    assert codes(counter.announce_old(sealed, registrationId=registration_id)) == [code]


def test_the_new_call_does_not_look_into_the_registrations_number(counter: Counter, sealed: SealedPacket) -> None:
    assert codes(counter.announce(sealed, registrationId="20261399")) == []


def test_a_packet_with_a_name_of_its_own_is_refused_by_the_old_call(
    counter: Counter, sealed: SealedPacket
) -> None:
    assert codes(counter.announce_old(sealed, packetId=sealed.packet_id)) == ["RPR-RGS-014"]


@pytest.mark.parametrize("named", [True, False])
def test_an_old_packet_is_announced_under_its_registrations_number(
    counter: Counter, sealed: SealedPacket, named: bool
) -> None:
    rid = sealed.registration_id
    answer = counter.announce_old(sealed, packetId=rid if named else None)
    assert answer["response"] == [{"registrationId": rid, "packetId": rid, "status": "SUCCESS"}]
    assert counter.storage.announcement(rid) is not None


@pytest.mark.parametrize("entry", [None, 5, "text", [], ["langCode"]])
def test_an_entry_that_is_no_object_is_refused(counter: Counter, entry: object) -> None:
    assert codes(counter.sync(entry)) == ["RPR-RGS-016"]


@pytest.mark.parametrize("registration_id", [float("nan"), float("inf"), "\ud800", {"a": [1]}])
def test_a_registration_id_that_json_cannot_carry_is_answered_all_the_same(
    counter: Counter, sealed: SealedPacket, registration_id: object
) -> None:
    (error,) = counter.announce(sealed, registrationId=registration_id)["errors"]
    assert error["status"] == "FAILURE"
    assert error["registrationId"] is None


@pytest.mark.parametrize(
    "packet_id",
    [
        "../x",
        "../../x",
        "/etc/x",
        "a/b",
        "a\\b",
        "..",
        ".",
        "a.b",
        "a\0b",
        "a\nb",
        "C:x",
        "a" * 300,
        "~x",
        "é",
        "a ",
    ],
)
def test_a_packet_id_that_could_be_a_path_is_refused_and_touches_no_disk(
    counter: Counter, sealed: SealedPacket, packet_id: str
) -> None:
    before = counter.files()
    assert codes(counter.announce(sealed, packetId=packet_id)) == ["RPR-RGS-037"]
    assert counter.files() == before


# Success


def test_an_announced_packet_is_listed(counter: Counter, sealed: SealedPacket) -> None:
    answer = counter.announce(sealed)
    assert answer["errors"] is None
    assert answer["response"] == [
        {"registrationId": sealed.registration_id, "packetId": sealed.packet_id, "status": "SUCCESS"}
    ]
    assert answer["id"] == "mosip.registration.sync"
    assert answer["responsetime"] == "2026-01-02T03:15:00.000Z"


def test_good_entries_succeed_beside_bad_ones(counter: Counter, sealed: SealedPacket) -> None:
    good = announcement_of(sealed.packet_id, sealed)
    answer = counter.sync({**good, "langCode": ""}, good)
    assert [each["packetId"] for each in answer["response"]] == [sealed.packet_id]
    assert answer["errors"] == [
        {
            "errorCode": "RPR-RGS-004",
            "message": "Invalid Language Code",
            "registrationId": sealed.registration_id,
            "status": "FAILURE",
        }
    ]


@pytest.mark.parametrize("process", ["NEW", "UPDATE", "LOST", "BIOMETRIC_CORRECTION"])
@pytest.mark.parametrize("status", ["APPROVED", "REJECTED"])
def test_every_process_and_either_word_of_the_supervisor_is_taken(
    counter: Counter, sealed: SealedPacket, process: str, status: str
) -> None:
    assert codes(counter.announce(sealed, registrationType=process, supervisorStatus=status)) == []


def test_announcing_again_replaces_what_was_announced(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed, packetSize=1)
    counter.announce(sealed, packetSize=2)
    kept: dict[str, Any] | None = counter.storage.announcement(sealed.packet_id)
    assert kept is not None
    assert kept["packetSize"] == 2


def test_an_announcement_survives_a_restart(counter: Counter, sealed: SealedPacket) -> None:
    counter.announce(sealed)
    kept = counter.restart().storage.announcement(sealed.packet_id)
    assert kept == announcement_of(sealed.packet_id, sealed)
