"""Sealed faces: whose they are, when they end, that nothing of them is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from muster.audit.catalogue import AuditEvent
from muster.domain.duplicates import Person, Whose
from muster.domain.registration import RegistrationId
from muster.store.database import Database, Work

StartRegistration = Callable[[Work, int], RegistrationId]
Around = Callable[[], object]

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, OTHER = (Person(Whose.REGISTRATION, f"1000110002{n:05}20260301120000") for n in (1, 2))
OPERATOR = Person(Whose.OPERATOR, "erika")
NETWORK = "some network"


def _do(database: Database, change: Callable[[Work], None]) -> None:
    with database.work() as work:
        change(work)
        work.record(AuditEvent.TEMPLATE_KEPT, actor="officer1")


def _put(database: Database, person: Person, at: datetime = NOON, sealed: bytes = b"sealed") -> None:
    _do(database, lambda work: work.gallery.put(person, NETWORK, at, sealed))


def _people(database: Database) -> list[Person]:
    with database.read() as work:
        return [row.person for row in work.gallery.rows(work.gallery.numbers(NETWORK))]


def test_of_nobody_there_is_nothing(database: Database) -> None:
    with database.read() as work:
        assert work.gallery.numbers(NETWORK) == frozenset()
        assert list(work.gallery.rows([1, 2])) == []
        assert work.gallery.look(RegistrationId(ONE.name)) is None
        assert not work.gallery.has(ONE, NETWORK)
        assert not work.gallery.has_older(NOON)


def test_a_row_comes_back_as_it_was_put(database: Database) -> None:
    _put(database, ONE, sealed=b"\x00\xff")
    with database.read() as work:
        (row,) = work.gallery.rows(work.gallery.numbers(NETWORK))
        assert work.gallery.has(ONE, NETWORK)
        assert not work.gallery.has(ONE, "another network")
    assert (row.person, row.network, row.sealed) == (ONE, NETWORK, b"\x00\xff")


def test_a_person_has_one_template_of_a_network(database: Database) -> None:
    _put(database, ONE, sealed=b"old")
    _put(database, ONE, sealed=b"new")
    with database.read() as work:
        assert [row.sealed for row in work.gallery.rows(work.gallery.numbers(NETWORK))] == [b"new"]


def test_a_number_is_never_used_again(database: Database) -> None:
    _put(database, ONE)
    with database.read() as work:
        before = work.gallery.numbers(NETWORK)
    _do(database, lambda work: (work.gallery.remove(ONE), None)[1])
    _put(database, ONE)
    with database.read() as work:
        assert not before & work.gallery.numbers(NETWORK)


def test_more_rows_than_one_statement_takes_are_all_read(database: Database) -> None:
    def many(work: Work) -> None:
        for number in range(1203):
            work.gallery.put(Person(Whose.OPERATOR, f"operator{number}"), NETWORK, NOON, b"sealed")

    _do(database, many)
    assert len(set(_people(database))) == 1203


@pytest.mark.parametrize(("at", "stays"), [(NOON - DAY, False), (NOON, True), (NOON + DAY, True)])
def test_a_template_ends_with_its_time(database: Database, at: datetime, stays: bool) -> None:
    _put(database, ONE, at)
    _put(database, OTHER, NOON + DAY)
    with database.read() as work:
        assert work.gallery.has_older(NOON) is not stays
    _do(database, lambda work: (work.gallery.remove_older(NOON), None)[1])
    assert _people(database) == ([ONE, OTHER] if stays else [OTHER])


def test_an_operators_template_does_not_end_by_itself(database: Database) -> None:
    _put(database, OPERATOR, NOON - 1000 * DAY)
    _do(database, lambda work: (work.gallery.remove_older(NOON), None)[1])
    assert _people(database) == [OPERATOR]


def test_what_was_found_ends_with_its_time_as_well(database: Database, start: StartRegistration) -> None:
    found: list[RegistrationId] = []

    def look(work: Work) -> None:
        found.append(start(work, 1))
        work.gallery.put_look(found[0], NOON - DAY, b"first")
        work.gallery.put_look(found[0], NOON - DAY, b"answer")

    _do(database, look)
    with database.read() as work:
        assert work.gallery.look(found[0]) == (NOON - DAY, b"answer")
        assert work.gallery.has_older(NOON)
    _do(database, lambda work: (work.gallery.remove_older(NOON), None)[1])
    with database.read() as work:
        assert work.gallery.look(found[0]) is None
