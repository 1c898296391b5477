"""What to tell the person in front of the camera, frame by frame: find, mesh, pose, eyes, quality.

Every frame is searched for faces (who else is in view is part of the answer). The largest face is followed: its
mesh says where to look in the next frame, which saves the second look that a new face needs, or one that moved.
``track`` counts the faces that were followed; it changes when the face that was there is no longer where it was.

One object follows one stream, on one thread. It keeps its last look at the face and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.face_eyes import EyeReader
from muster.analysis.face_mesh import FaceLook, FaceMesh, FaceMesher, square_of
from muster.analysis.face_pose import HeadPose, head_pose
from muster.analysis.face_quality import FaceQuality
from muster.analysis.faces import DetectedFace, FaceDetector
from muster.analysis.overview import Overview
from muster.analysis.pictures import as_rgb
from muster.domain.assessment import Assessment

# A followed mesh below this was lost on the way and is looked for anew.
_FOLLOWED_FROM = 0.5
# Points are placed badly in a square that is off by a tenth of its side: who moved is looked at twice.
_STAYED_WITHIN = 0.04


# A picture of nobody, and where the networks are made to look in it while they are loaded.
_NOTHING = 128
_NOBODY = DetectedFace(32, 32, 64, 64, 0, ((48, 56), (80, 56), (64, 72), (64, 84), (36, 60), (92, 60)))


@dataclass(frozen=True, slots=True, eq=False)
class FaceReading:
    """What one frame said. ``mesh``, ``pose`` and ``look`` are those of the largest of the ``faces``; None without
    any."""

    faces: tuple[DetectedFace, ...]
    mesh: FaceMesh | None
    pose: HeadPose | None
    assessment: Assessment
    track: int
    look: FaceLook | None = None


class FaceGuidance:
    """Loads three networks by ``load`` or at the first frame (a few tenths of a second); then some 5 ms a frame on
    one thread.

    ``models`` is another folder of weights and calibration. Raises ``Unavailable`` or ``NotAuthentic``, here and
    at the first frame.
    """

    name = "face quality"

    def __init__(self, models: Path | None = None) -> None:
        self._detector = FaceDetector(models)
        self._mesher = FaceMesher(models)
        self._eyes = EyeReader(models)
        self._quality = FaceQuality(models)
        self._last: FaceLook | None = None
        self._track = 0

    def load(self) -> None:
        """Load what the first frame would have to wait for."""
        nothing = np.zeros((_NOTHING, _NOTHING, 3), np.uint8)
        self._detector.detect(nothing)
        self._eyes.closed(self._mesher.follow(nothing, square_of(_NOBODY)))

    def look(self, frame: Pixels) -> FaceReading:
        """One frame of the stream, (h, w, 3) RGB or (h, w) grey. Whatever it shows, there is an answer."""
        frame = as_rgb(frame)
        overview = Overview.of(frame)
        faces = () if overview is None else self._detector.search(overview)
        look = self._last = self._look_at(frame, faces)
        if overview is None or look is None:
            return FaceReading(faces, None, None, self._quality.nobody(), self._track)
        pose = head_pose(look.mesh)
        assessment = self._quality.assess(frame, overview, faces, look, pose, self._eyes.closed(look))
        return FaceReading(faces, look.mesh, pose, assessment, self._track, look)

    def assess(self, subject: Pixels) -> Assessment:
        """A single picture, with nothing before it."""
        self._last = None
        return self.look(subject).assessment

    def _look_at(self, frame: Pixels, faces: Sequence[DetectedFace]) -> FaceLook | None:
        face = largest(faces)
        if face is None:
            return None
        if self._last is not None and _is_there_still(self._last.mesh, face):
            square = self._last.mesh.square
            look = self._mesher.follow(frame, square)
            if not look.mesh.square.is_near(square, _STAYED_WITHIN):
                look = self._mesher.follow(frame, look.mesh.square)
            if look.mesh.presence >= _FOLLOWED_FROM:
                return look
        self._track += 1
        return self._mesher.find(frame, face)


def largest(faces: Sequence[DetectedFace]) -> DetectedFace | None:
    """Who sits in front: the others are further away."""
    return max(faces, key=lambda face: face.w * face.h, default=None)


def _is_there_still(mesh: FaceMesh, face: DetectedFace) -> bool:
    """Whether the face lies where the mesh was: its middle within half a face, and nearly as large."""
    x, y, w, h = mesh.box
    size, other = max(w, h), max(face.w, face.h)
    apart = max(abs(x + w / 2 - face.x - face.w / 2), abs(y + h / 2 - face.y - face.h / 2))
    return apart < 0.5 * size and 0.6 < other / max(size, 1e-6) < 1.7
