"""``muster packet inspect`` on packets of other clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.conftest import Muster
from unit.packet.contents_fixture import KeyPair
from unit.packet.other_clients import ANDROID, REF_ID, RID, V1_1_5, Dialect, write


@pytest.fixture(scope="module")
def server() -> KeyPair:
    return KeyPair.make("Test server")


@pytest.fixture(scope="module")
def machine() -> KeyPair:
    return KeyPair.make("Test machine")


@pytest.fixture
def folder(tmp_path: Path, server: KeyPair, machine: KeyPair) -> Path:
    (tmp_path / "server.pem").write_bytes(server.server_pem)
    (tmp_path / "machine.pem").write_bytes(machine.key.public_pem)
    for name, dialect in ((RID, V1_1_5), ("android", ANDROID)):
        content = write(dialect).sealed(server.certificate_pem, machine.key.to_pem())
        (tmp_path / f"{name}.zip").write_bytes(content)
    return tmp_path


def test_a_packet_of_1_1_5_is_not_valid_for_who_asks_for_signatures(muster: Muster, folder: Path) -> None:
    ran = muster(
        "packet", "inspect", folder / f"{RID}.zip", "--key", folder / "server.pem",
        "--machine-key", folder / "machine.pem", "--json",
    )  # fmt: skip
    assert (ran.status, ran.document["valid"]) == (1, False)
    assert {each["signature"] for each in ran.document["subpackets"]} == {"unchecked"}
    assert all(each["problems"] == ["SIGNATURE_OPAQUE"] for each in ran.document["subpackets"])


@pytest.mark.parametrize("name, family, dialect, notes", [
    (RID, "1.1.5", V1_1_5, []), ("android", "1.2", ANDROID, ["FILE_NAME_DIFFERS"]),
])  # fmt: skip
def test_the_version_family_is_told(
    muster: Muster, folder: Path, name: str, family: str, dialect: Dialect, notes: list[str]
) -> None:
    ran = muster("packet", "inspect", folder / f"{name}.zip", "--key", folder / "server.pem", "--json")
    report = ran.document
    assert (ran.status, report["valid"]) == (0, True)
    assert (report["version_family"], report["client_version"]) == (family, dialect.version)
    assert (report["registration_id"], report["refid"], report["notes"]) == (RID, REF_ID, notes)
    assert (report["missing_samples"], report["documents"]) == (1, 1)
    assert "Mustermann" not in ran.out


def test_the_text_for_people_says_it_too_and_obeys_no_name(
    muster: Muster, folder: Path, server: KeyPair, machine: KeyPair
) -> None:
    hostile = b'{"identity":{"IDSchemaVersion":0.1,"\\u001b[2Jcleared\\ud800":"x"}}'
    written = write(V1_1_5).with_file("optional", "ID.json", hostile)
    (folder / f"{RID}.zip").write_bytes(written.sealed(server.certificate_pem, machine.key.to_pem()))
    ran = muster("packet", "inspect", folder / f"{RID}.zip", "--key", folder / "server.pem")
    assert ran.status == 1
    assert "like 1.1.5, calls itself 1.1.5.5" in ran.out
    assert "\x1b" not in ran.out
    assert "\\x1b[2Jcleared\\ud800" in ran.out


def test_a_packet_with_a_wrong_hash_says_which_and_one_without_a_key_for_signatures_that_they_are_unchecked(
    muster: Muster, folder: Path, server: KeyPair, machine: KeyPair
) -> None:
    good = muster("packet", "inspect", folder / "android.zip", "--key", folder / "server.pem")
    assert (good.status, good.out.splitlines()[-1]) == (0, "valid, signatures unchecked")
    assert "Holds         captures: 1, exceptions: 1, documents: 1" in good.out

    changed = write(ANDROID).with_file("evidence", "packet_data_hash.txt", b"0" * 64)
    (folder / "android.zip").write_bytes(changed.sealed(server.certificate_pem, machine.key.to_pem()))
    spoiled = muster("packet", "inspect", folder / "android.zip", "--key", folder / "server.pem")
    assert (spoiled.status, spoiled.out.splitlines()[-1]) == (1, "NOT VALID")
    assert "problem: The files are not the ones whose hash stands in packet_data_hash.txt" in spoiled.out


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_file_that_never_ends_is_refused(muster: Muster, folder: Path) -> None:
    ran = muster("packet", "inspect", "/dev/zero", "--key", folder / "server.pem", "--json")
    assert (ran.status, ran.document["error"]["code"]) == (2, "FILE_TOO_LARGE")
