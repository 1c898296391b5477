"""The suite that driver authors inherit must let a sound driver pass and each kind of bad one fail."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from unittest import SkipTest

import numpy as np
import pytest
from PIL import Image

from muster.clock import utc_now
from muster.devices import conformance
from muster.devices.api import (
    CHIP_ABSENT,
    DEVICE_ABSENT,
    CapturedSample,
    CaptureRequest,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    Driver,
    Fix,
    OnPreview,
    ScannedPage,
    ScannedStack,
    SlapPicture,
)
from muster.devices.attestation import SoftwareSigner
from muster.devices.conformance import DriverConformance
from muster.devices.frames import Frame
from muster.devices.records import finger_record, iris_record
from muster.devices.scanning import FEEDER_EMPTY
from muster.domain.biometrics import BiometricAttribute, DigitalId, Modality
from muster.errors import CANCELLED, Cancelled, DeviceUnavailable, MusterError

ID = DigitalId("0001", "Beispiel", "Four in one", "Finger", "Slap", "Beispiel GmbH", "BEISPIEL")
GREY = np.arange(48 * 32, dtype=np.uint32).reshape(48, 32).astype(np.uint8)
RGB = np.stack([GREY] * 3, axis=-1)

Samples = list[CapturedSample]


@dataclass
class Habits:
    """How the scripted devices behave. As it stands: well."""

    frames: Callable[[int], Frame | None] = lambda number: Frame(RGB.copy(), utc_now(), number)
    stubborn: Event | None = None  # a camera heeds ``cancel`` only once this is set
    heeds_cancel: bool = True
    waits_s: float = 0.0  # for a finger, without a look at ``cancel``
    shows: Sequence[object] = ()  # the pictures of a preview
    slap: object = None  # a reader that does not take a slap apart hands this out
    knows_no_chip: bool = True
    heeds_exceptions: bool = True
    heeds_previous_hash: bool = True
    afterwards: Callable[[Samples], Samples] = lambda samples: samples
    page: ScannedPage | None = None
    sheets: int = 2
    says_empty: bool = True
    latitude_deg: float = 50.0


@dataclass
class Device4:
    """Camera, slap reader, iris camera, scanner, GPS receiver and chip reader in one case."""

    kind: DeviceKind
    habits: Habits
    context: DeviceContext
    digital_id: DigitalId = ID

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        number, released = 0, self.habits.stubborn or cancel
        while not (cancel.is_set() and released.is_set()):
            frame = self.habits.frames(number)
            if frame is None:
                return
            on_frame(frame)
            number += 1
            time.sleep(0.001)

    def capture(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> Sequence[CapturedSample]:
        if cancel.is_set() and self.habits.heeds_cancel:
            raise Cancelled(CANCELLED)
        for number, pixels in enumerate(self.habits.shows):
            on_preview(Frame(pixels, utc_now(), number))  # type: ignore[arg-type]
        time.sleep(self.habits.waits_s)
        wanted = list(request.attributes)
        if not self.habits.heeds_exceptions and BiometricAttribute.LEFT_RING in wanted:
            wanted.append(BiometricAttribute.LEFT_LITTLE)
        samples: Samples = []
        for attribute in wanted:
            samples.append(self._sample(attribute, request))
            request = replace(request, previous_hash=samples[-1].hash)
        return self.habits.afterwards(samples)

    def _sample(self, attribute: BiometricAttribute, request: CaptureRequest) -> CapturedSample:
        if not self.habits.heeds_previous_hash:
            request = replace(request, previous_hash="")
        at = utc_now()
        finger = attribute.modality is Modality.FINGER
        record = finger_record(GREY, attribute, 500, at, 60) if finger else iris_record(GREY, attribute, at, 60)
        attestation, link = self.context.signer.attest(
            attribute=attribute, record=record, quality=60, captured_at=at, device=ID, device_code="four",
            device_service_version="1", request=request,
        )  # fmt: skip
        return CapturedSample(attribute, record, 60, at, ID, "four", "1", attestation, link)

    def scan(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedPage:
        if cancel.is_set() and self.habits.heeds_cancel:
            raise Cancelled(CANCELLED)
        return self.habits.page or ScannedPage(_png(), "png", resolution_dpi)

    def scan_stack(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedStack:
        page = self.scan(resolution_dpi, cancel, on_preview)
        if not self.habits.sheets and self.habits.says_empty:
            raise DeviceUnavailable(FEEDER_EMPTY)
        return ScannedStack((page,) * self.habits.sheets)

    def take_chip(self, timeout_s: float, cancel: Event) -> bytes:
        if cancel.is_set() and self.habits.heeds_cancel:
            raise Cancelled(CANCELLED)
        return b"\x3b\x00"

    def transmit(self, command: bytes) -> bytes:
        if self.habits.knows_no_chip:
            raise DeviceUnavailable(CHIP_ABSENT)
        return b"\x90\x00"

    def leave_chip(self) -> None:
        pass

    def locate(self, timeout_s: float, cancel: Event) -> Fix:
        if cancel.is_set() and self.habits.heeds_cancel:
            raise Cancelled(CANCELLED)
        return Fix(self.habits.latitude_deg, 8.0, None, utc_now())


def _png() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(RGB).save(buffer, "PNG")
    return buffer.getvalue()


def described(kind: DeviceKind) -> DeviceDescriptor:
    return DeviceDescriptor(
        f"four-{kind.name}", kind, "scripted", "Beispiel", "Four in one", "0001", DeviceStatus.READY
    )


@dataclass
class ScriptedDriver:
    habits: Habits = field(default_factory=Habits)
    devices: Callable[[], list[DeviceDescriptor]] = lambda: [described(kind) for kind in DeviceKind]
    opens_anything: bool = False
    opens_once: bool = False
    on_opening: Callable[[], None] = lambda: None
    name: str = "scripted"
    opened: set[str] = field(default_factory=set)

    def find(self) -> list[DeviceDescriptor]:
        return self.devices()

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        absent = descriptor.id not in {f"four-{kind.name}" for kind in DeviceKind}
        if (absent and not self.opens_anything) or (self.opens_once and descriptor.id in self.opened):
            raise DeviceUnavailable(DEVICE_ABSENT, kind=descriptor.kind.value)
        self.opened.add(descriptor.id)
        self.on_opening()
        if self.habits.slap is None:
            yield Device4(descriptor.kind, self.habits, context)
        else:
            yield SlapReader(self.habits.slap)


@dataclass
class SlapReader:
    pixels: object

    def capture_slap(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> SlapPicture:
        return SlapPicture(self.pixels, 500, ID, "four", "1")  # type: ignore[arg-type]


def _a_thread(released: Event) -> Thread:
    thread = Thread(target=released.wait)
    thread.start()
    return thread


def _an_open_file(released: Event) -> object:
    return Path(os.devnull).open("rb")


def suite(driver: Driver) -> DriverConformance:
    class Suite(DriverConformance):
        def make_driver(self) -> Driver:
            return driver

    return Suite()


def with_habits(**habits: object) -> DriverConformance:
    return suite(ScriptedDriver(Habits(**habits)))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def one_key_for_all(device_key: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite makes a key for each device it opens; here that would be half a minute of arithmetic."""
    signer = SoftwareSigner(device_key.key, device_key.certificate_der, utc_now)  # type: ignore[attr-defined]
    monkeypatch.setattr(conformance, "conformance_context", lambda: DeviceContext(utc_now, signer))


WHOLE_SLAPS = "test_a_slap_is_one_grey_picture_at_a_known_resolution"
TESTS = [name for name in dir(DriverConformance) if name.startswith("test_")]


@pytest.mark.parametrize("test", [each for each in TESTS if each != WHOLE_SLAPS])
def test_a_sound_driver_passes(test: str) -> None:
    getattr(suite(ScriptedDriver()), test)()


def test_of_a_reader_that_takes_slaps_apart_no_whole_slap_is_asked() -> None:
    with pytest.raises(SkipTest, match="leaves a slap whole"):
        getattr(suite(ScriptedDriver()), WHOLE_SLAPS)()


def test_where_the_hardware_is_not_there_nothing_is_said_to_have_been_tried() -> None:
    passed = []
    for test in TESTS:
        with suppress(SkipTest):
            getattr(suite(ScriptedDriver(devices=list)), test)()
            passed.append(test)
    assert passed == [
        "test_a_device_that_is_gone_is_an_agreed_error",
        "test_finding_is_quick_and_says_the_same_twice",
    ]


def passed_by(kind: DeviceKind) -> set[str]:
    """The tests of one kind of device alone that a driver passes which finds nothing but a device of ``kind``."""
    driver, passed = ScriptedDriver(devices=lambda: [described(kind)]), set()
    for test in TESTS:
        with suppress(SkipTest):
            getattr(suite(driver), test)()
            passed.add(test)
    return passed - OF_EVERY_KIND


OF_EVERY_KIND = {
    "test_finding_is_quick_and_says_the_same_twice",
    "test_every_descriptor_names_its_driver_and_its_case",
    "test_a_device_can_be_opened_again_after_closing",
    "test_a_device_can_do_what_its_kind_says",
    "test_nothing_stays_behind_when_a_device_was_given_back",
    "test_a_device_that_is_gone_is_an_agreed_error",
}
OF_CAPTURES = {
    "test_samples_are_records_that_the_device_signed_and_chained",
    "test_a_capture_that_was_cancelled_ends_soon_and_says_so",
    "test_a_capture_that_is_cancelled_while_it_waits_ends_soon",
}
OF_KIND = {
    DeviceKind.CAMERA: {"test_a_camera_streams_numbered_frames_until_told_to_stop"},
    DeviceKind.FINGERPRINT: OF_CAPTURES | {"test_an_excepted_finger_is_not_handed_out"},
    DeviceKind.IRIS: OF_CAPTURES,
    DeviceKind.SCANNER: {
        "test_a_scanner_hands_out_a_page_at_the_resolution_asked_for",
        "test_a_feeder_hands_out_its_sheets_at_the_resolution_asked_for_or_says_that_it_is_empty",
        "test_a_scan_that_was_cancelled_ends_soon_and_says_so",
    },
    DeviceKind.CHIP_READER: {
        "test_a_chip_reader_waits_no_longer_than_it_is_told_and_speaks_to_no_chip_it_has_not_taken"
    },
    DeviceKind.LOCATOR: {
        "test_a_locator_says_where_it_is_or_that_it_does_not_know",
        "test_a_locator_that_was_cancelled_says_so_soon",
    },
}


@pytest.mark.parametrize("kind", DeviceKind)
def test_a_driver_is_tested_as_what_it_says_it_is_and_passes_nothing_of_another_kind(kind: DeviceKind) -> None:
    assert passed_by(kind) == OF_KIND[kind]


def test_every_test_of_the_suite_but_that_of_whole_slaps_is_of_every_kind_or_of_one_that_is_named() -> None:
    named = OF_EVERY_KIND.union(*OF_KIND.values())
    assert set(TESTS) - named == {WHOLE_SLAPS}


@pytest.mark.parametrize("kind", [each for each in DeviceKind if each is not DeviceKind.FINGERPRINT])
def test_what_cannot_do_what_its_kind_says_fails(kind: DeviceKind) -> None:
    driver = ScriptedDriver(Habits(slap=GREY), devices=lambda: [described(kind)])  # what opens is a slap reader
    with pytest.raises(AssertionError, match="is none"):
        suite(driver).test_a_device_can_do_what_its_kind_says()


def test_a_suite_that_does_not_say_how_its_driver_is_made_fails() -> None:
    with pytest.raises(NotImplementedError):
        DriverConformance().test_finding_is_quick_and_says_the_same_twice()


def test_finding_slowly_fails() -> None:
    def slowly() -> list[DeviceDescriptor]:
        time.sleep(0.51)
        return []

    with pytest.raises(AssertionError, match="find must open nothing"):
        suite(ScriptedDriver(devices=slowly)).test_finding_is_quick_and_says_the_same_twice()


def test_finding_a_device_under_a_new_id_each_time_fails() -> None:
    def anew() -> list[DeviceDescriptor]:
        return [replace(described(DeviceKind.CAMERA), id=str(time.monotonic_ns()))]

    with pytest.raises(AssertionError):
        suite(ScriptedDriver(devices=anew)).test_finding_is_quick_and_says_the_same_twice()


def test_two_devices_with_one_id_fail() -> None:
    twins = [described(DeviceKind.CAMERA)] * 2
    with pytest.raises(AssertionError, match="two devices with one id"):
        suite(ScriptedDriver(devices=lambda: twins)).test_finding_is_quick_and_says_the_same_twice()


@pytest.mark.parametrize("lacks", [{"driver": "another"}, {"make": ""}, {"model": ""}, {"serial": ""}], ids=str)
def test_a_descriptor_that_leaves_something_out_fails(lacks: dict[str, str]) -> None:
    poor = replace(described(DeviceKind.CAMERA), **lacks)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        suite(ScriptedDriver(devices=lambda: [poor])).test_every_descriptor_names_its_driver_and_its_case()


def test_a_device_that_opens_only_once_fails() -> None:
    with pytest.raises(MusterError):
        suite(ScriptedDriver(opens_once=True)).test_a_device_can_be_opened_again_after_closing()


@pytest.mark.parametrize("left", [_a_thread, _an_open_file], ids=["a thread", "an open file"])
def test_leaving_something_behind_with_every_opening_fails(
    left: Callable[[Event], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "_STOP_WITHIN_S", 0.1)
    released, kept = Event(), []
    one = [described(DeviceKind.CAMERA)]
    driver = ScriptedDriver(devices=lambda: one, on_opening=lambda: kept.append(left(released)))
    try:
        with pytest.raises(AssertionError, match="each opening leaves"):
            suite(driver).test_nothing_stays_behind_when_a_device_was_given_back()
    finally:
        released.set()
        for each in kept:
            each.join() if isinstance(each, Thread) else each.close()  # type: ignore[attr-defined]


def test_opening_a_device_that_is_not_there_fails() -> None:
    with pytest.raises(AssertionError, match="a device that is not there was opened"):
        suite(ScriptedDriver(opens_anything=True)).test_a_device_that_is_gone_is_an_agreed_error()


@pytest.mark.parametrize(
    "frames",
    [
        lambda number: Frame(RGB, utc_now(), 7),
        lambda number: Frame(RGB, utc_now(), -number),
        lambda number: Frame(GREY, utc_now(), number),
        lambda number: None,
    ],
    ids=["one number for all", "counting down", "grey", "no frames at all"],
)
def test_a_camera_with_frames_that_are_none_fails(frames: Callable[[int], Frame | None]) -> None:
    with pytest.raises(AssertionError):
        with_habits(frames=frames).test_a_camera_streams_numbered_frames_until_told_to_stop()


def test_a_camera_that_does_not_stop_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "_STOP_WITHIN_S", 0.1)
    released = Event()
    try:
        with pytest.raises(AssertionError, match="did not stop"):
            with_habits(stubborn=released).test_a_camera_streams_numbered_frames_until_told_to_stop()
    finally:
        released.set()


def without_last(samples: Samples) -> Samples:
    return samples[:-1]


def with_quality(quality: float) -> Callable[[Samples], Samples]:
    return lambda samples: [replace(each, quality=quality) for each in samples]


@pytest.mark.parametrize(
    "afterwards",
    [
        lambda samples: [replace(each, record=each.record[:-1]) for each in samples],
        lambda samples: [replace(each, record=samples[0].record) for each in samples],
        lambda samples: [replace(each, hash=samples[0].hash) for each in samples],
        lambda samples: [replace(each, hash=each.hash.lower()) for each in samples],
        lambda samples: [replace(each, attribute=BiometricAttribute.FACE) for each in samples],
        lambda samples: samples[::-1],
        with_quality(101),
        with_quality(-1),
        with_quality(float("nan")),
    ],
    ids=[
        "a record cut off", "one record for all", "one hash for all", "a hash in lower case", "a face",
        "out of order", "quality 101", "quality -1", "no number",
    ],
)  # fmt: skip
def test_samples_that_do_not_hold_together_fail(afterwards: Callable[[Samples], Samples]) -> None:
    with pytest.raises((AssertionError, MusterError)):
        with_habits(afterwards=afterwards).test_samples_are_records_that_the_device_signed_and_chained()


def test_fewer_samples_than_asked_for_pass() -> None:
    with_habits(afterwards=without_last).test_samples_are_records_that_the_device_signed_and_chained()


def test_beginning_the_chain_anew_fails() -> None:
    with pytest.raises(AssertionError):
        with_habits(heeds_previous_hash=False).test_samples_are_records_that_the_device_signed_and_chained()


def test_handing_out_an_excepted_finger_fails() -> None:
    with pytest.raises(AssertionError):
        with_habits(heeds_exceptions=False).test_an_excepted_finger_is_not_handed_out()


@pytest.mark.parametrize(
    "shows",
    [[GREY.tobytes()], [GREY.astype(float)], [np.zeros((4, 4, 4), np.uint8)], [GREY, GREY]],
    ids=["octets", "floats", "four colours", "one array for all"],
)
def test_a_preview_of_what_is_no_picture_fails(shows: Sequence[object]) -> None:
    with pytest.raises(AssertionError):
        with_habits(shows=shows).test_an_excepted_finger_is_not_handed_out()


@pytest.mark.parametrize("slap", [GREY.astype(float), RGB, GREY.tobytes()], ids=["floats", "colours", "octets"])
def test_a_slap_that_is_no_grey_picture_fails(slap: object) -> None:
    only = [described(DeviceKind.FINGERPRINT)]
    with pytest.raises(AssertionError):
        suite(
            ScriptedDriver(Habits(slap=slap), devices=lambda: only)
        ).test_a_slap_is_one_grey_picture_at_a_known_resolution()


def test_a_capture_that_looks_at_cancel_only_when_it_begins_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "_STOP_WITHIN_S", 0.05)
    monkeypatch.setattr(conformance, "_CANCEL_AFTER_S", 0.01)
    with pytest.raises(AssertionError, match="did not look at cancel"):
        with_habits(waits_s=0.1).test_a_capture_that_is_cancelled_while_it_waits_ends_soon()


def test_capturing_on_after_a_cancel_fails() -> None:
    with pytest.raises(AssertionError, match="a cancelled capture returned samples"):
        with_habits(heeds_cancel=False).test_a_capture_that_was_cancelled_ends_soon_and_says_so()


@pytest.mark.parametrize(
    "page",
    [ScannedPage(b"", "png", 200), ScannedPage(b"II*\x00", "tif", 200), ScannedPage(b"\x89PNG", "png", 300)],
    ids=["empty", "another format", "another resolution"],
)
def test_a_page_that_was_not_asked_for_fails(page: ScannedPage) -> None:
    with pytest.raises(AssertionError):
        with_habits(page=page).test_a_scanner_hands_out_a_page_at_the_resolution_asked_for()


def test_a_place_that_is_not_on_this_planet_fails() -> None:
    with pytest.raises(AssertionError):
        with_habits(latitude_deg=91.0).test_a_locator_says_where_it_is_or_that_it_does_not_know()


def test_a_scanner_that_does_not_heed_cancel_fails() -> None:
    with pytest.raises(AssertionError, match="a cancelled scan returned pages"):
        with_habits(heeds_cancel=False).test_a_scan_that_was_cancelled_ends_soon_and_says_so()


def test_a_feeder_may_be_empty_and_must_say_so() -> None:
    rule = "test_a_feeder_hands_out_its_sheets_at_the_resolution_asked_for_or_says_that_it_is_empty"
    getattr(with_habits(sheets=0), rule)()
    with pytest.raises(AssertionError, match="an empty feeder is an error"):
        getattr(with_habits(sheets=0, says_empty=False), rule)()


def test_a_feeder_whose_sheets_are_of_another_resolution_fails() -> None:
    page = ScannedPage(_png(), "png", 75)
    with pytest.raises(AssertionError):
        with_habits(
            page=page
        ).test_a_feeder_hands_out_its_sheets_at_the_resolution_asked_for_or_says_that_it_is_empty()


def test_a_locator_that_does_not_heed_cancel_fails() -> None:
    with pytest.raises(AssertionError, match="a cancelled locator told where it is"):
        with_habits(heeds_cancel=False).test_a_locator_that_was_cancelled_says_so_soon()


def test_a_chip_reader_that_waits_on_or_speaks_to_a_chip_it_has_not_taken_fails() -> None:
    rule = "test_a_chip_reader_waits_no_longer_than_it_is_told_and_speaks_to_no_chip_it_has_not_taken"
    with pytest.raises(AssertionError, match="nobody wanted it any more"):
        getattr(with_habits(heeds_cancel=False), rule)()
    with pytest.raises(AssertionError, match="a chip answered that was not taken"):
        getattr(with_habits(knows_no_chip=False), rule)()
