"""Searching large galleries: time, recall against comparing with everybody in the same run, memory, building.

Templates as networks for faces make them: groups of people who look somewhat alike, around them people whose
vectors lie along few of the 512 directions more than along others (two strangers' cosines deviate by 0.073, so
that among a million the most alike of them stands at about 0.35). Searched for are people who are there, by
another picture (a cosine of about 0.65), and as many strangers, who have nobody near: for them the first ten are
the tail of chance, the hardest to find there is.

Recall is counted as it is usual (the first, the first ten of comparing with everybody) and as it matters here: of
all whom comparing finds above the threshold of searching, how many are found.

PostgreSQL is measured where ``Rounds.database`` names one that has pgvector. Its table is made and dropped there.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from muster import processes
from muster.bench.measuring import Clock, Rounds, Row
from muster.gallery.search import GallerySearch, Hit, SketchSearch, best

SIZE = 512
_GROUPS = 200
_THRESHOLD = 0.45  # about where searching in a large gallery is calibrated
_QUERIES = 400
_LOOKED_AT = (400, 1000)  # the second is the most pgvector takes
_PART = 50_000
_TRIES = 3  # the quickest counts: what other programs do meanwhile is no property of a search, and it is warm
_TARGET_MS, _TARGET_RECALL = 20.0, 0.99

Vectors = NDArray[np.float32]
_Ask = Callable[[NDArray[np.float32]], tuple[Hit, ...]]


def rows(rounds: Rounds) -> Iterator[Row]:
    count = 2_000 if rounds.once else rounds.templates
    people = People(count)
    wanted = people.queries(40 if rounds.once else _QUERIES)
    truth = _compared_with_everybody(people, wanted)
    yield from _sketches(people, wanted, truth)
    if rounds.database is not None:
        yield from _postgres(rounds.database, people, wanted, truth)


@dataclass(frozen=True, slots=True)
class People:
    """``count`` invented templates, made in parts whenever they are wanted: a million takes two gigabytes."""

    count: int
    seed: int = 1

    def parts(self) -> Iterator[tuple[int, Vectors]]:
        """The first key, and vectors in half precision, as they are stored."""
        groups, shape = self._groups(), _shape()
        for first in range(0, self.count, _PART):
            random = np.random.default_rng([self.seed, first])
            count = min(_PART, self.count - first)
            own = random.standard_normal((count, SIZE), np.float32) * shape
            own += groups[random.integers(0, _GROUPS, count)]
            yield first, _halved(_unit(own))

    def queries(self, count: int) -> Vectors:
        """Half of them other pictures of people who are there, half strangers."""
        random = np.random.default_rng([self.seed, 77])
        keys = np.sort(random.choice(self.count, count // 2, replace=False))
        there = np.concatenate(
            [part[keys[(keys >= first) & (keys < first + _PART)] - first] for first, part in self.parts()]
        )
        cosines = np.clip(random.normal(0.65, 0.08, (len(there), 1)), 0.4, 0.9).astype(np.float32)
        noise = _unit(random.standard_normal(there.shape, np.float32) * _shape())
        noise = _unit(noise - np.einsum("ij,ij->i", noise, there)[:, np.newaxis] * there)
        others = random.standard_normal((count - len(there), SIZE), np.float32) * _shape()
        strangers = _unit(others + self._groups()[random.integers(0, _GROUPS, len(others))])
        return np.concatenate([cosines * there + np.sqrt(1 - cosines**2) * noise, strangers])

    def _groups(self) -> Vectors:
        random = np.random.default_rng([self.seed, 78])
        return np.asarray(0.35 * _unit(random.standard_normal((_GROUPS, SIZE), np.float32) * _shape()))


def _shape() -> Vectors:
    """How much people differ along each direction; of length 1 together."""
    spread = (np.arange(SIZE, dtype=np.float32) + 20) ** -0.55
    return np.asarray(spread / np.linalg.norm(spread))


def _unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _halved(vectors: Vectors) -> Vectors:
    return vectors.astype(np.float16).astype(np.float32)


def _compared_with_everybody(people: People, wanted: Vectors) -> list[tuple[Hit, ...]]:
    """The ten most alike of each, and everybody above the threshold."""
    found: list[list[Hit]] = [[] for _ in wanted]
    for first, part in people.parts():
        for some in range(0, len(part), 10_000):
            cosines = wanted @ part[some : some + 10_000].T
            for number, line in enumerate(cosines):
                near = np.argpartition(-line, min(10, len(line) - 1))[:10]
                near = np.union1d(near, np.flatnonzero(line >= _THRESHOLD))
                found[number] += [Hit(first + some + int(each), float(line[each])) for each in near]
    return [best(each, max(10, sum(hit.cosine >= _THRESHOLD for hit in each))) for each in found]


def _sketches(people: People, wanted: Vectors, truth: Sequence[tuple[Hit, ...]]) -> Iterator[Row]:
    before, began = processes.held(os.getpid()), time.perf_counter()
    search = SketchSearch(SIZE)
    for first, part in people.parts():
        search.add(range(first, first + len(part)), part)
    built = time.perf_counter() - began
    each = (processes.held(os.getpid()) - before) / people.count
    yield from _figures("in memory", people, search, wanted, truth)
    yield Row.of("in memory: made", [built], "s", "a minute", 60, Clock.WALL)
    yield Row.of("in memory: a template", [each], "bytes", "in half precision", 2 * SIZE)


def _postgres(url: str, people: People, wanted: Vectors, truth: Sequence[tuple[Hit, ...]]) -> Iterator[Row]:
    from muster.gallery.postgres import Graph, PostgresSearch, vector_table  # a hub's packages

    engine, table = sa.create_engine(url), vector_table(sa.MetaData())
    table.drop(engine, checkfirst=True)
    try:
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS vector"))
            table.create(connection)
            search = PostgresSearch(connection, table, "measured", SIZE)
            began = time.perf_counter()
            for first, part in people.parts():
                search.add(range(first, first + len(part)), part)
            added = time.perf_counter()
            search.build_graph()
            built = time.perf_counter()
        with engine.begin() as connection:
            connection.execute(sa.text("ANALYZE gallery_vector"))
        with engine.connect() as connection:
            for looked_at in _LOOKED_AT:
                search = PostgresSearch(connection, table, "measured", SIZE, Graph(looked_at_searching=looked_at))
                yield from _figures(f"pgvector ({looked_at})", people, search, wanted, truth)
            size = sa.text("SELECT pg_total_relation_size('gallery_vector')")
            octets = (connection.scalar(size) or 0) / people.count
        yield Row.of("pgvector: added", [added - began], "s", "a minute", 60, Clock.WALL)
        yield Row.of("pgvector: graph built", [built - added], "s", "a minute", 60, Clock.WALL)
        yield Row.of("pgvector: a template, with the graph", [octets], "bytes", "in half precision", 2 * SIZE)
    finally:
        table.drop(engine, checkfirst=True)
        engine.dispose()


def _figures(
    engine: str, people: People, search: GallerySearch, wanted: Vectors, truth: Sequence[tuple[Hit, ...]]
) -> Iterator[Row]:
    times, own, answers = [], [], []
    for each in wanted:
        tries = []
        for _ in range(_TRIES):
            began, used = time.perf_counter(), time.process_time()
            answer = search.search(each, -1, 10)
            tries.append((1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used)))
        answers.append(answer)
        times.append(min(wall for wall, _ in tries))
        own.append(min(used for _, used in tries))
    many = f"{people.count:,} {engine}"
    yield Row.of(f"{many}: median", [statistics.median(times)], "ms", "wanted", _TARGET_MS, Clock.WALL)
    yield Row.of(f"{many}: p95", [float(np.percentile(times, 95))], "ms", "wanted", _TARGET_MS, Clock.WALL)
    if isinstance(search, SketchSearch):  # what PostgreSQL does is done in processes of its own
        yield Row.of(f"{many}: p95", [float(np.percentile(own, 95))], "ms", "wanted", _TARGET_MS, Clock.CPU)
    for name, value in (
        ("first found", _recall(answers, truth, 1)),
        ("first ten found", _recall(answers, truth, 10)),
        ("above the threshold found", _recall_above(answers, truth)),
    ):
        yield Row.of(f"{many}: {name}", [value], "", "wanted", _TARGET_RECALL)


def _recall(answers: Sequence[tuple[Hit, ...]], truth: Sequence[tuple[Hit, ...]], first: int) -> float:
    shares = [
        len({hit.key for hit in answer[:first]} & {hit.key for hit in right[:first]}) / min(first, len(right))
        for answer, right in zip(answers, truth, strict=True)
    ]
    return statistics.fmean(shares)


def _recall_above(answers: Sequence[tuple[Hit, ...]], truth: Sequence[tuple[Hit, ...]]) -> float:
    """Where fewer than ten are above, so that ten answers could hold them all."""
    found, there = 0, 0
    for answer, right in zip(answers, truth, strict=True):
        above = {hit.key for hit in right[:10] if hit.cosine >= _THRESHOLD}
        found += len(above & {hit.key for hit in answer})
        there += len(above)
    return found / there if there else 1.0
