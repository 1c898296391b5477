"""Whose captures: each biometric field of the schema has its own file, its own entries and its owner."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.domain.applicant import Document, DocumentFacts
from muster.domain.biometrics import BiometricAttribute, BiometricException, BiometricSample, ExceptionKind
from muster.domain.registration import Process
from muster.errors import BadInput
from muster.formats.cbeff import CbeffFile
from muster.packet.assemble import FIELD_NOT_IN_SCHEMA, AssembledPacket, assemble
from muster.packet.contents import FieldCaptures, PacketContents
from muster.packet.govstack import SAMPLES_OF_ONE_FIELD, enrollment_request
from muster.packet.judging import judge
from muster.packet.opening import open_packet
from muster.packet.seal import seal
from muster.packet.server_rules import FIELD_KIND_WRONG
from unit.packet.contents_fixture import CREATED_AT, FIELDS, KeyPair, make_contents, make_schema

_BIOMETRICS = FIELDS["individualBiometrics"]
_DOCUMENT = FIELDS["proofOfIdentity"]
ALL_FIELDS: Mapping[str, Mapping[str, object]] = {
    **FIELDS,
    "individualAuthBiometrics": _BIOMETRICS,
    "introducerBiometrics": _BIOMETRICS,
    "introducerProof": _DOCUMENT,
    "guardianBiometrics": {**_BIOMETRICS, "subType": "introducer"},
}
MISSING = BiometricException(BiometricAttribute.LEFT_THUMB, ExceptionKind.TEMPORARY, "Bandage")


@pytest.fixture(scope="module")
def face(samples: tuple[BiometricSample, ...]) -> BiometricSample:
    return samples[-1]


@pytest.fixture(scope="module")
def child(samples: tuple[BiometricSample, ...], face: BiometricSample) -> PacketContents:
    """A child's face, and two fingers of whoever brings it, whose thumb is bandaged."""
    introducer = FieldCaptures("introducerBiometrics", samples[:2], (MISSING,))
    proof = Document(DocumentFacts("introducerProof", "DOC001", "pdf"), b"%PDF")
    contents = make_contents(samples=(face,))
    return replace(contents, further=(introducer,), documents=(*contents.documents, proof))


@pytest.fixture(scope="module")
def packet(child: PacketContents) -> AssembledPacket:
    return assemble(child, make_schema(ALL_FIELDS))


def _identity(packet: AssembledPacket) -> dict[str, Any]:
    return dict(json.loads(packet.subpackets["id"]["ID.json"])["identity"])


def _meta(packet: AssembledPacket) -> dict[str, Any]:
    return dict(json.loads(packet.subpackets["id"]["packet_meta_info.json"])["identity"])


def _subtypes(packet: AssembledPacket, field: str) -> list[str]:
    return [each.subtype for each in CbeffFile.parse(packet.subpackets["id"][f"{field}_bio_CBEFF.xml"]).birs]


# Refused


def test_captures_of_a_field_that_the_schema_lacks_are_refused(child: PacketContents) -> None:
    with pytest.raises(BadInput) as caught:
        assemble(replace(child, documents=()), make_schema())
    assert caught.value.code is FIELD_NOT_IN_SCHEMA


def test_captures_in_a_field_of_another_kind_are_refused(child: PacketContents) -> None:
    wrong = replace(child.further[0], field="fullName")
    with pytest.raises(BadInput) as caught:
        assemble(replace(child, further=(wrong,), demographics={}), make_schema(ALL_FIELDS))
    assert caught.value.code is FIELD_KIND_WRONG


def test_a_field_has_its_captures_once(child: PacketContents) -> None:
    with pytest.raises(ValueError, match="once"):
        replace(child, further=(replace(child.further[0], field="individualBiometrics"),))


def test_a_request_with_a_place_for_one_field_is_not_written_for_two(child: PacketContents) -> None:
    with pytest.raises(BadInput) as caught:
        enrollment_request(child, make_schema(ALL_FIELDS), requested_at=CREATED_AT)
    assert caught.value.code is SAMPLES_OF_ONE_FIELD


# A child with an introducer


def test_each_field_has_its_own_file(packet: AssembledPacket) -> None:
    assert _subtypes(packet, "individualBiometrics") == [""]
    assert _subtypes(packet, "introducerBiometrics") == ["Left IndexFinger", "Left MiddleFinger", "Left Thumb"]


def test_each_field_names_its_file(packet: AssembledPacket) -> None:
    identity = _identity(packet)
    for field in ("individualBiometrics", "introducerBiometrics"):
        assert identity[field]["value"] == f"{field}_bio_CBEFF"
    assert "individualAuthBiometrics" not in identity


def test_each_field_has_its_entries_in_the_description(packet: AssembledPacket) -> None:
    meta = _meta(packet)
    assert list(meta["biometrics"]["individualBiometrics"]) == ["face"]
    assert list(meta["biometrics"]["introducerBiometrics"]) == ["leftIndex", "leftMiddle"]
    assert list(meta["exceptionBiometrics"]["introducerBiometrics"]) == ["leftThumb"]
    assert meta["exceptionBiometrics"]["individualBiometrics"] == {}


def test_the_owner_follows_the_field(packet: AssembledPacket) -> None:
    meta = _meta(packet)
    assert meta["exceptionBiometrics"]["introducerBiometrics"]["leftThumb"]["individualType"] == "introducer"
    assert {each["documentName"]: each["documentOwner"] for each in meta["documents"]} == {
        "proofOfIdentity": "applicant",
        "proofOfAddress": "applicant",
        "proofOfException": "applicant",
        "introducerProof": "introducer",
    }


def test_a_schema_may_say_whose_a_field_is(child: PacketContents) -> None:
    guardian = replace(child.further[0], field="guardianBiometrics")
    meta = _meta(assemble(replace(child, further=(guardian,)), make_schema(ALL_FIELDS)))
    assert meta["exceptionBiometrics"]["guardianBiometrics"]["leftThumb"]["individualType"] == "introducer"


def test_a_server_takes_such_a_packet(child: PacketContents, machine: KeyPair, server: KeyPair) -> None:
    packet = assemble(child, make_schema(ALL_FIELDS))
    sealed = seal(packet, sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem))
    key = DecryptionKey.from_pem(server.server_pem)
    judged = judge(open_packet(sealed.content, key, machine.key.public_pem))
    assert judged.is_valid
    assert [each.notes for each in judged.subpackets] == [(), (), ()]


# An update


def test_an_update_proves_who_asks_and_replaces_what_it_brings(
    samples: tuple[BiometricSample, ...], face: BiometricSample
) -> None:
    contents = replace(
        make_contents(samples=(face,), documents=()),
        process=Process.UPDATE,
        further=(FieldCaptures("individualBiometrics", samples[:2]),),
    )
    packet = assemble(contents, make_schema(ALL_FIELDS))
    assert _subtypes(packet, "individualAuthBiometrics") == [""]
    assert _subtypes(packet, "individualBiometrics") == ["Left IndexFinger", "Left MiddleFinger"]


def test_an_update_without_new_samples_leaves_the_old_ones(face: BiometricSample) -> None:
    contents = replace(make_contents(samples=(face,), documents=()), process=Process.UPDATE)
    assert "individualBiometrics" not in _identity(assemble(contents, make_schema(ALL_FIELDS)))
