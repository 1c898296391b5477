"""Where the lids' edges run across an iris: two parabolas.

Each is the one along which the picture changes most from row to row, looked for in the iris and a little beside
it, and believed only where what lies beyond it does not look like iris. A lid that leaves the whole iris free has
none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.analysis.opencv import opencv

Floats = NDArray[np.float32]

_COLUMNS = 61
_ROWS = 121
_REACH = 1.2  # radii up and down
_BESIDE = 1.45  # radii: there the lids run against the white, which is brighter than any lid
_MOST_STEP = 12.0  # grey levels: a steeper place counts no more
_LEAST_STEP = 3.0  # grey levels a row of the strip, on the mean along the edge
_LEAST_DIFFERENCE = 10.0  # grey levels between iris and what lies beyond


@dataclass(frozen=True, slots=True)
class Lid:
    """Row of the edge: ``y + slope * d + bend * d**2`` with ``d`` the pixels to the right of ``x``."""

    x: float
    y: float
    slope: float
    bend: float

    def row(self, x: Floats) -> Floats:
        away = x - self.x
        row: Floats = self.y + self.slope * away + self.bend * away**2
        return row

    def scaled(self, factor: float) -> Lid:
        return Lid(self.x * factor, self.y * factor, self.slope, self.bend / factor)


def find_lids(
    smooth: Floats, x: float, y: float, radius: float, pupil_y: float, pupil_radius: float
) -> tuple[Lid | None, Lid | None]:
    """Upper and lower, of an iris whose middle and radius are known; None for a lid that does not reach it."""
    across = np.linspace(-_BESIDE, _BESIDE, _COLUMNS, dtype=np.float32)
    upper = _lid(smooth, across, x, y, radius, (-1.0, (pupil_y - y) / radius), -1)
    lower = _lid(smooth, across, x, y, radius, ((pupil_y + 0.6 * pupil_radius - y) / radius, 1.0), 1)
    return upper, lower


def _lid(
    smooth: Floats, across: Floats, x: float, y: float, radius: float, span: tuple[float, float], side: int
) -> Lid | None:
    """``across`` and ``span`` in radii from the middle; ``side`` -1 for the upper lid."""
    cv2 = opencv()
    levels = np.arange(span[0] - 0.1, span[1] + 0.1, 0.02, dtype=np.float32)
    bends = np.linspace(0, 0.45, 7, dtype=np.float32) * -side
    slopes = np.linspace(-0.3, 0.3, 13, dtype=np.float32)
    rows = _strip(smooth, across, x, y, radius)
    steps = cv2.Sobel(
        cv2.GaussianBlur(rows, (0, 0), sigmaX=1.0, sigmaY=1.6), cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8
    )
    shape = bends[:, None, None] * across**2 + slopes[:, None] * across  # (bends, slopes, columns)
    places = levels[:, None, None, None] + shape
    found, inside = _along(steps, places, across, side)
    found = np.where(inside.sum(axis=-1) > 0.25 * _COLUMNS, found, 0)
    best = np.unravel_index(int(np.argmax(found)), found.shape)
    if found[best] < _LEAST_STEP:
        return None
    edge = places[best]
    if not _differs(rows, edge, across, side):
        return None
    return Lid(
        float(x), float(y + radius * levels[best[0]]), float(slopes[best[2]]), float(bends[best[1]] / radius)
    )


def _strip(smooth: Floats, across: Floats, x: float, y: float, radius: float) -> Floats:
    """The iris and what is above and below, 121 rows for 2.4 radii, a column for each of ``across``."""
    down = np.linspace(-_REACH, _REACH, _ROWS, dtype=np.float32)
    grid_x = np.broadcast_to(x + radius * across, (_ROWS, len(across))).astype(np.float32)
    grid_y = np.broadcast_to((y + radius * down)[:, None], (_ROWS, len(across))).astype(np.float32)
    cv2 = opencv()
    strip: Floats = cv2.remap(smooth, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return strip


def _along(steps: Floats, places: Floats, across: Floats, side: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Mean step over the places that lie in the iris; where there are such."""
    rows = (places + _REACH) * (_ROWS - 1) / (2 * _REACH)
    near = np.clip(np.round(rows), 0, _ROWS - 1).astype(np.int32)
    away = places**2 + across**2
    inside = away < 0.95**2
    counted = inside | (away > 1.08**2)  # not the iris's own edge
    values = np.clip(steps[near, np.arange(len(across))], -_MOST_STEP, _MOST_STEP)
    count = np.maximum(counted.sum(axis=-1), 1)
    # In the iris a lid is brighter or darker all along, lashes and furrows are both by turns; beside it is white.
    over_iris = np.abs((values * inside).sum(axis=-1))
    over_white = (values * (counted & ~inside)).sum(axis=-1) * -side
    # As many places as possible: an edge is long.
    mean: Floats = ((over_iris + over_white) / count * np.sqrt(count / len(across))).astype(np.float32)
    return mean, inside


def _differs(rows: Floats, edge: Floats, across: Floats, side: int) -> bool:
    """Whether just beyond the edge, within the circle, it looks other than just before it."""
    down = np.linspace(-_REACH, _REACH, _ROWS, dtype=np.float32)[:, None]
    in_circle = down**2 + across**2 < 0.98**2
    outside = down**2 + across**2 > 1.1**2
    past = (down - edge) * side
    beyond, before = (past > 0.04) & (past < 0.3), (past < -0.06) & (past > -0.3)
    for part in (in_circle, outside):
        if (beyond & part).sum() >= 12 and (before & part).sum() >= 12:
            step = float(np.median(rows[beyond & part])) - float(np.median(rows[before & part]))
            if abs(step) > _LEAST_DIFFERENCE:
                return True
    return False
