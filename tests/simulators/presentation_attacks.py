"""Attacks on a camera that looks for a live face, drawn: print, screen, replay, cut-out, frozen.

Each is a flat medium (a sheet, a screen) that shows somebody's picture, held before another room by somebody who
follows the instructions as far as a sheet can be turned. Limits: light falls evenly, paper bends one way, the
screen's grid and the camera's meet in a formula; masks, make-up and pictures fed in by a driver that adds noise of
its own are not among them. See also ``live_faces``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import cv2
import numpy as np

from muster.analysis.liveness_challenge import Action
from simulators.live_faces import (
    FRAMES_A_SECOND,
    HEIGHT,
    NOTHING,
    WIDTH,
    Asked,
    BaseFace,
    Floats,
    Habit,
    HeadState,
    Picture,
    Slots,
    Webcam,
    live_frames,
)  # fmt: skip

Clip = Iterator[tuple[float, Picture]]
_LOOP_S = 4.3


def clips_of(kind: str, base: BaseFace, seed: int, asked: Asked, duration_s: float) -> Clip:
    """``live`` or one of ``ATTACKS``. A person, or whoever holds the medium, does what is ``asked``."""
    rng = np.random.default_rng([seed, *kind.encode()])
    return (
        live_frames(base, rng, asked, duration_s)
        if kind == "live"
        else ATTACKS[kind](base, rng, asked, duration_s)
    )


def printed(base: BaseFace, rng: np.random.Generator, asked: Asked, duration_s: float) -> Clip:
    sheet = _on_paper(base.picture, rng)
    bend = rng.uniform(0, 0.05)
    return _held(lambda _: sheet, rng, asked, duration_s, bend=bend)


def cut_out(base: BaseFace, rng: np.random.Generator, asked: Asked, duration_s: float) -> Clip:
    """A print with holes for the eyes, which blink."""
    sheet, bend, seed = _on_paper(base.picture, rng), rng.uniform(0, 0.05), int(rng.integers(1 << 30))
    habit = Habit.any(rng)
    holes = base.eye_holes()
    rows, columns = (np.flatnonzero(holes[..., 0].any(axis)) for axis in (1, 0))
    eyes = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    def shown(time_s: float) -> Picture:
        behind = base.with_lids(habit.state(time_s, asked).lids)[eyes] * np.float32(0.85)
        medium = sheet.copy()
        medium[eyes] = (sheet[eyes] * (1 - holes[eyes]) + behind * holes[eyes]).astype(np.uint8)
        return medium

    return _held(shown, np.random.default_rng(seed), asked, duration_s, bend=bend)


def on_screen(base: BaseFace, rng: np.random.Generator, asked: Asked, duration_s: float) -> Clip:
    """A photograph on a tablet."""
    return _held(lambda _: base.picture, rng, asked, duration_s, screen=_Screen(rng))


def replayed(base: BaseFace, rng: np.random.Generator, asked: Asked, duration_s: float) -> Clip:
    """A recording of the person following another order, on a tablet, again and again."""
    recorded = list(rng.permutation(np.array(list(Action), object)))[:2]
    frames = [frame for _, frame in live_frames(base, rng, Slots(recorded), _LOOP_S)]
    still = rng.random() < 0.5  # on a stand

    def shown(time_s: float) -> Picture:
        return frames[round(time_s * FRAMES_A_SECOND) % len(frames)]

    return _held(
        shown, rng, NOTHING if still else asked, duration_s, screen=_Screen(rng), sway=0.15 if still else 1.0
    )


def frozen(base: BaseFace, rng: np.random.Generator, asked: Asked, duration_s: float) -> Clip:
    """One frame, or a short loop, fed in instead of the camera's."""
    length = 1 if rng.random() < 0.5 else 18
    frames = [frame for _, frame in live_frames(base, rng, NOTHING, length / FRAMES_A_SECOND)]
    for index in range(round(duration_s * FRAMES_A_SECOND)):
        yield index / FRAMES_A_SECOND, frames[index % len(frames)]


ATTACKS: dict[str, Callable[[BaseFace, np.random.Generator, Asked, float], Clip]] = {
    "print": printed,
    "cut_out": cut_out,
    "screen": on_screen,
    "replay": replayed,
    "frozen": frozen,
}


class _Screen:
    """The grid, glare, flicker and frame of one tablet."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._pitch = rng.uniform(1.05, 1.9)  # of a pixel of the screen, in pixels of the camera
        self._depth = rng.uniform(0.06, 0.2)
        self._glare = (rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(40, 110), rng.uniform(10, 70))
        self._band = rng.uniform(0.01, 0.05)
        self._flicker = rng.uniform(0.5, 3)

    def lit(self, medium: Picture, time_s: float) -> np.ndarray:
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        light = medium.astype(np.float32)
        for channel in range(3):
            phase = 2 * math.pi * channel / 3
            light[..., channel] *= 1 + self._depth * np.cos(2 * math.pi * x / self._pitch + phase)
        light *= (1 + self._depth * np.cos(2 * math.pi * y / self._pitch))[..., np.newaxis]
        light *= (1 + self._band * np.sin(2 * math.pi * (y / 210 + self._flicker * time_s)))[..., np.newaxis]
        light *= np.float32([0.97, 1.0, 1.07])
        gx, gy, size, strength = self._glare
        return light + (strength * np.exp(-((x - gx) ** 2 + (y - gy) ** 2) / (2 * size**2)))[..., np.newaxis]


def _on_paper(picture: Picture, rng: np.random.Generator) -> Picture:
    """Less contrast and colour than the photograph, and a printer's dots."""
    grey = picture.mean(2, keepdims=True)
    ink = (grey + (picture - grey) * rng.uniform(0.65, 0.9)) / 255
    black, white = rng.uniform(0.07, 0.14), rng.uniform(0.85, 0.95)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    period, depth = rng.uniform(1.6, 3.0), rng.uniform(0.02, 0.08)
    dots = np.stack(
        [
            np.cos(2 * math.pi * (x * math.cos(a) + y * math.sin(a)) / period)
            * np.cos(2 * math.pi * (y * math.cos(a) - x * math.sin(a)) / period)
            for a in (0.26, 1.31, 0.0)
        ],
        -1,
    )
    return ((black + (white - black) * ink + depth * dots) * 255).clip(0, 255).astype(np.uint8)


def _held(
    shown: Callable[[float], Picture],
    rng: np.random.Generator,
    asked: Asked,
    duration_s: float,
    *,
    screen: _Screen | None = None,
    bend: float = 0.0,
    sway: float = 1.0,
) -> Clip:
    """The medium before a room. Large enough to fill the frame in a third of the clips."""
    camera, habit, room = Webcam.any(rng), Habit.any(rng), _room(rng)
    size = rng.uniform(1.02, 1.2) if rng.random() < 1 / 3 else rng.uniform(0.7, 0.95)
    bezel = int(rng.uniform(10, 26)) if screen else int(rng.uniform(0, 14))
    border = 12 if screen else 235
    for index in range(round(duration_s * FRAMES_A_SECOND)):
        time_s = index / FRAMES_A_SECOND
        state = habit.state(time_s, asked)
        medium = shown(time_s)
        if screen:
            medium = screen.lit(medium, time_s).clip(0, 255).astype(np.uint8)
        framed = cv2.copyMakeBorder(medium, *[bezel] * 4, cv2.BORDER_CONSTANT, value=(border,) * 3)
        homography = _plane(state, size, bezel, sway)
        seen = cv2.warpPerspective(framed, homography, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(np.full(framed.shape[:2], 255, np.uint8), homography, (WIDTH, HEIGHT))
        share = mask[..., np.newaxis] / np.float32(255)
        scene = (seen * share + room * (1 - share)).astype(np.uint8)
        yield time_s, camera.take(_bent(scene, bend, state.yaw), rng)


def _plane(state: HeadState, size: float, bezel: int, sway: float) -> Floats:
    """A sheet that is turned as the head would be, seen from 60 cm."""
    focal, away = 900.0, 900.0
    yaw, pitch, roll = (math.radians(each * sway) for each in (state.yaw * 1.2, state.pitch, state.roll))
    rotation = cv2.Rodrigues(np.array([pitch, -yaw, 0.0]))[0] @ cv2.Rodrigues(np.array([0.0, 0.0, -roll]))[0]
    move = np.array([state.dx * sway * 1.5, state.dy * sway * 1.5, away / state.scale / size])
    to_plane = np.array([[1, 0, -WIDTH / 2 - bezel], [0, 1, -HEIGHT / 2 - bezel], [0, 0, 1]])
    lens = np.array([[focal, 0, WIDTH / 2], [0, focal, HEIGHT / 2], [0, 0, 1]])
    return np.asarray(lens @ np.column_stack([rotation[:, 0], rotation[:, 1], move]) @ to_plane)


def _bent(scene: Picture, bend: float, yaw: float) -> Picture:
    """Paper bent round an upright cylinder: seen from aside, its middle stands out."""
    if bend == 0:
        return scene
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    away = np.cos((x / WIDTH - 0.5) * math.pi)
    bent: Picture = cv2.remap(
        scene, x - np.float32(bend * WIDTH * math.sin(math.radians(yaw))) * away, y, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip
    return bent


def _room(rng: np.random.Generator) -> np.ndarray:
    """A wall with things on it, out of focus."""
    room = np.ones((HEIGHT, WIDTH, 3), np.float32) * rng.uniform(90, 190, 3).astype(np.float32)
    for _ in range(14):
        corner, size = rng.integers(0, (WIDTH, HEIGHT)), rng.integers(25, 160, 2)
        colour = rng.uniform(30, 230, 3).tolist()
        cv2.rectangle(room, corner.tolist(), (corner + size).tolist(), colour, -1)
    return cv2.GaussianBlur(room, (0, 0), 2.5)
