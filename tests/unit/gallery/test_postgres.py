"""PostgreSQL finds whom the searches in memory find, in the same order and with the same scores."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from muster.gallery.postgres import Graph, PostgresSearch, vector_table
from muster.gallery.search import ExactSearch

SIZE = 64
Vector = NDArray[np.float32]


def _directions(count: int, seed: int = 0) -> Vector:
    vectors = np.random.default_rng(seed).standard_normal((count, SIZE), np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


@pytest.fixture
def connection(postgres: sa.Engine) -> Iterator[sa.Connection]:
    with postgres.connect() as connection:
        vector_table(sa.MetaData()).create(connection)
        yield connection
        connection.rollback()


@pytest.fixture
def search(connection: sa.Connection) -> PostgresSearch:
    return PostgresSearch(connection, vector_table(sa.MetaData()), "a network's name", SIZE)


def test_among_nobody_nobody_is_found(search: PostgresSearch) -> None:
    assert search.search(_directions(1)[0], -1, 5) == ()
    assert len(search) == 0


def test_a_vector_without_direction_is_neither_taken_nor_searched_for(search: PostgresSearch) -> None:
    nowhere = np.zeros(SIZE, np.float32)
    with pytest.raises(ValueError, match="direction"):
        search.add([1], nowhere[np.newaxis])
    with pytest.raises(ValueError, match="direction"):
        search.search(nowhere, -1, 5)


def test_a_key_names_one_vector(search: PostgresSearch) -> None:
    search.add([7], _directions(1))
    with pytest.raises(ValueError, match="key"):
        search.add([7], _directions(1, seed=2))


def test_another_networks_vectors_are_not_compared(search: PostgresSearch, connection: sa.Connection) -> None:
    other = PostgresSearch(connection, vector_table(sa.MetaData()), "another", SIZE)
    other.add([1], _directions(1))
    assert (len(search), search.search(_directions(1)[0], -1, 5)) == (0, ())


@pytest.mark.parametrize("by_graph", [False, True], ids=["each compared", "along a graph"])
def test_the_ranking_is_that_of_the_search_in_memory(
    search: PostgresSearch, connection: sa.Connection, by_graph: bool
) -> None:
    vectors = _directions(2000)
    in_memory = ExactSearch(SIZE)
    for each in (in_memory, search):
        each.add(range(2000), vectors)
    if by_graph:
        search.build_graph()
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))  # comparing so few costs less
    search._graph = Graph(looked_at_searching=500)
    assert search.has_graph is by_graph
    for wanted in _directions(20, seed=3):
        one, other = (each.search(wanted, 0.2, 10) for each in (in_memory, search))
        assert [hit.key for hit in other] == [hit.key for hit in one]
        assert [hit.cosine for hit in other] == pytest.approx([hit.cosine for hit in one], abs=5e-4)


def test_the_graph_is_walked_where_there_is_one(search: PostgresSearch, connection: sa.Connection) -> None:
    search.add(range(2000), _directions(2000))
    search.build_graph()
    connection.execute(sa.text("SET LOCAL enable_seqscan = off"))  # comparing so few costs less
    walked = sa.text("SELECT sum(idx_scan) FROM pg_stat_xact_user_tables")
    before = connection.scalar(walked)
    search.search(_directions(1, seed=6)[0], 0, 5)
    assert connection.scalar(walked) == before + 1


def test_whoever_was_removed_is_not_found(search: PostgresSearch) -> None:
    vectors = _directions(3)
    search.add([4, 5, 6], vectors)
    search.remove([5, 777])
    assert search.search(vectors[1], 0.9, 5) == ()
    assert len(search) == 2
