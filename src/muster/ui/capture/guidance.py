"""What is to be seen of a capture at one moment, for every window that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtGui import QImage

from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import Step
from muster.errors import Code
from muster.ui.capture.tone import Tone
from muster.workstation.capture_lane import SampleState
from muster.workstation.face_watching import FaceView

# Where the face has to go on the screen: the person's left is the officer's right.
_TOWARDS = {
    "FACE_TURN_LEFT": (1, 0),
    "FACE_TURN_RIGHT": (-1, 0),
    "FACE_MOVE_LEFT": (1, 0),
    "FACE_MOVE_RIGHT": (-1, 0),
    "FACE_CHIN_UP": (0, -1),
    "FACE_CHIN_DOWN": (0, 1),
    "FACE_SIT_HIGHER": (0, -1),
    "FACE_SIT_LOWER": (0, 1),
}
_DISTANCE = {"FACE_TOO_FAR": 1, "FACE_TOO_SMALL": 1, "FACE_TOO_CLOSE": -1}


@dataclass(frozen=True, slots=True)
class FaceMark:
    """``box`` is x, y, width, height of the face in the picture's pixels. ``towards`` is where it should go on the
    screen, right and down, -1 to 1 each; ``nearer`` is 1 where it should come closer, -1 where it should move
    back."""

    box: tuple[float, float, float, float]
    towards: tuple[int, int] | None = None
    nearer: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Guidance:
    """``prompt`` is what the person is asked for: each window says it in its own language. ``samples`` is how each
    finger or eye of the placement stands. Without a ``picture`` the pictogram of ``step`` is drawn instead."""

    step: Step
    prompt: Code | None = None
    tone: Tone = Tone.PLAIN
    picture: QImage | None = None
    face: FaceMark | None = None
    samples: Mapping[BiometricAttribute, SampleState] = field(default_factory=dict)


def face_mark(view: FaceView) -> FaceMark | None:
    """Around the face that is seen; whither it should go only while that is what keeps it from being taken."""
    if view.box is None:
        return None
    if view.instruction is not None or not view.is_blocked:
        return FaceMark(view.box)
    first = view.findings[0].code.name
    return FaceMark(view.box, _TOWARDS.get(first), _DISTANCE.get(first, 0))
