"""Whether two pictures show the same face.

A face is laid onto the template of 112x112 that recognition networks are trained on (ArcFace: five points, a
similarity transform) and turned into a list of numbers of length 1; two lists are compared by their cosine. Lists
of different networks have nothing to do with each other, so each carries its network's name.

A match says that two pictures are alike. Whether the person was there is another analyser's question.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.calibration import Calibration, calibration
from muster.analysis.face_crop import Points, Square
from muster.analysis.face_mesh import FaceMesh
from muster.analysis.networks import Network
from muster.domain.assessment import Score

MEASURE = "face match"
SIDE = 112

Vector = NDArray[np.float32]

# Right eye, left eye, nose, corners of the mouth (Deng et al., 2019).
_TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)


@dataclass(frozen=True, slots=True, eq=False)
class FaceTemplate:
    """``vector`` of length 1 and the ``network`` it came from. Biometric data: never logged."""

    network: str
    vector: Vector


@dataclass(frozen=True, slots=True)
class FaceMatch:
    """``score`` on both scales; ``threshold`` in that of ``score.raw``, the cosine."""

    score: Score
    threshold: float

    @property
    def is_match(self) -> bool:
        return self.score.raw >= self.threshold


class Recogniser(Protocol):
    """A network that tells faces apart: the one that is shipped, or a deployer's own (``face_pack``)."""

    @property
    def network(self) -> str:
        """Its name; two templates of one name can be compared."""

    @property
    def calibration(self) -> Calibration:
        """Of ``face match``, with the threshold ``match``."""

    def embed(self, face: Pixels) -> Vector:
        """(112, 112, 3) RGB, aligned, to a list of numbers of any length. Raises ``Unavailable``,
        ``NotAuthentic``."""

    def faces(self, pixels: Pixels) -> tuple[Points, ...] | None:
        """The faces in (h, w, 3) RGB by a detector of its own, five points (5, 2) of each; None where it has none
        and takes what the program's own detector and mesh say. Raises the same."""


class ShippedRecogniser:
    """MobileFaceNet, 512 numbers (``models/manifest.toml``); 9 ms a face on one thread."""

    network = "fr_feature"

    def __init__(self, models: Path | None = None) -> None:
        self._network = Network(self.network, models)
        self._models = models

    @property
    def calibration(self) -> Calibration:
        return calibration(MEASURE, self._models)

    def embed(self, face: Pixels) -> Vector:
        bgr = (face[:, :, ::-1].astype(np.float32) - 127) / 128
        (vectors,) = self._network.run({"input": np.ascontiguousarray(bgr.transpose(2, 0, 1)[np.newaxis])})
        return np.asarray(vectors[0], np.float32)

    def faces(self, pixels: Pixels) -> tuple[Points, ...] | None:
        return None


def template_of(pixels: Pixels, mesh: FaceMesh, recogniser: Recogniser) -> FaceTemplate:
    """The face of ``mesh`` in ``pixels``, (h, w, 3) RGB."""
    return template_at(pixels, mesh.five.astype(np.float64), recogniser)


def template_at(pixels: Pixels, five: Points, recogniser: Recogniser) -> FaceTemplate:
    """The face with these points: right eye, left eye, nose tip, right and left corner of the mouth."""
    vector = recogniser.embed(aligned(pixels, five))
    return FaceTemplate(recogniser.network, vector / max(float(np.linalg.norm(vector)), 1e-12))


def compare(a: FaceTemplate, b: FaceTemplate, measure: Calibration) -> FaceMatch:
    """How alike two faces are. Raises ``ValueError`` for templates of different networks."""
    if a.network != b.network:
        raise ValueError("templates of different networks cannot be compared")
    cosine = float(np.clip(a.vector @ b.vector, -1, 1))
    return FaceMatch(measure.score(cosine), measure.thresholds["match"])


def aligned(pixels: Pixels, five: Points) -> Pixels:
    """The face on the template, (112, 112, 3)."""
    return _on_template(five).crop(pixels, SIDE)


def _on_template(points: Points) -> Square:
    """The square of the frame that, made 112 pixels large, brings ``points`` nearest to the template (Umeyama,
    1991). In the plane the best turn and scale are one complex number, a + bi."""
    middle, goal = points.mean(0), _TEMPLATE.mean(0)
    centred, wanted = points - middle, _TEMPLATE - goal
    size = max(float((centred**2).sum()), 1e-12)
    a = float((centred * wanted).sum()) / size
    b = float((centred[:, 0] * wanted[:, 1] - centred[:, 1] * wanted[:, 0]).sum()) / size
    strength = max(math.hypot(a, b), 1e-6)
    # From the template's middle, not the points', as the centre of the square.
    x, y = (SIDE - 1) / 2 - goal
    dx, dy = (a * x + b * y) / strength**2, (a * y - b * x) / strength**2
    return Square(float(middle[0]) + dx, float(middle[1]) + dy, SIDE / strength, math.atan2(-b, a))
