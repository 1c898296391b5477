"""Curves of an evaluation, as numbers and drawn: how scores are spread, and how errors trade off.

Drawn with Pillow, in the plainest way: whoever wants other pictures has the numbers. The axes of a trade-off (DET,
ISO/IEC 19795-1) are drawn on the scale of normal deviates, on which two bell curves give a straight line. What
never happened has no place on that scale: it is drawn on the border.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import NormalDist

from PIL import Image, ImageDraw, ImageFont

from muster.errors import Code, Unavailable

PLOT_UNWRITABLE = Code("PLOT_UNWRITABLE", "The plots cannot be written into the folder {folder}.")

_SIZE = (960, 720)
_TWICE = 2  # drawn twice as large and made smaller: lines without steps
_LEFT, _TOP, _RIGHT, _BOTTOM = 90, 60, 30, 80
_INK, _GRID = (40, 40, 40), (222, 222, 222)
# Told apart by people who do not see red and green apart as well (Okabe and Ito, 2008).
_COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233))
_LEAST, _MOST = 0.0001, 0.6
_DEVIATE_TICKS = (0.0002, 0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.4)
_TICKS, _BINS = 10, 25


@dataclass(frozen=True, slots=True)
class Curve:
    """Points ``x``, ``y``, and the picture it is drawn in, if it was."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """What is on an axis, its tick marks, and where a value lies on it, 0 to 1."""

    title: str
    ticks: tuple[tuple[float, str], ...]
    place: Callable[[float], float]

    @classmethod
    def even(cls, title: str, low: float, high: float) -> Axis:
        span = (high - low) or 1.0
        ten = 10 ** math.floor(math.log10(span))
        step = next(each * ten for each in (0.1, 0.2, 0.5, 1, 2) if span / (each * ten) <= _TICKS)
        ticks = [step * part for part in range(math.ceil(low / step), math.floor(high / step) + 1)]
        return cls(title, tuple((each, f"{each:.3g}") for each in ticks), lambda value: (value - low) / span)

    @classmethod
    def deviate(cls, title: str) -> Axis:
        bell = NormalDist()
        low, high = bell.inv_cdf(_LEAST), bell.inv_cdf(_MOST)
        return cls(
            title,
            tuple((each, f"{each:.3g}") for each in _DEVIATE_TICKS),
            lambda value: (bell.inv_cdf(min(max(value, _LEAST), _MOST)) - low) / (high - low),
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture: curves over two axes; ``mark`` is a value of x with a line of its own and what it is called,
    ``spot`` a point."""

    file_name: str
    title: str
    x: Axis
    y: Axis
    curves: tuple[Curve, ...]
    mark: tuple[float, str] | None = None
    spot: tuple[float, float, str] | None = None


def drawn(folder: Path | None, drawings: Iterable[Drawing]) -> Iterator[Curve]:
    """Write each picture into ``folder``, which is made, and give its curves; without a folder, the curves alone.
    Raises ``Unavailable``."""
    for drawing in drawings:
        if folder is None:
            yield from drawing.curves
            continue
        file = folder / drawing.file_name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _picture(drawing).save(file)
        except OSError as error:
            raise Unavailable(PLOT_UNWRITABLE, folder=folder.name) from error
        yield from (replace(each, file=file) for each in drawing.curves)


def spread(scores: Mapping[str, Sequence[float]]) -> tuple[Curve, ...]:
    """For each kind, the share of its scores in each of 25 parts of the whole range, as steps."""
    every = [score for each in scores.values() for score in each]
    if not every:
        return ()
    low = min(every)
    width = (max(every) - low) / _BINS or 1.0
    return tuple(_steps(name, each, low, width) for name, each in scores.items() if len(each))


def _steps(name: str, scores: Sequence[float], low: float, width: float) -> Curve:
    counts = [0] * _BINS
    for score in scores:
        counts[min(_BINS - 1, int((score - low) / width))] += 1
    x, y = [low], [0.0]
    for part, count in enumerate(counts):
        x += [low + part * width, low + (part + 1) * width]
        y += [count / len(scores)] * 2
    edges, heights = [*x, low + _BINS * width], [*y, 0.0]
    return Curve(name, tuple(round(each, 4) for each in edges), tuple(round(each, 4) for each in heights))


def _picture(drawing: Drawing) -> Image.Image:
    width, height = (_TWICE * each for each in _SIZE)
    image = Image.new("RGB", (width, height), "white")
    draw, letters = ImageDraw.Draw(image), ImageFont.load_default(_TWICE * 16)
    left, top, right, bottom = _TWICE * _LEFT, _TWICE * _TOP, width - _TWICE * _RIGHT, height - _TWICE * _BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        across, up = (min(1.0, max(0.0, each)) for each in (drawing.x.place(x), drawing.y.place(y)))
        return left + across * (right - left), bottom - up * (bottom - top)

    for value, text in drawing.x.ticks:
        across = left + drawing.x.place(value) * (right - left)
        draw.line([(across, top), (across, bottom)], _GRID, _TWICE)
        draw.text((across, bottom + _TWICE * 8), text, _INK, letters, "ma")
    for value, text in drawing.y.ticks:
        up = bottom - drawing.y.place(value) * (bottom - top)
        draw.line([(left, up), (right, up)], _GRID, _TWICE)
        draw.text((left - _TWICE * 8, up), text, _INK, letters, "rm")
    draw.rectangle([left, top, right, bottom], outline=_INK, width=_TWICE)
    draw.text((width / 2, top / 3), drawing.title, _INK, ImageFont.load_default(_TWICE * 20), "mm")
    draw.text((width / 2, height - _TWICE * 24), drawing.x.title, _INK, letters, "mm")
    draw.text((left, top - _TWICE * 6), drawing.y.title, _INK, letters, "ld")
    for index, curve in enumerate(drawing.curves):
        draw.line([at(*each) for each in zip(curve.x, curve.y, strict=True)], _colour(index), 3 * _TWICE, "curve")
    for index, curve in enumerate(drawing.curves):
        colour, row = _colour(index), top + _TWICE * (16 + 24 * index)
        length = letters.getlength(curve.name)
        draw.rectangle(
            [right - _TWICE * 54 - length, row - _TWICE * 12, right - _TWICE * 6, row + _TWICE * 12], "white"
        )
        draw.line([(right - _TWICE * 40, row), (right - _TWICE * 12, row)], colour, 3 * _TWICE)
        draw.text((right - _TWICE * 48, row), curve.name, _INK, letters, "rm")
    if drawing.mark is not None:
        across, _ = at(drawing.mark[0], 0)
        draw.line([(across, top), (across, bottom)], _INK, _TWICE)
        draw.text((across + _TWICE * 6, bottom - _TWICE * 14), drawing.mark[1], _INK, letters, "lm")
    if drawing.spot is not None:
        x, y = at(*drawing.spot[:2])
        draw.circle((x, y), 7 * _TWICE, outline=_INK, width=2 * _TWICE)
        draw.text((x + _TWICE * 14, y - _TWICE * 14), drawing.spot[2], _INK, letters, "lm")
    return image.resize(_SIZE, Image.Resampling.LANCZOS)


def _colour(index: int) -> tuple[int, int, int]:
    return _COLOURS[index % len(_COLOURS)]
