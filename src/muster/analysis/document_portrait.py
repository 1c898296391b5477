"""The portrait on a document's page: the page laid straight and turned the right way up, and the face on it.

The detector sees a page in 128 pixels, where a portrait is some twenty high: each third of the page is looked at
as well. Holograms' second, faint portrait is smaller or less sure: the largest of the sure ones counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
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
        flat = np.rot90(page.flattened(pixels, _SIDE), _quarter_turns(mrz))
        found: list[tuple[float, int, Pixels, DetectedFace]] = []
        for part in _parts(np.ascontiguousarray(flat)):
            for face in self._detector.detect(part):
                found.append((face.w * face.h, len(found), part, face))
        if not found:
            return None
        _, _, part, face = max(found)
        return _cut_out(part, face)

    def template(self, portrait: Portrait, recogniser: Recogniser) -> FaceTemplate:
        mesh = self._mesher.find(portrait.pixels, portrait.face).mesh
        return template_of(portrait.pixels, mesh, recogniser)


def _quarter_turns(mrz: MrzReading | None) -> int:
    """Counter-clockwise, until the zone's lines read to the right."""
    return 0 if mrz is None else round(mrz.place[0].angle / (math.pi / 2)) % 4


def _parts(flat: Pixels) -> Iterator[Pixels]:
    """The whole, and squares that overlap by half."""
    yield flat
    height, width = flat.shape[:2]
    side = max(1, round(_PART * max(height, width)))
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield np.ascontiguousarray(flat[top : top + side, left : left + side])


def _starts(length: int, side: int) -> list[int]:
    count = max(1, math.ceil(2 * length / side) - 1)
    return [round(at) for at in np.linspace(0, max(0, length - side), count)]


def _cut_out(part: Pixels, face: DetectedFace) -> Portrait:
    height, width = part.shape[:2]
    left, top = (max(0, int(each)) for each in (face.x - face.w * _AROUND, face.y - face.h * _AROUND))
    right = min(width, int(face.x + face.w * (1 + _AROUND)) + 1)
    bottom = min(height, int(face.y + face.h * (1 + _AROUND)) + 1)
    moved = tuple((x - left, y - top) for x, y in face.keypoints)
    inside = DetectedFace(face.x - left, face.y - top, face.w, face.h, face.score, moved)
    return Portrait(np.ascontiguousarray(part[top:bottom, left:right]), inside)
