"""Registrations as their events."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import sqlalchemy as sa

from muster.clock import rfc3339
from muster.domain.lifecycle import (
    Discarded,
    Event,
    ProofTaken,
    Registration,
    RequestNamed,
    Reviewed,
    ReviewSigned,
    ReviewWanted,
    Sealed,
    Signed,
    Started,
    Synced,
    Uploaded,
    apply,
    fold,
)
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code
from muster.store.carbon_copy import Change, StoredEvent
from muster.store.event_codec import decode, encode
from muster.store.prepared import Prepared
from muster.store.tables import registration, registration_event

REGISTRATION_UNKNOWN = Code("REGISTRATION_UNKNOWN", "This station has no registration with that number.")

# What is left of a registration once its content was destroyed: that it was, when, and by whom.
_KEPT_KINDS = tuple(
    kind.__name__
    for kind in (
        Started,
        RequestNamed,
        Signed,
        Sealed,
        ReviewWanted,
        Reviewed,
        ReviewSigned,
        Synced,
        Uploaded,
        ProofTaken,
        Discarded,
    )
)
_STATES_IN_MEMORY = 64

_mine = registration_event.c.registration_id == sa.bindparam("whose")
_EVENTS = Prepared(
    sa.select(registration_event.c.number, registration_event.c.kind, registration_event.c.body)
    .where(_mine)
    .order_by(registration_event.c.number)
)
_HOW_MANY = Prepared(sa.select(sa.func.count(), sa.func.max(registration_event.c.number)).where(_mine))
_ADD_EVENT = Prepared(registration_event.insert())
_CHANGE = Prepared(
    registration.update()
    .where(registration.c.id == sa.bindparam("whose"))
    .values(changed_at=sa.bindparam("at"), is_draft=sa.bindparam("draft"))
)


@dataclass(frozen=True, slots=True)
class Folded:
    """The state after ``events`` events, the last of which has the number ``last``.

    No two states of one registration have both in common: events are never changed, and what is appended has a
    higher number than any before; where content is destroyed there are fewer.
    """

    events: int
    last: int
    state: Registration

    def after(self, event: Event) -> Folded:
        return Folded(self.events + 1, self.last + 1, apply(self.state, event))


class FoldedStates:
    """The states that were asked for last, so that a step costs the same however many came before it. None is
    believed before the database was asked whether it is still the newest, and none that was read before something
    was forgotten is kept: it may be what was forgotten."""

    def __init__(self) -> None:
        self._states: OrderedDict[RegistrationId, Folded] = OrderedDict()
        self._lock = Lock()
        self.times_forgotten = 0

    def get(self, registration_id: RegistrationId, events: int, last: int) -> Folded | None:
        with self._lock:
            folded = self._states.get(registration_id)
        return folded if folded is not None and (folded.events, folded.last) == (events, last) else None

    def keep(self, states: Iterable[Folded], since: int) -> None:
        """Of what was committed, nothing else. ``since`` is ``times_forgotten`` of before it was read."""
        with self._lock:
            for each in states if since == self.times_forgotten else ():
                self._states[each.state.id] = each
                self._states.move_to_end(each.state.id)
            while len(self._states) > _STATES_IN_MEMORY:
                self._states.popitem(last=False)

    def forget(self, registrations: Iterable[RegistrationId]) -> None:
        with self._lock:
            for each in registrations:
                self._states.pop(each, None)
                self.times_forgotten += 1

    def clear(self) -> None:
        with self._lock:
            self._states.clear()
            self.times_forgotten += 1


class Registrations:
    """``changes`` collects what this transaction does, for the carbon copy; ``folded`` the states as they are in
    it: what was read once in a transaction cannot change in it but by ourselves, so it is read once. ``known`` are
    states of before."""

    def __init__(self, connection: sa.Connection, known: FoldedStates | None = None) -> None:
        self._connection = connection
        self._known = known
        self.folded: dict[RegistrationId, Folded] = {}
        self.changes: dict[RegistrationId, Change] = {}

    def start(self, registration_id: RegistrationId, event: Started, *more: Event) -> Registration:
        """Store a new registration that begins with these events."""
        at = rfc3339(event.at)
        self._connection.execute(
            registration.insert().values(id=registration_id.text, started_at=at, changed_at=at, is_draft=1)
        )
        events = [StoredEvent(number, *encode(each)) for number, each in enumerate((event, *more), 1)]
        state = fold(registration_id, map(_read, events))
        for each in events:
            self._insert(registration_id, each)
        self.folded[registration_id] = Folded(len(events), len(events), state)
        return state

    def append(self, registration_id: RegistrationId, event: Event) -> Registration:
        """Store one more event and return the state after it. Raises ``BadInput`` when unknown."""
        before = self._folded(registration_id)
        stored = StoredEvent(before.last + 1, *encode(event))
        after = before.after(_read(stored))  # as it is going to be read; what the lifecycle refuses is not stored
        self._insert(registration_id, stored)
        _CHANGE(
            self._connection, whose=registration_id.text, at=rfc3339(event.at), draft=int(after.state.is_draft)
        )
        self.folded[registration_id] = after
        return after.state

    def events(self, registration_id: RegistrationId) -> tuple[Event, ...]:
        """Raises ``BadInput`` when unknown."""
        events = tuple(map(_read, self.stored(registration_id)))
        if not events:
            raise BadInput(REGISTRATION_UNKNOWN)
        return events

    def stored(self, registration_id: RegistrationId) -> tuple[StoredEvent, ...]:
        """The events as they lie there."""
        return tuple(StoredEvent(*row) for row in _EVENTS(self._connection, whose=registration_id.text))

    def load(self, registration_id: RegistrationId) -> Registration:
        """Raises ``BadInput`` when unknown."""
        return self._folded(registration_id).state

    def _folded(self, registration_id: RegistrationId) -> Folded:
        if registration_id not in self.folded:
            ((count, last),) = _HOW_MANY(self._connection, whose=registration_id.text)
            known = self._known.get(registration_id, count, last) if self._known and count else None
            state = known.state if known else fold(registration_id, self.events(registration_id))
            self.folded[registration_id] = known or Folded(count, last, state)
        return self.folded[registration_id]

    def exists(self, registration_id: RegistrationId) -> bool:
        query = sa.select(sa.exists().where(registration.c.id == registration_id.text))
        return bool(self._connection.scalar(query))

    def ids(self) -> tuple[RegistrationId, ...]:
        return tuple(map(RegistrationId, self._connection.scalars(sa.select(registration.c.id))))

    def drafts(self) -> tuple[tuple[Registration, datetime], ...]:
        """Unfinished registrations with the time of their last change, newest change first."""
        query = (
            registration.select().where(registration.c.is_draft == 1).order_by(registration.c.changed_at.desc())
        )
        rows = self._connection.execute(query).all()
        return tuple((self.load(RegistrationId(row.id)), datetime.fromisoformat(row.changed_at)) for row in rows)

    def has_drafts(self) -> bool:
        query = sa.select(sa.exists().where(registration.c.is_draft == 1))
        return bool(self._connection.scalar(query))

    def destroy_content(self, registration_id: RegistrationId) -> None:
        """Remove every event that carries what the person said or showed."""
        self._connection.execute(
            registration_event.delete().where(
                registration_event.c.registration_id == registration_id.text,
                registration_event.c.kind.not_in(_KEPT_KINDS),
            )
        )
        self.folded.pop(registration_id, None)
        self.changes[registration_id] = Change(list(self.stored(registration_id)), replaces=True)

    def _insert(self, registration_id: RegistrationId, event: StoredEvent) -> None:
        whose = registration_id.text
        _ADD_EVENT(self._connection, registration_id=whose, number=event.number, kind=event.kind, body=event.body)
        self.changes.setdefault(registration_id, Change([])).events.append(event)


def _read(event: StoredEvent) -> Event:
    return decode(event.kind, event.body)
