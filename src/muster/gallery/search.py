"""Who among many has a vector like this one: 1:N over vectors of length 1, by their cosine.

Up to a limit every vector is compared (``ExactSearch``): nothing is missed, and 100,000 of 512 numbers take about
as long as reading their 205 MB from memory. Beyond it sketches of them are compared first (``SketchSearch``),
which can miss somebody who is not much alike; ``muster bench gallery`` measures how often. All keep one protocol
and give the same scores to whom they find, but for the rounding of half precision: sketches and graphs only
propose, the cosine is computed from the vectors.

Keys are the caller's numbers. Nothing is kept on a disk, and one thread at a time may use one search.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""(n, size), each row of length 1."""

EXACT_UP_TO = 100_000
_PROCESSORS = min(os.cpu_count() or 1, 4)  # more wait for memory
_WORTH_SHARING = 8  # blocks: below, handing them over takes longer
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
    return ExactSearch(size) if count <= exact_up_to else SketchSearch(size)


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
        for key, vector in zip(keys, new_vectors(keys, vectors, self._rows, self._size), strict=True):
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
        (wanted,) = directions(vector[np.newaxis], self._size)
        found: list[Hit] = []
        for number, block in enumerate(self._blocks):
            first = number * _BLOCK_ROWS
            cosines = block[: len(self._keys) - first] @ wanted
            near = _nearest(cosines, least, most)
            found += [Hit(self._keys[first + row], float(cosines[row])) for row in near]
        return best(found, most)

    def _at(self, row: int) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._blocks[row // _BLOCK_ROWS][row % _BLOCK_ROWS]
        return vector


class SketchSearch:
    """Two looks: first at a sketch of every vector, then at those whose sketches are the most alike.

    A sketch is ``_BITS`` signs of the vector along fixed directions; the share of signs two sketches do not have
    in common is the angle between their vectors, with an error. The first half of the signs chooses ``_FIRST`` in
    a hundred of all (four times ``_SECOND`` at least), all signs choose ``_SECOND`` of those, and of these the
    cosine is computed from vectors in half precision. There is nothing to build or to repair: a template is added
    and removed at once. Blocks are looked at side by side, by as many processors as there are.
    """

    _BITS = 1024
    _FIRST = 3
    _SECOND = 3072
    _ROWS = 32_768  # of a block, so that what is counted at once stays in the processor's cache
    _TOGETHER = 512  # vectors that are widened at once

    def __init__(self, size: int) -> None:
        self._size = size
        self._along = _directions_of_sketches(size, self._BITS)
        self._half = self._BITS // 128  # words
        self._sketches: list[NDArray[np.uint64]] = []  # their first halves, word by word
        self._rests: list[NDArray[np.uint64]] = []  # their second halves, one after the other
        self._vectors: list[NDArray[np.float16]] = []
        self._keys = np.zeros(0, np.int64)
        self._rows: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, keys: Sequence[int], vectors: Vectors) -> None:
        checked = new_vectors(keys, vectors, self._rows, self._size)
        for first in range(0, len(keys), _BLOCK_ROWS):
            self._put(keys[first : first + _BLOCK_ROWS], checked[first : first + _BLOCK_ROWS])

    def _put(self, keys: Sequence[int], vectors: Vectors) -> None:
        done, sketches = 0, self._sketched(vectors)
        while done < len(keys):
            row = len(self._rows)
            self._make_room(row)
            block, start = divmod(row, self._ROWS)
            count = min(self._ROWS - start, len(keys) - done)
            some = slice(done, done + count)
            self._vectors[block][start : start + count] = vectors[some]
            self._sketches[block][:, start : start + count] = sketches[some, : self._half].T
            self._rests[block][start : start + count] = sketches[some, self._half :]
            self._keys[row : row + count] = keys[some]
            self._rows.update((key, row + number) for number, key in enumerate(keys[some]))
            done += count

    def _make_room(self, row: int) -> None:
        if row == len(self._vectors) * self._ROWS:
            self._vectors.append(np.zeros((self._ROWS, self._size), np.float16))
            self._sketches.append(np.zeros((self._half, self._ROWS), np.uint64))
            self._rests.append(np.zeros((self._ROWS, self._half), np.uint64))
            self._keys = np.concatenate([self._keys, np.zeros(self._ROWS, np.int64)])

    def remove(self, keys: Collection[int]) -> None:
        for key in keys:
            row = self._rows.pop(key, None)
            if row is None:
                continue
            last = len(self._rows)
            (block, start), (end, stop) = divmod(row, self._ROWS), divmod(last, self._ROWS)
            if row != last:
                self._vectors[block][start] = self._vectors[end][stop]
                self._sketches[block][:, start] = self._sketches[end][:, stop]
                self._rests[block][start] = self._rests[end][stop]
                moved = int(self._keys[last])
                self._keys[row], self._rows[moved] = moved, row
            self._vectors[end][stop] = 0
            self._sketches[end][:, stop] = 0
            self._rests[end][stop] = 0
            if stop == 0:
                for blocks in (self._vectors, self._sketches, self._rests):
                    del blocks[-1]
                self._keys = self._keys[:last]

    def search(self, vector: NDArray[np.float32], least: float, most: int) -> tuple[Hit, ...]:
        (wanted,) = directions(vector[np.newaxis], self._size)
        if not len(self):
            return ()
        rows = self._alike(self._sketched(wanted[np.newaxis])[0], max(most, self._SECOND))
        cosines = self._cosines(rows, wanted)
        near = _nearest(cosines, least, most)
        return best([Hit(int(self._keys[rows[each]]), float(cosines[each])) for each in near], most)

    def _alike(self, sketch: NDArray[np.uint64], most: int) -> NDArray[np.int64]:
        """The rows whose sketches differ least, in ascending order."""
        beginning, rest = sketch[: self._half], sketch[self._half :]
        apart = np.zeros(len(self), np.uint16)

        def look(number: int) -> None:
            part = apart[number * self._ROWS : (number + 1) * self._ROWS]
            _count_apart(self._sketches[number], beginning, part)

        _side_by_side(look, len(self._sketches))
        some = _least(apart, max(4 * most, len(self) * self._FIRST // 100))
        further = apart[some]

        def look_further(number: int, inside: slice, places: NDArray[np.int64]) -> None:
            differ = np.bitwise_count(self._rests[number][places] ^ rest)
            further[inside] += differ.sum(axis=1, dtype=np.uint16)

        self._each_block(some, look_further)
        return some[_least(further, most)]

    def _cosines(self, rows: NDArray[np.int64], wanted: NDArray[np.float32]) -> NDArray[np.float32]:
        found = np.zeros(len(rows), np.float32)

        def compare(number: int, inside: slice, places: NDArray[np.int64]) -> None:
            for first in range(0, len(places), self._TOGETHER):
                part = self._vectors[number][places[first : first + self._TOGETHER]].astype(np.float32)
                cosines = part @ wanted / np.sqrt(np.einsum("ij,ij->i", part, part))
                found[inside.start + first : inside.start + first + len(part)] = cosines

        self._each_block(rows, compare)
        return found

    def _each_block(self, rows: NDArray[np.int64], do: Callable[[int, slice, NDArray[np.int64]], None]) -> None:
        """``rows``, ascending, by the block they are in: its number, where they stand among all, and in it."""
        borders = np.searchsorted(rows, np.arange(len(self._vectors) + 1) * self._ROWS)

        def in_block(number: int) -> None:
            inside = slice(int(borders[number]), int(borders[number + 1]))
            do(number, inside, rows[inside] - number * self._ROWS)

        _side_by_side(in_block, len(self._vectors))

    def _sketched(self, vectors: Vectors) -> NDArray[np.uint64]:
        """(n, words)."""
        signs: NDArray[np.uint64] = np.packbits(vectors @ self._along >= 0, axis=1).view(np.uint64)
        return signs


@cache
def _directions_of_sketches(size: int, bits: int) -> NDArray[np.float32]:
    """(size, bits): always the same; as many at a time as there are dimensions stand at right angles."""
    random = np.random.default_rng(size)
    turns = [np.linalg.qr(random.standard_normal((size, size)))[0] for _ in range(-(-bits // size))]
    return np.concatenate(turns, axis=1)[:, :bits].astype(np.float32)


def _count_apart(sketches: NDArray[np.uint64], sketch: NDArray[np.uint64], told: NDArray[np.uint16]) -> None:
    """Add to ``told`` in how many signs each differs."""
    count = len(told)
    word, ones = np.empty(count, np.uint64), np.empty(count, np.uint8)
    for each, wanted in zip(sketches, sketch, strict=True):
        np.bitwise_xor(each[:count], wanted, out=word)
        np.bitwise_count(word, out=ones)
        np.add(told, ones, out=told)


def _side_by_side(do: Callable[[int], None], count: int) -> None:
    """``do`` each number below ``count``, by all processors: numpy lets go of the interpreter meanwhile."""
    workers = _workers()
    if workers is None or count < _WORTH_SHARING:
        for number in range(count):
            do(number)
        return
    shares = min(_PROCESSORS, count)

    def do_share(first: int) -> None:
        for number in range(first, count, shares):
            do(number)

    others = [workers.submit(do_share, first) for first in range(1, shares)]
    do_share(0)
    for each in others:
        each.result()


@cache
def _workers() -> ThreadPoolExecutor | None:
    """For all searches of this process; nothing where there is one processor only."""
    return ThreadPoolExecutor(_PROCESSORS - 1, "searching") if _PROCESSORS > 1 else None


def _least(values: NDArray[np.uint16], most: int) -> NDArray[np.int64]:
    """Where the ``most`` smallest stand, and with them all that are as small as the last of these."""
    if len(values) <= most:
        return np.arange(len(values))
    return np.flatnonzero(values <= np.partition(values, most - 1)[most - 1])


def _nearest(cosines: NDArray[np.float32], least: float, most: int) -> NDArray[np.int64]:
    """Where the ``most`` highest stand that are ``least`` or more."""
    near = np.flatnonzero(cosines >= least)
    return near[np.argpartition(-cosines[near], most)[:most]] if len(near) > most else near


def best(hits: Sequence[Hit], most: int) -> tuple[Hit, ...]:
    """The ranking all searches have: by the cosine, then by the key."""
    return tuple(heapq.nsmallest(most, hits, key=lambda hit: (-hit.cosine, hit.key)))


def new_vectors(keys: Sequence[int], vectors: Vectors, known: Any, size: int) -> Vectors:
    """The vectors of ``keys``, which are none of the ``known``."""
    if len(set(keys)) != len(keys) or any(key in known for key in keys):
        raise ValueError("a key names one vector")
    if len(keys) != len(vectors):
        raise ValueError("one vector to each key")
    return directions(vectors, size)


def directions(vectors: Vectors, size: int) -> Vectors:
    """The same directions, of length 1 exactly: what was stored in half precision is a little off."""
    if vectors.ndim != 2 or vectors.shape[1] != size:
        raise ValueError(f"vectors have {size} numbers here")
    wide = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise ValueError("a vector without direction")
    return np.asarray(wide / lengths, np.float32)
