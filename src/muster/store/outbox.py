"""Sealed packets on their way. The bytes lie in files (``store.blobs``); here is what is known of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.delivery import DeliveryState, OutboxEntry, PersonTold, Pile, ServerStatus
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput, Code
from muster.store.tables import outbox, outbox_total

_HERE = (DeliveryState.REGISTERED, DeliveryState.APPROVED, DeliveryState.SYNCED, DeliveryState.GIVEN_UP)
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
                questions=0,
                risk=entry.risk,
            )
        )

    def find(self, packet_id: str) -> OutboxEntry:
        return _entry(self._row(packet_id))

    def set_review(self, packet_id: str, state: DeliveryState) -> None:
        """What a supervisor decided."""
        self._update(packet_id, state=state.value)

    def remove(self, packet_id: str) -> None:
        """Of a packet that was sent back; nobody was told of it."""
        self._connection.execute(outbox.delete().where(outbox.c.packet_id == packet_id))

    def announcement(self, packet_id: str) -> tuple[Process, tuple[str, ...]]:
        """What the sync call needs beyond the entry: process and languages."""
        row = self._row(packet_id)
        return Process(row.process), tuple(row.languages.split(","))

    def all(self) -> tuple[OutboxEntry, ...]:
        """Newest first."""
        rows = self._connection.execute(outbox.select().order_by(outbox.c.sealed_at.desc()))
        return tuple(_entry(row) for row in rows)

    def page(self, limit: int) -> tuple[OutboxEntry, ...]:
        """As many, newest first, but before them those that go no further without a person."""
        newest = outbox.select().order_by(outbox.c.sealed_at.desc()).limit(limit)
        to_be_told = (outbox.c.server_status == ServerStatus.REREGISTER.value) & outbox.c.person_told.is_(None)
        needs_somebody = (outbox.c.state == DeliveryState.GIVEN_UP.value) | to_be_told
        # The sign keeps the index on the time out of it: few need somebody, and they are found by their state.
        stuck = outbox.select().where(needs_somebody).order_by(sa.text("+outbox.sealed_at DESC")).limit(limit)
        rows = {row.packet_id: row for query in (stuck, newest) for row in self._connection.execute(query)}
        return tuple(map(_entry, list(rows.values())[:limit]))

    def with_number(self, digits: str, limit: int) -> tuple[OutboxEntry, ...]:
        """Those in whose registration's number ``digits`` stand, newest first."""
        has_them = outbox.c.registration_id.contains(digits, autoescape=True)
        query = outbox.select().where(has_them).order_by(outbox.c.sealed_at.desc()).limit(limit)
        return tuple(map(_entry, self._connection.execute(query)))

    def count(self) -> int:
        return int(self._connection.scalar(sa.select(sa.func.sum(outbox_total.c.packets))) or 0)

    def waiting(self) -> tuple[int, int]:
        """How many packets wait for being sent, and how many octets they have."""
        waits = outbox_total.c.state.in_([DeliveryState.APPROVED.value, DeliveryState.SYNCED.value])
        sums = sa.select(sa.func.sum(outbox_total.c.packets), sa.func.sum(outbox_total.c.octets)).where(waits)
        packets, octets = self._connection.execute(sums).one()
        return int(packets or 0), int(octets or 0)

    def destroyed(self) -> dict[str, bool]:
        """Every packet's number, and whether its file was destroyed."""
        rows = self._connection.execute(sa.select(outbox.c.packet_id, outbox.c.destroyed_at.is_not(None)))
        return {packet_id: bool(gone) for packet_id, gone in rows}

    def piles(self) -> dict[DeliveryState, Pile]:
        """What there is of each state; counted by the database, since there may be ten thousand."""
        here = sa.case((outbox.c.destroyed_at.is_(None), outbox.c.size), else_=0)
        query = sa.select(
            outbox.c.state,
            sa.func.count(),
            sa.func.sum(outbox.c.size),
            sa.func.sum(here),
            sa.func.min(outbox.c.sealed_at),
        ).group_by(outbox.c.state)
        return {
            DeliveryState(state): Pile(packets, octets, octets_here, parse_rfc3339(oldest))
            for state, packets, octets, octets_here, oldest in self._connection.execute(query)
        }

    def sealed_between(self, begin: datetime, end: datetime) -> Pile:
        query = sa.select(sa.func.count(), sa.func.min(outbox.c.sealed_at)).where(
            outbox.c.sealed_at.between(rfc3339(begin), rfc3339(end))
        )
        packets, oldest = self._connection.execute(query).one()
        return Pile(packets, oldest=_moment(oldest))

    def here_since_before(self, moment: datetime) -> tuple[tuple[str, DeliveryState, datetime], ...]:
        """What lies here and was sealed before then: registration, state, and when it was sealed."""
        states = [each.value for each in _HERE]
        query = sa.select(outbox.c.registration_id, outbox.c.state, outbox.c.sealed_at).where(
            outbox.c.state.in_(states), outbox.c.sealed_at < rfc3339(moment)
        )
        rows = self._connection.execute(query)
        return tuple((whose, DeliveryState(state), parse_rfc3339(sealed)) for whose, state, sealed in rows)

    def sealed(self, registrations: Collection[str]) -> dict[str, datetime]:
        """When the packets of these were sealed, as far as there are any."""
        query = sa.select(outbox.c.registration_id, outbox.c.sealed_at)
        wanted = outbox.c.registration_id.in_(list(registrations))
        return {whose: parse_rfc3339(sealed) for whose, sealed in self._connection.execute(query.where(wanted))}

    def done_with(self, since: datetime, until: datetime) -> Pile:
        """What lies here still and was processed by the server between the two."""
        query = sa.select(sa.func.count(), sa.func.sum(outbox.c.size)).where(
            *_processed(since, until), outbox.c.destroyed_at.is_(None)
        )
        packets, octets = self._connection.execute(query).one()
        return Pile(packets, octets_here=int(octets or 0))

    def destroyed_of(self, since: datetime, until: datetime) -> int:
        """How many of those that the server processed between the two are destroyed."""
        query = sa.select(sa.func.count()).where(*_processed(since, until), outbox.c.destroyed_at.is_not(None))
        return int(self._connection.scalar(query) or 0)

    def advance(self, packet_id: str, state: DeliveryState) -> None:
        """A step forward, or back to be sent again: whatever was in the way is over."""
        self._update(packet_id, state=state.value, last_problem=None, next_attempt=None)

    def arrived(self, packet_id: str, next_question: datetime) -> None:
        """The server has it. Questions go on being counted when it was wanted again: they must not grow dense."""
        self._update(
            packet_id,
            state=DeliveryState.PUSHED.value,
            last_problem=None,
            next_attempt=None,
            server_code=None,
            server_status=None,
            status_since=None,
            next_question=rfc3339(next_question),
        )

    def note_failure(
        self, packet_id: str, problem: str, next_attempt: datetime, server_code: str | None = None
    ) -> None:
        """Count one failed attempt; ``problem`` is the code of what went wrong. The server's own code stays until
        it gives another one or takes the packet."""
        self._update(
            packet_id,
            attempts=outbox.c.attempts + 1,
            last_problem=problem,
            next_attempt=rfc3339(next_attempt),
            server_code=server_code or outbox.c.server_code,
        )

    def announce_again(self, packet_id: str) -> None:
        """Before it is sent; what is known of the last problem stays."""
        self._update(packet_id, state=DeliveryState.APPROVED.value)

    def give_up(self, packet_id: str) -> None:
        """Never by itself again; what is known of the last problem stays."""
        self._update(packet_id, state=DeliveryState.GIVEN_UP.value, next_attempt=None)

    def postpone(self, until: datetime) -> None:
        """Nothing that waits is due before ``until``: what stopped one packet is in the way of all."""
        waits = outbox.c.state.in_([DeliveryState.APPROVED.value, DeliveryState.SYNCED.value])
        earlier = outbox.c.next_attempt.is_(None) | (outbox.c.next_attempt < rfc3339(until))
        self._connection.execute(outbox.update().where(waits, earlier).values(next_attempt=rfc3339(until)))

    def begin_again(self, packet_id: str) -> None:
        """As if it had never been sent, but for the count of attempts."""
        self.advance(packet_id, DeliveryState.APPROVED)
        self._update(packet_id, server_code=None)

    def hand_over(self, packet_id: str, at: datetime, next_attempt: datetime, next_question: datetime) -> None:
        """Somebody carries a copy: sent from here not before ``next_attempt``, asked about meanwhile."""
        self._update(
            packet_id,
            handed_over_at=rfc3339(at),
            next_attempt=rfc3339(next_attempt),
            next_question=rfc3339(next_question),
        )

    def told(self, packet_id: str, person: PersonTold) -> None:
        """What came of telling the person to come again."""
        self._update(packet_id, person_told=person.value)

    def asked(self, packet_id: str, next_question: datetime) -> None:
        self._update(packet_id, questions=outbox.c.questions + 1, next_question=rfc3339(next_question))

    def hear(self, packet_id: str, status: ServerStatus, since: datetime) -> None:
        """What the server said became of it."""
        self._update(packet_id, server_status=status.value, status_since=rfc3339(since))

    def mark_destroyed(self, packet_id: str, at: datetime) -> None:
        self._update(packet_id, destroyed_at=rfc3339(at))

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


def _processed(since: datetime, until: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    processed = [each.value for each in ServerStatus if each.is_processed]
    return (
        outbox.c.server_status.in_(processed),
        outbox.c.state == DeliveryState.PUSHED.value,
        outbox.c.status_since > rfc3339(since),
        outbox.c.status_since <= rfc3339(until),
    )


def _entry(row: sa.Row[tuple[object, ...]]) -> OutboxEntry:
    return OutboxEntry(
        packet_id=row.packet_id,
        registration_id=RegistrationId(row.registration_id),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        size=row.size,
        digest=row.digest,
        sealed_at=parse_rfc3339(row.sealed_at),
        next_attempt=_moment(row.next_attempt),
        last_problem=row.last_problem,
        server_code=row.server_code,
        server_status=ServerStatus(row.server_status) if row.server_status else None,
        status_since=_moment(row.status_since),
        questions=row.questions,
        next_question=_moment(row.next_question),
        destroyed_at=_moment(row.destroyed_at),
        risk=row.risk,
        handed_over_at=_moment(row.handed_over_at),
        person_told=PersonTold(row.person_told) if row.person_told else None,
    )


def _moment(text: str | None) -> datetime | None:
    return parse_rfc3339(text) if text else None
