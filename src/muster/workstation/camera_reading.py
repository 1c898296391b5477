"""A document or a telephone held before the camera: the zone or the code on it is read, and no picture is kept.

Codes are looked for in every frame, zones once in a while: looking for one where there is none takes most of a
second. Printed text is left to pages that are scanned.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from threading import Event

from muster.devices.api import DEVICE_FAILED, Camera, DeviceContext, DeviceKind
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame
from muster.errors import CANCELLED, Cancelled, DeviceUnavailable, MusterError
from muster.workstation.page_reading import DocumentWords, PageReading

_ZONE_EVERY_S = 1.5


class CameraReading:
    def __init__(self, catalogue: Catalogue, context: DeviceContext, pages: PageReading) -> None:
        self._catalogue = catalogue
        self._context = context
        self._pages = pages

    def watch(self, today: date, cancel: Event, on_frame: Callable[[Frame], None]) -> DocumentWords:
        """The first that says something. Raises ``DeviceUnavailable``, ``Cancelled`` when ``cancel`` was set
        before, ``NotAuthentic``."""
        found: list[DocumentWords] = []
        looked_at = 0.0

        def see(frame: Frame) -> None:
            nonlocal looked_at
            on_frame(frame)
            if cancel.is_set():
                return
            words = self._pages.codes_in(frame.pixels, today)
            if not words.sources and time.monotonic() - looked_at > _ZONE_EVERY_S:
                words = self._pages.read((frame.pixels,), today, with_text=False)
                looked_at = time.monotonic()
            if words.sources:
                found.append(words)
                cancel.set()

        try:
            with self._catalogue.open(DeviceKind.CAMERA, self._context) as camera:
                assert isinstance(camera, Camera)
                camera.stream(see, cancel)
        except MusterError:
            raise
        except Exception as error:  # whatever a stranger's driver raises, its device failed
            raise DeviceUnavailable(DEVICE_FAILED, kind=DeviceKind.CAMERA.value) from error
        if not found:
            raise Cancelled(CANCELLED)
        return found[0]
