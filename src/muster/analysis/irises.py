"""Whether a picture of an eye has any contrast: a guard against a closed lid and a dark room.

Not a quality score of record; the measures of ISO/IEC 29794-6 are another analyser's business.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

EYE_PICTURE_TOO_SMALL = Code("EYE_PICTURE_TOO_SMALL", "The picture of the eye is too small to be judged.")

_MEASURE = "iris contrast"
_MINIMUM_SIDE = 200  # pixels; ISO/IEC 19794-6 wants an iris of 160 across
_FULL_SPREAD = 66.0  # standard deviation of grey levels in a well lit eye


def iris_contrast(pixels: NDArray[np.uint8]) -> Score | NotAssessed:
    """Spread of grey levels in the middle two thirds of a (h, w) grey picture; ``raw`` in grey levels."""
    height, width = pixels.shape
    if min(height, width) < _MINIMUM_SIDE:
        return NotAssessed(_MEASURE, EYE_PICTURE_TOO_SMALL)
    middle = pixels[height // 6 : -(height // 6), width // 6 : -(width // 6)]
    spread = float(middle.std())
    return Score(_MEASURE, spread, round(min(100.0, 100 * spread / _FULL_SPREAD), 1))
