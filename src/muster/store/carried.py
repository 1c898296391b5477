"""Packets of other stations that came on a drive and go on from here. The bytes lie in files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, Integer, Table, Text

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.delivery import CarriedPacket, DeliveryState
from muster.store.tables import metadata

carried = Table(
    "carried",
    metadata,
    Column("packet_id", Text, primary_key=True),
    Column("came_from", Text, nullable=False),
    Column("came_at", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("announcement", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt", Text),
    Column("last_problem", Text),
    Column("server_code", Text),
)


class CarriedRows:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, packet: CarriedPacket, announcement: Mapping[str, object]) -> None:
        """``announcement`` is what its station says of it to the server, by field."""
        self._connection.execute(
            carried.insert().values(
                packet_id=packet.packet_id,
                came_from=packet.came_from,
                came_at=rfc3339(packet.came_at),
                size=packet.size,
                digest=packet.digest,
                announcement=json.dumps(announcement),
                state=packet.state.value,
                attempts=packet.attempts,
            )
        )

    def find(self, packet_id: str) -> CarriedPacket | None:
        row = self._connection.execute(carried.select().where(carried.c.packet_id == packet_id)).one_or_none()
        return None if row is None else _packet(row)

    def announcement(self, packet_id: str) -> Mapping[str, object]:
        query = sa.select(carried.c.announcement).where(carried.c.packet_id == packet_id)
        content: Mapping[str, object] = json.loads(self._connection.scalars(query).one())
        return content

    def all(self) -> tuple[CarriedPacket, ...]:
        """Oldest first."""
        rows = self._connection.execute(carried.select().order_by(carried.c.came_at, carried.c.packet_id))
        return tuple(_packet(row) for row in rows)

    def advance(self, packet_id: str, state: DeliveryState) -> None:
        self._update(packet_id, state=state.value, last_problem=None, next_attempt=None)

    def note_failure(
        self,
        packet_id: str,
        state: DeliveryState,
        problem: str,
        next_attempt: datetime | None,
        server_code: str | None,
    ) -> None:
        """Count one failed attempt and what follows from it."""
        self._update(
            packet_id,
            state=state.value,
            attempts=carried.c.attempts + 1,
            last_problem=problem,
            next_attempt=rfc3339(next_attempt) if next_attempt else None,
            server_code=server_code or carried.c.server_code,
        )

    def _update(self, packet_id: str, **values: object) -> None:
        self._connection.execute(carried.update().where(carried.c.packet_id == packet_id).values(**values))


def _packet(row: sa.Row[tuple[object, ...]]) -> CarriedPacket:
    return CarriedPacket(
        packet_id=row.packet_id,
        came_from=row.came_from,
        came_at=parse_rfc3339(row.came_at),
        size=row.size,
        digest=row.digest,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_attempt=parse_rfc3339(row.next_attempt) if row.next_attempt else None,
        last_problem=row.last_problem,
        server_code=row.server_code,
    )
