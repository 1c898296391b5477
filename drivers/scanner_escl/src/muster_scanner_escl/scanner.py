"""One scanner: jobs, their pages, and what keeps it from working (eSCL 2.97, sections 5, 6 and 9)."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from muster.devices import scanning
from muster.devices.api import (
    DEVICE_BUSY,
    DEVICE_FAILED,
    DEVICE_TIMEOUT,
    DeviceContext,
    DeviceKind,
    OnPreview,
    ScannedPage,
    ScannedStack,
)
from muster.devices.frames import Frame
from muster.devices.scanning import (
    FEEDER_EMPTY,
    SCANNER_COVER_OPEN,
    SCANNER_DENIED,
    SCANNER_JAMMED,
    SCANNER_LOST,
    SCANNER_NO_MEMORY,
)
from muster.domain.assessment import Finding
from muster.errors import CANCELLED, Cancelled, Code, DeviceUnavailable, MalformedData, NotAuthentic
from muster_scanner_escl.addresses import Address
from muster_scanner_escl.pages import pages_in
from muster_scanner_escl.problems import (
    ESCL_SENDS_ELSEWHERE,
    ESCL_SEVERAL_SHEETS,
    ESCL_SHEETS_UNFIT,
    ESCL_UNTRUSTED,
)
from muster_scanner_escl.wire import (
    Answer,
    Connection,
    Patience,
    ScannerAbsurd,
    ScannerElsewhere,
    ScannerGone,
    ScannerSilent,
    ScannerUntrusted,
)
from muster_scanner_escl.words import (
    Capabilities,
    Feeder,
    Inlet,
    Source,
    State,
    Status,
    parse_capabilities,
    parse_status,
    scan_settings,
)

KIND = DeviceKind.SCANNER.value
TOLD = Patience(seconds=5.0, octets=1024 * 1024)
_PAGE_OCTETS = 64 * 1024 * 1024
_PAGE_WITHIN_S = 120.0
_BUSY_FOR_S = 15.0
_ASK_AGAIN_S = (0.02, 2.0)  # what a scanner may ask us to wait, least and most
_LAST_WORD = Patience(seconds=3.0, octets=64 * 1024)
_LONGEST_NAME = 200
_OK, _CREATED, _NO_MORE, _NOT_READY = 200, 201, 404, 503
_BUSY = (_NOT_READY, 409)
_PROBLEMS: dict[Feeder, Code] = {
    Feeder.EMPTY: FEEDER_EMPTY,
    Feeder.JAM: SCANNER_JAMMED,
    Feeder.MISPICK: SCANNER_JAMMED,
    Feeder.HATCH_OPEN: SCANNER_COVER_OPEN,
    Feeder.SEVERAL: ESCL_SEVERAL_SHEETS,
    Feeder.TOO_SHORT: ESCL_SHEETS_UNFIT,
    Feeder.TOO_LONG: ESCL_SHEETS_UNFIT,
    Feeder.TRAY_FAILED: ESCL_SHEETS_UNFIT,
    Feeder.TRAY_OVERLOADED: ESCL_SHEETS_UNFIT,
}
_REFUSALS = {401: SCANNER_DENIED, 403: SCANNER_DENIED, 507: SCANNER_NO_MEMORY}


class EsclScanner:
    """A scanner with a glass. Implements ``devices.api.DocumentScanner``."""

    def __init__(self, address: Address, capabilities: Capabilities, context: DeviceContext) -> None:
        self._address = address
        self._capabilities = capabilities
        self._context = context
        self._previews = 0

    def scan(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedPage:
        source = Source.GLASS if self._capabilities.inlet(Source.GLASS) else Source.FEEDER
        pages, problem = self._pages(source, 1, resolution_dpi, cancel, on_preview)
        if not pages:
            raise problem or DeviceUnavailable(DEVICE_FAILED, kind=KIND)
        return pages[0]

    def _pages(
        self, source: Source, most: int, wanted_dpi: int, cancel: Event, on_preview: OnPreview
    ) -> tuple[list[ScannedPage], DeviceUnavailable | None]:
        """What came, and what ended it if something did; more than ``most`` where one PDF holds them. Raises
        ``Cancelled``, ``NotAuthentic``."""
        pages: list[ScannedPage] = []
        try:
            inlet = self._capabilities.inlet(source)
            assert inlet is not None
            dpi = inlet.resolution(wanted_dpi)
            with _job(self._address, self._capabilities, source, inlet, dpi, cancel) as job:
                while len(pages) < most and (answer := job.next_document()) is not None:
                    for page in pages_in(answer.body, answer.content_type, dpi, wanted_dpi):
                        pages.append(page)
                        self._show(page, on_preview)
        except DeviceUnavailable as error:
            return pages, error
        return pages, None

    def _show(self, page: ScannedPage, on_preview: OnPreview) -> None:
        with Image.open(io.BytesIO(page.content)) as image:
            pixels = np.asarray(image.convert("RGB"))
        on_preview(Frame(pixels, self._context.clock(), self._previews))
        self._previews += 1


class FeedingScanner(EsclScanner):
    """Implements ``devices.api.SheetFeeder`` as well."""

    def scan_stack(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedStack:
        most = scanning.MAXIMUM_SHEETS
        pages, problem = self._pages(Source.FEEDER, most, resolution_dpi, cancel, on_preview)
        if not pages:
            raise problem or DeviceUnavailable(FEEDER_EMPTY)
        if problem is not None:
            return ScannedStack(tuple(pages), Finding(problem.code, detail=problem.detail))
        left = Finding(scanning.SHEETS_LEFT, detail={"sheets": most}) if len(pages) == most else None
        return ScannedStack(tuple(pages), left)


class _Job:
    """A scan under way."""

    def __init__(self, connection: Connection, source: Source, path: str, cancel: Event) -> None:
        self._connection, self._source, self.path, self._cancel = connection, source, path, cancel
        self.is_over = False

    def next_document(self) -> Answer | None:
        """None at the end. Raises ``DeviceUnavailable``, ``Cancelled``."""
        patience = Patience(_PAGE_WITHIN_S, _PAGE_OCTETS, self._cancel)
        deadline = time.monotonic() + _PAGE_WITHIN_S
        while (answer := self._connection.ask("GET", f"{self.path}/NextDocument", patience)).status == _NOT_READY:
            if time.monotonic() > deadline:
                raise DeviceUnavailable(DEVICE_TIMEOUT, kind=KIND)
            problem = _problem(_status(self._connection), self._source, is_under_way=True)
            if problem is not None:
                raise DeviceUnavailable(problem, kind=KIND)
            _wait(answer, self._cancel)
        if answer.status == _OK and answer.body:
            return answer
        self.is_over = answer.status == _NO_MORE
        problem = _problem(_status(self._connection), self._source, is_under_way=True)
        if problem is not None:
            raise DeviceUnavailable(problem, kind=KIND)
        if self.is_over:
            return None
        raise DeviceUnavailable(_REFUSALS.get(answer.status, DEVICE_FAILED), kind=KIND)


@contextmanager
def _job(
    address: Address, capabilities: Capabilities, source: Source, inlet: Inlet, dpi: int, cancel: Event
) -> Iterator[_Job]:
    """Begun, and told to stop whatever happens."""
    with connected(address) as connection:
        problem = _problem(_status(connection), source)
        if problem is not None:
            raise DeviceUnavailable(problem, kind=KIND)
        settings = scan_settings(capabilities, source, inlet, dpi)
        job = _Job(connection, source, _begun(connection, settings, cancel), cancel)
        try:
            yield job
        finally:
            if not job.is_over:
                _stop(address, job)


def _begun(connection: Connection, settings: bytes, cancel: Event) -> str:
    """The path of the job that was created. Another one at the scanner may have to end first."""
    patience = Patience(TOLD.seconds * 6, TOLD.octets, cancel)  # some warm up before they answer
    deadline = time.monotonic() + _BUSY_FOR_S
    while (answer := connection.ask("POST", "/ScanJobs", patience, settings)).status in _BUSY:
        if time.monotonic() > deadline:
            raise DeviceUnavailable(DEVICE_BUSY, kind=KIND)
        _wait(answer, cancel)
    if answer.status != _CREATED:
        raise DeviceUnavailable(_REFUSALS.get(answer.status, DEVICE_FAILED), kind=KIND)
    return _path_of(answer.headers.get("location", ""))


def _path_of(location: str) -> str:
    """Below ``/ScanJobs``; by its last part only: scanners put names there that nobody can resolve, and the job is
    where it was created."""
    name = urlsplit(location).path.rstrip("/").rpartition("/")[2]
    if not name or name in (".", "..") or len(name) > _LONGEST_NAME:
        raise ScannerAbsurd
    return f"/ScanJobs/{name}"


def _stop(address: Address, job: _Job) -> None:
    """On a connection of its own: the job's may be waiting for a page. Whatever comes of it, we are leaving."""
    with suppress(ScannerSilent, ScannerGone, ScannerAbsurd, ScannerUntrusted, ScannerElsewhere):
        connection = Connection(address)
        try:
            connection.ask("DELETE", job.path, _LAST_WORD)
        finally:
            connection.close()


@contextmanager
def connected(address: Address, when_gone: Code = SCANNER_LOST) -> Iterator[Connection]:
    """What goes wrong in a conversation as our errors."""
    connection = Connection(address)
    try:
        yield connection
    except ScannerGone as error:
        raise DeviceUnavailable(when_gone, kind=KIND) from error
    except ScannerSilent as error:
        raise DeviceUnavailable(DEVICE_TIMEOUT, kind=KIND) from error
    except ScannerUntrusted as error:
        raise NotAuthentic(ESCL_UNTRUSTED) from error
    except ScannerElsewhere as error:
        raise DeviceUnavailable(ESCL_SENDS_ELSEWHERE) from error
    except (ScannerAbsurd, MalformedData) as error:
        raise DeviceUnavailable(DEVICE_FAILED, kind=KIND) from error
    finally:
        connection.close()


def capabilities_of(connection: Connection) -> Capabilities:
    return parse_capabilities(_told(connection, "/ScannerCapabilities"))


def _status(connection: Connection) -> Status:
    return parse_status(_told(connection, "/ScannerStatus"))


def _told(connection: Connection, path: str) -> bytes:
    answer = connection.ask("GET", path, TOLD)
    if answer.status in _REFUSALS:
        raise DeviceUnavailable(_REFUSALS[answer.status], kind=KIND)
    if answer.status != _OK:
        raise ScannerAbsurd
    return answer.body


def _problem(status: Status, source: Source, *, is_under_way: bool = False) -> Code | None:
    """What keeps the scanner from handing out a page. An empty feeder is how a stack ends."""
    if source is Source.FEEDER and status.feeder in _PROBLEMS:
        return None if is_under_way and status.feeder is Feeder.EMPTY else _PROBLEMS[status.feeder]
    if status.feeder is Feeder.HATCH_OPEN:
        return SCANNER_COVER_OPEN
    return DEVICE_FAILED if status.state in (State.STOPPED, State.DOWN) else None


def _wait(answer: Answer, cancel: Event) -> None:
    asked = answer.headers.get("retry-after", "")
    seconds = float(asked) if asked.isascii() and asked.isdigit() else _ASK_AGAIN_S[1] / 4
    if cancel.wait(min(max(seconds, _ASK_AGAIN_S[0]), _ASK_AGAIN_S[1])):
        raise Cancelled(CANCELLED)
