"""Whether the face moves before its background, or with it, as on a sheet of paper that is held up.

Corners beside the head are followed from frame to frame, and their movement is compared with the head's own: only
those close to it, since a sheet ends somewhere and the room behind it stands still. A plain wall, or a head that
is kept still, says nothing. A recording on a screen that stands still looks alive here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.calibration import calibration
from muster.analysis.liveness_observation import LIVENESS_TOO_SHORT, Observation, Window, with_face
from muster.analysis.opencv import opencv
from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

LIVENESS_NO_MOVEMENT = Code("LIVENESS_NO_MOVEMENT", "Neither head nor background moved enough to judge this.")

PARALLAX = "liveness parallax"
_LAG = 4
_MOST_PAIRS = 16
_LEAST_PIXELS = 1.2
# Face widths from the middle of the face: hair ends before, sheets and screens end after.
_FROM, _TO = 0.98, 1.75
_MOST_CORNERS, _LEAST_CORNERS = 40, 6
# Of a corner, in the units of cv2.cornerMinEigenVal: noise on a plain wall stays below.
_LEAST_CORNER = 3e-5
_REACH = 48  # pixels
_LOST_FROM = 0.7  # pixels between a corner and where following it back leads


class ParallaxSignal:
    """How much of the head's movement its background shares: 0 a head before a wall, 1 a flat picture."""

    name = PARALLAX

    def __init__(self, models: Path | None = None) -> None:
        self.scale = calibration(PARALLAX, models)

    def read(self, window: Window) -> Score | NotAssessed:
        seen = with_face(window)
        if len(seen) < 2 * _LAG:
            return NotAssessed(self.name, LIVENESS_TOO_SHORT)
        firsts = np.unique(np.linspace(0, len(seen) - _LAG - 1, _MOST_PAIRS).round().astype(int)).tolist()
        pairs = [_movement(seen[at], seen[at + _LAG]) for at in firsts]
        moved = [each for each in pairs if each is not None]
        if len(moved) < _LAG:
            return NotAssessed(self.name, LIVENESS_NO_MOVEMENT)
        shares = [float(head @ behind) / float(head @ head) for head, behind in moved]
        return self.scale.score(round(float(np.median(shares)), 3))


def _movement(a: Observation, b: Observation) -> tuple[np.ndarray, np.ndarray] | None:
    """Of the head and of what is beside it, in pixels; None where nothing beside it can be followed."""
    assert a.mesh is not None and b.mesh is not None
    if a.frame.shape != b.frame.shape:
        return None
    head = b.mesh.points[:, :2].mean(0) - a.mesh.points[:, :2].mean(0)
    if head @ head <= _LEAST_PIXELS**2:
        return None
    part = _around(a)
    behind = _followed(_grey(a.frame[part]), _grey(b.frame[part]), _beside(a)[part])
    return None if behind is None else (head, behind)


def _around(seen: Observation) -> tuple[slice, slice]:
    """What is looked at: where corners are looked for, and as far as they can be followed from there."""
    assert seen.mesh is not None
    x, y, w, h = seen.mesh.box
    middle = x + w / 2
    rows = slice(max(0, int(y - h / 2) - _REACH), max(1, int(y + h) + _REACH))
    return rows, slice(max(0, int(middle - _TO * w) - _REACH), max(1, int(middle + _TO * w) + _REACH))


def _beside(seen: Observation) -> Pixels:
    """Where corners are looked for: left and right of the head, from above it down to the chin."""
    assert seen.mesh is not None
    mask = np.zeros(seen.frame.shape[:2], np.uint8)
    x, y, w, h = seen.mesh.box
    rows, middle = slice(max(0, int(y - h / 2)), max(0, int(y + h))), x + w / 2
    mask[rows, max(0, int(middle - _TO * w)) : max(0, int(middle - _FROM * w))] = 255
    mask[rows, max(0, int(middle + _FROM * w)) : max(0, int(middle + _TO * w))] = 255
    return mask


def _followed(one: Pixels, other: Pixels, mask: Pixels) -> np.ndarray | None:
    cv2 = opencv()
    corners = cv2.goodFeaturesToTrack(one, _MOST_CORNERS, 0.05, 7, mask=mask)
    if corners is None:
        return None
    strong = cv2.cornerMinEigenVal(one, 3)
    places = corners.reshape(-1, 2).astype(int)
    corners = corners[strong[places[:, 1], places[:, 0]] >= _LEAST_CORNER]
    if len(corners) < _LEAST_CORNERS:
        return None
    there, found, _ = cv2.calcOpticalFlowPyrLK(one, other, corners, None, winSize=(21, 21), maxLevel=3)
    back, again, _ = cv2.calcOpticalFlowPyrLK(other, one, there, None, winSize=(21, 21), maxLevel=3)
    kept = (found & again).reshape(-1) == 1
    kept &= np.abs(back - corners).reshape(-1, 2).max(1) < _LOST_FROM
    if kept.sum() < _LEAST_CORNERS:
        return None
    return np.asarray(np.median((there - corners).reshape(-1, 2)[kept], axis=0), np.float64)


def _grey(frame: Pixels) -> Pixels:
    cv2 = opencv()
    # The grid of a screen is finer than what is followed, and moves in ways of its own.
    calm: Pixels = cv2.GaussianBlur(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), (0, 0), 1.5)
    return calm
