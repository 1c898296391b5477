"""Packets of other clients open, and what must be refused of them is refused, in each dialect."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from muster.crypto.envelope import DecryptionKey
from muster.errors import MusterError
from muster.formats.cbeff import CbeffFile
from muster.formats.packet_meta import Capture, FiledDocument, MissingSample
from muster.packet.opening import Check, Family, OpenedPacket, OpenedSubpacket, open_packet
from unit.packet.contents_fixture import KeyPair
from unit.packet.other_clients import (
    ANDROID,
    INDEX,
    PACKET_ID,
    RECORD,
    REF_ID,
    RID,
    V1_1_5,
    V1_2,
    Dialect,
    Written,
    b64,
    b64u,
    signed_capture,
    write,
)

Open = Callable[..., OpenedPacket]
DIALECTS = [pytest.param(V1_1_5, id="1.1.5"), pytest.param(V1_2, id="1.2"), pytest.param(ANDROID, id="android")]
CHECKED = [pytest.param(V1_2, id="1.2"), pytest.param(ANDROID, id="android")]


@pytest.fixture
def open_(server: KeyPair, machine: KeyPair, decryption_key: DecryptionKey) -> Open:
    """Seals what was written and opens it, by default without the machine's public key."""

    def seal_and_open(written: Written, *, checking: bool = False) -> OpenedPacket:
        content = written.sealed(server.certificate_pem, machine.key.to_pem())
        return open_packet(content, decryption_key, machine.key.public_pem if checking else None)

    return seal_and_open


def _part(packet: OpenedPacket, name: str) -> OpenedSubpacket:
    (found,) = (each for each in packet.subpackets if each.name == name)
    return found


def _edited(written: Written, part: str, **changes: Any) -> Written:
    """The description of ``part`` changed; a value of None leaves the key out."""
    identity = {**json.loads(written.parts[part]["packet_meta_info.json"])["identity"], **changes}
    kept = {key: value for key, value in identity.items() if value is not None}
    return written.with_file(part, "packet_meta_info.json", json.dumps({"identity": kept}).encode())


def _flipped(content: bytes, position: int) -> bytes:
    changed = bytearray(content)
    changed[position] ^= 1
    return bytes(changed)


# Refused, whoever wrote it


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["ID.json", "proofOfIdentity.pdf", "individualBiometrics_bio_CBEFF.xml"])
def test_a_changed_file_does_not_fit_the_data_hash(open_: Open, dialect: Dialect, name: str) -> None:
    written = write(dialect)
    packet = open_(written.with_file("id", name, written.parts["id"][name] + b" "))
    assert _part(packet, "id").data_hash is Check.INVALID
    assert not packet.is_valid


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_changed_audit_does_not_fit_the_operations_hash(open_: Open, dialect: Dialect) -> None:
    packet = open_(write(dialect).with_file("id", "audit.json", b"[]"))
    assert _part(packet, "id").operations_hash is Check.INVALID
    assert not packet.is_valid


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("part", ["id", "evidence", "optional"])
def test_a_part_without_its_data_hash_is_not_valid(open_: Open, dialect: Dialect, part: str) -> None:
    packet = open_(write(dialect).with_file(part, "packet_data_hash.txt", None))
    assert _part(packet, part).data_hash is Check.ABSENT
    assert not packet.is_valid


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_packet_without_its_operations_hash_is_not_valid(open_: Open, dialect: Dialect) -> None:
    packet = open_(write(dialect).with_file("id", "packet_operations_hash.txt", None))
    assert _part(packet, "id").operations_hash is Check.ABSENT
    assert not packet.is_valid


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("changes", [{"encryptedhash": b64(bytes(32))}, {"encryptedhash": None}])
def test_another_or_no_hash_of_the_encrypted_part_is_not_valid(
    open_: Open, dialect: Dialect, changes: dict[str, Any]
) -> None:
    assert not open_(write(dialect).with_sidecar("evidence", **changes)).is_valid


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_part_filed_under_another_registration_is_not_valid(open_: Open, dialect: Dialect) -> None:
    packet = open_(_edited(write(dialect), "optional", registrationId="10001100020000220260102030000"))
    assert _part(packet, "optional").problems == ("REGISTRATION_DIFFERS",)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_flipped_octet_of_the_sealed_file_is_refused(
    server: KeyPair, machine: KeyPair, decryption_key: DecryptionKey, dialect: Dialect
) -> None:
    content = write(dialect).sealed(server.certificate_pem, machine.key.to_pem())
    for position in range(0, len(content), len(content) // 40):
        with pytest.raises(MusterError):
            open_packet(_flipped(content, position), decryption_key)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_listed_file_that_is_absent_is_not_valid(open_: Open, dialect: Dialect) -> None:
    packet = open_(write(dialect).with_file("id", "proofOfIdentity.pdf", None))
    assert _part(packet, "id").data_hash is Check.INVALID


@pytest.mark.parametrize("dialect", CHECKED)
def test_a_signature_of_somebody_else_is_invalid(
    server: KeyPair, machine: KeyPair, device: KeyPair, decryption_key: DecryptionKey, dialect: Dialect
) -> None:
    content = write(dialect).sealed(server.certificate_pem, device.key.to_pem())
    packet = open_packet(content, decryption_key, machine.key.public_pem)
    assert {each.signature for each in packet.subpackets} == {Check.INVALID}
    assert not packet.is_valid


# Refused of 1.1.5


def test_a_signature_of_1_1_5_is_never_called_valid(open_: Open) -> None:
    for checking in (False, True):
        packet = open_(write(V1_1_5), checking=checking)
        assert {each.signature for each in packet.subpackets} == {Check.UNCHECKED}


def test_not_even_a_good_signature_under_an_old_sidecar_is_called_valid(open_: Open) -> None:
    """The sidecar is nobody's word, so neither is the version it shows."""
    written = write(V1_2)
    for part in written.parts:
        written = written.with_sidecar(part, refid=None, id=RID)
    packet = open_(written, checking=True)
    assert packet.family is Family.V1_1_5
    assert {each.signature for each in packet.subpackets} == {Check.UNCHECKED}


def test_who_asks_for_signatures_does_not_get_a_packet_of_1_1_5_as_valid(open_: Open) -> None:
    packet = open_(write(V1_1_5), checking=True)
    assert {each.problems for each in packet.subpackets} == {("SIGNATURE_OPAQUE",)}
    assert not packet.is_valid


def test_leaving_out_the_reference_does_not_pass_off_what_the_machine_never_signed(
    server: KeyPair, machine: KeyPair, device: KeyPair, decryption_key: DecryptionKey
) -> None:
    written = write(V1_2)
    for part in written.parts:
        written = written.with_sidecar(part, refid=None, id=RID)
    forged = written.sealed(server.certificate_pem, device.key.to_pem())
    assert not open_packet(forged, decryption_key, machine.key.public_pem).is_valid


def test_an_old_sidecar_with_a_packet_id_of_1_2_is_told(open_: Open) -> None:
    packet = open_(write(V1_1_5).with_sidecar("id", id=PACKET_ID))
    assert packet.problems == ("PACKET_ID_DIFFERS:id", "SIDECARS_DIFFER")


def test_one_sidecar_with_a_reference_makes_the_packet_one_of_1_2(open_: Open) -> None:
    packet = open_(write(V1_1_5).with_sidecar("optional", refid=REF_ID), checking=True)
    assert packet.family is Family.V1_2
    assert "SIDECARS_DIFFER" in packet.problems
    assert {each.signature for each in packet.subpackets} == {Check.INVALID}


def test_without_any_sidecar_no_version_is_guessed(open_: Open) -> None:
    written = write(V1_1_5)
    packet = open_(replace(written, sidecars={part: {"id": ["a list"]} for part in written.parts}))
    assert packet.family is Family.UNKNOWN
    assert not packet.is_valid


# Read, whoever wrote it


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_packet_opens_and_its_hashes_are_valid(open_: Open, dialect: Dialect) -> None:
    packet = open_(write(dialect))
    assert packet.is_valid
    assert packet.problems == packet.notes == ()
    assert [each.name for each in packet.subpackets] == ["id", "evidence", "optional"]
    assert {each.data_hash for each in packet.subpackets} == {Check.VALID}
    assert _part(packet, "id").operations_hash is Check.VALID
    assert "fullName" in _part(packet, "id").fields


@pytest.mark.parametrize("dialect, family, packet_id", [
    pytest.param(V1_1_5, Family.V1_1_5, RID, id="1.1.5"),
    pytest.param(V1_2, Family.V1_2, PACKET_ID, id="1.2"),
    pytest.param(ANDROID, Family.V1_2, PACKET_ID, id="android"),
])  # fmt: skip
def test_the_version_is_judged_from_the_sidecars(
    open_: Open, dialect: Dialect, family: Family, packet_id: str
) -> None:
    packet = open_(write(dialect))
    assert (packet.family, packet.packet_id) == (family, packet_id)
    assert (packet.registration_id, packet.ref_id, packet.process) == (RID, REF_ID, "NEW")


def test_a_packet_made_online_is_of_1_2_although_its_id_is_the_registrations(open_: Open) -> None:
    written = write(V1_2)
    for part in written.parts:
        written = written.with_sidecar(part, id=RID)
    packet = open_(written, checking=True)
    assert (packet.family, packet.packet_id) == (Family.V1_2, RID)
    assert packet.is_valid


@pytest.mark.parametrize("dialect", CHECKED)
def test_signatures_are_checked_with_the_machines_key(open_: Open, dialect: Dialect) -> None:
    packet = open_(write(dialect), checking=True)
    assert {each.signature for each in packet.subpackets} == {Check.VALID}
    assert packet.is_valid


@pytest.mark.parametrize("dialect, reason", [
    pytest.param(V1_1_5, "SIGNATURE_OPAQUE", id="1.1.5"), pytest.param(V1_2, "MACHINE_KEY_ABSENT", id="1.2"),
])  # fmt: skip
def test_an_unchecked_signature_has_its_reason(open_: Open, dialect: Dialect, reason: str) -> None:
    packet = open_(write(dialect))
    assert {(each.signature, each.notes) for each in packet.subpackets} == {(Check.UNCHECKED, (reason,))}


def test_envelopes_without_a_thumbprint_open(open_: Open) -> None:
    assert open_(replace(write(V1_1_5), thumbprint=False)).is_valid


def _unpadded(octets: bytes) -> str:
    return b64(octets).rstrip("=")


def _padded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode()


@pytest.mark.parametrize("encode", [b64, b64u, _padded, _unpadded])
@pytest.mark.parametrize("dialect", CHECKED)
def test_either_base64_padded_or_not_is_read(
    open_: Open, dialect: Dialect, encode: Callable[[bytes], str]
) -> None:
    packet = open_(replace(write(dialect), encode=encode), checking=True)
    assert {(each.hash, each.signature) for each in packet.subpackets} == {(Check.VALID, Check.VALID)}


@pytest.mark.parametrize("encode", [b64, b64u, _padded, _unpadded])
def test_either_base64_of_1_1_5_is_read(open_: Open, encode: Callable[[bytes], str]) -> None:
    packet = open_(replace(write(V1_1_5), encode=encode))
    assert {each.hash for each in packet.subpackets} == {Check.VALID}


@pytest.mark.parametrize("version", [0.1, 1, 1.0, "0.1", None])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_schema_version_may_be_a_number(open_: Open, dialect: Dialect, version: object) -> None:
    assert open_(write(dialect).with_sidecar("id", schemaversion=version)).is_valid


@pytest.mark.parametrize("dialect", DIALECTS)
def test_captures_are_read_under_whatever_their_client_calls_them(open_: Open, dialect: Dialect) -> None:
    meta = open_(write(dialect)).meta
    assert meta is not None
    assert meta.captures[0] == Capture(dialect.owner, "leftIndex", attempts=2, forced=True, index=INDEX)
    assert meta.missing == (MissingSample(dialect.owner, "leftLittle", "Amputation", "Permanent"),)
    assert meta.client_version == dialect.version
    assert meta.created == "2026-01-02T03:10:00.123Z"
    assert "preRegistrationId" not in meta.about
    assert meta.operations == {"officerId": "officer-1", "officerPassword": "true"}


def test_captures_of_an_introducer_are_kept_apart(open_: Open) -> None:
    meta = open_(write(V1_1_5)).meta
    assert meta is not None
    assert [each.owner for each in meta.captures] == ["applicant", "introducer"]


@pytest.mark.parametrize("dialect, reference", [
    pytest.param(V1_1_5, None, id="1.1.5"), pytest.param(V1_2, "T22000129", id="1.2"),
    pytest.param(ANDROID, None, id="android"),
])  # fmt: skip
def test_documents_have_a_reference_or_none(open_: Open, dialect: Dialect, reference: str | None) -> None:
    meta = open_(write(dialect)).meta
    assert meta is not None
    expected = FiledDocument("proofOfIdentity", "proofOfIdentity", "DOC001", "applicant", reference)
    assert meta.documents == (expected,)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_biometric_file_is_read_with_and_without_others(open_: Open, dialect: Dialect) -> None:
    content = _part(open_(write(dialect)), "id").files["individualBiometrics_bio_CBEFF.xml"]
    bir = CbeffFile.parse(content).birs[0]
    assert (bir.type, bir.bdb, bir.index) == ("Finger", RECORD, INDEX)
    assert (bir.sb, bool(bir.others)) == ((signed_capture()[0].decode(), True) if dialect.others else ("", False))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_the_parts_say_together_is_what_the_first_of_them_says(open_: Open, dialect: Dialect) -> None:
    written = _edited(write(dialect), "id", creationDate=None)
    written = _edited(written, "evidence", creationDate="2026-01-02T03:11:00.000Z")
    meta = open_(written).meta
    assert meta is not None
    assert meta.created == "2026-01-02T03:11:00.000Z"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_files_and_entries_that_nobody_asks_for_are_noted(open_: Open, dialect: Dialect) -> None:
    written = replace(write(dialect), beside={"readme.txt": b"from a client of its own country"})
    packet = open_(written.with_file("optional", "thumbnail.jpg", b"\xff\xd8"))
    assert packet.notes == ("FILE_UNEXPECTED:readme.txt",)
    assert "FILE_UNLISTED:thumbnail.jpg" in _part(packet, "optional").notes
    assert packet.is_valid


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_part_of_a_category_of_its_own_country_is_opened_and_noted(open_: Open, dialect: Dialect) -> None:
    written = write(dialect)
    packet = open_(replace(written, parts={**written.parts, "medical": written.parts["optional"]}))
    assert packet.notes == ("SUBPACKET_UNKNOWN:medical",)
    assert packet.is_valid
