"""Frozen or looped: frames that a sensor could not have made twice, because they carry no noise of their own.

That is a picture or a recording fed in instead of a camera. A loop filmed from a screen has fresh noise and is not
seen here; the order of the challenge is what it cannot follow.
"""

from __future__ import annotations

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
# Where noise alone is more than that in so much of a frame, the rest of it need not be looked at.
_FIRST_PART = 8

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
        of_shape: dict[tuple[int, ...], list[Samples]] = {}
        for each in seen:
            samples = each.frame[::_EVERY, ::_EVERY].astype(np.int16)
            of_shape.setdefault(samples.shape, []).append(samples.reshape(-1))
        again = sum(_repeated(np.stack(each)) for each in of_shape.values())
        return self.scale.score(round(again / (len(seen) - 1), 3))


def _repeated(frames: Samples) -> int:
    """How many of the ``frames``, (n, samples), equal one before."""
    count, size = frames.shape
    limit = _SAME_TO * size
    part = max(1, size // _FIRST_PART)
    again = 0
    for at in range(1, count):
        near = _difference(frames[:at, :part], frames[at, :part]) < limit
        again += bool(near.any() and (_difference(frames[:at][near], frames[at]) < limit).any())
    return again


def _difference(frames: Samples, frame: Samples) -> NDArray[np.int64]:
    return np.asarray(np.abs(frames - frame).sum(1, dtype=np.int64))
