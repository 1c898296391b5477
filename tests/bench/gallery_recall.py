"""How often the graph finds whom comparing with everybody finds, and what each costs.

``python tests/bench/gallery_recall.py [COUNT [SEARCHES]]``: vectors in every direction alike are the hardest there
are for a graph; whoever is searched for is one of them, moved until the cosine is what two pictures of one person
have.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from numpy.typing import NDArray

from muster.analysis.gallery_search import ExactSearch, GraphSearch

SIZE = 512
COSINES = (0.5, 0.6, 0.7, 0.8)


def main(count: int, searches: int) -> None:
    random = np.random.default_rng(0)
    vectors = directions(random, count)
    exact, graph = ExactSearch(SIZE), GraphSearch(SIZE)
    for each in (exact, graph):
        began = time.perf_counter()
        each.add(range(count), vectors)
        print(f"{type(each).__name__}: {count} added in {time.perf_counter() - began:.1f} s")
    for cosine in COSINES:
        found, apart, times = 0, 0.0, [0.0, 0.0]
        for wanted in random.integers(0, count, searches):
            vector = near(random, vectors[wanted], cosine)
            answers = []
            for which, each in enumerate((exact, graph)):
                began = time.perf_counter()
                answers.append({hit.key: hit.cosine for hit in each.search(vector, cosine - 0.02, 10)})
                times[which] += time.perf_counter() - began
            found += wanted in answers[1]
            assert wanted in answers[0]
            apart = max([apart, *(abs(answers[0][key] - score) for key, score in answers[1].items())])
        per_search = [1000 * each / searches for each in times]
        print(
            f"cosine {cosine}: {found} of {searches} found by the graph, scores apart by {apart:.1e} at most; "
            f"exact {per_search[0]:.1f} ms, graph {per_search[1]:.1f} ms"
        )


def directions(random: np.random.Generator, count: int) -> NDArray[np.float32]:
    vectors = random.standard_normal((count, SIZE), np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def near(random: np.random.Generator, vector: NDArray[np.float32], cosine: float) -> NDArray[np.float32]:
    """A vector at that cosine from ``vector``, in any direction."""
    (other,) = directions(random, 1)
    across = other - (other @ vector) * vector
    across /= np.linalg.norm(across)
    return np.asarray(cosine * vector + np.sqrt(1 - cosine**2) * across, np.float32)


if __name__ == "__main__":
    asked = [int(each) for each in sys.argv[1:3]]
    main(*asked, *(100_000, 200)[len(asked) :])
