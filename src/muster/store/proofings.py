"""Executions of identity proofing as their events, each with the plan it follows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import get_args

import sqlalchemy as sa

from muster.clock import parse_rfc3339, rfc3339
from muster.errors import BadInput, Code, MalformedData, NotAuthentic
from muster.proofing import events as proofing_events
from muster.proofing.events import NodeAwaits, ProofingCancelled, ProofingEvent, ProofingStarted
from muster.proofing.materialization import Record
from muster.proofing.plan import Plan
from muster.proofing.progress import Progress, fold
from muster.store.carbon_copy import Change, StoredEvent
from muster.store.event_codec import EventCodec
from muster.store.proofing_copy import plan_entry, record_entry
from muster.store.proofing_tables import proofing, proofing_event, proofing_plan, proofing_record

PROOFING_UNKNOWN = Code("PROOFING_UNKNOWN", "This station knows no proof of identity with that number.")
PROOFING_UNREADABLE = Code(
    "PROOFING_UNREADABLE", "A stored proof of identity cannot be read. Call your supervisor; nothing was deleted."
)

_CODEC: EventCodec[ProofingEvent] = EventCodec(get_args(proofing_events.ProofingEvent), PROOFING_UNREADABLE)
decode = _CODEC.decode
_PLANS_IN_MEMORY = 32
CONTENT_DESTROYED = "content destroyed"  # the reason on record


@dataclass(frozen=True)
class Execution:
    """What is stored of one execution, and where that leaves it."""

    id: str
    plan: Plan
    events: tuple[ProofingEvent, ...]

    @cached_property
    def progress(self) -> Progress:
        return fold(self.plan, self.events)

    def progress_at(self, now: datetime) -> Progress:
        """The same, expired if its time is over by then."""
        if now < self.progress.started.expires_at:
            return self.progress
        return fold(self.plan, self.events, now=now)


class Proofings:
    """``changes`` collects what this transaction does to which execution, for the carbon copy."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.changes: dict[str, Change] = {}

    def start(self, proofing_id: str, plan: Plan, *events: ProofingEvent) -> Execution:
        """Store a new execution that begins with these events, and its plan if that is new."""
        begun = events[0]
        assert isinstance(begun, ProofingStarted)
        known = sa.select(proofing_plan.c.digest).where(proofing_plan.c.digest == plan.digest)
        if self._connection.scalar(known) is None:
            self._connection.execute(proofing_plan.insert().values(digest=plan.digest, text=plan.text))
        at = rfc3339(begun.at)
        self._connection.execute(
            proofing.insert().values(
                id=proofing_id,
                plan_digest=plan.digest,
                subject=begun.subject,
                started_at=at,
                changed_at=at,
                is_open=1,
            )
        )
        self._changed(proofing_id, plan_entry(plan.text))
        self._insert(proofing_id, 1, events)
        return Execution(proofing_id, plan, events)

    def append(self, execution: Execution, *events: ProofingEvent) -> Execution:
        """Store more events behind those that ``execution`` was loaded with, in the same transaction."""
        after = Execution(execution.id, execution.plan, (*execution.events, *events))
        self._insert(execution.id, len(execution.events) + 1, events)
        change = proofing.update().where(proofing.c.id == execution.id)
        is_open = int(not after.progress.status.is_over)
        self._connection.execute(change.values(changed_at=rfc3339(events[-1].at), is_open=is_open))
        return after

    def load(self, proofing_id: str) -> Execution:
        """Raises ``BadInput(PROOFING_UNKNOWN)``, and ``NotAuthentic`` for what this version did not write."""
        query = (
            sa.select(proofing_plan.c.text, proofing_plan.c.digest)
            .join(proofing, proofing.c.plan_digest == proofing_plan.c.digest)
            .where(proofing.c.id == proofing_id)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise BadInput(PROOFING_UNKNOWN)
        rows = self._connection.execute(
            sa.select(proofing_event.c.kind, proofing_event.c.body)
            .where(proofing_event.c.proofing_id == proofing_id)
            .order_by(proofing_event.c.number)
        )
        events = tuple(_CODEC.decode(kind, body) for kind, body in rows)
        return Execution(proofing_id, _plan(row.text, row.digest), events)

    def ids(self) -> tuple[str, ...]:
        return tuple(self._connection.scalars(sa.select(proofing.c.id)))

    def stored(self, proofing_id: str) -> tuple[StoredEvent, ...]:
        """The plan, the events and the records as the carbon copy keeps them; nothing when unknown."""
        plan = sa.select(proofing_plan.c.text).join(proofing).where(proofing.c.id == proofing_id)
        events = (
            sa.select(proofing_event.c.number, proofing_event.c.kind, proofing_event.c.body)
            .where(proofing_event.c.proofing_id == proofing_id)
            .order_by(proofing_event.c.number)
        )
        return (
            *map(plan_entry, self._connection.scalars(plan)),
            *(StoredEvent(*row) for row in self._connection.execute(events)),
            *map(record_entry, self.records(proofing_id)),
        )

    def open(self) -> tuple[tuple[str, datetime], ...]:
        """Executions that can be gone on with, and when something last happened there; the newest first."""
        query = proofing.select().where(proofing.c.is_open == 1).order_by(proofing.c.changed_at.desc())
        return tuple((row.id, parse_rfc3339(row.changed_at)) for row in self._connection.execute(query))

    def of_callback(self, callback_ref: str) -> tuple[str, str] | None:
        """The execution and the node that wait for this answer, or did once."""
        awaits = proofing_event.c.kind == NodeAwaits.__name__
        names_it = sa.func.instr(proofing_event.c.body, callback_ref) > 0
        rows = self._connection.execute(proofing_event.select().where(awaits, names_it))
        for row in rows:
            event = _CODEC.decode(row.kind, row.body)
            assert isinstance(event, NodeAwaits)
            if getattr(event.action, "callback_ref", "") == callback_ref:
                return row.proofing_id, event.node
        return None

    def of_subject(self, subject: str) -> tuple[str, ...]:
        query = sa.select(proofing.c.id).where(proofing.c.subject == subject).order_by(proofing.c.started_at)
        return tuple(self._connection.scalars(query))

    def destroy_content(self, subject: str, at: datetime, by: str) -> None:
        """Remove what was given and found out about a subject. That there were executions stays, each of them
        over, and so does what was written of them."""
        for each in self.of_subject(subject):
            execution = self.load(each)
            begun = replace(execution.progress.started, attributes={})
            self._connection.execute(proofing_event.delete().where(proofing_event.c.proofing_id == each))
            self._insert(each, 1, [begun, ProofingCancelled(at, by, CONTENT_DESTROYED)])
            self._connection.execute(proofing.update().where(proofing.c.id == each).values(is_open=0))
            self.changes[each] = Change(list(self.stored(each)), replaces=True)

    # What was written of them

    def put_records(self, proofing_id: str, records: Iterable[Record]) -> int:
        """Write what is not written yet; returns how many that were."""
        mine = proofing_record.c.proofing_id == proofing_id
        rows = self._connection.execute(sa.select(proofing_record.c.rule, proofing_record.c.number).where(mine))
        written = {(row.rule, row.number) for row in rows}
        new = [each for each in records if (each.rule, each.number) not in written]
        for each in new:
            self._connection.execute(
                proofing_record.insert().values(
                    proofing_id=proofing_id,
                    rule=each.rule,
                    number=each.number,
                    kind=each.kind,
                    digest=each.digest,
                    body=json.dumps(each.body, ensure_ascii=False, sort_keys=True),
                )
            )
            self._changed(proofing_id, record_entry(each))
        return len(new)

    def records(self, proofing_id: str) -> tuple[Record, ...]:
        mine = proofing_record.c.proofing_id == proofing_id
        query = proofing_record.select().where(mine).order_by(proofing_record.c.rule, proofing_record.c.number)
        return tuple(_record(row) for row in self._connection.execute(query))

    def matches(self, kind: str, digest: str) -> tuple[str, ...]:
        """The executions of which such a record is about this identifier."""
        query = sa.select(proofing_record.c.proofing_id).where(
            proofing_record.c.digest == digest, proofing_record.c.kind == kind
        )
        return tuple(dict.fromkeys(self._connection.scalars(query)))

    def _insert(self, proofing_id: str, first: int, events: Sequence[ProofingEvent]) -> None:
        rows = []
        for number, event in enumerate(events, first):
            kind, body = _CODEC.encode(event)
            rows.append({"proofing_id": proofing_id, "number": number, "kind": kind, "body": body})
            self._changed(proofing_id, StoredEvent(number, kind, body))
        self._connection.execute(proofing_event.insert(), rows)

    def _changed(self, proofing_id: str, entry: StoredEvent) -> None:
        self.changes.setdefault(proofing_id, Change([])).events.append(entry)


@lru_cache(_PLANS_IN_MEMORY)
def _plan(text: str, digest: str) -> Plan:
    try:
        plan = Plan.parse(text)
    except MalformedData as error:
        raise NotAuthentic(PROOFING_UNREADABLE) from error
    if plan.digest != digest:
        raise NotAuthentic(PROOFING_UNREADABLE)
    return plan


def _record(row: sa.Row[tuple[object, ...]]) -> Record:
    return Record(row.rule, row.number, row.kind, json.loads(row.body), row.digest)
