"""The driver against libsane's own test device: real calls into the library, faults by its options."""

from __future__ import annotations

import io
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Timer

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from muster.devices.api import DocumentScanner, Driver, ScannedPage, ScannedStack, SheetFeeder
from muster.devices.conformance import DriverConformance, conformance_context
from muster.devices.frames import Frame
from muster.errors import BadInput, Cancelled, DeviceUnavailable
from muster_scanner_sane import pages
from muster_scanner_sane.driver import SaneDriver, _place_of, _with_ids, from_environment, options_from
from muster_scanner_sane.libsane import Found, Handle

CONTEXT = conformance_context()
pytestmark = pytest.mark.usefixtures("test_back_end")
SLOW = "read-limit=1,read-limit-size=20000,read-delay=1,read-delay-duration=20000"


# The test device remembers its options from one opening to the next.
AS_NEW = "read-return-value=Default,read-limit=0,read-delay=0,hand-scanner=0,three-pass=0,test-picture=Solid black"


def driver_with(options: str = "") -> SaneDriver:
    return SaneDriver(options_from(f"{AS_NEW},{options}"))


class TestSaneDriver(DriverConformance):
    def make_driver(self) -> Driver:
        return driver_with()


@pytest.fixture
def quick_previews(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_PREVIEW_EVERY_S", 0.0)


@pytest.fixture(autouse=True)
def at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test device ends its reading thread wherever that is at the moment; in the middle of malloc that leaves
    the memory of the whole process locked, once in fifty times. Here it is left to come to rest before."""
    cancel = Handle.cancel

    def patiently(handle: Handle) -> None:
        deadline, quiet = time.monotonic() + 1.0, 0
        while quiet < 2 and time.monotonic() < deadline:
            quiet = quiet + 1 if _others_sleep() else 0
            time.sleep(0.002)
        cancel(handle)

    monkeypatch.setattr(Handle, "cancel", patiently)


@pytest.fixture(autouse=True)
def no_broken_pipe_ends_us() -> Iterator[None]:
    """The test device gives SIGPIPE its deadly meaning back, for the whole process and for good."""
    yield
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def _others_sleep() -> bool:
    states = []
    for task in Path("/proc/self/task").glob("*/stat"):
        with suppress(OSError):  # it ended meanwhile
            states.append(task.read_text().rpartition(")")[2].split()[0])
    return states.count("R") <= 1  # this thread


def scan(
    options: str = "", dpi: int = 75, cancel: Event | None = None, seen: list[Frame] | None = None
) -> ScannedPage:
    driver = driver_with(options)
    with driver.open(driver.find()[0], CONTEXT) as scanner:
        assert isinstance(scanner, DocumentScanner)
        return scanner.scan(dpi, cancel or Event(), (seen if seen is not None else []).append)


def scan_stack(options: str = "", cancel: Event | None = None) -> ScannedStack:
    driver = driver_with(options)
    with driver.open(driver.find()[0], CONTEXT) as scanner:
        assert isinstance(scanner, SheetFeeder)
        return scanner.scan_stack(50, cancel or Event(), lambda frame: None)


def pixels(page: ScannedPage, mode: str = "L") -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(page.content)) as image:
        return np.asarray(image.convert(mode))


# -- settings


@pytest.mark.parametrize("text", ["depth", "depth=", "=8", "a=b=c", "depth=8,mode"])
def test_a_typing_mistake_in_the_options_is_an_error(text: str) -> None:
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*MUSTER_SANE_OPTIONS"):
        options_from(text)


def test_no_options_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_SANE_OPTIONS", " , ")
    assert [each.model for each in from_environment().find()] == ["frontend-tester"] * 2


@pytest.mark.parametrize("option", ["no-such-option=1", "mode=Infrared"])
def test_an_option_that_the_scanner_does_not_take_is_a_fault(option: str) -> None:
    with pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"):
        scan(option)


# -- finding


def test_two_scanners_of_one_model_are_two_and_keep_their_names_on_another_place_of_the_bus() -> None:
    def found(*places: str) -> list[str]:
        named = _with_ids(
            [Found(f"genesys:libusb:001:{place}", "Canon", "LiDE 210", "flatbed") for place in places]
        )
        return list(named)

    assert (
        found("004", "005")
        == found("006", "007")
        == ["sane-genesys-canon-lide-210", "sane-genesys-canon-lide-210#2"]
    )


def test_a_scanner_on_usb_is_known_by_its_serial_number_wherever_it_is_plugged_in(tmp_path: Path) -> None:
    for place, device, serial in (("1-1", "4", "AB12"), ("1-4.2", "7", "CD34")):
        (tmp_path / place).mkdir()
        for name, text in (("busnum", "1"), ("devnum", device), ("serial", serial)):
            (tmp_path / place / name).write_text(f"{text}\n")
    (tmp_path / "1-0:1.0").mkdir()  # an interface: it has neither number
    found = [Found(f"genesys:libusb:001:{each}", "Canon", "LiDE 210", "flatbed") for each in ("007", "004", "009")]
    assert [_place_of(each, tmp_path) for each in found] == [("usb:1-4.2", "CD34"), ("usb:1-1", "AB12"), ("", "")]
    named = _with_ids(found, tmp_path)
    assert (
        named["sane-genesys-canon-lide-210-cd34"] is found[0] and named["sane-genesys-canon-lide-210"] is found[2]
    )


def test_cameras_that_sane_knows_are_no_scanners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster_scanner_sane.driver._CAMERAS", ("test",))
    assert SaneDriver().find() == []


def test_what_is_plugged_in_is_looked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = SaneDriver()
    first = driver.find()
    monkeypatch.setattr("muster_scanner_sane.driver._CAMERAS", ("test",))  # as if it were not there
    assert driver.find() == first
    monkeypatch.setattr("muster_scanner_sane.driver._plugged_in", lambda: frozenset({"another"}))
    assert driver.find() == []


def test_a_scanner_in_use_is_busy_for_others_and_still_listed() -> None:
    driver = SaneDriver()
    found = driver.find()
    with driver.open(found[0], CONTEXT):
        assert SaneDriver.find(driver) == found
        with pytest.raises(DeviceUnavailable, match="DEVICE_BUSY"), driver.open(found[1], CONTEXT):
            pass
    with driver.open(found[1], CONTEXT):
        pass


# -- what goes wrong


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("UNSUPPORTED", "DEVICE_FAILED"),
        ("DEVICE_BUSY", "DEVICE_BUSY"),
        ("INVAL", "DEVICE_FAILED"),
        ("EOF", "SCAN_INCOMPLETE"),
        ("JAMMED", "SCANNER_JAMMED"),
        ("NO_DOCS", "FEEDER_EMPTY"),
        ("COVER_OPEN", "SCANNER_COVER_OPEN"),
        ("IO_ERROR", "SCANNER_LOST"),
        ("NO_MEM", "SCANNER_NO_MEMORY"),
        ("ACCESS_DENIED", "SCANNER_DENIED"),
    ],
)
def test_every_status_of_sane_has_a_code(status: str, code: str) -> None:
    with pytest.raises(DeviceUnavailable, match=code):
        scan(f"read-return-value=SANE_STATUS_{status}")


def test_a_scan_that_is_stopped_at_the_scanner_was_stopped() -> None:
    with pytest.raises(Cancelled):
        scan("read-return-value=SANE_STATUS_CANCELLED")


@pytest.mark.parametrize("take", [scan, scan_stack], ids=["glass", "feeder"])
def test_what_goes_wrong_before_the_first_page_is_raised(take) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DeviceUnavailable, match="SCANNER_JAMMED"):
        take("read-return-value=SANE_STATUS_JAMMED")


def test_a_scan_that_is_stopped_half_way_ends_soon_and_hands_out_nothing() -> None:
    cancel = Event()
    Timer(0.1, cancel.set).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        scan(SLOW, 300, cancel)  # some ten seconds
    assert 0.05 < time.monotonic() - begun < 1.0
    assert scan().content  # and the scanner is free again


def test_a_scan_that_was_stopped_before_it_began_does_not_begin() -> None:
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        scan(cancel=cancel)


# -- pages


def test_a_page_is_as_large_as_the_glass_and_as_fine_as_was_wanted() -> None:
    page = scan(dpi=100)
    assert (page.format, page.resolution_dpi) == ("jpg", 100)
    assert pixels(page, "RGB").shape == (787, 787, 3)  # 200 mm


def test_a_scanner_that_knows_only_finer_resolutions_is_made_as_coarse_as_was_wanted() -> None:
    assert pixels(scan("resolution=150", 100)).shape == (787, 787)


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        ("mode=Gray", "jpg"),
        ("mode=Gray,depth=1", "png"),
        ("mode=Gray,depth=16", "jpg"),
        ("mode=Color,depth=16", "jpg"),
        ("mode=Color,three-pass=1", "jpg"),
        ("mode=Color,three-pass=1,three-pass-order=BGR", "jpg"),
        ("mode=Color,hand-scanner=1", "jpg"),  # says not how long its page is going to be
    ],
)
def test_a_grid_looks_the_same_however_it_is_scanned(options: str, kind: str) -> None:
    expected = pixels(scan("test-picture=Grid"), "L").astype(int)
    page = scan(f"test-picture=Grid,{options}")
    seen = pixels(page).astype(int)
    shared = min(len(expected), len(seen)), min(expected.shape[1], seen.shape[1])
    assert page.format == kind and min(shared) > 200
    assert np.abs(expected[: shared[0], : shared[1]] - seen[: shared[0], : shared[1]]).mean() < 2


def test_three_passes_put_their_colours_where_one_pass_has_them() -> None:
    expected = pixels(scan("test-picture=Color pattern"), "RGB").astype(int)
    assert np.ptp(expected[..., 0].astype(int) - expected[..., 2]) > 100  # there is colour in it
    three = pixels(scan("test-picture=Color pattern,three-pass=1,three-pass-order=GBR"), "RGB")
    assert np.abs(expected - three).mean() < 2


@pytest.mark.usefixtures("quick_previews")
def test_the_page_is_shown_as_it_comes() -> None:
    seen: list[Frame] = []
    scan("test-picture=Solid black", seen=seen)
    whitest = [frame.pixels.mean() for frame in seen[:-1]]
    assert len(seen) > 3 and whitest[0] > whitest[-1]
    assert [frame.number for frame in seen] == list(range(len(seen)))


def test_a_stack_is_drawn_in_until_the_feeder_is_empty() -> None:
    stack = scan_stack()
    assert len(stack.pages) == 10 and stack.broke_off is None  # the test device's feeder holds ten


def test_of_a_stack_that_is_too_thick_the_first_sheets_are_taken_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("muster.devices.scanning.MAXIMUM_SHEETS", 3)
    stack = scan_stack()
    assert len(stack.pages) == 3
    assert stack.broke_off is not None and stack.broke_off.code.name == "SHEETS_LEFT"


def test_a_stack_that_is_too_large_for_one_message_breaks_off_before_sheets_are_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = len(scan(dpi=50).content)
    monkeypatch.setattr("muster.devices.scanning.MAXIMUM_OCTETS", 2 * one)
    stack = scan_stack()
    assert len(stack.pages) == 3
    assert stack.broke_off is not None and stack.broke_off.code.name == "SHEETS_LEFT"


def test_a_stack_that_is_stopped_hands_out_nothing() -> None:
    cancel = Event()
    Timer(0.1, cancel.set).start()
    with pytest.raises(Cancelled):
        scan_stack(SLOW, cancel)
