"""What the person is asked for during a capture: said aloud, and written on the screen they look at.

Each is a :class:`Code`, so that it is translated with everything else and can be said in the person's language
while the window speaks the officer's. What a finding says is said to the person as it is where they can do
something about it; what only the officer can (two faces, a dirty glass) is not.
"""

from __future__ import annotations

from collections.abc import Iterable

from muster.domain.assessment import Finding
from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import Step
from muster.errors import Code

ASK_FACE = Code("ASK_FACE", "Please look straight into the camera.")
ASK_LEFT_HAND = Code("ASK_LEFT_HAND", "Please lay four fingers of your left hand flat on the glass.")
ASK_RIGHT_HAND = Code("ASK_RIGHT_HAND", "Please lay four fingers of your right hand flat on the glass.")
ASK_THUMBS = Code("ASK_THUMBS", "Please lay both thumbs side by side on the glass.")
ASK_LEFT_HAND_PART = Code("ASK_LEFT_HAND_PART", "Please lay the fingers of your left hand flat on the glass.")
ASK_RIGHT_HAND_PART = Code("ASK_RIGHT_HAND_PART", "Please lay the fingers of your right hand flat on the glass.")
ASK_ONE_THUMB = Code("ASK_ONE_THUMB", "Please lay your thumb on the glass.")
ASK_EYES = Code("ASK_EYES", "Please look into the device and keep both eyes wide open.")
ASK_ONE_EYE = Code("ASK_ONE_EYE", "Please look into the device and keep the eye wide open.")
ASK_EXCEPTION_PHOTO = Code("ASK_EXCEPTION_PHOTO", "Please stay in front of the camera for one more picture.")
ASK_HOLD_STILL = Code("ASK_HOLD_STILL", "Please hold still.")
ASK_ONCE_MORE = Code("ASK_ONCE_MORE", "Please lift your hand and lay it on the glass once more.")
ASK_OTHER_SIDE = Code("ASK_OTHER_SIDE", "Please use the other hand or eye.")
SAY_GOOD = Code("SAY_GOOD", "Thank you, that is good.")
SAY_ALL_DONE = Code("SAY_ALL_DONE", "Thank you, that was all.")

_WHOLE = {
    Step.FACE: ASK_FACE,
    Step.LEFT_SLAP: ASK_LEFT_HAND,
    Step.RIGHT_SLAP: ASK_RIGHT_HAND,
    Step.THUMBS: ASK_THUMBS,
    Step.IRISES: ASK_EYES,
    Step.EXCEPTION_PHOTO: ASK_EXCEPTION_PHOTO,
}
_PART = {
    Step.LEFT_SLAP: ASK_LEFT_HAND_PART,
    Step.RIGHT_SLAP: ASK_RIGHT_HAND_PART,
    Step.THUMBS: ASK_ONE_THUMB,
    Step.IRISES: ASK_ONE_EYE,
}
# What the person can change, and nobody else needs to.
_THEIRS = frozenset(
    {
        "FACE_TOO_FAR", "FACE_TOO_CLOSE", "FACE_TOO_SMALL", "FACE_AT_EDGE", "FACE_MOVE_LEFT", "FACE_MOVE_RIGHT",
        "FACE_SIT_LOWER", "FACE_SIT_HIGHER", "FACE_TURN_LEFT", "FACE_TURN_RIGHT", "FACE_CHIN_UP", "FACE_CHIN_DOWN",
        "FACE_TILT_LEFT", "FACE_TILT_RIGHT", "FACE_EYES_CLOSED", "FACE_LOOK_AT_CAMERA", "FACE_MOUTH_OPEN",
        "FACE_HIDDEN", "FINGER_ABSENT", "FINGER_WET", "FINGER_DRY", "FINGER_PARTIAL", "FINGER_CUT_OFF",
        "FINGER_SMEARED", "IRIS_ABSENT", "IRIS_EYE_CLOSED", "IRIS_COVERED", "IRIS_GAZE_ASIDE", "IRIS_TOO_FAR",
        "IRIS_TOO_CLOSE", "IRIS_CUT_OFF", "IRIS_MOVED", "IRIS_BLURRED", "FINGER_MISSING",
    }
)  # fmt: skip
_INSTEAD = {"WRONG_FINGER": ASK_OTHER_SIDE, "EYE_OTHER_SIDE": ASK_OTHER_SIDE, "FACE_ABSENT": ASK_FACE}


def asking_for(step: Step, excepted: Iterable[BiometricAttribute] = ()) -> Code:
    """What is asked of the person at the beginning of a capture step; ``excepted`` is what they do not have."""
    group = step.capture_group
    lacking = set(excepted) & set(group.attributes) if group else set()
    return _PART[step] if lacking and step in _PART else _WHOLE[step]


def advising(findings: Iterable[Finding]) -> Code | None:
    """What would help, if the person can do it: of the first finding that says so."""
    for finding in findings:
        if finding.code.name in _INSTEAD:
            return _INSTEAD[finding.code.name]
        if finding.code.name in _THEIRS:
            return finding.code
    return None
