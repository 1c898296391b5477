"""What networks say about single frames of the window that look into the camera: the median of a few.

How a network wants its pictures (how much around the face, how large, which order of colours, which number means
live) is data (``NetworkInput``), so that a deployer's network needs no program. Several networks of a pack are
averaged. The shipped one is weak alone: see ``models/calibration.toml``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.calibration import Calibration, calibration
from muster.analysis.faces import DetectedFace
from muster.analysis.liveness_observation import LIVENESS_NO_FACE, Observation, Window, with_face
from muster.analysis.networks import Network
from muster.analysis.opencv import opencv
from muster.domain.assessment import NotAssessed, Score

PASSIVE = "liveness passive"

_LOOKS = 5
_FRONTAL_TO = 14.0

Run = Callable[[Mapping[str, NDArray[Any]]], list[NDArray[Any]]]


@dataclass(frozen=True, slots=True)
class NetworkInput:
    """``crop`` times the face's box, made ``taller`` by that share at its top, moved and shrunk to lie within the
    frame; ``side`` pixels; (pixel - ``subtract``) / ``divide``; softmax[``live``] is how likely it is live."""

    name: str
    crop: float
    side: int
    live: int
    bgr: bool = True
    subtract: float = 0.0
    divide: float = 1.0
    taller: float = 0.0

    def prepared(self, frame: Pixels, face: DetectedFace) -> NDArray[np.float32]:
        """(1, 3, side, side)."""
        cut = opencv().resize(frame[_region(frame, face, self.crop, self.taller)], (self.side, self.side))
        ordered = cut[:, :, ::-1] if self.bgr else cut
        image = (ordered.astype(np.float32) - self.subtract) / self.divide
        return np.ascontiguousarray(image.transpose(2, 0, 1)[np.newaxis], np.float32)


SHIPPED = NetworkInput("input", crop=2.7, side=128, live=0, taller=0.18)


class PassiveSignal:
    """Loads its networks at the first use; then 6 ms for each of at most five frames."""

    name = PASSIVE

    def __init__(
        self,
        networks: Sequence[tuple[NetworkInput, Run]] | None = None,
        scale: Calibration | None = None,
        models: Path | None = None,
    ) -> None:
        self._networks = networks or [(SHIPPED, Network("fr_liveness", models).run)]
        self.scale = scale or calibration(PASSIVE, models)

    def read(self, window: Window) -> Score | NotAssessed:
        seen = [each for each in with_face(window) if _is_frontal(each)] or with_face(window)
        if not seen:
            return NotAssessed(self.name, LIVENESS_NO_FACE)
        chosen = [seen[round(at)] for at in np.linspace(0, len(seen) - 1, min(_LOOKS, len(seen)))]
        return self.scale.score(round(median(self._live(each) for each in chosen), 4))

    def _live(self, seen: Observation) -> float:
        assert seen.face is not None
        said = []
        for wanted, run in self._networks:
            logits = run({wanted.name: wanted.prepared(seen.frame, seen.face)})[0].reshape(-1).astype(np.float64)
            shares = np.exp(logits - logits.max())
            said.append(float(shares[wanted.live] / shares.sum()))
        return sum(said) / len(said)


def _is_frontal(seen: Observation) -> bool:
    return seen.pose is not None and max(abs(seen.pose.yaw), abs(seen.pose.pitch)) < _FRONTAL_TO


def _region(frame: Pixels, face: DetectedFace, crop: float, taller: float) -> tuple[slice, slice]:
    height, width = frame.shape[:2]
    x, y, w, h = face.x, face.y - taller * face.h, max(face.w, 1.0), max(face.h * (1 + taller), 1.0)
    factor = min((height - 1) / h, (width - 1) / w, crop)
    wide, high = max(1.0, w * factor), max(1.0, h * factor)
    left = min(max(x + w / 2 - wide / 2, 0), max(width - 1 - wide, 0))
    top = min(max(y + h / 2 - high / 2, 0), max(height - 1 - high, 0))
    return slice(int(top), int(top + high) + 1), slice(int(left), int(left + wide) + 1)
