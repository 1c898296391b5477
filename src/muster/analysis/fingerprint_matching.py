"""Whether two prints are of one finger: Minutia Cylinder-Code (Cappelli, Ferrara and Maltoni, 2010).

Every minutia describes its neighbourhood by a cylinder of bits in its own direction; two prints are compared by
their most similar cylinders that also lie to each other in the same way. Cylinders come from ``afis``. Comparing
them is done here, all pairs at once: the package does one bit after the other in Python. And its frame is not
used: given a picture's height it turns y upwards, but not the sense in which cylinders turn, after which a finger
turned by ten degrees no longer matches itself (0.03 instead of 0.7).

Extract once, compare templates: a template takes a third of a second, a comparison some milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.analysis.calibration import calibration
from muster.analysis.fingerprint_minutiae import Minutiae
from muster.domain.assessment import Finding, Score, Severity
from muster.domain.biometrics import BiometricAttribute
from muster.errors import Code

MEASURE = "fingerprint match"

SAME_FINGER_TWICE = Code(
    "SAME_FINGER_TWICE", "The same finger was placed for both: {finger}, {other}. Take both again, each by itself."
)

_MOST_MINUTIAE = 80
_FEWEST = 4  # cylinders; fewer say nothing
_RELAXED = 5  # times
_OWN_WEIGHT = 0.5

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FingerTemplate:
    """What is compared of one print. A row of each array is a cylinder: ``ones`` and ``known`` its bits and which
    of them are known (0.0 or 1.0), ``places`` x, y, ``directions`` in radians. Biometric data: never logged."""

    ones: Floats
    known: Floats
    places: NDArray[np.float64]
    directions: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.directions)


@dataclass(frozen=True, slots=True)
class FingerMatch:
    """``score`` on both scales; ``threshold`` in that of ``score.raw``, 0..1."""

    score: Score
    threshold: float

    @property
    def is_match(self) -> bool:
        return self.score.raw >= self.threshold


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finger of a gallery, by its ``label`` there."""

    label: str
    match: FingerMatch


def extract(minutiae: Minutiae) -> FingerTemplate:
    """The template of a print with these minutiae; an empty one if they are too few. It matches nothing."""
    from afis.algorithms import mcc

    strongest = minutiae[:_MOST_MINUTIAE]
    table = np.insert(strongest, 3, 0, axis=1)  # the kind of each, which nobody asks for here
    cylinders = [each for each in mcc.build_cylinders(table, _parameters(), height=None) if each.valid]
    if not cylinders:
        nothing = np.zeros((0, 0), np.float32)
        return FingerTemplate(nothing, nothing, np.zeros((0, 2)), np.zeros(0))
    return FingerTemplate(
        np.array([each.bits for each in cylinders], np.float32),
        np.array([each.valid_mask for each in cylinders], np.float32),
        np.array([(each.x, each.y) for each in cylinders]),
        np.array([each.theta for each in cylinders]),
    )


def match(a: FingerTemplate, b: FingerTemplate) -> FingerMatch:
    """1:1. Raises ``Unavailable``, ``NotAuthentic`` (calibration)."""
    scale = calibration(MEASURE)
    return FingerMatch(scale.score(round(_similarity(a, b), 4)), scale.thresholds["match"])


def identify(probe: FingerTemplate, gallery: Mapping[str, FingerTemplate]) -> tuple[Candidate, ...]:
    """1:N over a handful: those that match, the most similar first."""
    found = (Candidate(label, match(probe, each)) for label, each in gallery.items())
    return tuple(sorted((each for each in found if each.match.is_match), key=lambda each: -each.match.score.raw))


def same_finger_twice(templates: Mapping[BiometricAttribute, FingerTemplate]) -> tuple[Finding, ...]:
    """One finding for every pair of a person's fingers that are one and the same; ``detail`` says which."""
    return tuple(
        Finding(SAME_FINGER_TWICE, Severity.BLOCKS, other.value, {"finger": one.value, "other": other.value})
        for one, other in combinations(templates, 2)
        if match(templates[one], templates[other]).is_match
    )


@cache
def _parameters() -> Any:
    from afis.algorithms import mcc

    return mcc.MCCParams(max_minutiae=_MOST_MINUTIAE)


def _similarity(a: FingerTemplate, b: FingerTemplate) -> float:
    """Local similarity sort with relaxation (LSS-R, 4.2 of the paper), 0..1."""
    if min(len(a), len(b)) < _FEWEST:
        return 0.0
    local = _local(a, b)
    pairs = _best_pairs(local)
    if len(pairs) < _FEWEST:
        return 0.0
    i, j = (np.array(each) for each in zip(*pairs, strict=True))
    first = local[i, j]
    compatible = _compatible(a, i, b, j)
    relaxed = first
    for _ in range(_RELAXED):
        relaxed = _OWN_WEIGHT * relaxed + (1 - _OWN_WEIGHT) / (len(first) - 1) * (compatible @ relaxed)
    kept = np.argsort(-relaxed / first)[: _how_many(a, b)]
    return float(np.clip(relaxed[kept].mean(), 0, 1))


def _local(a: FingerTemplate, b: FingerTemplate) -> Floats:
    """(n, m): how alike the bits are that both cylinders know."""
    ones_a, ones_b = a.ones @ b.known.T, a.known @ b.ones.T
    different = np.maximum(ones_a + ones_b - 2 * (a.ones @ b.ones.T), 0)
    alike = 1 - np.sqrt(different) / np.maximum(np.sqrt(ones_a) + np.sqrt(ones_b), 1e-6)
    enough = a.known @ b.known.T >= _parameters().min_match_cells_frac * a.ones.shape[1]
    turned = np.abs(_angle(a.directions[:, np.newaxis] - b.directions))
    result: Floats = np.where(enough & (turned <= _parameters().delta_theta), np.maximum(alike, 0), 0)
    return result


def _best_pairs(local: Floats) -> Sequence[tuple[int, int]]:
    """The most alike first, each cylinder once."""
    columns = local.shape[1]
    free_a, free_b = np.ones(local.shape[0], np.bool_), np.ones(columns, np.bool_)
    pairs: list[tuple[int, int]] = []
    for place in np.argsort(-local, axis=None, kind="stable"):
        i, j = divmod(int(place), columns)
        if local[i, j] <= 0 or len(pairs) == min(local.shape):
            break
        if free_a[i] and free_b[j]:
            free_a[i] = free_b[j] = False
            pairs.append((i, j))
    return pairs


def _compatible(
    a: FingerTemplate, i: NDArray[np.int64], b: FingerTemplate, j: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How well each two pairs agree on distance, turn and bearing."""
    limits = _parameters()
    (far_a, turn_a, bearing_a), (far_b, turn_b, bearing_b) = _to_each_other(a, i), _to_each_other(b, j)
    agreement: NDArray[np.float64] = (
        _sigmoid(np.abs(far_a - far_b), limits.mu_p1, limits.tau_p1)
        * _sigmoid(np.abs(_angle(turn_a - turn_b)), limits.mu_p2, limits.tau_p2)
        * _sigmoid(np.abs(_angle(bearing_a - bearing_b)), limits.mu_p3, limits.tau_p3)
    )
    np.fill_diagonal(agreement, 0)
    return agreement


def _to_each_other(
    template: FingerTemplate, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    places, directions = template.places[chosen], template.directions[chosen]
    across, down = (places[:, np.newaxis] - places).transpose(2, 0, 1)
    turned = directions[:, np.newaxis] - directions
    bearing = directions[:, np.newaxis] - np.arctan2(down, -across)
    return np.hypot(across, down), turned, bearing


def _how_many(a: FingerTemplate, b: FingerTemplate) -> int:
    limits = _parameters()
    span = limits.n_p_max - limits.n_p_min
    share = float(_sigmoid(np.array(min(len(a), len(b))), limits.n_p_mu, limits.n_p_tau * span))
    return int(limits.n_p_min + round(share * span))


def _sigmoid(value: NDArray[Any], middle: float, slope: float) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(np.clip(slope * (middle - value), -60, 60)))
    return result


def _angle(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Wrapped to -pi..pi."""
    return (value + np.pi) % (2 * np.pi) - np.pi
