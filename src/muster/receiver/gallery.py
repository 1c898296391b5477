"""The gallery of a center: templates of all its stations, searched together.

Rules:

1. What arrives is turned and sealed with a key that no database holds (``gallery.center``); this process needs no
   part of it to search.
2. A person has one template of each network; what is sent again replaces what was there.
3. A template ends by the center's days, counted from when it was kept at its station, or arrived where that
   station's clock is ahead, and at once when its person is to be forgotten.
4. Where the database has pgvector it searches, comparing each; else each process keeps all of them in its memory
   and asks before each search what came and went. A graph misses too many to be built unasked (decision 46).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from muster.clock import Clock, rfc3339
from muster.formats.center_gallery import Alike, Answer, CenterTemplate, Question
from muster.gallery.search import EXACT_UP_TO, GallerySearch, Hit, search_for
from muster.receiver.database import Database
from muster.receiver.gallery_tables import template, vector

if TYPE_CHECKING:
    from muster.gallery.postgres import PostgresSearch

KEPT_FOR = timedelta(days=30)
_STORED = np.dtype("<f2")
_MORE = 20  # than asked for: the person's own and what has just ended are taken out again
_AT_ONCE = 500


class CenterGallery:
    """From any thread."""

    def __init__(self, database: Database, clock: Clock, kept_for: timedelta = KEPT_FOR) -> None:
        self._database = database
        self._clock = clock
        self._kept_for = kept_for
        self._in_memory: dict[tuple[str, int], _InMemory] = {}
        self._lock = Lock()
        self._by_database: bool | None = None

    def enrol(self, ref_id: str, templates: Sequence[CenterTemplate]) -> int:
        """How many were kept; those whose time is over are not. Raises ``StorageUnavailable``; ``ValueError`` for
        a vector without direction, and then keeps none."""
        now = self._clock()
        wanted = [each for each in templates if each.kept_at >= now - self._kept_for]
        vectors = [_unit(each.vector) for each in wanted]
        alike: dict[tuple[str, int], dict[int, NDArray[np.float32]]] = {}
        with self._database.writing() as connection:
            for each, numbers in zip(wanted, vectors, strict=True):
                self._remove(connection, _is(each.subject, each.network))
                row = sa.insert(template).values(
                    network=each.network,
                    subject=each.subject,
                    ref_id=ref_id,
                    kept_at=rfc3339(min(each.kept_at, now)),  # a station's clock may be ahead
                    sealed=each.sealed,
                )
                number = connection.execute(row.returning(template.c.number)).scalar_one()
                alike.setdefault((each.network, len(numbers)), {})[number] = numbers
            for (network, size), some in alike.items():
                self._put(connection, network, size, some)
        return len(wanted)

    def missing(self, network: str, subjects: Collection[str]) -> list[str]:
        """Those of ``subjects`` that have no template of ``network`` here."""
        query = sa.select(template.c.subject).where(
            template.c.network == network, template.c.subject.in_(sorted(subjects))
        )
        with self._database.reading() as connection:
            return sorted(set(subjects) - set(connection.scalars(query)))

    def search(self, question: Question) -> Answer:
        """Raises ``StorageUnavailable``, ``ValueError`` for a vector without direction."""
        wanted = _unit(question.vector)
        in_network = template.c.network == question.network
        counted = sa.select(sa.func.count()).where(in_network, template.c.subject != question.own)
        with self._database.reading() as connection:
            hits = self._search(connection, question, wanted)
            rows = sa.select(template).where(
                template.c.number.in_([each.key for each in hits]), template.c.kept_at >= rfc3339(self._limit())
            )
            there = {row.number: row for row in connection.execute(rows) if row.subject != question.own}
            compared = connection.scalar(counted) or 0
        alike = [
            Alike(there[each.key].subject, there[each.key].sealed, each.cosine)
            for each in hits
            if each.key in there
        ]
        return Answer(compared, tuple(alike[: question.most]))

    def forget(self, subject: str) -> int:
        """Everything of one person. How many templates that were."""
        with self._database.writing() as connection:
            return self._remove(connection, template.c.subject == subject)

    def expire(self) -> int:
        """Destroy what is outdated. How many templates."""
        with self._database.writing() as connection:
            return self._remove(connection, template.c.kept_at < rfc3339(self._limit()))

    def _limit(self) -> datetime:
        return self._clock() - self._kept_for

    def _remove(self, connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
        gone = connection.execute(
            template.delete().where(which).returning(template.c.network, template.c.number)
        ).all()
        for each in gone:
            connection.execute(
                vector.delete().where(vector.c.network == each.network, vector.c.number == each.number)
            )
        return len(gone)

    def _put(
        self, connection: sa.Connection, network: str, size: int, vectors: Mapping[int, NDArray[np.float32]]
    ) -> None:
        if self._is_searched_by_database():
            _postgres(connection, network, size).add(list(vectors), np.stack(list(vectors.values())))
            return
        rows = [
            {"network": network, "number": number, "vector": each.astype(_STORED).tobytes()}
            for number, each in vectors.items()
        ]
        connection.execute(vector.insert(), rows)

    def _search(
        self, connection: sa.Connection, question: Question, wanted: NDArray[np.float32]
    ) -> tuple[Hit, ...]:
        most = question.most + _MORE
        if self._is_searched_by_database():
            return _postgres(connection, question.network, len(wanted)).search(wanted, question.least, most)
        with self._lock:
            kept = self._in_memory.setdefault(
                (question.network, len(wanted)), _InMemory(question.network, len(wanted))
            )
            return kept.refreshed(connection).search(wanted, question.least, most)

    def _is_searched_by_database(self) -> bool:
        if self._by_database is None:
            self._by_database = self._database.is_shared and self._column_is_pgvectors()
        return self._by_database

    def _column_is_pgvectors(self) -> bool:
        kind = sa.text(
            "SELECT udt_name FROM information_schema.columns WHERE table_name = 'gallery_vector' "
            "AND column_name = 'vector'"
        )
        with self._database.reading() as connection:
            return str(connection.scalar(kind)) == "halfvec"


class _InMemory:
    """The vectors of one network and size."""

    def __init__(self, network: str, size: int) -> None:
        self._network = network
        self._size = size
        self._search: GallerySearch | None = None
        self._there: set[int] = set()

    def refreshed(self, connection: sa.Connection) -> GallerySearch:
        numbers = sa.select(vector.c.number).where(
            vector.c.network == self._network, sa.func.length(vector.c.vector) == self._size * _STORED.itemsize
        )
        now = set(connection.scalars(numbers))
        if self._search is None or (len(self._there) <= EXACT_UP_TO < len(now)):
            self._search, self._there = search_for(len(now), self._size), set()
        self._search.remove(self._there - now)
        self._there &= now
        for some in _in_parts(sorted(now - self._there)):
            query = sa.select(vector).where(vector.c.network == self._network, vector.c.number.in_(some))
            there = {row.number: _unit(row.vector) for row in connection.execute(query)}
            if there:  # or gone meanwhile
                self._search.add(list(there), np.stack(list(there.values())))
                self._there |= there.keys()  # the database may go away before the next part
        return self._search


def _in_parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(numbers), _AT_ONCE):
        yield numbers[first : first + _AT_ONCE]


def _postgres(connection: sa.Connection, network: str, size: int) -> PostgresSearch:
    from muster.gallery.postgres import PostgresSearch, vector_table

    return PostgresSearch(connection, vector_table(sa.MetaData()), network, size)


def _is(subject: str, network: str) -> sa.ColumnElement[bool]:
    return sa.and_(template.c.subject == subject, template.c.network == network)


def _unit(octets: bytes) -> NDArray[np.float32]:
    """Raises ``ValueError`` for a vector without direction."""
    wide = np.frombuffer(octets, _STORED).astype(np.float32)
    length = float(np.linalg.norm(wide))
    if not abs(length - 1) < 0.01:
        raise ValueError("a vector without direction")
    return np.asarray(wide / length)
