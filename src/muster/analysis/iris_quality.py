"""How good a picture of an eye is in one number, and what the officer says about it.

The number is this program's own: halfway between the worst of the components and their mean, so that one thing
that is badly wrong is not hidden by ten that are right. Thresholds are in ``models/calibration.toml``. One
sentence about the lids, one about the place, one about the focus, one about the light: an officer says one thing
at a time, and the most useful first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.calibration import calibration
from muster.analysis.iris_mask import IrisMask
from muster.analysis.iris_measures import (
    EDGE_WIDTH,
    GAZE,
    MARGIN,
    MOTION,
    PUPIL_CONTRAST,
    RADIUS,
    RATIO,
    SCLERA_CONTRAST,
    USABLE_AREA,
)
from muster.analysis.opencv import opencv
from muster.domain.assessment import Finding, Score, Severity
from muster.errors import Code

OVERALL = "iris quality"

IRIS_ABSENT = Code("IRIS_ABSENT", "No eye is seen. Look into the device and open the eyes wide.")
IRIS_EYE_CLOSED = Code("IRIS_EYE_CLOSED", "The eye is closed. Open the eyes wide and do not blink.")
IRIS_COVERED = Code("IRIS_COVERED", "Lids or lashes cover a part of the iris. Open the eyes wide.")
IRIS_GAZE_ASIDE = Code("IRIS_GAZE_ASIDE", "The eye looks aside. Look straight into the device.")
IRIS_TOO_FAR = Code("IRIS_TOO_FAR", "The eye is too far away. Come closer, slowly.")
IRIS_TOO_CLOSE = Code("IRIS_TOO_CLOSE", "The eye is too close. Move back a little.")
IRIS_CUT_OFF = Code("IRIS_CUT_OFF", "The eye lies at the edge of the picture. Move to the middle.")
IRIS_MOVED = Code("IRIS_MOVED", "The eye or the device moved. Hold still.")
IRIS_BLURRED = Code("IRIS_BLURRED", "The eye is not sharp. Move slowly forward or back, then hold still.")
IRIS_FAINT = Code("IRIS_FAINT", "The eye is poorly lit. Shade it from the sun, and clean the device's glass.")
IRIS_LAMPS = Code("IRIS_LAMPS", "Something is mirrored in the eye. Take glasses off, and turn away from windows.")
IRIS_PUPIL_WIDE = Code("IRIS_PUPIL_WIDE", "The pupil is very wide. Make the room brighter.")
IRIS_PUPIL_NARROW = Code("IRIS_PUPIL_NARROW", "The pupil is very narrow. Make the room darker.")

_LASHES_BELOW = 30  # grey levels under the skin's
_LASHES_WIDE = 0.22  # of the picture's width
_LASHES_ALONE = 0.5  # of all that is dark: lines of a text are many


def overall(components: Iterable[Score]) -> Score:
    """0..100 of the components' values. There is at least one."""
    values = [each.value for each in components]
    return calibration(OVERALL).score(round((min(values) + sum(values) / len(values)) / 2, 1))


def conditions(found: Iterable[Score], mask: IrisMask) -> tuple[Finding, ...]:
    """What could be better about an eye that was found."""
    raw = {each.measure: each.raw for each in found}
    return tuple(
        Finding(code, Severity.WARNS)
        for group in (_lids(raw), _place(raw), _focus(raw), _light(raw, mask.lamps), _pupil(raw))
        for code in group
    )


def no_iris(grey: Pixels) -> Code:
    """Why none was found: a closed eye shows the dark, wide, flat line of its lashes."""
    cv2 = opencv()
    height, width = grey.shape
    small = cv2.resize(grey, (160, max(1, round(160 * height / width))), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 1.0)
    dark = (small.astype(np.int16) < np.median(small) - _LASHES_BELOW).astype(np.uint8)
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((3, 9), np.uint8))
    count, _, pieces, _ = cv2.connectedComponentsWithStats(joined)
    for number in range(1, count):
        left, top, across, down, area = pieces[number]
        alone = area > _LASHES_ALONE * joined.sum()
        free = left > 0 and top > 0 and left + across < small.shape[1] and top + down < small.shape[0]
        if (
            alone
            and free
            and across > _LASHES_WIDE * small.shape[1]
            and across > 2.2 * down
            and area < 0.7 * across * down
        ):
            return IRIS_EYE_CLOSED
    return IRIS_ABSENT


def _lids(raw: Mapping[str, float]) -> Iterator[Code]:
    if raw[GAZE] > calibration(GAZE).thresholds["aside"]:
        yield IRIS_GAZE_ASIDE
    if raw[USABLE_AREA] < calibration(USABLE_AREA).thresholds["covered"]:
        yield IRIS_COVERED


def _place(raw: Mapping[str, float]) -> Iterator[Code]:
    radius, margin = calibration(RADIUS).thresholds, calibration(MARGIN).thresholds
    if raw[RADIUS] < radius["far"]:
        yield IRIS_TOO_FAR
    elif raw[MARGIN] < margin["cut"]:
        yield IRIS_TOO_CLOSE if raw[RADIUS] > radius["close"] else IRIS_CUT_OFF


def _focus(raw: Mapping[str, float]) -> Iterator[Code]:
    edge, motion = calibration(EDGE_WIDTH).thresholds, calibration(MOTION).thresholds
    if raw[RADIUS] < calibration(RADIUS).thresholds["far"]:
        return  # few pixels are never sharp: closer is what helps
    if raw[MOTION] > motion["moved"] and raw[EDGE_WIDTH] > edge["soft"]:
        yield IRIS_MOVED
    elif raw[EDGE_WIDTH] > edge["blurred"]:
        yield IRIS_BLURRED


def _light(raw: Mapping[str, float], lamps: float) -> Iterator[Code]:
    pupil, sclera = calibration(PUPIL_CONTRAST).thresholds, calibration(SCLERA_CONTRAST).thresholds
    if raw[PUPIL_CONTRAST] < pupil["faint"] or raw[SCLERA_CONTRAST] < sclera["faint"]:
        yield IRIS_FAINT
    elif 100 * lamps > calibration(USABLE_AREA).thresholds["lamps"]:
        yield IRIS_LAMPS


def _pupil(raw: Mapping[str, float]) -> Iterator[Code]:
    ratio = calibration(RATIO).thresholds
    if raw[RATIO] > ratio["wide"]:
        yield IRIS_PUPIL_WIDE
    elif raw[RATIO] < ratio["narrow"]:
        yield IRIS_PUPIL_NARROW
