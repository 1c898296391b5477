"""What every driver must do, as tests its author inherits.

::

    class TestMyDriver(DriverConformance):
        def make_driver(self) -> Driver:
            return MyDriver(...)

Needs no test framework: plain methods with ``assert``. Where ``find`` yields nothing, what needs a device raises
``unittest.SkipTest``, and so does what is about another kind of device than those it finds (a camera is asked for
no page). pytest and unittest show both as skipped: green would say that something was tried.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread, Timer
from unittest import SkipTest
from uuid import uuid4

import numpy as np

from muster.clock import utc_now
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.devices.api import (
    BiometricCapture,
    Camera,
    CapturedSample,
    CaptureRequest,
    ChipReader,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    DocumentScanner,
    Driver,
    Locator,
    SheetFeeder,
    SlapCapture,
)
from muster.devices.attestation import SoftwareSigner, next_hash, verify_attestation
from muster.devices.frames import Frame
from muster.devices.records import picture_of
from muster.devices.scanning import FEEDER_EMPTY
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.errors import Cancelled, DeviceUnavailable

_FIND_WITHIN_S = 0.5
_STOP_WITHIN_S = 2.0
_CANCEL_AFTER_S = 0.2
_OPENINGS = 4
_OPEN_FILES = Path("/proc/self/fd")
_SELECT_NOTHING = bytes.fromhex("00A4000C")
_FRAMES_WITHIN_S = 10.0
_EARLIER = next_hash("", b"the capture before")
_GROUPS = {
    DeviceKind.FINGERPRINT: (CaptureGroup.LEFT_SLAP, CaptureGroup.RIGHT_SLAP, CaptureGroup.THUMBS),
    DeviceKind.IRIS: (CaptureGroup.IRISES,),
}
_ABLE_TO = {
    DeviceKind.CAMERA: Camera,
    DeviceKind.FINGERPRINT: BiometricCapture | SlapCapture,
    DeviceKind.IRIS: BiometricCapture,
    DeviceKind.SCANNER: DocumentScanner,
    DeviceKind.CHIP_READER: ChipReader,
    DeviceKind.LOCATOR: Locator,
}


class DriverConformance:
    """Inherit, say how the driver is made, run with pytest."""

    def make_driver(self) -> Driver:
        raise NotImplementedError

    def test_finding_is_quick_and_says_the_same_twice(self) -> None:
        driver = self.make_driver()
        begun = time.monotonic()
        first = [device.id for device in driver.find()]
        assert time.monotonic() - begun < _FIND_WITHIN_S, "find must open nothing"
        assert [device.id for device in driver.find()] == first
        assert len(set(first)) == len(first), "two devices with one id"

    def test_every_descriptor_names_its_driver_and_its_case(self) -> None:
        driver = self.make_driver()
        for device in _found(driver):
            assert device.driver == driver.name
            assert device.make and device.model and device.serial

    def test_a_device_can_be_opened_again_after_closing(self) -> None:
        driver, context = self.make_driver(), conformance_context()
        for device in _found(driver):
            for _ in range(2):
                with driver.open(device, context):
                    pass

    def test_a_device_can_do_what_its_kind_says(self) -> None:
        driver, context = self.make_driver(), conformance_context()
        for device in _found(driver):
            with driver.open(device, context) as opened:
                wanted = _ABLE_TO[device.kind]
                assert isinstance(opened, wanted), f"what is called a {device.kind.value} is none"

    def test_nothing_stays_behind_when_a_device_was_given_back(self) -> None:
        """Threads, and on Linux open files and sockets. What the first opening leaves may be kept for the next."""
        driver, context = self.make_driver(), conformance_context()
        for device in _found(driver):
            with driver.open(device, context):
                pass
            threads, files = threading.active_count(), _open_files()
            for _ in range(_OPENINGS):
                with driver.open(device, context):
                    pass
            _wait_until(lambda most=threads: threading.active_count() < most + _OPENINGS)  # type: ignore[misc]
            assert threading.active_count() < threads + _OPENINGS, "each opening leaves a thread behind"
            assert _open_files() < files + _OPENINGS, "each opening leaves a file or socket open"

    def test_a_device_that_is_gone_is_an_agreed_error(self) -> None:
        driver = self.make_driver()
        ghost = DeviceDescriptor(
            "not-there",
            DeviceKind.CAMERA,
            driver.name,
            "No",
            "Such",
            "Device",
            DeviceStatus.READY,
        )
        with suppress(DeviceUnavailable), driver.open(ghost, conformance_context()):
            raise AssertionError("a device that is not there was opened")

    def test_a_camera_streams_numbered_frames_until_told_to_stop(self) -> None:
        for driver, device in self._opened(DeviceKind.CAMERA):
            with driver.open(device, conformance_context()) as camera:
                assert isinstance(camera, Camera)
                frames = _frames(camera)
                assert [frame.number for frame in frames] == sorted({frame.number for frame in frames})
                assert all(frame.pixels.ndim == 3 for frame in frames)
                _check_pictures(frames)

    def test_samples_are_records_that_the_device_signed_and_chained(self) -> None:
        for driver, device in self._opened(DeviceKind.FINGERPRINT, DeviceKind.IRIS):
            for group in _GROUPS[device.kind]:
                samples = _capture(driver, device, group.attributes, previous_hash=_EARLIER)
                assert {sample.attribute for sample in samples} <= set(group.attributes)
                link = _EARLIER
                for sample in samples:
                    assert 0 <= sample.quality <= 100
                    assert picture_of(sample.record).ndim == 2
                    verify_attestation(sample.attestation, sample.record)
                    link = next_hash(link, sample.record)
                    assert sample.hash == link

    def test_a_slap_is_one_grey_picture_at_a_known_resolution(self) -> None:
        slaps = 0
        for driver, device in self._opened(DeviceKind.FINGERPRINT):
            with driver.open(device, conformance_context()) as reader:
                if isinstance(reader, SlapCapture):
                    slaps += 1
                    request = CaptureRequest(CaptureGroup.LEFT_SLAP.attributes, 40, 10.0, str(uuid4()))
                    shown: list[Frame] = []
                    slap = reader.capture_slap(request, Event(), shown.append)
                    assert isinstance(slap.pixels, np.ndarray) and slap.pixels.dtype == np.uint8, "8 bit grey"
                    assert slap.pixels.ndim == 2 and slap.resolution_dpi > 0
                    _check_pictures(shown)
        _skip_without(slaps, "reader that leaves a slap whole")

    def test_an_excepted_finger_is_not_handed_out(self) -> None:
        for driver, device in self._opened(DeviceKind.FINGERPRINT):
            wanted = CaptureGroup.LEFT_SLAP.attributes[:3]
            samples = _capture(driver, device, wanted)
            assert {sample.attribute for sample in samples} <= set(wanted)

    def test_a_capture_that_was_cancelled_ends_soon_and_says_so(self) -> None:
        for driver, device in self._opened(DeviceKind.FINGERPRINT, DeviceKind.IRIS):
            cancel, begun = Event(), time.monotonic()
            cancel.set()
            with suppress(Cancelled):
                _capture(driver, device, _GROUPS[device.kind][0].attributes, cancel)
                raise AssertionError("a cancelled capture returned samples")
            assert time.monotonic() - begun < _STOP_WITHIN_S

    def test_a_capture_that_is_cancelled_while_it_waits_ends_soon(self) -> None:
        """Asked for the best quality there is, it waits for better. Samples that come out are as good."""
        for driver, device in self._opened(DeviceKind.FINGERPRINT, DeviceKind.IRIS):
            cancel = Event()
            timer = Timer(_CANCEL_AFTER_S, cancel.set)
            timer.start()
            begun = time.monotonic()
            with suppress(Cancelled):
                _capture(driver, device, _GROUPS[device.kind][0].attributes, cancel, score=100)
            timer.cancel()
            assert time.monotonic() - begun < _CANCEL_AFTER_S + _STOP_WITHIN_S, "it did not look at cancel"

    def test_a_scanner_hands_out_a_page_at_the_resolution_asked_for(self) -> None:
        for driver, device in self._opened(DeviceKind.SCANNER):
            with driver.open(device, conformance_context()) as scanner:
                assert isinstance(scanner, DocumentScanner)
                page = scanner.scan(200, Event(), _ignore)
                assert page.format in ("png", "jpg") and page.content
                assert page.resolution_dpi == 200

    def test_a_locator_says_where_it_is_or_that_it_does_not_know(self) -> None:
        for driver, device in self._opened(DeviceKind.LOCATOR):
            with driver.open(device, conformance_context()) as locator, suppress(DeviceUnavailable):
                assert isinstance(locator, Locator)
                fix = locator.locate(1.0, Event())
                assert -90 <= fix.latitude_deg <= 90 and -180 <= fix.longitude_deg <= 180
                assert fix.accuracy_m is None or fix.accuracy_m >= 0

    def test_a_locator_that_was_cancelled_says_so_soon(self) -> None:
        for driver, device in self._opened(DeviceKind.LOCATOR):
            cancel, begun = Event(), time.monotonic()
            cancel.set()
            with driver.open(device, conformance_context()) as locator, suppress(Cancelled):
                assert isinstance(locator, Locator)
                locator.locate(10.0, cancel)
                raise AssertionError("a cancelled locator told where it is")
            assert time.monotonic() - begun < _STOP_WITHIN_S

    def test_a_chip_reader_waits_no_longer_than_it_is_told_and_speaks_to_no_chip_it_has_not_taken(self) -> None:
        for driver, device in self._opened(DeviceKind.CHIP_READER):
            with driver.open(device, conformance_context()) as reader:
                assert isinstance(reader, ChipReader)
                with suppress(DeviceUnavailable):
                    reader.transmit(_SELECT_NOTHING)
                    raise AssertionError("a chip answered that was not taken")
                stopped, begun = Event(), time.monotonic()
                stopped.set()
                with suppress(Cancelled):
                    reader.take_chip(_FRAMES_WITHIN_S, stopped)
                    raise AssertionError("a chip was taken though nobody wanted it any more")
                with suppress(DeviceUnavailable):  # CHIP_ABSENT, or there is one
                    reader.take_chip(0.0, Event())
                    reader.leave_chip()
                assert time.monotonic() - begun < _STOP_WITHIN_S

    def test_a_feeder_hands_out_its_sheets_at_the_resolution_asked_for_or_says_that_it_is_empty(self) -> None:
        feeders = 0
        for driver, device in self._opened(DeviceKind.SCANNER):
            with driver.open(device, conformance_context()) as scanner:
                if not isinstance(scanner, SheetFeeder):
                    continue
                feeders += 1
                try:
                    stack = scanner.scan_stack(100, Event(), _ignore)
                except DeviceUnavailable as error:
                    assert error.code == FEEDER_EMPTY
                    continue
                assert stack.pages, "an empty feeder is an error"
                assert all(page.content and page.resolution_dpi == 100 for page in stack.pages)
        _skip_without(feeders, "scanner with a feeder")

    def test_a_scan_that_was_cancelled_ends_soon_and_says_so(self) -> None:
        for driver, device in self._opened(DeviceKind.SCANNER):
            with driver.open(device, conformance_context()) as scanner:
                assert isinstance(scanner, DocumentScanner)
                feed = scanner.scan_stack if isinstance(scanner, SheetFeeder) else scanner.scan
                for take in (scanner.scan, feed):
                    cancel, begun = Event(), time.monotonic()
                    cancel.set()
                    with suppress(Cancelled):
                        take(100, cancel, _ignore)
                        raise AssertionError("a cancelled scan returned pages")
                    assert time.monotonic() - begun < _STOP_WITHIN_S

    def _opened(self, *kinds: DeviceKind) -> list[tuple[Driver, DeviceDescriptor]]:
        """Those of ``kinds`` that the driver finds, at least one."""
        driver = self.make_driver()
        found = [(driver, device) for device in _found(driver) if device.kind in kinds]
        _skip_without(len(found), " and no ".join(kind.value for kind in kinds))
        return found


def _found(driver: Driver) -> Sequence[DeviceDescriptor]:
    found = driver.find()
    if not found:
        raise SkipTest("the driver finds no device: plug one in, or simulate it at the wire")
    return found


def _skip_without(count: int, what: str) -> None:
    if not count:
        raise SkipTest(f"the driver finds no {what}: nothing was tried")


def conformance_context() -> DeviceContext:
    """A context with a key made for the occasion."""
    key = SigningKey.generate()
    certificate = self_signed_certificate(key, "Conformance", utc_now() - timedelta(hours=1), 1)
    return DeviceContext(utc_now, SoftwareSigner(key, certificate, utc_now))


def _ignore(frame: Frame) -> None:
    pass


def _check_pictures(shown: Sequence[Frame]) -> None:
    for frame in shown:
        assert isinstance(frame.pixels, np.ndarray) and frame.pixels.dtype == np.uint8, "8 bit pictures"
        assert frame.pixels.ndim == 2 or frame.pixels.shape[2:] == (3,), "(h, w) grey or (h, w, 3) RGB"
    for one, next_ in pairwise(shown):
        assert not np.may_share_memory(one.pixels, next_.pixels), "every frame needs an array of its own"


def _open_files() -> int:
    return len(list(_OPEN_FILES.iterdir())) if _OPEN_FILES.is_dir() else 0


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _STOP_WITHIN_S
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.01)


def _capture(
    driver: Driver,
    device: DeviceDescriptor,
    attributes: tuple[BiometricAttribute, ...],
    cancel: Event | None = None,
    previous_hash: str = "",
    score: int = 40,
) -> list[CapturedSample]:
    request = CaptureRequest(attributes, score, 10.0, str(uuid4()), previous_hash)
    shown: list[Frame] = []
    with driver.open(device, conformance_context()) as reader:
        if isinstance(reader, SlapCapture):  # the workstation takes it apart
            reader.capture_slap(request, cancel or Event(), shown.append)
            return []
        assert isinstance(reader, BiometricCapture)
        samples = list(reader.capture(request, cancel or Event(), shown.append))
    _check_pictures(shown)
    return samples


def _frames(camera: Camera) -> list[Frame]:
    frames: list[Frame] = []
    cancel, deadline = Event(), time.monotonic() + _FRAMES_WITHIN_S

    def keep(frame: Frame) -> None:
        frames.append(frame)
        if len(frames) >= 3:
            cancel.set()

    # A daemon, so that a camera that never stops fails its test instead of hanging the run.
    stream = Thread(target=camera.stream, args=(keep, cancel), daemon=True)
    stream.start()
    while stream.is_alive() and time.monotonic() < deadline and not cancel.wait(0.02):
        pass
    cancel.set()
    stream.join(_STOP_WITHIN_S)
    assert not stream.is_alive(), "the stream did not stop when told to"
    assert len(frames) >= 3, f"the camera streamed {len(frames)} frames in {_FRAMES_WITHIN_S} s"
    return frames
