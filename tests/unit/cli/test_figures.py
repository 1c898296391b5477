"""``muster figures`` in this process, at a demo station after some days of work."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from muster.cli.figures import Name
from muster.clock import utc_now
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.workstation import station as station_module
from muster.workstation.desk import sign_in
from muster.workstation.figures import FigureName
from muster.workstation.server import NoServer
from muster.workstation.station import NewStation, Station
from simulators.figures_trail import Hands, Weeks, write
from unit.cli.test_app import run

_WEEKS = Weeks(days=3, a_day=2, officers=("officer", "hans"))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, clock = tmp_path_factory.mktemp("figures") / "station", Hands(utc_now())
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))
        station = Station.create(made, NewStation.for_demo(), clock)
    user_id, password = (station.demo_credentials() or ())[1]
    with sign_in(station, user_id, password, NoServer(), clock) as desk:
        write(desk._journal.database, clock, _WEEKS)
    return made


def test_an_officer_is_refused_everybodys(root: Path) -> None:
    ran = run("figures", "--data", root, "--json")
    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["error"]["code"] == "SUPERVISOR_ONLY"


def test_numbers_of_no_figure_are_a_usage_error(root: Path, tmp_path: Path) -> None:
    ran = run("figures", "--csv", tmp_path / "all.csv", "--data", root)
    assert ran.exit_code == 2 and not list(tmp_path.iterdir())


def test_the_last_day_before_the_first_is_refused(root: Path) -> None:
    ran = run(
        "figures", "days", "--from", "2026-03-02", "--to", "2026-03-01", "--user", "supervisor", "--data", root
    )
    assert ran.exit_code == 2 and "[FIGURE_DAYS_TURNED]" in ran.stderr


def test_a_supervisor_reads_all_as_one_document(root: Path) -> None:
    ran = run("figures", "--user", "supervisor", "--data", root, "--json")
    figures = {each["name"]: each for each in json.loads(ran.stdout)["figures"]}
    assert ran.exit_code == 0 and set(figures) == {each.value for each in FigureName if not each.is_own}
    days = figures["days"]
    yesterday = (utc_now() - timedelta(days=1)).astimezone().date().isoformat()
    assert days["columns"] == ["day", "registrations"] and days["rows"][-1] == [yesterday, 4]
    assert figures["officers"]["says"] == [{"code": "TOO_LITTLE_TO_COMPARE", "detail": {}}]


def test_one_figure_is_a_table_for_people_and_a_file_for_a_spreadsheet(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    ran = run("figures", "own-first-try", "--csv", file, "--data", root)
    assert ran.exit_code == 0 and ran.stdout.startswith("own-first-try, ")
    assert file.read_text("utf-8-sig").startswith('"finger, eye or face",mine')


def test_every_figure_can_be_typed() -> None:
    assert [each.value for each in Name] == [each.value for each in FigureName]
