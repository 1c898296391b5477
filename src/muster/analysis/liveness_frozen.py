"""Frozen or looped: frames that a sensor could not have made twice, because they carry no noise of their own.

That is a picture or a recording fed in instead of a camera. A loop filmed from a screen has fresh noise and is not
seen here; the order of the challenge is what it cannot follow.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from muster.analysis.calibration import calibration
from muster.analysis.liveness_observation import LIVENESS_TOO_SHORT, Window, with_face
from muster.analysis.opencv import opencv
from muster.domain.assessment import NotAssessed, Score

FROZEN = "liveness repeated frames"
_SIZE = (80, 60)
_LEAST = 5
_SAME_TO = 0.06  # mean difference in grey levels


class FrozenSignal:
    """The share of frames that equal an earlier one of the window."""

    name = FROZEN

    def __init__(self, models: Path | None = None) -> None:
        self.scale = calibration(FROZEN, models)

    def read(self, window: Window) -> Score | NotAssessed:
        seen = with_face(window)
        if len(seen) < _LEAST:
            return NotAssessed(self.name, LIVENESS_TOO_SHORT)
        cv2 = opencv()
        small = np.stack(
            [cv2.resize(e.frame, _SIZE, interpolation=cv2.INTER_AREA).astype(np.float32) for e in seen]
        ).reshape(len(seen), -1)
        again = sum(float(np.abs(small[:at] - small[at]).mean(1).min()) < _SAME_TO for at in range(1, len(seen)))
        return self.scale.score(round(again / (len(seen) - 1), 3))
