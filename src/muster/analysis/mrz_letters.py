"""Reading one line of OCR-B: what letter stands in each of its places.

Network: PP-OCRv6 small, recognition (PaddleOCR), of whose 18709 characters only the 37 of a machine-readable
zone are left (``packaging/narrow_network.py``). It says for every eighth column of pixels which letter it sees,
or none.

Its own way of reading drops letters that follow each other alike, which fillers do. But a zone's letters stand
at one distance (Doc 9303 part 3, 4.5): so the first reading only says where the places are, and then each place
is asked for its letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.networks import Network
from muster.formats.mrz import FILLER

ALPHABET = "0123456789<ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # in the network's order, behind "none"
STRIP_HEIGHT = 48
COLUMN = 8  # pixels of the strip for each column of the answer

Likelihoods = NDArray[np.float32]

_SURE_FROM = 0.3
_POSSIBLE_FROM = 0.01
_LETTERS_AT_LEAST = 12
_OFF_AT_MOST = 0.2  # of the distance of two letters


@dataclass(frozen=True, slots=True)
class Grid:
    """Places of letters in a strip, in columns of the network's answer: the first one's, the distance to the next,
    and how that changes along the line."""

    first: float
    pitch: float
    bend: float
    count: int
    start: int = 0

    def place(self, index: int) -> float:
        number = self.start + index
        return self.first + number * (self.pitch + number * self.bend)

    def step(self, index: int) -> float:
        """The distance of letters around this one."""
        return self.pitch + 2 * (self.start + index) * self.bend


@dataclass(frozen=True, slots=True)
class LineText:
    """What stands in each place, how sure that is, 0 to 1, and what else it may be, the likelier first."""

    text: str
    certainty: tuple[float, ...]
    otherwise: tuple[str, ...]

    @property
    def sureness(self) -> float:
        return sum(self.certainty) / max(1, len(self.certainty))


class LetterReader:
    """Loads its network at the first use; then about 110 ms a line on one thread."""

    def __init__(self, models: Path | None = None) -> None:
        self._network = Network("mrz_letters", models)

    def look(self, strip: Pixels) -> Likelihoods:
        """(columns, 38) of a strip of 48 pixels' height, (48, w, 3)."""
        picture = strip.astype(np.float32) / 127.5 - 1
        (answer,) = self._network.run({"x": np.ascontiguousarray(picture.transpose(2, 0, 1)[np.newaxis])})
        likelihoods: Likelihoods = answer[0]
        return likelihoods


def letters_seen(likelihoods: Likelihoods) -> list[tuple[float, str, float]]:
    """The first reading: place, letter and certainty of each letter, the same one twice in a row only once."""
    best = likelihoods.argmax(1)
    seen = []
    start = 0
    for column in range(1, len(best) + 1):
        if column == len(best) or best[column] != best[start]:
            run = likelihoods[start:column, best[start]]
            if best[start] > 0 and run.max() >= _SURE_FROM:
                middle = start + float((run * np.arange(len(run))).sum() / run.sum())
                seen.append((middle, ALPHABET[best[start] - 1], float(run.max())))
            start = column
    return seen


def grid_of(likelihoods: Likelihoods) -> Grid | None:
    """Where the letters stand; nothing when there are too few, or they stand at no one distance.

    Counted from letter to letter, since a page seen askew has its letters nearer to each other at one end.
    """
    places = np.array([place for place, _, _ in letters_seen(likelihoods)])
    if len(places) < _LETTERS_AT_LEAST:
        return None
    steps = np.diff(places)
    median = float(np.median(steps))
    usual = steps[(steps > 0.7 * median) & (steps < 1.4 * median)].mean()
    numbers = np.concatenate([[0], np.cumsum(np.maximum(1, np.round(steps / usual)))])
    bend, pitch, first = (float(each) for each in np.polyfit(numbers, places, 2))
    grid = Grid(first, pitch, bend, int(numbers[-1]) + 1)
    off = np.abs(places - np.polyval((bend, pitch, first), numbers)) / usual
    return grid if float(np.median(off)) <= _OFF_AT_MOST and grid.step(0) > 0 < grid.step(grid.count - 1) else None


def read_places(likelihoods: Likelihoods, grid: Grid) -> LineText:
    """The likeliest letter of each place of ``grid``; a filler where nothing was seen."""
    text, certainty, otherwise = [], [], []
    for index in range(grid.count):
        strongest = _at(likelihoods, grid.place(index), grid.step(index))
        best, *others = (int(each) for each in np.argsort(-strongest))
        text.append(ALPHABET[best] if strongest[best] > 0 else FILLER)
        certainty.append(float(strongest[best]))
        otherwise.append("".join(ALPHABET[each] for each in others if strongest[each] >= _POSSIBLE_FROM))
    return LineText("".join(text), tuple(certainty), tuple(otherwise))


def _at(likelihoods: Likelihoods, place: float, pitch: float) -> Likelihoods:
    """The most that each letter reaches within half a pitch of ``place``."""
    low, high = max(0, round(place - pitch / 2)), max(0, round(place + pitch / 2))
    part = likelihoods[low : max(low + 1, high), 1:]
    return part.max(0) if len(part) else np.zeros(len(ALPHABET), np.float32)
