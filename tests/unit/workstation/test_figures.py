"""Figures for supervisors of everybody's work, and for officers of their own."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.crypto.pdf_signing import is_signed_pdf
from muster.domain.biometrics import BiometricAttribute, Modality
from muster.domain.registration import Step
from muster.domain.review_decision import Decision
from muster.errors import BadInput, Refused
from muster.ui.dashboard.figures_pdf import lay_out
from muster.workstation import figures as figures_module
from muster.workstation.desk import Desk
from muster.workstation.figures import Cell, Column, Figure, FigureName, Form, as_csv
from muster.workstation.station import Station
from simulators.figures_trail import Hands, Weeks, write
from unit.workstation.desks import OFFICER, SUPERVISOR, desk_at

_NOW = datetime(2026, 3, 27, 17, tzinfo=UTC)
_OFFICERS = ("amadou", "erika", "hans", "leila")
_WEEKS = Weeks(officers=_OFFICERS, lost=lambda officer, device, day: 11 if device == "R3" and day >= 15 else 0)
_SUPERVISORS = [each for each in FigureName if not each.is_own]
_OWN = [each for each in FigureName if each.is_own]


def _count(desk: Desk, *, own: bool = False) -> None:
    left = desk.figures.begin(own=own)
    while left:
        left = desk.figures.go_on_counting()


@pytest.fixture(scope="module")
def _worked(tmp_path_factory: pytest.TempPathFactory, new_station: Station) -> Path:
    """A station after weeks in which one reader became dirty. Only to be copied, or read."""
    root = tmp_path_factory.mktemp("figures") / "station"
    shutil.copytree(new_station.folder.root, root)
    clock = Hands(_NOW)
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        write(desk._journal.database, clock, _WEEKS)
        _count(desk)
    return root


@pytest.fixture(scope="module")
def supervisor(_worked: Path) -> Iterator[Desk]:
    with desk_at(_worked, clock=Hands(_NOW), who=SUPERVISOR) as desk:
        yield desk


@pytest.fixture(scope="module")
def officer(_worked: Path) -> Iterator[Desk]:
    with desk_at(_worked, clock=Hands(_NOW), who=OFFICER) as desk:
        yield desk


def _records(desk: Desk, event: AuditEvent) -> list[AuditRecord]:
    return [each for each in reversed(desk.trail.newest_first(20)) if each.event == event.id]


def _column(figure: Figure, column: Column) -> list[Cell]:
    return [row[figure.columns.index(column)] for row in figure.rows]


def _sum(figure: Figure, column: Column) -> int:
    return sum(each for each in _column(figure, column) if isinstance(each, int))


# Who may see what


def test_an_officer_is_refused_everybodys_figures(officer: Desk, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        officer.figures.begin()
    for name in _SUPERVISORS:
        with pytest.raises(Refused):
            officer.figures.figure(name)


def test_a_figure_somebody_may_not_see_is_not_written_for_them_either(
    supervisor: Desk, officer: Desk, tmp_path: Path
) -> None:
    figure = supervisor.figures.figure(FigureName.OFFICERS)
    with pytest.raises(Refused):
        officer.figures.write_csv(figure, tmp_path / "officers.csv")
    assert not (tmp_path / "officers.csv").exists()


def test_that_somebody_looks_at_everybodys_is_on_record_and_at_the_own_ones_is_not(
    supervisor: Desk, officer: Desk
) -> None:
    before = len(_records(supervisor, AuditEvent.FIGURES_SHOWN))
    officer.figures.begin(own=True)
    supervisor.figures.begin()
    records = _records(supervisor, AuditEvent.FIGURES_SHOWN)
    assert len(records) == before + 1 and records[-1].actor == SUPERVISOR.user_id


@pytest.mark.parametrize("name", _OWN)
def test_an_own_figure_names_nobody_and_no_hour(officer: Desk, name: FigureName) -> None:
    figure = officer.figures.figure(name)
    said = f"{as_csv(figure)} {[each.detail for each in figure.said]}"
    assert figure.rows and not any(each in said for each in ("amadou", "hans", "leila"))
    assert not {Column.DAY, Column.HOUR, Column.OFFICER}.intersection(figure.columns)
    assert None not in _column(figure, Column.TEAM)


def test_the_teams_median_of_two_people_would_be_somebodys_and_is_not_told() -> None:
    assert figures_module._team([10.0, 20.0]) is None
    assert figures_module._team([10.0, 20.0, 90.0]) == 20.0


@pytest.mark.parametrize("name", _OWN)
def test_where_nothing_was_done_nothing_is_said_to_be_in_order(officer: Desk, name: FigureName) -> None:
    figure = officer.figures.figure(name, date(2020, 1, 1), date(2020, 1, 31))
    assert figures_module.TIP_NONE not in {each.code for each in figure.said}
    assert figure.said


def test_who_works_alone_is_not_said_to_stand_beside_a_team() -> None:
    (said,) = figures_module._tips([(Step.CONSENT, 20.0, None)], [])
    assert said.code is figures_module.TIP_ALONE


# What they say


@pytest.mark.parametrize("name", FigureName)
def test_every_row_has_a_cell_for_every_column(supervisor: Desk, officer: Desk, name: FigureName) -> None:
    figure = (officer if name.is_own else supervisor).figures.figure(name)
    assert {len(row) for row in figure.rows} <= {len(figure.columns)}
    drawn = {Form.TIME: 1, Form.BARS: 1, Form.RANGES: 3}[figure.form]
    assert len(figure.columns) >= figure.labels + drawn


def test_all_registrations_are_counted_by_day_and_by_hour(supervisor: Desk) -> None:
    made = _WEEKS.days * _WEEKS.a_day * len(_OFFICERS)
    days = supervisor.figures.figure(FigureName.DAYS)
    assert _sum(days, Column.REGISTRATIONS) == made
    assert len(days.rows) == _WEEKS.days and days.rows[0][0] == date(2026, 3, 3)
    hours = supervisor.figures.figure(FigureName.HOURS)
    assert _sum(hours, Column.REGISTRATIONS) == made


def test_many_days_are_told_by_the_week(supervisor: Desk) -> None:
    figure = supervisor.figures.figure(FigureName.DAYS, date(2025, 6, 1), date(2026, 3, 27))
    assert figure.columns[0] is Column.WEEK
    assert all(isinstance(day, date) and day.weekday() == 0 for day in _column(figure, Column.WEEK))


def test_the_last_day_before_the_first_is_refused(supervisor: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        supervisor.figures.figure(FigureName.DAYS, date(2026, 3, 27), date(2026, 3, 1))
    assert caught.value.code is figures_module.FIGURE_DAYS_TURNED


def test_a_dirty_reader_is_named_with_its_first_day_and_nobody_is_blamed(supervisor: Desk) -> None:
    (said,) = supervisor.figures.figure(FigureName.DEVICES).said
    assert said.code.name == "DEVICE_POORER_SINCE" and said.asks
    assert said.detail["device"] == "R3" and said.detail["what"] == "fingers"
    first = date.fromisoformat(str(said.detail["day"]))
    assert abs((first - date(2026, 3, 18)).days) <= 1
    (about,) = supervisor.figures.figure(FigureName.OFFICERS).said
    assert about.code.name == "NOTHING_STANDS_OUT"


def test_an_officer_is_told_that_a_poor_reader_is_not_their_doing(officer: Desk) -> None:
    codes = [each.code.name for each in officer.figures.figure(FigureName.OWN_QUALITY).said]
    assert codes == ["TIP_DEVICE"]


def test_a_slow_step_is_a_tip_of_ones_own(officer: Desk) -> None:
    """Erika types twice as long as the others."""
    figure = officer.figures.figure(FigureName.OWN_STEPS)
    own = {row[0]: row for row in figure.rows}[Step.DEMOGRAPHICS]
    mine, team = (own[figure.columns.index(each)] for each in (Column.MINE, Column.TEAM))
    assert isinstance(mine, float) and isinstance(team, float) and mine > 1.5 * team
    (said,) = figure.said
    assert said.code.name == "TIP_STEP" and said.detail["step"] == Step.DEMOGRAPHICS.value


def test_of_a_share_it_is_told_between_what_it_lies(supervisor: Desk) -> None:
    figure = supervisor.figures.figure(FigureName.FIRST_TRY)
    rows = {row[0]: row for row in figure.rows}
    share, low, high, _ = rows[BiometricAttribute.LEFT_LITTLE][1:]
    assert isinstance(low, float) and isinstance(share, float) and isinstance(high, float)
    assert 0 < low < share < high < 100


def test_quality_is_told_by_kind_and_by_who_measured_it(supervisor: Desk) -> None:
    figure = supervisor.figures.figure(FigureName.MODALITIES)
    assert _column(figure, Column.KIND) == [Modality.FACE, Modality.FINGER]
    assert set(_column(figure, Column.MEASURE)) == {""}


def test_decisions_stand_with_their_reasons_the_most_first(supervisor: Desk) -> None:
    figure = supervisor.figures.figure(FigureName.DECISIONS)
    numbers = _column(figure, Column.NUMBER)
    assert numbers == sorted(numbers, key=lambda each: -int(str(each)))
    assert (Decision.REJECT, "Face") not in figure.rows and figure.labels == 2
    assert {row[0] for row in figure.rows} == {Decision.APPROVE, Decision.REJECT}


def test_of_too_few_it_is_said_that_they_are_too_few(supervisor: Desk) -> None:
    monday = date(2025, 1, 6)
    for name in _SUPERVISORS:
        figure = supervisor.figures.figure(name, monday, monday)
        codes = {each.code.name for each in figure.said}
        wanted = {"QUEUE_EMPTY"} if name is FigureName.QUEUE else {"FIGURE_TOO_LITTLE", "TOO_LITTLE_TO_COMPARE"}
        assert not figure.is_enough and codes and codes <= wanted


# Files


def test_a_name_that_looks_like_a_formula_is_text_in_a_spreadsheet() -> None:
    day = date(2026, 3, 1)
    columns = (Column.DEVICE, Column.KIND, Column.SAMPLES)
    rows = (("=1+1", Modality.FINGER, 3), ("@R2", None, 4))
    written = as_csv(Figure(FigureName.DEVICES, day, day, Form.BARS, columns, rows))
    assert list(csv.reader(written.splitlines())) == [
        ["device", "kind", "samples"],
        ["'=1+1", "finger", "3"],
        ["'@R2", "", "4"],
    ]


def test_numbers_are_written_and_that_they_were_is_on_record(supervisor: Desk, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    supervisor.figures.write_csv(supervisor.figures.figure(FigureName.DAYS), file)
    assert file.read_text("utf-8-sig").splitlines()[:2] == ["day,registrations", "2026-03-03,16"]
    record = _records(supervisor, AuditEvent.FIGURES_WRITTEN)[-1]
    assert record.detail["figure"] == "days"
    assert record.detail["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_file_in_a_folder_that_is_not_there_is_refused(supervisor: Desk, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        supervisor.figures.write_csv(supervisor.figures.figure(FigureName.DAYS), tmp_path / "no" / "days.csv")
    assert caught.value.code is figures_module.FIGURE_FILE_UNWRITABLE


def test_a_report_of_figures_is_signed_by_the_station(supervisor: Desk, tmp_path: Path) -> None:
    made = tuple(map(supervisor.figures.figure, (FigureName.DAYS, FigureName.EXCEPTIONS)))
    file = tmp_path / "figures.pdf"
    supervisor.figures.write_pdf(made, lay_out(made, supervisor.station.ref_id), file)
    assert is_signed_pdf(file.read_bytes(), supervisor.figures._key.signing_public)
