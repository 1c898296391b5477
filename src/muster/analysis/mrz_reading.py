"""Reading the machine-readable zone of a page in a picture, whichever way up it lies.

Bands are tried from the likeliest on. One line of a band is read first, and again the other way round when it
says little; only a band whose line is long enough, at one distance and read with some certainty is read whole.
The first zone with all check digits right wins; otherwise the one with the most. What takes too long is given
up: a page without a zone must not cost more than one that has one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.mrz_letters import (
    COLUMN,
    STRIP_HEIGHT,
    Grid,
    LetterReader,
    Likelihoods,
    LineText,
    grid_of,
    read_places,
)
from muster.analysis.mrz_lines import Band, Line, find_bands
from muster.analysis.opencv import opencv
from muster.analysis.pictures import as_rgb
from muster.domain.assessment import Assessment, NotAssessed, Score
from muster.errors import Code, MalformedData
from muster.formats.mrz import Mrz, MrzType, parse
from muster.formats.mrz_correction import Doubts, corrected

MEASURE = "MRZ sureness"

MRZ_ABSENT = Code("MRZ_ABSENT", "No machine-readable lines were found on this page.")

# Pixels of the longer side, and the tilt in radians: most pages lie nearly level.
_TILTED = math.radians(10)
_LOOKED_FOR_IN = ((1000, 0.0), (1800, 0.0), (1000, _TILTED), (1000, -_TILTED))
_BANDS_AT_MOST = 4
_SECONDS_AT_MOST = 1.0  # of the processor's: what else the machine does must not decide whether a zone is read
_STRIP_ASPECT_AT_MOST = 64
_TALL = 1.6  # the strip, in heights of the line: the lines above and below stay outside
_ENDS = 2.0
_SURE_FROM = 0.6
_MISSED_AT_MOST = 2
_COLUMNS = {2: (36, 44), 3: (30,)}


@dataclass(frozen=True, slots=True)
class MrzReading:
    """``mrz`` is what is there after correction, ``lines`` what was read, ``sureness`` 0..1 of the least sure
    letter under a check digit; ``place`` the lines, right way up, and ``letter_pitch`` the distance of two
    letters, in pixels of the picture."""

    mrz: Mrz
    lines: tuple[str, ...]
    sureness: float
    place: Band
    letter_pitch: float

    @property
    def resolution_dpi(self) -> float:
        """Ten letters stand on an inch (Doc 9303 part 3, 4.5)."""
        return self.letter_pitch * 10

    @property
    def assessment(self) -> Assessment:
        return Assessment((Score(MEASURE, round(self.sureness, 3), round(100 * self.sureness, 1)),))


class MrzReader:
    def __init__(self, models: Path | None = None) -> None:
        self._letters = LetterReader(models)

    name = "MRZ"

    def assess(self, subject: Pixels) -> Assessment:
        reading = self.read(subject)
        return Assessment((NotAssessed(MEASURE, MRZ_ABSENT),)) if reading is None else reading.assessment

    def read(self, pixels: Pixels) -> MrzReading | None:
        """The zone in (h, w, 3) RGB or (h, w) grey; nothing where there is none. Raises ``Unavailable``,
        ``NotAuthentic``."""
        best: MrzReading | None = None
        for reading in self._readings(as_rgb(pixels)):
            if reading.mrz.is_valid:
                return reading
            if best is None or _right(reading) > _right(best):
                best = reading
        return best

    def _readings(self, pixels: Pixels) -> Iterator[MrzReading]:
        grey = opencv().cvtColor(pixels, opencv().COLOR_RGB2GRAY)
        until = time.thread_time() + _SECONDS_AT_MOST
        for width, tilt in _LOOKED_FOR_IN:
            if width != _LOOKED_FOR_IN[0][0] and max(grey.shape) < width / 2:
                continue  # nothing more to be seen in it
            for band in _different(find_bands(grey, width, tilt))[:_BANDS_AT_MOST]:
                if time.thread_time() > until:
                    return
                reading = self._read_band(pixels, band)
                if reading is not None:
                    yield reading

    def _read_band(self, pixels: Pixels, band: Band) -> MrzReading | None:
        for way in (band, tuple(line.turned_over() for line in reversed(band))):
            probe = self._look(pixels, way[-1])
            grid = grid_of(probe)
            if grid is None or read_places(probe, grid).sureness < _SURE_FROM:
                continue
            looks = [*(self._look(pixels, line) for line in way[:-1]), probe]
            reading = _assembled(looks, way)
            if reading is not None:
                return reading
        return None

    def _look(self, pixels: Pixels, line: Line) -> Likelihoods:
        return self._letters.look(strip_of(pixels, line))


def best_of(readings: Iterable[MrzReading]) -> MrzReading | None:
    """The first that is right; where none is, the surest."""
    return max(
        readings, key=lambda each: (each.mrz.is_valid, 0.0 if each.mrz.is_valid else each.sureness), default=None
    )


def strip_of(pixels: Pixels, line: Line) -> Pixels:
    """The line upright, 48 pixels high, with some room around."""
    cv2 = opencv()
    height, length = line.height * _TALL, line.length + 2 * _ENDS * line.height
    length = min(length, height * _STRIP_ASPECT_AT_MOST)
    scale = STRIP_HEIGHT / height
    x, y = line.along(-length / 2, -height / 2)
    ax, ay = line.along(1 / scale)
    dx, dy = ax - line.x, ay - line.y
    matrix = np.array([[dx, -dy, x], [dy, dx, y]])
    size = (max(STRIP_HEIGHT, round(length * scale)), STRIP_HEIGHT)
    options = {"flags": cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, "borderMode": cv2.BORDER_REPLICATE}
    strip: Pixels = cv2.warpAffine(pixels, matrix, size, **options)
    return strip


def _different(bands: list[Band]) -> list[Band]:
    """Without those that are nearly one that came before."""
    kept: list[Band] = []
    for band in bands:
        if not any(len(band) == len(other) and all(map(_nearly, band, other)) for other in kept):
            kept.append(band)
    return kept


def _nearly(a: Line, b: Line) -> bool:
    return abs(a.x - b.x) + abs(a.y - b.y) < a.height and abs(a.length - b.length) < 2 * a.height


def _assembled(looks: list[Likelihoods], band: Band) -> MrzReading | None:
    """The zone, if the lines have its shape."""
    grids = [grid for look in looks if (grid := grid_of(look)) is not None]
    if len(grids) < len(looks):
        return None
    longest = max(grid.count for grid in grids)
    columns = min(_COLUMNS[len(looks)], key=lambda count: abs(count - longest))
    if any(abs(columns - grid.count) > _MISSED_AT_MOST for grid in grids):
        return None
    options = [
        [read_places(look, moved) for moved in _moved(grid, columns)]
        for look, grid in zip(looks, grids, strict=True)
    ]
    pitch = grids[0].step(columns // 2) * COLUMN * band[0].height * _TALL / STRIP_HEIGHT
    readings = [reading for lines in product(*options) if (reading := _reading(lines, band, pitch)) is not None]
    return max(readings, key=_right, default=None)


def _moved(grid: Grid, columns: int) -> list[Grid]:
    """``grid`` with as many places as there must be: what was missed, or seen too much, may be at either end."""
    spare = columns - grid.count
    moves = range(0, -spare - 1, -1) if spare >= 0 else range(0, -spare + 1)
    return [replace(grid, count=columns, start=move) for move in moves]


def _reading(lines: Sequence[LineText], band: Band, pitch: float) -> MrzReading | None:
    texts = tuple(line.text for line in lines)
    try:
        mrz = parse(corrected(texts, _doubts(lines)))
    except MalformedData:
        return None
    return MrzReading(mrz, texts, _least_sure(mrz.type, lines), band, pitch)


def _doubts(lines: Sequence[LineText]) -> Doubts:
    return {
        (row, column): letters
        for row, line in enumerate(lines)
        for column, letters in enumerate(line.otherwise)
        if letters
    }


def _least_sure(kind: MrzType, lines: Sequence[LineText]) -> float:
    covered = {place for places in kind.checks.values() for place in places}
    return min(min(lines[each.line].certainty[each.start : each.end]) for each in covered)


def _right(reading: MrzReading) -> tuple[int, float]:
    return sum(reading.mrz.check_digits.values()), reading.sureness
