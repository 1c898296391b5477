"""Where lines of a machine-readable zone may lie in a picture: dark letters of one pitch in long straight lines,
two or three of them, equally long, below each other.

Looked for in a small copy, upright and turned by a quarter: strokes are what is darker than its surroundings
within a letter's width and changes sideways; joined sideways they become bars, and a zone is bars of one shape
stacked. Which way up a zone is, and whether it is one, the reading says.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.opencv import opencv

Floats = NDArray[np.float64]

_ROWS_AT_MOST = 3
_LONG_FROM = 0.2  # of the picture's width
_ASPECT_FROM = 9.0  # a zone's line is 25 to 45 times as long as its letters are high; a part of one may be found
_TILT_UP_TO = math.radians(20)
_ALIKE = 0.7  # in length and height
_APART = (0.8, 4.5)  # from line to line, in heights of a bar


@dataclass(frozen=True, slots=True)
class Line:
    """A bar in pixels of the picture: its middle, length, height, and the direction of reading in radians (0 is to
    the right, positive turns down)."""

    x: float
    y: float
    length: float
    height: float
    angle: float

    def along(self, distance: float, across: float = 0.0) -> tuple[float, float]:
        """The point so far from the middle in the direction of reading and below the line."""
        c, s = math.cos(self.angle), math.sin(self.angle)
        return self.x + distance * c - across * s, self.y + distance * s + across * c

    def turned_over(self) -> Line:
        return Line(self.x, self.y, self.length, self.height, self.angle + math.pi)

    def scaled(self, factor: float) -> Line:
        return Line(self.x * factor, self.y * factor, self.length * factor, self.height * factor, self.angle)


Band = tuple[Line, ...]


def find_bands(grey: Pixels, width: int, tilt: float = 0.0) -> list[Band]:
    """Stacks of two or three lines in a (h, w) grey picture, the likeliest first, looked for in a copy of that
    ``width`` (of the longer side). Letters join to bars where they lie nearly level: ``tilt`` is by how much they
    may lie off that, in radians, positive where a line goes down to the right."""
    cv2 = opencv()
    longer = max(grey.shape)
    scale = width / longer
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    small, levelled = _levelled(small, tilt)
    upright = [(_rank(band, small.shape), band) for band in _bands(small)]
    turned = np.ascontiguousarray(np.rot90(small, -1))  # clockwise: what reads upwards reads to the right
    sideways = [
        (_rank(band, turned.shape), tuple(_turned_back(line, small.shape[0]) for line in band))
        for band in _bands(turned)
    ]
    ranked = sorted((*upright, *sideways), key=lambda each: -each[0])
    return [tuple(levelled.back(line).scaled(1 / scale) for line in band) for _, band in ranked]


@dataclass(frozen=True, slots=True)
class _Levelled:
    """How a picture was turned: ``tilt`` of what is level now, and the (2, 3) matrix that takes places back."""

    tilt: float
    matrix: Floats

    def back(self, line: Line) -> Line:
        x, y = (self.matrix @ (line.x, line.y, 1)).tolist()
        return Line(x, y, line.length, line.height, line.angle + self.tilt)


def _levelled(small: Pixels, tilt: float) -> tuple[Pixels, _Levelled]:
    """The picture turned back by ``tilt``, all of it, its border drawn out."""
    if tilt == 0:
        return small, _Levelled(0.0, np.eye(2, 3))
    cv2 = opencv()
    (height, width), c, s = small.shape, math.cos(tilt), math.sin(tilt)
    size = (round(width * c + height * abs(s)), round(width * abs(s) + height * c))
    middle, centre = np.array([width, height]) / 2, np.array(size) / 2
    turn = np.array([[c, -s], [s, c]])
    matrix = np.column_stack([turn, middle - turn @ centre])
    options = {"flags": cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, "borderMode": cv2.BORDER_REPLICATE}
    return cv2.warpAffine(small, matrix, size, **options), _Levelled(tilt, matrix)


def _turned_back(line: Line, height: int) -> Line:
    """A place in a picture turned clockwise, in the picture as it was, ``height`` high."""
    return Line(line.y, height - 1 - line.x, line.length, line.height, line.angle - math.pi / 2)


def _bands(small: Pixels) -> Iterator[Band]:
    lines = sorted(_lines(small), key=lambda line: line.y)
    for index, first in enumerate(lines):
        stack = [first]
        for line in lines[index + 1 :]:
            if len(stack) < _ROWS_AT_MOST and _follows(stack[-1], line):
                stack.append(line)
        for count in range(len(stack), 1, -1):
            yield tuple(stack[:count])


def _follows(above: Line, line: Line) -> bool:
    """Whether ``line`` lies just below, as long, as high, not moved aside."""
    dx, dy = line.x - above.x, line.y - above.y
    c, s = math.cos(above.angle), math.sin(above.angle)
    aside, below = dx * c + dy * s, -dx * s + dy * c
    return (
        _ratio(above.length, line.length) >= _ALIKE
        and _ratio(above.height, line.height) >= _ALIKE - 0.2
        and abs(math.sin(above.angle - line.angle)) < math.radians(3)
        and abs(aside) < 0.25 * above.length
        and _APART[0] * above.height < below < _APART[1] * above.height
    )


def _ratio(a: float, b: float) -> float:
    return min(a, b) / max(a, b)


def _rank(band: Sequence[Line], shape: tuple[int, ...]) -> float:
    """Long, alike, even: the more of it, the likelier."""
    longest = max(line.length for line in band) / shape[1]
    alike = min(_ratio(a.length, b.length) for a, b in pairwise(band))
    gaps = [math.hypot(b.x - a.x, b.y - a.y) for a, b in pairwise(band)]
    even = _ratio(min(gaps), max(gaps))
    return longest * alike * even * (1.1 if len(band) == _ROWS_AT_MOST else 1.0)


def _lines(small: Pixels) -> Iterator[Line]:
    cv2 = opencv()
    width = small.shape[1]
    if min(small.shape) < 16:
        return
    for share in (0.016, 0.032):  # about a letter's width
        letter = max(5, round(width * share) | 1)
        smooth = cv2.GaussianBlur(small, (3, 3), 0)
        strokes = cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, _box(letter, max(3, letter // 2 | 1)))
        change = np.abs(cv2.Sobel(strokes, cv2.CV_32F, 1, 0, ksize=3))
        top = float(np.percentile(change, 99.5))
        if top < 8:
            return
        sure = np.clip(change * (255 / top), 0, 255).astype(np.uint8)
        joined = cv2.morphologyEx(sure, cv2.MORPH_CLOSE, _box(2 * letter + 1, 3))
        _, bars = cv2.threshold(joined, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        bars = cv2.morphologyEx(bars, cv2.MORPH_OPEN, _box(letter, 3))
        bars = cv2.morphologyEx(bars, cv2.MORPH_CLOSE, _box(3 * letter, 1))
        contours, _ = cv2.findContours(bars, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            line = _line(contour)
            if line and line.length >= _LONG_FROM * width and line.length >= _ASPECT_FROM * line.height:
                yield line


def _line(contour: Any) -> Line | None:
    (x, y), (w, h), degrees = opencv().minAreaRect(contour)
    if w < h:
        w, h, degrees = h, w, degrees - 90
    angle = math.radians((degrees + 90) % 180 - 90)
    return Line(x, y, w, max(h, 1.0), angle) if abs(angle) <= _TILT_UP_TO and w > 0 else None


def _box(width: int, height: int) -> Any:
    cv2 = opencv()
    return cv2.getStructuringElement(cv2.MORPH_RECT, (width, height))
