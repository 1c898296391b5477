"""How long people would have waited after wrong passwords, with another patience: told from the trail. Pure.

The trail has who was wrong how often and when the last time was, from before a sign-in as well, and when somebody
was right again, which begins the count anew. How long it was between two attempts counts for nothing, so that
nothing is missing. Told is how long that many attempts would have taken; whoever meets a wait may have given up
sooner.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.clock import parse_rfc3339
from muster.workstation.lockouts import Patience

_RIGHT = (
    AuditEvent.SIGNED_IN,
    AuditEvent.SCREEN_UNLOCKED,
    AuditEvent.PASSWORD_CHANGED,
    AuditEvent.AUTHENTICATOR_SET,
    AuditEvent.AUTHENTICATOR_REMOVED,
    AuditEvent.REGISTRATION_SIGNED,
    AuditEvent.REVIEW_SIGNED_OFF,
    AuditEvent.POLICY_CHANGED,
    AuditEvent.OPERATOR_ADDED,
    AuditEvent.OPERATOR_CHANGED,
    AuditEvent.OPERATOR_BLOCKED,
    AuditEvent.OPERATOR_UNBLOCKED,
)
_FORGIVEN = (AuditEvent.PASSWORD_RESET, AuditEvent.OPERATOR_REMOVED)
TELLING = (AuditEvent.SIGN_IN_FAILED, AuditEvent.REGISTRATION_CONFIRMED, *_RIGHT, *_FORGIVEN)
_IDS_OF_FORGIVEN = frozenset(each.id for each in _FORGIVEN)
_MOST = 100_000  # in one row; what is more was not counted here


@dataclass(frozen=True, slots=True)
class WrongRow:
    """``count`` wrong attempts of one name with no right one between, the last of them at ``at``."""

    name: str
    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Waits:
    """``times`` somebody was made to wait, ``longest_s`` and ``total_s`` how long."""

    times: int = 0
    longest_s: int = 0
    total_s: int = 0


@dataclass(frozen=True, slots=True)
class WaitsRehearsed:
    row: WrongRow
    before: Waits
    after: Waits


def wrong_rows(records: Iterable[AuditRecord]) -> tuple[WrongRow, ...]:
    """``records`` in the trail's order. What was wrong before a sign-in is written down behind it, so they are put
    in the order in which it happened."""
    open_rows: dict[str, WrongRow] = {}
    ended: list[WrongRow] = []
    happened = sorted(
        (each for record in records for each in _told(record)), key=lambda each: (each.at, not each.count)
    )
    for each in happened:
        if each.count:
            count = each.count + (open_rows[each.name].count if each.name in open_rows else 0)
            open_rows[each.name] = WrongRow(each.name, each.at, min(count, _MOST))
        elif each.name in open_rows:
            ended.append(open_rows.pop(each.name))
    return tuple(sorted((*ended, *open_rows.values()), key=lambda each: each.at))


def _told(record: AuditRecord) -> Iterator[WrongRow]:
    """A row that ends has a count of none."""
    if record.event == AuditEvent.SIGN_IN_FAILED.id:
        try:
            count, at = int(record.detail["count"]), parse_rfc3339(record.detail["last"])
        except (KeyError, ValueError):  # of another version
            return
        if count > 0:
            yield WrongRow(record.actor.casefold(), min(at, record.at), min(count, _MOST))
        return
    whose = "supervisor" if record.event == AuditEvent.REGISTRATION_CONFIRMED.id else ""
    carried_out = record.event == AuditEvent.REVIEW_SIGNED_OFF.id and "by" not in record.detail
    if not carried_out:  # another station's decisions, for which nobody shows here who they are
        yield WrongRow(record.detail.get(whose, record.actor).casefold(), record.at, 0)
    if record.event in _IDS_OF_FORGIVEN:
        yield WrongRow(record.detail.get("operator", "").casefold(), record.at, 0)


def waits(row: WrongRow, patience: Patience) -> Waits:
    each = [patience.wait_s(wrong) for wrong in range(1, row.count + 1)]
    return Waits(sum(1 for wait in each if wait), max(each, default=0), sum(each))


def differing_waits(rows: Iterable[WrongRow], before: Patience, after: Patience) -> tuple[WaitsRehearsed, ...]:
    both = (WaitsRehearsed(row, waits(row, before), waits(row, after)) for row in rows)
    return tuple(each for each in both if each.before != each.after)
