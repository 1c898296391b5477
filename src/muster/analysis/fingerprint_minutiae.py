"""Minutiae: where ridges end or part, found by the LEADER network (Cappelli and others; R. Cappelli's pyfing).

Only the part of the picture that was touched goes through the network, which takes time by the pixel.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_ridges import RidgeMap
from muster.analysis.networks import Network

Minutiae = NDArray[np.float64]
"""(n, 4), the surest first: x, y in pixels from the upper left corner; direction in radians, counter-clockwise as
one looks at the picture; how sure the network is, 0..1. Biometric data: never logged."""

_MULTIPLE = 32  # of pixels, which the network's sides are
_MARGIN = 24  # pixels around what was touched
_SURE_FROM = 0.55  # LEADER's own
_MOST = 150


class MinutiaeFinder:
    """Loads its weights at the first use."""

    def __init__(self, models: Path | None = None, threads: int = 1) -> None:
        self._network = Network("leader", models, threads)

    def find(self, pixels: Pixels, ridges: RidgeMap) -> Minutiae:
        """In a (h, w) grey picture of 500 dpi. None where nothing was touched.

        Raises ``Unavailable``, ``NotAuthentic`` (weights).
        """
        left, top, right, bottom = ridges.box
        if right <= left or bottom <= top:
            return np.zeros((0, 4))
        left, top = max(0, left - _MARGIN), max(0, top - _MARGIN)
        cut = pixels[top : bottom + _MARGIN, left : right + _MARGIN]
        (height, width) = cut.shape
        below, beside = -height % _MULTIPLE, -width % _MULTIPLE
        above, before = below // 2, beside // 2
        padded = np.pad(cut, ((above, below - above), (before, beside - before)), mode="edge")
        direction, sure = self._network.run({"input": padded[np.newaxis, :, :, np.newaxis].astype(np.float32)})
        inside = (0, 0, slice(above, above + height), slice(before, before + width))
        found = _strongest(direction[inside], sure[inside])
        found[:, :2] += (left, top)
        return found


def _strongest(direction: NDArray[np.float32], sure: NDArray[np.float32]) -> Minutiae:
    rows, columns = np.nonzero(sure >= _SURE_FROM)
    found = np.stack([columns, rows, direction[rows, columns], sure[rows, columns]], axis=1).astype(np.float64)
    return found[np.lexsort((found[:, 0], found[:, 1], -found[:, 3]))][:_MOST]
