"""How often the screen would not have locked by itself, told from when it did and when it was opened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.workstation.rehearsal_locks import IdleLock, idle_locks, spared

_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def _at(minute: float, event: AuditEvent, who: str = "erika", **detail: str) -> AuditRecord:
    return AuditRecord(0, _minute(minute), event.id, who, "", detail, "", "")


def _minute(minute: float) -> datetime:
    return _NOON + timedelta(minutes=minute)


def _locked(minute: float, idle: str = "true") -> AuditRecord:
    return _at(minute, AuditEvent.SCREEN_LOCKED, idle=idle)


def test_a_lock_lasts_until_its_own_operator_opens_it() -> None:
    records = (_locked(1), _at(4, AuditEvent.SCREEN_UNLOCKED), _locked(20), _at(50, AuditEvent.SCREEN_UNLOCKED))
    assert idle_locks(records) == (
        IdleLock(_minute(1), "erika", _minute(4)),
        IdleLock(_minute(20), "erika", _minute(50)),
    )


def test_a_session_that_ended_behind_the_lock_was_never_opened() -> None:
    records = (_locked(1), _at(9, AuditEvent.SIGNED_IN, "hans"), _locked(20), _at(21, AuditEvent.SIGNED_OUT))
    assert [each.opened for each in idle_locks((*records, _locked(30)))] == [None, None, None]


def test_a_lock_that_somebody_asked_for_is_none_of_these() -> None:
    assert idle_locks((_locked(1, idle="false"), _at(2, AuditEvent.SCREEN_UNLOCKED))) == ()


def test_who_came_back_within_the_longer_time_would_have_met_no_lock() -> None:
    soon, late = IdleLock(_NOON, "erika", _minute(4)), IdleLock(_NOON, "erika", _minute(5))
    assert spared((soon, late, IdleLock(_NOON, "erika")), timedelta(minutes=5)) == (soon,)
