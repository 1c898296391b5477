"""Cutting an upright square out of a frame, and taking points found in it back to the frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.opencv import opencv

Points = NDArray[np.float64]
"""(n, 2) or (n, 3): x to the right, y down, in pixels; z, where there is one, grows away from the camera."""

# From here on a frame is averaged before it is sampled: bilinear sampling looks at four pixels only, so that a
# portrait of 20 megapixels would come out full of steps, which a measure of sharpness takes for detail.
_SAMPLED_UP_TO = 2.0


@dataclass(frozen=True, slots=True)
class Square:
    """A square of the frame: its centre and side in pixels, and how far it is turned (radians, clockwise)."""

    x: float
    y: float
    side: float
    angle: float = 0.0

    def crop(self, pixels: Pixels, size: int) -> Pixels:
        """(size, size, 3); black where the square reaches beyond the frame."""
        cv2 = opencv()
        factor = int(self.side / size / _SAMPLED_UP_TO) + 1
        matrix = self._to_frame(size)
        part, origin = self._part(pixels, factor)
        # Pixel centres: the middle of a block of n pixels lies (n - 1) / 2 behind its first.
        matrix[:, 2] -= np.asarray(origin) + (factor - 1) / 2
        matrix /= factor
        # OpenCV turns four channels in half the time of three, and gives the same. And what is read row by row
        # comes from memory four times as fast as in the order of a turned square.
        four = cv2.cvtColor(part, cv2.COLOR_RGB2RGBA)
        turned = cv2.warpAffine(four, matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        cropped: Pixels = cv2.cvtColor(turned, cv2.COLOR_RGBA2RGB)
        return cropped

    def is_near(self, other: Square, share: float) -> bool:
        """Whether middle and side differ by less than this share of the side."""
        reach = share * self.side
        return max(abs(self.x - other.x), abs(self.y - other.y), abs(self.side - other.side)) < reach

    def to_frame(self, points: Points, size: int) -> Points:
        """Points of a crop of ``size`` in pixels of the frame; z is scaled alike."""
        (a, b, dx), (c, d, dy) = self._to_frame(size).tolist()
        x, y = points[:, 0], points[:, 1]
        found = np.empty_like(points)
        found[:, 0] = a * x + b * y + dx
        found[:, 1] = c * x + d * y + dy
        if points.shape[1] == 3:
            found[:, 2] = points[:, 2] * (self.side / size)
        return found

    def _to_frame(self, size: int) -> Points:
        """(2, 3): from pixels of the crop to pixels of the frame."""
        scale, middle = self.side / size, (size - 1) / 2
        c, s = scale * math.cos(self.angle), scale * math.sin(self.angle)
        return np.array(
            [[c, -s, self.x - c * middle + s * middle], [s, c, self.y - s * middle - c * middle]], np.float64
        )

    def _part(self, pixels: Pixels, factor: int) -> tuple[Pixels, tuple[int, int]]:
        """The part of the frame around the square, in blocks of ``factor`` pixels that lie alike in every frame,
        and where it begins."""
        height, width = pixels.shape[:2]
        turned = (abs(math.cos(self.angle)) + abs(math.sin(self.angle))) / 2
        reach = turned * self.side + 2 * factor  # neighbours of the pixels on its border belong to it
        left, top = (max(0, int(each - reach) // factor * factor) for each in (self.x, self.y))
        right, bottom = min(width, int(self.x + reach)), min(height, int(self.y + reach))
        columns, rows = (right - left) // factor, (bottom - top) // factor
        if columns < 1 or rows < 1:
            return np.zeros((1, 1, 3), np.uint8), (left, top)
        cv2 = opencv()
        part = pixels[top : top + rows * factor, left : left + columns * factor]
        if factor == 1:
            return part, (left, top)
        return cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), (left, top)
