"""Where wallets come to this station: they fetch what they are asked there, and bring their answer.

::

    GET, POST  {base}/request/{ref}    the signed question; what is posted may be wallet_nonce, wallet_metadata
    POST       {base}/response/{ref}   the answer: 200 {} when it was taken, else 400 and one text for everything

Rules:

1. Nobody but this machine reaches a door unless the configuration opens it further. Then it speaks TLS itself, or
   stands behind what does: wallets on telephones talk to nobody without.
2. It decides nothing, and says nothing about why an answer was not taken: that is told to the officer.
3. Opened at its first need, closed with the desk. A wallet that comes later finds nobody; the step is begun again.
"""

from __future__ import annotations

import json
import os
import ssl
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Lock, Thread
from urllib.parse import urlsplit

from muster.errors import Code, MusterError, Refused, Unavailable
from muster.methods.tools import Door, Fetched
from muster.workstation.browser_return import RETURN_UNREADABLE, Arrived, QuietServer, fields_of

WALLET_DOOR_CLOSED = Code(
    "WALLET_DOOR_CLOSED",
    "This station cannot listen where wallets are to come, by what the proofing configuration says. Tell your "
    "administrator.",
)

_IDLE_S = 5.0
_CLOSED_WITHIN_S = 5.0
_LONGEST_FORM = 512 * 1024  # a presentation has a quarter of a megabyte at most; encrypting adds a third
_LONGEST_LENGTH = 7  # digits of a Content-Length; Python refuses to read thousands of them
_MOST_QUESTIONS = 100
_QUESTION_TYPE = "application/oauth-authz-req+jwt"
_NOT_TAKEN = {"error": "invalid_request", "error_description": "the presentation was not accepted"}


class WalletReturn:
    """``arrived`` is called with what a wallet brought, and says whether that was an answer, be it a no (OpenID4VP
    1.0, section 8.2); an error of the tree means that it was not even looked at."""

    def __init__(self, arrived: Arrived) -> None:
        self._arrived = arrived
        self._lock = Lock()
        self._one_at_a_time = Lock()
        self._doors: dict[Door, QuietServer] = {}
        self._questions: OrderedDict[str, tuple[Door, Fetched]] = OrderedDict()

    def address(self, door: Door, ref: str, fetched: Fetched) -> str:
        """Where to send wallets; somebody listens there from now on. Raises ``Unavailable``."""
        with self._lock:
            server = self._doors.get(door)
            if server is None:
                self._doors[door] = server = self._opened(door)
            self._questions[ref] = (door, fetched)
            while len(self._questions) > _MOST_QUESTIONS:
                self._questions.popitem(last=False)
            return _base(door, server.server_port)

    def close(self) -> None:
        """Nobody listens any more; who is being served has a moment to be done."""
        with self._lock:
            servers = list(self._doors.values())
            self._doors.clear()
            self._questions.clear()
        for server in servers:
            server.shutdown()
            server.server_close()
        if servers and self._one_at_a_time.acquire(timeout=_CLOSED_WITHIN_S):
            self._one_at_a_time.release()

    def _opened(self, door: Door) -> QuietServer:
        host, _, port = door.listen_on.rpartition(":")
        try:
            context = _tls(door.tls) if door.tls else None
            server = QuietServer((host, int(port)), _handler(self._asked, self._brought))
        except (OSError, ValueError, OverflowError) as error:  # ssl.SSLError is an OSError
            raise Unavailable(WALLET_DOOR_CLOSED) from error
        if context is not None:
            # Hands are shaken in the thread that serves, or one silent caller would keep all others waiting.
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        Thread(target=server.serve_forever, args=(0.1,), name="wallet-return", daemon=True).start()
        return server

    def _asked(self, ref: str, fields: Mapping[str, str]) -> str | None:
        with self._lock:
            found = self._questions.get(ref)
            server = self._doors.get(found[0]) if found else None
        if found is None or server is None:
            return None
        door, fetched = found
        return fetched(_base(door, server.server_port), fields)

    def _brought(self, ref: str, fields: Mapping[str, str]) -> bool:
        """What the address says is whose answer it is; what the form says besides is looked at inside."""
        try:
            with self._one_at_a_time:
                return self._arrived({**fields, "state": ref})
        except MusterError:
            return False


def _base(door: Door, port: int) -> str:
    host = door.listen_on.rpartition(":")[0]
    return door.public_url.rstrip("/") or f"{'https' if door.tls else 'http'}://{host}:{port}"


def _tls(pem: str) -> ssl.SSLContext:
    """Raises ``OSError``. Python reads keys from files only, so there is one for that moment, readable by nobody
    else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    handle, path = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(pem)
        context.load_cert_chain(path)
    finally:
        Path(path).unlink()
    return context


def _handler(
    asked: Callable[[str, Mapping[str, str]], str | None], brought: Callable[[str, Mapping[str, str]], bool]
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _IDLE_S

        def do_GET(self) -> None:
            self._question({})

        def do_POST(self) -> None:
            try:
                fields = fields_of(self.rfile.read(self._length()))
            except Refused:
                self._say(HTTPStatus.BAD_REQUEST, _NOT_TAKEN)
                return
            if self._ref("request"):
                self._question(fields)
            elif ref := self._ref("response"):
                is_taken = brought(ref, fields)
                self._say(HTTPStatus.OK if is_taken else HTTPStatus.BAD_REQUEST, {} if is_taken else _NOT_TAKEN)
            else:
                self._say(HTTPStatus.NOT_FOUND, _NOT_TAKEN)

        def _question(self, fields: Mapping[str, str]) -> None:
            ref = self._ref("request")
            question = asked(ref, fields) if ref else None
            if question is None:
                self._say(HTTPStatus.NOT_FOUND, _NOT_TAKEN)
            else:
                self._send(HTTPStatus.OK, _QUESTION_TYPE, question.encode())

        def _ref(self, part: str) -> str:
            """A ``publicUrl`` may have a path of its own."""
            *_, name, ref = ("", "", *urlsplit(self.path).path.split("/"))
            return ref if name == part else ""

        def _length(self) -> int:
            """Raises ``Refused(RETURN_UNREADABLE)``."""
            text = self.headers.get("Content-Length", "0")
            is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_LENGTH
            length = int(text) if is_number else _LONGEST_FORM + 1
            if length > _LONGEST_FORM:
                raise Refused(RETURN_UNREADABLE)
            return length

        def _say(self, status: HTTPStatus, content: Mapping[str, str]) -> None:
            self._send(status, "application/json", json.dumps(content).encode())

        def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Cache-Control": "no-store", "Connection": "close"}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def version_string(self) -> str:
            return "Muster"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's word
            """Addresses name an attempt: nothing is logged."""

    return Handler
