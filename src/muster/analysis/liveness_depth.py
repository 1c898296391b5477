"""Whether a head that turned is deeper than a sheet: how badly a plane explains where its points went.

Two pictures of a flat thing differ by a homography, however it is held; two of a head do not, since the nose goes
before the cheeks. A sheet bent round a cylinder has some depth of its own.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from muster.analysis.calibration import calibration
from muster.analysis.face_mesh import FaceMesh
from muster.analysis.liveness_observation import LIVENESS_TOO_SHORT, Window, with_face
from muster.analysis.opencv import opencv
from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

LIVENESS_NO_TURN = Code("LIVENESS_NO_TURN", "The head did not turn far enough to judge this.")

DEPTH = "liveness depth"
_LEAST_TURN = 9.0
_RIGID = [4, 6, 33, 133, 263, 362, 129, 358, 98, 327, 168, 197, 5, 117, 346, 205, 425, 10, 67, 297, 147, 376]


class DepthSignal:
    """What a homography leaves unexplained between the straightest and the most turned looks, in distances of the
    eyes for a turn of 20 degrees; the median of several pairs."""

    name = DEPTH

    def __init__(self, models: Path | None = None) -> None:
        self.scale = calibration(DEPTH, models)

    def read(self, window: Window) -> Score | NotAssessed:
        seen = [each for each in with_face(window) if each.pose is not None]
        if len(seen) < 6:
            return NotAssessed(self.name, LIVENESS_TOO_SHORT)
        yaws = np.array([each.pose.yaw for each in seen if each.pose])
        middle = float(np.median(yaws))
        straight = np.argsort(np.abs(yaws - middle))[:3]
        turned = [at for at in np.argsort(-np.abs(yaws - middle))[:6] if abs(yaws[at] - middle) >= _LEAST_TURN]
        found = []
        for at in turned:
            for other in straight:
                a, b = seen[int(other)].mesh, seen[int(at)].mesh
                if a is not None and b is not None:
                    found.append(_unexplained(a, b) * 20 / abs(float(yaws[at] - yaws[other])))
        if not found:
            return NotAssessed(self.name, LIVENESS_NO_TURN)
        return self.scale.score(round(float(np.median(found)), 4))


def _unexplained(a: FaceMesh, b: FaceMesh) -> float:
    one, other = (each.points[_RIGID, :2].astype(np.float64) for each in (a, b))
    matrix, _ = opencv().findHomography(one, other, 0)
    if matrix is None:
        return 0.0
    there = np.column_stack([one, np.ones(len(one))]) @ matrix.T
    rest = there[:, :2] / there[:, 2:] - other
    return float(np.sqrt((rest**2).sum(1).mean())) / max(a.inter_eye, 1.0)
