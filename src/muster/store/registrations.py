"""Registrations as their events."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from muster.clock import rfc3339
from muster.domain.lifecycle import (
    Discarded,
    Event,
    Registration,
    RequestNamed,
    Sealed,
    Signed,
    Started,
    Synced,
    Uploaded,
    fold,
)
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code
from muster.store.carbon_copy import Change, StoredEvent
from muster.store.event_codec import decode, encode
from muster.store.tables import registration, registration_event

REGISTRATION_UNKNOWN = Code("REGISTRATION_UNKNOWN", "This station has no registration with that number.")

# What is left of a registration once its content was destroyed: that it was, when, and by whom.
_KEPT_KINDS = tuple(kind.__name__ for kind in (Started, RequestNamed, Signed, Sealed, Synced, Uploaded, Discarded))


class Registrations:
    """``changes`` collects what this transaction does, for the carbon copy. What was read once in a transaction
    cannot change in it but by ourselves, so it is read once."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._read: dict[RegistrationId, tuple[Event, ...]] = {}
        self.changes: dict[RegistrationId, Change] = {}

    def start(self, registration_id: RegistrationId, event: Started, *more: Event) -> Registration:
        """Store a new registration that begins with these events."""
        at = rfc3339(event.at)
        self._connection.execute(
            registration.insert().values(id=registration_id.text, started_at=at, changed_at=at, is_draft=1)
        )
        for number, each in enumerate((event, *more), 1):
            self._insert(registration_id, number, each)
        return fold(registration_id, [event, *more])

    def append(self, registration_id: RegistrationId, event: Event) -> Registration:
        """Store one more event and return the state after it. Raises ``BadInput`` when unknown."""
        events = [*self.events(registration_id), event]
        state = fold(registration_id, events)
        self._insert(registration_id, self._last_number(registration_id) + 1, event)
        self._connection.execute(
            registration.update()
            .where(registration.c.id == registration_id.text)
            .values(changed_at=rfc3339(event.at), is_draft=int(state.is_draft))
        )
        return state

    def events(self, registration_id: RegistrationId) -> tuple[Event, ...]:
        if registration_id not in self._read:
            events = tuple(decode(each.kind, each.body) for each in self.stored(registration_id))
            if not events:
                raise BadInput(REGISTRATION_UNKNOWN)
            self._read[registration_id] = events
        return self._read[registration_id]

    def stored(self, registration_id: RegistrationId) -> tuple[StoredEvent, ...]:
        """The events as they lie there."""
        rows = self._connection.execute(
            registration_event.select()
            .where(registration_event.c.registration_id == registration_id.text)
            .order_by(registration_event.c.number)
        )
        return tuple(StoredEvent(row.number, row.kind, row.body) for row in rows)

    def ids(self) -> tuple[RegistrationId, ...]:
        return tuple(map(RegistrationId, self._connection.scalars(sa.select(registration.c.id))))

    def load(self, registration_id: RegistrationId) -> Registration:
        return fold(registration_id, self.events(registration_id))

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
        self._read.pop(registration_id, None)
        self.changes[registration_id] = Change(list(self.stored(registration_id)), replaces=True)

    def _insert(self, registration_id: RegistrationId, number: int, event: Event) -> None:
        kind, body = encode(event)
        if registration_id in self._read:
            self._read[registration_id] = (*self._read[registration_id], event)
        self._connection.execute(
            registration_event.insert().values(
                registration_id=registration_id.text, number=number, kind=kind, body=body
            )
        )
        change = self.changes.setdefault(registration_id, Change([]))
        change.events.append(StoredEvent(number, kind, body))

    def _last_number(self, registration_id: RegistrationId) -> int:
        query = sa.select(sa.func.max(registration_event.c.number)).where(
            registration_event.c.registration_id == registration_id.text
        )
        return self._connection.scalar(query) or 0
