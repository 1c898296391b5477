"""Opening as a server does: what is damaged, forged or incomplete never counts as valid."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.crypto.envelope import ENVELOPE_TOO_SHORT, SEALED_FOR_ANOTHER_KEY, DecryptionKey, encrypt
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, MalformedData, MusterError, NotAuthentic
from muster.formats.mosip_packet import hash_of
from muster.formats.zip_archive import pack
from muster.packet.assemble import assemble
from muster.packet.opening import (
    PACKET_EMPTY,
    PACKET_TOO_MANY_PARTS,
    Check,
    OpenedPacket,
    OpenedSubpacket,
    open_packet,
)
from muster.packet.seal import SealedPacket, seal
from unit.packet.contents_fixture import (
    CREATED_AT,
    PACKET_ID,
    RID,
    STATION,
    KeyPair,
    make_contents,
    make_schema,
)
from unit.packet.independent_reader import Envelope, Subpacket, b64u, unzip

Files = dict[str, bytes]
FOLDER = "REGISTRATION_CLIENT/NEW/"


@dataclass(frozen=True, slots=True)
class Forger:
    """Takes the sealed packet apart and puts it together again, changed.

    ``outer`` needs nothing but the server's public certificate; ``part`` also signs with the machine's key,
    as a station with wrong software would.
    """

    server: KeyPair
    machine: KeyPair
    sealed: SealedPacket
    decryption_key: DecryptionKey

    def open(self, content: bytes) -> OpenedPacket:
        return open_packet(content, self.decryption_key, self.machine.key.public_pem)

    def outer_files(self) -> Files:
        return unzip(Envelope.cut(self.sealed.content).open(self.server.key.to_pem()))

    def encrypt(self, plaintext: bytes) -> bytes:
        return encrypt(self.server.certificate_pem, plaintext)

    def outer(self, change: Callable[[Files], object]) -> OpenedPacket:
        files = self.outer_files()
        change(files)
        return self.open(self.encrypt(pack(files, deflate=False)))

    def sidecar(self, part: str, **changes: object) -> OpenedPacket:
        name = f"{FOLDER}{RID}_{part}.json"
        return self.outer(lambda files: files.update({name: _edited(files[name], changes)}))

    def inner_zip(self, part: str, plaintext: bytes) -> OpenedPacket:
        """The packet with ``plaintext`` as signed content of ``part``."""
        encrypted = self.encrypt(plaintext)
        archive, sidecar = f"{FOLDER}{RID}_{part}.zip", f"{FOLDER}{RID}_{part}.json"
        facts = {
            "signature": b64u(self.machine.key.sign(plaintext)),
            "encryptedhash": b64u(_sha256(encrypted)),
        }
        return self.outer(
            lambda files: files.update({archive: encrypted, sidecar: _edited(files[sidecar], facts)})
        )

    def whole(self, part: str, change: Callable[[Files], object]) -> OpenedPacket:
        """The packet after ``change`` to the files of ``part``, which is signed and hashed anew."""
        encrypted = self.outer_files()[f"{FOLDER}{RID}_{part}.zip"]
        files = unzip(Envelope.cut(encrypted).open(self.server.key.to_pem()))
        change(files)
        return self.inner_zip(part, pack(files))

    def part(self, part: str, change: Callable[[Files], object]) -> OpenedSubpacket:
        """``part`` after ``change`` to its files, everything else signed and hashed anew."""
        packet = self.whole(part, change)
        assert packet.problems == ()
        (opened,) = (each for each in packet.subpackets if each.name == part)
        assert opened.signature is opened.hash is Check.VALID
        assert packet.is_valid is opened.is_valid
        return opened


def _sha256(content: bytes) -> bytes:
    return bytes.fromhex(hash_of([content]).decode())


def _edited(sidecar: bytes, changes: Mapping[str, object]) -> bytes:
    return json.dumps({**json.loads(sidecar), **changes}).encode()


def _edit_meta(files: Files, **changes: Any) -> None:
    identity = json.loads(files["packet_meta_info.json"])["identity"]
    identity.update(changes)
    files["packet_meta_info.json"] = json.dumps({"identity": identity}).encode()


def _relist(files: Files, *names: str) -> None:
    """List ``names`` as the demographic sequence, with a hash that fits."""
    _edit_meta(files, hashSequence1=[{"label": "demographicSequence", "value": list(names)}])
    by_stem = {name.rpartition(".")[0]: content for name, content in files.items()}
    files["packet_data_hash.txt"] = hash_of(by_stem.get(name, b"") for name in names)


@pytest.fixture(scope="module")
def forger(server: KeyPair, machine: KeyPair, sealed: SealedPacket, decryption_key: DecryptionKey) -> Forger:
    return Forger(server, machine, sealed, decryption_key)


def _part(packet: OpenedPacket, name: str) -> OpenedSubpacket:
    (found,) = (each for each in packet.subpackets if each.name == name)
    return found


# What cannot be opened at all


@pytest.mark.parametrize("length", [0, 1, 12, 361])
def test_bytes_too_short_for_an_envelope_are_refused(forger: Forger, sealed: SealedPacket, length: int) -> None:
    with pytest.raises(MalformedData) as caught:
        forger.open(sealed.content[:length])
    assert caught.value.code is ENVELOPE_TOO_SHORT


@given(st.binary(max_size=2000))
def test_random_bytes_raise_our_errors_only(decryption_key: DecryptionKey, content: bytes) -> None:
    with pytest.raises(MusterError):
        open_packet(content, decryption_key)


@given(plaintext=st.binary(max_size=300))
def test_random_bytes_encrypted_to_us_raise_our_errors_only(
    decryption_key: DecryptionKey, server: KeyPair, plaintext: bytes
) -> None:
    with pytest.raises(MusterError):
        open_packet(encrypt(server.certificate_pem, plaintext), decryption_key)


def test_a_packet_for_another_server_says_that_the_key_is_wrong(sealed: SealedPacket, device: KeyPair) -> None:
    with pytest.raises(BadInput) as caught:
        open_packet(sealed.content, DecryptionKey.from_pem(device.server_pem))
    assert caught.value.code is SEALED_FOR_ANOTHER_KEY


def test_a_cut_packet_is_refused(forger: Forger, sealed: SealedPacket) -> None:
    with pytest.raises(NotAuthentic):
        forger.open(sealed.content[:-1])


def test_a_byte_behind_the_end_is_refused(forger: Forger, sealed: SealedPacket) -> None:
    with pytest.raises(NotAuthentic):
        forger.open(sealed.content + b"\0")


def test_an_empty_zip_is_no_packet(forger: Forger) -> None:
    with pytest.raises(MalformedData) as caught:
        forger.outer(lambda files: files.clear())
    assert caught.value.code is PACKET_EMPTY


def test_an_entry_with_a_name_of_another_form_is_refused(forger: Forger) -> None:
    with pytest.raises(MalformedData):
        forger.outer(lambda files: files.update({"id.zip": b""}))


def test_an_entry_that_climbs_out_of_the_archive_is_refused(forger: Forger) -> None:
    with pytest.raises(MalformedData):
        forger.outer(lambda files: files.update({f"../NEW/{RID}_id.zip": b""}))


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_outer_zip_with_damaged_compression_is_refused(forger: Forger, method: int) -> None:
    name = f"{FOLDER}{RID}_id.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, bytes(range(256)) * 4, compress_type=method)
    damaged = bytearray(buffer.getvalue())
    start = 30 + len(name) + 4  # behind the local header, and behind the four octets that LZMA puts first
    damaged[start : start + 8] = b"\xff" * 8
    with pytest.raises(MalformedData):
        forger.open(forger.encrypt(bytes(damaged)))


# One changed byte


def _positions(length: int, count: int) -> list[int]:
    """The first and last of each region of the envelope, then a fixed sample of the rest."""
    edges = [0, 11, 12, 43, 44, 75, 76, 331, 332, 345, 346, length - 17, length - 16, length - 1]
    return edges + Random(4).sample(range(347, length - 17), count - len(edges))


def test_a_changed_byte_anywhere_in_the_file_is_refused(forger: Forger, sealed: SealedPacket) -> None:
    for position in _positions(len(sealed.content), 60):
        damaged = bytearray(sealed.content)
        damaged[position] ^= 0x01
        with pytest.raises(MusterError):
            forger.open(bytes(damaged))


def test_a_changed_byte_anywhere_in_a_subpacket_is_told(forger: Forger, read: dict[str, Subpacket]) -> None:
    name = f"{FOLDER}{RID}_evidence.zip"
    outer = forger.outer_files()
    for position in _positions(len(read["evidence"].encrypted), 60):
        damaged = bytearray(read["evidence"].encrypted)
        damaged[position] ^= 0x01
        packet = forger.open(forger.encrypt(pack({**outer, name: bytes(damaged)}, deflate=False)))
        assert not packet.is_valid
        assert _part(packet, "evidence").hash is Check.INVALID


def test_a_changed_byte_of_the_outer_zip_never_changes_the_contents_unnoticed(
    forger: Forger, sealed: SealedPacket
) -> None:
    genuine = pack(forger.outer_files(), deflate=False)
    directory = genuine.index(b"PK\x01\x02")
    headers = [*range(48), *range(directory, directory + 60), *range(len(genuine) - 22, len(genuine))]
    original = [each.files for each in forger.open(sealed.content).subpackets]
    for position in headers + Random(4).sample(range(len(genuine)), 60):
        damaged = bytearray(genuine)
        damaged[position] ^= 0x41
        try:
            packet = forger.open(forger.encrypt(bytes(damaged)))
        except MusterError:
            continue
        # A changed time of an entry is no change of what was enrolled.
        assert not packet.is_valid or [each.files for each in packet.subpackets] == original


# What is wrong with the parts and their sidecars


@pytest.mark.parametrize("part", ["id", "evidence", "optional"])
def test_a_missing_part_is_told(forger: Forger, part: str) -> None:
    def without(files: Files) -> None:
        del files[f"{FOLDER}{RID}_{part}.zip"], files[f"{FOLDER}{RID}_{part}.json"]

    packet = forger.outer(without)
    assert packet.problems == (f"SUBPACKET_MISSING:{part}",)
    assert not packet.is_valid


def test_a_missing_sidecar_is_told(forger: Forger) -> None:
    packet = forger.outer(lambda files: files.pop(f"{FOLDER}{RID}_id.json"))
    assert packet.problems == ("SIDECAR_MISSING:id",)
    assert _part(packet, "id").hash is _part(packet, "id").signature is Check.ABSENT
    assert not packet.is_valid


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000])
def test_an_unreadable_sidecar_counts_as_missing(forger: Forger, content: bytes) -> None:
    packet = forger.outer(lambda files: files.update({f"{FOLDER}{RID}_id.json": content}))
    assert "SIDECAR_MISSING:id" in packet.problems


def test_a_sidecar_of_another_process_is_told(forger: Forger) -> None:
    assert forger.sidecar("id", process="UPDATE").problems == ("SIDECAR_DIFFERS:id",)


def test_a_sidecar_of_another_packet_is_told(forger: Forger) -> None:
    assert forger.sidecar("id", id=PACKET_ID.replace("031000", "031001")).problems == ("SIDECARS_DIFFER",)


def test_a_sidecar_of_another_station_is_told(forger: Forger) -> None:
    assert forger.sidecar("id", refid="10001_10003").problems == ("SIDECARS_DIFFER",)


def test_a_sidecar_of_1_1_5_with_a_number_as_schema_version_is_read(forger: Forger) -> None:
    assert forger.sidecar("id", schemaversion=0.1).is_valid


@pytest.mark.parametrize("signature", ["", None])
def test_a_sidecar_without_a_signature_is_not_valid(forger: Forger, signature: str | None) -> None:
    packet = forger.sidecar("id", signature=signature)
    assert _part(packet, "id").signature is Check.ABSENT
    assert not packet.is_valid


@pytest.mark.parametrize("signature", ["AAAA", "no base64!", "é", "A" * 342, 5])
def test_a_sidecar_with_another_signature_is_not_valid(forger: Forger, signature: object) -> None:
    packet = forger.sidecar("id", signature=signature)
    assert _part(packet, "id").signature is Check.INVALID
    assert not packet.is_valid


def test_a_sidecar_without_an_encrypted_hash_is_not_valid(forger: Forger) -> None:
    packet = forger.sidecar("optional", encryptedhash="")
    assert _part(packet, "optional").hash is Check.ABSENT
    assert not packet.is_valid


def test_a_sidecar_with_another_encrypted_hash_is_not_valid(forger: Forger) -> None:
    packet = forger.sidecar("optional", encryptedhash=b64u(bytes(32)))
    assert _part(packet, "optional").hash is Check.INVALID
    assert not packet.is_valid


def test_a_padded_encrypted_hash_is_accepted(forger: Forger, read: dict[str, Subpacket]) -> None:
    assert forger.sidecar("id", encryptedhash=read["id"].sidecar["encryptedhash"] + "=").is_valid


def test_a_file_beside_the_parts_is_noted_and_not_refused(forger: Forger) -> None:
    packet = forger.outer(lambda files: files.update({f"{FOLDER}{RID}_extra.json": b"{}"}))
    assert packet.notes == (f"FILE_UNEXPECTED:{FOLDER}{RID}_extra.json",)
    assert packet.is_valid


def test_a_part_of_a_field_category_that_is_not_mosips_is_opened_and_noted(forger: Forger) -> None:
    def copy(files: Files) -> None:
        for suffix in ("zip", "json"):
            files[f"{FOLDER}{RID}_medical.{suffix}"] = files[f"{FOLDER}{RID}_optional.{suffix}"]
        name = f"{FOLDER}{RID}_medical.json"
        files[name] = _edited(files[name], {"packetname": f"{RID}_medical"})

    packet = forger.outer(copy)
    assert packet.notes == ("SUBPACKET_UNKNOWN:medical",)
    assert [each.name for each in packet.subpackets] == ["id", "evidence", "optional", "medical"]
    assert packet.is_valid


def test_more_parts_than_any_client_makes_are_refused(forger: Forger) -> None:
    with pytest.raises(MalformedData) as caught:
        forger.outer(lambda files: files.update({f"{FOLDER}{RID}_{each}.zip": b"" for each in "abcdef"}))
    assert caught.value.code is PACKET_TOO_MANY_PARTS


@pytest.mark.parametrize("packet_id", ["", RID[:-1] + "1", f"{RID}x", f"x-{RID}"])
def test_a_packet_id_that_does_not_begin_with_the_registration_is_told(forger: Forger, packet_id: str) -> None:
    assert "PACKET_ID_DIFFERS:id" in forger.sidecar("id", id=packet_id).problems


@pytest.mark.parametrize("value", [[], {}, True, [[[]]]])
def test_a_sidecar_that_holds_more_than_text_counts_as_missing(forger: Forger, value: object) -> None:
    assert "SIDECAR_MISSING:id" in forger.sidecar("id", signature=value).problems


def test_a_standard_base64_hash_is_accepted(forger: Forger, read: dict[str, Subpacket]) -> None:
    standard = base64.b64encode(_sha256(read["id"].encrypted)).decode()
    assert forger.sidecar("id", encryptedhash=standard).is_valid


def test_parts_of_two_processes_do_not_make_a_packet(forger: Forger) -> None:
    def move(files: Files) -> None:
        for suffix in ("zip", "json"):
            moved = files.pop(f"{FOLDER}{RID}_optional.{suffix}")
            files[f"REGISTRATION_CLIENT/LOST/{RID}_optional.{suffix}"] = moved

    assert "SUBPACKETS_DIFFER" in forger.outer(move).problems


def test_swapped_subpackets_fail_their_signatures(forger: Forger) -> None:
    first, second = f"{FOLDER}{RID}_evidence.zip", f"{FOLDER}{RID}_optional.zip"
    packet = forger.outer(lambda files: files.update({first: files[second], second: files[first]}))
    for part in ("evidence", "optional"):
        assert _part(packet, part).signature is _part(packet, part).hash is Check.INVALID
    assert not packet.is_valid


def test_subpackets_swapped_together_with_their_sidecars_are_told(forger: Forger) -> None:
    def swap(files: Files) -> None:
        for suffix in ("zip", "json"):
            first, second = f"{FOLDER}{RID}_evidence.{suffix}", f"{FOLDER}{RID}_optional.{suffix}"
            files[first], files[second] = files[second], files[first]

    packet = forger.outer(swap)
    assert packet.problems == ("SIDECAR_DIFFERS:evidence", "SIDECAR_DIFFERS:optional")


def test_a_part_of_another_registration_is_told_even_under_a_fitting_sidecar(forger: Forger) -> None:
    # Sidecars are signed by nobody: whoever has the server's certificate can write one that fits.
    other_rid = RegistrationId.compose("10001", "10002", 2, CREATED_AT)
    other = seal(
        assemble(make_contents(registration_id=other_rid), make_schema()),
        sign=forger.machine.key.sign,
        encrypt=partial(encrypt, forger.server.certificate_pem),
    )
    theirs = unzip(Envelope.cut(other.content).open(forger.server.key.to_pem()))

    def graft(files: Files) -> None:
        own = f"{FOLDER}{RID}_optional"
        files[f"{own}.zip"] = theirs[f"{FOLDER}{other_rid}_optional.zip"]
        sidecar = theirs[f"{FOLDER}{other_rid}_optional.json"]
        files[f"{own}.json"] = _edited(sidecar, {"id": PACKET_ID, "packetname": f"{RID}_optional"})

    packet = forger.outer(graft)
    assert _part(packet, "optional").signature is Check.VALID
    assert _part(packet, "optional").problems == ("REGISTRATION_DIFFERS",)
    assert not packet.is_valid


# What is wrong inside a part


def test_a_subpacket_that_is_no_envelope_is_told(forger: Forger) -> None:
    packet = forger.outer(lambda files: files.update({f"{FOLDER}{RID}_optional.zip": b"short"}))
    assert _part(packet, "optional").problems == ("ENVELOPE_TOO_SHORT",)
    assert _part(packet, "id").is_valid


def test_a_subpacket_that_is_no_zip_is_told(forger: Forger) -> None:
    packet = forger.inner_zip("optional", b"no zip")
    assert _part(packet, "optional").problems == ("ZIP_UNREADABLE",)
    assert not packet.is_valid


def test_a_missing_data_hash_file_is_not_valid(forger: Forger) -> None:
    part = forger.part("id", lambda files: files.pop("packet_data_hash.txt"))
    assert part.data_hash is Check.ABSENT
    assert not part.is_valid


def test_another_data_hash_is_not_valid(forger: Forger) -> None:
    part = forger.part("id", lambda files: files.update({"packet_data_hash.txt": b"0" * 64}))
    assert part.data_hash is Check.INVALID
    assert not part.is_valid


def test_a_changed_document_does_not_fit_the_data_hash(forger: Forger) -> None:
    part = forger.part("id", lambda files: files.update({"proofOfIdentity.pdf": b"%PDF another"}))
    assert part.data_hash is Check.INVALID


def test_a_changed_identity_does_not_fit_the_data_hash(forger: Forger) -> None:
    part = forger.part("optional", lambda files: files.update({"ID.json": b'{"identity":{}}'}))
    assert part.data_hash is Check.INVALID


def test_files_hashed_in_another_order_are_not_valid(forger: Forger) -> None:
    def turn(files: Files) -> None:
        values = ["ID", "proofOfException"]
        _edit_meta(files, hashSequence1=[{"label": "demographicSequence", "value": values}])

    assert forger.part("evidence", turn).data_hash is Check.INVALID


def test_id_first_in_the_sequence_is_valid_as_older_writers_wrote_it(forger: Forger) -> None:
    assert forger.part("evidence", lambda files: _relist(files, "ID", "proofOfException")).is_valid


def test_a_changed_audit_file_does_not_fit_the_operations_hash(forger: Forger) -> None:
    part = forger.part("id", lambda files: files.update({"audit.json": b"[{}]"}))
    assert part.operations_hash is Check.INVALID
    assert not part.is_valid


def test_id_without_an_operations_hash_is_not_valid(forger: Forger) -> None:
    part = forger.part("id", lambda files: files.pop("packet_operations_hash.txt"))
    assert part.operations_hash is Check.ABSENT
    assert not part.is_valid


def test_other_parts_need_no_operations_hash(forger: Forger, sealed: SealedPacket) -> None:
    evidence = _part(forger.open(sealed.content), "evidence")
    assert evidence.operations_hash is Check.ABSENT
    assert evidence.is_valid


def test_a_leaked_operations_sequence_without_its_file_claims_nothing(forger: Forger) -> None:
    leaked = [{"label": "otherFiles", "value": ["audit"]}]
    assert forger.part("evidence", lambda files: _edit_meta(files, hashSequence2=leaked)).is_valid


def test_a_listed_file_that_is_missing_is_not_valid(forger: Forger) -> None:
    part = forger.part("optional", lambda files: _relist(files, "proofOfNothing", "ID"))
    assert part.data_hash is Check.INVALID


def test_a_listed_file_that_is_empty_is_not_valid(forger: Forger) -> None:
    def empty(files: Files) -> None:
        files["proofOfException.pdf"] = b""
        _relist(files, "proofOfException", "ID")

    assert forger.part("evidence", empty).data_hash is Check.INVALID


def test_an_empty_sequence_is_not_valid(forger: Forger) -> None:
    assert forger.part("optional", _relist).data_hash is Check.INVALID


def test_names_in_a_sequence_are_found_in_any_case(forger: Forger) -> None:
    def shout(files: Files) -> None:
        files["PROOFOFEXCEPTION.PDF"] = files.pop("proofOfException.pdf")

    assert forger.part("evidence", shout).data_hash is Check.VALID


def test_a_file_that_no_sequence_lists_is_noted(forger: Forger) -> None:
    part = forger.part("optional", lambda files: files.update({"slipped_in.pdf": b"%PDF"}))
    assert part.notes == ("FILE_UNLISTED:slipped_in.pdf",)
    assert part.is_valid


def test_a_file_that_no_sequence_lists_and_a_server_would_read_is_not_valid(forger: Forger) -> None:
    def refer(files: Files) -> None:
        identity = {"proofOfAge": {"value": "proofOfAge", "type": "DOC1", "format": "pdf"}}
        files["ID.json"] = json.dumps({"identity": identity}).encode()
        files["PROOFOFAGE.pdf"] = b"%PDF"
        _relist(files, "ID")

    part = forger.part("optional", refer)
    assert part.problems == ("FILE_UNLISTED:PROOFOFAGE.pdf",)
    assert not part.is_valid


@pytest.mark.parametrize("name", ["audit.json", "officer_bio_cbeff.xml"])
def test_operations_outside_the_part_that_hashes_them_are_not_valid(forger: Forger, name: str) -> None:
    part = forger.part("optional", lambda files: files.update({name: b"[]"}))
    assert part.problems == (f"FILE_UNLISTED:{name}",)


@pytest.mark.parametrize("names", [("ID", "ID"), ("ID", "id"), ("ID",) * 10_000])
def test_a_file_is_listed_once(forger: Forger, names: tuple[str, ...]) -> None:
    assert forger.part("optional", lambda files: _relist(files, *names)).data_hash is Check.INVALID


def test_a_description_larger_than_any_is_not_read(forger: Forger) -> None:
    part = forger.part("optional", lambda files: _edit_meta(files, checkSum=list(range(100_000))))
    assert "PACKET_JSON_UNREADABLE:packet_meta_info.json" in part.problems


@pytest.mark.parametrize("key, value", [
    ("metaData", {}), ("biometrics", []), ("biometrics", {"individualBiometrics": []}),
    ("exceptionBiometrics", {"individualBiometrics": {"leftIndex": 1}}), ("documents", [1]), ("creationDate", 1),
])  # fmt: skip
def test_a_description_of_another_form_is_told(forger: Forger, key: str, value: object) -> None:
    def spoil(files: Files) -> None:
        _edit_meta(files, **{key: value})

    packet = forger.whole("id", spoil)
    assert packet.meta is None
    assert [each.partition(":")[0] for each in packet.problems] == ["PACKET_META_UNREADABLE"]
    assert not packet.is_valid


def test_an_identity_that_no_sequence_lists_is_told(forger: Forger) -> None:
    part = forger.part("evidence", lambda files: _relist(files, "proofOfException"))
    assert part.problems == ("FILE_UNLISTED:ID.json",)


@pytest.mark.parametrize("name", ["proofOfException.jpg", "PROOFOFEXCEPTION.exe"])
def test_a_second_file_under_a_listed_name_is_told(forger: Forger, name: str) -> None:
    # A server takes whichever it meets first, and only one of them is hashed.
    part = forger.part("evidence", lambda files: files.update({name: b"never hashed"}))
    assert part.problems == ("FILE_NAME_AMBIGUOUS",)
    assert not part.is_valid


def test_a_second_meta_info_under_another_extension_is_told(forger: Forger) -> None:
    part = forger.part("evidence", lambda files: files.update({"packet_meta_info.txt": b"{}"}))
    assert part.problems == ("FILE_NAME_AMBIGUOUS",)


@pytest.mark.parametrize("name", ["ID.json", "packet_meta_info.json"])
def test_a_missing_description_is_told(forger: Forger, name: str) -> None:
    part = forger.part("optional", lambda files: files.pop(name))
    assert f"FILE_MISSING:{name}" in part.problems
    assert not part.is_valid


@pytest.mark.parametrize("content", [b"", b"{}", b'{"identity":[]}', b"\x80", b"[" * 100_000])
def test_an_unreadable_description_is_told(forger: Forger, content: bytes) -> None:
    part = forger.part("optional", lambda files: files.update({"packet_meta_info.json": content}))
    assert "PACKET_JSON_UNREADABLE:packet_meta_info.json" in part.problems
    assert not part.is_valid


@pytest.mark.parametrize("value", [["ID"], [{"label": "demographicSequence"}], [{"value": "ID"}], "ID", None])
def test_a_malformed_sequence_is_not_valid(forger: Forger, value: object) -> None:
    part = forger.part("optional", lambda files: _edit_meta(files, hashSequence1=value))
    assert part.data_hash is Check.INVALID
    assert not part.is_valid


# Good packets


def test_a_sealed_packet_opens_as_valid(forger: Forger, sealed: SealedPacket) -> None:
    packet = forger.open(sealed.content)
    assert packet.is_valid
    assert packet.problems == ()
    assert packet.packet_id == PACKET_ID
    assert packet.registration_id == RID
    assert packet.ref_id == STATION.ref_id
    assert packet.process == "NEW"


def test_parts_come_in_mosips_order_with_their_fields(forger: Forger, sealed: SealedPacket) -> None:
    packet = forger.open(sealed.content)
    assert [each.name for each in packet.subpackets] == ["id", "evidence", "optional"]
    assert set(_part(packet, "optional").fields) == {"IDSchemaVersion", "UIN", "email"}


def test_opening_gives_back_every_file_byte_for_byte(
    forger: Forger, sealed: SealedPacket, read: dict[str, Subpacket]
) -> None:
    packet = forger.open(sealed.content)
    assert {each.name: dict(each.files) for each in packet.subpackets} == {
        name: dict(each.files) for name, each in read.items()
    }


def test_without_a_machine_key_signatures_are_unchecked(
    sealed: SealedPacket, decryption_key: DecryptionKey
) -> None:
    packet = open_packet(sealed.content, decryption_key)
    assert {each.signature for each in packet.subpackets} == {Check.UNCHECKED}


def test_under_another_machines_key_no_signature_is_valid(
    sealed: SealedPacket, decryption_key: DecryptionKey, device: KeyPair
) -> None:
    packet = open_packet(sealed.content, decryption_key, device.key.public_pem)
    assert {each.signature for each in packet.subpackets} == {Check.INVALID}
    assert not packet.is_valid


# Packets written by MOSIP's own code


@pytest.fixture(scope="module")
def open_reference(reference_data: Path) -> Callable[[str], OpenedPacket]:
    folder = reference_data / "mosip" / "packet"
    pem = (folder / "server-key.p8").read_bytes() + (folder / "server-cert.pem").read_bytes()
    key = DecryptionKey.from_pem(pem)
    machine_public = (folder / "machine-pub.pem").read_bytes()

    def open_(pattern: str) -> OpenedPacket:
        (path,) = folder.glob(pattern)
        return open_packet(path.read_bytes(), key, machine_public)

    return open_


def test_a_packet_by_mosips_own_writer_is_valid(open_reference: Callable[[str], OpenedPacket]) -> None:
    packet = open_reference("1*.zip")
    assert packet.is_valid
    assert packet.packet_id == "10001100020000120261121000000-10001_10002-20261121024627"
    assert [each.name for each in packet.subpackets] == ["id", "evidence", "optional"]


def test_a_packet_by_mosips_own_writer_opens_without_the_certificate_too(reference_data: Path) -> None:
    folder = reference_data / "mosip" / "packet"
    key = DecryptionKey.from_pem((folder / "server-key.p8").read_bytes())
    (path,) = folder.glob("1*.zip")
    assert open_packet(path.read_bytes(), key, (folder / "machine-pub.pem").read_bytes()).is_valid


def test_a_mosip_packet_with_a_wrong_data_hash_is_not_valid(
    open_reference: Callable[[str], OpenedPacket],
) -> None:
    packet = open_reference("refuse-datahash.zip")
    assert not packet.is_valid
    assert _part(packet, "id").data_hash is Check.INVALID


def test_a_mosip_packet_with_a_wrong_encrypted_hash_is_not_valid(
    open_reference: Callable[[str], OpenedPacket],
) -> None:
    packet = open_reference("refuse-enchash.zip")
    assert not packet.is_valid
    assert _part(packet, "id").hash is Check.INVALID


def test_a_packet_of_no_station_is_told(forger: Forger) -> None:
    """Neither a sidecar nor the registration's number says of which."""

    def renamed(files: Files) -> None:
        for name in [each for each in files if RID in each]:
            content = files.pop(name)
            if name.endswith(".json"):
                content = _edited(content, {"refid": None, "id": "R-1", "packetname": "R"})
            files[name.replace(RID, "R")] = content

    packet = forger.outer(renamed)
    assert packet.ref_id == ""
    assert "REF_ID_UNKNOWN" in packet.problems
