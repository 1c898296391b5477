"""A station whose key slots are bound to one computer's TPM."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.crypto.key_slots import open_slot, slot_from_json
from muster.domain.operators import Role
from muster.errors import BadInput, KeyUnavailable, MusterError, Refused, SignInRefused
from muster.workstation import binding
from muster.workstation.desk import sign_in
from muster.workstation.proving import Proof
from muster.workstation.server import NoServer
from muster.workstation.station import NewOperator, Place, Station
from swtpm import SoftwareTpm
from unit.workstation.desks import OFFICER, QUICK, SUPERVISOR, desk_at


@pytest.fixture(scope="module")
def tpm() -> Iterator[SoftwareTpm]:
    tpm = SoftwareTpm()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TPM2TOOLS_TCTI", tpm.tcti)
        yield tpm
    tpm.close()


@pytest.fixture(scope="module")
def bound_once(
    tpm: SoftwareTpm, new_station: Station, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A bound station and its note. Only to be copied."""
    folder = tmp_path_factory.mktemp("bound")
    shutil.copytree(new_station.folder.root, folder / "station")
    _move(folder / "station", Place.TPM, folder / "note")
    return folder / "station", folder / "note"


@pytest.fixture
def bound(tmp_path: Path, bound_once: tuple[Path, Path]) -> Path:
    shutil.copytree(bound_once[0], tmp_path / "bound")
    return tmp_path / "bound"


def _move(root: Path, to: Place, note: Path | None = None) -> None:
    binding.move(Station.at(root, utc_now), SUPERVISOR.user_id, SUPERVISOR.password, to, note)


def _code_of(kind: type[MusterError], ask: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        ask()
    return caught.value.code.name


def _sign_in(root: Path) -> None:
    with desk_at(root):
        pass


def test_a_disk_in_another_computer_opens_with_no_password(bound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    another = SoftwareTpm()
    try:
        monkeypatch.setenv("TPM2TOOLS_TCTI", another.tcti)
        assert _code_of(KeyUnavailable, lambda: _sign_in(bound)) == "TPM_KEY_GONE"
    finally:
        another.close()


def test_a_disk_without_any_tpm_opens_with_no_password(bound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPM2TOOLS_TCTI", "swtpm:path=/nowhere")
    assert _code_of(KeyUnavailable, lambda: _sign_in(bound)) == "TPM_ABSENT"


def test_the_slots_alone_do_not_open_with_the_right_password(bound: Path) -> None:
    """Somebody edits the binding out of the file."""
    content = json.loads((bound / "station.json").read_text())
    del content["binding"]
    (bound / "station.json").write_text(json.dumps(content))
    assert _code_of(SignInRefused, lambda: _sign_in(bound)) == "SIGN_IN_REFUSED"


def test_on_its_own_computer_a_wrong_password_is_refused_and_the_right_one_opens(bound: Path) -> None:
    station = Station.at(bound, utc_now)
    assert _code_of(SignInRefused, lambda: station.unlock(OFFICER.user_id, "guessed it")) == "SIGN_IN_REFUSED"
    assert _code_of(SignInRefused, lambda: station.unlock("mallory", OFFICER.password)) == "SIGN_IN_REFUSED"
    with desk_at(bound) as desk:
        assert desk.enrollment.start().is_draft
        record = next(each for each in desk.trail.newest_first(100) if each.event == "MUS-STA-004")
    assert dict(record.detail) == {"bound_to": "tpm", "before": "nothing", "note": "true"}


def test_somebody_added_at_a_bound_station_signs_in_there_and_has_no_slot_without_its_layer(bound: Path) -> None:
    station = Station.at(bound, utc_now)
    with sign_in(station, SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), utc_now, policy=QUICK) as desk:
        new = NewOperator("heidi", "a mountain and a goat")
        desk.operators.add(new, [Role.OFFICER], Proof(SUPERVISOR.password))
    station.confirm(new.user_id, new.password)
    content = json.loads((bound / "station.json").read_text())
    with pytest.raises(SignInRefused):
        open_slot(slot_from_json(content["key_slots"][-1]), new.password)


def test_released_it_opens_without_the_tpm(bound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _move(bound, Place.NOTHING)
    monkeypatch.setenv("TPM2TOOLS_TCTI", "swtpm:path=/nowhere")
    _sign_in(bound)
    assert json.loads((bound / "station.json").read_text())["format"] == 1


def test_with_the_note_it_is_released_though_the_tpm_is_gone(
    bound: Path, bound_once: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TPM2TOOLS_TCTI", "swtpm:path=/nowhere")
    station = Station.at(bound, utc_now)
    station.use_recovery(binding.read_note(bound_once[1]))
    binding.move(station, SUPERVISOR.user_id, SUPERVISOR.password, Place.NOTHING)
    _sign_in(bound)


def test_the_note_opens_nothing_without_a_password(bound: Path, bound_once: tuple[Path, Path]) -> None:
    station = Station.at(bound, utc_now)
    station.use_recovery(binding.read_note(bound_once[1]))
    assert _code_of(SignInRefused, lambda: station.unlock(OFFICER.user_id, "")) == "SIGN_IN_REFUSED"


def test_an_officer_binds_no_station(root: Path, tpm: SoftwareTpm) -> None:
    before = (root / "station.json").read_bytes()
    station = Station.at(root, utc_now)
    ask = lambda: binding.move(station, OFFICER.user_id, OFFICER.password, Place.TPM)  # noqa: E731
    assert _code_of(Refused, ask) == "SUPERVISOR_ONLY"
    assert (root / "station.json").read_bytes() == before


def test_without_a_tpm_the_station_stays_as_it_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPM2TOOLS_TCTI", "swtpm:path=/nowhere")
    before = (root / "station.json").read_bytes()
    assert _code_of(KeyUnavailable, lambda: _move(root, Place.TPM)) == "TPM_ABSENT"
    assert (root / "station.json").read_bytes() == before


def test_a_note_in_the_stations_own_folder_is_refused(root: Path, tpm: SoftwareTpm) -> None:
    before = (root / "station.json").read_bytes()
    assert _code_of(BadInput, lambda: _move(root, Place.TPM, root / "keys" / "note")) == "NOTE_IN_STATION"
    assert (root / "station.json").read_bytes() == before


def test_a_note_replaces_no_file(root: Path, tpm: SoftwareTpm, tmp_path: Path) -> None:
    (tmp_path / "note").write_text("somebody else's")
    assert _code_of(BadInput, lambda: _move(root, Place.TPM, tmp_path / "note")) == "NOTE_EXISTS"


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"muster machine secret": "00"}', '{"muster machine secret": 5}']
)
def test_a_file_that_is_no_note_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "note").write_text(content)
    assert _code_of(BadInput, lambda: binding.read_note(tmp_path / "note")) == "NOTE_UNREADABLE"


def test_a_station_of_a_newer_program_is_refused_with_a_sentence(root: Path) -> None:
    content = json.loads((root / "station.json").read_text())
    (root / "station.json").write_text(json.dumps({**content, "format": 3}))
    assert _code_of(KeyUnavailable, lambda: Station.at(root, utc_now)) == "STATION_NEWER"


@pytest.mark.parametrize(
    "damaged",
    [5, {}, {"to": "cloud", "sealed": "00"}, {"to": "nothing", "sealed": "00"}, {"to": "tpm", "sealed": 5}],
)
def test_a_binding_that_makes_no_sense_is_a_damaged_file(root: Path, damaged: object) -> None:
    content = json.loads((root / "station.json").read_text())
    (root / "station.json").write_text(json.dumps({**content, "binding": damaged}))
    assert _code_of(BadInput, lambda: Station.at(root, utc_now)) == "STATION_UNREADABLE"
