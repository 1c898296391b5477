"""Four fingers of a hand, or both thumbs, in one picture: which finger is where, and whose hand it is.

Pieces of ridges are taken apart by where they lie across the fingers, which all run nearly the same way; the
topmost piece of each is the fingertip. Which hand it is follows from the little finger: its tip lies lowest and it
is the smallest. Only the number can be checked of which fingers are there: a hand without its ring finger looks
like one that holds it up.

Grey, 500 dpi, fingertips up, as a slap scanner of 3.2 by 3 inches delivers. Hands turned by up to 30 degrees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_ridges import BLOCK, BLOCK_MM, Mask, grey, ridge_map
from muster.analysis.opencv import opencv
from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.errors import Code

SLAP_PICTURE_SIZE = Code("SLAP_PICTURE_SIZE", "This is not a picture of several fingers at 500 dpi.")
SLAP_EMPTY = Code("SLAP_EMPTY", "No finger is on the glass. Place the fingers flat, side by side.")
SLAP_FINGERS_MISSING = Code(
    "SLAP_FINGERS_MISSING", "{seen} of {wanted} fingers are seen. Place all of them flat, a little apart."
)
SLAP_TOO_MANY = Code(
    "SLAP_TOO_MANY", "{seen} fingers are seen instead of {wanted}. Take everything else off the glass."
)
SLAP_MISSING_FINGER_SEEN = Code(
    "SLAP_MISSING_FINGER_SEEN", "{seen} fingers are seen, but only {wanted} should be there. Check the exceptions."
)
SLAP_WRONG_HAND = Code("SLAP_WRONG_HAND", "This looks like the other hand. Place the hand that is shown.")
SLAP_TURNED = Code("SLAP_TURNED", "The hand lies at an angle. Turn it so that the fingers point straight up.")

_SHORTEST_SIDE, _LONGEST_SIDE = 300, 4000  # pixels
_PIECE_FROM_MM2, _FINGER_FROM_MM2, _FINGER_TO_MM2 = 10.0, 45.0, 480.0
_WIDEST_FINGER_MM, _NARROWEST_FINGER_MM = 26.0, 9.0
_THIN_FROM = 0.12  # of the thickest place: what a piece loses between two fingers that touch
_LONGEST_TIP_MM = 32.0
_MOST_TURNED_DEG, _TURNED_FROM_DEG = 45, 25
_LONG_FROM = 1.15  # of a piece: length against width, from where its direction means something
_HAND_FROM_MM = 4.0
_MARGIN = 16  # pixels around a finger that is cut out

_LEFT_TO_RIGHT = {
    CaptureGroup.LEFT_SLAP: tuple(reversed(CaptureGroup.LEFT_SLAP.attributes)),
    CaptureGroup.RIGHT_SLAP: CaptureGroup.RIGHT_SLAP.attributes,
    CaptureGroup.THUMBS: CaptureGroup.THUMBS.attributes,
}
_LITTLE = (BiometricAttribute.LEFT_LITTLE, BiometricAttribute.RIGHT_LITTLE)
_HIGHER = frozenset(
    {
        BiometricAttribute.LEFT_INDEX,
        BiometricAttribute.LEFT_MIDDLE,
        BiometricAttribute.RIGHT_INDEX,
        BiometricAttribute.RIGHT_MIDDLE,
    }
)

Points = NDArray[np.float64]


class Hand(Enum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, eq=False)
class SlapFinger:
    """``attribute`` is None where it cannot be told. ``centre`` x, y and ``size`` width, height in pixels of the
    slap, the box turned by the slap's ``rotation_deg``; ``picture`` the finger alone, upright."""

    attribute: BiometricAttribute | None
    centre: tuple[float, float]
    size: tuple[float, float]
    picture: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Slap:
    """``fingers`` from left to right; ``hand`` None where it cannot be told; ``rotation_deg`` how far the fingers
    lean to the right."""

    fingers: tuple[SlapFinger, ...]
    hand: Hand | None
    rotation_deg: float
    findings: tuple[Finding, ...]

    def picture(self, attribute: BiometricAttribute) -> Pixels | None:
        return next((each.picture for each in self.fingers if each.attribute is attribute), None)


@dataclass(frozen=True, slots=True, eq=False)
class _Tip:
    """Blocks of one fingertip in upright millimetres: x to the right, y downwards."""

    blocks: Points

    @property
    def area_mm2(self) -> float:
        return len(self.blocks) * BLOCK_MM**2

    @property
    def top(self) -> float:
        return float(self.blocks[:, 1].min())

    @property
    def middle(self) -> float:
        return float(self.blocks[:, 0].mean())


def segment(pixels: Pixels, group: CaptureGroup, missing: Collection[BiometricAttribute] = ()) -> Slap:
    """The fingers of ``group`` that are not ``missing`` (marked as exceptions), in one picture.

    Fingers have their names only when there are as many as expected and the hand is not the wrong one.
    """
    wanted = tuple(each for each in _LEFT_TO_RIGHT[group] if each not in missing)
    height, width = pixels.shape[:2]
    if min(height, width) < _SHORTEST_SIDE or max(height, width) > _LONGEST_SIDE:
        return Slap((), None, 0.0, (Finding(SLAP_PICTURE_SIZE),))
    image = grey(pixels)
    pieces = list(_pieces(ridge_map(image).covered))
    lean = _lean(pieces)
    tips = _tips([_upright(each, lean) for each in pieces])
    hand = _hand(tips, wanted)
    findings = tuple(_findings(tips, hand, lean, group, wanted, bool(missing)))
    named = len(tips) == len(wanted) and not any(each.code is SLAP_WRONG_HAND for each in findings)
    names = wanted if named else (None,) * len(tips)
    fingers = tuple(_cut_out(image, tip, lean, name) for tip, name in zip(tips, names, strict=True))
    return Slap(fingers, hand, float(np.degrees(lean)), findings)


def _findings(
    tips: list[_Tip],
    hand: Hand | None,
    lean: float,
    group: CaptureGroup,
    wanted: tuple[BiometricAttribute, ...],
    has_exceptions: bool,
) -> Iterator[Finding]:
    counted = {"seen": len(tips), "wanted": len(wanted)}
    if not tips and wanted:
        yield Finding(SLAP_EMPTY)
    elif len(tips) < len(wanted):
        yield Finding(SLAP_FINGERS_MISSING, detail=counted)
    elif len(tips) > len(wanted):
        seen = has_exceptions and len(tips) <= len(group.attributes)
        yield Finding(SLAP_MISSING_FINGER_SEEN if seen else SLAP_TOO_MANY, detail=counted)
    asked = {CaptureGroup.LEFT_SLAP: Hand.LEFT, CaptureGroup.RIGHT_SLAP: Hand.RIGHT}.get(group)
    if hand is not None and hand is not asked and len(tips) == len(wanted):
        yield Finding(SLAP_WRONG_HAND)
    if tips and abs(np.degrees(lean)) > _TURNED_FROM_DEG:
        yield Finding(SLAP_TURNED, Severity.WARNS)


def _pieces(covered: Mask) -> Iterator[Points]:
    """Pieces that are large enough to be seen, their blocks in millimetres.

    What hangs together by less than 3 mm is apart: each block belongs to the nearest of the cores that are left
    when two blocks are taken off all around.
    """
    from scipy.ndimage import distance_transform_edt  # type: ignore[import-untyped]

    cv2 = opencv()
    cores = cv2.erode(covered.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0)
    count, labels, _, _ = cv2.connectedComponentsWithStats(cores, connectivity=4)
    if count < 2:
        return
    nearest = distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    owner = np.where(covered, labels[tuple(nearest)], 0)
    for number in range(1, count):
        rows, columns = np.nonzero(owner == number)
        if rows.size * BLOCK_MM**2 >= _PIECE_FROM_MM2:
            yield np.stack([columns, rows], axis=1).astype(np.float64) * BLOCK_MM


def _lean(pieces: list[Points]) -> float:
    """Radians by which the fingers lean to the right: the middle of what the long pieces say."""
    leans, weights = [], []
    for piece in pieces:
        if not _FINGER_FROM_MM2 <= len(piece) * BLOCK_MM**2 <= _FINGER_TO_MM2:
            continue  # fingers that touch run across the hand, as one
        values, vectors = np.linalg.eigh(np.cov(piece.T))
        x, y = vectors[:, 1]
        lean = float(np.arctan2(-x if y > 0 else x, abs(y)))
        if values[1] > _LONG_FROM**2 * values[0] and abs(np.degrees(lean)) < _MOST_TURNED_DEG:
            leans.append(lean)
            weights.append(len(piece))
    return float(np.median(np.repeat(leans, weights))) if leans else 0.0


def _upright(points: Points, lean: float) -> Points:
    """Turned back about the picture's upper left corner."""
    cosine, sine = np.cos(lean), np.sin(lean)
    turned: Points = points @ np.array([[cosine, -sine], [sine, cosine]])
    return turned


def _tips(pieces: list[Points]) -> list[_Tip]:
    """The topmost piece of each finger, from left to right, no longer than a fingertip."""
    parts = [part for piece in pieces for part in _apart(piece)]
    fingers: list[Points] = []
    for part in sorted(parts, key=lambda each: float(each[:, 1].min())):
        if not any(_is_below(part, each) for each in fingers):
            fingers.append(part[part[:, 1] < part[:, 1].min() + _LONGEST_TIP_MM])
    tips = (_Tip(each) for each in fingers)
    return sorted((each for each in tips if each.area_mm2 >= _FINGER_FROM_MM2), key=lambda each: each.middle)


def _apart(piece: Points) -> list[Points]:
    """Fingers that touch, cut where the piece is thinnest."""
    from scipy.signal import find_peaks  # type: ignore[import-untyped]

    across = piece[:, 0]
    width = float(np.ptp(across))
    if width <= _WIDEST_FINGER_MM:
        return [piece]
    filled, edges = np.histogram(across, bins=max(round(width / BLOCK_MM), 1))
    smooth = np.convolve(filled, [0.25, 0.5, 0.25], mode="same")
    thin, _ = find_peaks(
        -smooth, distance=_NARROWEST_FINGER_MM / BLOCK_MM, prominence=_THIN_FROM * float(smooth.max())
    )
    cuts = (edges[thin] + edges[thin + 1]) / 2
    owner = np.searchsorted(cuts, across)
    return [piece[owner == number] for number in range(len(cuts) + 1) if (owner == number).any()]


def _is_below(part: Points, finger: Points) -> bool:
    """Whether the part lies under the finger for most of the narrower one's width."""
    left, right = max(part[:, 0].min(), finger[:, 0].min()), min(part[:, 0].max(), finger[:, 0].max())
    narrower = min(np.ptp(part[:, 0]), np.ptp(finger[:, 0]))
    return bool(right - left > 0.5 * narrower and part[:, 1].mean() > finger[:, 1].mean())


def _hand(tips: list[_Tip], wanted: tuple[BiometricAttribute, ...]) -> Hand | None:
    """By the outermost two, if one of them is a little finger and the other one that reaches higher."""
    if len(tips) < 3 or not set(_LITTLE) & set(wanted) or not _HIGHER & set(wanted):
        return None
    left, right = tips[0], tips[-1]
    smaller_mm = float(np.sqrt(left.area_mm2) - np.sqrt(right.area_mm2))
    lower_mm = right.top - left.top + smaller_mm
    if abs(lower_mm) < _HAND_FROM_MM:
        return None
    return Hand.RIGHT if lower_mm > 0 else Hand.LEFT


def _cut_out(image: Pixels, tip: _Tip, lean: float, attribute: BiometricAttribute | None) -> SlapFinger:
    """Upright, in a picture of its own; what lies outside the slap's is as light as the glass."""
    cv2, pixels_a_mm = opencv(), BLOCK / BLOCK_MM
    low, high = tip.blocks.min(axis=0) * pixels_a_mm, tip.blocks.max(axis=0) * pixels_a_mm
    cosine, sine = np.cos(lean), np.sin(lean)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    middle = ((low + high) / 2) @ turn + BLOCK / 2  # back in the slap; a block is known by its upper left corner
    width, height = (high - low) + BLOCK
    goal = np.array([width / 2 + _MARGIN, height / 2 + _MARGIN])
    matrix = np.hstack([turn, (goal - turn @ middle).reshape(2, 1)])
    size = (int(width) + 2 * _MARGIN, int(height) + 2 * _MARGIN)
    light = float(np.percentile(image, 95))
    picture = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=light)
    return SlapFinger(attribute, (float(middle[0]), float(middle[1])), (float(width), float(height)), picture)
