"""The template of the one face in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from muster.analysis.api import Pixels
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate, Recogniser, template_at, template_of
from muster.analysis.faces import FACE_ABSENT, FACE_SEVERAL, FaceDetector
from muster.errors import BadInput

_T = TypeVar("_T")


def template_in(
    pixels: Pixels, detector: FaceDetector, mesher: FaceMesher, recogniser: Recogniser
) -> FaceTemplate:
    """The one face of a picture, found by the network's own detector where it has one. Raises ``BadInput`` (none,
    several), ``Unavailable``, ``NotAuthentic``."""
    own = recogniser.faces(pixels)
    if own is not None:
        return template_at(pixels, _only(own), recogniser)
    return template_of(pixels, mesher.find(pixels, _only(detector.detect(pixels))).mesh, recogniser)


def _only(faces: Sequence[_T]) -> _T:
    if len(faces) != 1:  # whose of several faces is meant is not for a program to guess
        raise BadInput(FACE_SEVERAL if faces else FACE_ABSENT)
    return faces[0]
