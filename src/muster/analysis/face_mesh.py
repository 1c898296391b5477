"""468 points on a face, and whether it is one.

Network: MediaPipe's face mesh (Kartynnik et al., 2019): 192x192 RGB scaled to 0..1, cut 1.5 times as large as the
face and turned so that the eyes are level. It was trained on such cuts: a face that lies askew in its square is
placed badly. So a face that was only just detected is looked at twice, the second time in the square the first
look found; a face that is followed from frame to frame needs one look, in the square of the frame before.

The points are the network's: nothing here smooths them over time. It has no point for pupil or iris, and none for
hair or ears.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.face_crop import Points, Square
from muster.analysis.faces import DetectedFace
from muster.analysis.networks import Network
from muster.analysis.opencv import opencv

# Points by their number in the network's output. The person's right is on the left of the picture.
RIGHT_OUTER, RIGHT_INNER, LEFT_INNER, LEFT_OUTER = 33, 133, 362, 263
RIGHT_EYE, LEFT_EYE = (33, 133, 159, 145), (263, 362, 386, 374)
NOSE_TIP, MOUTH_RIGHT, MOUTH_LEFT, CHIN = 4, 61, 291, 152

_WEIGHTS = "face_landmark"
_SIDE = 192
_LARGER = 1.5
_COUNT = 468


@dataclass(frozen=True, eq=False)
class FaceMesh:
    """``points`` is (468, 3) in pixels of the frame; z grows away from the camera, zero near the middle of the
    head, in the scale of x. ``presence`` is 0..1, how sure the network is that this is a face."""

    points: Points
    presence: float

    @cached_property
    def eyes(self) -> tuple[Points, Points]:
        """The middles of the person's right and left eye (x, y)."""
        return middle(self.points[:, :2], RIGHT_EYE), middle(self.points[:, :2], LEFT_EYE)

    @cached_property
    def inter_eye(self) -> float:
        """Pixels between the middles of the eyes, in the picture."""
        right, left = self.eyes
        return float(math.dist(right, left))

    @cached_property
    def eyes_to_chin(self) -> float:
        """Pixels from between the eyes to the chin."""
        right, left = self.eyes
        return float(math.dist((right + left) / 2, self.points[CHIN, :2]))

    @property
    def five(self) -> NDArray[np.float32]:
        """(5, 2): right eye, left eye, nose tip, right and left corner of the mouth, as recognition aligns by."""
        right, left = self.eyes
        others = self.points[[NOSE_TIP, MOUTH_RIGHT, MOUTH_LEFT], :2]
        return np.asarray(np.vstack([right, left, others]), np.float32)

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height around all points."""
        (left, right), (top, bottom) = _reach(self.points[:, 0]), _reach(self.points[:, 1])
        return left, top, right - left, bottom - top

    @cached_property
    def square(self) -> Square:
        """Where to look for this face in the next frame: upright for the face, 1.5 times as large."""
        angle = _slope(self.points[RIGHT_OUTER], self.points[LEFT_OUTER])
        c, s = math.cos(angle), math.sin(angle)
        x, y = self.points[:, 0], self.points[:, 1]
        (left, right), (top, bottom) = _reach(c * x + s * y), _reach(c * y - s * x)
        across, down = (left + right) / 2, (top + bottom) / 2
        side = _LARGER * max(right - left, bottom - top)
        return Square(c * across - s * down, s * across + c * down, side, angle)


@dataclass(frozen=True, eq=False)
class FaceLook:
    """What the network was shown and what it saw: the upright cut of the face, (192, 192, 3), the mesh's points in
    it (x, y), and the mesh in the frame. The face is about two thirds of the cut."""

    pixels: Pixels
    places: Points
    mesh: FaceMesh

    @cached_property
    def grey(self) -> Pixels:
        converted: Pixels = opencv().cvtColor(self.pixels, opencv().COLOR_RGB2GRAY)
        return converted


class FaceMesher:
    """Loads its network at the first use; then 3 to 4 ms a look on one thread."""

    def __init__(self, models: Path | None = None) -> None:
        self._network = Network(_WEIGHTS, models)

    def find(self, pixels: Pixels, face: DetectedFace) -> FaceLook:
        """At a face that was just detected in ``pixels``, (h, w, 3) RGB: two looks."""
        return self.follow(pixels, self.follow(pixels, square_of(face)).mesh.square)

    def follow(self, pixels: Pixels, square: Square) -> FaceLook:
        """At the face in ``square``: one look."""
        cut = square.crop(pixels, _SIDE)
        image = np.multiply(cut, np.float32(1 / 255), dtype=np.float32)
        points, flag = self._network.run({"input_1": image[np.newaxis]})
        found = points.reshape(_COUNT, 3).astype(np.float64)
        logit = min(max(float(flag.reshape(-1)[0]), -80.0), 80.0)
        mesh = FaceMesh(square.to_frame(found, _SIDE), 1 / (1 + math.exp(-logit)))
        return FaceLook(cut, found[:, :2], mesh)


def square_of(face: DetectedFace) -> Square:
    """1.5 times the detector's box, level with the eyes it found."""
    right, left = face.keypoints[:2]
    return Square(face.x + face.w / 2, face.y + face.h / 2, _LARGER * max(face.w, face.h), _slope(right, left))


def _slope(right: Points | tuple[float, float], left: Points | tuple[float, float]) -> float:
    return math.atan2(left[1] - right[1], left[0] - right[0])


def middle(points: Points, indices: tuple[int, ...]) -> Points:
    return np.asarray(points[list(indices)].sum(0) / len(indices))


def _reach(values: Points) -> tuple[float, float]:
    return float(values.min()), float(values.max())
