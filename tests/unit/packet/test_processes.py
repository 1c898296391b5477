"""Updates, lost numbers and corrections; where the station stood; and what is refused before it is sealed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.domain.applicant import DemographicValue, Document, DocumentFacts, LocalizedText
from muster.domain.biometrics import BiometricSample
from muster.domain.registration import REGISTRATION_ID_LENGTH, Process
from muster.errors import BadInput, Code
from muster.packet.assemble import (
    DOCUMENT_EMPTY,
    FIELD_OUT_OF_REACH,
    FILE_NAME_TAKEN,
    UPDATE_WITHOUT_UIN,
    assemble,
)
from muster.packet.contents import CORRECTION_WITHOUT_REQUEST, PacketContents, Position
from muster.packet.govstack import enrollment_request
from muster.packet.opening import open_packet
from muster.packet.seal import SealedPacket, seal
from muster.packet.server_rules import VALUE_EMPTY
from unit.packet.contents_fixture import CREATED_AT, EXCEPTIONS, FIELDS, RID, KeyPair, make_contents, make_schema
from unit.packet.independent_reader import Subpacket, labelled, read_packet

PARTS = ("id", "evidence", "optional")
FIRST_RID = "10007100080004220251224120000"
REQUEST = f"{FIRST_RID}-BIOMETRIC_CORRECTION-1"
CHANGED = {"email": "mustermann@erika.example", "UIN": "1234567890"}

Sealing = Callable[[PacketContents], SealedPacket]


def _correction(request: str | None) -> PacketContents:
    contents = make_contents(demographics={}, documents=())
    return replace(contents, process=Process.BIOMETRIC_CORRECTION, additional_info_request=request)


def _refusal(contents: PacketContents, fields: dict[str, dict[str, object]] | None = None) -> Code:
    with pytest.raises(BadInput) as caught:
        assemble(contents, make_schema({**FIELDS, **(fields or {})}))
    return caught.value.code


@pytest.fixture(scope="module")
def sealing(machine: KeyPair, server: KeyPair) -> Sealing:
    def make(contents: PacketContents) -> SealedPacket:
        encrypting = partial(encrypt, server.certificate_pem)
        return seal(assemble(contents, make_schema()), sign=machine.key.sign, encrypt=encrypting)

    return make


@pytest.fixture(scope="module")
def update(sealing: Sealing) -> SealedPacket:
    return sealing(replace(make_contents(demographics=CHANGED, documents=()), process=Process.UPDATE))


@pytest.fixture(scope="module")
def correction(sealing: Sealing, samples: tuple[BiometricSample, ...]) -> SealedPacket:
    return sealing(replace(_correction(REQUEST), samples=samples[:2]))


@pytest.fixture(scope="module")
def corrected(correction: SealedPacket, server: KeyPair) -> dict[str, Subpacket]:
    return read_packet(correction.content, server.key.to_pem(), FIRST_RID, "BIOMETRIC_CORRECTION")


# What is refused


@pytest.mark.parametrize(
    "demographics",
    [
        {"dateOfBirth": ""},
        {"dateOfBirth": " \t"},
        {"fullName": LocalizedText.of()},
        {"fullName": LocalizedText.of(eng="", ara="")},
        {"fullName": LocalizedText.of(eng="Erika", ara="")},
        {"fullName": LocalizedText.of(eng="Erika", ara="  ")},
    ],
)
def test_a_value_without_text_is_refused(demographics: dict[str, DemographicValue]) -> None:
    assert _refusal(make_contents(demographics=demographics)) is VALUE_EMPTY


def test_an_empty_document_is_refused() -> None:
    document = Document(DocumentFacts("proofOfIdentity", "DOC001", "pdf"), b"")
    assert _refusal(make_contents(documents=(document,))) is DOCUMENT_EMPTY


def test_a_document_whose_category_is_kyc_is_refused() -> None:
    fields: dict[str, dict[str, object]] = {
        "proofOfIdentity": {"$ref": "#/definitions/documentType", "fieldCategory": "KYC"}
    }
    assert _refusal(make_contents(), fields) is FIELD_OUT_OF_REACH


def test_an_empty_document_field_whose_category_is_kyc_does_no_harm() -> None:
    fields = {**FIELDS, "proofOfBirth": {"$ref": "#/definitions/documentType", "fieldCategory": "kyc"}}
    assert assemble(make_contents(), make_schema(fields)).subpackets


def test_biometrics_whose_category_is_kyc_are_refused(samples: tuple[BiometricSample, ...]) -> None:
    fields: dict[str, dict[str, object]] = {
        "individualBiometrics": {"$ref": "#/definitions/biometricsType", "fieldCategory": "kyc"}
    }
    assert _refusal(make_contents(samples=samples[:1]), fields) is FIELD_OUT_OF_REACH
    assert _refusal(make_contents(exceptions=EXCEPTIONS), fields) is FIELD_OUT_OF_REACH
    assert _refusal(replace(make_contents(), exception_photo=samples[-1]), fields) is FIELD_OUT_OF_REACH


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "Audit",
        "PACKET_META_INFO",
        "packet_data_hash",
        "packet_operations_hash",
        "Officer_Bio_CBEFF",
        "supervisor_bio_cbeff",
    ],
)
def test_a_document_named_like_a_file_of_the_packet_is_refused(name: str) -> None:
    document = Document(DocumentFacts(name, "DOC001", "pdf"), b"%PDF")
    fields: dict[str, dict[str, object]] = {name: {"$ref": "#/definitions/documentType", "fieldCategory": "pvt"}}
    assert _refusal(make_contents(documents=(document,)), fields) is FILE_NAME_TAKEN


def test_a_document_named_like_the_biometric_file_is_refused(samples: tuple[BiometricSample, ...]) -> None:
    name = "INDIVIDUALBIOMETRICS_bio_cbeff"
    document = Document(DocumentFacts(name, "DOC001", "pdf"), b"%PDF")
    fields: dict[str, dict[str, object]] = {name: {"$ref": "#/definitions/documentType", "fieldCategory": "pvt"}}
    assert _refusal(make_contents(documents=(document,), samples=samples[:1]), fields) is FILE_NAME_TAKEN


def test_two_documents_whose_names_differ_in_case_alone_are_refused() -> None:
    twins = tuple(
        Document(DocumentFacts(name, "DOC001", "pdf"), b"%PDF") for name in ("proofOfIdentity", "PROOFOFIDENTITY")
    )
    fields: dict[str, dict[str, object]] = {
        "PROOFOFIDENTITY": {"$ref": "#/definitions/documentType", "fieldCategory": "pvt"}
    }
    assert _refusal(make_contents(documents=twins), fields) is FILE_NAME_TAKEN


def test_an_update_without_the_number_of_the_person_is_refused() -> None:
    contents = make_contents(demographics={"email": "erika@mustermann.example"})
    assert _refusal(replace(contents, process=Process.UPDATE)) is UPDATE_WITHOUT_UIN


@pytest.mark.parametrize("request_", [None, ""])
def test_a_correction_that_answers_no_request_is_refused(request_: str | None) -> None:
    assert _refusal(_correction(request_)) is CORRECTION_WITHOUT_REQUEST


def test_a_correction_of_what_is_no_registration_is_refused() -> None:
    assert _refusal(_correction("BIOMETRIC_CORRECTION-1")) is REGISTRATION_ID_LENGTH


@pytest.mark.parametrize("process", [Process.NEW, Process.UPDATE, Process.LOST])
def test_nothing_but_a_correction_answers_a_request(process: Process) -> None:
    with pytest.raises(ValueError, match="only a correction"):
        replace(make_contents(), process=process, additional_info_request=REQUEST)


# UPDATE


def test_an_update_opens_valid(update: SealedPacket, decryption_key: DecryptionKey, machine: KeyPair) -> None:
    opened = open_packet(update.content, decryption_key, machine.key.public_pem)
    assert opened.is_valid
    assert opened.process == "UPDATE"


def test_an_update_holds_what_changed_and_the_number_in_every_part(update: SealedPacket, server: KeyPair) -> None:
    parts = read_packet(update.content, server.key.to_pem(), RID, "UPDATE")
    common = {"IDSchemaVersion": 0.1, "UIN": "1234567890"}
    assert parts["id"].identity == common
    assert parts["evidence"].identity == common
    assert parts["optional"].identity == {**common, "email": "mustermann@erika.example"}


# All processes


@pytest.mark.parametrize("process", [Process.NEW, Process.UPDATE, Process.LOST])
def test_the_process_stands_in_entry_names_sidecars_and_meta_data(
    process: Process, sealing: Sealing, server: KeyPair
) -> None:
    packet = sealing(replace(make_contents(), process=process))
    parts = read_packet(packet.content, server.key.to_pem(), RID, process.value.upper())
    for part in PARTS:
        assert parts[part].sidecar["process"] == process.value.upper()
        assert labelled(parts[part].meta["metaData"])["registrationType"] == process.value.upper()


def test_a_lost_number_needs_no_number(
    sealing: Sealing, server: KeyPair, decryption_key: DecryptionKey, machine: KeyPair
) -> None:
    name = {"fullName": LocalizedText.of(eng="Erika Mustermann")}
    packet = sealing(replace(make_contents(demographics=name, documents=()), process=Process.LOST))
    assert open_packet(packet.content, decryption_key, machine.key.public_pem).is_valid
    parts = read_packet(packet.content, server.key.to_pem(), RID, "LOST")
    assert [("UIN" in parts[part].identity) for part in PARTS] == [False] * 3


# BIOMETRIC_CORRECTION


def test_a_correction_opens_valid(
    correction: SealedPacket, decryption_key: DecryptionKey, machine: KeyPair
) -> None:
    opened = open_packet(correction.content, decryption_key, machine.key.public_pem)
    assert opened.is_valid
    assert (opened.process, opened.registration_id) == ("BIOMETRIC_CORRECTION", FIRST_RID)


def test_a_correction_is_filed_under_the_registration_it_corrects(corrected: dict[str, Subpacket]) -> None:
    for part in PARTS:
        assert corrected[part].sidecar["packetname"] == f"{FIRST_RID}_{part}"
        assert corrected[part].meta["registrationId"] == FIRST_RID
        meta_data = labelled(corrected[part].meta["metaData"])
        assert (meta_data["registrationId"], meta_data["applicationId"]) == (FIRST_RID, FIRST_RID)


def test_a_corrections_packet_id_keeps_the_station_that_made_it(correction: SealedPacket) -> None:
    assert correction.packet_id == f"{FIRST_RID}-10001_10002-20260102031000"


def test_a_correction_without_answers_holds_biometrics_alone(corrected: dict[str, Subpacket]) -> None:
    assert list(corrected["id"].identity) == ["IDSchemaVersion", "individualBiometrics"]


def test_a_corrections_enrollment_request_is_filed_under_the_same_registration() -> None:
    request = enrollment_request(_correction(REQUEST), make_schema(), requested_at=CREATED_AT)
    assert (request.id, request.process) == (FIRST_RID, "BIOMETRIC_CORRECTION")


# Where the station stood


def test_the_position_stands_at_the_top_and_in_the_meta_data() -> None:
    contents = replace(make_contents(), position=Position(33.5731, -7.5898))
    packet = assemble(contents, make_schema())
    for part in PARTS:
        meta = json.loads(packet.subpackets[part]["packet_meta_info.json"])["identity"]
        labels = labelled(meta["metaData"])
        assert (meta["geoLocLatitude"], meta["geoLoclongitude"]) == ("33.573100", "-7.589800")
        assert (labels["geoLocLatitude"], labels["geoLoclongitude"]) == ("33.573100", "-7.589800")


def test_a_station_that_does_not_know_its_position_says_nothing_about_it() -> None:
    packet = assemble(make_contents(), make_schema())
    assert b"geoLoc" not in packet.subpackets["id"]["packet_meta_info.json"]


def test_a_tiny_angle_is_written_without_an_exponent() -> None:
    packet = assemble(replace(make_contents(), position=Position(0.00001, 0.0)), make_schema())
    meta = json.loads(packet.subpackets["id"]["packet_meta_info.json"])["identity"]
    assert meta["geoLocLatitude"] == "0.000010"


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg"),
    [(90.1, 0.0), (-90.1, 0.0), (0.0, 180.1), (0.0, -180.1), (float("nan"), 0.0)],
)
def test_a_place_off_the_globe_is_no_position(latitude_deg: float, longitude_deg: float) -> None:
    with pytest.raises(ValueError, match="latitude"):
        Position(latitude_deg, longitude_deg)
