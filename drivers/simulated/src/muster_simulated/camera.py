"""A camera before which somebody sits: one portrait, whose head sways a little before a background that stands
still, with the noise of a sensor. Nobody blinks here, nor follows an instruction: no challenge is passed."""

from __future__ import annotations

import math
from functools import cache
from threading import Event

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from muster.devices.api import DEVICE_TIMEOUT, DEVICE_UNPLUGGED, DeviceContext, DeviceKind, OnPreview
from muster.devices.frames import Frame, Pixels
from muster.domain.biometrics import DigitalId
from muster.errors import DeviceUnavailable
from muster_simulated import faults
from muster_simulated.faults import Fault
from muster_simulated.pictures import Pictures

_FRAME_S = 0.04
# Fractions of the picture's width from its middle: the head moves, what is beyond hair stands still.
_HEAD_TO, _STILL_FROM = 0.19, 0.28
_SWAY_PX = 4.0
_PHASES = 16
_FRAMES_A_PHASE = 4
_NOISE = 1.5
_PRINTED = 0.86
_FRAMES_BEFORE_UNPLUGGING = 5
_SILENCE_S = 5.0


class SimulatedCamera:
    """Implements ``devices.api.Camera``."""

    def __init__(self, digital_id: DigitalId, pictures: Pictures, context: DeviceContext, speed: float) -> None:
        self.digital_id = digital_id
        self._pictures = pictures
        self._context = context
        self._speed = speed

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        scenes: dict[tuple[Fault | None, int], Pixels] = {}
        grain = _Grain()
        number = 0
        while not cancel.is_set():
            fault = faults.from_environment().get(DeviceKind.CAMERA)
            self._break(fault, number, cancel)
            phase = number // _FRAMES_A_PHASE % _PHASES
            if (fault, phase) not in scenes:
                scenes[fault, phase] = _scene(self._pictures, fault, phase)
            on_frame(Frame(grain.on(scenes[fault, phase]), self._context.clock(), number))
            number += 1
            cancel.wait(_FRAME_S / self._speed)

    def _break(self, fault: Fault | None, number: int, cancel: Event) -> None:
        gone = fault is Fault.UNPLUG_MID_CAPTURE and number >= _FRAMES_BEFORE_UNPLUGGING
        if gone or fault is Fault.UNPLUG:
            raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=DeviceKind.CAMERA.value)
        if fault is Fault.TIMEOUT and not cancel.wait(_SILENCE_S / self._speed):
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=DeviceKind.CAMERA.value)


class _Grain:
    """Noise that no two frames share. Drawn once and laid on at another place each time, which is quicker."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)
        self._noise = _noise()

    def on(self, scene: Pixels) -> Pixels:
        start = int(self._random.integers(8191))
        noise = np.resize(self._noise[start:], scene.shape)
        return np.asarray(np.clip(scene + noise, 0, 255), np.uint8)


@cache
def _noise() -> NDArray[np.int16]:
    """The same for every stream of a process: drawing two million numbers takes longer than two frames do."""
    drawn = np.round(np.random.default_rng(0).normal(0, _NOISE, (1 << 21) + 8191)).astype(np.int16)
    drawn.setflags(write=False)
    return drawn


def _scene(pictures: Pictures, fault: Fault | None, phase: int) -> Pixels:
    if fault is Fault.EMPTY_CHAIR:
        return pictures.photograph("empty_chair")
    move = _SWAY_PX * math.sin(2 * math.pi * phase / _PHASES)
    face = pictures.photograph("face")
    if fault is Fault.PHOTOGRAPH:
        return _shifted(_held(face), np.full(face.shape[1], move))
    portrait = Image.fromarray(_shifted(face, move * _head(face.shape[1])))
    if fault is Fault.POOR_QUALITY:
        return _on_wall(portrait, 0.42, (0.3,))
    if fault is Fault.TWO_FACES:
        return _on_wall(portrait, 0.5, (0.0, 0.5))
    return np.asarray(portrait)


def _head(width: int) -> NDArray[np.float64]:
    """How far each column moves along with the head, 0..1."""
    away = np.abs(np.arange(width) / width - 0.5)
    share = np.clip((_STILL_FROM - away) / (_STILL_FROM - _HEAD_TO), 0, 1)
    return np.asarray(share * share * (3 - 2 * share))


def _shifted(picture: Pixels, moves: NDArray[np.float64]) -> Pixels:
    """Each column by so many pixels to the right, between pixels as well; the border is drawn out."""
    last = picture.shape[1] - 1
    places = np.clip(np.arange(last + 1) - moves, 0, last)
    left = np.floor(places).astype(int)
    share = (places - left)[:, np.newaxis].astype(np.float32)
    one, other = picture[:, left], picture[:, np.minimum(left + 1, last)]
    return np.asarray(one + share * (other.astype(np.float32) - one) + np.float32(0.5), np.uint8)


def _held(face: Pixels) -> Pixels:
    """A print with its white border, before a wall."""
    wall = Image.new("RGB", (face.shape[1], face.shape[0]), (96, 104, 98))
    border = round(_PRINTED * wall.width / 40)
    size = (round(_PRINTED * wall.width), round(_PRINTED * wall.height))
    sheet = Image.new("RGB", size, (245, 245, 240))
    sheet.paste(Image.fromarray(face).resize((size[0] - 2 * border, size[1] - 2 * border)), (border, border))
    wall.paste(sheet, ((wall.width - size[0]) // 2, (wall.height - size[1]) // 2))
    return np.asarray(wall)


def _on_wall(portrait: Image.Image, share: float, columns: tuple[float, ...]) -> Pixels:
    """``portrait`` shrunk to ``share`` of its size, once per place from the left, without an edge to it: people
    have none."""
    wall = Image.new("RGB", portrait.size, (200, 200, 196))
    small = portrait.resize((int(portrait.width * share), int(portrait.height * share)))
    soft = Image.new("L", small.size, 0)
    fade = small.width // 8
    soft.paste(255, (fade, fade, small.width - fade, small.height - fade))
    for column in columns:
        place = (int(portrait.width * column), portrait.height // 4)
        wall.paste(small, place, soft.filter(ImageFilter.GaussianBlur(fade / 2)))
    return np.asarray(wall)
