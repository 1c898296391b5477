"""What liveness is judged by: a short window of frames, each with the face that was found in it.

A ``Signal`` is one file that looks at the window for one kind of betrayal and answers with a number or says why it
could not. It refuses nothing: that is ``liveness_fusion``'s business. Adding a signal is adding a file and an
entry in ``models/calibration.toml``.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.calibration import Calibration
from muster.analysis.face_features import eye_opening
from muster.analysis.face_guidance import FaceReading, largest
from muster.analysis.face_mesh import FaceLook, FaceMesh, FaceMesher
from muster.analysis.face_pose import HeadPose, head_pose
from muster.analysis.faces import DetectedFace, FaceDetector
from muster.analysis.opencv import opencv
from muster.analysis.pictures import as_rgb
from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

LIVENESS_NO_FACE = Code("LIVENESS_NO_FACE", "Too few of the pictures show a face.")
LIVENESS_TOO_SHORT = Code("LIVENESS_TOO_SHORT", "Too few pictures were taken to judge this.")

LONGEST_S = 8.0
MOST_FRAMES = 64
# Closer frames say the same twice and cost as much; a shutting eye is still seen by three.
_APART_S = 0.08
# 64 frames of a large camera would fill 200 MB; only the grid of a screen is finer than this shows.
_WIDEST = 640
GRAIN = 128
_RIGHT_LIDS, _LEFT_LIDS = (33, 133, 159, 145), (362, 263, 386, 374)


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One frame, (h, w, 3) RGB, at ``time_s`` of a clock that only runs forward, made smaller where it was large:
    ``face`` and ``mesh`` lie in it as it is here. ``grain`` is the middle of the face in the camera's own pixels,
    (128, 128) grey; None of a face too near to an edge. ``eyes`` is how open the eyes look (lids' distance times
    the contrast between them), to be compared with the same person's only."""

    time_s: float
    frame: Pixels
    face: DetectedFace | None = None
    mesh: FaceMesh | None = None
    pose: HeadPose | None = None
    eyes: float = 0.0
    faces: int = 0
    grain: Pixels | None = None


Window = Sequence[Observation]


class Signal(Protocol):
    """One way to see that a face is not there."""

    @property
    def name(self) -> str:
        """The measure it answers with, an entry of ``calibration.toml``."""

    @property
    def scale(self) -> Calibration:
        """Its own, with the thresholds ``refuse`` and ``weight``."""

    def read(self, window: Window) -> Score | NotAssessed:
        """Never raises over what it sees. Raises ``Unavailable``, ``NotAuthentic`` for its weights."""


class LivenessWatch:
    """Collects the window: the last eight seconds, at most 64 frames. One stream, one thread."""

    def __init__(self, models: Path | None = None) -> None:
        self._detector, self._mesher = FaceDetector(models), FaceMesher(models)
        self._window: deque[Observation] = deque(maxlen=MOST_FRAMES)

    @property
    def window(self) -> Window:
        return tuple(self._window)

    def add(self, frame: Pixels, time_s: float) -> Observation | None:
        """Looks at a frame; None where it follows the one before too soon, or its time does not run forward."""
        if not self._is_due(time_s):
            return None
        frame = as_rgb(frame)
        faces = self._detector.detect(frame)
        face = largest(faces)
        look = None if face is None else self._mesher.find(frame, face)
        return self._keep(frame, time_s, faces, look, None if look is None else head_pose(look.mesh))

    def join(self, frame: Pixels, reading: FaceReading, time_s: float) -> Observation | None:
        """As ``add``, of a frame that was looked at already."""
        if not self._is_due(time_s):
            return None
        return self._keep(as_rgb(frame), time_s, reading.faces, reading.look, reading.pose)

    def clear(self) -> None:
        self._window.clear()

    def _is_due(self, time_s: float) -> bool:
        return not self._window or time_s >= self._window[-1].time_s + _APART_S

    def _keep(
        self,
        frame: Pixels,
        time_s: float,
        faces: Sequence[DetectedFace],
        look: FaceLook | None,
        pose: HeadPose | None,
    ) -> Observation:
        seen = _observed(frame, time_s, faces, look, pose)
        self._window.append(seen)
        while self._window[-1].time_s - self._window[0].time_s > LONGEST_S:
            self._window.popleft()
        return seen


def _observed(
    frame: Pixels, time_s: float, faces: Sequence[DetectedFace], look: FaceLook | None, pose: HeadPose | None
) -> Observation:
    smaller, scale = _not_too_wide(frame)
    face = largest(faces)
    if face is None or look is None:
        return Observation(time_s, smaller, faces=len(faces))
    mesh = look.mesh if scale == 1 else FaceMesh(look.mesh.points * scale, look.mesh.presence)
    return Observation(
        time_s=time_s,
        frame=smaller,
        face=face if scale == 1 else face.scaled(scale),
        mesh=mesh,
        pose=pose,
        eyes=_eyes(look),
        faces=len(faces),
        grain=_grain(frame, look.mesh),
    )


def with_face(window: Window) -> list[Observation]:
    return [each for each in window if each.mesh is not None]


def _eyes(look: FaceLook) -> float:
    contrast = []
    for corners in (_RIGHT_LIDS, _LEFT_LIDS):
        places = look.places[list(corners)]
        x, y = places.mean(0).tolist()
        half = max(3.0, 0.32 * float(np.ptp(places[:, 0])))
        part = look.grey[
            max(0, int(y - 0.5 * half)) : int(y + 0.5 * half) + 1, max(0, int(x - half)) : int(x + half) + 1
        ]
        contrast.append(_contrast(part) if part.size else 0.0)
    # Both eyes: the one that is further open decides, so that neither a wink nor a turned head is a blink.
    return eye_opening(look.mesh, (0.0, 0.0)) * max(contrast)


def _contrast(part: Pixels) -> float:
    """Light that falls from one side, or the shade of a brow, apart: the pixels' spread around a plane."""
    light = part.astype(np.float32)
    (height, width), mean = part.shape, float(light.mean())
    x, y = np.arange(width) - (width - 1) / 2, np.arange(height) - (height - 1) / 2
    # Columns and rows are equally far apart and in the middle of nothing: the squares' sums have a closed form.
    squares = float(np.vdot(light, light)) - part.size * mean * mean
    squares -= float(light.sum(0) @ x) ** 2 / max(part.size * (width**2 - 1) / 12, 1.0)
    squares -= float(light.sum(1) @ y) ** 2 / max(part.size * (height**2 - 1) / 12, 1.0)
    return math.sqrt(max(squares, 0.0) / part.size) / max(mean, 1.0)


def _grain(frame: Pixels, mesh: FaceMesh) -> Pixels | None:
    x, y, w, h = mesh.box
    top, left = int(y + h / 2 - GRAIN / 2), int(x + w / 2 - GRAIN / 2)
    if top < 0 or left < 0 or top + GRAIN > frame.shape[0] or left + GRAIN > frame.shape[1]:
        return None
    part = np.ascontiguousarray(frame[top : top + GRAIN, left : left + GRAIN])
    grey: Pixels = opencv().cvtColor(part, opencv().COLOR_RGB2GRAY)
    return grey


def _not_too_wide(frame: Pixels) -> tuple[Pixels, float]:
    """And by what it was scaled."""
    height, width = frame.shape[:2]
    longest = max(height, width)
    if longest <= _WIDEST:
        return frame, 1.0
    size = (max(1, width * _WIDEST // longest), max(1, height * _WIDEST // longest))
    # A large camera is sampled down to twice the size first: averaging all of it takes as long as a network.
    between = (2 * size[0], 2 * size[1])
    if width > 2 * between[0]:
        frame = opencv().resize(frame, between, interpolation=opencv().INTER_LINEAR)
    smaller: Pixels = opencv().resize(frame, size, interpolation=opencv().INTER_AREA)
    return smaller, _WIDEST / longest
