"""Whether a picture shows ridges at all: local contrast, direction and area, the classical way.

A guard against an empty glass and a smear, not a quality score of record: it is not NFIQ 2 and must not
be called that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from muster.domain.assessment import NotAssessed, Score
from muster.errors import Code

RIDGES_ABSENT = Code("RIDGES_ABSENT", "The picture shows no fingerprint ridges.")

_MEASURE = "ridge clarity"
_BLOCK = 16  # pixels; about two ridges at 500 dpi
_CONTRAST_FROM = 12.0  # standard deviation of grey levels inside a block
_COHERENCE_FROM = 0.35
_AREA_FROM = 0.08


def ridge_quality(pixels: NDArray[np.uint8]) -> Score | NotAssessed:
    """Share and clarity of ridge blocks in a (h, w) grey picture.

    ``raw`` is the mean coherence (0..1) of the blocks that hold ridges; ``value`` weighs it with their area.
    """
    blocks = _blocks(pixels.astype(np.float32))
    contrast = blocks.std(axis=(2, 3))
    coherence = _coherence(pixels)
    ridges = (contrast > _CONTRAST_FROM) & (coherence > _COHERENCE_FROM)
    area = float(ridges.mean()) if ridges.size else 0.0
    if area < _AREA_FROM:
        return NotAssessed(_MEASURE, RIDGES_ABSENT)
    clarity = float(coherence[ridges].mean())
    return Score(_MEASURE, clarity, round(100 * clarity * min(1.0, area / 0.4), 1))


def _blocks(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, columns, 16, 16); an incomplete block at the edge is left out."""
    rows, columns = image.shape[0] // _BLOCK, image.shape[1] // _BLOCK
    cut = image[: rows * _BLOCK, : columns * _BLOCK]
    return cut.reshape(rows, _BLOCK, columns, _BLOCK).swapaxes(1, 2)


def _coherence(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much the gradients of a block agree on one direction, 0..1 (Kass and Witkin, 1987)."""
    if min(pixels.shape) < _BLOCK:
        return np.zeros((pixels.shape[0] // _BLOCK, pixels.shape[1] // _BLOCK), np.float32)
    dy, dx = (np.asarray(each, np.float32) for each in np.gradient(pixels.astype(np.float32)))
    xx, yy, xy = (_blocks(each).sum(axis=(2, 3)) for each in (dx * dx, dy * dy, dx * dy))
    energy = xx + yy
    coherence: NDArray[np.float32] = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / np.maximum(energy, 1e-6)
    return coherence
