"""What the capture lane tells the officer, one sentence at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

from muster.domain.biometrics import BiometricAttribute
from muster.errors import Code, Detail
from muster.ui.capture.tone import Tone

LANE_READY = Code("LANE_READY", "Press Start: everything is then taken by itself, one after the other.")
LANE_PAUSED = Code("LANE_PAUSED", "Paused. Everything taken so far is kept; go on whenever the person is ready.")
LANE_TAKEN = Code("LANE_TAKEN", "This is kept. It can be taken again; the better of each finger counts.")
LANE_FACE_TAKEN = Code("LANE_FACE_TAKEN", "The picture is kept. It can be taken again.")
LANE_STARTING = Code("LANE_STARTING", "The device is starting …")
LANE_TAKING = Code("LANE_TAKING", "Being taken. The person stays like this until it is good.")
LANE_WAITING = Code("LANE_WAITING", "No {kind} is connected. Plug it in; it goes on by itself.")
LANE_UNPLUGGED = Code("LANE_UNPLUGGED", "The {kind} was unplugged. Plug it in; it goes on by itself.")
LANE_JUDGING = Code("LANE_JUDGING", "Being judged …")
LANE_GOOD = Code("LANE_GOOD", "Good, thank you.")
LANE_DONE = Code("LANE_DONE", "Everything is taken.")
LANE_ONCE_MORE = Code("LANE_ONCE_MORE", "Once more: {fingers}.")
LANE_USED_UP = Code(
    "LANE_USED_UP", "The attempts are used up. Keep the best there is and say why, or take it once more."
)
LANE_MISSING = Code(
    "LANE_MISSING",
    "The attempts are used up and something is still missing: {fingers}. Take it once more, or say that it cannot "
    "be captured.",
)
LANE_GREEN = Code("LANE_GREEN", "Good. Hold still …")
LANE_PHOTO = Code("LANE_PHOTO", "Take the picture when everything is to be seen.")


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence for the officer; ``fingers`` fill the place of that name in it."""

    code: Code
    tone: Tone = Tone.PLAIN
    detail: Detail = field(default_factory=dict)
    fingers: tuple[BiometricAttribute, ...] = ()
