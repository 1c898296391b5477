"""A face that turns and blinks, made from one photograph: the live half of the liveness tests.

The 468 points of the mesh are turned in space and the picture is drawn after them, triangle by triangle; the
background stands still, hair and neck follow a little. Then comes the webcam: light, blur, noise, JPEG.

Limits, which every figure measured on such clips has: a side of the head that the photograph does not show cannot
come into view (turns stay below some 25 degrees); an eye closes by skin being drawn over it; hair, light and
shadow do not move; the picture behind was one photograph of a few people. And the mesh that draws the turn is
the one that later reads it. Nothing here replaces presentation attacks made of paper and glass.

Deterministic: the same seed gives the same frames.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

from muster.analysis.face_measures import _OVAL
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.faces import FaceDetector
from muster.analysis.liveness_challenge import Action

WIDTH, HEIGHT = 640, 480
FRAMES_A_SECOND = 10
SLOT_S = 1.8
"""How long the person takes for one instruction, coming back included."""
REST_S = 0.7
"""How long the person looks into the camera before the first."""

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

_FACE_WIDTH = 185
# Contours of the lids, outer corner to inner.
_UPPER = ((246, 161, 160, 159, 158, 157, 173), (466, 388, 387, 386, 385, 384, 398))
_LOWER = ((7, 163, 144, 145, 153, 154, 155), (249, 390, 373, 374, 380, 381, 382))
_GRID = 8


@dataclass(frozen=True, slots=True)
class HeadState:
    """Degrees with the signs of ``face_pose``, pixels, and how far the lids are closed (0..1)."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    lids: float = 0.0


class BaseFace:
    """A photograph of one face, brought to the size of a webcam's frame."""

    def __init__(self, name: str, photograph: Picture) -> None:
        self.name = name
        self.picture = _framed(photograph)
        (face, *_) = FaceDetector().detect(self.picture)
        self._points = FaceMesher().find(self.picture, face).mesh.points
        oval = self._points[_OVAL]
        self._middle = np.array([*oval[:, :2].mean(0), 0.55 * np.ptp(oval[:, 0])])
        self._hair = self._ring(oval, 1.3, depth=0.5 * float(np.ptp(oval[:, 0])))
        self._still = self._ring(oval, 1.85, depth=0.0)
        self._still[:, 1] = np.maximum(self._still[:, 1], -40)
        borders = [(x, y) for x in np.linspace(0, WIDTH - 1, 9) for y in (-60, HEIGHT + 60)]
        borders += [(x, y) for y in np.linspace(0, HEIGHT - 1, 7) for x in (-60, WIDTH + 60)]
        self._border = np.array(borders, np.float64)
        eyes = np.zeros(self.picture.shape[:2], np.uint8)
        for upper, lower in zip(_UPPER, _LOWER, strict=True):
            hull = cv2.convexHull(np.round(self._points[[*upper, *lower], :2]).astype(np.int32))
            cv2.fillConvexPoly(eyes, hull, 255)
        self._skin = cv2.inpaint(self.picture, cv2.dilate(eyes, np.ones((9, 9), np.uint8)), 5, cv2.INPAINT_TELEA)

    def render(self, state: HeadState) -> Picture:
        """(480, 640, 3): as the lens sees it, before the sensor."""
        faces = np.vstack([self._points, self._hair])
        # What turns away from the lens is not seen; drawn all the same it would fold over the cheek.
        seen = ((faces - self._middle) @ _rotation(state).T)[:, 2] < -0.12 * _FACE_WIDTH
        seen[len(self._points) :] = abs(state.yaw) + abs(state.pitch) < 8
        source = np.vstack([faces[seen, :2], self._still[:, :2], self._border])
        goal = np.vstack([self._moved(faces[seen], state), self._still[:, :2], self._border])
        xs, ys = np.arange(0, WIDTH + _GRID, _GRID), np.arange(0, HEIGHT + _GRID, _GRID)
        places = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2).astype(np.float64)
        found = LinearNDInterpolator(goal, source - goal, fill_value=0.0)(places)
        shift = found.reshape(len(ys), len(xs), 2).astype(np.float32)
        full = cv2.resize(shift, (len(xs) * _GRID, len(ys) * _GRID), interpolation=cv2.INTER_LINEAR)
        # A grid of nodes and not of cells: resize puts the middle of the first cell at 1.5 pixels.
        offset = (_GRID - 1) / 2
        full = cv2.warpAffine(full, np.float32([[1, 0, -offset], [0, 1, -offset]]), (WIDTH, HEIGHT),
                              borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        base = np.stack(np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT)), -1).astype(np.float32)
        at = base + full
        drawn: Picture = cv2.remap(
            self.with_lids(state.lids), at[..., 0], at[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
        )
        return drawn

    def eye_holes(self) -> Floats:
        """(480, 640, 1): 1 where the eyes are, for a print they look through."""
        holes = np.zeros(self.picture.shape[:2], np.uint8)
        for upper, lower in zip(_UPPER, _LOWER, strict=True):
            eye = self._points[[*upper, *lower], :2]
            wide = eye.mean(0) + (eye - eye.mean(0)) * (1.15, 1.6)
            cv2.fillConvexPoly(holes, cv2.convexHull(np.round(wide).astype(np.int32)), 255)
        return holes[..., np.newaxis] / np.float32(255)

    def _moved(self, points: Floats, state: HeadState) -> Floats:
        turned = (points - self._middle) @ _rotation(state).T * state.scale + self._middle
        return np.asarray(turned[:, :2] + (state.dx, state.dy))

    def with_lids(self, lids: float) -> Picture:
        """The photograph with the lids drawn down: skin from around the eye, and lashes at its edge."""
        if lids <= 0.05:
            return self.picture
        picture = self.picture.copy()
        for upper, lower in zip(_UPPER, _LOWER, strict=True):
            above, below = self._points[list(upper), :2], self._points[list(lower), :2]
            above, below = above - 0.25 * (below - above), below + 0.2 * (below - above)
            edge = above + (below - above) * min(1.0, lids)
            mask = np.zeros(picture.shape[:2], np.uint8)
            cv2.fillPoly(mask, [np.round(np.vstack([above, edge[::-1]])).astype(np.int32)], 255)
            soft = cv2.GaussianBlur(mask, (0, 0), 1.0)[..., np.newaxis] / np.float32(255)
            picture = (picture * (1 - soft) + self._skin * soft).astype(np.uint8)
            cv2.polylines(picture, [np.round(edge).astype(np.int32)], False, (60, 45, 40), 1, cv2.LINE_AA)
        return picture

    def _ring(self, oval: Floats, factor: float, depth: float) -> Floats:
        ring = self._middle[:2] + (oval[:, :2] - self._middle[:2]) * factor
        return np.column_stack([ring, np.full(len(ring), depth)])


@dataclass(frozen=True, slots=True)
class Webcam:
    """Light, lens and sensor of one clip."""

    gain: float = 1.0
    gamma: float = 1.0
    balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    blur: float = 0.7
    noise: float = 3.0
    jpeg: int = 92
    shake: float = 0.0
    """Pixels by which a stand that is not quite firm moves the whole picture, each frame anew."""
    flicker: float = 0.0
    """The share by which lamps and exposure change the light from frame to frame."""

    @classmethod
    def any(cls, rng: np.random.Generator) -> Webcam:
        red, blue = rng.uniform(0.94, 1.06, 2)
        return cls(
            gain=rng.uniform(0.75, 1.15),
            gamma=rng.uniform(0.85, 1.15),
            balance=(red, 1.0, blue),
            blur=rng.uniform(0.5, 1.0),
            noise=rng.uniform(1.5, 5.0),
            jpeg=int(rng.integers(85, 96)),
            shake=rng.uniform(0, 0.4),
            flicker=rng.uniform(0, 0.015),
        )

    def take(self, seen: Picture, rng: np.random.Generator) -> Picture:
        dx, dy = rng.normal(0, self.shake, 2)
        seen = cv2.warpAffine(seen, np.float32([[1, 0, dx], [0, 1, dy]]), (WIDTH, HEIGHT),
                              borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
        gain = self.gain * (1 + rng.normal(0, self.flicker))
        curves = [(np.arange(256) / 255) ** self.gamma * gain * each * 255 for each in self.balance]
        light = cv2.LUT(seen, np.stack(curves, -1)[np.newaxis].astype(np.float32))
        light = cv2.GaussianBlur(light, (0, 0), self.blur)
        light += rng.standard_normal(light.shape, np.float32) * np.float32(self.noise)
        _, coded = cv2.imencode(
            ".jpg", np.clip(light, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, self.jpeg]
        )
        taken: Picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        return taken


class Asked(Protocol):
    """What the person is asked to do."""

    def at(self, time_s: float) -> tuple[Action, float] | None:
        """The instruction, and for how many seconds it has been heard; None while there is none."""


@dataclass(frozen=True, slots=True)
class Slots:
    """One instruction after the other at fixed times: a recording, which hears nothing."""

    actions: Sequence[Action] = ()

    def at(self, time_s: float) -> tuple[Action, float] | None:
        slot, since = divmod(time_s - REST_S, SLOT_S)
        return (self.actions[int(slot)], since) if 0 <= slot < len(self.actions) else None


class Told:
    """What the station asked for last: the person listens."""

    def __init__(self) -> None:
        self._action: Action | None = None
        self._since_s = 0.0

    def hear(self, action: Action | None, time_s: float) -> None:
        if action is not self._action:
            self._action, self._since_s = action, time_s

    def at(self, time_s: float) -> tuple[Action, float] | None:
        return None if self._action is None else (self._action, time_s - self._since_s)


NOTHING = Slots()


@dataclass(frozen=True, slots=True)
class Habit:
    """How one person moves: sway, how far and how fast they turn, when they begin."""

    reach: float
    delay_s: float
    sway: tuple[float, ...]

    @classmethod
    def any(cls, rng: np.random.Generator) -> Habit:
        return cls(rng.uniform(19, 25), rng.uniform(0.25, 0.5), tuple(rng.uniform(0, 2 * math.pi, 6)))

    def state(self, time_s: float, asked: Asked) -> HeadState:
        a, b, c, d, e, f = self.sway
        idle = HeadState(
            yaw=1.5 * math.sin(1.3 * time_s + a),
            pitch=1.2 * math.sin(1.7 * time_s + b),
            roll=1.0 * math.sin(0.9 * time_s + c),
            dx=7 * math.sin(1.1 * time_s + d) + 2 * math.sin(2.9 * time_s + f),
            dy=3 * math.sin(1.4 * time_s + e),
            scale=1 + 0.012 * math.sin(0.8 * time_s + f),
            lids=_spontaneous_blink(time_s, f),
        )
        heard = asked.at(time_s)
        if heard is None:
            return idle
        action, since = heard
        # Whoever is asked for longer does it again.
        share = (since % SLOT_S - self.delay_s) / (SLOT_S - self.delay_s - 0.3)
        strength = math.sin(math.pi * min(max(share, 0.0), 1.0)) ** 0.8
        return acting(idle, action, strength, self.reach)


def acting(idle: HeadState, action: Action, strength: float, reach: float) -> HeadState:
    """``idle`` with an instruction followed to ``strength`` (0..1)."""
    if action is Action.TURN_LEFT:
        return replace(idle, yaw=idle.yaw + reach * strength)
    if action is Action.TURN_RIGHT:
        return replace(idle, yaw=idle.yaw - reach * strength)
    if action is Action.LOOK_UP:
        return replace(idle, pitch=idle.pitch - 0.9 * reach * strength)
    return replace(idle, lids=max(idle.lids, min(1.0, 1.6 * strength)))


def live_frames(
    base: BaseFace, rng: np.random.Generator, asked: Asked, duration_s: float
) -> Iterator[tuple[float, Picture]]:
    """What a webcam sees of the person: time in seconds and frame."""
    habit, camera = Habit.any(rng), Webcam.any(rng)
    for index in range(round(duration_s * FRAMES_A_SECOND)):
        time_s = index / FRAMES_A_SECOND
        yield time_s, camera.take(base.render(habit.state(time_s, asked)), rng)


def astronaut() -> BaseFace:
    """NASA's public-domain portrait of Eileen Collins, which scikit-image brings along."""
    from skimage import data

    return BaseFace("astronaut", np.asarray(data.astronaut()))


def base_faces(folder: Path | None = None) -> list[BaseFace]:
    """The astronaut, and whoever is alone in one of the portraits in ``folder``."""
    found = [astronaut()]
    for file in sorted(folder.iterdir()) if folder else ():
        photograph = cv2.imread(str(file))
        if photograph is None or not FaceDetector().detect(cv2.cvtColor(photograph, cv2.COLOR_BGR2RGB)):
            continue
        face = BaseFace(file.stem, cv2.cvtColor(photograph, cv2.COLOR_BGR2RGB))
        if len(FaceDetector().detect(face.picture)) == 1:  # a second face in the background fails every challenge
            found.append(face)
    return found


def _framed(photograph: Picture) -> Picture:
    """Scaled and cut so that the face is 185 pixels wide and in the middle; its border drawn out where nothing
    was."""
    (face, *_) = FaceDetector().detect(photograph)
    scale = _FACE_WIDTH / face.w
    x, y = face.x + face.w / 2, face.y + face.h / 2
    matrix = np.float32([[scale, 0, WIDTH / 2 - scale * x], [0, scale, 0.45 * HEIGHT - scale * y]])
    if scale < 0.6:
        photograph = cv2.GaussianBlur(photograph, (0, 0), 0.4 / scale)
    framed: Picture = cv2.warpAffine(
        photograph, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return framed


def _rotation(state: HeadState) -> Floats:
    yaw, pitch, roll = (math.radians(each) for each in (state.yaw, state.pitch, state.roll))
    # x right, y down, z away: a yaw to the person's left brings the nose to the right of the picture.
    y = np.array([[math.cos(yaw), 0, -math.sin(yaw)], [0, 1, 0], [math.sin(yaw), 0, math.cos(yaw)]])
    x = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    z = np.array([[math.cos(roll), math.sin(roll), 0], [-math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    return np.asarray(z @ x @ y)


def _spontaneous_blink(time_s: float, phase: float) -> float:
    since = (time_s + phase) % 4.1
    return max(0.0, 1 - abs(since - 0.12) / 0.12)
