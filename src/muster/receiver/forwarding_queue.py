"""What has to go on to the national system: a row a packet, made in the transaction that accepts it.

One process at a time takes a packet (a lease of its row); killed, it loses the lease and another begins again,
which is safe: the national system answers a packet it has with "duplicate".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import sqlalchemy as sa

from muster.clock import Clock, rfc3339
from muster.receiver.database import Database
from muster.receiver.tables import forward

LEASE = timedelta(minutes=10)


class Standing(Enum):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"  # for good: a person has to look


@dataclass(frozen=True, slots=True)
class Resealed:
    """Where the packet lies as it is sent on."""

    object_name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Due:
    """``told_before`` is the national system's code of the refusal before."""

    packet_id: str
    attempts: int
    told_before: str | None
    resealed: Resealed | None


class ForwardingQueue:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, connection: sa.Connection, packet_id: str) -> None:
        """Within the transaction that accepts the packet; one that is sent anew goes on anew."""
        said = {
            "standing": Standing.WAITING.value,
            "attempts": 0,
            "next_at": rfc3339(self._clock()),
            "code": None,
            "object_name": None,
        }
        added = self._database.insert(forward).values(packet_id=packet_id, **said)
        connection.execute(added.on_conflict_do_update(index_elements=[forward.c.packet_id], set_=said))

    def take(self) -> Due | None:
        """The packet that has waited longest, for this process alone for some minutes."""
        now = self._clock()
        due = (forward.c.standing == Standing.WAITING.value) & (forward.c.next_at <= rfc3339(now))
        first = (
            sa.select(forward.c.packet_id)
            .where(due)
            .order_by(forward.c.next_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._database.writing() as connection:
            packet_id = connection.scalar(first)
            if packet_id is None:
                return None
            taken = sa.update(forward).where(forward.c.packet_id == packet_id, due)
            row = connection.execute(taken.values(next_at=rfc3339(now + LEASE)).returning(forward)).first()
        if row is None:
            return None
        made = Resealed(row.object_name, row.digest, row.size) if row.object_name else None
        return Due(row.packet_id, row.attempts, row.code, made)

    def sealed(self, packet_id: str, made: Resealed) -> None:
        """Before it is announced: what was announced is what is sent."""
        self._settle(packet_id, object_name=made.object_name, digest=made.digest, size=made.size)

    def sent(self, packet_id: str) -> None:
        self._settle(
            packet_id, standing=Standing.SENT.value, code=None, object_name=None, done_at=rfc3339(self._clock())
        )

    def refused(self, packet_id: str, code: str) -> None:
        self._settle(packet_id, standing=Standing.REFUSED.value, code=code, done_at=rfc3339(self._clock()))

    def again_at(self, packet_id: str, when: datetime, code: str) -> None:
        self._settle(packet_id, attempts=forward.c.attempts + 1, next_at=rfc3339(when), code=code)

    def again_now(self, packet_id: str) -> None:
        """A person says so, of one that was refused for good; any other is left alone. It is sealed anew: the
        certificate may be why it was refused."""
        refused = (forward.c.packet_id == packet_id) & (forward.c.standing == Standing.REFUSED.value)
        now = rfc3339(self._clock())
        anew = {"attempts": 0, "next_at": now, "code": None, "object_name": None, "done_at": None}
        with self._database.writing() as connection:
            connection.execute(sa.update(forward).where(refused).values(standing=Standing.WAITING.value, **anew))

    def counts(self) -> dict[str, int]:
        query = sa.select(forward.c.standing, sa.func.count()).group_by(forward.c.standing)
        with self._database.reading() as connection:
            return {str(row[0]): int(row[1]) for row in connection.execute(query)}

    def _settle(self, packet_id: str, **values: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(sa.update(forward).where(forward.c.packet_id == packet_id).values(**values))
