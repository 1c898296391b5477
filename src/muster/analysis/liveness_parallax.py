"""Whether the face moves before its background, or with it, as on a sheet of paper that is held up.

The background beside the head is followed from frame to frame and compared with the head's own movement. A plain
wall, or a head that is kept still, says nothing. A recording on a screen that stands still looks alive here.
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
_LEAST_PIXELS = 1.2
_LEAST_TEXTURE = 4.0
_BESIDE = 0.98  # face widths from the middle of the face
_NARROWEST = 24


class ParallaxSignal:
    """How much of the head's movement its background shares: 0 a head before a wall, 1 a flat picture."""

    name = PARALLAX

    def __init__(self, models: Path | None = None) -> None:
        self.scale = calibration(PARALLAX, models)

    def read(self, window: Window) -> Score | NotAssessed:
        seen = with_face(window)
        if len(seen) < 2 * _LAG:
            return NotAssessed(self.name, LIVENESS_TOO_SHORT)
        pairs = [_movement(a, b) for a, b in zip(seen, seen[_LAG:], strict=False)]
        moved = [
            (head, behind) for each in pairs if each for head, behind in [each] if head @ head > _LEAST_PIXELS**2
        ]
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
    x, y, w, h = a.mesh.box
    left, right = max(0, int(x + w / 2 - _BESIDE * w)), int(x + w / 2 + _BESIDE * w)
    bottom = max(1, int(y + h))
    found = []
    for columns in (slice(0, left), slice(right, None)):
        one, other = _grey(a.frame[:bottom, columns]), _grey(b.frame[:bottom, columns])
        if min(one.shape) < _NARROWEST or _texture(one) < _LEAST_TEXTURE:
            continue
        window = opencv().createHanningWindow(one.shape[::-1], opencv().CV_32F)
        (dx, dy), _ = opencv().phaseCorrelate(one, other, window)
        found.append((dx, dy))
    return (head, np.mean(found, axis=0)) if found else None


def _grey(part: Pixels) -> np.ndarray:
    return np.asarray(part.mean(2, dtype=np.float32))


def _texture(part: np.ndarray) -> float:
    """Grey levels by which the background varies within a few pixels, noise apart."""
    calm = opencv().GaussianBlur(part, (0, 0), 2)
    return float((calm - opencv().GaussianBlur(part, (0, 0), 12)).std())
