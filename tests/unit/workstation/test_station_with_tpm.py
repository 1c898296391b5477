"""A station whose machine key lies in the computer's TPM."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.crypto.machine_key import Flavour
from muster.crypto.signing import verify
from muster.domain.registration import Step
from muster.errors import BadInput, KeyUnavailable
from muster.receiver.service import MACHINE_UNREADABLE, parse_encryption_key
from muster.upload.transport import SignInWanted
from muster.workstation.server import Login, RemoteServer, ServerTerms
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


@contextmanager
def _receiver(data: Path, *arguments: str) -> Iterator[RemoteServer]:
    """A receiver that wants a sign-in."""
    data.mkdir()
    (data / "erika.txt").write_text(OFFICER.password)
    process = subprocess.Popen(
        [sys.executable, "-m", "muster.receiver", "--data", str(data), "--login", "--exit-with-parent",
         "--user", f"{OFFICER.user_id}={data / 'erika.txt'}", *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        yield RemoteServer(json.loads(process.stdout.readline())["url"], ServerTerms(login=Login.PASSWORD))
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def test_a_receiver_that_knows_both_keys_lets_the_operator_in(tmp_path: Path, tpm: SoftwareTpm) -> None:
    root = tpm_station(tmp_path)
    keys = root / "keys"
    machine = ("--machine", f"10001_10001={keys / 'machine.sign.tpmt'}")
    both = (*machine, "--encrypt-to", f"10001_10001={keys / 'machine.encrypt.tpmt'}")
    with _receiver(tmp_path / "server", *both) as server, desk_at(root, server) as desk:
        desk.sync.prepare()
        assert desk.trail.newest_first(1)[0].event == "MUS-PKT-005"


def test_a_receiver_that_knows_only_the_key_that_signs_lets_nobody_in(tmp_path: Path, tpm: SoftwareTpm) -> None:
    root = tpm_station(tmp_path)
    machine = ("--machine", f"10001_10001={root / 'keys' / 'machine.sign.tpmt'}")
    with (
        _receiver(tmp_path / "server", *machine) as server,
        desk_at(root, server) as desk,
        pytest.raises(SignInWanted),
    ):
        desk.sync.prepare()


@pytest.mark.parametrize("name", ["machine.sign.tpmt", "absent.tpmt"])
def test_only_a_key_that_decrypts_is_encrypted_to(tmp_path: Path, tpm: SoftwareTpm, name: str) -> None:
    root = tpm_station(tmp_path)
    with pytest.raises(BadInput) as caught:
        parse_encryption_key(f"10001_10001={root / 'keys' / name}")
    assert caught.value.code is MACHINE_UNREADABLE
