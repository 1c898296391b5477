"""Writing down what happens to a registration: event, blob row and audit record in one transaction.

Everything the enrollment does goes through :meth:`Journal.commit`; when it returns, the step survives
a power cut.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from muster.audit.catalogue import AuditEvent
from muster.clock import Clock
from muster.domain.lifecycle import BlobRef, Event, Registration, Started
from muster.domain.operators import PERMISSIONS, Operator, Permission, Permissions
from muster.domain.registration import RegistrationId, StationId
from muster.errors import Code, Refused
from muster.store.blobs import BlobFolder
from muster.store.database import Database
from muster.workstation.access import Access

REGISTRATION_CLOSED = Code("REGISTRATION_CLOSED", "This registration is finished and cannot be changed any more.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: the event, how it is audited, and the blob it brings."""

    event: Event
    audit: AuditEvent
    detail: Mapping[str, str] = field(default_factory=dict)
    blob: BlobRef | None = None


class _NothingHappened(Exception):
    """Undoes a transaction in which there was nothing to do."""


class Journal:
    """One operator's pen. Holds no state of its own."""

    def __init__(
        self,
        database: Database,
        blobs: BlobFolder,
        station: StationId,
        operator: Operator,
        clock: Clock,
        permissions: Permissions = PERMISSIONS,
    ) -> None:
        self.database = database
        self.blobs = blobs
        self.station = station
        self.operator = operator
        self.access = Access(database, operator, permissions)
        self.clock = clock

    @classmethod
    def beside(cls, other: Journal) -> Self:
        """Another pen in the same hand."""
        permissions = other.access.permissions
        return cls(other.database, other.blobs, other.station, other.operator, other.clock, permissions)

    def now(self) -> datetime:
        return self.clock()

    def load(self, registration_id: RegistrationId) -> Registration:
        """Raises ``BadInput(REGISTRATION_UNKNOWN)``."""
        with self.database.read() as work:
            return work.registrations.load(registration_id)

    def open_draft(self, registration_id: RegistrationId) -> Registration:
        """A registration that may still be changed. Raises ``Refused(REGISTRATION_CLOSED)``."""
        state = self.load(registration_id)
        if not state.is_draft:
            raise Refused(REGISTRATION_CLOSED)
        return state

    def start(self, event: Started, *more: Event, **detail: str) -> Registration:
        """Begin a registration with these events; ``detail`` goes into the trail beside the process."""
        with self.database.work() as work:
            self.access.require(Permission.REGISTER, work)
            registration_id = RegistrationId.compose(
                self.station.center, self.station.machine, work.settings.next_sequence(), event.at
            )
            work.record(
                AuditEvent.REGISTRATION_STARTED,
                actor=self.operator.user_id,
                subject=registration_id.text,
                process=event.process.value,
                **detail,
            )
            return work.registrations.start(registration_id, event, *more)

    def commit(
        self,
        registration_id: RegistrationId,
        *entries: Entry,
        check: Callable[[Registration], None] = lambda state: None,
    ) -> Registration:
        """Store ``entries`` together. Raises ``Refused`` when the registration is closed.

        ``check`` looks at the state inside the transaction and raises when what was decided before it no
        longer holds.
        """

        def checked(state: Registration) -> tuple[Entry, ...]:
            check(state)
            return entries

        return self.decide(registration_id, checked)

    def decide(
        self, registration_id: RegistrationId, decision: Callable[[Registration], Sequence[Entry]]
    ) -> Registration:
        """Store what ``decision`` makes of the state as it is inside the transaction, which may be nothing. Raises
        ``Refused`` when the registration is closed."""
        with suppress(_NothingHappened), self.database.work() as work:
            self.access.require(Permission.REGISTER, work)
            state = work.registrations.load(registration_id)
            if not state.is_draft:
                raise Refused(REGISTRATION_CLOSED)
            entries = decision(state)
            if not entries:
                raise _NothingHappened
            for entry in entries:
                state = work.registrations.append(registration_id, entry.event)
                if entry.blob is not None:
                    work.blobs.add(registration_id, entry.blob)
                work.record(entry.audit, actor=self.operator.user_id, subject=registration_id.text, **entry.detail)
        return state

    def note(self, registration_id: RegistrationId, audit: AuditEvent, **detail: str) -> None:
        """An audit record that changes nothing."""
        with self.database.work() as work:
            work.record(audit, actor=self.operator.user_id, subject=registration_id.text, **detail)

    def keep(self, registration_id: RegistrationId, content: bytes) -> BlobRef:
        """Seal ``content`` into a file; it counts once an entry with its reference is committed."""
        return self.blobs.put(registration_id, content)

    def read(self, registration_id: RegistrationId, ref: BlobRef) -> bytes:
        return self.blobs.get(registration_id, ref)
