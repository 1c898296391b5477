"""What a server refuses is not written: refused with a code before anything is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from muster.domain.applicant import DemographicValue, Document, DocumentFacts, LocalizedText
from muster.domain.biometrics import BiometricException, BiometricSample, ExceptionKind
from muster.domain.registration import (
    REGISTRATION_ID_CENTER,
    REGISTRATION_ID_MACHINE,
    Process,
    RegistrationId,
    StationId,
)
from muster.errors import BadInput, Code
from muster.packet.assemble import (
    CAPTURED_TWICE,
    DOCUMENT_FORMAT_WRONG,
    FIELD_OF_THE_PROGRAM,
    SAMPLE_EMPTY,
    SAMPLE_UNSIGNED,
    assemble,
)
from muster.packet.cbeff_checking import CBEFF_SUBTYPE_NOT_RECORDED
from muster.packet.cbeff_payload import CBEFF_SUBTYPE_NOT_SIGNED, CBEFF_TIMESTAMP_WRONG
from muster.packet.contents import PacketContents
from muster.packet.server_rules import (
    CAPTURE_AFTER_PACKET,
    CAPTURE_TOO_OLD,
    FIELD_KIND_WRONG,
    VALUE_FORMAT_WRONG,
)
from unit.packet.contents_fixture import CAPTURED_AT, FIELDS, make_contents, make_schema

MORE_FIELDS: Mapping[str, Mapping[str, object]] = {
    **FIELDS,
    "postalCode": {
        "type": "string", "fieldCategory": "pvt", "validators": [{"type": "regex", "validator": "^[0-9]{5}$"}],
    },
    "children": {"type": "integer", "fieldCategory": "pvt"},
    "height": {"type": "number", "fieldCategory": "pvt"},
    "resident": {"type": "boolean", "fieldCategory": "pvt"},
}  # fmt: skip


def refusal(contents: PacketContents) -> Code:
    with pytest.raises(BadInput) as caught:
        assemble(contents, make_schema(MORE_FIELDS))
    return caught.value.code


def with_text(**demographics: DemographicValue) -> PacketContents:
    return make_contents(demographics=demographics, documents=())


def with_document(field: str, form: str) -> PacketContents:
    return make_contents(documents=(Document(DocumentFacts(field, "DOC001", form), b"%PDF"),))


# Fields


def test_the_version_of_the_schema_is_not_the_forms_to_say() -> None:
    assert refusal(with_text(IDSchemaVersion="0.1")) is FIELD_OF_THE_PROGRAM


@pytest.mark.parametrize(
    "demographics",
    [
        {"fullName": "Erika Mustermann"},
        {"dateOfBirth": LocalizedText.of(eng="1964/08/12")},
        {"proofOfIdentity": "DOC001"},
        {"individualBiometrics": "a face"},
        {"children": "two"},
        {"children": "1.5"},
        {"height": "1e999"},
        {"resident": "yes"},
        {"fullName": LocalizedText((("eng", "Erika"), ("eng", "Max")))},
    ],
)
def test_a_value_of_another_kind_than_its_field_is_refused(demographics: dict[str, DemographicValue]) -> None:
    assert refusal(with_text(**demographics)) is FIELD_KIND_WRONG


@pytest.mark.parametrize("text", ["1234", "12345\n", "x12345"])
def test_a_value_that_the_schemas_validator_does_not_take_is_refused(text: str) -> None:
    assert refusal(with_text(postalCode=text)) is VALUE_FORMAT_WRONG


def test_a_refusal_names_the_field_and_not_the_value() -> None:
    with pytest.raises(BadInput) as caught:
        assemble(with_text(postalCode="Heidestrasse"), make_schema(MORE_FIELDS))
    assert "postalCode" in str(caught.value)
    assert "Heidestrasse" not in str(caught.value)


def test_numbers_and_flags_are_written_as_such() -> None:
    packet = assemble(
        with_text(postalCode="12345", children="2", height="1.75", resident="true"), make_schema(MORE_FIELDS)
    )
    content = packet.subpackets["id"]["ID.json"]
    assert b'"postalCode":"12345","children":2,"height":1.75,"resident":true' in content


# Documents


@pytest.mark.parametrize("field", ["fullName", "individualBiometrics"])
def test_a_document_in_a_field_of_another_kind_is_refused(field: str) -> None:
    assert refusal(replace(with_document(field, "pdf"), demographics={})) is FIELD_KIND_WRONG


@pytest.mark.parametrize("form", ["", "../x", "p df", "pdf/", "x" * 11, "ä"])
def test_a_document_whose_format_makes_no_file_name_is_refused(form: str) -> None:
    assert refusal(with_document("proofOfIdentity", form)) is DOCUMENT_FORMAT_WRONG


# The station


@pytest.mark.parametrize(
    ("station", "code"),
    [
        (StationId("99999", "10002"), REGISTRATION_ID_CENTER),
        (StationId("10001", "88888"), REGISTRATION_ID_MACHINE),
    ],
)
def test_a_number_of_another_station_is_refused(station: StationId, code: Code) -> None:
    assert refusal(replace(make_contents(), station=station)) is code


def test_a_correction_of_another_stations_registration_is_written() -> None:
    first = "20002200020000120260101120000"
    contents = replace(
        make_contents(demographics={}, documents=()),
        process=Process.BIOMETRIC_CORRECTION,
        additional_info_request=f"{first}-BIOMETRIC_CORRECTION-1",
    )
    assert assemble(contents, make_schema()).registration_id == RegistrationId(first).text


# Captures


def test_one_finger_twice_is_refused(samples: tuple[BiometricSample, ...]) -> None:
    assert refusal(make_contents(samples=(samples[0], samples[0]))) is CAPTURED_TWICE


def test_a_finger_that_is_there_and_missing_is_refused(samples: tuple[BiometricSample, ...]) -> None:
    missing = BiometricException(samples[0].attribute, ExceptionKind.PERMANENT, "Amputation")
    assert refusal(make_contents(samples=samples[:1], exceptions=(missing,))) is CAPTURED_TWICE


def test_a_capture_without_a_record_is_refused(samples: tuple[BiometricSample, ...]) -> None:
    assert refusal(make_contents(samples=(replace(samples[0], record=b""),))) is SAMPLE_EMPTY


def test_a_capture_whose_record_is_none_is_refused(samples: tuple[BiometricSample, ...]) -> None:
    assert refusal(make_contents(samples=(replace(samples[0], record=b"garbage"),))).name.startswith("RECORD_")


def test_the_record_of_another_finger_is_refused(samples: tuple[BiometricSample, ...]) -> None:
    exchanged = replace(samples[0], record=samples[1].record)
    assert refusal(make_contents(samples=(exchanged,))) is CBEFF_SUBTYPE_NOT_RECORDED


@pytest.mark.parametrize("lacking", [{"header": ""}, {"signature": ""}, {"payload": ""}, {"payload": "{}"}])
def test_a_capture_without_a_signature_is_refused(
    samples: tuple[BiometricSample, ...], lacking: dict[str, str]
) -> None:
    facts = samples[0].facts
    unsigned = replace(facts, attestation=replace(facts.attestation, **lacking))
    assert refusal(make_contents(samples=(replace(samples[0], facts=unsigned),))) is SAMPLE_UNSIGNED


def test_what_was_signed_for_another_finger_is_refused(samples: tuple[BiometricSample, ...]) -> None:
    facts = replace(samples[0].facts, attestation=samples[1].facts.attestation)
    assert refusal(make_contents(samples=(replace(samples[0], facts=facts),))) is CBEFF_SUBTYPE_NOT_SIGNED


def test_captures_of_operators_are_looked_at_too(samples: tuple[BiometricSample, ...]) -> None:
    officer = replace(samples[-1], record=b"")
    assert refusal(replace(make_contents(), officer_samples=(officer,))) is SAMPLE_EMPTY


# Times (trap 12). The capture is of .678; what the device signed is cut to the second, as is its digital id.


def signed_with(sample: BiometricSample, old: str, new: str) -> BiometricSample:
    signed = sample.facts.attestation
    facts = replace(sample.facts, attestation=replace(signed, payload=signed.payload.replace(old, new)))
    return replace(sample, facts=facts)


@pytest.mark.parametrize(
    ("created_at", "code"),
    [
        (CAPTURED_AT - timedelta(milliseconds=1), CAPTURE_AFTER_PACKET),
        (CAPTURED_AT + timedelta(minutes=30, milliseconds=1), CAPTURE_TOO_OLD),
        pytest.param(CAPTURED_AT + timedelta(minutes=29, seconds=59.9), CAPTURE_TOO_OLD, id="signed time is cut"),
    ],
)
def test_a_capture_outside_the_half_hour_before_the_packet_is_refused(
    samples: tuple[BiometricSample, ...], created_at: datetime, code: Code
) -> None:
    assert refusal(make_contents(samples=samples[:1], created_at=created_at)) is code


def test_the_window_is_the_deployments_to_say(samples: tuple[BiometricSample, ...]) -> None:
    contents = make_contents(samples=samples[:1], created_at=CAPTURED_AT + timedelta(minutes=59))
    assert assemble(contents, make_schema(), capture_window=timedelta(hours=1)).subpackets


@pytest.mark.parametrize("created_at", [CAPTURED_AT, CAPTURED_AT.replace(microsecond=0) + timedelta(minutes=30)])
def test_a_capture_at_either_end_of_the_half_hour_is_written(
    samples: tuple[BiometricSample, ...], created_at: datetime
) -> None:
    assert assemble(make_contents(samples=samples[:1], created_at=created_at), make_schema()).subpackets


def test_a_device_whose_clock_is_ahead_is_refused_by_what_it_signed(samples: tuple[BiometricSample, ...]) -> None:
    ahead = signed_with(samples[0], "2026-01-02T03:04:05Z", "2026-01-02T03:10:01Z")
    assert refusal(make_contents(samples=(ahead,))) is CAPTURE_AFTER_PACKET


@pytest.mark.parametrize("text", ["2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05+00:00", ""])
def test_a_time_that_a_server_cannot_read_is_refused(samples: tuple[BiometricSample, ...], text: str) -> None:
    other = signed_with(samples[0], "2026-01-02T03:04:05Z", text)
    assert refusal(make_contents(samples=(other,))) is CBEFF_TIMESTAMP_WRONG
