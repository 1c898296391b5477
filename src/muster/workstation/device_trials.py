"""What is tried with a device that is open, by what it can do; each outcome is a finding.

``INFORMS`` is for what is as it should be. What a device shows or hands out is looked at and let go: findings hold
numbers only.
"""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Timer
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import numpy as np
from PIL import Image

from muster.devices.api import (
    CHIP_ABSENT,
    DEVICE_TIMEOUT,
    BiometricCapture,
    Camera,
    CaptureRequest,
    ChipReader,
    DeviceKind,
    DocumentScanner,
    Locator,
    SlapCapture,
)
from muster.devices.frames import Frame, Pixels
from muster.devices.scanning import FEEDER_EMPTY
from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import BiometricAttribute
from muster.errors import Cancelled, Code, DeviceUnavailable

TRIED_PICTURE = Code("TRIED_PICTURE", "The first picture came after {seconds} s.")
TRIED_NO_PICTURE = Code(
    "TRIED_NO_PICTURE",
    "No picture came within {seconds} s. Close other programs that use the {kind}, unplug it and plug it in at "
    "another socket.",
)
TRIED_RATE = Code("TRIED_RATE", "{rate} pictures a second come.")
TRIED_SLOW = Code(
    "TRIED_SLOW",
    "Only {rate} pictures a second come. Turn on more light, and plug the {kind} into a socket of the computer "
    "itself.",
)
TRIED_EXPOSED = Code("TRIED_EXPOSED", "The picture is neither too dark nor too bright.")
TRIED_DARK = Code("TRIED_DARK", "The picture is black. Take the cover off the {kind} and turn on the light.")
TRIED_BRIGHT = Code("TRIED_BRIGHT", "The picture is white. Turn the {kind} away from the light or the window.")
TRIED_STILL = Code(
    "TRIED_STILL", "The picture stands still, to the last dot. Unplug the {kind}, plug it in and test it again."
)
TRIED_STOPS = Code("TRIED_STOPS", "It stops when it is told to, after {seconds} s.")
TRIED_STOPS_LATE = Code(
    "TRIED_STOPS_LATE",
    "It stops only {seconds} s after it was told to. It can be used; give this report to the maker of its driver.",
)
TRIED_CAPTURED = Code("TRIED_CAPTURED", "It captured what lay before it. Nothing of that was kept.")
TRIED_PAGE = Code("TRIED_PAGE", "A page came after {seconds} s. Nothing of it was kept.")
TRIED_PAGE_DARK = Code(
    "TRIED_PAGE_DARK", "The page came out black. Close the cover; if that does not help, the lamp is broken."
)
TRIED_FEEDER_EMPTY = Code(
    "TRIED_FEEDER_EMPTY", "No paper lies in the feeder, so no page was tried. Lay one in and test again."
)
TRIED_NO_CHIP = Code("TRIED_NO_CHIP", "It looks for chips, and none lay on it.")
TRIED_CHIP = Code("TRIED_CHIP", "It sees the chip of a document. Nothing of it was read.")
TRIED_PLACE = Code("TRIED_PLACE", "It knows where it is.")
TRIED_NO_PLACE = Code(
    "TRIED_NO_PLACE", "It does not know where it is yet. Place it at a window and test it again in some minutes."
)

FIRST_PICTURE_S = 5.0
_LOOKS_S = 2.0  # at pictures, from the first on
_PICTURES = 60
_WAITS_S = 3.0  # for a finger that nobody lays on
_SCANS_S = 10.0
_STOPS_WITHIN_S = 2.0
_LITTLE_S = 0.3
_SLOW_RATE = 5
_DARK, _BRIGHT = 12, 244  # mean of 0..255
_TRIAL_DPI = 100
_ATTRIBUTES = {
    DeviceKind.FINGERPRINT: BiometricAttribute.LEFT_INDEX,
    DeviceKind.IRIS: BiometricAttribute.LEFT_EYE,
    DeviceKind.CAMERA: BiometricAttribute.FACE,
}

Findings = Iterator[Finding]


class Stop(Event):
    """A ``cancel`` that knows when it was set."""

    at = 0.0

    def set(self) -> None:
        if not self.is_set():
            self.at = time.monotonic()
        super().set()


class Trial:
    """One try of one device, in a thread of its own; ``stop`` comes from another."""

    def __init__(self, kind: DeviceKind) -> None:
        self.kind = kind
        self._is_stopped = False
        self._current: Stop | None = None

    def stop(self) -> None:
        self._is_stopped = True
        if self._current is not None:
            self._current.set()

    @contextmanager
    def cancelling(self, after_s: float) -> Iterator[Stop]:
        """For one call of the device."""
        cancel = Stop()
        self._current = cancel
        if self._is_stopped:
            cancel.set()
        timer = Timer(after_s, cancel.set)
        timer.daemon = True
        timer.start()
        try:
            yield cancel
        finally:
            timer.cancel()

    def good(self, code: Code, **detail: str | float) -> Finding:
        return Finding(code, Severity.INFORMS, detail={"kind": self.kind.value, **detail})

    def strange(self, code: Code, **detail: str | float) -> Finding:
        return Finding(code, Severity.WARNS, detail={"kind": self.kind.value, **detail})

    def bad(self, code: Code, **detail: str | float) -> Finding:
        return Finding(code, Severity.BLOCKS, detail={"kind": self.kind.value, **detail})

    def stopped(self, cancel: Stop) -> Finding:
        seconds = round(time.monotonic() - cancel.at, 1)
        if seconds > _STOPS_WITHIN_S:
            return self.strange(TRIED_STOPS_LATE, seconds=seconds)
        return self.good(TRIED_STOPS, seconds=seconds)


class _Pictures:
    """What is remembered of pictures: when they came, how bright the last was, whether any differed."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._first = self._last = 0.0
        self.count = 0
        self._brightness = 0.0
        self._digests: set[int] = set()

    def see(self, frame: Frame) -> None:
        self._last = time.monotonic()
        self._first = self._first or self._last
        self.count += 1
        self._brightness = float(np.mean(frame.pixels[::4, ::4]))
        if len(self._digests) < 2:
            self._digests.add(zlib.crc32(np.ascontiguousarray(frame.pixels).data))

    def are_enough(self, for_s: float) -> bool:
        return self.count >= _PICTURES or self._last - self._first >= for_s

    def first(self, trial: Trial) -> Finding:
        return trial.good(TRIED_PICTURE, seconds=round(self._first - self._begun, 1))

    def judged(self, trial: Trial) -> Findings:
        took_s = self._last - self._first
        rate = round((self.count - 1) / took_s, 1) if took_s else 0.0
        yield trial.strange(TRIED_SLOW, rate=rate) if rate < _SLOW_RATE else trial.good(TRIED_RATE, rate=rate)
        if self._brightness < _DARK:
            yield trial.strange(TRIED_DARK)
        elif self._brightness > _BRIGHT:
            yield trial.strange(TRIED_BRIGHT)
        elif self.count > 1 and len(self._digests) == 1:
            yield trial.strange(TRIED_STILL)
        else:
            yield trial.good(TRIED_EXPOSED)


def _camera(camera: Camera, trial: Trial) -> Findings:
    seen = _Pictures()
    with trial.cancelling(FIRST_PICTURE_S + _LOOKS_S) as cancel:

        def look(frame: Frame) -> None:
            seen.see(frame)
            if seen.are_enough(_LOOKS_S):
                cancel.set()

        camera.stream(look, cancel)
    if not seen.count:
        yield trial.bad(TRIED_NO_PICTURE, seconds=FIRST_PICTURE_S + _LOOKS_S)
    else:
        yield seen.first(trial)
        yield from seen.judged(trial)
    if cancel.is_set():
        yield trial.stopped(cancel)


def _capture(reader: BiometricCapture, trial: Trial) -> Findings:
    yield from _waiting(reader.capture, trial)


def _slap(reader: SlapCapture, trial: Trial) -> Findings:
    yield from _waiting(reader.capture_slap, trial)


def _waiting(
    capture: Callable[[CaptureRequest, Event, Callable[[Frame], None]], object], trial: Trial
) -> Findings:
    """A finger or an eye is waited for, and that is called off."""
    request = CaptureRequest((_ATTRIBUTES[trial.kind],), 100, 4 * _WAITS_S, str(uuid4()))
    seen, was_called_off = _Pictures(), False
    with trial.cancelling(_WAITS_S) as cancel:

        def look(frame: Frame) -> None:
            seen.see(frame)
            if seen.are_enough(_LITTLE_S):
                cancel.set()

        try:
            capture(request, cancel, look)
        except Cancelled:
            was_called_off = True
        except DeviceUnavailable as error:
            if error.code is not DEVICE_TIMEOUT or not cancel.is_set():  # with nobody before it that is no fault
                raise
    if seen.count:
        yield seen.first(trial)
    if not was_called_off:
        yield trial.good(TRIED_CAPTURED)
    elif cancel.is_set():
        yield trial.stopped(cancel)


def _scanner(scanner: DocumentScanner, trial: Trial) -> Findings:
    begun = time.monotonic()
    with trial.cancelling(_SCANS_S) as cancel:
        try:
            page = scanner.scan(_TRIAL_DPI, cancel, _ignore)
        except Cancelled:
            yield trial.bad(DEVICE_TIMEOUT)
            return
        except DeviceUnavailable as error:
            if error.code is not FEEDER_EMPTY:
                raise
            yield trial.strange(TRIED_FEEDER_EMPTY)
            return
    yield trial.good(TRIED_PAGE, seconds=round(time.monotonic() - begun, 1))
    if float(np.mean(_pixels_of(page.content))) < _DARK:
        yield trial.strange(TRIED_PAGE_DARK)
    with trial.cancelling(_LITTLE_S) as cancel, suppress(Cancelled):
        scanner.scan(_TRIAL_DPI, cancel, _ignore)
    if cancel.is_set():
        yield trial.stopped(cancel)


def _pixels_of(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as page:
        return np.asarray(page.convert("L"))


def _chip_reader(reader: ChipReader, trial: Trial) -> Findings:
    try:
        with trial.cancelling(_WAITS_S) as cancel:
            reader.take_chip(_LITTLE_S, cancel)
        reader.leave_chip()
        yield trial.good(TRIED_CHIP)
        return
    except DeviceUnavailable as error:
        if error.code is not CHIP_ABSENT:
            raise
        yield trial.good(TRIED_NO_CHIP)
    with trial.cancelling(_LITTLE_S) as cancel, suppress(Cancelled):
        reader.take_chip(_WAITS_S, cancel)
    if cancel.is_set():
        yield trial.stopped(cancel)


def _locator(locator: Locator, trial: Trial) -> Findings:
    try:
        with trial.cancelling(2 * FIRST_PICTURE_S) as cancel:
            locator.locate(FIRST_PICTURE_S, cancel)
        yield trial.good(TRIED_PLACE)
    except DeviceUnavailable as error:
        if error.code is not DEVICE_TIMEOUT:
            raise
        yield trial.strange(TRIED_NO_PLACE)


def _ignore(frame: Frame) -> None:
    pass


TRIALS: Mapping[type, Callable[[Any, Trial], Findings]] = MappingProxyType(
    {
        Camera: _camera,
        BiometricCapture: _capture,
        SlapCapture: _slap,
        DocumentScanner: _scanner,
        ChipReader: _chip_reader,
        Locator: _locator,
    }
)
"""By the capability. Sheets of a feeder are not drawn in for nothing."""


def tried(device: object, trial: Trial) -> Findings:
    """Everything it can do. Raises what it raises."""
    for capability, attempt in TRIALS.items():
        if isinstance(device, capability):
            yield from attempt(device, trial)
