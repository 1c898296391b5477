"""Sealed packets on their way. The bytes lie in files (``store.blobs``); here is what is known of them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.delivery import DeliveryState, OutboxEntry
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput, Code
from muster.store.tables import outbox

PACKET_UNKNOWN = Code("PACKET_UNKNOWN", "This station has no packet with that number.")


class OutboxRows:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, entry: OutboxEntry, process: Process, languages: tuple[str, ...]) -> None:
        self._connection.execute(
            outbox.insert().values(
                packet_id=entry.packet_id,
                registration_id=entry.registration_id.text,
                process=process.value,
                languages=",".join(languages),
                state=entry.state.value,
                attempts=entry.attempts,
                size=entry.size,
                digest=entry.digest,
                sealed_at=rfc3339(entry.sealed_at),
            )
        )

    def find(self, packet_id: str) -> OutboxEntry:
        return _entry(self._row(packet_id))

    def announcement(self, packet_id: str) -> tuple[Process, tuple[str, ...]]:
        """What the sync call needs beyond the entry: process and languages."""
        row = self._row(packet_id)
        return Process(row.process), tuple(row.languages.split(","))

    def all(self) -> tuple[OutboxEntry, ...]:
        """Newest first."""
        rows = self._connection.execute(outbox.select().order_by(outbox.c.sealed_at.desc()))
        return tuple(_entry(row) for row in rows)

    def advance(self, packet_id: str, state: DeliveryState, server_status: str | None = None) -> None:
        self._update(packet_id, state=state.value, server_status=server_status, last_problem=None)

    def note_failure(self, packet_id: str, problem: str, next_attempt: datetime) -> None:
        """Count one failed attempt; ``problem`` is the code of what went wrong."""
        self._update(
            packet_id,
            attempts=outbox.c.attempts + 1,
            last_problem=problem,
            next_attempt=rfc3339(next_attempt),
        )

    def _row(self, packet_id: str) -> sa.Row[tuple[object, ...]]:
        query = outbox.select().where(outbox.c.packet_id == packet_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise BadInput(PACKET_UNKNOWN)
        return row

    def _update(self, packet_id: str, **values: object) -> None:
        change = outbox.update().where(outbox.c.packet_id == packet_id).values(**values)
        if self._connection.execute(change).rowcount == 0:
            raise BadInput(PACKET_UNKNOWN)


def _entry(row: sa.Row[tuple[object, ...]]) -> OutboxEntry:
    return OutboxEntry(
        packet_id=row.packet_id,
        registration_id=RegistrationId(row.registration_id),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        size=row.size,
        digest=row.digest,
        sealed_at=parse_rfc3339(row.sealed_at),
        next_attempt=parse_rfc3339(row.next_attempt) if row.next_attempt else None,
        last_problem=row.last_problem,
    )
