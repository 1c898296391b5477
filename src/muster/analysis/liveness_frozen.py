"""Frozen or looped: frames that a sensor could not have made twice, because they carry no noise of their own.

That is a picture or a recording fed in instead of a camera. A loop filmed from a screen has fresh noise and is not
seen here; the order of the challenge is what it cannot follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muster.analysis.calibration import calibration
from muster.analysis.liveness_observation import LIVENESS_TOO_SHORT, Window, with_face
from muster.domain.assessment import NotAssessed, Score

FROZEN = "liveness repeated frames"
# Averaging would take away the noise that is looked for, and cost more.
_EVERY = 6
_LEAST = 5
_SAME_TO = 0.06  # mean difference in grey levels


Samples = NDArray[np.int16]


class FrozenSignal:
    """The share of frames that equal an earlier one of the window."""

    name = FROZEN

    def __init__(self, models: Path | None = None) -> None:
        self.scale = calibration(FROZEN, models)

    def read(self, window: Window) -> Score | NotAssessed:
        seen = with_face(window)
        if len(seen) < _LEAST:
            return NotAssessed(self.name, LIVENESS_TOO_SHORT)
        sampled = [each.frame[::_EVERY, ::_EVERY].astype(np.int16) for each in seen]
        again = sum(_is_among(frame, sampled[:at]) for at, frame in enumerate(sampled))
        return self.scale.score(round(again / (len(seen) - 1), 3))


def _is_among(frame: Samples, earlier: Sequence[Samples]) -> bool:
    return any(each.shape == frame.shape and float(np.abs(each - frame).mean()) < _SAME_TO for each in earlier)
