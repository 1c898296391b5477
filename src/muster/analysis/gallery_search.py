"""Who among many has a vector like this one: 1:N over vectors of length 1, by their cosine.

Up to a limit every vector is compared (``ExactSearch``): nothing is missed, and 100,000 of 512 numbers take about
as long as reading their 205 MB from memory. Beyond it a graph is walked (``GraphSearch``, HNSW of usearch), which
can miss somebody; how often is measured by ``tests/bench/gallery_recall.py``. Both keep one protocol and give the
same scores to whom they find: the graph only proposes, the cosine is computed here.

Keys are the caller's numbers. Nothing is kept on a disk, and one thread at a time may use a search.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""(n, size), each row of length 1."""

EXACT_UP_TO = 100_000
_BLOCK_ROWS = 8192  # 16 MB of 512 numbers: what growing by one row may cost, and what stays idle at most


@dataclass(frozen=True, slots=True)
class Hit:
    """``cosine`` to what was searched for, -1 to 1."""

    key: int
    cosine: float


class GallerySearch(Protocol):
    """Vectors by their keys."""

    def __len__(self) -> int: ...

    def add(self, keys: Sequence[int], vectors: Vectors) -> None:
        """Raises ``ValueError`` for a key that is there already, for vectors of another size and for such as
        have no direction (zeros, not a number)."""

    def remove(self, keys: Collection[int]) -> None:
        """Keys that are not there are no mistake."""

    def search(self, vector: NDArray[np.float32], least: float, most: int) -> tuple[Hit, ...]:
        """Those with a cosine of ``least`` or more, the ``most`` similar at the most, the best first."""


def search_for(count: int, size: int, exact_up_to: int = EXACT_UP_TO) -> GallerySearch:
    """An empty search made for ``count`` vectors of ``size`` numbers."""
    return ExactSearch(size) if count <= exact_up_to else GraphSearch(size)


class ExactSearch:
    """Every vector, block by block. Growing copies nothing; a removed vector is overwritten by the last one."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._blocks: list[Vectors] = []
        self._keys: list[int] = []
        self._rows: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, keys: Sequence[int], vectors: Vectors) -> None:
        for key, vector in zip(keys, _new(keys, vectors, self._rows, self._size), strict=True):
            row = len(self._keys)
            if row == len(self._blocks) * _BLOCK_ROWS:
                self._blocks.append(np.zeros((_BLOCK_ROWS, self._size), np.float32))
            self._at(row)[:] = vector
            self._keys.append(key)
            self._rows[key] = row

    def remove(self, keys: Collection[int]) -> None:
        for key in keys:
            row = self._rows.pop(key, None)
            if row is None:
                continue
            last = len(self._keys) - 1
            moved = self._keys.pop()
            if row != last:
                self._at(row)[:] = self._at(last)
                self._keys[row], self._rows[moved] = moved, row
            self._at(last)[:] = 0
            if last == (len(self._blocks) - 1) * _BLOCK_ROWS:
                self._blocks.pop()

    def search(self, vector: NDArray[np.float32], least: float, most: int) -> tuple[Hit, ...]:
        (wanted,) = _directions(vector[np.newaxis], self._size)
        found: list[Hit] = []
        for number, block in enumerate(self._blocks):
            first = number * _BLOCK_ROWS
            cosines = block[: len(self._keys) - first] @ wanted
            near = np.flatnonzero(cosines >= least)
            if len(near) > most:
                near = near[np.argpartition(-cosines[near], most)[:most]]
            found += [Hit(self._keys[first + row], float(cosines[row])) for row in near]
        return _best(found, most)

    def _at(self, row: int) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._blocks[row // _BLOCK_ROWS][row % _BLOCK_ROWS]
        return vector


class GraphSearch:
    """usearch's graph, which is walked for ``_PROPOSED`` neighbours at least.

    A removed vector is not found any more; its place in memory is overwritten by the next that is added.
    """

    _LINKS = 32
    _WIDTH = 512  # how many are looked at on the way, for adding and for searching
    _PROPOSED = 64

    def __init__(self, size: int) -> None:
        from usearch.index import Index  # 0.1 s, and most stations never need it

        self._size = size
        self._index: Any = Index(
            ndim=size,
            metric="ip",
            dtype="f32",
            connectivity=self._LINKS,
            expansion_add=self._WIDTH // 4,
            expansion_search=self._WIDTH,
        )

    def __len__(self) -> int:
        return len(self._index)

    def add(self, keys: Sequence[int], vectors: Vectors) -> None:
        checked = _new(keys, vectors, self._index, self._size)
        if len(keys):
            self._index.add(np.asarray(keys, np.uint64), checked, threads=1)

    def remove(self, keys: Collection[int]) -> None:
        for key in keys:
            if key in self._index:
                self._index.remove(key)

    def search(self, vector: NDArray[np.float32], least: float, most: int) -> tuple[Hit, ...]:
        (wanted,) = _directions(vector[np.newaxis], self._size)
        if not len(self):
            return ()
        count = min(max(self._PROPOSED, most), len(self))
        keys = [int(key) for key in self._index.search(wanted, count, threads=1).keys]
        cosines = [float(np.asarray(self._index.get(key), np.float32) @ wanted) for key in keys]
        return _best([Hit(*each) for each in zip(keys, cosines, strict=True) if each[1] >= least], most)


def _best(hits: Sequence[Hit], most: int) -> tuple[Hit, ...]:
    return tuple(heapq.nsmallest(most, hits, key=lambda hit: (-hit.cosine, hit.key)))


def _new(keys: Sequence[int], vectors: Vectors, known: Any, size: int) -> Vectors:
    """The vectors of ``keys``, which are none of the ``known``."""
    if len(set(keys)) != len(keys) or any(key in known for key in keys):
        raise ValueError("a key names one vector")
    if len(keys) != len(vectors):
        raise ValueError("one vector to each key")
    return _directions(vectors, size)


def _directions(vectors: Vectors, size: int) -> Vectors:
    """The same directions, of length 1 exactly: what was stored in half precision is a little off."""
    if vectors.ndim != 2 or vectors.shape[1] != size:
        raise ValueError(f"vectors have {size} numbers here")
    wide = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise ValueError("a vector without direction")
    return np.asarray(wide / lengths, np.float32)
