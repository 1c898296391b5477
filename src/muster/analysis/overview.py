"""The whole frame in small: where faces are looked for, and what the background is judged by."""

from __future__ import annotations

from dataclasses import dataclass

from muster.analysis.api import Pixels
from muster.analysis.opencv import opencv

SIDE = 128
# From here on averaging every pixel of a frame takes longer than the network that looks at the result.
_AVERAGED_UP_TO = 2


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """``pixels`` is the frame with its longer side at 128, ``side`` that side's length in the frame."""

    pixels: Pixels
    side: int

    @classmethod
    def of(cls, frame: Pixels) -> Overview | None:
        """None of a frame without a pixel."""
        height, width = frame.shape[:2]
        side = max(height, width)
        if min(height, width) == 0:
            return None
        size = (max(1, round(width * SIDE / side)), max(1, round(height * SIDE / side)))
        return cls(_shrunk(frame, size), side)


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Averaged; a frame that is much larger is sampled down to twice the size first, which leaves no more than a
    little of the noise that averaging all of it would take away."""
    cv2 = opencv()
    height, width = pixels.shape[:2]
    if width < size[0] or height < size[1]:
        larger: Pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR)
        return larger
    between = (size[0] * _AVERAGED_UP_TO, size[1] * _AVERAGED_UP_TO)
    if width > 2 * between[0] and height > 2 * between[1]:
        pixels = cv2.resize(pixels, between, interpolation=cv2.INTER_LINEAR)
    averaged: Pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return averaged
