"""Who would have waited after wrong passwords, told from what the trail says of wrong attempts and right ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.clock import rfc3339
from muster.workstation.lockouts import Patience
from muster.workstation.rehearsal_waits import (
    Waits,
    WaitsRehearsed,
    WrongRow,
    differing_waits,
    waits,
    wrong_rows,
)

_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _minute(minute: float) -> datetime:
    return _NOON + timedelta(minutes=minute)


def _wrong(minute: float, who: str, count: int, last: float | None = None) -> AuditRecord:
    detail = {"count": str(count), "last": rfc3339(_minute(minute if last is None else last))}
    return _record(minute, AuditEvent.SIGN_IN_FAILED, who, **detail)


def _record(minute: float, event: AuditEvent, who: str, **detail: str) -> AuditRecord:
    return AuditRecord(0, _minute(minute), event.id, who, "", detail, "", "")


def _counts(*records: AuditRecord) -> list[tuple[str, int]]:
    return [(each.name, each.count) for each in wrong_rows(records)]


def test_attempts_add_up_until_somebody_is_right() -> None:
    told = (_wrong(1, "erika", 2), _wrong(2, "erika", 3), _record(3, AuditEvent.SIGNED_IN, "Erika"))
    assert _counts(*told, _wrong(9, "erika", 1)) == [("erika", 5), ("erika", 1)]


def test_what_is_written_down_behind_a_sign_in_happened_before_it() -> None:
    assert wrong_rows(
        (
            _record(5, AuditEvent.SIGNED_IN, "erika"),
            _wrong(5, "erika", 4, last=3),
            _wrong(5, "hans", 2, last=5),
            _wrong(8, "erika", 1),
        )
    ) == (
        WrongRow("erika", _minute(3), 4),
        WrongRow("hans", _minute(5), 2),
        WrongRow("erika", _minute(8), 1),
    )


def test_who_is_right_in_the_moment_of_the_last_attempt_was_right_after_it() -> None:
    assert _counts(_record(5, AuditEvent.SIGNED_IN, "erika"), _wrong(5, "erika", 4), _wrong(6, "erika", 1)) == [
        ("erika", 4),
        ("erika", 1),
    ]


@pytest.mark.parametrize(
    ("event", "detail", "who"),
    [
        (AuditEvent.SCREEN_UNLOCKED, {}, "erika"),
        (AuditEvent.REGISTRATION_SIGNED, {}, "erika"),
        (AuditEvent.POLICY_CHANGED, {}, "erika"),
        (AuditEvent.REVIEW_SIGNED_OFF, {"by": "password"}, "erika"),
        (AuditEvent.REGISTRATION_CONFIRMED, {"supervisor": "Erika"}, "hans"),
        (AuditEvent.PASSWORD_RESET, {"operator": "Erika"}, "hans"),
        (AuditEvent.OPERATOR_REMOVED, {"operator": "erika"}, "hans"),
    ],
)
def test_whoever_shows_who_they_are_or_is_forgiven_begins_anew(
    event: AuditEvent, detail: dict[str, str], who: str
) -> None:
    between = _record(2, event, who, **detail)
    assert _counts(_wrong(1, "erika", 3), between, _wrong(3, "erika", 3)) == [("erika", 3), ("erika", 3)]


def test_decisions_of_another_station_show_nobodys_password() -> None:
    came = _record(2, AuditEvent.REVIEW_SIGNED_OFF, "erika", station="10001_10002")
    assert _counts(_wrong(1, "erika", 3), came, _wrong(3, "erika", 3)) == [("erika", 6)]


def test_one_persons_right_password_forgives_nobody_else() -> None:
    right = _record(2, AuditEvent.SIGNED_IN, "hans")
    assert _counts(_wrong(1, "erika", 3), right, _wrong(3, "erika", 1)) == [("erika", 4)]


@pytest.mark.parametrize("detail", [{}, {"count": "many", "last": "x"}, {"count": "0", "last": rfc3339(_NOON)}])
def test_what_another_version_wrote_otherwise_is_passed_over(detail: dict[str, str]) -> None:
    assert wrong_rows((_record(1, AuditEvent.SIGN_IN_FAILED, "erika", **detail),)) == ()


@pytest.mark.parametrize(
    ("count", "found"), [(2, Waits()), (3, Waits(1, 30, 30)), (5, Waits(3, 100, 190)), (6, Waits(4, 100, 290))]
)
def test_each_wait_is_twice_the_one_before_up_to_the_longest(count: int, found: Waits) -> None:
    assert waits(WrongRow("erika", _NOON, count), Patience(3, 30, 100)) == found


def test_only_rows_that_would_have_gone_otherwise_are_told() -> None:
    few, many = WrongRow("erika", _NOON, 2), WrongRow("hans", _NOON, 4)
    assert differing_waits((few, many), Patience(5), Patience(3)) == (
        WaitsRehearsed(many, Waits(), Waits(2, 60, 90)),
    )
    assert differing_waits((few, many), Patience(5), Patience(5)) == ()
