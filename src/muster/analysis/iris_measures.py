"""What can be measured of an eye, by the names of ISO/IEC 29794-6.

Formulas of the standard where it has one that a picture alone allows (areas, contrasts, radius, ratio,
concentricity, margins, sharpness); circularity, edge width and gaze are this program's own. Nothing here was
tested for conformance. Gaze is read off how flat the ellipses are: towards which side, and less than some 15
degrees, cannot be told.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.calibration import calibration
from muster.analysis.iris_boundaries import EyeBoundaries
from muster.analysis.iris_mask import IrisMask
from muster.analysis.opencv import opencv
from muster.domain.assessment import Score

USABLE_AREA = "usable iris area"
SCLERA_CONTRAST = "iris-sclera contrast"
PUPIL_CONTRAST = "iris-pupil contrast"
CIRCULARITY = "pupil boundary circularity"
GREY_SCALE = "grey scale utilisation"
RADIUS = "iris radius"
RATIO = "pupil-iris ratio"
CONCENTRICITY = "iris-pupil concentricity"
MARGIN = "margin adequacy"
SHARPNESS = "iris sharpness"
EDGE_WIDTH = "pupil edge width"
MOTION = "motion blur"
GAZE = "frontal gaze"
MEASURES = (
    USABLE_AREA, SCLERA_CONTRAST, PUPIL_CONTRAST, CIRCULARITY, GREY_SCALE, RADIUS, RATIO, CONCENTRICITY, MARGIN,
    SHARPNESS, EDGE_WIDTH, MOTION, GAZE,
)  # fmt: skip

Floats = NDArray[np.float32]

# The band-pass of ISO/IEC 29794-6 (Daugman's, 9 by 9), and the constant that brings its power to 0..100.
_BAND_PASS = np.array(
    [
        [0, 1, 1, 2, 2, 2, 1, 1, 0],
        [1, 2, 4, 5, 5, 5, 4, 2, 1],
        [1, 4, 5, 3, 0, 3, 5, 4, 1],
        [2, 5, 3, -12, -24, -12, 3, 5, 2],
        [2, 5, 0, -24, -40, -24, 0, 5, 2],
        [2, 5, 3, -12, -24, -12, 3, 5, 2],
        [1, 4, 5, 3, 0, 3, 5, 4, 1],
        [1, 2, 4, 5, 5, 5, 4, 2, 1],
        [0, 1, 1, 2, 2, 2, 1, 1, 0],
    ],
    np.float32,
)
_HALF_POWER = 1_800_000.0


def measures(grey: Pixels, eye: EyeBoundaries, mask: IrisMask) -> tuple[Score, ...]:
    """All of ``MEASURES``, in that order: shares in percent, lengths in pixels, angles in degrees."""
    raw = _raw(grey, eye, mask)
    return tuple(calibration(name).score(round(float(raw[name]), 3)) for name in MEASURES)


def _raw(grey: Pixels, eye: EyeBoundaries, mask: IrisMask) -> dict[str, float]:
    pupil, limbus = eye.pupil, eye.limbus
    sclera_contrast, pupil_contrast = _contrasts(grey, mask)
    return {
        USABLE_AREA: 100 * mask.share,
        SCLERA_CONTRAST: sclera_contrast,
        PUPIL_CONTRAST: pupil_contrast,
        CIRCULARITY: _circularity(eye.radii),
        GREY_SCALE: _entropy(grey),
        RADIUS: limbus.radius,
        RATIO: 100 * pupil.radius / limbus.radius,
        CONCENTRICITY: 100 * max(0.0, 1 - math.hypot(pupil.x - limbus.x, pupil.y - limbus.y) / limbus.radius),
        MARGIN: _margin(grey.shape, eye),
        SHARPNESS: _sharpness(grey),
        EDGE_WIDTH: 100 * _edge(eye.edge_px) / limbus.radius,
        MOTION: _motion(eye.edge_px),
        GAZE: min(_askew(pupil.b / pupil.a), _askew(limbus.b / limbus.a)),
    }


def _contrasts(grey: Pixels, mask: IrisMask) -> tuple[float, float]:
    """Iris to white, as a share of white to pupil; iris to pupil, as an eye would see it (Weber)."""
    middle = (mask.inner > 1.2) & (mask.outer < 0.9)
    white = _level(grey, (mask.outer > 1.1) & (mask.outer < 1.25) & mask.open)
    iris = _level(grey, mask.usable & middle)
    pupil = _level(grey, mask.inner < 0.8)
    near = _level(grey, mask.usable & (mask.inner > 1.1) & (mask.inner < 1.6))
    if math.isnan(pupil + iris + near):
        return 0.0, 0.0
    weber = max(0.0, near - pupil) / (20 + pupil)
    span = white + iris - 2 * pupil
    against_white = 0.0 if math.isnan(white) or span <= 0 else max(0.0, 100 * (white - iris) / span)
    return against_white, 100 * weber / (0.75 + weber)


def _level(grey: Pixels, where: NDArray[np.bool_]) -> float:
    levels = grey[where]
    return float(np.median(levels)) if levels.size >= 30 else math.nan


def _circularity(radii: Floats) -> float:
    """100 for a circle, less the deviation of the radius from its mean in percent."""
    seen = radii[np.isfinite(radii)]
    return 0.0 if seen.size < 12 else max(0.0, 100 * (1 - float(seen.std() / seen.mean())))


def _entropy(grey: Pixels) -> float:
    counts = np.bincount(grey.ravel(), minlength=256)
    shares = counts[counts > 0] / grey.size
    return float(-(shares * np.log2(shares)).sum())


def _margin(shape: tuple[int, ...], eye: EyeBoundaries) -> float:
    """Percent of the margins that the standard wants: 0.6 radii left and right, 0.2 above and below."""
    limbus, (height, width) = eye.limbus, shape[:2]
    sideways = min(limbus.x, width - limbus.x) - limbus.radius
    upright = min(limbus.y, height - limbus.y) - limbus.radius
    return 100 * min(1.0, max(0.0, min(sideways / (0.6 * limbus.radius), upright / (0.2 * limbus.radius))))


def _sharpness(grey: Pixels) -> float:
    passed = opencv().filter2D(grey.astype(np.float32), opencv().CV_32F, _BAND_PASS)[4:-4:4, 4:-4:4]
    power = float((passed.astype(np.float64) ** 2).mean()) if passed.size else 0.0
    return 100 * power**2 / (power**2 + _HALF_POWER**2)


def _edge(widths: Floats) -> float:
    seen = widths[np.isfinite(widths)]
    return float(np.median(seen)) if seen.size >= 12 else 0.0


def _motion(widths: Floats) -> float:
    """How many times wider the pupil's edge is along the direction in which it is widest than across it."""
    angles = np.linspace(0, 2 * np.pi, len(widths), endpoint=False)
    seen = np.isfinite(widths)
    if seen.sum() < 24:
        return 1.0
    worst = 1.0
    for direction in np.radians(np.arange(0, 180, 15)):
        share = np.abs(np.cos(angles - direction))
        along, across = seen & (share > 0.85), seen & (share < 0.5)
        if min(along.sum(), across.sum()) >= 6:
            worst = max(worst, float(np.median(widths[along]) / max(np.median(widths[across]), 0.1)))
    return worst


def _askew(flat: float) -> float:
    return math.degrees(math.acos(min(1.0, flat)))
