"""Eyes as an iris camera sees them in near infrared, drawn, with what is true of each known.

Pupil, furrowed iris, white, lids, lashes, glare, then lens (blur, motion) and sensor (noise). An eye that
looks aside is a disc seen askew: its image is squeezed along the direction of looking.

Limits, which every figure measured on such eyes has: lids are parabolas, boundaries are ellipses exactly, the iris
is flat behind no cornea, skin has no folds, lashes no make-up, and there are no lenses, glasses or illnesses of
the eye.

Deterministic: the same ``Eye`` gives the same picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Floats = NDArray[np.floating]
Ellipse = tuple[float, float, float, float, float]
"""x, y of the centre, half axes along and across the angle, angle in degrees (x towards y)."""


@dataclass(frozen=True, slots=True)
class Eye:
    """``upper_lid`` and ``lower_lid``: where the lids' edges stand above the pupil, in radii of the iris from its
    centre (-1 at the upper rim, 1 at the lower). ``gaze_deg`` away from the camera, towards ``gaze_towards_deg``
    (0 right in the picture, 90 down). ``seed`` is the iris's identity, ``take`` which picture of it this is."""

    seed: int = 0
    take: int = 0
    width: int = 640
    height: int = 480
    x: float = 320.0
    y: float = 240.0
    radius: float = 120.0
    pupil: float = 0.38
    pupil_off: tuple[float, float] = (0.0, 0.0)
    upper_lid: float = -0.8
    lower_lid: float = 1.0
    lashes: int = 40
    gaze_deg: float = 0.0
    gaze_towards_deg: float = 0.0
    roll_deg: float = 0.0
    tilt: float = 0.0
    glare: tuple[tuple[float, ...], ...] = ((0.05, -0.06, 0.05),)
    pupil_level: float = 22.0
    iris_level: float = 112.0
    white_level: float = 205.0
    skin_level: float = 165.0
    texture: float = 14.0
    limbus_px: float = 4.0
    blur_px: float = 1.0
    motion_px: int = 0
    noise: float = 2.0
    contrast: float = 1.0

    @property
    def limbus(self) -> Ellipse:
        return (self.x, self.y, self.radius * self._squeeze, self.radius, self.gaze_towards_deg)

    @property
    def pupil_edge(self) -> Ellipse:
        inner = self.radius * self.pupil
        x, y = self.x + self.pupil_off[0] * self.radius, self.y + self.pupil_off[1] * self.radius
        return (x, y, inner * self._squeeze, inner, self.gaze_towards_deg)

    @property
    def _squeeze(self) -> float:
        return math.cos(math.radians(self.gaze_deg))


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """``iris`` is the whole ring, ``usable`` what is seen of it."""

    picture: Picture
    iris: Mask
    usable: Mask

    @property
    def usable_share(self) -> float:
        return float(self.usable.sum() / self.iris.sum())


def draw(eye: Eye) -> Drawn:
    rng = np.random.default_rng([eye.seed, eye.take, 7])
    y, x = np.mgrid[: eye.height, : eye.width].astype(np.float32)
    radius, angle = _polar(x, y, eye.limbus)
    inner, _ = _polar(x, y, eye.pupil_edge)
    rim, hole = eye.radius, eye.radius * eye.pupil
    # Rubber sheet: 0 at the pupil, 1 at the rim, along the ray.
    depth = np.clip((inner - hole) / np.maximum(inner - hole + rim - radius, 1e-3), 0, 1)
    iris = eye.iris_level + _furrows(eye, depth, angle - math.radians(eye.roll_deg))
    white = eye.white_level - 25 * np.clip((radius / rim - 1.2) / 1.5, 0, 1)
    seen = _mix(iris, white, (radius - rim) / eye.limbus_px)
    seen = _mix(np.full_like(seen, eye.pupil_level), seen, (inner - hole) / 0.8)
    upper, lower = _lids(eye, x)
    skin = eye.skin_level + 9 * np.sin(y / 60) + _clouds(rng, x.shape, 7, 5)
    seen = _mix(skin, seen, (y - upper) / 1.5)
    seen = _mix(seen, skin, (y - lower) / 1.5)
    hairs = _lashes(eye, rng)
    seen = seen * (1 - hairs) + 30 * hairs
    spots = np.zeros_like(seen)
    for off_x, off_y, size in eye.glare:
        spots = np.maximum(spots, _spot(x, y, eye, off_x, off_y, size))
    seen = seen * (1 - spots) + 252 * spots
    ring = (radius < rim) & (inner > hole)
    usable = ring & (y > upper) & (y < lower) & (hairs < 0.3) & (spots < 0.3)
    return Drawn(_sensed(eye, seen, rng), ring, usable)


def closed(seed: int = 0, width: int = 640, height: int = 480) -> Picture:
    """Skin, and the line of lashes where the lids meet."""
    eye = Eye(
        seed,
        width=width,
        height=height,
        x=width / 2,
        y=height / 2,
        upper_lid=0.95,
        lower_lid=0.9,
        lashes=60,
        glare=(),
    )
    return draw(eye).picture


def _polar(x: Floats, y: Floats, ellipse: Ellipse) -> tuple[Floats, Floats]:
    """Distance and angle as if the ellipse were a circle of its second half axis."""
    cx, cy, along, across, degrees = ellipse
    turn = math.radians(degrees)
    u = ((x - cx) * math.cos(turn) + (y - cy) * math.sin(turn)) * (across / along)
    v = -(x - cx) * math.sin(turn) + (y - cy) * math.cos(turn)
    return np.hypot(u, v), np.arctan2(v, u) + turn


def _mix(inside: Floats, outside: Floats, distance: Floats) -> Floats:
    """From one to the other over some pixels, half and half where the distance is 0."""
    share = 1 / (1 + np.exp(-np.clip(2 * distance, -30, 30)))
    mixed: Floats = inside * (1 - share) + outside * share
    return mixed


def _furrows(eye: Eye, depth: Floats, angle: Floats) -> Floats:
    """Rays of fibres, a collarette at a third of the way, and crypts; belongs to the identity alone."""
    rng = np.random.default_rng([eye.seed, 1])
    sheet = np.zeros((64, 768), np.float32)
    for across, along, weight in ((2.0, 9.0, 1.0), (5.0, 4.0, 0.8), (9.0, 12.0, 0.5)):
        noise = rng.normal(size=sheet.shape).astype(np.float32)
        wrapped = np.concatenate([noise, noise, noise], axis=1)
        smooth = cv2.GaussianBlur(wrapped, (0, 0), sigmaX=across, sigmaY=along)[:, 768:1536]
        sheet += weight * smooth / smooth.std()
    sheet *= eye.texture / sheet.std()
    rows = np.linspace(0, 1, 64, dtype=np.float32)[:, np.newaxis]
    sheet += 10 * np.exp(-(((rows - 0.3) / 0.07) ** 2)) - 8 * np.exp(-(((rows - 0.02) / 0.06) ** 2))
    columns = (angle % (2 * math.pi)) / (2 * math.pi) * 768
    padded = np.concatenate([sheet, sheet[:, :2]], axis=1)
    drawn = cv2.remap(padded, columns.astype(np.float32), (depth * 63).astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(drawn, np.float32)


def _lids(eye: Eye, x: Floats) -> tuple[Floats, Floats]:
    """Rows of the lids' edges. They meet in the corners, 2.4 radii from the middle."""
    across = (x - eye.x) / eye.radius
    middle = eye.y + 0.25 * eye.radius + eye.tilt * (x - eye.x)
    corner = (across / 2.4) ** 2
    upper = middle + (eye.upper_lid - 0.25) * eye.radius * (1 - corner)
    lower = middle + (eye.lower_lid - 0.25) * eye.radius * (1 - corner)
    return upper.astype(np.float32), lower.astype(np.float32)


def _lashes(eye: Eye, rng: np.random.Generator) -> Floats:
    """Share of hair in each pixel."""
    canvas = np.zeros((eye.height, eye.width), np.uint8)
    for _ in range(eye.lashes):
        across = rng.uniform(-2, 2)
        root_x = eye.x + across * eye.radius
        root_y = float(_lids(eye, np.array([[root_x]]))[0][0, 0])
        length = eye.radius * rng.uniform(0.2, 0.45)
        t = np.linspace(0, 1, 9)
        lean = 0.5 * across / 2 + rng.normal(0, 0.25)
        # First down over the eye, then up: what is seen of them from in front.
        path_x = root_x + lean * length * t
        path_y = root_y + length * (0.45 * t - 0.9 * t**2 * rng.uniform(0.2, 1.4))
        points = np.stack([path_x, path_y], axis=1)
        cv2.polylines(canvas, [np.round(points * 16).astype(np.int32)], False, 255, 2, cv2.LINE_AA, 4)
    return canvas.astype(np.float32) / 255


def _spot(x: Floats, y: Floats, eye: Eye, off_x: float, off_y: float, size: float) -> Floats:
    distance = np.hypot(x - eye.x - off_x * eye.radius, y - eye.y - off_y * eye.radius) - size * eye.radius
    spot: Floats = 1 / (1 + np.exp(np.clip(2 * distance, -30, 30)))
    return spot


def _clouds(rng: np.random.Generator, shape: tuple[int, ...], size: float, strength: float) -> Floats:
    noise = cv2.GaussianBlur(rng.normal(size=shape).astype(np.float32), (0, 0), size)
    clouds: Floats = noise / noise.std() * strength
    return clouds


def _sensed(eye: Eye, seen: Floats, rng: np.random.Generator) -> Picture:
    if eye.motion_px:
        streak = np.full((1, eye.motion_px), 1 / eye.motion_px, np.float32)
        seen = np.asarray(cv2.filter2D(seen, cv2.CV_32F, streak), np.float32)
    if eye.blur_px:
        seen = np.asarray(cv2.GaussianBlur(seen.astype(np.float32), (0, 0), eye.blur_px), np.float32)
    seen = 128 + (seen - 128) * eye.contrast
    noisy = seen + rng.normal(0, eye.noise, seen.shape)
    return np.clip(np.round(noisy), 0, 255).astype(np.uint8)


KINDS = ("open", "covered", "askew", "blurred", "faint", "small")


def various(kind: str, seed: int, take: int = 0) -> Eye:
    """One of many eyes in ordinary light, with what ``kind`` (one of ``KINDS``) says besides."""
    rng = np.random.default_rng([seed, take, KINDS.index(kind)])
    radius = rng.uniform(50, 75) if kind == "small" else rng.uniform(85, 135)
    return Eye(
        seed=seed,
        take=take,
        x=320 + rng.uniform(-60, 60),
        y=240 + rng.uniform(-50, 50),
        radius=radius,
        pupil=rng.uniform(0.24, 0.58),
        pupil_off=(rng.uniform(-0.05, 0.05), rng.uniform(-0.05, 0.05)),
        upper_lid=rng.uniform(-0.6, -0.3) if kind == "covered" else rng.uniform(-1, -0.65),
        lower_lid=rng.uniform(0.65, 0.9) if kind == "covered" else rng.uniform(0.8, 1.1),
        lashes=int(rng.integers(0, 80)),
        gaze_deg=rng.uniform(20, 38) if kind == "askew" else rng.uniform(0, 6),
        gaze_towards_deg=rng.uniform(0, 180),
        roll_deg=rng.uniform(-12, 12),
        tilt=rng.uniform(-0.12, 0.12),
        glare=tuple(
            (rng.uniform(-0.4, 0.4), rng.uniform(-0.4, 0.4), rng.uniform(0.03, 0.08))
            for _ in range(rng.integers(1, 4))
        ),
        iris_level=rng.uniform(70, 140),
        white_level=rng.uniform(175, 240),
        skin_level=rng.uniform(100, 200),
        texture=rng.uniform(7, 18),
        limbus_px=rng.uniform(2, 8),
        blur_px=rng.uniform(2.5, 5) if kind == "blurred" else rng.uniform(0.6, 1.8),
        noise=rng.uniform(1, 5),
        contrast=rng.uniform(0.3, 0.5) if kind == "faint" else rng.uniform(0.75, 1.05),
    )
