"""Records of the trail are found by their words, and by nothing that was not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from muster.audit.catalogue import AuditEvent
from muster.store.audit_search import Wanted, words_in
from muster.store.database import Database

_BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)


class _Hours:
    """An hour later each time it is asked."""

    def __init__(self) -> None:
        self.now = _BEGIN

    def __call__(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now


@pytest.fixture
def trail(path: Path, key: bytes) -> Database:
    """Six records, from nine to fourteen o'clock."""
    database = Database.open(path, key, _Hours())
    for event, actor, subject, detail in (
        (AuditEvent.SIGNED_IN, "erika", "", {}),
        (AuditEvent.REGISTRATION_STARTED, "erika", "10001100020000120260301100000", {"process": "NEW"}),
        (AuditEvent.SAMPLE_CAPTURED, "erika", "10001100020000120260301100000", {"device": "SL-4711"}),
        (AuditEvent.DELIVERY_FAILED, "max", "10001100020000220260301110000", {"code": "SERVER_TIMEOUT"}),
        (AuditEvent.SIGNED_OUT, "erika", "", {}),
        (AuditEvent.SIGNED_IN, "erika.", "", {}),
    ):
        with database.work() as work:
            work.record(event, actor=actor, subject=subject, **detail)
    while database.index_trail():
        pass
    return database


def _found(database: Database, wanted: Wanted, limit: int = 50, before: int | None = None) -> list[int]:
    with database.search() as search:
        return [each.sequence for each in search.find(wanted, limit, before)]


def _typed(text: str) -> Wanted:
    return Wanted(words=tuple((each,) for each in words_in(text)))


@pytest.mark.parametrize("text", ['" OR 1', "a*b", "NEAR(", "x AND", "'; DROP TABLE audit"])
def test_what_looks_like_a_query_is_a_word_like_any_other(trail: Database, text: str) -> None:
    assert _found(trail, _typed(text)) == []


def test_without_a_wish_everything_comes_newest_first_and_page_by_page(trail: Database) -> None:
    assert _found(trail, Wanted(), 4) == [6, 5, 4, 3]
    assert _found(trail, Wanted(), 4, before=3) == [2, 1]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4711", [3]),
        ("sl-4711", [3]),
        ("TIMEOUT", []),  # in the middle of a word
        ("server_time", [4]),
        ("10001100020000120260301100000", [3, 2]),
        ("1000110002", [4, 3, 2]),
        ("max", [4]),
    ],
)
def test_a_record_is_found_by_the_beginning_of_any_of_its_words(
    trail: Database, text: str, numbers: list[int]
) -> None:
    assert _found(trail, _typed(text)) == numbers


def test_beginnings_count_only_where_no_record_has_the_whole_words(trail: Database) -> None:
    with trail.work() as work:
        work.record(AuditEvent.SCREEN_LOCKED, actor="x", said="newer")
    trail.index_trail()
    assert _found(trail, _typed("new")) == [2]
    assert _found(trail, _typed("newe")) == [7]


def test_all_that_is_asked_for_must_be_there_and_one_of_each_group(trail: Database) -> None:
    assert _found(trail, _typed("erika new")) == [2]
    assert _found(trail, Wanted(words=(("timeout", "server"),))) == [4]


def test_a_user_is_found_by_the_whole_name_only(trail: Database) -> None:
    assert _found(trail, Wanted(actor="erika.")) == [6]
    assert _found(trail, Wanted(actor="erika")) == [5, 3, 2, 1]


def test_events_and_times_narrow_it_down(trail: Database) -> None:
    events = (AuditEvent.SIGNED_IN.id, AuditEvent.SIGNED_OUT.id)
    assert _found(trail, Wanted(events=events)) == [6, 5, 1]
    ten, thirteen = _BEGIN + timedelta(hours=2), _BEGIN + timedelta(hours=5)
    assert _found(trail, Wanted(since=ten, until=thirteen)) == [5, 4, 3, 2]
    assert _found(trail, Wanted(events=events, since=ten, until=thirteen)) == [5]


def test_what_came_since_is_known_to_be_missing_until_it_is_indexed(trail: Database) -> None:
    with trail.work() as work:
        work.record(AuditEvent.SCREEN_LOCKED, actor="nobody")
    with trail.search() as search:
        assert search.behind() == 1
    assert _found(trail, Wanted(actor="nobody")) == []
    trail.index_trail()
    assert _found(trail, Wanted(actor="nobody")) == [7]


def test_searching_writes_nothing(trail: Database, path: Path, around: Callable[[], sqlcipher.Connection]) -> None:
    _found(trail, _typed("erika"))
    with around() as connection:
        assert connection.execute("SELECT count(*) FROM audit").fetchone() == (6,)
