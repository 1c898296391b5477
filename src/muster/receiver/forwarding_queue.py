"""What has to go on to the national system: a row for each, made in the transaction that accepts it.

One process at a time takes a row, for the time of a lease. Killed, it loses the lease and another begins again,
which is safe: the national system answers "duplicate" to a packet it has, and is told nothing new by an enrollment
it has. Who settles a row names the lease it was taken with; one that was lost, or an enrollment about which more
came meanwhile, is settled by nobody who took it before. Whether it was is told, since what lies ready for a row
belongs to who has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, ClassVar

import sqlalchemy as sa

from muster.clock import Clock, rfc3339
from muster.receiver.database import Database, is_written
from muster.receiver.tables import enrollment, enrollment_forward, forward

LEASE = timedelta(minutes=10)


class Standing(Enum):
    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"  # for good: a person has to look


class Going(Enum):
    """What goes; the values are the log's words."""

    PACKET = "packet"
    ENROLLMENT = "enrollment"


@dataclass(frozen=True, slots=True)
class Resealed:
    """Where the packet lies as it is sent on."""

    object_name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Due:
    """``number`` is a packet's id or the registration's of an enrollment; ``until`` is the lease's end;
    ``told_before`` is the national system's code of the refusal before."""

    what: Going
    number: str
    until: str
    attempts: int
    told_before: str | None
    resealed: Resealed | None


class ForwardingQueue:
    """The rows of one table, which a subclass names."""

    _what: ClassVar[Going]
    _rows: ClassVar[sa.Table]
    _number: ClassVar[sa.Column[str]]
    _as_sent: ClassVar[Mapping[str, None]] = {}
    """Columns that are empty in a row that begins."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, connection: sa.Connection, number: str) -> None:
        """Within the transaction that accepts it; what is sent anew goes on anew."""
        said = self._waiting()
        added = self._database.insert(self._rows).values({self._number.name: number, **said})
        connection.execute(added.on_conflict_do_update(index_elements=[self._number], set_=said))

    def take(self) -> Due | None:
        """What has waited longest, for this process alone for some minutes."""
        now = self._clock()
        rows, until = self._rows, rfc3339(now + LEASE)
        due = (rows.c.standing == Standing.WAITING.value) & (rows.c.next_at <= rfc3339(now))
        first = (
            sa.select(self._number).where(due).order_by(rows.c.next_at).limit(1).with_for_update(skip_locked=True)
        )
        with self._database.writing() as connection:
            number = connection.scalar(first)
            if number is None:
                return None
            taken = sa.update(rows).where(self._number == number, due)
            row = connection.execute(taken.values(next_at=until).returning(rows)).first()
        if row is None:
            return None
        return Due(self._what, number, until, row.attempts, row.code, self._resealed(row))

    def sent(self, due: Due) -> bool:
        """Whether the lease still held."""
        done_at = rfc3339(self._clock())
        return self._settle(due, standing=Standing.SENT.value, code=None, done_at=done_at, **self._as_sent)

    def refused(self, due: Due, code: str) -> None:
        self._settle(due, standing=Standing.REFUSED.value, code=code, done_at=rfc3339(self._clock()))

    def again_at(self, due: Due, when: datetime, code: str, *, anew: bool = False) -> None:
        """``anew`` where what lay ready for it is gone."""
        ready = self._as_sent if anew else {}
        self._settle(due, attempts=self._rows.c.attempts + 1, next_at=rfc3339(when), code=code, **ready)

    def again_now(self, number: str) -> None:
        """A person says so, of one that was refused for good; any other is left alone. A packet is sealed anew:
        the certificate may be why it was refused."""
        refused = (self._number == number) & (self._rows.c.standing == Standing.REFUSED.value)
        with self._database.writing() as connection:
            connection.execute(sa.update(self._rows).where(refused).values(**self._waiting()))

    def counts(self) -> dict[str, int]:
        rows = self._rows
        query = sa.select(rows.c.standing, sa.func.count()).group_by(rows.c.standing)
        with self._database.reading() as connection:
            return {str(row[0]): int(row[1]) for row in connection.execute(query)}

    def refusals(self, most: int) -> list[tuple[str, str]]:
        """Numbers and codes, the newest first."""
        rows = self._rows
        query = sa.select(self._number, rows.c.code).where(rows.c.standing == Standing.REFUSED.value)
        with self._database.reading() as connection:
            found = connection.execute(query.order_by(rows.c.done_at.desc()).limit(most))
            return [(row[0], row[1] or "") for row in found]

    def _waiting(self) -> dict[str, Any]:
        now = rfc3339(self._clock())
        begun = {"standing": Standing.WAITING.value, "attempts": 0, "next_at": now, "code": None, "done_at": None}
        return {**begun, **self._as_sent}

    def _resealed(self, row: Any) -> Resealed | None:
        return None

    def _settle(self, due: Due, **values: Any) -> bool:
        mine = (self._number == due.number) & (self._rows.c.next_at == due.until)
        with self._database.writing() as connection:
            return is_written(connection, sa.update(self._rows).where(mine).values(**values))


class PacketQueue(ForwardingQueue):
    _what = Going.PACKET
    _rows = forward
    _number = forward.c.packet_id
    _as_sent: ClassVar[Mapping[str, None]] = {"object_name": None}

    def sealed(self, due: Due, made: Resealed) -> bool:
        """Before it is announced: what was announced is what is sent. Whether the lease still held."""
        return self._settle(due, object_name=made.object_name, digest=made.digest, size=made.size)

    def _resealed(self, row: Any) -> Resealed | None:
        return Resealed(row.object_name, row.digest, row.size) if row.object_name else None


class EnrollmentQueue(ForwardingQueue):
    _what = Going.ENROLLMENT
    _rows = enrollment_forward
    _number = enrollment_forward.c.registration_id

    def kept_before(self) -> int:
        """How many enrollments nobody ever said that they go on: they came before there was where to."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(_kept_before().subquery())) or 0

    def put_those_before(self) -> None:
        """In one statement: however many they are, stations that write meanwhile wait shortly, and what another
        process put there first stays as it is."""
        said = self._waiting()
        columns = [sa.literal(value, self._rows.c[name].type) for name, value in said.items()]
        added = self._database.insert(self._rows)
        added = added.from_select([self._number.name, *said], _kept_before().add_columns(*columns))
        with self._database.writing() as connection:
            connection.execute(added.on_conflict_do_nothing(index_elements=[self._number]))


def _kept_before() -> sa.Select[Any]:
    queued = sa.select(enrollment_forward.c.registration_id)
    return sa.select(enrollment.c.registration_id).where(enrollment.c.registration_id.not_in(queued))
