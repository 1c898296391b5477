"""How often comparisons err, from their scores: false matches, false non-matches and where the two are equal.

Words are those of ISO/IEC 19795-1; a higher score is more alike, and a match is a score at or above the threshold.
Each rate comes with the bound that it stays below with 95 % confidence (Clopper and Pearson, 1934, one-sided):
without a single error that is the rule of three, 3 / n. The bound takes trials for independent; comparisons that
share a person are not, so that the truth is somewhat less sure still.

Pure: scores in, numbers out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_CONFIDENCE = 0.95
_POINTS = 500  # of a curve; more cannot be seen

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """``wrong`` of ``n`` went wrong, ``rate`` is their share; with 95 % confidence it is ``at_most`` that."""

    n: int
    wrong: int
    rate: float
    at_most: float

    @classmethod
    def of(cls, wrong: int, n: int) -> ErrorRate | None:
        """None of no trials."""
        from scipy.special import betaincinv  # type: ignore[import-untyped]

        if n == 0:
            return None
        at_most = 1.0 if wrong == n else float(betaincinv(wrong + 1, n - wrong, _CONFIDENCE))
        return cls(n, wrong, round(wrong / n, 6), round(at_most, 6))


@dataclass(frozen=True, slots=True)
class EqualError:
    """The rate at the threshold where false matches and false non-matches come nearest to each other."""

    rate: float
    threshold: float


@dataclass(frozen=True, eq=False)
class Scores:
    """Of genuine comparisons (one finger, one face) and of impostor comparisons (two different ones), rising."""

    genuine: Floats
    impostor: Floats

    @classmethod
    def of(cls, genuine: Iterable[float], impostor: Iterable[float]) -> Scores:
        return cls(_rising(genuine), _rising(impostor))

    def fnmr(self, threshold: float) -> ErrorRate | None:
        """False non-match rate: genuine comparisons below the threshold."""
        return ErrorRate.of(int(np.searchsorted(self.genuine, threshold)), len(self.genuine))

    def fmr(self, threshold: float) -> ErrorRate | None:
        """False match rate: impostor comparisons at the threshold or above."""
        n = len(self.impostor)
        return ErrorRate.of(n - int(np.searchsorted(self.impostor, threshold)), n)

    @cached_property
    def equal_error(self) -> EqualError | None:
        """None where one of the two kinds is missing."""
        if not (len(self.genuine) and len(self.impostor)):
            return None
        thresholds = self._thresholds
        false_matches, misses = self._rates(thresholds)
        apart = np.abs(false_matches - misses)
        # Of several that are as good, the middle: between two heaps that do not touch, not at the edge of one.
        nearest = thresholds[apart <= apart.min() + 1e-12]
        at = int(apart.argmin())
        rate = (false_matches[at] + misses[at]) / 2
        return EqualError(round(float(rate), 6), round(float((nearest[0] + nearest[-1]) / 2), 4))

    @cached_property
    def det(self) -> tuple[Floats, Floats]:
        """The detection error trade-off: false match rates, and the false non-match rates that go with them."""
        thresholds = self._thresholds
        return self._rates(np.linspace(thresholds[0], thresholds[-1], _POINTS))

    @property
    def _thresholds(self) -> Floats:
        """Every score, a place between each two, and one above all."""
        found = np.unique(np.concatenate([self.genuine, self.impostor]))
        return np.sort(np.concatenate([found, (found[1:] + found[:-1]) / 2, found[-1:] + 1e-6]))

    def _rates(self, thresholds: Floats) -> tuple[Floats, Floats]:
        false_matches = 1 - np.searchsorted(self.impostor, thresholds) / max(1, len(self.impostor))
        misses = np.searchsorted(self.genuine, thresholds) / max(1, len(self.genuine))
        return false_matches, misses


def _rising(scores: Iterable[float]) -> Floats:
    return np.sort(np.fromiter(scores, np.float64))
