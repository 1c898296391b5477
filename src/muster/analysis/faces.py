"""Finding faces in a frame, and what keeps a frame from being taken.

Detector: BlazeFace, short range (Bazarevsky et al., 2019): 128x128 RGB scaled to -1..1, 896 anchors on two
grids (16x16 cells of two anchors, 8x8 of six), box and six keypoints relative to the anchor's centre. The
frame is padded to a square first, so that faces keep their shape.

Says where faces are and how sure the network is. Whether it is a *live* face, and how good the portrait is,
are other analysers' questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.networks import Network
from muster.analysis.overview import SIDE as _SIDE
from muster.analysis.overview import Overview
from muster.domain.assessment import Finding
from muster.errors import Code

FACE_ABSENT = Code("FACE_ABSENT", "No face is in the picture. Ask the person to sit in front of the camera.")
FACE_SEVERAL = Code("FACE_SEVERAL", "More than one face is in the picture. Only the person may be in view.")
FACE_TOO_SMALL = Code("FACE_TOO_SMALL", "The face is too far away. Come closer to the camera.")
FACE_AT_EDGE = Code("FACE_AT_EDGE", "The face is cut off. Move to the middle of the picture.")

Floats = NDArray[np.float32]

_WEIGHTS = "face_detection_short_range"
_GRIDS = ((16, 2), (8, 6))  # cells a side, anchors a cell
_SCORE_FROM = 0.5
_OVERLAP_FROM = 0.3
# About 55 pixels between the eyes, the least recognition works well with.
_MINIMUM_WIDTH = 120


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """One face: upper left corner, width and height in pixels of the frame, score 0..1, and six points
    (right eye, left eye, nose tip, mouth, right ear, left ear) as x, y pairs in pixels."""

    x: float
    y: float
    w: float
    h: float
    score: float
    keypoints: tuple[tuple[float, float], ...]

    def scaled(self, factor: float) -> DetectedFace:
        """The same face in the frame made ``factor`` times as large."""
        places = tuple((x * factor, y * factor) for x, y in self.keypoints)
        return DetectedFace(self.x * factor, self.y * factor, self.w * factor, self.h * factor, self.score, places)


class FaceDetector:
    """Loads its network at the first use (about 50 ms); then about 2 ms a frame on one thread."""

    def __init__(self, models: Path | None = None) -> None:
        self._network = Network(_WEIGHTS, models)

    def detect(self, pixels: Pixels) -> tuple[DetectedFace, ...]:
        """The faces in ``pixels``, (h, w, 3) RGB, the surest first."""
        overview = Overview.of(pixels)
        return () if overview is None else self.search(overview)

    def search(self, overview: Overview) -> tuple[DetectedFace, ...]:
        """The same, in a frame that was made small already. Places are in pixels of the frame."""
        height, width, _ = overview.pixels.shape
        inside = ((_SIDE - width) // 2, (_SIDE - height) // 2)
        regressors, logits = self._network.run({"input": _network_input(overview.pixels, inside)})
        # float64: exp of a large negative logit underflows quietly instead of warning.
        scores = 1 / (1 + np.exp(-np.clip(logits[0, :, 0].astype(np.float64), -80, 80)))
        (possible,) = np.nonzero(scores >= _SCORE_FROM)
        scale = overview.side / _SIDE
        offset = (inside[0] * scale, inside[1] * scale)
        boxes = _decode(regressors[0, possible], overview.side, offset, _ANCHORS[possible])
        keep = _strongest(boxes, scores[possible])
        return tuple(_face(boxes[index], float(scores[possible[index]])) for index in keep)


def _network_input(small: Pixels, inside: tuple[int, int]) -> Floats:
    """The small frame in the middle of a black square, 128 pixels a side.

    Scaled before it is padded: the other way round costs more than the network.
    """
    (x, y), (height, width, _) = inside, small.shape
    square = np.full((1, _SIDE, _SIDE, 3), -1, np.float32)
    place = square[0, y : y + height, x : x + width]
    np.multiply(small, np.float32(1 / 127.5), out=place, dtype=np.float32)
    place -= 1
    return square


def _anchors() -> Floats:
    """Centres of the 896 anchors, 0..1, in the network's order."""
    rows = []
    for cells, count in _GRIDS:
        for y in range(cells):
            for x in range(cells):
                rows += [((x + 0.5) / cells, (y + 0.5) / cells)] * count
    return np.array(rows, np.float32)


_ANCHORS = _anchors()


def _decode(regressors: Floats, side: int, offset: tuple[float, float], anchors: Floats = _ANCHORS) -> Floats:
    """(n, 16): x, y, w, h and the keypoints, in pixels of the frame."""
    values = regressors / _SIDE
    centres = values[:, 0:2] + anchors
    sizes = values[:, 2:4]
    points = values[:, 4:].reshape(-1, 6, 2) + anchors[:, np.newaxis]
    corners = (centres - sizes / 2) * side - offset
    flat = (points * side - offset).reshape(-1, 12)
    return np.concatenate([corners, sizes * side, flat], axis=1).astype(np.float32)


def _strongest(boxes: Floats, scores: NDArray[np.float64]) -> list[int]:
    """Non-maximum suppression: the surest box of each heap of overlapping ones."""
    candidates = [int(i) for i in np.argsort(-scores) if scores[i] >= _SCORE_FROM]
    rows: list[list[float]] = boxes.tolist()
    keep: list[int] = []
    for index in candidates:
        if all(_overlap(rows[index], rows[other]) < _OVERLAP_FROM for other in keep):
            keep.append(index)
    return keep


def _overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    both = w * h
    return both / (a[2] * a[3] + b[2] * b[3] - both)


def _face(row: Floats, score: float) -> DetectedFace:
    values = [float(each) for each in row]
    points = tuple((values[i], values[i + 1]) for i in range(4, 16, 2))
    return DetectedFace(values[0], values[1], values[2], values[3], score, points)


def judge_face(pixels: Pixels, faces: Sequence[DetectedFace]) -> tuple[Finding, ...]:
    """What keeps this frame from being taken; nothing when it will do. Pure."""
    if not faces:
        return (Finding(FACE_ABSENT),)
    if len(faces) > 1:
        return (Finding(FACE_SEVERAL),)
    face, (height, width) = faces[0], pixels.shape[:2]
    findings = []
    if face.w < _MINIMUM_WIDTH:
        findings.append(Finding(FACE_TOO_SMALL))
    if face.x < 0 or face.y < 0 or face.x + face.w > width or face.y + face.h > height:
        findings.append(Finding(FACE_AT_EDGE))
    return tuple(findings)
