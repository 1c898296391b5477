"""Where pictures come from: a camera of this computer, one in the network, a video file.

A source is walked through in a thread of its own (``reading``), where OpenCV may block; it yields pictures as
OpenCV made them until ``stop`` is set. It raises ``DeviceUnavailable`` for a reason it can tell; that nothing
comes for too long is noticed by whoever waits.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from numpy.typing import NDArray

from muster.devices.api import DEVICE_ABSENT, DEVICE_BUSY, DEVICE_FAILED, DEVICE_TIMEOUT, DEVICE_UNPLUGGED
from muster.errors import Code, DeviceUnavailable
from muster_uvc.configured import Address
from muster_uvc.opencv import from_file, from_network, opencv
from muster_uvc.patience import Patience
from muster_uvc.problems import (
    CAMERA_NOT_PERMITTED,
    CAMERA_SENDS_NOTHING,
    CAMERA_STREAM_ENDED,
    CAMERA_UNREACHABLE,
    KIND,
    VIDEO_FILE_UNREADABLE,
)
from muster_uvc.settings import Settings

Raw = NDArray[Any]

_ASK_AGAIN_S = 0.01
_EXPOSURES_A_MS = 10  # V4L2_CID_EXPOSURE_ABSOLUTE counts in 100 µs
_AUTOMATIC, _BY_HAND, _APERTURE_STAYS = 0, 1, 3  # V4L2_CID_EXPOSURE_AUTO
_REQUEST_BUFFERS = 0xC0145608  # VIDIOC_REQBUFS: count, type, memory, capabilities, flags
_CAPTURE, _MAPPED = 1, 1
_SLOWEST_FPS, _FASTEST_FPS, _USUAL_FPS = 1.0, 120.0, 25.0


class CameraSource(Protocol):
    def pictures(self, settings: Settings, stop: Event) -> Iterator[Raw]: ...


@dataclass(frozen=True, slots=True)
class LocalCamera:
    """Through V4L2."""

    node: Path

    def pictures(self, settings: Settings, stop: Event) -> Iterator[Raw]:
        cv2 = opencv()
        with _released(cv2.VideoCapture(str(self.node), cv2.CAP_V4L2)) as capture:
            if not capture.isOpened():
                raise DeviceUnavailable(self._why_not(), kind=KIND)
            _set(capture, settings)
            while not stop.is_set():
                was_read, picture = capture.read()
                if was_read:
                    yield picture
                elif not self.node.exists():
                    raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=KIND)
                else:  # a picture that was damaged on its way; the next may be whole
                    stop.wait(_ASK_AGAIN_S)

    def _why_not(self) -> Code:
        import fcntl  # where there is V4L2, there is this

        try:
            node = os.open(self.node, os.O_RDWR | os.O_NONBLOCK)
        except PermissionError:
            return CAMERA_NOT_PERMITTED
        except OSError as error:
            return DEVICE_BUSY if error.errno == errno.EBUSY else DEVICE_ABSENT
        try:
            fcntl.ioctl(node, _REQUEST_BUFFERS, struct.pack("<5I", 0, _CAPTURE, _MAPPED, 0, 0))
        except OSError as error:
            return DEVICE_BUSY if error.errno == errno.EBUSY else DEVICE_FAILED
        finally:
            os.close(node)
        return DEVICE_FAILED


def _set(capture: Any, settings: Settings) -> None:
    """What a camera does not take it leaves as it was, and shows pictures all the same. MJPEG, because USB 2
    carries but 10 large raw pictures a second."""
    cv2 = opencv()
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter_fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, settings.size[0])
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.size[1])
    if settings.exposure_ms is None:
        if not capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _APERTURE_STAYS):
            capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _AUTOMATIC)
    else:
        capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, _BY_HAND)
        capture.set(cv2.CAP_PROP_EXPOSURE, round(settings.exposure_ms * _EXPOSURES_A_MS))


@dataclass(frozen=True, slots=True)
class NetworkCamera:
    """MJPEG over HTTP, RTSP, and what else FFmpeg takes from these. Size and exposure are set at the camera.
    ``authorities`` is a file of the certificates that are believed."""

    address: Address
    patience: Patience
    authorities: str = ""

    def pictures(self, settings: Settings, stop: Event) -> Iterator[Raw]:
        with _released(from_network(self.address.url, self.patience, self.authorities)) as capture:
            if not capture.isOpened():
                code = CAMERA_SENDS_NOTHING if self._somebody_answers() else CAMERA_UNREACHABLE
                raise DeviceUnavailable(code, kind=KIND, host=self.address.host)
            while not stop.is_set():
                begun = time.monotonic()
                was_read, picture = capture.read()
                if not was_read:
                    is_late = time.monotonic() - begun > self.patience.reading_s / 2
                    raise DeviceUnavailable(DEVICE_TIMEOUT if is_late else CAMERA_STREAM_ENDED, kind=KIND)
                yield picture

    def _somebody_answers(self) -> bool:
        """Asked only when there are no pictures: a camera may serve one at a time."""
        try:
            socket.create_connection((self.address.host, self.address.port), self.patience.reading_s / 4).close()
        except OSError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class VideoPlayer:
    """A file that stands for a camera: shown at its own speed, over and over."""

    path: Path

    def pictures(self, settings: Settings, stop: Event) -> Iterator[Raw]:
        while not stop.is_set():
            with _released(from_file(str(self.path))) as capture:
                shown = 0
                frame_s = 1 / _speed(capture.get(opencv().CAP_PROP_FPS))
                due = time.monotonic()
                while not stop.is_set():
                    was_read, picture = capture.read()
                    if not was_read:
                        break
                    yield picture
                    shown += 1
                    due = max(due + frame_s, time.monotonic())
                    stop.wait(due - time.monotonic())
                if not shown and not stop.is_set():
                    raise DeviceUnavailable(VIDEO_FILE_UNREADABLE)


def _speed(told_fps: float) -> float:
    return told_fps if _SLOWEST_FPS <= told_fps <= _FASTEST_FPS else _USUAL_FPS


@contextmanager
def _released(capture: Any) -> Iterator[Any]:
    try:
        yield capture
    finally:
        capture.release()
