"""A source read in a thread of its own: the newest picture is there for whoever asks, older ones are gone.

OpenCV's calls block for as long as the camera likes. Nobody but this thread waits for them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Condition, Event, Thread

from muster.clock import Clock
from muster.devices.api import DEVICE_FAILED, DEVICE_TIMEOUT
from muster.errors import DeviceUnavailable
from muster_uvc.patience import Patience
from muster_uvc.problems import CAMERA_STREAM_ENDED, KIND
from muster_uvc.settings import Settings
from muster_uvc.sources import CameraSource, Raw

_LOOK_UP_S = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A picture as OpenCV made it; ``number`` counts from 0, those that nobody looked at as well."""

    raw: Raw
    taken_at: datetime
    number: int


class Reading(Thread):
    def __init__(self, source: CameraSource, settings: Settings, clock: Clock) -> None:
        super().__init__(name="camera", daemon=True)
        self._source, self._settings, self._clock = source, settings, clock
        self._stop_reading = Event()
        self._changed = Condition()  # guards both below
        self._newest: Seen | None = None
        self._failure: DeviceUnavailable | None = None

    def run(self) -> None:
        failure = DeviceUnavailable(CAMERA_STREAM_ENDED, kind=KIND)
        try:
            for number, raw in enumerate(self._source.pictures(self._settings, self._stop_reading)):
                with self._changed:
                    self._newest = Seen(raw, self._clock(), number)
                    self._changed.notify_all()
        except DeviceUnavailable as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - OpenCV's own, and whatever a damaged picture makes it raise
            failure = DeviceUnavailable(DEVICE_FAILED, kind=KIND)
            failure.__cause__ = error
        with self._changed:
            self._failure = failure
            self._changed.notify_all()

    def newer_than(self, number: int, within_s: float, cancel: Event | None = None) -> Seen | None:
        """The newest picture, once there is a newer one; None when ``cancel`` was set. Raises
        ``DeviceUnavailable``."""
        until = time.monotonic() + within_s
        with self._changed:
            while cancel is None or not cancel.is_set():
                if self._newest is not None and self._newest.number > number:
                    return self._newest
                if self._failure is not None:
                    raise DeviceUnavailable(self._failure.code, **self._failure.detail) from self._failure
                if time.monotonic() > until:
                    raise DeviceUnavailable(DEVICE_TIMEOUT, kind=KIND)
                self._changed.wait(_LOOK_UP_S)
        return None

    def close(self, within_s: float) -> None:
        self._stop_reading.set()
        self.join(within_s)


@contextmanager
def reading(source: CameraSource, settings: Settings, clock: Clock, patience: Patience) -> Iterator[Reading]:
    """Entered once the first picture is there. Raises ``DeviceUnavailable``."""
    thread = Reading(source, settings, clock)
    thread.start()
    try:
        thread.newer_than(-1, patience.first_picture_s)
        yield thread
    finally:
        thread.close(patience.letting_go_s)
