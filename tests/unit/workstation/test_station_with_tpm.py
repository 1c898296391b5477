"""A station whose machine key lies in the computer's TPM."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.crypto.machine_key import Flavour
from muster.crypto.signing import verify
from muster.domain.registration import Step
from muster.errors import BadInput, KeyUnavailable
from muster.workstation.station import Station
from swtpm import SoftwareTpm
from unit.workstation.desks import OFFICER, desk_at, make_station, play


@pytest.fixture
def tpm(software_tpm: SoftwareTpm, monkeypatch: pytest.MonkeyPatch) -> SoftwareTpm:
    """The TPM of the computer this test's stations stand on."""
    monkeypatch.setenv("TPM2TOOLS_TCTI", software_tpm.tcti)
    return software_tpm


def tpm_station(folder: Path) -> Path:
    make_station(folder / "station", machine_key=Flavour.TPM)
    return folder / "station"


def code_of(ask: Callable[[], object]) -> str:
    with pytest.raises(KeyUnavailable) as caught:
        ask()
    return caught.value.code.name


def sign_in(station: Path) -> None:
    with desk_at(station):
        pass


def test_without_a_tpm_no_station_is_begun(tmp_path: Path, tpm: SoftwareTpm) -> None:
    tpm.stop()

    assert code_of(lambda: tpm_station(tmp_path)) == "TPM_ABSENT"
    assert list(tmp_path.iterdir()) == []


def test_without_the_tools_no_station_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert code_of(lambda: tpm_station(tmp_path)) == "TPM_TOOLS_MISSING"
    assert list(tmp_path.iterdir()) == []


def test_a_flavour_nobody_knows_is_a_damaged_file(tmp_path: Path) -> None:
    make_station(tmp_path)
    content = json.loads((tmp_path / "station.json").read_text())
    (tmp_path / "station.json").write_text(json.dumps({**content, "machine_key": "cloud"}))

    with pytest.raises(BadInput) as caught:
        Station.at(tmp_path, utc_now)
    assert caught.value.code.name == "STATION_UNREADABLE"


def test_a_station_of_before_there_was_a_choice_has_its_key_in_a_file(tmp_path: Path) -> None:
    make_station(tmp_path)
    content = json.loads((tmp_path / "station.json").read_text())
    assert content.pop("machine_key") == "local"
    (tmp_path / "station.json").write_text(json.dumps(content))

    assert (
        Station.at(tmp_path, utc_now).unlock(OFFICER.user_id, OFFICER.password).machine_key.flavour
        is Flavour.LOCAL
    )


def test_while_the_tpm_is_away_nobody_signs_in_and_nothing_is_lost(tmp_path: Path, tpm: SoftwareTpm) -> None:
    station = tpm_station(tmp_path)
    with desk_at(station) as desk:
        draft = play(desk, stop_after=Step.DEMOGRAPHICS)
    tpm.stop()
    assert code_of(lambda: sign_in(station)) == "TPM_ABSENT"
    tpm.start()

    with desk_at(station) as desk:
        assert desk.enrollment.registration(draft).is_draft


def test_on_another_computer_the_station_says_that_its_key_is_gone(tmp_path: Path, tpm: SoftwareTpm) -> None:
    station = tpm_station(tmp_path)
    tpm.change("changeeps")

    assert code_of(lambda: sign_in(station)) == "TPM_KEY_GONE"


@pytest.mark.parametrize("name", ["machine.sign.tpmt", "machine.encrypt.tpmt"])
def test_a_public_key_that_is_missing_is_asked_for_from_the_backup(
    tmp_path: Path, tpm: SoftwareTpm, name: str
) -> None:
    station = tpm_station(tmp_path)
    (station / "keys" / name).unlink()

    assert code_of(lambda: sign_in(station)) == "KEY_FILE_MISSING"


def test_the_station_keeps_no_private_machine_key(tmp_path: Path, tpm: SoftwareTpm) -> None:
    station = tpm_station(tmp_path)

    assert sorted(each.name for each in (station / "keys").iterdir()) == [
        "device.cer",
        "device.sealed",
        "machine.encrypt.tpmt",
        "machine.sign.tpmt",
    ]


def test_the_stations_file_and_its_trail_say_where_the_key_is(tmp_path: Path, tpm: SoftwareTpm) -> None:
    station = tpm_station(tmp_path)
    with desk_at(station) as desk:
        created = desk.trail.newest_first(100)[-1]

    assert json.loads((station / "station.json").read_text())["machine_key"] == "tpm"
    assert created.detail["machine_key"] == "tpm"


def test_the_key_of_the_next_sign_in_is_the_registered_one(tmp_path: Path, tpm: SoftwareTpm) -> None:
    station = Station.at(tpm_station(tmp_path), utc_now)
    unlocked = station.unlock(OFFICER.user_id, OFFICER.password)
    try:
        signature = unlocked.machine_key.sign(b"data")
    finally:
        unlocked.database.close()

    assert unlocked.machine_key.flavour is Flavour.TPM
    assert verify(station.folder.machine_public_key.read_bytes(), b"data", signature)
    assert station.folder.machine_encryption_key.read_bytes() == unlocked.machine_key.encryption_public


def test_two_stations_on_one_computer_have_two_keys(tmp_path: Path, tpm: SoftwareTpm) -> None:
    keys = {
        (tpm_station(tmp_path / name) / "keys" / "machine.sign.tpmt").read_bytes() for name in ("real", "training")
    }
    assert len(keys) == 2
