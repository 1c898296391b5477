"""Whether eyes are open, the mouth is closed, and where the eyes look, from the mesh of a face.

Lids and lips are points of the mesh; their distances are taken in space, so that a head turned a little does not
look as if it had narrower eyes. The mesh has no point for the iris: where the eyes look is where the dark of each
eye lies between its corners, which tells left and right to some ten degrees and says nothing about up and down.
Behind dark glasses, and in eyes that are closed or a few pixels wide, it cannot tell at all.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.face_crop import Points
from muster.analysis.face_mesh import LEFT_INNER, LEFT_OUTER, RIGHT_INNER, RIGHT_OUTER, FaceMesh

# Outer corner, inner corner, then pairs of upper and lower lid.
_EYES = (
    [RIGHT_OUTER, RIGHT_INNER, 160, 144, 159, 145, 158, 153],
    [LEFT_OUTER, LEFT_INNER, 387, 373, 386, 374, 385, 380],
)
_INNER_LIPS = [13, 14]
# Around an eye, for the darkest of what lies inside: corners and the middles of the lids.
_CORNERS_AND_LIDS = ((RIGHT_OUTER, RIGHT_INNER, 159, 145), (LEFT_INNER, LEFT_OUTER, 386, 374))
# An eyeball of 12 mm radius in an eye 30 mm wide: turned by a right angle, the iris would move by this share.
_TURN_OF_THE_EYE = 0.4
_EYES_AGREE_TO = 0.12
_IRIS_WIDTH = 0.4
_SMALLEST_EYE = (16, 4)  # pixels


def eye_opening(mesh: FaceMesh, closed: tuple[float, float]) -> float:
    """The distance of the lids as a share of the eye's width, of the more closed eye; halved for an eye that is
    seen to be closed (``face_eyes``: 0..1 for right and left). 0.2 to 0.35 open, about 0.1 closed."""
    return min(_opening(mesh.points, eye) * (1 - sure / 2) for eye, sure in zip(_EYES, closed, strict=True))


def mouth_opening(mesh: FaceMesh) -> float:
    """The gap between the lips as a share of the distance from the eyes to the chin: 0 closed."""
    upper, lower = mesh.points[_INNER_LIPS].tolist()
    return math.dist(upper, lower) / max(mesh.eyes_to_chin, 1e-6)


def gaze(grey: Pixels, places: Points, yaw: float) -> float | None:
    """Degrees between the camera and where the eyes look, + to the person's left; None where no iris is seen
    or the two eyes contradict each other (light from one side, make-up, a pale iris).

    ``grey`` is an upright picture of the face, ``places`` the mesh's points in it, ``yaw`` the head's.
    """
    found = [_iris(grey, places[list(eye)]) for eye in _CORNERS_AND_LIDS]
    shares = [each for each in found if each is not None]
    if not shares or max(shares) - min(shares) > _EYES_AGREE_TO:
        return None
    shift = max(-1.0, min(1.0, (sum(shares) / len(shares) - 0.5) / _TURN_OF_THE_EYE))
    return math.degrees(math.asin(shift)) + yaw


def _opening(points: Points, eye: list[int]) -> float:
    outer, inner, *lids = points[eye].tolist()
    gap = sum(math.dist(upper, lower) for upper, lower in zip(lids[::2], lids[1::2], strict=True)) / (
        len(lids) / 2
    )
    return gap / max(math.dist(outer, inner), 1e-6)


def _iris(grey: Pixels, corners_and_lids: Points) -> float | None:
    """Where the dark of one eye is, 0 at the left of the picture to 1 at its right."""
    (left, y_left), (right, y_right), (_, top), (_, bottom) = corners_and_lids[:, :2]
    # The corners are redder and darker than the white of the eye; lashes lie on the upper lid.
    inset, lash = 0.12 * (right - left), 0.25 * (bottom - top)
    rows = slice(max(0, int(top + lash)), max(0, int(min(bottom, max(y_left, y_right) + lash)) + 1))
    columns = slice(max(0, int(left + inset)), max(0, int(right - inset) + 1))
    eye = grey[rows, columns]
    if eye.shape[0] < _SMALLEST_EYE[1] or eye.shape[1] < _SMALLEST_EYE[0]:
        return None
    # The iris is as high as the gap and two fifths as wide as the eye; where a window of that size is darkest is
    # told from the shadow of the nose, which is softer than the edge of an iris but may be as dark.
    width = max(3, round(_IRIS_WIDTH * eye.shape[1]))
    profile: NDArray[np.float64] = eye.mean(axis=0, dtype=np.float64)
    at = int(np.convolve(profile, np.ones(width), "valid").argmin())
    return float((columns.start + at + (width - 1) / 2 - left) / (right - left))
