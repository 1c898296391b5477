"""The driver: document scanners that SANE knows. It runs in a process of its own, because back ends crash.

Environment::

    MUSTER_SANE_OPTIONS   options of the scanner to set before each scan: "brightness=10,swcrop=1"
    MUSTER_SANE_NETWORK   1 looks for scanners of other computers too (SANE's net.conf, airscan.conf)
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock

from muster.devices import scanning
from muster.devices.api import (
    DEVICE_ABSENT,
    DEVICE_BUSY,
    DEVICE_FAILED,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    OnPreview,
    ScannedPage,
    ScannedStack,
    setting_wrong,
)
from muster.devices.frames import Frame, Pixels
from muster.devices.scanning import (
    FEEDER_EMPTY,
    SCANNER_COVER_OPEN,
    SCANNER_DENIED,
    SCANNER_JAMMED,
    SCANNER_LOST,
    SCANNER_NO_MEMORY,
    page_of,
)
from muster.domain.assessment import Finding
from muster.errors import CANCELLED, Cancelled, Code, DeviceUnavailable, MusterError
from muster_scanner_sane.libsane import Found, Handle, Sane, SaneAbsurd, SaneError, Status
from muster_scanner_sane.pages import read_page
from muster_scanner_sane.settings import Source, prepare, sources

_KIND = DeviceKind.SCANNER.value
_LOOK_EVERY_S = 30.0
_USB = Path("/sys/bus/usb/devices")
_CAMERAS = ("v4l", "gphoto2")  # back ends of SANE whose devices are no scanners
_CODES: dict[Status | None, Code] = {
    Status.DEVICE_BUSY: DEVICE_BUSY,
    Status.JAMMED: SCANNER_JAMMED,
    Status.NO_DOCS: FEEDER_EMPTY,
    Status.COVER_OPEN: SCANNER_COVER_OPEN,
    Status.IO_ERROR: SCANNER_LOST,
    Status.NO_MEM: SCANNER_NO_MEMORY,
    Status.ACCESS_DENIED: SCANNER_DENIED,
}

Options = tuple[tuple[str, str], ...]


class SaneDriver:
    """Implements ``devices.api.Driver``. Where there is no libsane, nothing is found."""

    name = "scanner_sane"

    def __init__(self, options: Options = (), *, everywhere: bool = False) -> None:
        self._options = options
        self._everywhere = everywhere
        self._lock = Lock()  # the library has one state for all
        self._found: dict[str, Found] = {}
        self._looked_at: float | None = None
        self._plugged_in: frozenset[str] = frozenset()

    def find(self) -> Sequence[DeviceDescriptor]:
        """What was there when last looked: back ends speak to the hardware to find it, so they are asked when
        something was plugged in or out and now and then, and never while a scanner is in use."""
        if not self._is_fresh() and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return [_described(id_, each) for id_, each in self._found.items()]

    def _is_fresh(self) -> bool:
        if self._looked_at is None or _plugged_in() != self._plugged_in:
            return False
        return time.monotonic() - self._looked_at < _LOOK_EVERY_S

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        if not self._lock.acquire(blocking=False):
            raise DeviceUnavailable(DEVICE_BUSY, kind=_KIND)
        try:
            if descriptor.id not in self._found:
                self._look()
            found = self._found.get(descriptor.id)
            library = _library()
            if found is None or library is None:
                raise DeviceUnavailable(DEVICE_ABSENT, kind=_KIND)
            with _translated(when_invalid=DEVICE_ABSENT), library.opened(found.name) as handle:
                here = sources(handle.options())
                kind = FeedingScanner if Source.FEEDER in here else SaneScanner
                yield kind(handle, context, self._options)
        finally:
            self._lock.release()

    def _look(self) -> None:
        library = _library()
        if library is None:
            return
        self._plugged_in = _plugged_in()
        try:
            seen = library.devices(everywhere=self._everywhere)
        except SaneError:
            seen = ()
        self._found = _with_ids([each for each in seen if each.name.partition(":")[0] not in _CAMERAS])
        self._looked_at = time.monotonic()


class SaneScanner:
    """A scanner with a glass. Implements ``devices.api.DocumentScanner``."""

    def __init__(self, handle: Handle, context: DeviceContext, options: Options) -> None:
        self._handle, self._context, self._options = handle, context, options
        self._previews = 0

    def scan(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedPage:
        here = sources(self._handle.options())
        source = Source.GLASS if Source.GLASS in here else Source.FEEDER
        with _translated(), self._started(here[source], resolution_dpi) as dpi:
            return self._page(dpi, resolution_dpi, cancel, on_preview)

    @contextmanager
    def _started(self, source: str | None, resolution_dpi: int) -> Iterator[tuple[float, float]]:
        dpi = prepare(self._handle, source, resolution_dpi, self._options)
        try:
            yield dpi
        finally:
            self._handle.cancel()  # a page that was read to its end wants it as well

    def _page(
        self, scanned_dpi: tuple[float, float], wanted_dpi: int, cancel: Event, on_preview: OnPreview
    ) -> ScannedPage:
        def show(pixels: Pixels) -> None:
            on_preview(Frame(pixels, self._context.clock(), self._previews))
            self._previews += 1

        page = read_page(self._handle, cancel, show)
        show(page.pixels)
        return page_of(page.pixels, scanned_dpi, wanted_dpi, is_line_art=page.is_line_art)


class FeedingScanner(SaneScanner):
    """Implements ``devices.api.SheetFeeder`` as well."""

    def scan_stack(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedStack:
        pages: list[ScannedPage] = []
        source = sources(self._handle.options())[Source.FEEDER]
        try:
            with _translated(), self._started(source, resolution_dpi) as dpi:
                while not scanning.is_full(pages):
                    pages.append(self._page(dpi, resolution_dpi, cancel, on_preview))
        except DeviceUnavailable as error:
            if not pages:
                raise
            ended = error.code is FEEDER_EMPTY
            return ScannedStack(tuple(pages), None if ended else Finding(error.code, detail=error.detail))
        return ScannedStack(tuple(pages), Finding(scanning.SHEETS_LEFT, detail={"sheets": len(pages)}))


def options_from(text: str) -> Options:
    """``name=value`` pairs, comma separated. Raises ``BadInput``: a typing mistake must not go unseen."""
    pairs = [tuple(part.strip() for part in each.split("=")) for each in text.split(",") if each.strip()]
    wrong = [each for each in pairs if len(each) != 2 or not all(each)]
    if wrong:
        raise setting_wrong("MUSTER_SANE_OPTIONS", "=".join(wrong[0]), "name=value, name=value")
    return tuple((name, value) for name, value in pairs)


def from_environment() -> SaneDriver:
    """What the entry point calls. Raises ``BadInput``."""
    options = options_from(os.environ.get("MUSTER_SANE_OPTIONS", ""))
    return SaneDriver(options, everywhere=os.environ.get("MUSTER_SANE_NETWORK") == "1")


def _plugged_in() -> frozenset[str]:
    """What is on the bus, by its places; nothing where the system does not tell."""
    try:
        return frozenset(each.name for each in _USB.iterdir())
    except OSError:
        return frozenset()


_loaded: list[Sane | None] = []


def _library() -> Sane | None:
    """The library, once a process; None where there is none."""
    if not _loaded:
        try:
            _loaded.append(Sane())
        except (OSError, SaneError):
            _loaded.append(None)
    return _loaded[0]


def _with_ids(seen: Sequence[Found], bus: Path = _USB) -> dict[str, Found]:
    """By back end, model and, on USB, serial number; not by SANE's name, which is an address on the bus, another
    one each time. Two that are alike are told apart by their order."""
    named: dict[str, Found] = {}
    for each in seen:
        words = f"sane {each.name.partition(':')[0]} {each.vendor} {each.model} {_place_of(each, bus)[1]}".lower()
        id_ = re.sub(r"[^a-z0-9]+", "-", words).strip("-")
        twins = sum(other == id_ or other.startswith(f"{id_}#") for other in named)
        named[f"{id_}#{twins + 1}" if twins else id_] = each
    return named


def _place_of(found: Found, bus: Path = _USB) -> tuple[str, str]:
    """Where on USB it is plugged in (``usb:1-4.2``) and its serial number; empty where nobody tells."""
    place = re.search(r":libusb:(\d+):(\d+)$", found.name)
    if place is None:
        return "", ""
    numbers = int(place[1]), int(place[2])
    here = (
        each for each in sorted(bus.glob("*")) if (_number(each / "busnum"), _number(each / "devnum")) == numbers
    )
    device = next(here, None)
    return (f"usb:{device.name}", _line(device / "serial")) if device else ("", "")


def _number(path: Path) -> int:
    line = _line(path)
    return int(line) if line.isdecimal() else -1


def _line(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _described(id_: str, found: Found) -> DeviceDescriptor:
    address, serial = _place_of(found)
    return DeviceDescriptor(
        id=id_,
        kind=DeviceKind.SCANNER,
        driver=SaneDriver.name,
        make=found.vendor or "?",
        model=found.model or "?",
        serial=serial or found.name or "?",
        status=DeviceStatus.READY,
        capabilities=(found.kind,) if found.kind else (),
        address=address,
    )


@contextmanager
def _translated(when_invalid: Code = DEVICE_FAILED) -> Iterator[None]:
    """SANE's numbers as our errors; ``when_invalid`` for an argument it does not take."""
    try:
        yield
    except MusterError:
        raise
    except SaneError as error:
        if error.status is Status.CANCELLED:
            raise Cancelled(CANCELLED) from error
        other = when_invalid if error.status is Status.INVAL else DEVICE_FAILED
        raise DeviceUnavailable(_CODES.get(error.status, other), kind=_KIND) from error
    except SaneAbsurd as error:
        raise DeviceUnavailable(DEVICE_FAILED, kind=_KIND) from error
