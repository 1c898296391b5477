"""What the person answered and signed, as a packet carries it: by a reader of its own, as a server has one."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from PIL import Image

from muster.crypto.envelope import DecryptionKey, encrypt
from muster.domain.applicant import Document, DocumentFacts
from muster.domain.lifecycle import BlobRef, PersonAnswered
from muster.domain.person import Reply
from muster.errors import BadInput
from muster.formats.handwriting import Handwriting, Point
from muster.formats.id_schema import IdSchema
from muster.packet.assemble import assemble
from muster.packet.contents import PacketContents
from muster.packet.judging import judge
from muster.packet.opening import open_packet
from muster.packet.seal import SealedPacket, seal
from unit.packet.contents_fixture import CREATED_AT, FIELDS, RID, KeyPair, make_contents, make_schema
from unit.packet.independent_reader import Subpacket, labelled, read_packet

PICTURE, STROKES = "person_signature.png", "person_signature_strokes.json"
WRITTEN = Handwriting(300, 100, ((Point(10, 50, 0, 0.5), Point(250, 40, 40, 0.7)),))
CONSENT = PersonAnswered(CREATED_AT, Reply.AGREED, "ara", "ab" * 32, True, BlobRef("b", "cd" * 32, 9))
RIGHT = PersonAnswered(CREATED_AT, Reply.RIGHT, "eng", "ef" * 32, own_screen=False)


@pytest.fixture(scope="module")
def answered() -> PacketContents:
    return replace(make_contents(), answers=(CONSENT, RIGHT), handwriting=WRITTEN)


def _sealed(contents: PacketContents, machine: KeyPair, server: KeyPair, schema: IdSchema) -> SealedPacket:
    return seal(
        assemble(contents, schema), sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem)
    )


@pytest.fixture(scope="module")
def packet(answered: PacketContents, machine: KeyPair, server: KeyPair) -> SealedPacket:
    return _sealed(answered, machine, server, make_schema())


@pytest.fixture(scope="module")
def parts(packet: SealedPacket, server: KeyPair) -> dict[str, Subpacket]:
    return read_packet(packet.content, server.key.to_pem(), RID)


def _said(parts: dict[str, Subpacket], label: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(labelled(parts["id"].meta["operationsData"])[label] or "")
    return told


def test_a_packet_with_answers_and_a_signature_opens_valid_and_is_judged_without_a_problem(
    packet: SealedPacket, decryption_key: DecryptionKey, machine: KeyPair
) -> None:
    opened = judge(open_packet(packet.content, decryption_key, machine.key.public_pem))
    assert opened.is_valid
    assert [each for part in opened.subpackets for each in (*part.problems, *part.notes)] == []


def test_each_answer_is_one_label_of_the_operations(parts: dict[str, Subpacket]) -> None:
    consent = _said(parts, "personConsent")
    assert (consent["reply"], consent["language"], consent["shown"]) == ("agreed", "ara", "ab" * 32)
    assert (consent["ownScreen"], consent["signature"]) == (True, "cd" * 32)
    right = _said(parts, "personConfirmation")
    assert (right["reply"], right["ownScreen"], "signature" in right) == ("right", False, False)


def test_the_signature_stands_in_id_alone_as_strokes_and_as_a_picture(parts: dict[str, Subpacket]) -> None:
    assert [name for name, part in parts.items() if PICTURE in part.files] == ["id"]
    files = parts["id"].files
    assert Handwriting.parse(files[STROKES]) == WRITTEN
    with Image.open(io.BytesIO(files[PICTURE])) as picture:
        assert (picture.format, picture.size) == ("PNG", (300, 100))


def test_the_hash_of_the_operations_covers_the_signature(parts: dict[str, Subpacket]) -> None:
    (sequence,) = parts["id"].meta["hashSequence2"]
    assert sequence["value"] == ["person_signature", "person_signature_strokes", "audit"]


def test_nobody_asked_is_nothing_said(assembled: Any) -> None:
    meta = json.loads(assembled.subpackets["id"]["packet_meta_info.json"])["identity"]
    labels = {each["label"] for each in meta["operationsData"]}
    assert not labels & {"personConsent", "personConfirmation"}
    assert not {PICTURE, STROKES} & set(assembled.subpackets["id"])


def test_a_schema_with_a_place_for_a_signed_consent_gets_it_as_a_document(answered: PacketContents) -> None:
    schema = make_schema(
        {**FIELDS, "proofOfConsent": {"$ref": "#/definitions/documentType", "fieldCategory": "pvt"}}
    )
    part = assemble(answered, schema).subpackets["id"]
    identity = json.loads(part["ID.json"])["identity"]
    assert identity["proofOfConsent"]["format"] == "png"
    assert part["proofOfConsent.png"] == part[PICTURE]
    scanned = Document(DocumentFacts("proofOfConsent", "POC", "pdf"), b"%PDF-1.4 signed paper")
    kept = assemble(replace(answered, documents=(*answered.documents, scanned)), schema).subpackets["id"]
    assert "proofOfConsent.png" not in kept and "proofOfConsent.pdf" in kept


def test_no_document_takes_the_name_of_the_signature(answered: PacketContents) -> None:
    schema = make_schema(
        {**FIELDS, "person_signature": {"$ref": "#/definitions/documentType", "fieldCategory": "pvt"}}
    )
    taken = Document(DocumentFacts("person_signature", "X", "pdf"), b"%PDF-1.4")
    with pytest.raises(BadInput, match="FILE_NAME_TAKEN"):
        assemble(replace(answered, documents=(*answered.documents, taken)), schema)
