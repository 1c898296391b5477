"""Whether an eye is a left or a right one, as far as its picture tells: by the slope of the upper lid.

The inner corner of the eye lies nearer to the iris, and mostly lower, than the outer one, so the upper lid falls
towards the nose. That is said of a head held upright and a picture that is not mirrored; a head that leans by as
little as the lids slope turns the answer round. So it is a hint to hold against what the device says, never more:
eyes that were mixed up are found out, if at all, by comparing them with the person's others (``iris_code``).
"""

from __future__ import annotations

from enum import Enum

from muster.analysis.calibration import calibration
from muster.analysis.iris_boundaries import EyeBoundaries
from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

SIDE = "eye side"

EYE_SIDE_UNTOLD = Code("EYE_SIDE_UNTOLD", "The picture does not tell a left eye from a right one.")


class EyeSide(Enum):
    """The person's own."""

    LEFT = "left"
    RIGHT = "right"


def eye_side(eye: EyeBoundaries) -> Score | NotAssessed:
    """``raw`` is the slope of the upper lid across the middle of the iris: above 0 it falls to the right in the
    picture, where a right eye's nose is. ``NotAssessed`` where no lid is seen or it is nearly level."""
    limits = calibration(SIDE)
    if eye.upper is None:
        return NotAssessed(SIDE, EYE_SIDE_UNTOLD)
    slope = float(eye.upper.slope + 2 * eye.upper.bend * (eye.limbus.x - eye.upper.x))
    if abs(slope) < limits.thresholds["told"]:
        return NotAssessed(SIDE, EYE_SIDE_UNTOLD)
    return limits.score(round(slope, 3))


def side_of(answer: Score | NotAssessed) -> EyeSide | None:
    if isinstance(answer, NotAssessed):
        return None
    return EyeSide.RIGHT if answer.raw > 0 else EyeSide.LEFT
