"""``muster station create`` in this process: what it asks for, refuses and says."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.workstation import station as station_module
from unit.cli.test_app import run


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    monkeypatch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))


@pytest.mark.parametrize("missing", ["officer", "supervisor"])
def test_a_password_that_is_not_there_is_asked_for_by_its_own_option(tmp_path: Path, missing: str) -> None:
    (tmp_path / "password").write_text("correct horse battery")
    there = "supervisor" if missing == "officer" else "officer"
    ran = run("station", "create", f"--{there}-password-file", tmp_path / "password", "--data", tmp_path / "new")
    assert ran.exit_code == 2
    assert f" --{missing}-password-file," in ran.stderr
    assert not (tmp_path / "new").exists()


def test_a_demo_stations_numbers_are_looked_at_like_any_others(tmp_path: Path) -> None:
    ran = run("station", "create", "--demo", "--center", "12", "--data", tmp_path / "new")
    assert ran.exit_code == 2
    assert ran.stderr.endswith("[STATION_NUMBERS_UNUSABLE]\n")


def test_a_demo_station_has_the_numbers_it_was_given(tmp_path: Path) -> None:
    ran = run("station", "create", "--demo", "--center", "10012", "--machine", "10034", "--data", tmp_path / "new")
    assert (ran.exit_code, ran.stdout.split()[:2]) == (0, ["Station", "10012_10034"])


def test_a_new_demo_station_says_who_its_people_are_and_where_their_passwords_lie(tmp_path: Path) -> None:
    last = run("station", "create", "--demo", "--data", tmp_path / "new").stdout.splitlines()[-1]
    assert last.startswith("Its users are officer and supervisor; ")
    assert Path(last.partition(" lie in ")[2]).is_file()
