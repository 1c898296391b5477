"""Opening a packet as a server would, and a sentence for everything that is not one."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.crypto.signing import SigningKey
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, MusterError
from muster.workstation.inspection import inspect_packet

Sealed = tuple[Path, RegistrationId, str]


@pytest.fixture
def packet(sealed: Sealed) -> Path:
    root, _, packet_id = sealed
    return root / "outbox" / f"{packet_id}.zip"


@pytest.fixture
def key(sealed: Sealed) -> Path:
    return sealed[0] / "receiver" / "server.pem"


def test_an_absent_packet_is_named(key: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        inspect_packet(tmp_path / "none.zip", key)
    assert (caught.value.code.name, caught.value.detail["file"]) == ("FILE_ABSENT", "none.zip")


def test_a_folder_is_no_packet(key: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        inspect_packet(tmp_path, key)
    assert caught.value.code.name == "FILE_UNREADABLE"


@pytest.mark.parametrize("content", [b"", b"\x00", b"PK\x03\x04", b"x" * 5000])
def test_bytes_that_are_no_packet_are_refused(packet: Path, key: Path, content: bytes) -> None:
    packet.write_bytes(content)
    with pytest.raises(MusterError):
        inspect_packet(packet, key)


def test_another_servers_key_does_not_open_it(packet: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(SigningKey.generate().to_pem())
    with pytest.raises(BadInput):
        inspect_packet(packet, other)


def test_a_file_that_is_no_key_is_refused(packet: Path, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN NOTHING-----")
    with pytest.raises(BadInput):
        inspect_packet(packet, tmp_path / "key.pem")


@pytest.mark.parametrize("where", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.999])
def test_one_flipped_byte_is_never_called_valid(packet: Path, key: Path, sealed: Sealed, where: float) -> None:
    content = bytearray(packet.read_bytes())
    content[int(len(content) * where)] ^= 0x01
    packet.write_bytes(content)
    try:
        report = inspect_packet(packet, key, sealed[0] / "keys" / "machine.pub.pem")
    except MusterError:
        return
    assert not report.valid


def test_without_the_machines_key_signatures_stay_unchecked(packet: Path, key: Path) -> None:
    assert {each.signature for each in inspect_packet(packet, key).subpackets} == {"unchecked"}


def test_with_another_machines_key_the_packet_is_not_valid(packet: Path, key: Path, tmp_path: Path) -> None:
    (tmp_path / "other.pub.pem").write_bytes(SigningKey.generate().public_pem)
    report = inspect_packet(packet, key, tmp_path / "other.pub.pem")
    assert not report.valid
    assert {each.signature for each in report.subpackets} == {"invalid"}


def test_the_report_names_fields_and_files_and_holds_nothing_of_the_person(
    packet: Path, key: Path, sealed: Sealed
) -> None:
    report = inspect_packet(packet, key, sealed[0] / "keys" / "machine.pub.pem")
    assert report.valid
    assert (report.registration_id, report.packet_id) == (sealed[1].text, sealed[2])
    assert [each.name for each in report.subpackets] == ["id", "evidence", "optional"]
    assert "fullName" in report.subpackets[0].fields
    assert "proofOfIdentity.pdf" in report.subpackets[0].files
    assert "Mustermann" not in str(report)


def test_our_own_packet_is_of_the_family_of_1_2_and_bears_its_own_name(packet: Path, key: Path) -> None:
    report = inspect_packet(packet, key)
    assert (report.version_family, report.notes) == ("1.2", ())
    assert report.client_version.startswith("1.2.0-muster-")
    assert {each.notes for each in report.subpackets} == {("MACHINE_KEY_ABSENT",)}
    assert report.captures > 0


def test_a_renamed_packet_is_noted(packet: Path, key: Path) -> None:
    report = inspect_packet(packet.rename(packet.with_name("copy.zip")), key)
    assert report.notes == ("FILE_NAME_DIFFERS",)
    assert report.valid
