"""The audit trail holds against somebody who has the database key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from muster.audit.chain import Verdict
from unit.workstation.desks import desk_at, with_database_key


def _verdict(root: Path, head: str | None = None) -> Verdict:
    with desk_at(root) as desk:
        return desk.trail.verify(head)


@pytest.fixture
def worked_at(root: Path) -> Path:
    """A station with a short trail: created (1), operators (2, 3), in (4), started (5), consent (6), out (7)."""
    with desk_at(root) as desk:
        desk.enrollment.give_consent(desk.enrollment.start().id, "eng")
    return root


def test_an_untouched_trail_is_valid(worked_at: Path) -> None:
    assert _verdict(worked_at).valid


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "max"),
        ("event", "MUS-REG-001"),
        ("detail", "{}"),
        ("at", "2020-01-01T00:00:00.000Z"),
        ("subject", ""),
    ],
)
def test_a_record_edited_with_the_database_key_is_found(worked_at: Path, column: str, value: str) -> None:
    with_database_key(worked_at, f"UPDATE audit SET {column} = ? WHERE sequence = 6", value)
    verdict = _verdict(worked_at)
    assert (verdict.valid, verdict.first_bad) == (False, 6)


def test_a_record_taken_out_of_the_middle_is_found(worked_at: Path) -> None:
    with_database_key(worked_at, "DELETE FROM audit WHERE sequence = 5")
    verdict = _verdict(worked_at)
    assert (verdict.valid, verdict.first_bad) == (False, 6)


def test_a_record_linked_to_another_than_the_one_before_it_is_found(worked_at: Path) -> None:
    (row,) = with_database_key(worked_at, "SELECT digest FROM audit WHERE sequence = 3")
    with_database_key(worked_at, "UPDATE audit SET previous = ? WHERE sequence = 7", row[0])
    assert _verdict(worked_at).first_bad == 7


def test_a_cut_off_end_is_found_by_whoever_noted_the_head(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        head = desk.trail.verify().head
    with_database_key(worked_at, "DELETE FROM audit WHERE sequence >= 6")
    shutil.rmtree(worked_at / "copy")
    assert _verdict(worked_at).valid  # nothing inside the chain says so
    assert not _verdict(worked_at, head).valid


def test_a_cut_off_end_is_put_back_from_the_carbon_copy(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        head = desk.trail.verify().head
    with_database_key(worked_at, "DELETE FROM audit WHERE sequence >= 6")
    assert _verdict(worked_at, head).valid


def test_a_head_noted_earlier_still_holds_when_the_trail_has_grown(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        head = desk.trail.verify().head
    assert _verdict(worked_at, head).valid


def test_the_newest_records_come_first(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        records = desk.trail.newest_first(3)
    assert [record.sequence for record in records] == [8, 7, 6]
