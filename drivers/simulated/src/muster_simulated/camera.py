"""A camera that replays one portrait with the small movements of a hand-held world."""

from __future__ import annotations

from threading import Event

import numpy as np
from PIL import Image

from muster.devices.api import DEVICE_TIMEOUT, DEVICE_UNPLUGGED, DeviceContext, DeviceKind, OnPreview
from muster.devices.frames import Frame, Pixels
from muster.domain.biometrics import DigitalId
from muster.errors import DeviceUnavailable
from muster_simulated import faults
from muster_simulated.faults import Fault
from muster_simulated.pictures import Pictures

_FRAME_S = 0.04
_MARGIN = 4
_FRAMES_BEFORE_UNPLUGGING = 5
_SILENCE_S = 5.0
_PATH = ((0, 0), (1, 0), (2, 1), (2, 2), (1, 3), (0, 2))


class SimulatedCamera:
    """Implements ``devices.api.Camera``."""

    def __init__(self, digital_id: DigitalId, pictures: Pictures, context: DeviceContext, speed: float) -> None:
        self.digital_id = digital_id
        self._pictures = pictures
        self._context = context
        self._speed = speed

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        scenes: dict[Fault | None, Pixels] = {}
        number = 0
        while not cancel.is_set():
            fault = faults.from_environment().get(DeviceKind.CAMERA)
            self._break(fault, number, cancel)
            if fault not in scenes:
                scenes[fault] = _scene(self._pictures, fault)
            on_frame(Frame(_moved(scenes[fault], number), self._context.clock(), number))
            number += 1
            cancel.wait(_FRAME_S / self._speed)

    def _break(self, fault: Fault | None, number: int, cancel: Event) -> None:
        gone = fault is Fault.UNPLUG_MID_CAPTURE and number >= _FRAMES_BEFORE_UNPLUGGING
        if gone or fault is Fault.UNPLUG:
            raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=DeviceKind.CAMERA.value)
        if fault is Fault.TIMEOUT and not cancel.wait(_SILENCE_S / self._speed):
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind=DeviceKind.CAMERA.value)


def _moved(scene: Pixels, number: int) -> Pixels:
    dx, dy = _PATH[number % len(_PATH)]
    height, width = scene.shape[0] - _MARGIN, scene.shape[1] - _MARGIN
    return np.ascontiguousarray(scene[dy : dy + height, dx : dx + width])


def _scene(pictures: Pictures, fault: Fault | None) -> Pixels:
    if fault is Fault.EMPTY_CHAIR:
        return pictures.photograph("empty_chair")
    portrait = Image.fromarray(pictures.photograph("face"))
    if fault is Fault.POOR_QUALITY:
        return _on_wall(portrait, 0.42, (0.3,))
    if fault is Fault.TWO_FACES:
        return _on_wall(portrait, 0.5, (0.0, 0.5))
    return np.asarray(portrait)


def _on_wall(portrait: Image.Image, share: float, columns: tuple[float, ...]) -> Pixels:
    """``portrait`` shrunk to ``share`` of its size, once per place from the left."""
    wall = Image.new("RGB", portrait.size, (200, 200, 196))
    small = portrait.resize((int(portrait.width * share), int(portrait.height * share)))
    for column in columns:
        wall.paste(small, (int(portrait.width * column), portrait.height // 4))
    return np.asarray(wall)
