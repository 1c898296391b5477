"""Moire: the grid of a screen against the sensor's, or a printer's dots, as lines in the spectrum of the face.

Peaks in a spectrum are found in blurred pictures too (nothing else is left there), hence the gate on sharpness;
and JPEG has peaks of its own at the eighths of the sampling frequency, which are left out.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

import numpy as np

from muster.analysis.calibration import calibration
from muster.analysis.face_measures import detail_of, sharpness
from muster.analysis.liveness_observation import GRAIN, LIVENESS_NO_FACE, Observation, Window, with_face
from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

LIVENESS_BLURRED = Code("LIVENESS_BLURRED", "The face is not sharp enough to judge this.")

MOIRE = "liveness moire"
_LOOKS = 5
_LOWEST = 0.14  # cycles a pixel: below lies the face
_WINDOW = np.outer(np.hanning(GRAIN), np.hanning(GRAIN))


class MoireSignal:
    """How far the highest peak of the fine structure stands above what surrounds it, in decades."""

    name = MOIRE

    def __init__(self, models: Path | None = None) -> None:
        self.scale = calibration(MOIRE, models)

    def read(self, window: Window) -> Score | NotAssessed:
        seen = with_face(window)
        if not seen:
            return NotAssessed(self.name, LIVENESS_NO_FACE)
        chosen = [seen[round(at)] for at in np.linspace(0, len(seen) - 1, min(_LOOKS, len(seen)))]
        found = [each for each in map(self._peak, chosen) if each is not None]
        if not found:
            return NotAssessed(self.name, LIVENESS_BLURRED)
        return self.scale.score(round(median(found), 3))

    def _peak(self, seen: Observation) -> float | None:
        assert seen.mesh is not None
        if sharpness(detail_of(seen.frame, seen.mesh)) < self.scale.thresholds["sharp"]:
            return None
        if seen.grain is None:
            return None
        part = seen.grain.astype(np.float32)
        spectrum = np.log10(np.abs(np.fft.rfft2((part - part.mean()) * _WINDOW)) + 1.0)
        fine = spectrum[_FINE]
        return float(np.partition(fine, -8)[-8] - np.median(fine))


def _fine() -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    rows, columns = np.fft.fftfreq(GRAIN)[:, None], np.fft.rfftfreq(GRAIN)[None, :]
    radius = np.hypot(rows, columns)
    of_jpeg = (np.abs(rows * 8 - np.round(rows * 8)) < 0.1) & (np.abs(columns * 8 - np.round(columns * 8)) < 0.1)
    on_axis = (np.abs(rows) < 0.02) | (np.abs(columns) < 0.02)
    return np.asarray((radius > _LOWEST) & ~of_jpeg & ~(on_axis & (radius < 0.25)))


_FINE = _fine()
