"""What a portrait has to keep, and what the officer says to the person when it does not.

Each requirement (after ICAO Doc 9303 part 3 and ISO/IEC 39794-5, annex D) holds one measure against one limit of
``models/calibration.toml``. Their order is the order in which a person can follow them: come near, sit so that the
face is in the middle, then light, head, eyes and mouth, and at last what the officer puts right alone. The first
finding is what to say next; a list is for the screen.

Left and right are the person's own, whichever way the picture is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from muster.analysis.calibration import calibration
from muster.domain.assessment import Finding, NotAssessed, Score, Severity
from muster.errors import Code

FACE_TOO_FAR = Code("FACE_TOO_FAR", "Come a little closer.")
FACE_TOO_CLOSE = Code("FACE_TOO_CLOSE", "Move back a little.")
FACE_MOVE_LEFT = Code("FACE_MOVE_LEFT", "Move a little to the left.")
FACE_MOVE_RIGHT = Code("FACE_MOVE_RIGHT", "Move a little to the right.")
FACE_SIT_LOWER = Code("FACE_SIT_LOWER", "Sit a little lower.")
FACE_SIT_HIGHER = Code("FACE_SIT_HIGHER", "Sit a little higher.")
FACE_TOO_DARK = Code("FACE_TOO_DARK", "The face is too dark. More light on the face.")
FACE_TOO_BRIGHT = Code("FACE_TOO_BRIGHT", "The face is too bright. Less light on the face.")
FACE_LIGHT_ON_LEFT = Code("FACE_LIGHT_ON_LEFT", "More light on the left side of the face.")
FACE_LIGHT_ON_RIGHT = Code("FACE_LIGHT_ON_RIGHT", "More light on the right side of the face.")
FACE_FLAT = Code("FACE_FLAT", "The face has too little contrast. Clean the lens, or change the light.")
FACE_TURN_LEFT = Code("FACE_TURN_LEFT", "Turn a little to the left.")
FACE_TURN_RIGHT = Code("FACE_TURN_RIGHT", "Turn a little to the right.")
FACE_CHIN_UP = Code("FACE_CHIN_UP", "Chin up a little.")
FACE_CHIN_DOWN = Code("FACE_CHIN_DOWN", "Chin down a little.")
FACE_TILT_LEFT = Code("FACE_TILT_LEFT", "Lean the head a little to the left.")
FACE_TILT_RIGHT = Code("FACE_TILT_RIGHT", "Lean the head a little to the right.")
FACE_GLARE = Code("FACE_GLARE", "Light is reflected by the glasses. Take them off, or move the lamp.")
FACE_EYES_CLOSED = Code("FACE_EYES_CLOSED", "Open the eyes.")
FACE_LOOK_AT_CAMERA = Code("FACE_LOOK_AT_CAMERA", "Look straight into the camera.")
FACE_MOUTH_OPEN = Code("FACE_MOUTH_OPEN", "Close the mouth.")
FACE_BLURRED = Code("FACE_BLURRED", "The face is not sharp. Hold still.")
FACE_COLOUR_UNNATURAL = Code(
    "FACE_COLOUR_UNNATURAL",
    "The colour of the skin is not natural. Change the light, or the camera's white balance.",
)
FACE_COMPRESSED = Code("FACE_COMPRESSED", "The picture was compressed too much. Take one of better quality.")
FACE_BACKGROUND_UNEVEN = Code(
    "FACE_BACKGROUND_UNEVEN", "The background is not plain. Put a plain screen behind the person."
)


class _Bound(Enum):
    AT_LEAST = "at least"
    AT_MOST = "at most"


_AT_LEAST, _AT_MOST = _Bound.AT_LEAST, _Bound.AT_MOST


@dataclass(frozen=True, slots=True)
class Requirement:
    """The ``measure`` has to be at least (or at most) its threshold ``limit``."""

    measure: str
    bound: _Bound
    limit: str
    code: Code
    severity: Severity = Severity.BLOCKS


REQUIREMENTS = (
    Requirement("inter-eye distance", _AT_LEAST, "far", FACE_TOO_FAR),
    Requirement("head size", _AT_MOST, "close", FACE_TOO_CLOSE),
    # The left of an unmirrored picture is on the person's right: who is too near to it moves to the left.
    Requirement("leftward crop of the face image", _AT_LEAST, "near", FACE_MOVE_LEFT),
    Requirement("rightward crop of the face image", _AT_LEAST, "near", FACE_MOVE_RIGHT),
    Requirement("margin above of the face image", _AT_LEAST, "near", FACE_SIT_LOWER),
    Requirement("margin below of the face image", _AT_LEAST, "near", FACE_SIT_HIGHER),
    Requirement("luminance mean", _AT_LEAST, "dark", FACE_TOO_DARK),
    Requirement("luminance mean", _AT_MOST, "bright", FACE_TOO_BRIGHT),
    Requirement("under-exposure prevention", _AT_MOST, "black", FACE_TOO_DARK),
    Requirement("over-exposure prevention", _AT_MOST, "white", FACE_TOO_BRIGHT),
    Requirement("illumination uniformity", _AT_LEAST, "right", FACE_LIGHT_ON_LEFT),
    Requirement("illumination uniformity", _AT_MOST, "left", FACE_LIGHT_ON_RIGHT),
    Requirement("head pose yaw", _AT_LEAST, "right", FACE_TURN_LEFT),
    Requirement("head pose yaw", _AT_MOST, "left", FACE_TURN_RIGHT),
    Requirement("head pose pitch", _AT_LEAST, "up", FACE_CHIN_DOWN),
    Requirement("head pose pitch", _AT_MOST, "down", FACE_CHIN_UP),
    Requirement("head pose roll", _AT_LEAST, "left", FACE_TILT_RIGHT),
    Requirement("head pose roll", _AT_MOST, "right", FACE_TILT_LEFT),
    Requirement("eyes open", _AT_LEAST, "closed", FACE_EYES_CLOSED),
    Requirement("mouth closed", _AT_MOST, "open", FACE_MOUTH_OPEN, Severity.WARNS),
    Requirement("sharpness", _AT_LEAST, "blurred", FACE_BLURRED),
    Requirement("dynamic range", _AT_LEAST, "flat", FACE_FLAT),
    Requirement("eyes visible", _AT_MOST, "glare", FACE_GLARE, Severity.WARNS),
    # Too unsure to keep anybody from being enrolled (face_features.gaze).
    Requirement("gaze", _AT_LEAST, "right", FACE_LOOK_AT_CAMERA, Severity.WARNS),
    Requirement("gaze", _AT_MOST, "left", FACE_LOOK_AT_CAMERA, Severity.WARNS),
    Requirement("natural colour", _AT_MOST, "unnatural", FACE_COLOUR_UNNATURAL, Severity.WARNS),
    Requirement("compression artefacts", _AT_MOST, "strong", FACE_COMPRESSED, Severity.WARNS),
    Requirement("background uniformity", _AT_MOST, "uneven", FACE_BACKGROUND_UNEVEN, Severity.WARNS),
)


class Portrait:
    """The requirements with their limits, read once. Raises ``Unavailable``, ``NotAuthentic``."""

    def __init__(self, models: Path | None = None) -> None:
        self._limits = [
            (each, calibration(each.measure, models).thresholds[each.limit], Finding(each.code, each.severity))
            for each in REQUIREMENTS
        ]

    def findings(self, measures: Iterable[Score | NotAssessed]) -> tuple[Finding, ...]:
        """What is not kept, what to do next first, nothing twice. What was not assessed finds nothing."""
        raw: Mapping[str, float] = {each.measure: each.raw for each in measures if isinstance(each, Score)}
        found: dict[Code, Finding] = {}
        for requirement, limit, finding in self._limits:
            value = raw.get(requirement.measure)
            if value is not None and _breaks(value, requirement.bound, limit):
                found.setdefault(requirement.code, finding)
        return tuple(found.values())


def _breaks(value: float, bound: _Bound, limit: float) -> bool:
    return value < limit if bound is _AT_LEAST else value > limit
