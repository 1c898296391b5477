"""From our words to MOSIP's: where each field goes and what the descriptions say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from muster.domain.applicant import Document, DocumentFacts, LocalizedText
from muster.domain.biometrics import BiometricSample
from muster.domain.registration import Process
from muster.errors import BadInput, MalformedData
from muster.formats.id_schema import IdSchema
from muster.packet.assemble import FIELD_NOT_IN_SCHEMA, AssembledPacket, assemble
from muster.packet.contents import PacketContents
from muster.packet.server_rules import AUDIT_EMPTY, OFFICER_UNCONFIRMED
from unit.packet.contents_fixture import (
    CAPTURED_AT,
    CREATED_AT,
    EXCEPTIONS,
    FIELDS,
    RID,
    make_contents,
    make_schema,
)
from unit.packet.independent_reader import labelled

PARTS = ("id", "evidence", "optional")


def _identity(packet: AssembledPacket, part: str) -> dict[str, Any]:
    return dict(json.loads(packet.subpackets[part]["ID.json"])["identity"])


def _meta(packet: AssembledPacket, part: str = "id") -> dict[str, Any]:
    return dict(json.loads(packet.subpackets[part]["packet_meta_info.json"])["identity"])


# What is refused


def test_a_demographic_field_that_the_schema_lacks_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        assemble(make_contents(demographics={"shoeSize": "39"}), make_schema())
    assert caught.value.code is FIELD_NOT_IN_SCHEMA
    assert "39" not in str(caught.value)


def test_a_document_field_that_the_schema_lacks_is_refused() -> None:
    document = Document(DocumentFacts("proofOfShoeSize", "DOC009", "pdf"), b"%PDF")
    with pytest.raises(BadInput) as caught:
        assemble(make_contents(documents=(document,)), make_schema())
    assert caught.value.code is FIELD_NOT_IN_SCHEMA


def test_a_registration_without_an_audit_record_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        assemble(replace(make_contents(), audits=()), make_schema())
    assert caught.value.code is AUDIT_EMPTY


def test_a_field_category_that_mosip_does_not_know_is_an_error() -> None:
    schema = make_schema({**FIELDS, "nickname": {"type": "string", "fieldCategory": "secret"}})
    with pytest.raises(MalformedData):
        assemble(make_contents(), schema)


# Where fields go (2.1, trap 10)


def test_private_and_kyc_fields_go_into_id_only(assembled: AssembledPacket) -> None:
    for name in ("fullName", "dateOfBirth", "residenceStatus"):
        assert [part for part in PARTS if name in _identity(assembled, part)] == ["id"]


def test_evidence_fields_go_into_evidence_only(assembled: AssembledPacket) -> None:
    assert [part for part in PARTS if "introducerName" in _identity(assembled, part)] == ["evidence"]


def test_optional_fields_go_into_optional_only(assembled: AssembledPacket) -> None:
    assert [part for part in PARTS if "email" in _identity(assembled, part)] == ["optional"]


def test_fields_of_category_none_go_into_all_three(assembled: AssembledPacket) -> None:
    assert [_identity(assembled, part)["UIN"] for part in PARTS] == ["1234567890"] * 3


def test_a_field_without_a_category_counts_as_none() -> None:
    schema = make_schema({**FIELDS, "nickname": {"type": "string"}})
    packet = assemble(make_contents(demographics={"nickname": "Eri"}), schema)
    assert all("nickname" in _identity(packet, part) for part in PARTS)


def test_all_three_subpackets_are_made_even_when_nothing_is_filled_in() -> None:
    packet = assemble(make_contents(demographics={}, documents=()), make_schema())
    assert [_identity(packet, part) for part in PARTS] == [{"IDSchemaVersion": 0.1}] * 3


def test_fields_that_were_not_filled_in_do_not_appear() -> None:
    packet = assemble(make_contents(demographics={"dateOfBirth": "1964/08/12"}, documents=()), make_schema())
    assert _identity(packet, "id") == {"IDSchemaVersion": 0.1, "dateOfBirth": "1964/08/12"}


# ID.json (3.1)


def test_id_json_has_the_blanks_of_the_reference_writer(assembled: AssembledPacket) -> None:
    content = assembled.subpackets["id"]["ID.json"]
    assert content.startswith(b'{ "identity" : {"')
    assert content.endswith(b"} } ")


def test_id_json_is_utf8_with_letters_as_they_are(assembled: AssembledPacket) -> None:
    assert "موسترمان".encode() in assembled.subpackets["id"]["ID.json"]


def test_localized_text_is_a_list_of_language_and_value(assembled: AssembledPacket) -> None:
    assert _identity(assembled, "id")["fullName"] == [
        {"language": "eng", "value": "Erika Mustermann"},
        {"language": "ara", "value": "إريكا موسترمان"},
    ]


def test_a_document_is_named_by_its_field_without_extension(assembled: AssembledPacket) -> None:
    assert _identity(assembled, "id")["proofOfIdentity"] == {
        "value": "proofOfIdentity",
        "type": "DOC001",
        "format": "pdf",
        "refNumber": "T22000129",
    }


def test_a_document_without_a_number_says_null(assembled: AssembledPacket) -> None:
    assert _identity(assembled, "evidence")["proofOfException"]["refNumber"] is None


def test_biometrics_are_named_by_their_file_without_extension(assembled: AssembledPacket) -> None:
    assert _identity(assembled, "id")["individualBiometrics"] == {
        "format": "cbeff",
        "version": 1.0,
        "value": "individualBiometrics_bio_CBEFF",
    }


def test_text_that_looks_like_json_stays_text() -> None:
    packet = assemble(make_contents(demographics={"email": '["erika"]'}, documents=()), make_schema())
    assert _identity(packet, "optional")["email"] == '["erika"]'


def test_quotes_in_a_name_do_not_break_the_file() -> None:
    name = LocalizedText.of(eng='Erika "Eri" \\ Mustermann } } ')
    packet = assemble(make_contents(demographics={"fullName": name}, documents=()), make_schema())
    assert _identity(packet, "id")["fullName"][0]["value"] == 'Erika "Eri" \\ Mustermann } } '


# Hash sequences (3.3, trap 11)


def test_the_data_sequence_is_biometrics_then_documents_then_id_last(assembled: AssembledPacket) -> None:
    assert _meta(assembled)["hashSequence1"] == [
        {"label": "biometricSequence", "value": ["individualBiometrics_bio_CBEFF"]},
        {"label": "demographicSequence", "value": ["proofOfIdentity", "proofOfAddress", "ID"]},
    ]


def test_a_part_without_biometrics_lists_no_biometric_sequence(assembled: AssembledPacket) -> None:
    assert _meta(assembled, "optional")["hashSequence1"] == [{"label": "demographicSequence", "value": ["ID"]}]


def test_the_operations_sequence_stands_in_id_alone(assembled: AssembledPacket) -> None:
    assert _meta(assembled)["hashSequence2"] == [{"label": "otherFiles", "value": ["audit"]}]
    assert all("hashSequence2" not in _meta(assembled, part) for part in ("evidence", "optional"))


@pytest.mark.parametrize("part", PARTS)
def test_every_listed_file_exists_and_is_not_empty(assembled: AssembledPacket, part: str) -> None:
    by_stem = {name.rpartition(".")[0]: content for name, content in assembled.subpackets[part].items()}
    groups = _meta(assembled, part)["hashSequence1"] + _meta(assembled, part).get("hashSequence2", [])
    assert all(by_stem[name] for group in groups for name in group["value"])


# Biometrics and exceptions (trap 15)


def test_exceptions_alone_make_no_biometric_file() -> None:
    packet = assemble(make_contents(exceptions=EXCEPTIONS), make_schema())
    assert "individualBiometrics_bio_CBEFF.xml" not in packet.subpackets["id"]
    assert "individualBiometrics" not in _identity(packet, "id")


def test_exceptions_alone_still_stand_in_the_meta_info() -> None:
    packet = assemble(make_contents(exceptions=EXCEPTIONS), make_schema())
    assert list(_meta(packet)["exceptionBiometrics"]["individualBiometrics"]) == ["leftLittle"]


def test_an_exception_tells_what_is_missing_and_why(assembled: AssembledPacket) -> None:
    assert _meta(assembled)["exceptionBiometrics"] == {
        "individualBiometrics": {
            "leftLittle": {
                "type": "Finger",
                "missingBiometric": "leftLittle",
                "reason": "Amputation",
                "exceptionType": "Permanent",
                "individualType": "applicant",
            }
        }
    }


def test_each_sample_is_counted_and_points_at_its_bir(contents: PacketContents) -> None:
    numbers = count(1)
    packet = assemble(contents, make_schema(), new_index=lambda: str(UUID(int=next(numbers))))
    entries = _meta(packet)["biometrics"]["individualBiometrics"]
    assert len(entries) == 12
    assert entries["leftIndex"] == {"numRetry": 2, "forceCaptured": False, "birindex": str(UUID(int=1))}
    assert entries["rightEye"]["forceCaptured"] is True
    file = packet.subpackets["id"]["individualBiometrics_bio_CBEFF.xml"].decode()
    assert all(f"<Index>{each['birindex']}</Index>" in file for each in entries.values())


def test_every_bir_gets_another_index(assembled: AssembledPacket) -> None:
    entries = _meta(assembled)["biometrics"]["individualBiometrics"].values()
    assert len({UUID(each["birindex"]) for each in entries}) == 12


def test_each_device_is_listed_once(assembled: AssembledPacket) -> None:
    devices = _meta(assembled)["capturedRegisteredDevices"]
    assert [each["digitalId"]["serialNo"] for each in devices] == ["F-1", "I-1", "C-1"]


def test_a_device_tells_what_its_digital_id_tells(assembled: AssembledPacket) -> None:
    assert _meta(assembled)["capturedRegisteredDevices"][0] == {
        "deviceCode": "code-F-1",
        "deviceServiceVersion": "1.0.0",
        "digitalId": {
            "serialNo": "F-1",
            "make": "Erika Optics",
            "model": "Slap 4",
            "type": "Finger",
            "deviceSubType": "Slap",
            "deviceProviderId": "EO",
            "deviceProvider": "Erika Optics",
            "dateTime": "2026-01-02T03:04:05.678Z",
        },
    }


# Meta info (3.4)


def test_the_meta_info_has_the_keys_that_servers_read(assembled: AssembledPacket) -> None:
    assert set(_meta(assembled)) == {
        "metaData", "operationsData", "capturedRegisteredDevices", "biometrics", "exceptionBiometrics",
        "documents", "checkSum", "blockListedWords", "registrationId", "creationDate", "proofOfIdentity",
        "proofOfAddress", "hashSequence1", "hashSequence2",
    }  # fmt: skip


def test_a_document_adds_its_type_code_under_its_field(assembled: AssembledPacket) -> None:
    assert _meta(assembled)["proofOfIdentity"] == "DOC001"
    assert _meta(assembled, "evidence")["proofOfException"] == "EOP"


def test_meta_data_says_what_kind_of_registration_it_was_and_where(assembled: AssembledPacket) -> None:
    assert labelled(_meta(assembled)["metaData"]) == {
        "registrationId": RID,
        "applicationId": RID,
        "creationDate": "20260102031000",
        "Registration Client Version Number": "1.2.0-muster-test",
        "registrationType": "NEW",
        "preRegistrationId": None,
        "machineId": "10002",
        "centerId": "10001",
        "dongleId": None,
        "keyIndex": "ab:cd",
        "langCodes": "eng,ara",
        "consentOfApplicant": "Yes",
    }


def test_a_missing_consent_is_said(contents: PacketContents) -> None:
    packet = assemble(replace(contents, consent_given=False), make_schema())
    assert labelled(_meta(packet)["metaData"])["consentOfApplicant"] == "No"


def test_the_two_creation_dates_have_two_formats(assembled: AssembledPacket) -> None:
    meta = _meta(assembled)
    assert labelled(meta["metaData"])["creationDate"] == "20260102031000"
    assert meta["creationDate"] == "2026-01-02T03:10:00.123Z"


def test_times_are_utc_whatever_zone_the_clock_speaks() -> None:
    there = CREATED_AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    packet = assemble(make_contents(created_at=there), make_schema())
    assert _meta(packet)["creationDate"] == "2026-01-02T03:10:00.123Z"
    assert packet.packet_id.endswith("-20260102031000")


def test_flags_of_the_operator_are_texts(assembled: AssembledPacket) -> None:
    operations = labelled(_meta(assembled)["operationsData"])
    assert operations == {
        "officerId": "officer-1",
        "officerBiometricFileName": None,
        "supervisorId": None,
        "supervisorBiometricFileName": None,
        "supervisorPassword": "false",
        "officerPassword": "true",
        "supervisorPIN": None,
        "officerPIN": None,
        "supervisorOTPAuthentication": "false",
        "officerOTPAuthentication": "false",
    }


def test_a_packet_that_nothing_confirms_the_officer_in_is_refused(contents: PacketContents) -> None:
    with pytest.raises(BadInput) as caught:
        assemble(replace(contents, officer_password_confirmed=False), make_schema())
    assert caught.value.code is OFFICER_UNCONFIRMED


def test_an_officer_who_signed_with_a_face_is_not_said_to_have_used_a_password(contents: PacketContents) -> None:
    unsigned = replace(contents, officer_password_confirmed=False, officer_samples=contents.samples[-1:])
    packet = assemble(unsigned, make_schema())
    assert labelled(_meta(packet)["operationsData"])["officerPassword"] == "false"


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_its_own_meta_info(assembled: AssembledPacket, part: str) -> None:
    assert _meta(assembled, part)["registrationId"] == RID


def test_the_process_is_the_registrations(contents: PacketContents) -> None:
    packet = assemble(replace(contents, process=Process.LOST), make_schema())
    assert packet.process == "LOST"
    assert labelled(_meta(packet)["metaData"])["registrationType"] == "LOST"


# Device times (trap 12)


def test_device_times_have_no_milliseconds_and_lie_before_the_packet(
    samples: tuple[BiometricSample, ...],
) -> None:
    for sample in samples:
        text = json.loads(sample.facts.attestation.payload)["timestamp"]
        taken = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=CREATED_AT.tzinfo)
        assert taken <= CAPTURED_AT <= CREATED_AT
        assert CREATED_AT - taken < timedelta(minutes=30)


# audit.json (3.5)


def test_audit_entries_are_flat_texts_with_the_keys_that_servers_read(assembled: AssembledPacket) -> None:
    entries = json.loads(assembled.subpackets["id"]["audit.json"])
    assert len(entries) == 3
    keys = {
        "uuid", "createdAt", "eventId", "eventName", "eventType", "hostName", "hostIp", "applicationId",
        "applicationName", "sessionUserId", "sessionUserName", "id", "idType", "createdBy", "moduleName",
        "moduleId", "description", "actionTimeStamp",
    }  # fmt: skip
    for entry in entries:
        assert set(entry) == keys
        assert all(type(value) is str for value in entry.values())


def test_audit_entries_say_what_happened_and_to_which_registration(assembled: AssembledPacket) -> None:
    first = json.loads(assembled.subpackets["id"]["audit.json"])[0]
    assert first["eventId"] == "MUS-REG-001"
    assert first["eventName"] == "Registration started"
    assert first["moduleId"] == "MUS-REG"
    assert first["id"] == RID
    assert first["createdAt"] == "2026-01-02T03:00:00.000Z"


def test_an_audit_entrys_uuid_follows_from_its_digest(contents: PacketContents) -> None:
    first, second = (
        [each["uuid"] for each in json.loads(assemble(contents, make_schema()).subpackets["id"]["audit.json"])]
        for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == 3


def test_an_event_that_the_catalogue_lacks_keeps_its_id(contents: PacketContents) -> None:
    strange = replace(contents.audits[0], event="OLD-EVT-001")
    packet = assemble(replace(contents, audits=(strange,)), make_schema())
    (entry,) = json.loads(packet.subpackets["id"]["audit.json"])
    assert (entry["eventId"], entry["eventName"], entry["moduleId"]) == (
        "OLD-EVT-001",
        "OLD-EVT-001",
        "OLD-EVT",
    )


def test_audit_stands_in_id_alone(assembled: AssembledPacket) -> None:
    assert [part for part in PARTS if "audit.json" in assembled.subpackets[part]] == ["id"]


def test_contents_that_a_server_would_refuse_are_not_packed() -> None:
    schema = IdSchema.parse(json.dumps({"properties": {"identity": {"properties": FIELDS}}}), float("nan"))
    with pytest.raises(BadInput) as caught:
        assemble(make_contents(), schema)
    assert caught.value.code.name == "SCHEMA_VERSION_WRONG"
