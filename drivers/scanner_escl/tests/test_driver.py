"""The driver against a simulated scanner on a real port."""

from __future__ import annotations

import hashlib
import io
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Timer

import pytest
from PIL import Image

from muster.clock import utc_now
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.devices.api import (
    DeviceStatus,
    DocumentScanner,
    Driver,
    ScannedPage,
    ScannedStack,
    SheetFeeder,
)
from muster.devices.conformance import DriverConformance, conformance_context
from muster.devices.frames import Frame
from muster.errors import BadInput, Cancelled, DeviceUnavailable, NotAuthentic
from muster_scanner_escl import scanner as scanner_module
from muster_scanner_escl import wire
from muster_scanner_escl.addresses import addresses_from
from muster_scanner_escl.driver import EsclDriver, from_environment
from simulators.escl_scanner import COLOURS, SimulatedScanner, running

CONTEXT = conformance_context()


@contextmanager
def driver_of(*urls: str) -> Iterator[EsclDriver]:
    with closing(EsclDriver(addresses_from(",".join(urls)))) as driver:
        yield driver


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for longer than a test may take."""
    monkeypatch.setattr(scanner_module, "_BUSY_FOR_S", 0.1)
    monkeypatch.setattr(scanner_module, "_ASK_AGAIN_S", (0.005, 0.02))


class TestEsclDriver(DriverConformance):
    @pytest.fixture(autouse=True)
    def scanner(self) -> Iterator[None]:
        with running(SimulatedScanner(sheets=2)) as self.simulated, driver_of(self.simulated.url) as self.driver:
            yield

    def make_driver(self) -> Driver:
        return self.driver


def scan(scanner: SimulatedScanner, dpi: int = 100, cancel: Event | None = None) -> ScannedPage:
    with running(scanner), driver_of(scanner.url) as driver, driver.open(driver.find()[0], CONTEXT) as device:
        assert isinstance(device, DocumentScanner)
        return device.scan(dpi, cancel or Event(), lambda frame: None)


def scan_stack(
    scanner: SimulatedScanner, on_preview: Callable[[Frame], None] = lambda frame: None
) -> ScannedStack:
    with running(scanner), driver_of(scanner.url) as driver, driver.open(driver.find()[0], CONTEXT) as device:
        assert isinstance(device, SheetFeeder)
        return device.scan_stack(100, Event(), on_preview)


def colour(page: ScannedPage) -> str:
    """Which of the simulated pages it is."""
    with Image.open(io.BytesIO(page.content)) as image:
        seen = image.convert("RGB").getpixel((50, 50))
    assert isinstance(seen, tuple)
    named = {each: Image.new("RGB", (1, 1), each).getpixel((0, 0)) for each in COLOURS}
    return min(named, key=lambda each: sum(abs(a - b) for a, b in zip(named[each], seen, strict=True)))  # type: ignore[arg-type]


# -- settings


@pytest.mark.parametrize(
    "text",
    [
        "scanner/eSCL",
        "ftp://scanner/eSCL",
        "https://",
        "https://max:secret@scanner/eSCL",
        "https://scanner/eSCL?x=1",
        "https://scanner:port/eSCL",
        "https://[scanner/eSCL",
        "https://scanner/eSCL#sha256=12",
        f"http://scanner/eSCL#sha256={'0' * 64}",  # nothing to compare it with
    ],
)
def test_an_address_with_a_mistake_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*MUSTER_ESCL_SCANNERS.*#1") as refusal:
        addresses_from(text)
    assert "secret" not in str(refusal.value)


def test_where_nothing_is_said_scanners_on_usb_are_looked_for_on_this_computer() -> None:
    addresses = addresses_from(None)
    assert addresses[0].base == "http://127.0.0.1:60000/eSCL" and all(each.is_here for each in addresses)


def test_where_nothing_is_wanted_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_ESCL_SCANNERS", "")
    assert from_environment().find() == []


# -- finding


def test_nobody_there_is_nothing_found() -> None:
    with driver_of("http://127.0.0.1:1/eSCL") as driver:
        assert driver.find() == []


@pytest.mark.parametrize("path", ["/" + 70_000 * "a", "/a\0b"], ids=["too long", "no text"])
def test_an_address_that_cannot_be_asked_keeps_nobody_waiting(path: str) -> None:
    (address,) = addresses_from("http://127.0.0.1:1/eSCL")
    with closing(wire.Connection(address)) as connection, pytest.raises(wire.ScannerAbsurd):
        connection.ask("GET", path, wire.Patience(0.2, 100))


def test_a_scanner_says_what_it_is_and_whether_it_can_be_overheard() -> None:
    with running(SimulatedScanner(sheets=0)) as scanner, driver_of(scanner.url) as driver:
        (found,) = driver.find()
    assert (found.make, found.model, found.serial) == ("Muster", "Scan 3", "SCAN0001")
    assert (found.capabilities, found.address) == (("glass", "feeder"), scanner.url)
    assert addresses_from("http://scanner.example/eSCL")[0].is_open_to_others


def test_one_scanner_at_two_addresses_is_one_scanner() -> None:
    with (
        running(SimulatedScanner()) as scanner,
        driver_of(scanner.url, scanner.url.replace("127.0.0.1", "localhost")) as driver,
    ):
        assert len(driver.find()) == 1


def test_a_scanner_that_was_switched_off_is_missed_soon_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster_scanner_escl.watching.HERE_EVERY_S", 0.02)
    with running(SimulatedScanner()) as scanner, driver_of(scanner.url) as driver:
        (found,) = driver.find()
        scanner.said["GET", "ScannerCapabilities"] = (503, {}, b"")
        with pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"), driver.open(found, CONTEXT):
            pass
        assert until(lambda: not driver.find())
        scanner.said.clear()
        assert until(lambda: list(driver.find()) == [found])


def until(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 3
    while not what() and time.monotonic() < deadline:
        time.sleep(0.01)
    return what()


def test_a_scanner_that_is_gone_when_it_is_opened_is_absent() -> None:
    with running(SimulatedScanner()) as scanner:
        driver = EsclDriver(addresses_from(scanner.url))
        (found,) = driver.find()
        driver.close()  # looks no more, so that it is still thought to be there
    with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"), driver.open(found, CONTEXT):
        pass


# -- certificates


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """As a scanner has it: signed by itself, in nobody's name. With the certificate's digest."""
    key = SigningKey.generate()
    certificate = self_signed_certificate(key, "Scanner", utc_now(), 1)
    folder: Path = tmp_path_factory.mktemp("tls")
    (folder / "key.pem").write_bytes(key.to_pem())
    (folder / "certificate.pem").write_text(ssl.DER_cert_to_PEM_cert(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context, hashlib.sha256(certificate).hexdigest()


@pytest.mark.parametrize("pin", ["", f"#sha256={'0' * 64}"], ids=["nothing written down", "another one"])
def test_a_certificate_that_nobody_vouches_for_is_said_and_nothing_is_asked(
    tls: tuple[ssl.SSLContext, str], pin: str
) -> None:
    with running(SimulatedScanner(), tls[0]) as scanner, driver_of(scanner.url + pin) as driver:
        (found,) = driver.find()
        assert found.status is DeviceStatus.NOT_READY
        assert found.problem is not None and found.problem.code.name == "ESCL_UNTRUSTED"
        with pytest.raises(NotAuthentic, match="ESCL_UNTRUSTED"), driver.open(found, CONTEXT):
            pass
        assert scanner.asked == []


def test_the_certificate_that_was_written_down_is_believed(tls: tuple[ssl.SSLContext, str]) -> None:
    address = "{}#sha256={}"
    with (
        running(SimulatedScanner(), tls[0]) as scanner,
        driver_of(address.format(scanner.url, tls[1])) as driver,
        driver.open(driver.find()[0], CONTEXT) as device,
    ):
        assert isinstance(device, DocumentScanner)
        assert device.scan(100, Event(), lambda frame: None).content


# -- what goes wrong


@pytest.mark.parametrize(
    ("scanner", "code"),
    [
        (SimulatedScanner(state="Stopped"), "DEVICE_FAILED"),
        (SimulatedScanner(state="Down"), "DEVICE_FAILED"),
        (SimulatedScanner(busy=1_000_000), "DEVICE_BUSY"),
        (SimulatedScanner(cut_off=100), "SCAN_INCOMPLETE"),
        (SimulatedScanner(sheets=0, feeder="ScannerAdfHatchOpen"), "SCANNER_COVER_OPEN"),
        (SimulatedScanner(has_glass=False, sheets=0), "FEEDER_EMPTY"),
    ],
)
def test_what_keeps_a_page_from_the_glass_has_a_code(scanner: SimulatedScanner, code: str) -> None:
    with pytest.raises(DeviceUnavailable, match=code):
        scan(scanner)


@pytest.mark.parametrize(
    ("feeder", "code"),
    [
        ("ScannerAdfEmpty", "FEEDER_EMPTY"),
        ("ScannerAdfJam", "SCANNER_JAMMED"),
        ("ScannerAdfMispick", "SCANNER_JAMMED"),
        ("ScannerAdfHatchOpen", "SCANNER_COVER_OPEN"),
        ("ScannerAdfMultipickDetected", "ESCL_SEVERAL_SHEETS"),
        ("ScannerAdfInputTrayOverloaded", "ESCL_SHEETS_UNFIT"),
    ],
)
def test_what_keeps_the_feeder_from_its_first_sheet_has_a_code(feeder: str, code: str) -> None:
    with pytest.raises(DeviceUnavailable, match=code):
        scan_stack(SimulatedScanner(sheets=2, feeder=feeder))


NEXT, JOBS, STATUS = ("GET", "NextDocument"), ("POST", "ScanJobs"), ("GET", "ScannerStatus")
JPEG = {"Content-Type": "image/jpeg"}


@pytest.mark.parametrize(
    ("place", "said", "code"),
    [
        pytest.param(JOBS, (401, {}, b""), "SCANNER_DENIED", id="asks for a password"),
        pytest.param(JOBS, (403, {}, b""), "SCANNER_DENIED", id="forbids"),
        pytest.param(STATUS, (403, {}, b""), "SCANNER_DENIED", id="forbids to ask"),
        pytest.param(JOBS, (507, {}, b""), "SCANNER_NO_MEMORY", id="full"),
        pytest.param(JOBS, (409, {}, b""), "DEVICE_BUSY", id="another's job"),
        pytest.param(JOBS, (400, {}, b""), "DEVICE_FAILED", id="does not like the settings"),
        pytest.param(JOBS, (201, {}, b""), "DEVICE_FAILED", id="no job's address"),
        pytest.param(JOBS, (307, {"Location": "http://127.0.0.1:9/"}, b""), "ESCL_SENDS_ELSEWHERE", id="redirect"),
        pytest.param(NEXT, (301, {"Location": "/elsewhere"}, b""), "ESCL_SENDS_ELSEWHERE", id="page redirect"),
        pytest.param(NEXT, (404, {}, b""), "DEVICE_FAILED", id="no page"),
        pytest.param(NEXT, (410, {}, b""), "DEVICE_FAILED", id="job is gone"),
        pytest.param(NEXT, (500, {}, b""), "DEVICE_FAILED", id="fault"),
        pytest.param(NEXT, (200, JPEG, b""), "DEVICE_FAILED", id="nothing"),
        pytest.param(NEXT, (200, JPEG, b"GIF89a"), "ESCL_PICTURE_UNKNOWN", id="no picture"),
        pytest.param(NEXT, (200, JPEG, b"%PDF-1.4\n"), "ESCL_PICTURE_UNKNOWN", id="PDF without pages"),
        pytest.param(NEXT, (200, {"Content-Encoding": "gzip"}, b"x"), "DEVICE_FAILED", id="packed"),
        pytest.param(
            NEXT, (200, {"Content-Length": "9999", "Connection": "close"}, b"x"), "SCANNER_LOST", id="breaks off"
        ),
        pytest.param(STATUS, (200, {}, b"<a/>"), "DEVICE_FAILED", id="no status"),
    ],
)
def test_an_answer_that_is_of_no_use_has_a_code(place: tuple[str, str], said: wire.Answer, code: str) -> None:
    with pytest.raises(DeviceUnavailable, match=code):
        scan(SimulatedScanner(said={place: said}))  # type: ignore[dict-item]


def test_a_job_that_climbs_out_of_its_place_is_not_followed() -> None:
    scanner = SimulatedScanner(said={JOBS: (201, {"Location": "/eSCL/ScanJobs/.."}, b"")})
    with pytest.raises(DeviceUnavailable):
        scan(scanner)
    assert scanner.asked[-1] == ("POST", "/ScanJobs")


def test_an_answer_without_an_end_is_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner_module, "_PAGE_OCTETS", 10_000)
    with pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"):
        scan(SimulatedScanner())


def test_a_scanner_that_says_nothing_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner_module, "_PAGE_WITHIN_S", 0.1)
    thinks = Event()
    scanner = SimulatedScanner(thinks=thinks)
    Timer(0.5, thinks.set).start()
    with pytest.raises(DeviceUnavailable, match="DEVICE_TIMEOUT"):
        scan(scanner)


def test_a_scan_that_was_stopped_ends_at_once_and_the_scanner_is_told() -> None:
    cancel, thinks = Event(), Event()
    scanner = SimulatedScanner(thinks=thinks)
    Timer(0.1, cancel.set).start()
    Timer(1.0, thinks.set).start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        scan(scanner, cancel=cancel)
    assert time.monotonic() - begun < 1.0
    assert ("DELETE", "/ScanJobs/job-1") in scanner.asked


# -- pages


def test_a_page_is_handed_out_as_the_scanner_made_it() -> None:
    page = scan(SimulatedScanner(), 200)
    with Image.open(io.BytesIO(page.content)) as image:
        assert (page.format, page.resolution_dpi, image.size) == ("jpg", 200, (1700, 2338))


def test_a_job_is_where_it_was_created_whatever_the_scanner_calls_itself() -> None:
    assert scan(SimulatedScanner(calls_itself="http://EPSON-3F.local:80")).content


def test_a_page_that_is_not_ready_is_asked_for_again() -> None:
    scanner = SimulatedScanner(not_ready=3, busy=2)
    assert scan(scanner).content
    assert len([each for each in scanner.asked if each[1].endswith("NextDocument")]) == 4
    assert scanner.asked.count(("POST", "/ScanJobs")) == 3


def test_a_scanner_that_knows_finer_resolutions_only_is_made_as_coarse_as_was_wanted() -> None:
    page = scan(SimulatedScanner(resolutions=(150, 300)), 100)
    with Image.open(io.BytesIO(page.content)) as image:
        assert (page.resolution_dpi, image.size) == (100, (850, 1169))


def test_a_scanner_that_is_coarser_says_so() -> None:
    assert scan(SimulatedScanner(resolutions=(75,)), 200).resolution_dpi == 75


@pytest.mark.parametrize("kind", ["image/png", "application/pdf"])
def test_a_scanner_without_jpeg_hands_out_what_it_has(kind: str) -> None:
    page = scan(SimulatedScanner(formats=(kind,)))
    assert page.format == ("png" if kind == "image/png" else "jpg") and colour(page) == COLOURS[0]


def test_a_stack_comes_in_its_order_and_shows_each_page() -> None:
    seen: list[int] = []
    stack = scan_stack(SimulatedScanner(sheets=3), lambda frame: seen.append(frame.number))
    assert [colour(page) for page in stack.pages] == list(COLOURS[:3])
    assert (stack.broke_off, seen) == (None, [0, 1, 2])


@pytest.mark.parametrize(
    ("jam", "code"), [("ScannerAdfJam", "SCANNER_JAMMED"), ("ScannerAdfMultipickDetected", "ESCL_SEVERAL_SHEETS")]
)
def test_pages_before_a_jam_are_kept_and_the_jam_is_told(jam: str, code: str) -> None:
    stack = scan_stack(SimulatedScanner(sheets=3, jams_after=2, jam=jam))
    assert [colour(page) for page in stack.pages] == list(COLOURS[:2])
    assert stack.broke_off is not None and stack.broke_off.code.name == code


def test_of_a_stack_that_is_too_thick_the_first_sheets_are_taken_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("muster.devices.scanning.MAXIMUM_SHEETS", 2)
    scanner = SimulatedScanner(sheets=3)
    stack = scan_stack(scanner)
    assert (len(stack.pages), scanner.sheets) == (2, 1)
    assert stack.broke_off is not None and stack.broke_off.code.name == "SHEETS_LEFT"


def test_no_page_of_a_pdf_of_a_whole_stack_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.devices.scanning.MAXIMUM_SHEETS", 2)
    sheets = [Image.new("RGB", (100, 100), each) for each in COLOURS[:3]]
    buffer = io.BytesIO()
    sheets[0].save(buffer, "PDF", save_all=True, append_images=sheets[1:])
    whole = (200, {"Content-Type": "application/pdf"}, buffer.getvalue())
    stack = scan_stack(SimulatedScanner(sheets=3, formats=("application/pdf",), said={NEXT: whole}))
    assert [colour(page) for page in stack.pages] == list(COLOURS[:3]) and stack.broke_off is None


def test_one_page_of_a_stack_leaves_the_rest_in_the_feeder() -> None:
    scanner = SimulatedScanner(has_glass=False, sheets=3)
    assert colour(scan(scanner)) == COLOURS[0]
    assert scanner.sheets == 2 and scanner.asked[-1] == ("DELETE", "/ScanJobs/job-1")
