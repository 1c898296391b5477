"""One camera that is open."""

from __future__ import annotations

import time
from threading import Event

from muster.devices.api import OnPreview
from muster.devices.frames import Frame
from muster.domain.biometrics import DigitalId
from muster.errors import DeviceUnavailable
from muster_uvc.patience import Patience
from muster_uvc.pictures import is_black, rgb
from muster_uvc.problems import CAMERA_DARK, KIND
from muster_uvc.reading import Reading
from muster_uvc.settings import Settings

DARK_FOR_S = 3.0  # cameras begin in the dark, until they have found their exposure


class OpenCamera:
    """Implements ``devices.api.Camera``."""

    def __init__(self, digital_id: DigitalId, reading: Reading, settings: Settings, patience: Patience) -> None:
        self.digital_id = digital_id
        self._reading, self._settings, self._patience = reading, settings, patience
        self._last = -1

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        first = None
        dark_since = None
        while (seen := self._reading.newer_than(self._last, self._patience.next_picture_s, cancel)) is not None:
            self._last = seen.number
            first = seen.number if first is None else first
            pixels = rgb(seen.raw, self._settings)
            dark_since = (dark_since or time.monotonic()) if is_black(pixels) else None
            if dark_since is not None and time.monotonic() - dark_since > DARK_FOR_S:
                raise DeviceUnavailable(CAMERA_DARK, kind=KIND)
            on_frame(Frame(pixels, seen.taken_at, seen.number - first))
