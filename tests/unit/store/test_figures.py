"""Sums by the day, made from the trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.domain.figures import QUALITY_EDGES, Spread
from muster.store.database import Database
from muster.store.figures import SENDING, FigureRows, Kind, Period

_MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
_EVER = Period(date(2026, 1, 1), date(2026, 12, 31))
_NUMBER = "100011000200001202603020800{:02d}"


class _Station:
    """A trail that is written record by record."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.now = _MONDAY
        self.database = Database.open(path, key, lambda: self.now)

    def say(self, event: AuditEvent, actor: str, subject: str = "", **detail: str) -> None:
        with self.database.work() as work:
            work.record(event, actor=actor, subject=subject, **detail)

    def register(self, number: int, officer: str, device: str = "R1", *attempts: int) -> str:
        subject = _NUMBER.format(number)
        self.say(AuditEvent.REGISTRATION_STARTED, officer, subject, process="NEW")
        for place, attempt in enumerate(attempts):
            attribute = ("leftIndex", "rightIndex", "leftThumb")[place]
            facts = {"attribute": attribute, "quality": f"{40 + 20 * place}", "device": device}
            self.say(AuditEvent.SAMPLE_CAPTURED, officer, subject, **facts, attempt=str(attempt), forced="false")
        self.say(AuditEvent.REGISTRATION_SIGNED, officer, subject)
        self.say(AuditEvent.PACKET_SEALED, officer, subject, packet=subject)
        return subject

    def count(self) -> None:
        while self.database.count_figures(lambda at: at):
            pass


@pytest.fixture
def station(path: Path, key: bytes) -> Iterator[_Station]:
    made = _Station(path, key)
    yield made
    made.database.close()


@pytest.fixture(scope="module")
def eighty(tmp_path_factory: pytest.TempPathFactory, key: bytes) -> Iterator[Database]:
    """A finger on each of eighty days from 2 March on."""
    station = _Station(tmp_path_factory.mktemp("figures") / "muster.db", key)
    for number in range(80):
        station.register(number + 1, "erika", "R1", 1)
        station.now += timedelta(days=1)
    station.count()
    yield station.database
    station.database.close()


def _by_day(station: _Station, kind: Kind, period: Period = _EVER) -> dict[date, int]:
    with station.database.figures() as figures:
        return figures.by_day(kind, period)


def test_a_registration_counts_when_it_is_sealed_and_once(station: _Station) -> None:
    station.say(AuditEvent.REGISTRATION_STARTED, "erika", _NUMBER.format(9), process="NEW")
    station.register(1, "erika")
    station.count()
    station.register(2, "erika")
    station.count()
    station.count()
    assert _by_day(station, Kind.REGISTRATION) == {date(2026, 3, 2): 2}


def test_counting_in_small_portions_comes_to_the_same(station: _Station) -> None:
    for number in range(1, 5):
        station.register(number, "erika", "R1", 1, 2)
    with station.database.rebuilding() as connection:
        rows = FigureRows(connection)
        while rows.catch_up(lambda at: at, most=3):
            pass
        assert rows.behind() == 0
        (left, right) = rows.samples_by_attribute(_EVER)
    assert (left.name, left.taken, left.first, left.mean) == ("leftIndex", 4, 4, 40.0)
    assert (right.name, right.taken, right.first, right.quality.counts[6]) == ("rightIndex", 4, 0, 4)


def test_days_and_hours_are_the_stations_own(station: _Station) -> None:
    station.now = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    station.register(1, "erika")
    east = timezone(timedelta(hours=3))
    station.database.count_figures(lambda at: at.astimezone(east))
    with station.database.figures() as figures:
        assert figures.by_day(Kind.REGISTRATION, _EVER) == {date(2026, 3, 3): 1}
        assert figures.by_what(Kind.HOUR, _EVER) == {"01": 1}


def test_at_what_hour_something_was_done_is_kept_without_saying_by_whom(station: _Station) -> None:
    station.register(1, "erika")
    station.count()
    with station.database.figures() as figures:
        assert figures.by_officer(Kind.HOUR, _EVER) == {"": 1}
        assert figures.by_officer(Kind.REGISTRATION, _EVER) == {"erika": 1}


def test_a_decision_is_told_of_whoever_registered_here(station: _Station) -> None:
    subject = station.register(1, "erika")
    station.say(AuditEvent.REVIEW_SIGNED, "max", subject, decision="reject", reason="POC")
    station.say(AuditEvent.REVIEW_SIGNED_OFF, "max", decisions="1")
    carried = _NUMBER.format(77)
    station.say(AuditEvent.REVIEW_TAKEN_IN, "max", carried)
    station.say(AuditEvent.REVIEW_SIGNED, "max", carried, decision="reject", reason="POC")
    station.count()
    with station.database.figures() as figures:
        assert figures.by_what(Kind.DECISION, _EVER) == {"reject/POC": 1}
        assert figures.by_officer(Kind.DECISION, _EVER) == {"erika": 1}


def test_sending_takes_as_long_as_from_sealing_to_the_servers_answer(station: _Station) -> None:
    subject = station.register(1, "erika")
    station.say(AuditEvent.DELIVERY_FAILED, "erika", subject, code="SERVER_TIMEOUT")
    station.now += timedelta(hours=2)
    station.say(AuditEvent.PACKET_UPLOADED, "erika", subject)
    station.count()
    with station.database.figures() as figures:
        assert 3600 <= figures.times(_EVER)[SENDING].median <= 21600
        assert figures.by_what(Kind.FAILED, _EVER) == {"SERVER_TIMEOUT": 1}
        assert figures.by_day(Kind.SENT, _EVER) == {date(2026, 3, 2): 1}


def test_a_period_ends_with_its_last_day_and_may_be_one_officers(station: _Station) -> None:
    station.register(1, "erika", "R1", 1)
    station.register(2, "hans", "R2", 1)
    station.now += timedelta(days=1)
    station.register(3, "erika", "R1", 1)
    station.count()
    monday = date(2026, 3, 2)
    assert _by_day(station, Kind.REGISTRATION, Period(monday, monday)) == {monday: 2}
    assert _by_day(station, Kind.REGISTRATION, Period(monday, monday, "hans")) == {monday: 1}
    with station.database.figures() as figures:
        devices = figures.samples_by_device(Period(monday, monday), ["leftIndex"])
        cells = figures.day_cells(_EVER, ["leftIndex", "rightIndex"])
    assert [(each.name, each.taken) for each in devices] == [("R1", 1), ("R2", 1)]
    assert len(cells) == 3 and {each.device for each in cells if each.officer == "hans"} == {"R2"}


@pytest.mark.parametrize(
    ("first", "last", "wanted"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), 1),
        (date(2026, 3, 2), date(2026, 3, 31), 30),
        (date(2026, 3, 3), date(2026, 4, 1), 30),
        (date(2026, 3, 1), date(2026, 3, 31), 30),
        (date(2026, 3, 15), date(2026, 5, 15), 62),
        (date(2026, 4, 1), date(2026, 4, 30), 30),
        (date(2026, 4, 2), date(2026, 4, 30), 29),
        (date(2026, 1, 1), date(2026, 12, 31), 80),
        (date(2026, 6, 1), date(2026, 6, 30), 0),
    ],
)
def test_months_and_days_together_are_the_days(eighty: Database, first: date, last: date, wanted: int) -> None:
    with eighty.figures() as figures:
        period = Period(first, last)
        assert sum(figures.by_day(Kind.REGISTRATION, period).values()) == wanted
        assert sum(each.taken for each in figures.samples_by_attribute(period)) == wanted
        assert sum(each.taken for each in figures.day_cells(period, ["leftIndex"])) == wanted
        assert figures.times(period).get("left_slap", Spread((), ())).number == wanted


def test_the_classes_of_quality_are_as_many_as_the_table_has_columns(station: _Station) -> None:
    station.register(1, "erika", "R1", 1)
    station.count()
    with station.database.figures() as figures:
        (only,) = figures.samples_by_attribute(_EVER)
    assert len(only.quality.counts) == len(QUALITY_EDGES) - 1 and only.quality.number == 1
