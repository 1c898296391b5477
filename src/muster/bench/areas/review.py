"""A supervisor's pages over months of work: the list, the trail, searches, one registration's story, figures, and
what other settings would have done in the last month.

Each beside the query under it, asked of the same file by the driver alone. How large the store is stands in the
names. It is made for the measurement and thrown away; where ``MUSTER_BENCH_STORE`` names a folder it is made there
once, of 100,000 registrations and 5,000,000 records (some minutes, 2.5 GB), and used again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from muster.audit.catalogue import AuditEvent
from muster.bench import filled_store
from muster.bench.measuring import Clock, Rounds, Row
from muster.domain.operators import Operator, Role
from muster.domain.registration import RegistrationId, StationId
from muster.domain.review import Standing
from muster.store.audit_search import Wanted, word_of_event
from muster.store.database import Database
from muster.workstation import rehearsal_limits, rehearsal_waits
from muster.workstation.figures import FigureName, Figures
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.policy_settings import SETTINGS
from muster.workstation.rehearsal import Rehearsing
from muster.workstation.trail_reading import TrailFilter, TrailReading

_FOLDER = "MUSTER_BENCH_STORE"
_LARGE, _USUAL, _LEAST = 100_000, 4_000, 40
_PAGE = 200
_MONTH = 30  # days
_OPEN = (Standing.WAITING, Standing.HELD, Standing.DECIDED)


def rows(rounds: Rounds) -> Iterator[Row]:
    with _store(rounds) as database:
        yield from _reviews(rounds, database)
        yield from _trail(rounds, database)
        yield from _figures(rounds, database)
        yield from _rehearsals(rounds, database)


@contextmanager
def _store(rounds: Rounds) -> Iterator[Database]:
    kept = os.environ.get(_FOLDER)
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        place = Path(kept) if kept else Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        database = filled_store.opened(place)
        try:
            with database.search() as search:
                is_new = search.newest() == 0
            if is_new:
                filled_store.fill(database, _LEAST if rounds.once else _LARGE if kept else _USUAL)
            filled_store.index(database)
            yield database
        finally:
            database.close()


def _sizes(database: Database) -> str:
    with database.read() as work:
        registrations = sum(work.review.counts().values())
    with database.search() as search:
        return f"{registrations} of {search.newest()}"


def _reviews(rounds: Rounds, database: Database) -> Iterator[Row]:
    size = _sizes(database)

    def page() -> object:
        with database.read() as work:
            return work.review.page(_OPEN, 100)

    def counts() -> object:
        with database.read() as work:
            return work.review.counts()

    bare = _Bare(database)
    riskiest = "SELECT * FROM review WHERE standing = 'waiting' ORDER BY risk DESC, sealed_at LIMIT 100"
    counted = "SELECT standing, count(*) FROM review GROUP BY standing"
    compare = partial(rounds.compare, repeat=5, clock=Clock.WALL)
    yield compare(f"list for review, {size}", page, "its query", bare.asking(riskiest))
    yield compare(f"what waits and was decided, {size}", counts, "its query", bare.asking(counted))


def _trail(rounds: Rounds, database: Database) -> Iterator[Row]:
    operator = Operator(filled_store.SUPERVISOR, frozenset({Role.SUPERVISOR}))
    blobs: Any = None  # nothing of anybody's is opened
    journal = Journal(database, blobs, StationId("10001", "10001"), operator, database._clock)
    reading, bare, size = TrailReading(journal), _Bare(database), _sizes(database)
    someone = _someone(database)
    with database.search() as search:
        middle = search.newest() // 2
    compare = partial(rounds.compare, repeat=5, clock=Clock.WALL)
    page = "SELECT * FROM audit WHERE sequence <= {last} ORDER BY sequence DESC LIMIT 200"
    words = (
        "SELECT * FROM audit WHERE sequence IN (SELECT rowid FROM audit_words WHERE audit_words MATCH '{match}'"
        " ORDER BY rowid DESC LIMIT 200) ORDER BY sequence DESC"
    )
    for name, wanted, before, query in (
        ("trail, newest", TrailFilter(), None, page.format(last=2 * middle + 9)),
        ("trail, from the middle", TrailFilter(), middle, page.format(last=middle - 1)),
        ("search for a device", TrailFilter("SL-4711"), None, words.format(match='"sl" AND "4711"')),
        (
            "search for a rare word",
            TrailFilter("created"),
            None,
            words.format(match=" OR ".join(_titled("created"))),
        ),
        ("search for nothing there is", TrailFilter("zebra"), None, words.format(match='"zebra"*')),
        (
            "an officer's failed captures",
            TrailFilter(event="MUS-BIO-002", actor="leila"),
            None,
            words.format(match=Wanted(events=("MUS-BIO-002",), actor="leila").match(whole=True)),
        ),
        ("search by number", TrailFilter(someone.text), None, words.format(match=f'"{someone}"')),
    ):
        ask = partial(reading.page, wanted, _PAGE, before)
        yield compare(f"{name}, {size}", ask, "its query", bare.asking(query))
    told = f"SELECT * FROM audit WHERE subject = '{someone}' ORDER BY sequence"  # noqa: S608 - ours
    yield compare(f"one story, {size}", partial(reading.story, someone), "its records", bare.asking(told))


def _figures(rounds: Rounds, database: Database) -> Iterator[Row]:
    """Each over all there is: what a page shows is a month of it."""
    operator = Operator(filled_store.SUPERVISOR, frozenset({Role.SUPERVISOR}))
    blobs: Any = None  # nothing of anybody's is opened
    key: Any = None  # and nothing signed
    journal = Journal(database, blobs, StationId("10001", "10001"), operator, database._clock)
    figures, bare, size = Figures(journal, key), _Bare(database), _sizes(database)
    while figures.go_on_counting():
        pass
    counts = "SELECT day, sum(number) FROM figure_count WHERE kind = '{kind}' GROUP BY day"
    samples = "SELECT {column}, sum(taken), sum(total) FROM figure_sample GROUP BY {column}"
    times = "SELECT what, sum(class3), sum(class4) FROM figure_time GROUP BY what"
    compare = partial(rounds.compare, repeat=3, clock=Clock.WALL)
    for name, query in (
        (FigureName.DAYS, counts.format(kind="registration")),
        (FigureName.STEPS, times),
        (FigureName.MODALITIES, samples.format(column="attribute")),
        (FigureName.DEVICES, samples.format(column="device")),
        (FigureName.OFFICERS, samples.format(column="officer")),
        (FigureName.FIRST_TRY, samples.format(column="attribute")),
        (FigureName.DECISIONS, counts.format(kind="decision")),
        (FigureName.SENDING, counts.format(kind="sent")),
    ):
        yield compare(
            f"figure {name.value}, {size}", partial(figures.figure, name), "its query", bare.asking(query)
        )


def _rehearsals(rounds: Rounds, database: Database) -> Iterator[Row]:
    """In a lane of their own: nobody waits for them but who asked."""
    operator = Operator(filled_store.SUPERVISOR, frozenset({Role.SUPERVISOR}))
    blobs: Any = None
    with database.read() as work:
        newest = work.trail.newest()
        assert newest is not None
        first = work.trail.first_at(newest.at - timedelta(days=_MONTH))
    journal = Journal(database, blobs, StationId("10001", "10001"), operator, lambda: newest.at)
    rehearsing, bare, size = Rehearsing(journal), _Bare(database), _sizes(database)
    query = "SELECT * FROM audit WHERE sequence >= {first} AND event IN ({events}) ORDER BY sequence"
    for name, setting, value, telling in (
        ("limits of a month", "limits.packets_in_review", 10, rehearsal_limits.TELLING),
        ("wrong passwords of a month", "patience.free", 3, rehearsal_waits.TELLING),
    ):
        then = SETTINGS[setting].put(Policy(), value)
        events = ", ".join(f"'{each.id}'" for each in telling)
        yield rounds.compare(
            f"rehearsal: {name}, {size}",
            partial(rehearsing.rehearse, Policy(), then, _MONTH),
            "its records",
            bare.asking(query.format(first=first, events=events)),
            repeat=3,
            clock=Clock.WALL,
        )


def _titled(word: str) -> list[str]:
    events = [each for each in AuditEvent if word in each.title.lower().split()]
    return [f'"{word}"*', *(f'"{word_of_event(each.id)}"*' for each in events)]


def _someone(database: Database) -> RegistrationId:
    with database.search() as search:
        (found,) = search.registrations_numbered("", 1)
    return RegistrationId(found)


class _Bare:
    """The same file by the driver alone, opened as the store opens it and kept open as the store keeps it."""

    def __init__(self, database: Database) -> None:
        self._connection = sqlcipher.connect(str(database._path))
        self._connection.execute(f"PRAGMA key = \"x'{bytes(32).hex()}'\"")

    def asking(self, query: str) -> Callable[[], object]:
        return lambda: self._connection.execute(query).fetchall()
