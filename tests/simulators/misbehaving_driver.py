"""Drivers of native libraries at their worst, to be run in a process of their own. Each has one camera."""

from __future__ import annotations

import ctypes
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import numpy as np

from muster.clock import utc_now
from muster.devices.api import DeviceContext, DeviceDescriptor, DeviceKind, DeviceStatus, OnPreview
from muster.devices.frames import Frame
from muster.domain.biometrics import DigitalId
from muster.errors import BadInput, Code

STRANGE = Code("VENDOR_LAMP_COLD", "The lamp of the {kind} is cold: {degrees} degrees.")
PLUGGED = "MISBEHAVING_PLUGGED"  # a file that has to be there for the camera to be

Streaming = Callable[[OnPreview, Event], None]


class Camera:
    digital_id = DigitalId("BAD0001", "Beispiel", "Bad Eye", "Face", "Full face", "Beispiel GmbH", "BEISPIEL")

    def __init__(self, streaming: Streaming) -> None:
        self._streaming = streaming

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        self._streaming(on_frame, cancel)


class Driver:
    name = "misbehaving"

    def __init__(self, streaming: Streaming, finding: Callable[[], None] = lambda: None) -> None:
        self._streaming = streaming
        self._finding = finding

    def find(self) -> Sequence[DeviceDescriptor]:
        self._finding()
        file = os.environ.get(PLUGGED)
        if file is not None and not Path(file).exists():
            return []
        camera = ("bad-1", DeviceKind.CAMERA, "another name", "Beispiel", "Bad Eye", "BAD0001", DeviceStatus.READY)
        return [DeviceDescriptor(*camera)]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Camera]:
        yield Camera(self._streaming)


def _frame(number: int) -> Frame:
    return Frame(np.zeros((480, 640, 3), np.uint8), utc_now(), number)


def _pipes() -> Iterator[int]:
    for each in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
        try:
            if each > 2 and stat.S_ISFIFO(os.fstat(each).st_mode) and os.get_blocking(each):
                yield each
        except OSError:  # the folder's own
            continue


def _garbage(octets: bytes) -> Streaming:
    def stream(on_frame: OnPreview, cancel: Event) -> None:
        on_frame(_frame(0))
        for each in _pipes():
            try:
                os.write(each, octets)
            except OSError:  # the end we read from
                continue
        cancel.wait()

    return stream


def _fast(on_frame: OnPreview, cancel: Event) -> None:
    number = 0
    while not cancel.is_set():
        on_frame(_frame(number))
        number += 1
        cancel.wait(0.002)


def _printing(on_frame: OnPreview, cancel: Event) -> None:
    os.write(1, b"libvendor: 12 bytes\n" * 100)
    print("and from Python", flush=True)
    _fast(on_frame, cancel)


def _deaf(on_frame: OnPreview, cancel: Event) -> None:
    on_frame(_frame(0))
    time.sleep(60)


def _deaf_but_lively(on_frame: OnPreview, cancel: Event) -> None:
    _fast(on_frame, Event())


def _holding_the_lock(on_frame: OnPreview, cancel: Event) -> None:
    on_frame(_frame(0))
    ctypes.PyDLL(None).sleep(60)


def _cold(on_frame: OnPreview, cancel: Event) -> None:
    raise BadInput(STRANGE, kind="camera", degrees=4)


def _of_floats(on_frame: OnPreview, cancel: Event) -> None:
    on_frame(Frame(np.zeros((4, 4)), utc_now()))  # type: ignore[arg-type]  # a driver that is wrong


def _raise() -> None:
    raise IndexError("libvendor")


def exits() -> Driver:
    return Driver(lambda on_frame, cancel: os._exit(3))


def aborts() -> Driver:
    return Driver(lambda on_frame, cancel: os.abort())


def writes_nonsense() -> Driver:
    return Driver(_garbage(b"\xff" * 64))


def writes_text() -> Driver:
    return Driver(_garbage(b"\0\0\0\2\0\0\0\0\0\0\0\0[]"))


def fast() -> Driver:
    return Driver(_fast)


def prints() -> Driver:
    return Driver(_printing)


def deaf() -> Driver:
    return Driver(_deaf)


def deaf_but_lively() -> Driver:
    return Driver(_deaf_but_lively)


def holds_the_lock() -> Driver:
    return Driver(_holding_the_lock)


def cold() -> Driver:
    return Driver(_cold)


def of_floats() -> Driver:
    return Driver(_of_floats)


def raises_of_its_own() -> Driver:
    return Driver(lambda on_frame, cancel: _raise())


def never_finds() -> Driver:
    return Driver(_fast, lambda: time.sleep(60))


def finds_with_an_error() -> Driver:
    return Driver(_fast, _raise)


def cannot_be_made() -> Driver:
    raise OSError("libvendor.so")


def dies_at_once() -> Driver:
    os._exit(9)
