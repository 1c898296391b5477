"""The way back from the browser: an address of this machine to which providers send people (RFC 8252, 7.3).

Rules:

1. Nobody but this machine reaches it: 127.0.0.1 and a port that the system chooses, and a page elsewhere that
   found a name for us is turned away by the ``Host`` it has to send.
2. It decides nothing. What came in is handed on, one after the other, and the page says whether it did: why not is
   told to the officer.
3. Begun at its first need, ended with the desk. A browser that comes later finds nobody; the step is begun again.

4. What follows is as ID&V has it of a callback: 302 where the configuration says where people go on
   (``postAuthRedirectUri``), and 201 without content for a program, which has no use for a page.

Some providers know one address only and no port of the moment: ``MUSTER_BROWSER_PORT`` names it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from muster.errors import Code, MusterError, Refused, Unavailable

RETURN_UNREADABLE = Code(
    "RETURN_UNREADABLE", "What the browser brought back cannot be read. Begin this step again."
)
RETURN_PORT_UNUSABLE = Code(
    "RETURN_PORT_UNUSABLE",
    "Browsers cannot come back to this computer: {port} is no port, or another program has it "
    "(MUSTER_BROWSER_PORT).",
)

Arrived = Callable[[Mapping[str, str]], bool]
GoesTo = Callable[[Mapping[str, str]], str | None]
Words = tuple[tuple[str, str, str], ...]  # language, direction of writing, sentence

_PATH = "/callback"
_IDLE_S = 5.0
_MOST_FIELDS = 20
_CLOSED_WITHIN_S = 5.0
_PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Muster</title></head>
<body style="font: 1.4em sans-serif; margin: 3em">{lines}</body></html>"""
_DONE: Words = (
    ("en", "ltr", "Done. Close this page and go on with the officer."),
    ("fr", "ltr", "C’est fait. Fermez cette page et continuez avec l’agent."),
    ("ar", "rtl", "تم. أغلقوا هذه الصفحة وتابعوا مع الموظف."),
    ("hi", "ltr", "हो गया। यह पृष्ठ बंद करें और अधिकारी के साथ आगे बढ़ें।"),
    ("am", "ltr", "ተጠናቋል። ይህን ገጽ ዘግተው ከባለሙያው ጋር ይቀጥሉ።"),
)
_NOT_DONE: Words = (
    ("en", "ltr", "This did not work. Close this page and ask the officer."),
    ("fr", "ltr", "Cela n’a pas abouti. Fermez cette page et demandez à l’agent."),
    ("ar", "rtl", "لم ينجح ذلك. أغلقوا هذه الصفحة واسألوا الموظف."),
    ("hi", "ltr", "यह नहीं हो पाया। यह पृष्ठ बंद करें और अधिकारी से पूछें।"),
    ("am", "ltr", "ይህ አልተሳካም። ይህን ገጽ ዘግተው ባለሙያውን ይጠይቁ።"),
)
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Connection": "close",
}


class BrowserReturn:
    """``arrived`` is called with what a browser brought, and says whether that did; an error of the tree means
    that it was not even looked at. ``goes_to`` says where a browser that brought this is sent on, if anywhere."""

    def __init__(
        self,
        arrived: Arrived,
        environment: Mapping[str, str] = os.environ,
        goes_to: GoesTo = lambda fields: None,
    ) -> None:
        self._arrived = arrived
        self._goes_to = goes_to
        self._port = environment.get("MUSTER_BROWSER_PORT", "0")
        self._lock = Lock()
        self._one_at_a_time = Lock()
        self._server: ThreadingHTTPServer | None = None

    def address(self) -> str:
        """Where to send people; from now on somebody listens there. Raises ``Unavailable``."""
        with self._lock:
            if self._server is None:
                self._server = self._listening()
                Thread(target=self._server.serve_forever, args=(0.1,), name="browser-return", daemon=True).start()
            return f"http://127.0.0.1:{self._server.server_port}{_PATH}"

    def _listening(self) -> ThreadingHTTPServer:
        try:
            return QuietServer(("127.0.0.1", int(self._port)), self._handler())
        except (ValueError, OverflowError, OSError) as error:
            raise Unavailable(RETURN_PORT_UNUSABLE, port=self._port) from error

    def close(self) -> None:
        """Nobody listens any more; who is being served has a moment to be done."""
        with self._lock:
            server, self._server = self._server, None
        if server is None:
            return
        server.shutdown()
        server.server_close()
        if self._one_at_a_time.acquire(timeout=_CLOSED_WITHIN_S):
            self._one_at_a_time.release()

    def _take(self, query: str) -> tuple[HTTPStatus, Words, str | None]:
        try:
            fields = fields_of(query.encode())
            if not fields:
                raise Refused(RETURN_UNREADABLE)
            with self._one_at_a_time:
                is_done = self._arrived(fields)
        except MusterError:
            return HTTPStatus.BAD_REQUEST, _NOT_DONE, None
        if not is_done:
            return HTTPStatus.OK, _NOT_DONE, None
        return HTTPStatus.OK, _DONE, self._goes_to(fields)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            timeout = _IDLE_S  # browsers open connections that they never use

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                port = self.connection.getsockname()[1]
                if self.headers.get("Host") != f"127.0.0.1:{port}" or address.path != _PATH:
                    self._show(HTTPStatus.NOT_FOUND, _NOT_DONE)
                    return
                status, words, goes_to = take(address.query)
                if goes_to is not None:
                    self._say(HTTPStatus.FOUND, Location=goes_to)
                elif words is _DONE and _is_program(self.headers.get("Accept", "")):
                    self._say(HTTPStatus.CREATED)
                else:
                    self._show(status, words)

            def _say(self, status: HTTPStatus, **headers: str) -> None:
                self.send_response(status)
                for name, value in {**_HEADERS, **headers, "Content-Length": "0"}.items():
                    if name != "Content-Type":
                        self.send_header(name, value)
                self.end_headers()

            def _show(self, status: HTTPStatus, words: Words) -> None:
                lines = "".join(f'<p lang="{lang}" dir="{way}">{text}</p>' for lang, way, text in words)
                page = _PAGE.format(lines=lines).encode()
                self.send_response(status)
                for name, value in _HEADERS.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            def version_string(self) -> str:
                return "Muster"

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
                """Addresses hold codes that are worth a sign-in: nothing is logged."""

        return Handler


def _is_program(accept: str) -> bool:
    """Whether whoever asks says what it takes, and a page is none of that."""
    return bool(accept) and not any(each in accept for each in ("text/html", "text/*", "*/*"))


class QuietServer(ThreadingHTTPServer):
    """Says nothing of whoever hangs up."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody who hung up is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def fields_of(form: bytes) -> dict[str, str]:
    """What a query or a form says. Raises ``Refused(RETURN_UNREADABLE)``: no text, too much of it, or one name
    twice."""
    try:
        pairs = parse_qsl(form.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise Refused(RETURN_UNREADABLE) from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Refused(RETURN_UNREADABLE)
    return fields
