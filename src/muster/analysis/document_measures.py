"""What can be measured of a page without knowing what it says: sharpness, glare, light, colour, moire, what
covers it.

All but moire are measured on the flattened page made small (``FLAT_SIDE``), in tiles; lengths are in thousandths
of the page's longer side, so that the resolution of the picture does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.document_page import Page, skin_of
from muster.analysis.opencv import opencv

FLAT_SIDE = 1000

_TILES = (6, 8)
_CONTRAST_FROM = 45.0  # grey levels between the dark and the light of a tile that has print on it
_SATURATED_FROM = 250
_GLARE_SPOT_FROM = 0.002  # of the page
_RIM = 0.02
_WHITE_PAPER_FROM = 243.0
_MOIRE_SIDE = 256
_MOIRE_LOOKS = 3
_LOWEST, _HIGHEST = 0.18, 0.48  # cycles a pixel


@dataclass(frozen=True, slots=True, eq=False)
class FlatPage:
    """The flattened page in colour and grey."""

    page: Page
    pixels: Pixels
    grey: Pixels

    @classmethod
    def of(cls, pixels: Pixels, page: Page) -> FlatPage:
        flat = page.flattened(pixels, FLAT_SIDE)
        return cls(page, flat, opencv().cvtColor(flat, opencv().COLOR_RGB2GRAY))

    @property
    def tiles(self) -> Iterator[tuple[slice, slice]]:
        height, width = self.grey.shape
        rows, columns = _TILES
        for row in range(rows):
            for column in range(columns):
                yield (
                    slice(height * row // rows, height * (row + 1) // rows),
                    slice(width * column // columns, width * (column + 1) // columns),
                )


def blur_of_tiles(flat: FlatPage) -> list[float]:
    """Of each tile with print on it the width of its sharpest edges (standard deviation of the blur), in
    thousandths of the page's longer side. A step of height C blurred by s climbs C / (2.5 s) a pixel at most."""
    cv2 = opencv()
    smooth = cv2.GaussianBlur(flat.grey, (3, 3), 0.7)  # noise has steep edges too
    slope = np.hypot(
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    )
    found = []
    for tile in flat.tiles:
        part = smooth[tile]
        if part.size < 64:
            continue
        dark, light = np.percentile(part, (1, 99))
        if light - dark >= _CONTRAST_FROM:
            steepest = max(1e-3, float(np.percentile(slope[tile], 99.5)))
            found.append(float(light - dark) / (2.5066 * steepest) * 1000 / max(flat.grey.shape))
    return found


def glare_share(flat: FlatPage) -> float | None:
    """The share of the page that is blown out in larger spots; None on paper that is as white."""
    cv2 = opencv()
    if float(np.percentile(flat.grey, 60)) >= _WHITE_PAPER_FROM:
        return None
    blown = (flat.pixels.min(2) >= _SATURATED_FROM).astype(np.uint8)
    height, width = blown.shape
    rim = round(_RIM * min(height, width))
    inner = blown[rim : height - rim, rim : width - rim]
    blown = cv2.morphologyEx(inner, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    spots, _, stats, _ = cv2.connectedComponentsWithStats(blown)
    shares = stats[1:spots, cv2.CC_STAT_AREA] / blown.size
    inside = np.ones(len(shares), bool)
    if flat.page.is_whole:  # what reaches the picture's edge may be what the page lies on
        left, top, w, h = (stats[1:spots, each] for each in range(4))
        inside = (left > 0) & (top > 0) & (left + w < blown.shape[1]) & (top + h < blown.shape[0])
    return float(shares[(shares >= _GLARE_SPOT_FROM) & inside].sum())


def brightness(flat: FlatPage) -> float:
    """The paper's, 0 to 255: what three of four pixels are darker than."""
    return float(np.percentile(flat.grey, 75))


def colourfulness(flat: FlatPage) -> float:
    """How far the most colourful parts are from the paper's own tint, in units of CIE L*a*b*. A copy in black and
    white has none; the light's colour does not count."""
    cv2 = opencv()
    small = cv2.resize(flat.pixels, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[..., 1:].astype(np.float32)
    return float(np.percentile(np.linalg.norm(lab - np.median(lab, axis=(0, 1)), axis=2), 97))


def covered_share(pixels: Pixels, page: Page) -> float | None:
    """The share of the page under something of skin's colour that reaches in from outside; None without a
    border."""
    if page.is_whole:
        return None
    cv2 = opencv()
    scale = min(1.0, 480 / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    inside = np.zeros(small.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, np.round(page.corners * scale).astype(np.int32), 1)
    skin = skin_of(small)
    if skin.mean() > 0.6:  # the light, not a hand
        return None
    _, labels = cv2.connectedComponents(skin)
    within = cv2.erode(inside, np.ones((5, 5), np.uint8))
    reaching = np.intersect1d(np.unique(labels[within == 1]), np.unique(labels[inside == 0]))
    covering = np.isin(labels, reaching[reaching > 0]) & (within == 1)
    return float(covering.sum()) / max(1.0, float(inside.sum()))


def moire(pixels: Pixels, page: Page) -> float | None:
    """How far the highest peaks of the fine structure stand above what surrounds them, in decades: the grid of a
    screen against the sensor's. Of some places of the picture as it is, the middle one of what they say; None
    when the page is too small for one."""
    grey = opencv().cvtColor(pixels, opencv().COLOR_RGB2GRAY)
    found = [_peaks(part) for part in _looks(grey, page)]
    return float(np.median(found)) if found else None


def _looks(grey: Pixels, page: Page) -> Iterator[Pixels]:
    """Squares along the page's middle, as many as fit."""
    side = _MOIRE_SIDE
    a, b = page.corners[[0, 3]].mean(0), page.corners[[1, 2]].mean(0)
    for share in np.linspace(0, 1, _MOIRE_LOOKS + 2)[1:-1]:
        x, y = a + (b - a) * share
        top, left = int(y) - side // 2, int(x) - side // 2
        if top >= 0 and left >= 0 and top + side <= grey.shape[0] and left + side <= grey.shape[1]:
            yield grey[top : top + side, left : left + side]


def _peaks(part: Pixels) -> float:
    values = part.astype(np.float32)
    spectrum = np.log10(np.abs(np.fft.rfft2((values - values.mean()) * _WINDOW)) + 1.0)
    fine = spectrum[_FINE]
    return float(np.partition(fine, -8)[-8] - np.median(fine))


def _fine() -> NDArray[np.bool_]:
    """Neither the page's own print (low, and on the axes, where its lines are) nor JPEG's eighths."""
    rows, columns = np.fft.fftfreq(_MOIRE_SIDE)[:, None], np.fft.rfftfreq(_MOIRE_SIDE)[None, :]
    radius = np.hypot(rows, columns)
    of_jpeg = (np.abs(rows * 8 - np.round(rows * 8)) < 0.06) & (np.abs(columns * 8 - np.round(columns * 8)) < 0.06)
    on_axis = (np.abs(rows) < 0.03) | (np.abs(columns) < 0.03)
    return np.asarray((radius > _LOWEST) & (radius < _HIGHEST) & ~of_jpeg & ~on_axis)


_WINDOW = np.outer(np.hanning(_MOIRE_SIDE), np.hanning(_MOIRE_SIDE))
_FINE = _fine()
