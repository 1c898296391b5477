"""A signature written by hand: the strokes as the pointer made them, as JSON, and drawn as a picture.

::

    {"width": 600, "height": 200, "strokes": [[[12, 90, 0, 0.5], [13, 92, 16, 0.6]], ...]}

Each point is x, y (pixels of the pad, from the upper left), milliseconds since the first touch, and pressure
(0 to 1; 1 where the device measures none). That is what ISO/IEC 19794-7 holds as well; its records are not
written, because no server of ours asks for them.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from muster.errors import BadInput, Code, MalformedData
from muster.formats.image_codec import Pixels

HANDWRITING_UNREADABLE = Code("HANDWRITING_UNREADABLE", "The signature of the person cannot be read.")
HANDWRITING_EMPTY = Code("HANDWRITING_EMPTY", "Nothing was written as a signature. Ask the person to sign again.")

MAXIMUM_BYTES = 512 * 1024
_MOST_POINTS = 20_000  # two minutes of a pad that reports 150 times a second
_LONGEST_SIDE = 8_192
_LARGEST_PAD = 4_000_000  # pixels: 64 MB while it is drawn
_LEAST_LENGTH = 20  # pixels: a pad that was touched by accident
_FINER = 4  # drawn larger and reduced: the line gets soft edges
_PEN = 3.0


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    at_ms: int = 0
    pressure: float = 1.0


Stroke = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Handwriting:
    """On a pad of this many pixels."""

    width: int
    height: int
    strokes: tuple[Stroke, ...]

    @property
    def is_written(self) -> bool:
        """Whether somebody wrote, and not only touched the pad."""
        return sum(map(_length, self.strokes)) >= _LEAST_LENGTH

    def encode(self) -> bytes:
        """Raises ``BadInput`` for a pad nobody wrote on."""
        if not self.is_written:
            raise BadInput(HANDWRITING_EMPTY)
        strokes = [
            [[round(point.x, 1), round(point.y, 1), point.at_ms, round(point.pressure, 3)] for point in stroke]
            for stroke in self.strokes
        ]
        content = {"width": self.width, "height": self.height, "strokes": strokes}
        return json.dumps(content, separators=(",", ":")).encode()

    @classmethod
    def parse(cls, content: bytes) -> Handwriting:
        """Raises ``MalformedData``."""
        if len(content) > MAXIMUM_BYTES:
            raise MalformedData(HANDWRITING_UNREADABLE)
        try:
            told = json.loads(content)
            width, height = _side(told["width"]), _side(told["height"])
            strokes = tuple(tuple(_point(each) for each in stroke) for stroke in told["strokes"])
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError) as error:
            raise MalformedData(HANDWRITING_UNREADABLE) from error
        if width * height > _LARGEST_PAD or sum(map(len, strokes)) > _MOST_POINTS:
            raise MalformedData(HANDWRITING_UNREADABLE)
        return cls(width, height, strokes)

    def draw(self) -> Pixels:
        """Black on white, (h, w) grey."""
        image = Image.new("L", (self.width * _FINER, self.height * _FINER), 255)
        pen = ImageDraw.Draw(image)
        for stroke in self.strokes:
            for start, end in pairwise(stroke):
                width = max(1, round(_PEN * _FINER * (0.4 + 0.6 * end.pressure)))
                line = [(start.x * _FINER, start.y * _FINER), (end.x * _FINER, end.y * _FINER)]
                pen.line(line, fill=0, width=width, joint="curve")
        return np.asarray(image.resize((self.width, self.height), Image.Resampling.LANCZOS))


def _length(stroke: Stroke) -> float:
    return sum(math.hypot(end.x - start.x, end.y - start.y) for start, end in pairwise(stroke))


def _side(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _LONGEST_SIDE:
        raise ValueError("a side is a number of pixels")
    return value


def _point(value: object) -> Point:
    if not isinstance(value, list) or len(value) != 4:
        raise ValueError("a point has four numbers")
    x, y, at_ms, pressure = value
    if not all(isinstance(each, int | float) and math.isfinite(each) for each in value):
        raise ValueError("numbers")
    if abs(x) > _LONGEST_SIDE or abs(y) > _LONGEST_SIDE or not 0 <= pressure <= 1:
        raise ValueError("out of the pad")
    return Point(float(x), float(y), int(at_ms), float(pressure))
