"""How often the screen would not have locked by itself, had it waited longer: told from the trail. Pure.

The trail has when it locked and when it was opened again. Who opened it sooner than it would have waited longer
was back before the lock. The other way nothing can be told: when somebody last touched the computer is not kept,
so nobody knows how often a shorter time would have run out. Told is by the time that counts now, whatever counted
on the day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord

TELLING = (
    AuditEvent.SCREEN_LOCKED,
    AuditEvent.SCREEN_UNLOCKED,
    AuditEvent.SIGNED_IN,
    AuditEvent.SIGNED_OUT,
)


@dataclass(frozen=True, slots=True)
class IdleLock:
    """``opened`` is nothing where the session ended behind the lock."""

    at: datetime
    operator: str
    opened: datetime | None = None


def idle_locks(records: Iterable[AuditRecord]) -> tuple[IdleLock, ...]:
    """Those that nobody asked for; ``records`` in the trail's order."""
    found: list[IdleLock] = []
    locked: IdleLock | None = None
    for each in records:
        if locked is not None:
            is_open = each.event == AuditEvent.SCREEN_UNLOCKED.id and each.actor == locked.operator
            found.append(IdleLock(locked.at, locked.operator, each.at if is_open else None))
            locked = None
        if each.event == AuditEvent.SCREEN_LOCKED.id and each.detail.get("idle") == "true":
            locked = IdleLock(each.at, each.actor)
    return (*found, *([locked] if locked is not None else []))


def spared(locks: Iterable[IdleLock], longer: timedelta) -> tuple[IdleLock, ...]:
    """Those that would not have come had the screen waited so much longer."""
    return tuple(each for each in locks if each.opened is not None and each.opened - each.at < longer)
