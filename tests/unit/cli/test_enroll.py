"""``muster enroll`` in this process: what an enrollment that stops half-way leaves word of."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from judged_once import judged_once_in_this_run as judged_once_in_this_run  # noqa: PLC0414 - nothing is loaded
from muster.cli.app import build
from muster.clock import utc_now
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.workstation import station as station_module
from muster.workstation.station import NewOperator, NewStation, Station
from unit.cli.test_app import BrokenScreen


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A station, its people's passwords in files under their names, and a folder whose consent stops it."""
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    monkeypatch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))
    Station.create(
        tmp_path / "station",
        NewStation(NewOperator("erika", "correct horse"), NewOperator("max", "paper clip")),
        utc_now,
    )
    (tmp_path / "erika").write_text("correct horse")
    (tmp_path / "max").write_text("paper clip")
    said = {"languages": ["eng"], "consent": "tlh", "demographics": {}}
    (tmp_path / "registration.json").write_text(json.dumps(said))
    return tmp_path


def _run(root: Path, command: str, *arguments: object) -> Result:
    known = ["--data", root / "station", "--user", "erika", "--password-file", root / "erika"]
    noun, *verb = command.split()
    return CliRunner().invoke(build(BrokenScreen(), noun), [noun, *verb, *map(str, (*arguments, *known))])


def _drafts(root: Path) -> list[str]:
    listed = json.loads(_run(root, "drafts list", "--json").stdout)
    return [each["registration_id"] for each in listed["drafts"]]


def test_an_enrollment_that_an_error_stops_has_named_its_draft(root: Path) -> None:
    ran = _run(root, "enroll", "--from", root)
    assert ran.exit_code == 2
    assert ran.stderr.endswith("[LANGUAGE_UNKNOWN]\n")
    (draft,) = _drafts(root)
    assert ran.stdout == f"Registration {draft}\n"


@pytest.mark.parametrize(
    ("who", "password_of", "code"),
    [
        pytest.param("max", "erika", "SUPERVISOR_REFUSED", id="a wrong password"),
        pytest.param("nobody", "max", "SUPERVISOR_REFUSED", id="a wrong name"),
        pytest.param("ERIKA", "erika", "CONFIRMED_BY_OFFICER", id="the officer"),
    ],
)
def test_a_supervisor_who_could_not_confirm_is_refused_before_anything_begins(
    root: Path, who: str, password_of: str, code: str
) -> None:
    named = ("--supervisor", who, "--supervisor-password-file", root / password_of)
    ran = _run(root, "enroll", "--from", root, *named)
    assert ran.exit_code in (1, 2)
    assert ran.stderr.endswith(f"[{code}]\n")
    assert _drafts(root) == []


def test_the_right_supervisor_keeps_nothing_from_beginning(root: Path) -> None:
    _run(root, "enroll", "--from", root, "--supervisor", "max", "--supervisor-password-file", root / "max")
    assert len(_drafts(root)) == 1


def test_a_supervisors_password_that_is_not_there_is_asked_for_by_its_own_option(root: Path) -> None:
    ran = _run(root, "enroll", "--from", root, "--supervisor", "max")
    assert (ran.exit_code, _drafts(root)) == (2, [])
    assert " --supervisor-password-file," in ran.stderr
