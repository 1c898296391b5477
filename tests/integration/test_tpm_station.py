"""A machine key in a TPM from the command line to the server's side: made, used, checked, and the TPM gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from receivers import accepted, kept_packet
from swtpm import SoftwareTpm

Muster = Callable[..., Any]


@pytest.fixture(scope="module")
def tpm() -> Iterator[SoftwareTpm]:
    """The TPM of the computer the commands of this file run on."""
    tpm = SoftwareTpm()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TPM2TOOLS_TCTI", tpm.tcti)
        yield tpm
    tpm.close()


@pytest.fixture(scope="module")
def station(muster: Muster, tpm: SoftwareTpm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("tpm") / "station"
    made = muster("station", "create", "--demo", "--machine-key", "tpm", "--data", data, "--json")
    assert made.status == 0, made.err
    assert made.document == {
        "station": "10001_10001",
        "data": str(data),
        "machine_public_key": str(data / "keys" / "machine.sign.tpmt"),
        "bound_to": "nothing",
        "machine_encryption_key": str(data / "keys" / "machine.encrypt.tpmt"),
    }
    return data


@pytest.fixture(scope="module")
def delivered(muster: Muster, station: Path, erika_whole: Path) -> dict[str, Any]:
    ran = muster("enroll", "--from", erika_whole, "--data", station, "--json")
    assert ran.status == 0, ran.err
    return dict(ran.document)


def inspected(muster: Muster, station: Path, delivered: dict[str, Any], machine_key: str) -> Any:
    packet = kept_packet(station / "receiver", delivered["packet_id"])
    key = station / "receiver" / "server.pem"
    return muster(
        "packet", "inspect", packet, "--key", key, "--machine-key", station / "keys" / machine_key, "--json"
    )


def test_the_receiver_accepts_what_the_tpm_signed(station: Path, delivered: dict[str, Any]) -> None:
    assert delivered["state"] == "delivered"
    assert delivered["packet_id"] in accepted(station / "receiver")


def test_the_delivered_packet_opens_valid_with_the_tpms_public_key(
    muster: Muster, station: Path, delivered: dict[str, Any]
) -> None:
    ran = inspected(muster, station, delivered, "machine.sign.tpmt")

    assert ran.status == 0, ran.err
    assert [each["signature"] for each in ran.document["subpackets"]] == ["valid"] * 3


def test_the_key_that_decrypts_is_told_from_the_key_that_signs(
    muster: Muster, station: Path, delivered: dict[str, Any]
) -> None:
    ran = inspected(muster, station, delivered, "machine.encrypt.tpmt")

    assert (ran.status, ran.error_code) == (2, "KEY_FOR_ANOTHER_USE")


def test_while_the_tpm_is_away_a_command_says_so_in_one_sentence_and_loses_nothing(
    muster: Muster, station: Path, tpm: SoftwareTpm, delivered: dict[str, Any]
) -> None:
    tpm.stop()
    refused = muster("queue", "list", "--data", station, "--json")
    tpm.start()
    again = muster("queue", "list", "--data", station, "--json")

    assert (refused.status, refused.error_code) == (3, "TPM_ABSENT")
    assert delivered["packet_id"] in again.out


def test_a_station_says_what_opens_it_and_what_could(muster: Muster, station: Path) -> None:
    ran = muster("station", "protection", "--data", station, "--json")
    assert ran.document == {"data": str(station), "bound_to": "nothing", "best": "tpm"}


def test_where_there_is_neither_tpm_nor_keyring_a_new_station_says_that_passwords_alone_open_it(
    muster: Muster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TPM2TOOLS_TCTI", "swtpm:path=/nowhere")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    ran = muster("station", "create", "--demo", "--bind-to", "best", "--data", tmp_path / "station")
    assert ran.status == 0, ran.err
    assert "\nPasswords alone open this station." in ran.out
