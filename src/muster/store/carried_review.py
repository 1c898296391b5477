"""Registrations of other stations that are reviewed here: what was told of them, sealed, and what was decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewLine, Standing
from muster.store.review import line_from_json, line_to_json
from muster.store.tables import carried_review


@dataclass(frozen=True, slots=True)
class CarriedReview:
    """``station`` sent it, ``key`` is the fingerprint of its machine key; ``sealed`` what it told, and
    nothing once the decision was handed back."""

    line: ReviewLine
    station: str
    key: str
    sealed: bytes


class CarriedReviewRows:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, review: CarriedReview) -> None:
        """A new one, or the same packet's told anew; a decision that was made stays."""
        self._connection.execute(carried_review.insert().prefix_with("OR REPLACE").values(**_row(review)))

    def change(self, line: ReviewLine) -> None:
        """What was decided."""
        values = {
            "line": line_to_json(line),
            "standing": line.standing.value,
            "risk": line.risk,
            "decided_by": line.decided_by,
        }
        of_this = carried_review.c.registration_id == line.registration_id.text
        self._connection.execute(carried_review.update().where(of_this).values(**values))

    def find(self, registration_id: RegistrationId) -> CarriedReview | None:
        query = carried_review.select().where(carried_review.c.registration_id == registration_id.text)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _review(row)

    def lines(self, standings: Collection[Standing], limit: int) -> tuple[ReviewLine, ...]:
        """The riskiest first."""
        wanted = carried_review.c.standing.in_([each.value for each in standings])
        query = sa.select(carried_review.c.line).where(wanted).order_by(carried_review.c.risk.desc()).limit(limit)
        return tuple(map(line_from_json, self._connection.scalars(query)))

    def counts(self) -> dict[Standing, int]:
        query = sa.select(carried_review.c.standing, sa.func.count()).group_by(carried_review.c.standing)
        return {Standing(standing): count for standing, count in self._connection.execute(query)}

    def decided_by(self, user_id: str) -> tuple[ReviewLine, ...]:
        """What is to be signed off."""
        wanted = (carried_review.c.standing == Standing.DECIDED.value) & (carried_review.c.decided_by == user_id)
        return tuple(map(line_from_json, self._connection.scalars(sa.select(carried_review.c.line).where(wanted))))

    def closed(self) -> tuple[CarriedReview, ...]:
        """What was signed off and not handed back yet."""
        closed = carried_review.c.standing == Standing.CLOSED.value
        query = carried_review.select().where(closed, carried_review.c.sealed != b"")
        return tuple(map(_review, self._connection.execute(query)))

    def remove(self, registration_id: RegistrationId) -> None:
        of_this = carried_review.c.registration_id == registration_id.text
        self._connection.execute(carried_review.delete().where(of_this))


def _row(review: CarriedReview) -> dict[str, object]:
    return {
        "registration_id": review.line.registration_id.text,
        "station": review.station,
        "key": review.key,
        "line": line_to_json(review.line),
        "sealed": review.sealed,
        "standing": review.line.standing.value,
        "risk": review.line.risk,
        "decided_by": review.line.decided_by,
    }


def _review(row: sa.Row[tuple[object, ...]]) -> CarriedReview:
    return CarriedReview(line_from_json(row.line), row.station, row.key, row.sealed)
