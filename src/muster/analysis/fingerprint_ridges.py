"""Where a picture shows ridges, block by block: what the other fingerprint analysers start from.

Grey, 500 dpi, ridges dark on light, as every enrollment scanner delivers. A block is 16 pixels a side, 0.8 mm,
about two ridges. Deliberately without a network: an empty glass is known within milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.opencv import opencv

BLOCK = 16
RESOLUTION_DPI = 500
BLOCK_MM = BLOCK * 25.4 / RESOLUTION_DPI

_CONTRAST_FROM = 12.0  # standard deviation of grey levels inside a block
_COHERENCE_FROM = 0.35
_DARKER_THAN = 0.85  # share of the background's brightness

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class RidgeMap:
    """Each array has a row and a column for every whole block.

    ``coherence`` is how much the gradients agree on one direction, 0..1 (Kass and Witkin, 1987); ``ridges`` where
    there is contrast with a direction; ``covered`` where there is that or darkness; ``touched`` the largest
    connected piece of it; ``background`` the brightness of the glass, in grey levels.
    """

    mean: Floats
    contrast: Floats
    coherence: Floats
    ridges: Mask
    covered: Mask
    touched: Mask
    background: float

    @property
    def area_mm2(self) -> float:
        return float(self.touched.sum()) * BLOCK_MM**2

    @property
    def brightness(self) -> float:
        """Mean of what was touched, as a share of the glass's; 1 where nothing was."""
        if not self.touched.any():
            return 1.0
        return float(self.mean[self.touched].mean()) / max(self.background, 1.0)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels around what was touched; all 0 where nothing was."""
        rows, columns = np.nonzero(self.touched)
        if not rows.size:
            return 0, 0, 0, 0
        left, top = int(columns.min()) * BLOCK, int(rows.min()) * BLOCK
        return left, top, (int(columns.max()) + 1) * BLOCK, (int(rows.max()) + 1) * BLOCK


def grey(pixels: Pixels) -> Pixels:
    """(h, w) of a grey or RGB picture."""
    if pixels.ndim == 2:
        return np.ascontiguousarray(pixels)
    weighed: Pixels = opencv().cvtColor(np.ascontiguousarray(pixels[..., :3]), opencv().COLOR_RGB2GRAY)
    return weighed


def at_500_dpi(pixels: Pixels, across_dpi: float, down_dpi: float) -> Pixels:
    """The picture as a scanner of 500 dpi would have made it. A resolution that no scanner has (below 100, above
    2000) says nothing: then the picture stays."""
    if not all(100 <= each <= 2000 for each in (across_dpi, down_dpi)):
        return pixels
    wide, high = RESOLUTION_DPI / across_dpi, RESOLUTION_DPI / down_dpi
    if max(abs(wide - 1), abs(high - 1)) < 0.02:  # 197 pixels a centimetre are 500 dpi
        return pixels
    cv2 = opencv()
    size = (max(1, round(pixels.shape[1] * wide)), max(1, round(pixels.shape[0] * high)))
    fitting = cv2.INTER_AREA if wide * high < 1 else cv2.INTER_CUBIC
    scaled: Pixels = cv2.resize(pixels, size, interpolation=fitting)
    return scaled


def ridge_map(pixels: Pixels) -> RidgeMap:
    """Of a (h, w) grey picture. One that is smaller than a block has a map without blocks."""
    if min(pixels.shape) < BLOCK:
        nothing, none = np.zeros((0, 0), np.float32), np.zeros((0, 0), np.bool_)
        return RidgeMap(nothing, nothing, nothing, none, none, none, float(pixels.mean()) if pixels.size else 0.0)
    cv2, image = opencv(), pixels.astype(np.float32)
    across = cv2.Sobel(image, cv2.CV_32F, 1, 0, borderType=cv2.BORDER_REPLICATE)
    down = cv2.Sobel(image, cv2.CV_32F, 0, 1, borderType=cv2.BORDER_REPLICATE)
    xx, yy, xy = _means(across * across), _means(down * down), _means(across * down)
    mean = _means(image)
    contrast = np.sqrt(np.maximum(_means(image * image) - mean * mean, 0))
    coherence = np.sqrt((xx - yy) ** 2 + 4 * xy**2) / np.maximum(xx + yy, 1e-6)
    background = float(np.percentile(pixels[::4, ::4], 95))  # where a finger fills it all: the valleys
    ridges = (contrast > _CONTRAST_FROM) & (coherence > _COHERENCE_FROM)
    covered = ridges | (mean < _DARKER_THAN * background)
    return RidgeMap(mean, contrast, coherence, ridges, covered, _largest(covered), background)


def _means(image: Floats) -> Floats:
    """Of every whole block; an incomplete one at the edge is left out."""
    rows, columns = image.shape[0] // BLOCK, image.shape[1] // BLOCK
    cut = image[: rows * BLOCK, : columns * BLOCK]
    means: Floats = opencv().resize(cut, (columns, rows), interpolation=opencv().INTER_AREA)
    return means


def _largest(mask: Mask) -> Mask:
    """The largest connected piece, small gaps closed."""
    cv2 = opencv()
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(closed)
    if count < 2:
        return np.zeros(mask.shape, np.bool_)
    piece: Mask = labels == 1 + int(sizes[1:, cv2.CC_STAT_AREA].argmax())
    return piece
