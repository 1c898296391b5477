"""A whole registration in GovStack's words, beside the packet of the same registration."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from muster.domain.biometrics import BiometricAttribute, BiometricSample
from muster.domain.registration import Process
from muster.errors import BadInput
from muster.formats.cbeff import BIO_VALUE_MARK, Bir, CbeffFile, mosip_details, rebuild_jws
from muster.formats.cbeff_details import RegistryId
from muster.formats.govstack import NO_FIELD, EnrollmentRequest
from muster.formats.govstack_profile import Profile
from muster.packet.assemble import FIELD_NOT_IN_SCHEMA, AssembledPacket
from muster.packet.contents import PacketContents
from muster.packet.govstack import enrollment_request
from muster.packet.server_rules import AUDIT_EMPTY
from unit.formats.govstack_yaml import load_api, schema_of
from unit.packet.contents_fixture import (
    CONFIGURED,
    DOCUMENTS,
    EXCEPTIONS,
    FIELDS,
    RID,
    make_contents,
    make_schema,
)

ASKED_AT = datetime(2026, 1, 2, 3, 11, tzinfo=UTC)


def _request(contents: PacketContents) -> EnrollmentRequest:
    indexes = count(1)
    return enrollment_request(
        contents, make_schema(), requested_at=ASKED_AT, new_index=lambda: f"index-{next(indexes)}"
    )


@pytest.fixture(scope="module")
def request_(contents: PacketContents) -> EnrollmentRequest:
    """Nine fingers, a missing one and its photo, two irises, a face, an introducer, three documents."""
    face = next(each for each in contents.samples if each.attribute is BiometricAttribute.FACE)
    return _request(replace(contents, exception_photo=face))


def _birs(request: EnrollmentRequest) -> dict[tuple[str, str], Bir]:
    return {(each.type, each.subtype): each for each in request.biometrics[NO_FIELD].birs}


# What cannot be translated


def test_a_field_that_the_schema_does_not_know_is_refused() -> None:
    contents = make_contents(demographics={"shoeSize": "43"})
    with pytest.raises(BadInput) as caught:
        _request(contents)
    assert caught.value.code is FIELD_NOT_IN_SCHEMA


def test_a_registration_that_nobody_audited_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        _request(replace(make_contents(), audits=()))
    assert caught.value.code is AUDIT_EMPTY


# The whole


@pytest.mark.parametrize("profile", Profile)
def test_a_whole_registration_comes_back_from_the_wire(request_: EnrollmentRequest, profile: Profile) -> None:
    assert EnrollmentRequest.parse(request_.encode(profile)) == request_


def test_a_whole_registration_is_what_the_published_api_asks_for(
    request_: EnrollmentRequest, reference_data: Path
) -> None:
    schema = schema_of(load_api(reference_data), "enrollmentRequest")
    document = request_.document(Profile.GOVSTACK_YAML)
    Draft202012Validator(schema).validate(document)
    said = document["request"]
    assert (len(said["biometrics"]["segment"]), len(said["documents"])) == (14, 3)
    assert "introducerName" in said["fields"]


def test_it_says_which_registration_where_and_how(request_: EnrollmentRequest) -> None:
    assert (request_.id, request_.ref_id, request_.requested_at) == (RID, "10001_10002", ASKED_AT)
    assert (request_.process, request_.source) == ("NEW", "REGISTRATION_CLIENT")
    assert request_.schema_version == "0.1"


@pytest.mark.parametrize("offline", [True, False])
def test_it_says_how_it_was_captured(offline: bool) -> None:
    request = enrollment_request(make_contents(), make_schema(), requested_at=ASKED_AT, offline=offline)
    for profile in Profile:
        assert request.document(profile)["request"]["offlineMode"] is offline


def test_how_it_was_captured_is_not_said_when_it_is_not_known() -> None:
    assert "offlineMode" not in _request(make_contents()).document(Profile.SOURCE)["request"]


# Fields, meta info, audits


def test_the_fields_are_those_of_the_packets_identity(
    request_: EnrollmentRequest, assembled: AssembledPacket
) -> None:
    identity: dict[str, Any] = {}
    for files in assembled.subpackets.values():
        identity |= json.loads(files["ID.json"])["identity"]
    said = {
        name: value if isinstance(identity[name], str) else json.loads(value)
        for name, value in request_.fields.items()
    }
    assert said == identity
    assert request_.fields["dateOfBirth"] == "1964/08/12"
    assert json.loads(request_.fields["fullName"])[1] == {"language": "ara", "value": "إريكا موسترمان"}


def test_the_meta_info_is_three_texts_with_the_packets_lists_inside(
    request_: EnrollmentRequest, assembled: AssembledPacket
) -> None:
    meta = json.loads(assembled.subpackets["id"]["packet_meta_info.json"])["identity"]
    assert set(request_.meta_info) == {"metaData", "capturedRegisteredDevices", "operationsData"}
    for name, text in request_.meta_info.items():
        assert json.loads(text) == meta[name]


def test_the_audits_are_the_packets_flat_maps(request_: EnrollmentRequest, assembled: AssembledPacket) -> None:
    assert list(request_.audits) == json.loads(assembled.subpackets["id"]["audit.json"])
    assert all(isinstance(value, str) for each in request_.audits for value in each.values())


# Documents and biometrics


def test_each_document_stands_under_its_field_with_its_octets(request_: EnrollmentRequest) -> None:
    assert {name: each.content for name, each in request_.documents.items()} == {
        each.facts.field: each.content for each in DOCUMENTS
    }
    identity_card = request_.documents["proofOfIdentity"]
    assert (identity_card.type, identity_card.format, identity_card.reference) == ("DOC001", "pdf", "T22000129")
    assert request_.documents["proofOfAddress"].reference is None


def test_there_is_one_sample_for_each_capture_and_each_exception(request_: EnrollmentRequest) -> None:
    birs = request_.biometrics[NO_FIELD].birs
    assert len(CONFIGURED) == 13
    assert len(birs) == len(_birs(request_)) == len({each.index for each in birs}) == 14
    assert request_.biometrics[NO_FIELD].configured == tuple(CONFIGURED)


def test_a_missing_finger_is_an_exception_without_a_record(request_: EnrollmentRequest) -> None:
    missing = [each for each in request_.biometrics[NO_FIELD].birs if each.is_exception]
    assert [each.subtype for each in missing] == ["Left LittleFinger"]
    assert (missing[0].bdb, missing[0].sb, missing[0].details) == (b"", "", None)


def test_the_photo_of_what_is_missing_goes_along_with_its_signature(request_: EnrollmentRequest) -> None:
    photo, face = (_birs(request_)[kind, ""] for kind in ("ExceptionPhoto", "Face"))
    assert photo.bdb == face.bdb
    assert photo.rebuild_jws() == face.rebuild_jws()


def test_a_photo_alone_promises_a_biometric_file(request_: EnrollmentRequest, contents: PacketContents) -> None:
    face = next(each for each in contents.samples if each.attribute is BiometricAttribute.FACE)
    request = _request(replace(make_contents(exceptions=EXCEPTIONS), exception_photo=face))
    assert [each.type for each in request.biometrics[NO_FIELD].birs] == ["Finger", "ExceptionPhoto"]
    assert "individualBiometrics" in request.fields
    assert len(json.loads(request.meta_info["capturedRegisteredDevices"])) == 1


def test_a_devices_signature_can_be_rebuilt_from_what_is_sent(
    request_: EnrollmentRequest, samples: tuple[BiometricSample, ...]
) -> None:
    sent = request_.biometrics[NO_FIELD].birs[0]
    attestation = samples[0].facts.attestation
    header, _, signature = sent.sb.partition("..")
    payload = sent.others["PAYLOAD"]
    assert BIO_VALUE_MARK in payload
    assert rebuild_jws(header, payload, signature, sent.bdb) == rebuild_jws(
        attestation.header, attestation.payload, attestation.signature, samples[0].record
    )


def test_a_sample_names_the_device_it_comes_from(request_: EnrollmentRequest) -> None:
    details = _birs(request_)["Face", ""].details
    assert details and details.capture_device == RegistryId("Erika Optics", "Cam 1")


def test_a_sample_is_otherwise_what_the_packet_says_it_is(
    request_: EnrollmentRequest, assembled: AssembledPacket
) -> None:
    packed = CbeffFile.parse(assembled.subpackets["id"]["individualBiometrics_bio_CBEFF.xml"])
    for each in packed.birs:
        sent = _birs(request_)[each.type, each.subtype]
        details = sent.details and replace(sent.details, capture_device=None)
        assert replace(sent, index=each.index, details=None) == each
        assert details in (None, mosip_details(each.type))


def test_nothing_is_said_of_biometrics_that_nobody_took() -> None:
    request = _request(make_contents())
    assert request.biometrics == {}
    assert "biometrics" not in request.document(Profile.SOURCE)["request"]
    assert "individualBiometrics" not in request.fields


def test_exceptions_alone_are_said_but_no_biometric_file_is_promised() -> None:
    request = _request(make_contents(exceptions=EXCEPTIONS))
    assert [each.subtype for each in request.biometrics[NO_FIELD].birs] == ["Left LittleFinger"]
    assert "individualBiometrics" not in request.fields


def test_samples_that_the_schema_has_no_field_for_are_refused(contents: PacketContents) -> None:
    schema = make_schema({name: each for name, each in FIELDS.items() if name != "individualBiometrics"})
    with pytest.raises(BadInput) as caught:
        enrollment_request(contents, schema, requested_at=ASKED_AT)
    assert caught.value.code is FIELD_NOT_IN_SCHEMA


def test_the_samples_of_an_update_are_those_of_the_field_that_proves_who_asks(contents: PacketContents) -> None:
    fields = {**FIELDS, "individualAuthBiometrics": FIELDS["individualBiometrics"]}
    update = replace(contents, process=Process.UPDATE)
    request = enrollment_request(update, make_schema(fields), requested_at=ASKED_AT)
    assert "individualAuthBiometrics" in request.fields
    assert "individualBiometrics" not in request.fields


def test_a_registration_that_is_only_begun_can_be_said() -> None:
    request = _request(make_contents(demographics={}, documents=()))
    assert request.fields == {"IDSchemaVersion": "0.1"}
    assert request.documents == {}


def test_a_schema_without_biometrics_is_no_obstacle_where_nobody_took_any() -> None:
    schema = make_schema({name: each for name, each in FIELDS.items() if name != "individualBiometrics"})
    request = enrollment_request(make_contents(), schema, requested_at=ASKED_AT)
    assert request.biometrics == {}
