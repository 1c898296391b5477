"""Where a document lies in a picture: its four corners, how it is seen, and what is missing of it.

The page is what differs from the picture's border, or else what long edges enclose: the largest shape that is
nearly a rectangle. A scan of the page alone has no border to differ from; then the whole picture is the page,
and what asks for a border (cut off, a missing corner, keystone) is not assessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.opencv import opencv

Corners = NDArray[np.float64]
"""(4, 2): x, y of the upper left, upper right, lower right and lower left corner."""

_SIDE = 480  # pixels of the longer side of the copy that is searched
_AREA_FROM = 0.04
_FILLS_FROM = 0.82  # of its four corners' area, less what round or missing corners take
_ASPECTS = (1.29, 1.8)  # cards and books have 1.42 to 1.59, photographs of people on them 1.25 to 1.29
# Less of a page that runs over the edge is like a page: what is left has to be larger and fuller.
_ASPECTS_CUT_OFF = (1.0, 2.6)
_AREA_CUT_OFF_FROM = 0.25
_FILLS_CUT_OFF_FROM = 0.9
_OUTLINE_FROM = 0.9
_BORDER = 0.02
_CORNER = 0.14  # of the page's sides
_WHOLE_FROM = 0.93  # of the picture
_KEYSTONE_UP_TO = 0.35


class DocumentSize(Enum):
    """ISO/IEC 7810, width and height in millimetres."""

    ID1 = (85.60, 53.98)
    ID2 = (105.0, 74.0)
    ID3 = (125.0, 88.0)

    @property
    def width_mm(self) -> float:
        return self.value[0]

    @property
    def aspect(self) -> float:
        return self.value[0] / self.value[1]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """``corners`` in pixels of the picture; ``is_whole`` when the picture is taken for the page, having no border.

    ``cut_off`` names sides of the picture the page runs over; ``missing_corner`` is how much of the worst corner
    is not there, 0 to 1 (round corners of cards come to 0.1). None where there is no border to tell by.
    """

    corners: Corners
    shape: tuple[int, int]
    is_whole: bool
    cut_off: tuple[str, ...] | None
    missing_corner: float | None

    @property
    def width(self) -> float:
        top, _, bottom, _ = self._sides
        return max(top, bottom)

    @property
    def height(self) -> float:
        _, right, _, left = self._sides
        return max(right, left)

    @property
    def aspect(self) -> float:
        """The longer side against the shorter."""
        return max(self.width, self.height) / max(1.0, min(self.width, self.height))

    @property
    def coverage(self) -> float:
        """The share of the picture that is page."""
        return _area(self.corners) / (self.shape[0] * self.shape[1])

    @property
    def keystone(self) -> float:
        """How much shorter one side is than the opposite one, 0 to 1; 0 seen straight from above."""
        top, right, bottom, left = self._sides
        return 1 - min(min(top, bottom) / max(top, bottom), min(left, right) / max(left, right))

    def likely_size(self) -> DocumentSize | None:
        """By its proportions; ID-2 has those of ID-3 and is taken for it. Nothing for a page like neither."""
        off = {size: abs(self.aspect / size.aspect - 1) for size in (DocumentSize.ID1, DocumentSize.ID3)}
        nearest = min(off, key=lambda size: off[size])
        return nearest if off[nearest] < 0.07 else None

    def flattened(self, pixels: Pixels, longer_side: int) -> Pixels:
        """The page alone, seen straight, made smaller to ``longer_side`` where it is larger."""
        cv2 = opencv()
        scale = min(1.0, longer_side / max(self.width, self.height, 1.0))
        w, h = max(2, round(self.width * scale)), max(2, round(self.height * scale))
        if self.is_whole:
            whole: Pixels = cv2.resize(pixels, (w, h), interpolation=cv2.INTER_AREA)
            return whole
        goal = np.array([[0, 0], [w - 1, 0], [w - 1, h - 1], [0, h - 1]], np.float32)
        if scale < 0.6:  # a warp looks at four pixels only: what is much finer has to be averaged before
            pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            corners = self.corners * scale
        else:
            corners = self.corners
        matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), goal)
        flat: Pixels = cv2.warpPerspective(pixels, matrix, (w, h), flags=cv2.INTER_LINEAR)
        return flat

    @property
    def _sides(self) -> tuple[float, float, float, float]:
        top, right, bottom, left = (
            float(np.linalg.norm(self.corners[(i + 1) % 4] - self.corners[i])) for i in range(4)
        )
        return max(top, 1.0), max(right, 1.0), max(bottom, 1.0), max(left, 1.0)


def find_page(pixels: Pixels) -> Page:
    """The page in (h, w, 3) RGB; the whole picture where nothing stands out."""
    cv2 = opencv()
    height, width = pixels.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    if min(size) >= 32:
        found = max(_candidates(small), key=lambda shape: shape.likelihood, default=None)
        if found is not None and not found.fills_the_picture:
            return Page(found.corners / scale, (height, width), False, found.cut_off, found.missing_corner)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    return Page(corners, (height, width), True, None, None)


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """``likelihood`` is its area in pixels, less for sides that are not followed and for being askew."""

    corners: Corners
    likelihood: float
    cut_off: tuple[str, ...]
    missing_corner: float
    fills_the_picture: bool


def _candidates(small: Pixels) -> Iterator[_Shape]:
    cv2 = opencv()
    unlike = _unlike_the_border(small)
    # A hand that holds the page belongs to neither.
    for mask in (unlike, unlike & ~(skin_of(small) * 255), _between_edges(small)):
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in (whole for each in contours for whole in _wholes(each, mask.shape)):
            shape = _shape(contour, mask.shape)
            if shape is not None:
                yield shape


def _wholes(contour: Any, shape: tuple[int, ...]) -> Iterator[Any]:
    """The contour, if it is large enough; of an outline that the picture's edge leaves open also what it
    surrounds, however much of the page's print hangs on the outline."""
    cv2 = opencv()
    least = _AREA_FROM * shape[0] * shape[1]
    if cv2.contourArea(contour) >= least:
        yield contour
    hull = cv2.convexHull(contour)
    if cv2.contourArea(hull) >= least and _is_outline(contour, hull, shape):
        yield hull


def _is_outline(contour: Any, hull: Any, shape: tuple[int, ...]) -> bool:
    """Whether the shape runs all along its hull, but where that is the picture's edge."""
    cv2 = opencv()
    around, drawn = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    cv2.polylines(around, [hull], True, 1, 1)
    around[:2], around[-2:], around[:, :2], around[:, -2:] = 0, 0, 0, 0
    cv2.drawContours(drawn, [contour], -1, 1, cv2.FILLED)
    drawn = cv2.dilate(drawn, np.ones((5, 5), np.uint8))
    return float((around & drawn).sum()) >= _OUTLINE_FROM * max(1.0, float(around.sum()))


def skin_of(pixels: Pixels) -> Pixels:
    """1 where the colour is that of skin, whatever its shade (Hsu et al., 2002); also of much wood and leather."""
    cv2 = opencv()
    luma, red, blue = (each.astype(np.int16) for each in cv2.split(cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)))
    skin = ((luma > 60) & (red > 138) & (red < 180) & (blue > 77) & (blue < 125)).astype(np.uint8)
    opened: Pixels = cv2.morphologyEx(skin, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return opened


def _unlike_the_border(small: Pixels) -> Pixels:
    cv2 = opencv()
    lab = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), (5, 5), 0).astype(np.float32)
    ring = max(1, round(_BORDER * min(small.shape[:2])))
    border = np.concatenate(
        [part.reshape(-1, 3) for part in (lab[:ring], lab[-ring:], lab[:, :ring], lab[:, -ring:])]
    )
    distance = np.linalg.norm(lab - np.median(border, axis=0), axis=2)
    off = np.clip(distance * 2, 0, 255).astype(np.uint8)
    otsu, _ = cv2.threshold(off, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    # A light card on a lighter table is nearer to it than its own print is to the card.
    mask = (off > min(max(10.0, otsu * 0.6), 40.0)).astype(np.uint8) * 255
    return _closed(mask)


def _between_edges(small: Pixels) -> Pixels:
    cv2 = opencv()
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    return _closed(cv2.dilate(cv2.Canny(grey, 15, 45), np.ones((3, 3), np.uint8)), 5)


def _closed(mask: Pixels, side: int = 9) -> Pixels:
    cv2 = opencv()
    closed: Pixels = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    return closed


def _shape(contour: Any, shape: tuple[int, ...]) -> _Shape | None:
    corners = _corners(contour)
    if corners is None:
        return None
    height, width = shape
    out = 0.15 * max(height, width)
    if (corners < -out).any() or (corners > np.array([width, height]) + out).any():
        return None
    page = Page(corners, (height, width), False, None, None)
    filled = np.zeros((height, width), np.uint8)
    opencv().drawContours(filled, [contour], -1, 1, opencv().FILLED)
    cut_off = _cut_off(filled)
    low, high = _ASPECTS_CUT_OFF if cut_off else _ASPECTS
    if not low <= page.aspect <= high or page.keystone > _KEYSTONE_UP_TO:
        return None
    drawn = _drawn(corners, (height, width))
    seen = float(drawn.sum())
    fills = float((drawn & filled).sum()) / max(1.0, float((drawn | filled).sum()))
    if fills < (_FILLS_CUT_OFF_FROM if cut_off else _FILLS_FROM) or not _is_level_enough(corners):
        return None
    if cut_off and seen < _AREA_CUT_OFF_FROM * height * width:
        return None
    return _Shape(
        corners,
        seen * fills**2 * (1 - 2 * page.keystone),
        cut_off,
        _missing_corner(corners, filled),
        seen > _WHOLE_FROM * height * width or len(cut_off) > 2,
    )


def _corners(contour: Any) -> Corners | None:
    """Where the four longest sides of the shape meet: so a bent or covered corner is found where it would be."""
    cv2 = opencv()
    hull = cv2.convexHull(contour)
    polygon = cv2.approxPolyDP(hull, 0.012 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(np.float64)
    if len(polygon) < 4:
        return None
    sides = [(polygon[i], polygon[(i + 1) % len(polygon)]) for i in range(len(polygon))]
    longest = sorted(
        sorted(range(len(sides)), key=lambda i: -float(np.linalg.norm(sides[i][1] - sides[i][0])))[:4]
    )
    points = []
    for a, b in zip(longest, [*longest[1:], longest[0]], strict=True):
        point = _meeting(*sides[a], *sides[b])
        if point is None:
            return None
        points.append(point)
    corners = np.array(points)
    if not cv2.isContourConvex(corners.astype(np.float32)):
        return None
    # Clockwise as seen, beginning at the upper left.
    middle = corners.mean(0)
    order = np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))
    corners = corners[order]
    return np.roll(corners, -int(np.argmin(corners.sum(1))), axis=0)


def _meeting(
    a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    one, other = b - a, d - c
    cross = float(one[0] * other[1] - one[1] * other[0])
    if abs(cross) < 0.2 * float(np.linalg.norm(one) * np.linalg.norm(other)):  # nearly parallel
        return None
    to = c - a
    return np.asarray(a + one * (float(to[0] * other[1] - to[1] * other[0]) / cross))


def _is_level_enough(corners: Corners) -> bool:
    """Angles between 60 and 120 degrees."""
    for i in range(4):
        before, after = corners[i - 1] - corners[i], corners[(i + 1) % 4] - corners[i]
        cosine = float(before @ after) / max(1e-6, float(np.linalg.norm(before) * np.linalg.norm(after)))
        if abs(cosine) > math.cos(math.radians(60)):
            return False
    return True


def _drawn(corners: Corners, shape: tuple[int, int]) -> Pixels:
    drawn = np.zeros(shape, np.uint8)
    opencv().fillConvexPoly(drawn, np.round(corners).astype(np.int32), 1)
    return drawn


def _cut_off(filled: Pixels) -> tuple[str, ...]:
    sides = {"top": filled[0], "right": filled[:, -1], "bottom": filled[-1], "left": filled[:, 0]}
    return tuple(name for name, line in sides.items() if float(line.mean()) > 0.08)


def _missing_corner(corners: Corners, filled: Pixels) -> float:
    """The greatest share that is missing of the four outermost pieces, of those that lie in the picture."""
    worst = 0.0
    height, width = filled.shape
    for i in range(4):
        if not (0 <= corners[i][0] < width and 0 <= corners[i][1] < height):
            continue
        along = corners[i] + (corners[(i + 1) % 4] - corners[i]) * _CORNER
        back = corners[i] + (corners[i - 1] - corners[i]) * _CORNER
        piece = _drawn(np.array([corners[i], along, back]), filled.shape)
        if piece.sum() > 0:
            worst = max(worst, 1 - float((piece & filled).sum()) / float(piece.sum()))
    return worst


def _area(corners: Corners) -> float:
    x, y = corners[:, 0], corners[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
