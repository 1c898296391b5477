"""Sealed packets as a reader sees them who shares no code with us."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from dataclasses import replace
from functools import partial

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from muster.crypto.envelope import encrypt
from muster.packet.assemble import AssembledPacket
from muster.packet.seal import SealedPacket, seal
from unit.packet.contents_fixture import PACKET_ID, RID, KeyPair
from unit.packet.independent_reader import (
    OVERHEAD,
    Envelope,
    Subpacket,
    b64u,
    signed_by,
    thumbprint,
    unb64u,
    unzip,
)

PARTS = ("id", "evidence", "optional")
SIDECAR_KEYS = {
    "id", "packetname", "source", "process", "refid", "schemaversion", "signature", "encryptedhash",
    "providername", "providerversion", "creationdate",
}  # fmt: skip


@pytest.fixture(scope="module")
def outer(sealed: SealedPacket, server: KeyPair) -> dict[str, bytes]:
    return unzip(Envelope.cut(sealed.content).open(server.key.to_pem()))


def _public(pair: KeyPair) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(pair.key.public_pem)
    assert isinstance(key, rsa.RSAPublicKey)
    return key


# Two layers of encryption (trap 1)


def test_the_uploaded_file_is_not_a_zip(sealed: SealedPacket) -> None:
    assert not zipfile.is_zipfile(io.BytesIO(sealed.content))


@pytest.mark.parametrize("part", PARTS)
def test_a_subpacket_inside_the_outer_zip_is_not_a_zip_either(outer: dict[str, bytes], part: str) -> None:
    assert not zipfile.is_zipfile(io.BytesIO(outer[f"REGISTRATION_CLIENT/NEW/{RID}_{part}.zip"]))


def test_nothing_personal_can_be_read_in_the_uploaded_bytes(sealed: SealedPacket) -> None:
    assert b"Mustermann" not in sealed.content


def test_each_layer_adds_exactly_362_bytes(read: dict[str, Subpacket]) -> None:
    assert OVERHEAD == 362
    assert {len(each.encrypted) - len(each.inner) for each in read.values()} == {362}


# The envelope (traps 5, 6, 7)


def test_the_splitter_stands_at_its_place_in_both_layers(sealed: SealedPacket, read: dict[str, Subpacket]) -> None:
    blobs = [sealed.content, *(each.encrypted for each in read.values())]
    assert {Envelope.cut(blob).splitter for blob in blobs} == {b"#KEY_SPLITTER#"}


def test_the_thumbprint_is_the_raw_sha256_of_the_der_certificate(
    sealed: SealedPacket, read: dict[str, Subpacket], server: KeyPair
) -> None:
    blobs = [sealed.content, *(each.encrypted for each in read.values())]
    assert {Envelope.cut(blob).thumbprint for blob in blobs} == {thumbprint(server.certificate_pem)}


def test_the_session_key_is_256_bits_under_oaep_with_sha256_for_both_hashes(
    sealed: SealedPacket, server: KeyPair
) -> None:
    assert len(Envelope.cut(sealed.content).session_key(server.key.to_pem())) == 32


def test_oaep_with_mgf1_sha1_does_not_open_the_session_key(sealed: SealedPacket, server: KeyPair) -> None:
    with pytest.raises(ValueError, match=r"[Dd]ecrypt"):
        Envelope.cut(sealed.content).session_key(server.key.to_pem(), mgf=hashes.SHA1())


def test_the_aad_is_really_authenticated(sealed: SealedPacket, server: KeyPair) -> None:
    with pytest.raises(InvalidTag):
        Envelope.cut(sealed.content).open(server.key.to_pem(), aad=b"")


def test_there_is_no_version_header_before_the_thumbprint(sealed: SealedPacket) -> None:
    assert b"VER_R2" not in sealed.content[:346]


def test_nonce_aad_and_session_key_are_fresh_in_every_layer(
    sealed: SealedPacket, read: dict[str, Subpacket], server: KeyPair
) -> None:
    envelopes = [Envelope.cut(blob) for blob in (sealed.content, *(each.encrypted for each in read.values()))]
    assert len({each.nonce for each in envelopes}) == 4
    assert len({each.aad for each in envelopes}) == 4
    assert len({each.session_key(server.key.to_pem()) for each in envelopes}) == 4


# Names (trap 8)


def test_the_outer_zip_holds_three_subpackets_named_by_rid_and_their_sidecars(
    outer: dict[str, bytes],
) -> None:
    expected = {f"REGISTRATION_CLIENT/NEW/{RID}_{part}.{suffix}" for part in PARTS for suffix in ("zip", "json")}
    assert set(outer) == expected


def test_the_packet_id_is_rid_then_refid_then_the_time_it_was_made(sealed: SealedPacket) -> None:
    assert sealed.packet_id == PACKET_ID
    assert sealed.registration_id == RID


def test_zip_entries_carry_a_constant_time(sealed: SealedPacket, server: KeyPair) -> None:
    plaintext = Envelope.cut(sealed.content).open(server.key.to_pem())
    with zipfile.ZipFile(io.BytesIO(plaintext)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# Sidecars (2.3)


@pytest.mark.parametrize("part", PARTS)
def test_a_sidecar_has_the_eleven_lower_case_keys_with_text_values(read: dict[str, Subpacket], part: str) -> None:
    sidecar = read[part].sidecar
    assert set(sidecar) == SIDECAR_KEYS
    assert all(type(value) is str and value for value in sidecar.values())


@pytest.mark.parametrize("part", PARTS)
def test_a_sidecar_says_whose_part_it_is(read: dict[str, Subpacket], part: str) -> None:
    sidecar = dict(read[part].sidecar)
    del sidecar["signature"], sidecar["encryptedhash"]
    assert sidecar == {
        "id": PACKET_ID,
        "packetname": f"{RID}_{part}",
        "source": "REGISTRATION_CLIENT",
        "process": "NEW",
        "refid": "10001_10002",
        "schemaversion": "0.1",
        "providername": "PacketWriterImpl",
        "providerversion": "v1.0",
        "creationdate": "2026-01-02T03:10:00.123Z",
    }


def test_sidecars_are_written_without_white_space(outer: dict[str, bytes]) -> None:
    sidecar = outer[f"REGISTRATION_CLIENT/NEW/{RID}_id.json"]
    assert not re.search(rb"\s", sidecar)


def test_a_whole_schema_version_is_written_like_a_java_double(
    assembled: AssembledPacket, machine: KeyPair, server: KeyPair
) -> None:
    whole = replace(assembled, schema_version=1.0)
    packet = seal(whole, sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem))
    outer = unzip(Envelope.cut(packet.content).open(server.key.to_pem()))
    sidecar = json.loads(outer[f"REGISTRATION_CLIENT/NEW/{RID}_id.json"])
    assert sidecar["schemaversion"] == "1.0"


# Signature (trap 4)


@pytest.mark.parametrize("part", PARTS)
def test_the_signature_is_the_machines_raw_rsa_over_the_plaintext_inner_zip(
    read: dict[str, Subpacket], machine: KeyPair, part: str
) -> None:
    signature = unb64u(read[part].sidecar["signature"])
    assert len(signature) == 256
    signed_by(_public(machine), read[part].inner, signature)


def test_the_signature_is_not_over_the_encrypted_bytes(read: dict[str, Subpacket], machine: KeyPair) -> None:
    with pytest.raises(InvalidSignature):
        signed_by(_public(machine), read["id"].encrypted, unb64u(read["id"].sidecar["signature"]))


def test_the_signature_is_not_a_jws(read: dict[str, Subpacket]) -> None:
    assert "." not in read["id"].sidecar["signature"]


# Three encodings of a SHA-256 (traps 2, 3, 21)


@pytest.mark.parametrize("part", PARTS)
def test_the_encrypted_hash_is_unpadded_base64url_over_the_whole_encrypted_subpacket(
    read: dict[str, Subpacket], part: str
) -> None:
    assert read[part].sidecar["encryptedhash"] == b64u(hashlib.sha256(read[part].encrypted).digest())


@pytest.mark.parametrize("part", PARTS)
def test_sidecars_use_the_url_alphabet_without_padding(read: dict[str, Subpacket], part: str) -> None:
    sidecar = read[part].sidecar
    assert re.fullmatch(r"[A-Za-z0-9_-]{342}", sidecar["signature"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", sidecar["encryptedhash"])


def test_the_digest_to_announce_is_upper_case_hex_over_the_encrypted_file(sealed: SealedPacket) -> None:
    assert sealed.digest == hashlib.sha256(sealed.content).hexdigest().upper()
    assert sealed.size == len(sealed.content)


@pytest.mark.parametrize("part", PARTS)
def test_the_data_hash_is_upper_case_hex_over_the_plaintext_files_in_sequence(
    read: dict[str, Subpacket], part: str
) -> None:
    content = b"".join(read[part].named(name) for name in read[part].sequence("hashSequence1"))
    assert read[part].files["packet_data_hash.txt"] == hashlib.sha256(content).hexdigest().upper().encode()


def test_the_operations_hash_covers_the_audit_file(read: dict[str, Subpacket]) -> None:
    content = b"".join(read["id"].named(name) for name in read["id"].sequence("hashSequence2"))
    assert content == read["id"].files["audit.json"]
    assert read["id"].files["packet_operations_hash.txt"] == hashlib.sha256(content).hexdigest().upper().encode()


@pytest.mark.parametrize("part", PARTS)
def test_hash_files_are_64_characters_without_a_newline(read: dict[str, Subpacket], part: str) -> None:
    assert re.fullmatch(rb"[0-9A-F]{64}", read[part].files["packet_data_hash.txt"])


def test_sealing_twice_never_gives_the_same_bytes(
    assembled: AssembledPacket, sealed: SealedPacket, machine: KeyPair, server: KeyPair
) -> None:
    again = seal(assembled, sign=machine.key.sign, encrypt=partial(encrypt, server.certificate_pem))
    assert again.packet_id == sealed.packet_id
    assert again.digest != sealed.digest


# What a reader finds inside, once per part (trap 9)


def test_each_part_holds_exactly_its_files(read: dict[str, Subpacket]) -> None:
    always = {"ID.json", "packet_meta_info.json", "packet_data_hash.txt"}
    assert set(read["id"].files) == always | {
        "individualBiometrics_bio_CBEFF.xml", "proofOfIdentity.pdf", "proofOfAddress.jpg", "audit.json",
        "packet_operations_hash.txt",
    }  # fmt: skip
    assert set(read["evidence"].files) == always | {"proofOfException.pdf"}
    assert set(read["optional"].files) == always


@pytest.mark.parametrize("part", PARTS)
def test_each_part_says_the_schema_version_as_a_number(read: dict[str, Subpacket], part: str) -> None:
    assert read[part].identity["IDSchemaVersion"] == 0.1
    assert b'"IDSchemaVersion":0.1' in read[part].files["ID.json"]


@pytest.mark.parametrize("part", PARTS)
def test_file_names_differ_even_without_case_and_extension(read: dict[str, Subpacket], part: str) -> None:
    stems = [name.rpartition(".")[0].lower() for name in read[part].files]
    assert len(set(stems)) == len(stems)


def test_documents_arrive_byte_for_byte(read: dict[str, Subpacket]) -> None:
    assert read["id"].files["proofOfAddress.jpg"] == b"\xff\xd8 a letter"
    assert read["evidence"].files["proofOfException.pdf"] == b"%PDF-1.4 photo of a hand"


def test_base64_in_the_biometric_file_is_the_standard_alphabet(read: dict[str, Subpacket]) -> None:
    file = read["id"].files["individualBiometrics_bio_CBEFF.xml"].decode()
    records = re.findall(r"<BDB>([^<]+)</BDB>", file)
    assert len(records) == 12
    assert all(base64.b64decode(each, validate=True) for each in records)
    assert not any(set(each) & set("-_") for each in records)
