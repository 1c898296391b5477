"""The edge of a sheet or a screen around the face: long straight lines on several sides of it."""

from __future__ import annotations

import math
from pathlib import Path
from statistics import median

import numpy as np

from muster.analysis.calibration import calibration
from muster.analysis.liveness_observation import LIVENESS_NO_FACE, Observation, Window, with_face
from muster.analysis.opencv import opencv
from muster.domain.assessment import NotAssessed, Score

BEZEL = "liveness bezel"
_LOOKS = 5
_WIDTH = 320
_LEAST = 0.55  # of the frame's height or width
_ASKEW = math.tan(math.radians(14))


class BezelSignal:
    """On how many sides (0..4) something long and straight passes the face; the median of a few frames.

    A door frame is one or two. A room whose every line stands around the head by chance is the price.
    """

    name = BEZEL

    def __init__(self, models: Path | None = None) -> None:
        self.scale = calibration(BEZEL, models)

    def read(self, window: Window) -> Score | NotAssessed:
        seen = with_face(window)
        if not seen:
            return NotAssessed(self.name, LIVENESS_NO_FACE)
        chosen = [seen[round(at)] for at in np.linspace(0, len(seen) - 1, min(_LOOKS, len(seen)))]
        return self.scale.score(float(median(map(_sides, chosen))))


def _sides(seen: Observation) -> int:
    assert seen.mesh is not None
    cv2 = opencv()
    height, width = seen.frame.shape[:2]
    scale = _WIDTH / width
    size = (_WIDTH, max(1, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(seen.frame, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    edges = cv2.Canny(cv2.GaussianBlur(grey, (3, 3), 0), 60, 140)
    x, y, w, h = (each * scale for each in seen.mesh.box)
    # No edge of a sheet goes through the face, and its own edges take most of the time.
    edges[max(0, int(y)) : max(0, int(y + h)), max(0, int(x)) : max(0, int(x + w))] = 0
    lines = cv2.HoughLinesP(edges, 1, math.pi / 180, 60, minLineLength=0.3 * size[1], maxLineGap=8)
    long = {"left": 0.0, "right": 0.0, "above": 0.0, "below": 0.0}
    for x1, y1, x2, y2 in () if lines is None else lines.reshape(-1, 4).tolist():
        along, across = abs(y2 - y1), abs(x2 - x1)
        if across < _ASKEW * along:
            side = "left" if (x1 + x2) / 2 < x else "right" if (x1 + x2) / 2 > x + w else ""
            share = along / size[1]
        elif along < _ASKEW * across:
            side = "above" if (y1 + y2) / 2 < y else "below" if (y1 + y2) / 2 > y + h else ""
            share = across / size[0]
        else:
            continue
        if side:
            long[side] = max(long[side], share)
    return sum(share >= _LEAST for share in long.values())
