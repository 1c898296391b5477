"""How values lie, kept as counts in classes so that months of them are added up at once. Pure.

Classes are the same for ever: what was counted with others could not be added to. What is asked of them (a median,
the middle half) is read between a class's two ends, so that it is true to a few points of quality, or a few
seconds of a minute.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

QUALITY_EDGES: tuple[float, ...] = tuple(range(0, 101, 10))
# From two seconds, over ten minutes (the longest a step takes before it is a pause), to what waits for a network.
TIME_EDGES_S: tuple[float, ...] = (
    *(0, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600),
    *(3_600, 21_600, 86_400, 604_800, 2_592_000),
)
_Z = 1.96


def place(edges: Sequence[float], value: float) -> int:
    """The class a value falls into; what lies outside belongs to the first or the last."""
    return min(max(bisect_right(edges, value) - 1, 0), len(edges) - 2)


@dataclass(frozen=True, slots=True)
class Spread:
    """How many values fell into each class between two ``edges``."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    @property
    def number(self) -> int:
        return sum(self.counts)

    def below(self, share: float) -> float:
        """The value that ``share`` of them (0 to 1) are below. Raises ``ValueError`` where there are none."""
        wanted, before = share * self.number, 0
        for place, count in enumerate(self.counts):
            if count and before + count >= wanted:
                low, high = self.edges[place], self.edges[place + 1]
                return low + (high - low) * (wanted - before) / count
            before += count
        raise ValueError("of nothing there is no middle")

    @property
    def median(self) -> float:
        return self.below(0.5)


def wilson(some: int, number: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927): true also of few, of all and of none."""
    if number == 0:
        return 0.0, 1.0
    share = some / number
    middle = (share + _Z * _Z / (2 * number)) / (1 + _Z * _Z / number)
    half = _Z * sqrt(share * (1 - share) / number + _Z * _Z / (4 * number * number)) / (1 + _Z * _Z / number)
    return max(0.0, middle - half), min(1.0, middle + half)
