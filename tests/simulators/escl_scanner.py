"""A driverless scanner (eSCL) on a real port: a glass, a feeder with sheets, and whatever may go wrong with both.

Its pages are bars in the colour of their number, as large and as fine as the scan settings ask for.
"""

from __future__ import annotations

import io
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from PIL import Image

COLOURS = ("maroon", "olive", "navy", "teal", "purple", "green")
_NAMESPACES = (
    'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
)
Said = tuple[int, Mapping[str, str], bytes]


@dataclass
class SimulatedScanner:
    """``said`` replaces what is answered to a verb and resource; ``jams_after`` sheets the paper is stuck."""

    has_glass: bool = True
    sheets: int | None = None  # None: there is no feeder
    resolutions: tuple[int, ...] = (100, 200, 300)
    formats: tuple[str, ...] = ("image/jpeg", "application/pdf")
    serial: str = "SCAN0001"
    state: str = "Idle"
    feeder: str | None = None  # as it is, else by the sheets
    jams_after: int | None = None
    jam: str = "ScannerAdfJam"
    busy: int = 0  # how often a job is put off
    not_ready: int = 0  # how often each page is
    thinks: Event | None = None  # a page comes once this is set
    calls_itself: str = ""  # before the path of a job; some have a name there that nobody knows
    cut_off: int = 0  # octets missing at the end of each page
    said: dict[tuple[str, str], Said] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    pages: int = 0
    url: str = ""

    def capabilities(self) -> bytes:
        inlets = "<scan:Platen><scan:PlatenInputCaps>{0}</scan:PlatenInputCaps></scan:Platen>" * self.has_glass
        if self.sheets is not None:
            inlets += "<scan:Adf><scan:AdfSimplexInputCaps>{0}</scan:AdfSimplexInputCaps></scan:Adf>"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerCapabilities {_NAMESPACES}>'
            "<pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>Muster Scan 3</pwg:MakeAndModel>"
            f"<pwg:SerialNumber>{self.serial}</pwg:SerialNumber>{inlets.format(self._inlet())}"
            "</scan:ScannerCapabilities>"
        ).encode()

    def _inlet(self) -> str:
        resolutions = "".join(
            f"<scan:DiscreteResolution><scan:XResolution>{each}</scan:XResolution>"
            f"<scan:YResolution>{each}</scan:YResolution></scan:DiscreteResolution>"
            for each in self.resolutions
        )
        formats = "".join(
            f"<pwg:DocumentFormat>{each}</pwg:DocumentFormat>"
            f"<scan:DocumentFormatExt>{each}</scan:DocumentFormatExt>"
            for each in self.formats
        )
        return (
            "<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>"
            "<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>3508</scan:MaxHeight>"
            "<scan:SettingProfiles><scan:SettingProfile>"
            "<scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode>"
            f"</scan:ColorModes><scan:DocumentFormats>{formats}</scan:DocumentFormats><scan:SupportedResolutions>"
            f"<scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions></scan:SupportedResolutions>"
            "</scan:SettingProfile></scan:SettingProfiles>"
        )

    def status(self) -> bytes:
        feeder = self.feeder or ("ScannerAdfLoaded" if self.sheets else "ScannerAdfEmpty")
        told = f"<scan:AdfState>{feeder}</scan:AdfState>" if self.sheets is not None else ""
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><scan:ScannerStatus {_NAMESPACES}>'
            f"<pwg:Version>2.63</pwg:Version><pwg:State>{self.state}</pwg:State>{told}</scan:ScannerStatus>"
        ).encode()

    def page(self) -> tuple[str, bytes]:
        asked = dict(re.findall(r"<\w+:(\w+)>([^<]*)</", self.settings[-1]))
        dpi = int(asked["XResolution"])
        size = int(asked["Width"]) * dpi // 300, int(asked["Height"]) * dpi // 300
        image = Image.new("RGB", size, COLOURS[self.pages % len(COLOURS)])
        content_type = asked["DocumentFormat"]
        buffer = io.BytesIO()
        kind = {"image/jpeg": "JPEG", "image/png": "PNG", "application/pdf": "PDF"}[content_type]
        image.save(buffer, kind, quality=80, compress_level=1, resolution=float(dpi))
        self.pages += 1
        content = buffer.getvalue()
        return content_type, content[: len(content) - self.cut_off]


class _Job:
    def __init__(self, scanner: SimulatedScanner) -> None:
        self.scanner = scanner
        self.from_feeder = ">Feeder<" in scanner.settings[-1]
        self.waits = scanner.not_ready
        self.sheets = 0

    def next(self) -> Said:
        scanner = self.scanner
        if scanner.thinks is not None:
            scanner.thinks.wait(10)
        if self.waits:
            self.waits -= 1
            return 503, {"Retry-After": "0"}, b""
        self.waits = scanner.not_ready
        if self.from_feeder and self.sheets == scanner.jams_after:
            scanner.feeder = scanner.jam
            return 503, {}, b""
        if not (scanner.sheets if self.from_feeder else self.sheets == 0):
            return 404, {}, b""
        self.sheets += 1
        if self.from_feeder:
            assert scanner.sheets is not None
            scanner.sheets -= 1
        content_type, content = scanner.page()
        return 200, {"Content-Type": content_type}, content


def _handler(scanner: SimulatedScanner) -> type[BaseHTTPRequestHandler]:
    jobs: dict[str, _Job] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_DELETE(self) -> None:
            self._answer("DELETE")

        def _answer(self, verb: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            resource = self.path.removeprefix("/eSCL")
            scanner.asked.append((verb, resource))
            name = resource.rpartition("/")[2] if resource.endswith("NextDocument") else resource.strip("/")
            status, headers, content = scanner.said.get((verb, name)) or self._say(verb, resource, body)
            self.send_response(status)
            for each, text in headers.items():
                self.send_header(each, text)
            if "Transfer-Encoding" not in headers and "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            if headers.get("Connection") == "close":
                self.close_connection = True

        def _say(self, verb: str, resource: str, body: bytes) -> Said:
            xml = {"Content-Type": "text/xml"}
            job = resource.split("/")[2] if resource.count("/") > 1 else ""
            match verb, resource:
                case "GET", "/ScannerCapabilities":
                    return 200, xml, scanner.capabilities()
                case "GET", "/ScannerStatus":
                    return 200, xml, scanner.status()
                case "POST", "/ScanJobs":
                    return self._begin(body)
                case "GET", _ if job in jobs and resource.endswith("/NextDocument"):
                    return jobs[job].next()
                case "DELETE", _ if jobs.pop(job, None):
                    return 200, {}, b""
                case _:
                    return 404, {}, b""

        def _begin(self, body: bytes) -> Said:
            if scanner.busy:
                scanner.busy -= 1
                return 503, {"Retry-After": "0"}, b""
            scanner.settings.append(body.decode())
            name = f"job-{len(scanner.settings)}"
            jobs[name] = _Job(scanner)
            return 201, {"Location": f"{scanner.calls_itself}/eSCL/ScanJobs/{name}"}, b""

        def log_message(self, *args: object) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        """Clients that leave in the middle are what is tried here."""


@contextmanager
def running(scanner: SimulatedScanner, tls: ssl.SSLContext | None = None) -> Iterator[SimulatedScanner]:
    server = _Server(("127.0.0.1", 0), _handler(scanner))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scanner.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}/eSCL"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield scanner
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
