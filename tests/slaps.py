"""Slaps put together from pictures of single fingers, as a scanner of 3.2 by 3 inches would see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from muster.analysis.api import Pixels
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster_simulated.pictures import Pictures

GLASS = 245
_SIZE = (1500, 1600)
# Tips of little, ring, middle and index finger of a left hand, in pixels from the picture's top.
_TIPS = {"Little": 420, "Ring": 180, "Middle": 100, "Index": 200, "Thumb": 300}
_SIZES = {"Little": 0.8, "Ring": 0.95, "Middle": 1.0, "Index": 1.0, "Thumb": 1.05}


def fingers_of(group: CaptureGroup) -> tuple[BiometricAttribute, ...]:
    """From left to right."""
    return tuple(reversed(group.attributes)) if group is CaptureGroup.LEFT_SLAP else group.attributes


def simulated(attribute: BiometricAttribute) -> Pixels:
    return Pictures().sample(attribute)


def slap(
    fingers: Sequence[BiometricAttribute],
    *,
    turned_deg: float = 0,
    apart: int = 350,
    pictures: Mapping[BiometricAttribute, Pixels] | None = None,
) -> Pixels:
    """``turned_deg`` to the right; ``apart`` pixels from finger to finger."""
    glass = np.full(_SIZE, GLASS, np.uint8)
    for place, finger in enumerate(fingers):
        name = next(each for each in _TIPS if finger.value.endswith(each))
        picture = pictures[finger] if pictures else simulated(finger)
        picture = cv2.resize(picture, None, fx=_SIZES[name], fy=_SIZES[name], interpolation=cv2.INTER_AREA)
        left, top = 100 + place * apart, 150 + _TIPS[name]
        height, width = picture.shape
        spot = glass[top : top + height, left : left + width]
        np.minimum(spot, picture[: spot.shape[0], : spot.shape[1]], out=spot)
    middle = (_SIZE[1] / 2, _SIZE[0] / 2)
    matrix = cv2.getRotationMatrix2D(middle, -turned_deg, 1)
    return cv2.warpAffine(glass, matrix, (_SIZE[1], _SIZE[0]), borderValue=GLASS)
