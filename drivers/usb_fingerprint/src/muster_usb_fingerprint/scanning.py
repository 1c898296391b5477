"""A reader's protocol over its transport: one picture of one finger, within a person's patience."""

from __future__ import annotations

import time
from threading import Event

from muster.devices.frames import Pixels
from muster.errors import CANCELLED, Cancelled
from muster_usb_fingerprint.conversation import NoFinger, Receive, Scan, Send
from muster_usb_fingerprint.transport import Pipe

_GLANCE_S = 0.2


class NobodyTouched(Exception):
    """No finger in time."""


def scanned(scan: Scan, pipe: Pipe, cancel: Event, until: float) -> Pixels:
    """Play ``scan``; ``until`` is when a finger must be there (``time.monotonic``), a picture once begun is taken
    to its end. Raises ``NobodyTouched``, ``Cancelled``, ``Garbled``, ``DeviceUnavailable``."""
    step = next(scan)
    while True:
        if cancel.is_set():
            raise Cancelled(CANCELLED)
        answer = b""
        match step:
            case Send(content):
                pipe.send(content)
            case Receive(length, for_finger=False):
                answer = pipe.receive(length)
            case Receive(length):
                answer = _awaited(pipe, length, cancel, until)
            case NoFinger(again_s):
                _still_time(until)
                cancel.wait(again_s)
        try:
            step = scan.send(answer)
        except StopIteration as done:
            picture: Pixels = done.value
            return picture


def _awaited(pipe: Pipe, length: int, cancel: Event, until: float) -> bytes:
    while not (answer := pipe.listen(length, _GLANCE_S)):
        if cancel.is_set():
            raise Cancelled(CANCELLED)
        _still_time(until)
    return answer


def _still_time(until: float) -> None:
    if time.monotonic() >= until:
        raise NobodyTouched
