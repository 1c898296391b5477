"""What the pixels of a face say: light, colour, sharpness, traces of compression, background.

Light and colour are taken from the cut the mesh was found in, where every face is about equally large and upright;
what is lost by scaling (sharpness, traces of compression) from the frame itself.

Pure: pixels and points in, numbers in the measure's own unit out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.face_crop import Points
from muster.analysis.face_mesh import LEFT_EYE, RIGHT_EYE, FaceMesh, middle
from muster.analysis.opencv import opencv
from muster.analysis.overview import SIDE as OVERVIEW_SIDE
from muster.analysis.overview import Overview

_OVAL = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
]  # fmt: skip
_BLACK_UP_TO, _WHITE_FROM = 25, 247
_REFLECTION_FROM = 250
_BLOWN_OUT, _WHITE = (250, 250, 250), (255, 255, 255)
# In distances of the eyes: half the side of a square of skin, and how far below the eyes its middle lies.
_CHEEK, _BELOW_THE_EYE = 0.18, 0.47
# Half the width of an eye's surroundings, and how far they reach up and down.
_AROUND, _ABOVE, _BELOW = 0.29, 0.22, 0.26
# Eyes, nose and mouth in the frame: half the width, and how far above the eyes they begin. They are looked at with
# 110 pixels a side, 69 between the eyes: smaller faces are drawn larger, and are as blurred as they would be in a
# document.
_HALF, _TOP, _DETAIL_SIDE = 0.8, 0.35, 110
# Skin in daylight lies in this box of CIE a*, b*.
_SKIN_A, _SKIN_B = (5.0, 25.0), (5.0, 35.0)
_BLOCK, _BLOCKS_SEEN = 8, 256
_LEAST_BACKGROUND = 0.05


@dataclass(frozen=True, eq=False)
class FaceCut:
    """The upright cut of one face (``FaceLook``), with what several measures need of it."""

    pixels: Pixels
    grey: Pixels
    places: Points

    @cached_property
    def eyes(self) -> tuple[Points, Points]:
        """The middles of the person's right and left eye."""
        return middle(self.places, RIGHT_EYE), middle(self.places, LEFT_EYE)

    @cached_property
    def apart(self) -> float:
        return max(math.dist(*self.eyes), 1.0)

    @cached_property
    def mask(self) -> Pixels:
        """255 inside the oval of the face."""
        mask = np.zeros(self.pixels.shape[:2], np.uint8)
        oval = np.round(self.places[_OVAL]).astype(np.int32)
        opencv().fillPoly(mask, [oval], 255)
        return mask

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """(256,): how much of the face has each luminance."""
        counts = opencv().calcHist([self.grey], [0], self.mask, [256], [0, 256]).reshape(-1).astype(np.float64)
        return np.asarray(counts / max(counts.sum(), 1.0))

    @cached_property
    def cheeks(self) -> tuple[Pixels, Pixels]:
        """Squares of skin below the person's right and left eye."""
        down = np.array([0.0, _BELOW_THE_EYE * self.apart])
        right, left = (self._around(eye + down, _CHEEK, _CHEEK) for eye in self.eyes)
        return right, left

    def around_the_eyes(self) -> tuple[Pixels, Pixels]:
        right, left = (self._around(eye, _AROUND, _ABOVE, _BELOW) for eye in self.eyes)
        return right, left

    def _around(self, middle: Points, half: float, up: float, down: float | None = None) -> Pixels:
        """The rectangle around ``middle`` whose reach is given in distances of the eyes; at least one pixel."""
        (x, y), reach = middle, self.apart
        top, bottom = max(0, int(y - up * reach)), max(1, int(y + (up if down is None else down) * reach))
        left, right = max(0, int(x - half * reach)), max(1, int(x + half * reach))
        height, width = self.pixels.shape[:2]
        return self.pixels[min(top, height - 1) : bottom, min(left, width - 1) : right]


def luminance_mean(cut: FaceCut) -> float:
    """0 black to 1 white."""
    return float(cut.shares @ _LEVELS)


def luminance_variance(cut: FaceCut) -> float:
    """Of luminance 0..1."""
    return float(cut.shares @ (_LEVELS - luminance_mean(cut)) ** 2)


def under_exposure(cut: FaceCut) -> float:
    """The share of the face that is black."""
    return float(cut.shares[: _BLACK_UP_TO + 1].sum())


def over_exposure(cut: FaceCut) -> float:
    """The share of the face that is white."""
    return float(cut.shares[_WHITE_FROM:].sum())


def dynamic_range(cut: FaceCut) -> float:
    """Bits of entropy of the luminance, 0..8."""
    used = cut.shares[cut.shares > 0]
    return max(0.0, float(-(used @ np.log2(used))))


def light_on_left(cut: FaceCut) -> float:
    """How much brighter the person's left cheek is than the right: -1 (only the right is lit) to 1."""
    right, left = (_luminance(each) for each in cut.cheeks)
    return (left - right) / max(left, right, 1.0)


def colour_distance(cut: FaceCut) -> float:
    """How far the colour of the cheeks is from that of skin in daylight, in units of CIE L*a*b*."""
    right, left = (opencv().mean(each)[:3] for each in cut.cheeks)
    a, b = _chroma(*((one + other) / 510 for one, other in zip(right, left, strict=True)))
    return math.hypot(_outside(a, _SKIN_A), _outside(b, _SKIN_B))


def detail_of(frame: Pixels, mesh: FaceMesh) -> Pixels:
    """Eyes, nose and mouth in grey, as they are in the frame; perhaps empty."""
    cv2 = opencv()
    (x, y), apart = ((mesh.eyes[0] + mesh.eyes[1]) / 2).tolist(), mesh.inter_eye
    top, left = max(0, int(y - _TOP * apart)), max(0, int(x - _HALF * apart))
    part = frame[top : max(0, int(y + (2 * _HALF - _TOP) * apart)), left : max(0, int(x + _HALF * apart))]
    if min(part.shape[:2]) == 0:
        return np.zeros((0, 0), np.uint8)
    grey: Pixels = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    return grey


def sharpness(detail: Pixels) -> float:
    """How much of the fine detail around eyes, nose and mouth a further blur takes away, 0 (none was there) to 1.

    Crete et al. (2007), the other way round. It is a share, hence independent of contrast and light.
    """
    if detail.size == 0:
        return 0.0
    cv2 = opencv()
    how = cv2.INTER_AREA if detail.shape[0] > _DETAIL_SIDE else cv2.INTER_LINEAR
    # Sensors' noise is finer than any detail of a face, and would count as sharp.
    calm = cv2.GaussianBlur(cv2.resize(detail, (_DETAIL_SIDE, _DETAIL_SIDE), interpolation=how), (3, 3), 0)
    blurred = cv2.blur(calm, (7, 7))
    lost = []
    for axis in (0, 1):
        fine = cv2.absdiff(*_neighbours(calm, axis))
        coarse = cv2.absdiff(*_neighbours(blurred, axis))
        lost.append(cv2.sumElems(cv2.subtract(fine, coarse))[0] / max(cv2.sumElems(fine)[0], 1.0))
    return float(min(lost))


def reflection(cut: FaceCut) -> float:
    """The share of the surroundings of the eyes that is blown out, beyond what of the whole face is: glasses."""
    cv2 = opencv()
    shares = [
        cv2.countNonZero(cv2.inRange(each, _BLOWN_OUT, _WHITE)) / (each.shape[0] * each.shape[1])
        for each in cut.around_the_eyes()
    ]
    return float(max(0.0, max(shares) - cut.shares[_REFLECTION_FROM:].sum()))


def blockiness(detail: Pixels) -> float:
    """How much larger the steps on the borders of JPEG's blocks are than elsewhere, around eyes, nose and mouth.

    1 is no trace. Looked at in the pixels as they came; where the grid lies is not asked, since pictures are cut.
    """
    if min(detail.shape) < 3 * _BLOCK:
        return 1.0
    cv2 = opencv()
    grey = detail[:_BLOCKS_SEEN, :_BLOCKS_SEEN]
    found = 0.0
    for axis in (0, 1):
        steps = cv2.reduce(cv2.absdiff(*_neighbours(grey, axis)), axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S)
        line = steps.reshape(-1)[: steps.size // _BLOCK * _BLOCK]
        *others, border = sorted(line.reshape(-1, _BLOCK).sum(0).tolist())
        found += border / max(sum(others) / len(others), 1.0)
    return max(1.0, found / 2)


def background_spread(overview: Overview, mesh: FaceMesh) -> float | None:
    """Grey levels by which what is beside the head and above the chin varies; None if nearly nothing is.

    Only beside and above: shoulders and clothes are no background. Hair that hangs beside the face counts.
    """
    cv2 = opencv()
    small, scale = overview.pixels, OVERVIEW_SIDE / overview.side
    x, y, w, h = (each * scale for each in mesh.box)
    chin, left, right = int(y + h), int(x - 0.45 * w), int(x + 1.45 * w)
    mask = np.zeros(small.shape[:2], np.uint8)
    mask[: max(0, chin), : max(0, left)] = 1
    mask[: max(0, chin), max(0, right) :] = 1
    if cv2.countNonZero(mask) < _LEAST_BACKGROUND * mask.size:
        return None
    return float(cv2.meanStdDev(small, mask=mask)[1].mean())


_LEVELS = np.arange(256) / 255


def _luminance(part: Pixels) -> float:
    r, g, b = opencv().mean(part)[:3]
    return float(0.299 * r + 0.587 * g + 0.114 * b)


def _chroma(r: float, g: float, b: float) -> tuple[float, float]:
    """a* and b* of an sRGB colour 0..1 under D65 (CIE 15; IEC 61966-2-1)."""
    r, g, b = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in (r, g, b))
    x, y, z = (
        value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116
        for value in (
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
        )
    )
    return 500 * (x - y), 200 * (y - z)


def _outside(value: float, limits: tuple[float, float]) -> float:
    low, high = limits
    return max(low - value, value - high, 0.0)


def _neighbours(image: Pixels, axis: int) -> tuple[Pixels, Pixels]:
    return (image[1:], image[:-1]) if axis else (image[:, 1:], image[:, :-1])
