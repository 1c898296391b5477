"""Packets made to harm whoever opens them: refused or told, with a code, and within the promised memory."""

from __future__ import annotations

import random
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

import pytest

from muster.crypto.envelope import NOT_SEALED, DecryptionKey
from muster.errors import MalformedData, MusterError, NotAuthentic
from muster.packet.opening import MAXIMUM_PARTS, OpenedPacket, open_packet
from unit.packet.contents_fixture import KeyPair
from unit.packet.other_clients import RID, V1_2, Written, java_zip, seal, write

MEBIBYTE = 1024 * 1024
FOLDER = "REGISTRATION_CLIENT/NEW/"

Seal = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def sealed_to_us(server: KeyPair) -> Seal:
    return lambda plaintext: seal(server.certificate_pem, plaintext)


@pytest.fixture(scope="module")
def packet_of(server: KeyPair, machine: KeyPair) -> Callable[[Written], bytes]:
    return lambda written: written.sealed(server.certificate_pem, machine.key.to_pem())


def opened_or_code(content: bytes, key: DecryptionKey) -> OpenedPacket | str:
    try:
        return open_packet(content, key)
    except MusterError as error:
        return error.code.name


@contextmanager
def within_what_is_promised(content: bytes) -> Iterator[None]:
    """The docstring of ``packet.opening``."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * len(content) + 64 * MEBIBYTE


def deflated(name: str, content: bytes) -> bytes:
    return java_zip({name: content})


# Bombs


def test_an_outer_bomb_is_refused(sealed_to_us: Seal, decryption_key: DecryptionKey) -> None:
    content = sealed_to_us(deflated(f"{FOLDER}{RID}_id.zip", bytes(50 * MEBIBYTE)))
    with within_what_is_promised(content):
        assert opened_or_code(content, decryption_key) == "ZIP_TOO_LARGE"


def test_a_bomb_below_the_ratio_of_one_entry_is_refused_for_all_it_makes(
    sealed_to_us: Seal, decryption_key: DecryptionKey
) -> None:
    """Ninety times is allowed to one small file of text, not to a whole packet."""
    slow = b"".join(bytes([each]) * 90 for each in random.Random(1).randbytes(200_000))
    content = sealed_to_us(deflated(f"{FOLDER}{RID}_id.zip", slow))
    assert len(slow) > 9 * len(content) + 8 * MEBIBYTE
    with within_what_is_promised(content):
        assert opened_or_code(content, decryption_key) == "ZIP_TOO_LARGE"


def test_bombs_in_every_part_share_what_may_be_unpacked(
    packet_of: Callable[[Written], bytes], decryption_key: DecryptionKey
) -> None:
    slow = b"".join(bytes([each]) * 60 for each in random.Random(1).randbytes(100_000))
    parts = {f"part{number}": {"slow.bin": slow} for number in range(MAXIMUM_PARTS)}
    content = packet_of(replace(write(V1_2), parts=parts))
    with within_what_is_promised(content):
        packet = opened_or_code(content, decryption_key)
    assert isinstance(packet, OpenedPacket)
    bombs = [each for each in packet.subpackets if "ZIP_TOO_LARGE" in each.problems]
    assert 0 < len(bombs) < MAXIMUM_PARTS
    assert sum(len(file) for each in packet.subpackets for file in each.files.values()) < 9 * len(content) + 9e6


@pytest.mark.parametrize(
    "name, piece",
    [("ID.json", '{"a":{}}'), ("ID.json", "0.5"), ("packet_meta_info.json", '{"a":{}}')],
)
def test_small_json_does_not_become_large_objects(
    packet_of: Callable[[Written], bytes], decryption_key: DecryptionKey, name: str, piece: str
) -> None:
    many = ",".join(f'"{number:x}":{piece}' for number in range(500_000 // (len(piece) + 8)))
    files = {name: f'{{"identity":{{{many}}}}}'.encode()}
    content = packet_of(replace(write(V1_2), parts=dict.fromkeys(map(str, range(MAXIMUM_PARTS)), files)))
    with within_what_is_promised(content):
        packet = opened_or_code(content, decryption_key)
        assert isinstance(packet, OpenedPacket)
    assert not packet.is_valid


@pytest.mark.parametrize("value", ["[" * 100_000, '{"a":' * 50_000, "1" * 5000, "[" * 900 + "]" * 900])
def test_nested_and_endless_json_is_told_and_nothing_else_happens(
    packet_of: Callable[[Written], bytes], decryption_key: DecryptionKey, value: str
) -> None:
    written = write(V1_2)
    for name in ("ID.json", "packet_meta_info.json"):
        written = written.with_file("optional", name, f'{{"identity":{{"metaData":{value}}}}}'.encode())
    packet = opened_or_code(packet_of(written), decryption_key)
    assert isinstance(packet, OpenedPacket)
    assert not packet.is_valid


def test_a_sidecar_of_any_size_is_not_read(
    packet_of: Callable[[Written], bytes], decryption_key: DecryptionKey
) -> None:
    content = packet_of(write(V1_2).with_sidecar("id", refid=random.Random(1).randbytes(300_000).hex()))
    packet = opened_or_code(content, decryption_key)
    assert isinstance(packet, OpenedPacket)
    assert "SIDECAR_MISSING:id" in packet.problems


def test_a_large_good_packet_stays_far_below_what_is_promised(
    packet_of: Callable[[Written], bytes], decryption_key: DecryptionKey
) -> None:
    pictures = random.Random(1).randbytes(4 * MEBIBYTE)
    content = packet_of(write(V1_2).with_file("id", "proofOfIdentity.pdf", pictures))
    tracemalloc.start()
    packet = opened_or_code(content, decryption_key)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(packet, OpenedPacket)
    assert peak < 5 * len(content)


# Names and forms


@pytest.mark.parametrize("name", [
    f"../NEW/{RID}_id.zip", f"/REGISTRATION_CLIENT/NEW/{RID}_id.zip", f"C:/NEW/{RID}_id.zip",
    f"REGISTRATION_CLIENT\\NEW\\{RID}_id.zip",
])  # fmt: skip
def test_an_entry_that_leads_elsewhere_is_refused(
    sealed_to_us: Seal, decryption_key: DecryptionKey, name: str
) -> None:
    assert opened_or_code(sealed_to_us(java_zip({name: b""})), decryption_key) == "ZIP_UNSAFE_NAME"


def test_an_entry_with_a_nul_in_its_name_is_refused(sealed_to_us: Seal, decryption_key: DecryptionKey) -> None:
    """Where names end at the NUL this would be another one."""
    archive = java_zip({f"{FOLDER}{RID}_id.zip~.txt": b""}).replace(b".zip~.txt", b".zip\0.txt")
    assert opened_or_code(sealed_to_us(archive), decryption_key) == "ZIP_UNSAFE_NAME"


@pytest.mark.parametrize(
    "name", ["ID.txt", "Id", "packet_meta_info", "PACKET_META_INFO.TXT", "proofofidentity.jpg"]
)
def test_names_that_a_server_takes_for_one_make_a_part_invalid(
    packet_of: Callable[[Written], bytes], decryption_key: DecryptionKey, name: str
) -> None:
    packet = opened_or_code(packet_of(write(V1_2).with_file("id", name, b"{}")), decryption_key)
    assert isinstance(packet, OpenedPacket)
    assert packet.subpackets[0].problems == ("FILE_NAME_AMBIGUOUS",)


def test_a_zip_that_was_never_sealed_is_named_so(decryption_key: DecryptionKey) -> None:
    plain = java_zip({f"{FOLDER}{RID}_id.zip": bytes(1000), "more": random.Random(1).randbytes(500)})
    with pytest.raises(MalformedData) as caught:
        open_packet(plain, decryption_key)
    assert caught.value.code is NOT_SEALED


def test_a_part_cut_off_is_told(packet_of: Callable[[Written], bytes], decryption_key: DecryptionKey) -> None:
    content = packet_of(write(V1_2))
    for length in (0, 1, 43, 44, 75, 331, 345, 361, 362, len(content) // 2, len(content) - 1):
        with pytest.raises((MalformedData, NotAuthentic)):
            open_packet(content[:length], decryption_key)


def test_a_part_for_another_server_is_told_and_the_others_are_opened(
    server: KeyPair, device: KeyPair, decryption_key: DecryptionKey, machine: KeyPair
) -> None:
    foreign = seal(device.certificate_pem, java_zip({"ID.json": b"{}"}))
    name = f"{FOLDER}{RID}_optional"
    written = write(V1_2)
    kept = {part: files for part, files in written.parts.items() if part != "optional"}
    written = replace(written, parts=kept, beside={f"{name}.zip": foreign, f"{name}.json": b"{}"})
    packet = open_packet(written.sealed(server.certificate_pem, machine.key.to_pem()), decryption_key)
    assert packet.subpackets[0].is_valid
    assert packet.subpackets[2].problems == ("SEALED_FOR_ANOTHER_KEY",)
    assert not packet.is_valid


def test_an_entry_behind_a_password_is_refused(sealed_to_us: Seal, decryption_key: DecryptionKey) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{FOLDER}{RID}_id.zip", b"")
    content = bytearray(buffer.getvalue())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert opened_or_code(sealed_to_us(bytes(content)), decryption_key) == "ZIP_UNREADABLE"
