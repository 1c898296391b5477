"""Pre-registrations fetched ahead: sealed rows that are emptied once they are used, and end by a policy's days.

What stays of a used one is its number and whose registration took it, so that it is not used twice.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, LargeBinary, Table, Text

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.pre_registration import Booking
from muster.domain.registration import RegistrationId
from muster.store.tables import metadata

pre_registration = Table(
    "pre_registration",
    metadata,
    Column("id", Text, primary_key=True),
    Column("appointment", Text, nullable=False),
    Column("updated", Text, nullable=False),
    Column("came_at", Text, nullable=False),
    Column("used_by", Text),
    Column("sealed", LargeBinary),
)


class PreRegistrationRows:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, booking: Booking, sealed: bytes) -> None:
        """Instead of an earlier copy of the same."""
        self._connection.execute(pre_registration.delete().where(pre_registration.c.id == booking.id))
        self._connection.execute(
            pre_registration.insert().values(
                id=booking.id,
                appointment=booking.appointment,
                updated=booking.updated,
                came_at=rfc3339(booking.came_at),
                used_by=booking.used_by.text if booking.used_by else None,
                sealed=sealed,
            )
        )

    def find(self, id_: str) -> tuple[Booking, bytes | None] | None:
        """The booking and its sealed content, which is gone once it was used."""
        row = self._connection.execute(pre_registration.select().where(pre_registration.c.id == id_)).one_or_none()
        return None if row is None else (_booking(row), row.sealed)

    def all(self) -> tuple[Booking, ...]:
        """By appointment."""
        order = (pre_registration.c.appointment, pre_registration.c.id)
        return tuple(_booking(row) for row in self._connection.execute(pre_registration.select().order_by(*order)))

    def use(self, id_: str, by: RegistrationId) -> None:
        self._connection.execute(
            pre_registration.update().where(pre_registration.c.id == id_).values(used_by=by.text, sealed=None)
        )

    def remove_before(self, day: str) -> int:
        """Whose appointment was before that day (ISO 8601). Returns how many that were."""
        gone = pre_registration.delete().where(pre_registration.c.appointment < day)
        return self._connection.execute(gone).rowcount


def _booking(row: sa.Row[tuple[object, ...]]) -> Booking:
    return Booking(
        row.id,
        row.appointment,
        row.updated,
        parse_rfc3339(row.came_at),
        RegistrationId(row.used_by) if row.used_by else None,
    )
