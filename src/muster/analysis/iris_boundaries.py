"""Where pupil and iris end: what the other iris analysers start from.

The pupil is the dark, round piece of some threshold (after what shines in it was filled), its edge an ellipse
through the steepest places along rays. The iris's outer edge is where a circle's mean brightness rises most
(Daugman's integro-differential operator, on pictures unrolled around many centres at once), only left and right,
where lids do not reach; then an ellipse as well, where enough of it is seen.

Made for near infrared, one eye to a picture. Ordinary light leaves dark irises and their pupils alike: those are
not found. No network: an ellipse is all that is said about an edge that has a shape of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.analysis.api import Pixels
from muster.analysis.iris_lids import Lid, find_lids
from muster.analysis.opencv import opencv

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_WORKING_SIDE = 640  # pixels: VGA, what iris cameras deliver
_LEAST_SIDE = 40  # pixels
_SMALL_PUPIL = 0.012  # radius as a share of the longer side
_LARGE_PUPIL = 0.19
_SMALLEST_RATIO, _LARGEST_RATIO = 0.13, 0.78  # pupil to iris; between 0.2 and 0.7 in daylight
_RAYS = 180
_CANDIDATES = 3
_SIDES_DEG = ((-22, 40), (140, 202))  # y points down: less of the upper half, where the lid hangs
_LEAST_RISE = 5.0  # grey levels from iris to white
_LEAST_DROP = 14.0  # grey levels from iris to pupil


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Pixels; ``turn`` in radians from x towards y, of the half axis ``a``; ``a`` is not shorter than ``b``."""

    x: float
    y: float
    a: float
    b: float
    turn: float

    @property
    def radius(self) -> float:
        """Of the circle of the same area."""
        return math.sqrt(self.a * self.b)

    def scaled(self, factor: float) -> Ellipse:
        return Ellipse(self.x * factor, self.y * factor, self.a * factor, self.b * factor, self.turn)

    def radius_at(self, angles: Floats) -> Floats:
        """From its centre towards each angle (radians)."""
        across, along = np.cos(angles - self.turn) / self.a, np.sin(angles - self.turn) / self.b
        reach: Floats = 1 / np.hypot(across, along)
        return reach

    def reach(self, x: Floats, y: Floats) -> Floats:
        """0 in the middle, 1 on the edge, more outside."""
        u = (x - self.x) * math.cos(self.turn) + (y - self.y) * math.sin(self.turn)
        v = -(x - self.x) * math.sin(self.turn) + (y - self.y) * math.cos(self.turn)
        away: Floats = np.hypot(u / self.a, v / self.b)
        return away


@dataclass(frozen=True, slots=True, eq=False)
class EyeBoundaries:
    """Both in pixels of the picture. ``edge_px`` is how wide the pupil's edge is (the standard deviation of the
    blur that a sharp one would need), for each of 180 rays; ``radii`` where it lies on each, both NaN where glare
    or a lid hides it. ``limbus_seen`` is the share of the outer edge on which the ellipse rests."""

    pupil: Ellipse
    limbus: Ellipse
    upper: Lid | None
    lower: Lid | None
    radii: Floats
    edge_px: Floats
    limbus_seen: float


def find_boundaries(grey: Pixels) -> EyeBoundaries | None:
    """Of a (h, w) grey picture of one eye; None where there is no open eye to be found."""
    cv2 = opencv()
    height, width = grey.shape
    if min(height, width) < _LEAST_SIDE:
        return None
    scale = min(1.0, _WORKING_SIDE / max(height, width))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    glare = glare_in(small)
    mended = cv2.inpaint(small, glare.astype(np.uint8), 3, cv2.INPAINT_TELEA)
    smooth: Floats = cv2.GaussianBlur(mended, (0, 0), 1.0).astype(np.float32)
    best, most = None, 0.0
    for worth, rough in _rough_pupils(small, glare):
        found = _pupil_edge(smooth, glare, rough)
        circle, rise = _limbus(_without_pupil(smooth, found[0]), found[0])
        if circle is not None and worth * rise > most:
            best, most = (found, circle), worth * rise
    if best is None:
        return None
    (pupil, radii, edges), circle = best
    plain = _without_pupil(smooth, pupil)
    lids = find_lids(plain, circle.x, circle.y, circle.a, pupil.y, pupil.radius)
    pupil, radii = _uncovered(pupil, radii, lids[0])
    limbus, seen = _limbus_ellipse(smooth, circle, lids, pupil)
    upper, lower = (None if lid is None else lid.scaled(1 / scale) for lid in lids)
    return EyeBoundaries(
        pupil.scaled(1 / scale), limbus.scaled(1 / scale), upper, lower, radii / scale, edges / scale, seen
    )


def glare_in(grey: Pixels) -> Mask:
    """Small bright spots: lamps mirrored in the cornea."""
    cv2 = opencv()
    size = max(3, round(0.045 * max(grey.shape))) | 1
    ground = cv2.morphologyEx(grey, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    bright = (cv2.subtract(grey, ground) > 45) & (grey >= 0.75 * float(np.percentile(grey, 99.8)))
    count, labels, pieces, _ = cv2.connectedComponentsWithStats(bright.astype(np.uint8))
    round_ones = np.zeros(count, np.uint8)
    for number in range(1, count):
        _, _, width, height, area = pieces[number]
        round_ones[number] = area > 0.45 * max(width, height) ** 2 and max(width, height) < 1.2 * size
    spots: Mask = cv2.dilate(round_ones[labels], np.ones((7, 7), np.uint8)) > 0
    return spots


def _darkened(grey: Pixels, spots: Mask) -> Pixels:
    """The picture with ``spots`` as dark as what lies around each: a pupil with a lamp in it is whole again."""
    cv2 = opencv()
    size = max(3, round(0.1 * max(grey.shape))) | 1
    ground = cv2.morphologyEx(grey, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    filled: Pixels = np.where(spots, ground, grey).astype(np.uint8)
    return filled


# --- the pupil ---------------------------------------------------------------------------------------------------


def _rough_pupils(grey: Pixels, glare: Mask) -> list[tuple[float, Ellipse]]:
    """The best few of all dark, round pieces at some thresholds, with the worth of each. Sought at half size."""
    cv2 = opencv()
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    spots = cv2.resize(glare.astype(np.uint8), half.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    half = cv2.GaussianBlur(_darkened(half, spots), (0, 0), 1.2)
    longer = max(half.shape)
    darkest = float(np.percentile(half, 0.5))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))  # cuts lashes off
    found: list[tuple[float, Ellipse]] = []
    for above in (8, 16, 26, 38, 52, 68):
        dark = cv2.morphologyEx((half <= darkest + above).astype(np.uint8), cv2.MORPH_OPEN, kernel)
        outlines, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            if len(outline) < 4 * _SMALL_PUPIL * longer:
                continue
            ellipse = _ellipse_through(outline)
            if ellipse is None or not _SMALL_PUPIL * longer <= ellipse.radius <= _LARGE_PUPIL * longer:
                continue
            worth = _roundness(cv2.contourArea(cv2.convexHull(outline)), ellipse) * _drop(half, ellipse)
            if worth > 0:
                found.append((worth, ellipse))
    return [(worth, each.scaled(2.0)) for worth, each in _apart(found)]


def _apart(found: list[tuple[float, Ellipse]]) -> list[tuple[float, Ellipse]]:
    """At most three that lie in different places, of each place the one to go by."""
    kept: list[tuple[float, Ellipse]] = []
    left = sorted(found, key=lambda each: -each[0])
    while left and len(kept) < _CANDIDATES:
        worth, best = _innermost(left)
        kept.append((worth, best))
        left = [each for each in left if _distance(each[1], best) > max(best.radius, each[1].radius)]
    return kept


def _innermost(found: list[tuple[float, Ellipse]]) -> tuple[float, Ellipse]:
    """The best one, or what is nearly as good within it: an iris on white is a dark, round piece as well."""
    worth, best = max(found, key=lambda each: each[0])
    within = [
        (value, each)
        for value, each in found
        if value > 0.4 * worth and each.radius < 0.75 * best.radius and _distance(each, best) < 0.35 * best.radius
    ]
    return _innermost(within) if within else (worth, best)


def _distance(one: Ellipse, other: Ellipse) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def _ellipse_through(points: NDArray[np.generic]) -> Ellipse | None:
    if len(points) < 5:
        return None
    (x, y), (width, height), degrees = opencv().fitEllipse(points)
    if not (math.isfinite(x) and math.isfinite(y) and min(width, height) > 0):
        return None
    turn = math.radians(degrees)
    if width >= height:
        return Ellipse(x, y, width / 2, height / 2, turn)
    return Ellipse(x, y, height / 2, width / 2, turn + math.pi / 2)


def _roundness(area: float, ellipse: Ellipse) -> float:
    """1 for a piece that is the ellipse, and the ellipse a circle; 0 for what no pupil can look like."""
    full = min(area, math.pi * ellipse.a * ellipse.b) / max(area, math.pi * ellipse.a * ellipse.b)
    slim = ellipse.b / ellipse.a
    return 0.0 if full < 0.75 or slim < 0.6 else full**2 * slim


def _drop(grey: Pixels, ellipse: Ellipse) -> float:
    """Grey levels from around the ellipse to within it: the lower quartile of 32 rays, so that nothing counts that
    is dark on one side only. 0 where it is less than a pupil has."""
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False, dtype=np.float32)
    reach = ellipse.radius_at(angles)
    inner, outer = (_sampled(grey, ellipse, angles, reach * share) for share in (0.7, 1.35))
    drop = float(np.percentile(outer - inner, 25))
    level = float(inner.mean())
    return 0.0 if drop < _LEAST_DROP else drop / (20 + level)


def _sampled(grey: Pixels | Floats, centre: Ellipse, angles: Floats, radii: Floats) -> Floats:
    x, y = centre.x + radii * np.cos(angles), centre.y + radii * np.sin(angles)
    return _at(grey, x, y)


def _at(grey: Pixels | Floats, x: Floats, y: Floats) -> Floats:
    """Grey levels between pixels; beyond the picture what its border has."""
    cv2 = opencv()
    x, y = np.atleast_2d(x).astype(np.float32), np.atleast_2d(y).astype(np.float32)
    found = cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    levels: Floats = np.squeeze(found.astype(np.float32))
    return levels


def _pupil_edge(smooth: Floats, glare: Mask, rough: Ellipse) -> tuple[Ellipse, Floats, Floats]:
    """An ellipse through the steepest place of each ray, those left out that lie far from it."""
    radii, edges = np.full(_RAYS, np.nan, np.float32), np.full(_RAYS, np.nan, np.float32)
    pupil = rough
    for spread in (0.35, 0.2):
        angles = _angles()
        shares = np.linspace(1 - spread, 1 + spread, 49, dtype=np.float32)
        reach = pupil.radius_at(angles)
        profile = _sampled(smooth, pupil, angles[:, np.newaxis], reach[:, np.newaxis] * shares)
        place, slope, rise = _steepest(profile)
        step = reach * (shares[1] - shares[0])
        hidden = _sampled(
            glare.astype(np.uint8), pupil, angles[:, np.newaxis], reach[:, np.newaxis] * shares[12:37]
        )
        sure = (rise > 0.4 * np.median(rise)) & (hidden.max(axis=1) < 0.5)
        radii = np.where(sure, reach * (shares[0] + place * (shares[1] - shares[0])), np.nan).astype(np.float32)
        edges = np.where(sure, rise / np.maximum(slope / step, 1e-3) / 2.507, np.nan).astype(np.float32)
        fitted, kept = _ellipse_of(pupil, angles, radii, tolerance=0.06)
        if fitted is None or not _is_like(fitted, rough):
            break
        radii, edges = np.where(kept, radii, np.nan), np.where(kept, edges, np.nan)
        pupil = fitted
    return pupil, radii, edges


def _is_like(fitted: Ellipse, rough: Ellipse) -> bool:
    """Whether the one may be the other more exactly: a few points on a straight piece fit endless ellipses."""
    return (
        0.6 < fitted.radius / rough.radius < 1.7
        and fitted.b / fitted.a > 0.5
        and _distance(fitted, rough) < rough.radius
    )


def _uncovered(pupil: Ellipse, radii: Floats, upper: Lid | None) -> tuple[Ellipse, Floats]:
    """Once more, without the places which the upper lid covers: it cuts a straight piece off."""
    if upper is None:
        return pupil, radii
    angles = _angles()
    x: Floats = (pupil.x + radii * np.cos(angles)).astype(np.float32)
    y: Floats = (pupil.y + radii * np.sin(angles)).astype(np.float32)
    covered = y < upper.row(x) + 0.15 * pupil.radius
    if not covered.any():
        return pupil, radii
    free = np.where(covered, np.float32(np.nan), radii)
    fitted, _ = _ellipse_of(pupil, angles, free, tolerance=0.06)
    return (pupil, radii) if fitted is None or not _is_like(fitted, pupil) else (fitted, free)


def _angles() -> Floats:
    return np.linspace(0, 2 * np.pi, _RAYS, endpoint=False, dtype=np.float32)


def _steepest(profile: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each row where it rises most (with a fraction of a step), how much a step, and how far the mean of what
    comes after lies above that of what comes before."""
    slope = np.gradient(profile, axis=1)
    slope[:, [0, -1]] = 0
    at = np.argmax(slope, axis=1)
    rows = np.arange(len(profile))
    inside = np.clip(at, 1, profile.shape[1] - 2)
    left, middle, right = slope[rows, inside - 1], slope[rows, inside], slope[rows, inside + 1]
    bend = left - 2 * middle + right
    shift = np.where(bend < -1e-6, 0.5 * (left - right) / np.where(bend < -1e-6, bend, -1), 0)
    sums = np.pad(np.cumsum(profile, axis=1), ((0, 0), (1, 0)))
    start, end = np.maximum(1, at - 3), np.minimum(at + 4, profile.shape[1] - 1)
    before = sums[rows, start] / start
    after = (sums[:, -1] - sums[rows, end]) / (profile.shape[1] - end)
    return (inside + np.clip(shift, -1, 1)).astype(np.float32), slope[rows, at], np.maximum(after - before, 0)


def _ellipse_of(centre: Ellipse, angles: Floats, radii: Floats, tolerance: float) -> tuple[Ellipse | None, Mask]:
    """Through the points that agree with most others: three rounds, each without those that lie further off than
    ``tolerance`` (a share of the radius)."""
    kept = np.isfinite(radii)
    if kept.sum() < 12:
        return None, kept
    kept &= np.abs(radii / np.nanmedian(radii) - 1) < 0.35
    x, y = centre.x + radii * np.cos(angles), centre.y + radii * np.sin(angles)
    ellipse = None
    for _ in range(3):
        if kept.sum() < 12:
            return None, kept
        ellipse = _ellipse_through(np.stack([x[kept], y[kept]], axis=1).astype(np.float32))
        if ellipse is None:
            return None, kept
        off = np.abs(ellipse.reach(x, y) - 1)
        limit = max(tolerance / 3, min(tolerance, 2.5 * float(np.median(off[kept]))))
        kept = np.isfinite(radii) & (np.nan_to_num(off, nan=9) < limit)
    return ellipse, kept


# --- the outer edge ----------------------------------------------------------------------------------------------


def _without_pupil(smooth: Floats, pupil: Ellipse) -> Floats:
    """The pupil as bright as the iris around it: its edge is the steepest of all, and not the one looked for."""
    angles = _angles()
    around = float(np.median(_sampled(smooth, pupil, angles, 1.3 * pupil.radius_at(angles))))
    plain = smooth.copy()
    ellipse = ((pupil.x, pupil.y), (2.3 * pupil.a, 2.3 * pupil.b), math.degrees(pupil.turn))
    opencv().ellipse(plain, ellipse, around, -1)
    return plain


def _limbus(smooth: Floats, pupil: Ellipse) -> tuple[Ellipse | None, float]:
    """The circle of the steepest rise towards the white, and that rise in grey levels."""
    least = max(pupil.radius * 1.25, pupil.radius / _LARGEST_RATIO)
    most = min(pupil.radius / _SMALLEST_RATIO, 0.55 * max(smooth.shape))
    if not least < most:  # what was taken for a pupil fills the picture
        return None, 0.0
    best = None
    for step, reach in ((0.07, 3), (0.02, 3), (0.007, 3)):
        x, y, radius = (pupil.x, pupil.y, None) if best is None else best[:3]
        size = pupil.radius * 2.4 if radius is None else radius
        centres = _grid(x, y, step * size, reach)
        span = (least, most) if radius is None else (0.85 * radius, 1.15 * radius)
        best = _steepest_circle(smooth, centres, span, pupil)
        if best is None:
            return None, 0.0
    assert best is not None
    return Ellipse(best[0], best[1], best[2], best[2], 0.0), best[3]


def _grid(x: float, y: float, step: float, reach: int) -> Floats:
    """Centres around a place; less far up and down, where both sides of a circle agree anyway."""
    offsets = np.arange(-reach, reach + 1, dtype=np.float32) * step
    return np.array([(x + dx, y + dy) for dx in offsets for dy in offsets], np.float32)


def _steepest_circle(
    smooth: Floats, centres: Floats, span: tuple[float, float], pupil: Ellipse
) -> tuple[float, float, float, float] | None:
    """x, y, radius and rise. Each side's brightness is averaged over its arc first; the weaker side decides."""
    low, high = span
    step = max(1.0, low / 60)
    radii = np.arange(0.86 * low, 1.12 * high, step, dtype=np.float32)
    sides = [
        _side_rise(smooth, centres, radii, np.radians(np.linspace(a, b, 24, dtype=np.float32)))
        for a, b in _SIDES_DEG
    ]
    rise = np.minimum(sides[0], sides[1]) + 0.25 * np.maximum(sides[0], sides[1])
    rise[:, (radii < low) | (radii > high)] = 0
    # The pupil lies inside, and not at the rim.
    off = np.hypot(centres[:, 0] - pupil.x, centres[:, 1] - pupil.y)[:, None]
    rise[(off + 1.12 * pupil.radius > radii) | (off > 0.3 * radii)] = 0
    centre, place = np.unravel_index(int(np.argmax(rise)), rise.shape)
    if rise[centre, place] < _LEAST_RISE:
        return None
    return float(centres[centre, 0]), float(centres[centre, 1]), float(radii[place]), float(rise[centre, place])


def _side_rise(smooth: Floats, centres: Floats, radii: Floats, angles: Floats) -> Floats:
    """(centres, radii): how much brighter the arc is just outside than just inside."""
    x = centres[:, 0, None, None] + radii[:, None] * np.cos(angles)
    y = centres[:, 1, None, None] + radii[:, None] * np.sin(angles)
    shape = (len(centres) * len(radii), len(angles))
    levels = _at(smooth, x.reshape(shape), y.reshape(shape)).reshape(len(centres), len(radii), len(angles))
    height, width = smooth.shape
    beyond = (x < 0) | (x > width - 1) | (y < 0) | (y > height - 1)
    seen = 1 - beyond.mean(axis=2)
    means = levels.mean(axis=2)
    # Over some 6 % of the radius: the rim is soft, furrows are not.
    reach = max(2, round(0.06 * float(radii.mean()) / float(radii[1] - radii[0])))
    sums = np.concatenate([np.zeros((len(centres), 1)), np.cumsum(means, axis=1)], axis=1)
    inner = np.zeros_like(means)
    outer = np.zeros_like(means)
    places = np.arange(reach, len(radii) - reach)
    inner[:, places] = (sums[:, places] - sums[:, places - reach]) / reach
    outer[:, places] = (sums[:, places + reach] - sums[:, places]) / reach
    rise: Floats = (np.clip(outer - inner, 0, 60) * seen).astype(np.float32)
    return rise


def _limbus_ellipse(
    smooth: Floats, circle: Ellipse, lids: tuple[Lid | None, Lid | None], pupil: Ellipse
) -> tuple[Ellipse, float]:
    """Through what the lids leave free, and how much that is. Where it is little, one of the pupil's shape: who
    looks aside shows both askew alike."""
    angles = _angles()
    shares = np.linspace(0.82, 1.18, 61, dtype=np.float32)
    profile = _sampled(smooth, circle, angles[:, np.newaxis], circle.a * shares)
    profile = opencv().GaussianBlur(profile, (0, 0), sigmaX=3, sigmaY=1.5)
    place, _, rise = _steepest(profile)
    usual = float(np.median(rise[_at_sides(angles)]))
    radii = np.where(rise > 0.45 * usual, circle.a * (shares[0] + place * (shares[1] - shares[0])), np.nan)
    free = _inside(smooth, circle, angles, radii) & _between(lids, circle, angles)
    radii = np.where(free, radii, np.nan).astype(np.float32)
    ellipse, kept = _ellipse_of(circle, angles, radii, tolerance=0.05)
    seen = float(kept.mean())
    if ellipse is None or seen < 0.5 or ellipse.b / ellipse.a < 0.6:
        ellipse, kept = _of_shape(pupil, circle, angles, radii)
        seen = float(kept.mean())
    if ellipse is None or not 0.85 < ellipse.radius / circle.a < 1.15:
        return circle, seen
    return ellipse, seen


def _of_shape(shape: Ellipse, centre: Ellipse, angles: Floats, radii: Floats) -> tuple[Ellipse | None, Mask]:
    """The ellipse through most of the points, as flat and turned as ``shape``: a circle after flattening."""
    kept = np.isfinite(radii)
    x, y = radii * np.cos(angles), radii * np.sin(angles)
    flat = shape.a / shape.b
    u = x * math.cos(shape.turn) + y * math.sin(shape.turn)
    v = (-x * math.sin(shape.turn) + y * math.cos(shape.turn)) * flat
    ellipse = None
    for _ in range(4):
        if kept.sum() < 16:
            return None, kept
        design = np.stack([u[kept], v[kept], np.ones(int(kept.sum()))], axis=1)
        (across, down, rest), *_ = np.linalg.lstsq(design, u[kept] ** 2 + v[kept] ** 2, rcond=None)
        middle_u, middle_v = across / 2, down / 2
        radius = math.sqrt(max(rest + middle_u**2 + middle_v**2, 1e-6))
        off = np.abs(np.hypot(u - middle_u, v - middle_v) / radius - 1)
        kept = np.isfinite(radii) & (np.nan_to_num(off, nan=9) < max(0.012, 2.5 * float(np.median(off[kept]))))
        middle_v /= flat
        ellipse = Ellipse(
            centre.x + middle_u * math.cos(shape.turn) - middle_v * math.sin(shape.turn),
            centre.y + middle_u * math.sin(shape.turn) + middle_v * math.cos(shape.turn),
            radius, radius / flat, shape.turn,
        )  # fmt: skip
    return ellipse, kept


def _at_sides(angles: Floats) -> Mask:
    degrees = np.degrees(angles)
    return np.asarray((degrees < 40) | (degrees > 330) | ((degrees > 140) & (degrees < 210)))


def _inside(smooth: Floats, centre: Ellipse, angles: Floats, radii: Floats) -> Mask:
    height, width = smooth.shape
    x, y = centre.x + radii * np.cos(angles), centre.y + radii * np.sin(angles)
    return np.asarray((x > 1) & (y > 1) & (x < width - 2) & (y < height - 2))


def _between(lids: tuple[Lid | None, Lid | None], circle: Ellipse, angles: Floats) -> Mask:
    """Whether the circle is seen there: lids and, close to them, their shadow and lashes left out."""
    x: Floats = (circle.x + circle.a * np.cos(angles)).astype(np.float32)
    y: Floats = (circle.y + circle.a * np.sin(angles)).astype(np.float32)
    upper, lower = lids
    apart = 0.06 * circle.a
    free = np.ones(angles.shape, np.bool_)
    if upper is not None:
        free &= y > upper.row(x) + apart
    if lower is not None:
        free &= y < lower.row(x) - apart
    return free
