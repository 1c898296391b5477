"""What is to be reviewed: one row for each registration that was sealed, kept beside its events.

Everything here follows from the events and can be made anew from them (``workstation.risk``); it is kept because a
list of a hundred thousand has to be sorted by risk at once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId
from muster.domain.review import Flag, ReviewLine, Share, Sign, Standing
from muster.domain.review_decision import Decision, Reason
from muster.store.tables import document_mark, duplicate_look, outbox, review

_TO_COME = (Standing.WAITING.value, Standing.NOT_ASKED.value)


class ReviewRows:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, line: ReviewLine, *, exceptions: int, assessed_at: datetime, away_km: float | None) -> None:
        """A new registration to be looked at, or the same assessed anew."""
        values = {**_row(line), "exceptions": exceptions, "assessed_at": rfc3339(assessed_at), "away_km": away_km}
        self._connection.execute(review.insert().prefix_with("OR REPLACE").values(**values))

    def change(self, line: ReviewLine) -> None:
        """What was decided about one that is there."""
        of_this = review.c.registration_id == line.registration_id.text
        self._connection.execute(review.update().where(of_this).values(**_row(line)))

    def find(self, registration_id: RegistrationId) -> ReviewLine | None:
        query = review.select().where(review.c.registration_id == registration_id.text)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _line(row)

    def away_km(self, registration_id: RegistrationId) -> float | None:
        """How far away it was sealed, where that is known."""
        query = sa.select(review.c.away_km).where(review.c.registration_id == registration_id.text)
        return self._connection.scalar(query)

    def page(self, standings: Collection[Standing], limit: int, offset: int = 0) -> tuple[ReviewLine, ...]:
        """The riskiest first, then the oldest."""
        parts = [
            review.select()
            .where(review.c.standing == each.value)
            .order_by(review.c.risk.desc(), review.c.sealed_at, review.c.registration_id)
            .limit(limit + offset)
            for each in standings
        ]
        rows = [row for part in parts for row in self._connection.execute(part)]
        if len(parts) > 1:
            rows.sort(key=lambda row: (-row.risk, row.sealed_at, row.registration_id))
        return tuple(_line(row) for row in rows[offset : offset + limit])

    def sealed_between(self, since: datetime, until: datetime) -> tuple[tuple[ReviewLine, float | None], ...]:
        """Each with how far away it was sealed, where that is known; the oldest first."""
        wanted = (review.c.sealed_at >= rfc3339(since)) & (review.c.sealed_at < rfc3339(until))
        query = review.select().where(wanted).order_by(review.c.sealed_at, review.c.registration_id)
        return tuple((_line(row), row.away_km) for row in self._connection.execute(query))

    def waiting_since(self, moment: datetime) -> frozenset[str]:
        """The registrations sealed since then that are not sent before a supervisor approved them."""
        wanted = (review.c.sealed_at >= rfc3339(moment)) & (review.c.waits == 1)
        return frozenset(self._connection.scalars(sa.select(review.c.registration_id).where(wanted)))

    def waiting_among(self, registrations: Collection[str]) -> frozenset[str]:
        """As :meth:`waiting_since`, of these."""
        wanted = review.c.registration_id.in_(list(registrations)) & (review.c.waits == 1)
        return frozenset(self._connection.scalars(sa.select(review.c.registration_id).where(wanted)))

    def sealed_by(self, officer: str, at_most: int) -> int:
        """How many registrations this officer sealed, counted no further than ``at_most``."""
        some = sa.select(review.c.registration_id).where(review.c.officer == officer).limit(at_most).subquery()
        return self._connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0

    def counts(self) -> dict[Standing, int]:
        query = sa.select(review.c.standing, sa.func.count()).group_by(review.c.standing)
        return {Standing(standing): count for standing, count in self._connection.execute(query)}

    def decided_by(self, user_id: str) -> tuple[ReviewLine, ...]:
        """What this supervisor has to sign off."""
        query = review.select().where(review.c.standing == Standing.DECIDED.value, review.c.decided_by == user_id)
        return tuple(_line(row) for row in self._connection.execute(query))

    def remove(self, registration_id: RegistrationId) -> None:
        self._connection.execute(review.delete().where(review.c.registration_id == registration_id.text))

    def unassessed(self) -> tuple[RegistrationId, ...]:
        """Sealed and not sent, and without a row: from before there were reviews, or rebuilt."""
        here = outbox.c.state.in_([DeliveryState.REGISTERED.value, DeliveryState.APPROVED.value])
        missing = ~sa.exists().where(review.c.registration_id == outbox.c.registration_id)
        return _ids(self._connection.scalars(sa.select(outbox.c.registration_id).where(here, missing)))

    def outdated(self) -> tuple[RegistrationId, ...]:
        """Those nobody decided about whose search for duplicates ended after they were assessed."""
        query = (
            sa.select(review.c.registration_id)
            .join(duplicate_look, duplicate_look.c.registration_id == review.c.registration_id)
            .where(review.c.standing.in_(_TO_COME), duplicate_look.c.looked_at > review.c.assessed_at)
        )
        return _ids(self._connection.scalars(query))

    def exceptions_of(self, officer: str, since: datetime) -> tuple[Share, Share]:
        """In how many of the registrations since then there were exceptions: this officer's, and all others'."""
        some = sa.func.sum(sa.case((review.c.exceptions > 0, 1), else_=0))
        counted = sa.select(some, sa.func.count()).where(review.c.sealed_at >= rfc3339(since))
        own = self._connection.execute(counted.where(review.c.officer == officer)).one()
        all_ = self._connection.execute(counted).one()
        mine = Share(own[0] or 0, own[1])
        return mine, Share((all_[0] or 0) - mine.some, all_[1] - mine.all)

    # Documents seen before

    def mark_documents(self, registration_id: RegistrationId, marks: Iterable[str]) -> None:
        for mark in set(marks):
            self._connection.execute(
                document_mark.insert()
                .prefix_with("OR IGNORE")
                .values(mark=mark, registration_id=registration_id.text)
            )

    def with_documents(
        self, registration_id: RegistrationId, marks: Collection[str]
    ) -> tuple[RegistrationId, ...]:
        """Other registrations that came with one of these."""
        other = document_mark.c.registration_id != registration_id.text
        query = sa.select(document_mark.c.registration_id).where(document_mark.c.mark.in_(list(marks)), other)
        return _ids(self._connection.scalars(query.distinct()))


def _ids(texts: Iterable[str]) -> tuple[RegistrationId, ...]:
    return tuple(map(RegistrationId, texts))


def _row(line: ReviewLine) -> dict[str, object]:
    return {
        "registration_id": line.registration_id.text,
        "packet_id": line.packet_id,
        "sealed_at": rfc3339(line.sealed_at),
        "officer": line.officer,
        "risk": line.risk,
        "flags": json.dumps([[each.sign.value, each.weight, dict(each.detail)] for each in line.flags]),
        "drawn": int(line.drawn),
        "must_be_seen": int(line.must_be_seen),
        "waits": int(line.waits),
        "standing": line.standing.value,
        "decision": line.decision.value if line.decision else None,
        "reason": line.reason.value if line.reason else None,
        "decided_by": line.decided_by,
        "decided_at": rfc3339(line.decided_at) if line.decided_at else None,
    }


def _line(row: Any) -> ReviewLine:
    return ReviewLine(
        registration_id=RegistrationId(row.registration_id),
        packet_id=row.packet_id,
        sealed_at=parse_rfc3339(row.sealed_at),
        officer=row.officer,
        flags=tuple(Flag(Sign(sign), weight, detail) for sign, weight, detail in json.loads(row.flags)),
        drawn=bool(row.drawn),
        must_be_seen=bool(row.must_be_seen),
        waits=bool(row.waits),
        standing=Standing(row.standing),
        decision=Decision(row.decision) if row.decision else None,
        reason=Reason(row.reason) if row.reason else None,
        decided_by=row.decided_by,
        decided_at=parse_rfc3339(row.decided_at) if row.decided_at else None,
    )


# As JSON, to travel


def line_to_json(line: ReviewLine) -> str:
    return json.dumps({**_row(line), "station": line.station})


def line_from_json(text: str) -> ReviewLine:
    """Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else."""
    values = json.loads(text)
    return replace(_line(SimpleNamespace(**values)), station=values["station"])
