"""The portrait on a document's page: the page laid straight and turned the right way up, and the face on it.

The detector sees a page in 128 pixels, where a face is some fifteen wide: parts of the page are looked at as
well. A second, faint portrait is smaller and less sure: it does not count.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.document_page import Page
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate, Recogniser, template_of
from muster.analysis.faces import DetectedFace, FaceDetector
from muster.analysis.mrz_reading import MrzReading

_SIDE = 1200
_PART = 0.42  # of the longer side
_AROUND = 0.6  # of the face, kept on each side: the mesh looks at more than the face


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """``pixels`` around the face, right way up; ``face`` in them."""

    pixels: Pixels
    face: DetectedFace


class PortraitFinder:
    def __init__(self, models: Path | None = None) -> None:
        self._detector = FaceDetector(models)
        self._mesher = FaceMesher(models)

    def find(self, pixels: Pixels, page: Page, mrz: MrzReading | None) -> Portrait | None:
        """The largest face on the page of (h, w, 3) RGB; without a zone that says which way up, as it lies."""
        flat = np.ascontiguousarray(np.rot90(page.flattened(pixels, _SIDE), _quarter_turns(mrz)))
        faces = [
            _moved(face, left, top) for left, top, part in _parts(flat) for face in self._detector.detect(part)
        ]
        # A head that a part cuts off is less sure than the same one in the next part.
        best = max(faces, key=lambda face: face.score * face.w, default=None)
        return None if best is None else _cut_out(flat, best)

    def template(self, portrait: Portrait, recogniser: Recogniser) -> FaceTemplate:
        mesh = self._mesher.find(portrait.pixels, portrait.face).mesh
        return template_of(portrait.pixels, mesh, recogniser)


def _quarter_turns(mrz: MrzReading | None) -> int:
    """Counter-clockwise, until the zone's lines read to the right."""
    return 0 if mrz is None else round(mrz.place[0].angle / (math.pi / 2)) % 4


def _parts(flat: Pixels) -> Iterator[tuple[int, int, Pixels]]:
    """The whole, and squares that overlap by half; and where they begin."""
    yield 0, 0, flat
    height, width = flat.shape[:2]
    side = max(1, round(_PART * max(height, width)))
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield left, top, np.ascontiguousarray(flat[top : top + side, left : left + side])


def _starts(length: int, side: int) -> list[int]:
    count = max(1, math.ceil(2 * length / side) - 1)
    return [round(at) for at in np.linspace(0, max(0, length - side), count)]


def _moved(face: DetectedFace, dx: float, dy: float) -> DetectedFace:
    keypoints = tuple((x + dx, y + dy) for x, y in face.keypoints)
    return replace(face, x=face.x + dx, y=face.y + dy, keypoints=keypoints)


def _cut_out(flat: Pixels, face: DetectedFace) -> Portrait:
    height, width = flat.shape[:2]
    left, top = (max(0, int(each)) for each in (face.x - face.w * _AROUND, face.y - face.h * _AROUND))
    right = min(width, int(face.x + face.w * (1 + _AROUND)) + 1)
    bottom = min(height, int(face.y + face.h * (1 + _AROUND)) + 1)
    return Portrait(np.ascontiguousarray(flat[top:bottom, left:right]), _moved(face, -left, -top))
