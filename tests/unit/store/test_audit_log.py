"""The trail as rows: what somebody with the key and a database tool changes, verification finds."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import Verdict, verify
from muster.store.database import Database

Around = Callable[[], AbstractContextManager[Any]]

_RID = "10001100020000120260301120000"


@pytest.fixture
def trail(database: Database) -> Database:
    """Five records: 1, 3 and 5 about one registration."""
    with database.work() as work:
        for number in range(1, 6):
            subject = _RID if number % 2 else ""
            work.record(AuditEvent.STEP_COMPLETED, actor="jörg", subject=subject, step=f"step {number}")
    return database


def _verify(database: Database, expected_head: str | None = None) -> Verdict:
    with database.audit_log() as log:
        return verify(log.all(), expected_head=expected_head)


@pytest.mark.parametrize(
    ("tampering", "first_bad"),
    [
        ("UPDATE audit SET actor = 'max' WHERE sequence = 3", 3),
        ("UPDATE audit SET at = '2026-03-01T12:00:00.001Z' WHERE sequence = 3", 3),
        ("UPDATE audit SET detail = '{}' WHERE sequence = 3", 3),
        ("UPDATE audit SET subject = '' WHERE sequence = 1", 1),
        ("UPDATE audit SET event = 'MUS-REG-009' WHERE sequence = 5", 5),
        ("DELETE FROM audit WHERE sequence = 3", 4),
        ("DELETE FROM audit WHERE sequence = 1", 2),
        ("UPDATE audit SET sequence = -sequence WHERE sequence = 5", -5),
        (
            "INSERT INTO audit SELECT 6, at, event, actor, subject, detail, previous, digest"
            " FROM audit WHERE sequence = 5",
            6,
        ),
    ],
)
def test_what_was_changed_around_the_program_is_found_at_its_place(
    trail: Database, around: Around, tampering: str, first_bad: int
) -> None:
    with around() as connection:
        connection.execute(tampering)
    verdict = _verify(trail)
    assert (verdict.valid, verdict.first_bad) == (False, first_bad)


def test_two_swapped_records_are_found(trail: Database, around: Around) -> None:
    with around() as connection:
        connection.execute("UPDATE audit SET sequence = 99 WHERE sequence = 2")
        connection.execute("UPDATE audit SET sequence = 2 WHERE sequence = 3")
        connection.execute("UPDATE audit SET sequence = 3 WHERE sequence = 99")
    assert _verify(trail).first_bad == 2


def test_a_cut_off_end_is_found_with_the_head_noted_before(trail: Database, around: Around) -> None:
    head = _verify(trail).head
    with around() as connection:
        connection.execute("DELETE FROM audit WHERE sequence >= 4")
    assert _verify(trail).valid
    assert _verify(trail, expected_head=head).first_bad == 4


def test_a_head_noted_before_holds_after_further_work(trail: Database) -> None:
    head = _verify(trail).head
    with trail.work() as work:
        work.record(AuditEvent.SIGNED_IN, actor="erika")
    assert _verify(trail, expected_head=head) == Verdict(6, True, None, _verify(trail).head, end_known=True)


def test_the_trail_reads_back_as_it_was_recorded(trail: Database) -> None:
    with trail.audit_log() as log:
        first = next(iter(log.all()))
    assert (first.sequence, first.event, first.actor, first.subject) == (1, "MUS-REG-006", "jörg", _RID)
    assert first.detail == {"step": "step 1"}
    assert first.at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_record_with_microseconds_verifies_after_reading_back(path: Path, key: bytes) -> None:
    database = Database.open(path, key, lambda: datetime(2026, 3, 1, 12, 0, 0, 999_999, UTC))
    with database.work() as work:
        work.record(AuditEvent.SIGNED_IN, actor="erika")
    assert _verify(database).valid
    database.close()


def test_the_records_about_one_registration_come_in_order(trail: Database) -> None:
    with trail.audit_log() as log:
        assert [record.sequence for record in log.about(_RID)] == [1, 3, 5]


def test_the_newest_records_come_first_and_no_more_than_asked_for(trail: Database) -> None:
    with trail.audit_log() as log:
        assert [record.sequence for record in log.newest_first(2)] == [5, 4]


def test_an_empty_trail_is_sound(database: Database) -> None:
    verdict = _verify(database)
    assert (verdict.records, verdict.valid) == (0, True)
