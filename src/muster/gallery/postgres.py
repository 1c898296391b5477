"""The same search in PostgreSQL with pgvector: vectors in half precision, each compared or along a graph (HNSW).

A search belongs to one transaction of its caller. The database only proposes: cosines are computed from the
vectors that come back, so that scores and ranking are those of the searches in memory. Without an index every
vector of the network is compared; ``build_graph`` makes one, which is read through PostgreSQL's own buffers.

The vectors of one network have one size; the column takes every size, an index one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from pgvector import HalfVector
from pgvector.psycopg import register_vector
from pgvector.sqlalchemy import HALFVEC

from muster.gallery.search import Hit, Vectors, best, directions, new_vectors

_PROPOSED = 64
_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Graph:
    """How a graph is built and walked: links of each vector, how many are looked at while building and while
    searching. More of each finds more and takes longer."""

    links: int = 16
    looked_at_building: int = 64
    looked_at_searching: int = 400


def vector_table(metadata: sa.MetaData) -> sa.Table:
    """``number`` names a vector among those of ``network``."""
    return sa.Table(
        "gallery_vector",
        metadata,
        sa.Column("network", sa.String(120), primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("vector", HALFVEC(), nullable=False),
    )


class PostgresSearch:
    """Keeps ``search.GallerySearch`` over the vectors of one network."""

    def __init__(
        self, connection: sa.Connection, table: sa.Table, network: str, size: int, graph: Graph | None = None
    ) -> None:
        self._connection = connection
        self._table = table
        self._network = network
        self._size = size
        self._graph = graph or Graph()

    def __len__(self) -> int:
        query = sa.select(sa.func.count()).where(self._of_network)
        return self._connection.scalar(query) or 0

    def add(self, keys: Sequence[int], vectors: Vectors) -> None:
        checked = new_vectors(keys, vectors, self._known(keys), self._size)
        if not len(keys):
            return
        driver = self._connection.connection.driver_connection
        assert driver is not None
        register_vector(driver)
        with driver.cursor().copy(f"COPY {self._table.name} FROM STDIN WITH (FORMAT BINARY)") as copy:
            copy.set_types(["text", "int8", "halfvec"])
            for key, vector in zip(keys, checked, strict=True):
                copy.write_row((self._network, int(key), HalfVector(vector)))

    def remove(self, keys: Collection[int]) -> None:
        wanted = [int(each) for each in keys]
        for first in range(0, len(wanted), _AT_ONCE):
            some = self._table.c.number.in_(wanted[first : first + _AT_ONCE])
            self._connection.execute(self._table.delete().where(self._of_network, some))

    def search(self, vector: NDArray[np.float32], least: float, most: int) -> tuple[Hit, ...]:
        (wanted,) = directions(vector[np.newaxis], self._size)
        self._look_at(self._graph.looked_at_searching)
        distance: Any = self._sized.op("<#>")(HalfVector(wanted))
        query = (
            sa.select(self._table.c.number, sa.func.halfvec_send(self._table.c.vector).label("octets"))
            .where(self._table.c.network == sa.bindparam("network", self._network, literal_execute=True))
            .order_by(distance)
            .limit(max(_PROPOSED, most))
        )
        found = self._connection.execute(query).all()
        if not found:
            return ()
        vectors = directions(np.stack([_parse(row.octets) for row in found]), self._size)
        cosines = vectors @ wanted
        hits = [Hit(row.number, float(each)) for row, each in zip(found, cosines, strict=True) if each >= least]
        return best(hits, most)

    def build_graph(self) -> None:
        """Where there is none. Takes hours for millions, and nobody can add meanwhile."""
        graph = self._graph
        self._connection.execute(
            sa.text(
                f"CREATE INDEX IF NOT EXISTS {self._index_name} ON {self._table.name} "
                f"USING hnsw ((vector::halfvec({self._size})) halfvec_ip_ops) "
                f"WITH (m = {graph.links}, ef_construction = {graph.looked_at_building}) "
                f"WHERE network = {self._literal_network}"
            )
        )

    @property
    def has_graph(self) -> bool:
        name = {"name": self._index_name}
        found = sa.text("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(:name) AND indisvalid")
        return self._connection.scalar(found, name) is not None

    def _known(self, keys: Sequence[int]) -> frozenset[int]:
        known: set[int] = set()
        for first in range(0, len(keys), _AT_ONCE):
            some = self._table.c.number.in_([int(each) for each in keys[first : first + _AT_ONCE]])
            known.update(self._connection.scalars(sa.select(self._table.c.number).where(self._of_network, some)))
        return frozenset(known)

    def _look_at(self, count: int) -> None:
        """For this transaction."""
        self._connection.execute(sa.select(sa.func.set_config("hnsw.ef_search", str(count), True)))

    @property
    def _of_network(self) -> sa.ColumnElement[bool]:
        return self._table.c.network == self._network

    @property
    def _sized(self) -> sa.ColumnElement[Any]:
        """As the index has it, or it would not be walked."""
        return sa.cast(self._table.c.vector, HALFVEC(self._size))

    @property
    def _literal_network(self) -> str:
        return "'" + self._network.replace("'", "''") + "'"

    @property
    def _index_name(self) -> str:
        told = hashlib.sha256(self._network.encode()).hexdigest()[:16]
        return f"{self._table.name}_{told}_{self._size}"


def _parse(octets: bytes) -> NDArray[np.float32]:
    """``halfvec_send``: uint16 count, uint16 unused, halves in network order. Reading text takes much longer."""
    return np.frombuffer(octets, ">f2", offset=4).astype(np.float32)
