"""The receiver's folder: its key, its machines, and names that come from outside."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from muster.errors import BadInput
from muster.receiver.service import MACHINE_UNREADABLE, parse_machine
from muster.receiver.storage import PACKET_NAME_UNUSABLE, Storage
from unit.receiver.counter import Keys

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def storage(tmp_path: Path, keys: Keys) -> Storage:
    (tmp_path / "server.pem").write_bytes(keys.server.server_pem)
    (tmp_path / "signer.pem").write_bytes(keys.signer.server_pem)
    return Storage(tmp_path, lambda: NOW)


def test_the_first_start_makes_a_key_and_the_second_keeps_it(tmp_path: Path) -> None:
    first = Storage(tmp_path / "new", lambda: NOW)
    content = first.key_file.read_bytes()
    second = Storage(tmp_path / "new", lambda: NOW)
    assert second.key_file.read_bytes() == content
    assert second.certificate_pem == first.certificate_pem
    certificate = x509.load_pem_x509_certificate(first.certificate_pem)
    assert certificate.not_valid_before_utc == NOW
    assert (certificate.not_valid_after_utc - NOW).days == 1095
    if os.name == "posix":
        assert first.key_file.stat().st_mode & 0o777 == 0o600


def test_the_certificate_carries_no_private_key(storage: Storage) -> None:
    assert b"PRIVATE" not in storage.certificate_pem


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", "a.b", "a b", "a-b", "x" * 61, "a\n"])
def test_a_name_that_no_packet_has_is_refused(storage: Storage, tmp_path: Path, name: str) -> None:
    for use in (storage.announcement, storage.accepted, storage.packet):
        with pytest.raises(BadInput) as caught:
            use(name)
        assert caught.value.code is PACKET_NAME_UNUSABLE
    with pytest.raises(BadInput):
        storage.announce(name, {})
    with pytest.raises(BadInput):
        storage.accept(name, b"")


@pytest.mark.parametrize("ref_id", ["", "..", "../x", "10001", "10001_", "10001_x", "a_b", "1_2\n", "1_2/3"])
def test_a_reference_that_no_station_has_is_refused(storage: Storage, ref_id: str) -> None:
    with pytest.raises(BadInput):
        storage.register_machine(ref_id, b"key")
    with pytest.raises(BadInput):
        storage.machine_key(ref_id)


def test_an_unknown_station_has_no_key(storage: Storage) -> None:
    assert storage.machine_key("99999_99999") is None


def test_a_registered_station_has_its_key_after_a_restart(storage: Storage, tmp_path: Path) -> None:
    storage.register_machine("10001_10002", b"key")
    assert Storage(tmp_path, lambda: NOW).machine_key("10001_10002") == b"key"


@pytest.mark.parametrize("text", ["", "10001_10002", "10001_10002=", "10001_10002=absent.pem", "="])
def test_a_machine_without_a_key_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_machine(text)
    assert caught.value.code is MACHINE_UNREADABLE


def test_a_machine_whose_file_is_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(b"-----BEGIN NONSENSE-----")
    with pytest.raises(BadInput) as caught:
        parse_machine(f"10001_10002={tmp_path / 'key.pem'}")
    assert caught.value.code is MACHINE_UNREADABLE


def test_a_machine_is_a_reference_and_a_key(tmp_path: Path, keys: Keys) -> None:
    file = tmp_path / "a=b.pem"
    file.write_bytes(keys.machine.key.public_pem)
    assert parse_machine(f"10001_10002={file}") == ("10001_10002", keys.machine.key.public_pem)
