"""The station's counter of registrations (MOSIP's ``rid_seq``)."""

from __future__ import annotations

import pytest

from muster.audit.catalogue import AuditEvent
from muster.store.database import Database


def _next(database: Database) -> int:
    with database.work() as work:
        following = work.settings.next_sequence()
        work.record(AuditEvent.STATION_CREATED, actor="erika")
    return following


def _count_to(database: Database, last: int) -> None:
    with database.work() as work:
        work.settings.put("registration_sequence", str(last))
        work.record(AuditEvent.STATION_CREATED, actor="erika")


def test_the_first_number_is_one_and_each_is_one_more(database: Database) -> None:
    assert [_next(database) for _ in range(3)] == [1, 2, 3]


def test_the_last_number_that_five_digits_hold_is_given(database: Database) -> None:
    _count_to(database, 99_998)
    assert _next(database) == 99_999


@pytest.mark.parametrize("last", [99_999, 100_000])
def test_behind_the_last_number_comes_the_first(database: Database, last: int) -> None:
    _count_to(database, last)
    assert [_next(database) for _ in range(2)] == [1, 2]
