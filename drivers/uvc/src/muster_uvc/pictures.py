"""Pictures as OpenCV hands them out, made into what the workstation is promised: (h, w, 3) RGB, 8 bit."""

from __future__ import annotations

from typing import Any

import numpy as np

from muster.devices.frames import Pixels
from muster.errors import DeviceUnavailable
from muster_uvc.opencv import opencv
from muster_uvc.problems import CAMERA_PICTURE_UNKNOWN, KIND
from muster_uvc.settings import Settings
from muster_uvc.sources import Raw

_SMALLEST_SIDE, _MOST_PIXELS = 16, 64_000_000
_GREY, _YUYV, _BGR, _BGRA = 1, 2, 3, 4
_BLACK_BELOW = 24  # a sensor in the dark has noise
_EVERY = 8


def rgb(raw: Raw, settings: Settings) -> Pixels:
    """In an array of its own, the way up and round that ``settings`` want. Raises ``DeviceUnavailable``."""
    cv2 = opencv()
    conversions = {
        _GREY: cv2.COLOR_GRAY2RGB,
        _YUYV: cv2.COLOR_YUV2RGB_YUYV,
        _BGR: cv2.COLOR_BGR2RGB,
        _BGRA: cv2.COLOR_BGRA2RGB,
    }
    shape: tuple[int, ...] = getattr(raw, "shape", ())
    layers = shape[2] if len(shape) == len(("height", "width", "layers")) else _GREY
    is_sane = len(shape) in (2, 3) and min(shape[:2]) >= _SMALLEST_SIDE and shape[0] * shape[1] <= _MOST_PIXELS
    if not is_sane or layers not in conversions or raw.dtype not in (np.uint8, np.uint16):
        raise DeviceUnavailable(CAMERA_PICTURE_UNKNOWN, kind=KIND)
    whole = np.ascontiguousarray(raw if raw.dtype == np.uint8 else (raw >> 8).astype(np.uint8))
    return _turned(cv2.cvtColor(whole, conversions[layers]), settings)


def is_black(pixels: Pixels) -> bool:
    return int(pixels[::_EVERY, ::_EVERY].max()) < _BLACK_BELOW


def _turned(picture: Any, settings: Settings) -> Pixels:
    cv2 = opencv()
    turns = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
    if settings.turned_deg:
        picture = cv2.rotate(picture, turns[settings.turned_deg])
    return np.asarray(cv2.flip(picture, 1) if settings.mirrored else picture, np.uint8)
