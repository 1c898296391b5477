"""Faces to search among, and what was found: sealed rows that end by a policy's days.

Each row is sealed with a key of its own purpose though the database is encrypted: whoever gets a dump of the
database has no face in it, and a row that is moved to another person does not open.

Numbers are never used twice, so whoever holds a copy in memory sees by them what came and what went.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.duplicates import Person, Whose
from muster.domain.registration import RegistrationId
from muster.store.tables import duplicate_look, gallery

_AT_ONCE = 500  # SQLite takes 32766 values in one statement; this many rows are half a megabyte


@dataclass(frozen=True, slots=True)
class GalleryRow:
    """A sealed template; lists of different ``network``s cannot be compared."""

    number: int
    person: Person
    network: str
    sealed: bytes
    kept_at: datetime


class GalleryRows:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, person: Person, network: str, at: datetime, sealed: bytes) -> None:
        """The one template of ``person`` from ``network``; replaces an earlier one."""
        self._connection.execute(gallery.delete().where(_is(person), gallery.c.network == network))
        self._connection.execute(
            gallery.insert().values(
                whose=person.whose.value, name=person.name, network=network, kept_at=rfc3339(at), sealed=sealed
            )
        )

    def of(self, person: Person) -> tuple[GalleryRow, ...]:
        """All that is kept of somebody."""
        rows = self._connection.execute(gallery.select().where(_is(person)))
        return tuple(_row(row) for row in rows)

    def all(self, network: str) -> tuple[GalleryRow, ...]:
        rows = self._connection.execute(gallery.select().where(gallery.c.network == network))
        return tuple(_row(row) for row in rows)

    def has(self, person: Person, network: str) -> bool:
        query = sa.select(gallery.c.number).where(_is(person), gallery.c.network == network)
        return self._connection.scalar(query) is not None

    def numbers(self, network: str) -> frozenset[int]:
        query = sa.select(gallery.c.number).where(gallery.c.network == network)
        return frozenset(self._connection.scalars(query))

    def rows(self, numbers: Collection[int]) -> Iterable[GalleryRow]:
        """Those of ``numbers`` that there are, a few hundred at a time."""
        wanted = sorted(numbers)
        for first in range(0, len(wanted), _AT_ONCE):
            some = wanted[first : first + _AT_ONCE]
            for row in self._connection.execute(gallery.select().where(gallery.c.number.in_(some))):
                yield _row(row)

    def remove(self, person: Person) -> int:
        """Forget somebody; returns how many rows that were."""
        return self._connection.execute(gallery.delete().where(_is(person))).rowcount

    def has_older(self, than: datetime) -> bool:
        return any(
            self._connection.scalar(sa.select(sa.exists().where(condition))) for _, condition in _older(than)
        )

    def older(self, than: datetime) -> int:
        """How many templates of registrations are older."""
        (templates, condition), _ = _older(than)
        query = sa.select(sa.func.count()).select_from(templates).where(condition)
        return int(self._connection.scalar(query) or 0)

    def remove_older(self, than: datetime) -> int:
        """Templates of registrations and what was found by them; operators' stay. Returns how many templates."""
        templates, _ = (
            self._connection.execute(table.delete().where(condition)).rowcount for table, condition in _older(than)
        )
        return templates

    def put_look(self, registration_id: RegistrationId, at: datetime, sealed: bytes) -> None:
        """What a search for one registration found, instead of what an earlier one did."""
        self.remove_look(registration_id)
        self._connection.execute(
            duplicate_look.insert().values(
                registration_id=registration_id.text, looked_at=rfc3339(at), sealed=sealed
            )
        )

    def look(self, registration_id: RegistrationId) -> tuple[datetime, bytes] | None:
        """When, and the sealed answer."""
        query = duplicate_look.select().where(duplicate_look.c.registration_id == registration_id.text)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else (parse_rfc3339(row.looked_at), row.sealed)

    def sought(self) -> tuple[RegistrationId, ...]:
        """The registrations that were searched for, the latest first."""
        query = sa.select(duplicate_look.c.registration_id).order_by(duplicate_look.c.looked_at.desc())
        return tuple(RegistrationId(each) for each in self._connection.scalars(query))

    def remove_look(self, registration_id: RegistrationId) -> None:
        self._connection.execute(
            duplicate_look.delete().where(duplicate_look.c.registration_id == registration_id.text)
        )


def _row(row: sa.Row[Any]) -> GalleryRow:
    person = Person(Whose(row.whose), row.name)
    return GalleryRow(row.number, person, row.network, row.sealed, parse_rfc3339(row.kept_at))


def _is(person: Person) -> sa.ColumnElement[bool]:
    return sa.and_(gallery.c.whose == person.whose.value, gallery.c.name == person.name)


def _older(than: datetime) -> tuple[tuple[sa.Table, sa.ColumnElement[bool]], ...]:
    limit = rfc3339(than)
    of_registrations = gallery.c.whose == Whose.REGISTRATION.value
    return (
        (gallery, sa.and_(of_registrations, gallery.c.kept_at < limit)),
        (duplicate_look, duplicate_look.c.looked_at < limit),
    )
