"""A device is tried by what it can do; what is amiss is said; the test ends, whatever the device does."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Event

import numpy as np
import pytest
from PIL import Image

from muster.devices.api import (
    CHIP_ABSENT,
    DEVICE_TIMEOUT,
    CapturedSample,
    CaptureRequest,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceHealth,
    DeviceKind,
    DeviceStatus,
    Fix,
    OnPreview,
    ScannedPage,
    SheetFeeder,
    SlapPicture,
)
from muster.devices.capabilities import capabilities
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame, Pixels
from muster.devices.scanning import FEEDER_EMPTY
from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import Attestation, BiometricAttribute, DigitalId
from muster.errors import CANCELLED, Cancelled, Code, DeviceUnavailable
from muster.plugins import Plugin
from muster.workstation import device_doctor, device_trials
from muster.workstation.device_doctor import DeviceDoctor, TestedDevice, told
from muster.workstation.device_trials import TRIALS
from muster_simulated.driver import from_environment

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ID = DigitalId("BEISPIEL0001", "Beispiel", "Eins", "Finger", "Slap", "Beispiel GmbH", "BEISPIEL")
LATITUDE = 33.573110


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Devices here answer at once, or never."""
    for name in ("FIRST_PICTURE_S", "_LOOKS_S", "_WAITS_S"):
        monkeypatch.setattr(device_trials, name, 0.06)
    monkeypatch.setattr(device_trials, "_LITTLE_S", 0.02)


class Desk:
    """A driver of one device, as the test wants it."""

    name = "desk"

    def __init__(self, kind: DeviceKind, device: object, **about: object) -> None:
        self.device = device
        self.opened = 0
        self.descriptor = replace(
            DeviceDescriptor("one", kind, self.name, "Beispiel", "Eins", "BEISPIEL0001", DeviceStatus.READY),
            **about,  # type: ignore[arg-type]
        )

    def find(self) -> Sequence[DeviceDescriptor]:
        return [self.descriptor]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        self.opened += 1
        yield self.device  # type: ignore[misc]


def doctor_of(driver: object) -> DeviceDoctor:
    return DeviceDoctor(Catalogue([Plugin("desk", "beispiel", lambda: driver, None)]), lambda: NOW)


def test(kind: DeviceKind, device: object, **about: object) -> TestedDevice:
    return doctor_of(Desk(kind, device, **about)).test("one")


test.__test__ = False  # type: ignore[attr-defined]


def of(tested: TestedDevice, severity: Severity = Severity.BLOCKS) -> list[str]:
    return [each.code.name for each in tested.findings if each.severity is severity]


@dataclass
class Lens:
    """A camera whose pictures come from ``picture``, every ``pause_s``; deaf to ``cancel`` for ``deaf_s``."""

    picture: Callable[[int], Pixels]
    pause_s: float = 0.002
    deaf_s: float = 0.0
    digital_id = ID

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        number = 0
        while not cancel.wait(self.pause_s):
            on_frame(Frame(self.picture(number), NOW, number))
            number += 1
        time.sleep(self.deaf_s)


def grey(value: int) -> Callable[[int], Pixels]:
    return lambda number: np.full((48, 64, 3), value + number % 2, np.uint8)


def test_an_id_that_is_not_there_is_named() -> None:
    with pytest.raises(DeviceUnavailable, match="DEVICE_UNKNOWN: No device called another is connected"):
        doctor_of(Desk(DeviceKind.CAMERA, Lens(grey(100)))).test("another")


@pytest.mark.parametrize(
    ("lens", "code"),
    [
        (Lens(grey(0)), "TRIED_DARK"),
        (Lens(grey(254)), "TRIED_BRIGHT"),
        (Lens(lambda number: np.full((48, 64, 3), 100, np.uint8)), "TRIED_STILL"),
    ],
)
def test_a_picture_that_shows_nothing_is_noticed(lens: Lens, code: str) -> None:
    assert of(test(DeviceKind.CAMERA, lens), Severity.WARNS) == [code]


def test_a_camera_without_a_picture_cannot_be_used() -> None:
    tested = test(DeviceKind.CAMERA, Lens(grey(100), pause_s=1.0))
    assert of(tested) == ["TRIED_NO_PICTURE"]
    assert not tested.is_well


def test_a_camera_with_few_pictures_a_second_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_trials, "_SLOW_RATE", 200)
    assert of(test(DeviceKind.CAMERA, Lens(grey(100), pause_s=0.02)), Severity.WARNS) == ["TRIED_SLOW"]


def test_a_camera_that_is_late_to_stop_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_trials, "_STOPS_WITHIN_S", 0.01)
    assert of(test(DeviceKind.CAMERA, Lens(grey(100), deaf_s=0.1)), Severity.WARNS) == ["TRIED_STOPS_LATE"]


def test_a_driver_that_never_comes_back_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_doctor, "LONGEST_S", 0.3)
    begun = time.monotonic()
    tested = test(DeviceKind.CAMERA, Lens(grey(100), deaf_s=2.0))
    assert of(tested) == ["TESTED_HANGS"]
    assert time.monotonic() - begun < 1.5


def test_a_library_that_breaks_is_a_broken_device() -> None:
    def breaks(number: int) -> Pixels:
        raise IndexError("libvendor")

    assert of(test(DeviceKind.CAMERA, Lens(breaks))) == ["DEVICE_FAILED"]


def test_a_busy_device_is_not_opened() -> None:
    driver = Desk(DeviceKind.CAMERA, Lens(grey(100)), status=DeviceStatus.BUSY)
    assert of(doctor_of(driver).test("one")) == ["DEVICE_BUSY"]
    assert driver.opened == 0


def test_why_a_device_is_out_of_order_is_said() -> None:
    cold = Finding(Code("VENDOR_COLD", "The lamp is cold."))
    tested = test(DeviceKind.CAMERA, None, status=DeviceStatus.NOT_READY, problem=cold)
    assert of(tested) == ["VENDOR_COLD"]


@pytest.mark.parametrize(
    ("health", "code", "severity"),
    [
        (DeviceHealth(clock_offset=timedelta(minutes=-6)), "TESTED_CLOCK_OFF", Severity.BLOCKS),
        (DeviceHealth(clock_offset=timedelta(minutes=-4)), "TESTED_CLOCK", Severity.INFORMS),
        (DeviceHealth(certificate_expires_at=NOW), "TESTED_CERTIFICATE_ENDED", Severity.BLOCKS),
        (
            DeviceHealth(certificate_expires_at=NOW + timedelta(days=9)),
            "TESTED_CERTIFICATE_ENDS",
            Severity.WARNS,
        ),
        (DeviceHealth(firmware="1.2"), "TESTED_FIRMWARE", Severity.INFORMS),
    ],
)
def test_what_a_device_tells_of_its_condition_is_weighed(
    health: DeviceHealth, code: str, severity: Severity
) -> None:
    assert code in of(test(DeviceKind.CAMERA, Lens(grey(100)), health=health), severity)


def test_a_camera_that_is_well_is_opened_twice_and_told_line_by_line() -> None:
    driver, lines = Desk(DeviceKind.CAMERA, Lens(grey(100))), list[Finding]()
    tested = doctor_of(driver).test("one", lines.append)
    assert driver.opened == 2
    assert tuple(lines) == tested.findings
    assert tested.is_well
    assert not of(tested, Severity.WARNS)


def test_a_test_that_is_called_off_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_trials, "FIRST_PICTURE_S", 30.0)
    cancel = Event()
    cancel.set()
    begun = time.monotonic()
    doctor_of(Desk(DeviceKind.CAMERA, Lens(grey(100), pause_s=20.0))).test("one", cancel=cancel)
    assert time.monotonic() - begun < 5.0


@dataclass
class Glass:
    """A reader before which ``sample`` lies; nothing without one."""

    sample: CapturedSample | None = None

    def capture(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> Sequence[CapturedSample]:
        if self.sample is not None:
            on_preview(Frame(SECRET, NOW))
            return [self.sample]
        if cancel.wait(request.timeout_s):
            raise Cancelled(CANCELLED)
        raise DeviceUnavailable(DEVICE_TIMEOUT, kind="fingerprint reader")


def test_a_reader_on_which_nobody_lays_a_finger_is_well() -> None:
    tested = test(DeviceKind.FINGERPRINT, Glass())
    assert tested.is_well
    assert "TRIED_STOPS" in of(tested, Severity.INFORMS)


@dataclass
class Reader:
    chip: bytes | None = None

    def take_chip(self, timeout_s: float, cancel: Event) -> bytes:
        if self.chip is not None:
            return self.chip
        if cancel.wait(timeout_s):
            raise Cancelled(CANCELLED)
        raise DeviceUnavailable(CHIP_ABSENT)

    def transmit(self, command: bytes) -> bytes:
        raise AssertionError("nothing is said to a chip")

    def leave_chip(self) -> None:
        self.chip = None


def test_a_chip_reader_is_well_with_a_chip_and_without() -> None:
    assert "TRIED_NO_CHIP" in of(test(DeviceKind.CHIP_READER, Reader()), Severity.INFORMS)
    assert "TRIED_CHIP" in of(test(DeviceKind.CHIP_READER, Reader(b"\x3b\x80")), Severity.INFORMS)


@dataclass
class Locator:
    fix: Fix | None = None

    def locate(self, timeout_s: float, cancel: Event) -> Fix:
        if self.fix is None:
            raise DeviceUnavailable(DEVICE_TIMEOUT, kind="GPS receiver")
        return self.fix


def test_a_receiver_that_does_not_know_where_it_is_yet_is_not_broken() -> None:
    tested = test(DeviceKind.LOCATOR, Locator())
    assert tested.is_well
    assert of(tested, Severity.WARNS) == ["TRIED_NO_PLACE"]


@dataclass
class Flatbed:
    pixels: Pixels | None

    def scan(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedPage:
        if self.pixels is None:
            raise DeviceUnavailable(FEEDER_EMPTY)
        buffer = io.BytesIO()
        Image.fromarray(self.pixels).save(buffer, "PNG")
        return ScannedPage(buffer.getvalue(), "png", resolution_dpi)


@pytest.mark.parametrize(
    ("pixels", "code"),
    [(None, "TRIED_FEEDER_EMPTY"), (np.zeros((20, 20), np.uint8), "TRIED_PAGE_DARK")],
)
def test_what_keeps_a_page_from_being_seen_is_noticed(pixels: Pixels | None, code: str) -> None:
    assert of(test(DeviceKind.SCANNER, Flatbed(pixels)), Severity.WARNS) == [code]


SECRET = np.frombuffer(b"ERIKA MUSTERMANN" * 64, np.uint8).reshape(32, 32)
SAMPLE = CapturedSample(
    BiometricAttribute.LEFT_INDEX, SECRET.tobytes(), 50, NOW, ID, "1", "1", Attestation("", "", "", ""), ""
)


class SecretSlap:
    def capture_slap(self, request: CaptureRequest, cancel: Event, on_preview: OnPreview) -> SlapPicture:
        on_preview(Frame(SECRET, NOW))
        return SlapPicture(SECRET, 500, ID, "1", "1")


@pytest.mark.parametrize(
    ("kind", "device"),
    [
        (DeviceKind.CAMERA, Lens(lambda number: np.dstack([SECRET + number % 2] * 3))),
        (DeviceKind.FINGERPRINT, Glass(SAMPLE)),
        (DeviceKind.FINGERPRINT, SecretSlap()),
        (DeviceKind.SCANNER, Flatbed(SECRET)),
        (DeviceKind.CHIP_READER, Reader(SECRET.tobytes())),
        (DeviceKind.LOCATOR, Locator(Fix(LATITUDE, -7.589843, 4.0, NOW))),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_report_holds_nothing_a_device_took(kind: DeviceKind, device: object) -> None:
    doctor = doctor_of(Desk(kind, device))
    report = doctor.report([doctor.test("one")])
    assert json.loads(report)["devices"][0]["well"], "it was tried"
    taken = SECRET.tobytes()[:12]
    for written in (taken, base64.b64encode(taken), taken.hex().encode(), str(list(taken[:4]))[1:-1].encode()):
        assert written not in report
    assert str(LATITUDE)[:5].encode() not in report
    assert len(report) < 8192


def test_what_is_told_names_each_finding_by_its_code_and_its_sentence() -> None:
    content = told(test(DeviceKind.CAMERA, Lens(grey(0)), status=DeviceStatus.BUSY))
    assert content["findings"][-1] == {  # type: ignore[index]
        "severity": "blocks",
        "code": "DEVICE_BUSY",
        "sentence": "The camera is busy. Close other programs that use it and try again.",
    }


def test_every_capability_is_tried_but_the_drawing_in_of_sheets() -> None:
    assert {each.protocol for each in capabilities().values()} == {*TRIALS, SheetFeeder}


def test_the_simulated_devices_are_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_SPEED", "50")
    monkeypatch.delenv("MUSTER_SIMULATED_FAULTS", raising=False)
    monkeypatch.setattr(device_trials, "FIRST_PICTURE_S", 5.0)
    doctor = DeviceDoctor(Catalogue([Plugin("simulated", "p", from_environment, None)]), lambda: NOW)
    assert [(each, doctor.test(each).is_well) for each in doctor.ids()] == [
        (f"simulated-{kind}", True) for kind in ("camera", "fingerprint", "iris", "scanner")
    ]
