"""Whether two pictures show one iris: the ring unrolled, its texture's phase as bits, compared bit by bit.

Daugman's way: between pupil and rim the ring is stretched to a strip of one size (so that pupils may widen), a
log-Gabor filter runs along it, and of its answer two signs are kept for every place (Masek, 2003). Two strips are
compared at several turns of the head, only where both irises are seen and neither answer is too weak to have a
sign.

What it is for: an eye presented as both, and two captures of one eye. It was not measured on a population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.calibration import calibration
from muster.analysis.iris_boundaries import Ellipse, EyeBoundaries
from muster.analysis.iris_mask import IrisMask
from muster.analysis.opencv import opencv
from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

MEASURE = "iris match"

SAME_EYE_TWICE = Code(
    "SAME_EYE_TWICE", "The same eye was presented twice. Take both again, each with its own eye."
)
IRIS_TOO_LITTLE = Code("IRIS_TOO_LITTLE", "Too little of the two irises is seen to compare them.")

_ROWS, _COLUMNS = 24, 256
_FROM, _TO = 0.08, 0.88  # of the way from pupil to rim: neither edge is exact
_WAVE = 16.0  # columns
_BANDWIDTH = 0.5  # sigma over the middle frequency
_WEAK = 0.2  # share of answers that is left out as having no sure sign
_TURN = 14  # columns either way: 20 degrees
_LEAST_COMMON = 0.2  # of all places

Floats = NDArray[np.float32]
Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class IrisCode:
    """``real`` and ``imaginary`` are signs of the filter's answer, ``known`` where they count: all (24, 256), a
    row for each distance from the pupil, a column for each direction. Biometric data: never logged."""

    real: Bits
    imaginary: Bits
    known: Bits


@dataclass(frozen=True, slots=True)
class IrisMatch:
    """``score`` on both scales: ``raw`` is the share of bits that agree at the best turn, 0.5 by chance;
    ``threshold`` in that scale."""

    score: Score
    threshold: float

    @property
    def is_match(self) -> bool:
        return self.score.raw >= self.threshold


def extract(grey: Pixels, eye: EyeBoundaries, mask: IrisMask) -> IrisCode:
    """Of a (h, w) grey picture whose iris was found."""
    x, y = _strip_places(eye)
    cv2 = opencv()
    smooth = cv2.GaussianBlur(grey, (0, 0), max(0.5, eye.limbus.radius / 90)).astype(np.float32)
    strip = cv2.remap(smooth, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.remap(mask.usable.astype(np.uint8), x, y, cv2.INTER_NEAREST) > 0
    answer = _filtered(np.where(seen, strip, np.nan))
    strength = np.abs(answer)
    sure = strength > np.quantile(strength[seen], _WEAK) if seen.any() else seen
    # Next to what is hidden the answer is about its edge.
    near = cv2.erode(np.pad(seen.astype(np.uint8), ((0, 0), (4, 4)), mode="wrap"), np.ones((1, 5), np.uint8))
    return IrisCode(answer.real > 0, answer.imag > 0, sure & (near[:, 4:-4] > 0))


def match(a: IrisCode, b: IrisCode) -> IrisMatch | NotAssessed:
    """1:1. Raises ``Unavailable``, ``NotAuthentic`` (calibration)."""
    agreement = _agreement(a, b)
    if agreement is None:
        return NotAssessed(MEASURE, IRIS_TOO_LITTLE)
    scale = calibration(MEASURE)
    return IrisMatch(scale.score(round(agreement, 4)), scale.thresholds["match"])


def _strip_places(eye: EyeBoundaries) -> tuple[Floats, Floats]:
    """Columns and rows of the picture for each place of the strip."""
    angles = np.linspace(0, 2 * np.pi, _COLUMNS, endpoint=False, dtype=np.float32)
    depth = np.linspace(_FROM, _TO, _ROWS, dtype=np.float32)[:, np.newaxis]
    inner, outer = _edge(eye.pupil, angles), _edge(eye.limbus, angles)
    x, y = ((1 - depth) * near + depth * far for near, far in zip(inner, outer, strict=True))
    return x.astype(np.float32), y.astype(np.float32)


def _edge(ellipse: Ellipse, angles: Floats) -> tuple[Floats, Floats]:
    """Where an eye that looked straight would have the direction: a flattened circle is stretched back first."""
    u, v = ellipse.a * np.cos(angles - ellipse.turn), ellipse.b * np.sin(angles - ellipse.turn)
    cos, sin = np.cos(ellipse.turn), np.sin(ellipse.turn)
    return ellipse.x + u * cos - v * sin, ellipse.y + u * sin + v * cos


def _filtered(strip: Floats) -> NDArray[np.complex64]:
    """Row by row. What is hidden counts as the mean of what is seen of its row."""
    seen = np.isfinite(strip)
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    level = np.where(seen, strip, 0).sum(axis=1, keepdims=True) / count
    flat = np.where(seen, strip - level, 0)
    frequency = np.fft.fftfreq(_COLUMNS)
    band = np.zeros(_COLUMNS)
    rising = frequency > 0
    band[rising] = np.exp(-(np.log(frequency[rising] * _WAVE) ** 2) / (2 * np.log(_BANDWIDTH) ** 2))
    answer: NDArray[np.complex64] = np.fft.ifft(np.fft.fft(flat, axis=1) * band, axis=1).astype(np.complex64)
    return answer


def _agreement(a: IrisCode, b: IrisCode) -> float | None:
    best = None
    for turn in range(-_TURN, _TURN + 1):
        real, imaginary, known = (np.roll(each, turn, axis=1) for each in (b.real, b.imaginary, b.known))
        common = a.known & known
        count = int(common.sum())
        if count < _LEAST_COMMON * common.size:
            continue
        agree = ((a.real == real) & common).sum() + ((a.imaginary == imaginary) & common).sum()
        share = float(agree) / (2 * count)
        best = share if best is None else max(best, share)
    return best
