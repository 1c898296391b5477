"""What of an iris can be used: the ring between its two edges, without lids, lashes, lamps and what the picture
cuts off.

A lash is darker than the iris and thin, or lies where it is as dark as a pupil; a furrow is neither. Lashes that
are as bright as the iris are not found.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.iris_boundaries import EyeBoundaries
from muster.analysis.opencv import opencv

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

_FREE = (0.15, 0.8)  # of the way down from the middle: where neither lid nor lash reaches
_WHITE = 250.0  # grey levels: nothing of an iris is, unless everything is
_BRIGHTER = 50.0  # grey levels: lamps than the iris


@dataclass(frozen=True, slots=True, eq=False)
class IrisMask:
    """``iris`` is the whole ring inside the picture, ``usable`` what is seen of it, ``share`` what that is of the
    ring, what lies outside the picture included; ``open`` is what lies between the lids. ``inner`` and ``outer``
    say how far each pixel lies from the middle, 1 on either edge. ``lamps`` is the share of the ring that
    shines."""

    iris: Mask
    usable: Mask
    inner: Floats
    outer: Floats
    open: Mask
    share: float
    lamps: float


def iris_mask(grey: Pixels, eye: EyeBoundaries) -> IrisMask:
    height, width = grey.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    inner, outer = eye.pupil.reach(x, y), eye.limbus.reach(x, y)
    iris: Mask = (outer < 1) & (inner > 1)
    lids = _lids(eye, x, y)
    pupil = float(np.median(grey[inner < 0.8])) if (inner < 0.8).any() else 0.0
    lamps = _lamps(grey, iris, outer)
    lashes = _lashes(grey, eye, iris, lids | (outer > 0.97), (y - eye.limbus.y) / eye.limbus.b, pupil)
    usable = iris & ~(lids | lashes | lamps)
    ring = math.pi * (eye.limbus.a * eye.limbus.b - eye.pupil.a * eye.pupil.b)
    shining = float((lamps & iris & ~lids).sum() / ring)
    return IrisMask(iris, usable, inner, outer, ~lids, min(1.0, float(usable.sum() / ring)), shining)


def _lids(eye: EyeBoundaries, x: Floats, y: Floats) -> Mask:
    hidden = np.zeros(x.shape, np.bool_)
    if eye.upper is not None:
        hidden |= y < eye.upper.row(x)
    if eye.lower is not None:
        hidden |= y > eye.lower.row(x)
    return hidden


def _lashes(grey: Pixels, eye: EyeBoundaries, iris: Mask, outside: Mask, down: Floats, pupil: float) -> Mask:
    """Dark, thin pieces that come in from outside; ``down`` is 0 in the middle and 1 at the lower rim."""
    cv2 = opencv()
    free = grey[iris & (down > _FREE[0]) & (down < _FREE[1])]
    if free.size < 50:
        return np.zeros(grey.shape, np.bool_)
    usual, spread = float(np.median(free)), float(np.percentile(free, 84) - np.percentile(free, 16)) / 2
    # At least halfway to the pupil where the iris is full of deep crypts: their spread alone reaches further.
    dark = max(usual - max(3.0 * spread, 18.0), 0.5 * (usual + pupil) - 8)
    size = max(3, round(0.13 * eye.limbus.radius)) | 1
    thin = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, np.ones((size, size), np.uint8))
    hairs = (grey < dark) & (thin > max(2.0 * spread, 14.0)) & ((down < 0.1) | (grey < 0.5 * (usual + pupil)))
    _, labels = cv2.connectedComponents((hairs & (iris | outside)).astype(np.uint8))
    entering = np.unique(labels[hairs & outside])
    grown: Mask = cv2.dilate((hairs & np.isin(labels, entering)).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return grown


def _lamps(grey: Pixels, iris: Mask, outer: Floats) -> Mask:
    """What shines: neither the white of the eye within the rim's last few pixels, nor bright furrows."""
    level = grey[iris]
    if level.size < 50:
        return np.zeros(grey.shape, np.bool_)
    usual, upper = np.percentile(level, (50, 84))
    white = min(_WHITE, usual + max(_BRIGHTER, 4 * (upper - usual)))
    bright = ((grey > white) & (outer < 0.96)).astype(np.uint8)
    found: Mask = opencv().dilate(bright, np.ones((5, 5), np.uint8)) > 0
    return found
