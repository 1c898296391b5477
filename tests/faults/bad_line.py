"""A line between station and receiver that fails in one way until it is mended.

It passes octets on, so that the rest of the way is real; what the fault replaces, it answers itself. The station
reaches it by http, or, where it was given certificates, by TLS.
"""

from __future__ import annotations

import json
import re
import select
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from faults.certificates import Certificates
from muster.clock import utc_now
from muster.crypto.jws import sign_detached
from muster.crypto.signing import SigningKey, self_signed_certificate


class Fault(Enum):
    RESET_ASKING = "connection reset while sending"
    RESET_ANSWERING = "connection reset while answering"
    CLOSED_ASKING = "connection closed while sending"
    CLOSED_ANSWERING = "connection closed while answering"
    BUSY = "429 with Retry-After"
    BUSY_WITHOUT_WORD = "429 without Retry-After"
    BROKEN = "500"
    PORTAL = "redirect to plain http"
    NONSENSE = "an answer that is no HTTP"
    UNSIGNED = "an answer nobody signed"
    FORGED = "an answer signed by somebody else"
    HUGE = "an answer of 1 GB"
    HUGE_IN_CHUNKS = "an answer of 1 GB, in chunks"
    SLOW_HEAD = "headers, an octet a second"
    SLOW_BODY = "an answer, an octet a second"
    OTHER_ISSUER = "certificate of another issuer"
    EXPIRED = "certificate that expired"
    OTHER_NAME = "certificate of another name"
    OLD_TLS = "TLS 1.1 at most"
    NO_TLS = "plain http where https was configured"


CUTS = frozenset({Fault.RESET_ASKING, Fault.RESET_ANSWERING, Fault.CLOSED_ASKING, Fault.CLOSED_ANSWERING})
SLOW = frozenset({Fault.SLOW_HEAD, Fault.SLOW_BODY})
TLS_FAULTS = frozenset({Fault.OTHER_ISSUER, Fault.EXPIRED, Fault.OTHER_NAME, Fault.OLD_TLS, Fault.NO_TLS})
# Their words answer an upload; a station that believes them loses the packet.
_ON_UPLOADS_ONLY = frozenset({Fault.UNSIGNED, Fault.FORGED})

_UPLOAD = b"/packetreceiver/registrationpackets "
_BELIEVABLE = json.dumps(
    {"id": "x", "response": {"status": "Packet has reached Packet Receiver"}, "errors": []}, separators=(",", ":")
).encode()
_GIGABYTE = 1_000_000_000
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST in place of FIN
_PIECE = 65536
_QUIET_S = 30


def _plain(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


@cache
def _forged() -> bytes:
    key = SigningKey.generate()
    certificate = self_signed_certificate(key, "Somebody else", utc_now(), 365)
    signature = sign_detached(key, _BELIEVABLE, certificate)
    return _plain("200 OK", f"Response-Signature: {signature}", body=_BELIEVABLE)


_ANSWERS: dict[Fault, Callable[[], bytes]] = {
    Fault.BUSY: lambda: _plain("429 Slow down", "Retry-After: 7200"),
    Fault.BUSY_WITHOUT_WORD: lambda: _plain("429 Slow down"),
    Fault.BROKEN: lambda: _plain("500 Oops"),
    Fault.PORTAL: lambda: _plain("302 Found", "Location: http://127.0.0.1:9/"),
    Fault.NONSENSE: lambda: bytes(range(256)),
    Fault.UNSIGNED: lambda: _plain("200 OK", body=_BELIEVABLE),
    Fault.FORGED: _forged,
}


def _slowly(fault: Fault) -> Iterator[bytes]:
    """Pieces of an answer that is too much or too slow."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    if fault is Fault.HUGE:
        yield head + b"Content-Length: %d\r\n\r\n" % _GIGABYTE
        for _ in range(_GIGABYTE // _PIECE):
            yield b" " * _PIECE
    elif fault is Fault.HUGE_IN_CHUNKS:
        yield head + b"Transfer-Encoding: chunked\r\n\r\n"
        for _ in range(_GIGABYTE // _PIECE):
            yield b"%x\r\n" % _PIECE + b" " * _PIECE + b"\r\n"
    else:
        yield head + (b"X: " if fault is Fault.SLOW_HEAD else b"Content-Length: 100000\r\n\r\n")
        while True:
            yield b" "
            time.sleep(1)


@dataclass
class _Break:
    """``after`` so many octets of a connection; ``happened`` counts the connections it happened to."""

    fault: Fault
    after: int = 0
    uploads_only: bool = False
    happened: int = 0


class BadLine:
    """To ``receiver``, from ``url``."""

    def __init__(self, receiver: str, certificates: Certificates | None = None) -> None:
        parts = urlsplit(receiver)
        self._receiver = (parts.hostname or "", parts.port or 0)
        self._certificates = certificates
        self._listening = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if certificates else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}{parts.path}"
        self._break: _Break | None = None
        self._passed = 0
        self._then: tuple[int, Callable[[], object]] | None = None
        self.heard = 0
        """Octets of requests that came in while a TLS fault was on: none may."""
        threading.Thread(target=self._accept, daemon=True).start()

    def break_with(self, fault: Fault, after: int = 0, *, uploads_only: bool = False) -> None:
        """``after`` counts for cuts; ``uploads_only`` lets announcements and the like through unharmed."""
        self._break = _Break(fault, after, uploads_only or fault in _ON_UPLOADS_ONLY)

    @property
    def happened(self) -> int:
        return self._break.happened if self._break else 0

    def mend(self) -> None:
        self._break = None

    def when_passed(self, octets: int, then: Callable[[], object]) -> None:
        """Do something once so many octets went to the receiver."""
        self._passed, self._then = 0, (octets, then)

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                threading.Thread(target=self._one, args=(near,), daemon=True).start()

    def _one(self, near: socket.socket) -> None:
        broken = self._break
        with near, suppress(OSError):
            if broken is not None and broken.fault in TLS_FAULTS:
                broken.happened += 1
                self.heard += _listen_to(near, broken.fault, self._certificates)
                return
            if self._certificates is not None:
                near = _server_side(near, self._certificates.good)
            with near, socket.create_connection(self._receiver) as far:
                self._pass_on(near, far, broken)

    def _pass_on(self, near: socket.socket, far: socket.socket, broken: _Break | None) -> None:
        """Octets both ways, until the end or the fault. One thread: a socket that another one reads from does not
        close."""
        ways = {near: far, far: near}
        passed = dict.fromkeys(ways, 0)
        while True:
            for source in select.select(list(ways), [], [], _QUIET_S)[0]:
                piece = _read(source)
                if not piece:
                    return
                if broken is not None and source is near and _is_replaced(broken, piece):
                    broken.happened += 1
                    _answer(near, piece, broken.fault)
                    return
                limit = _limit(broken, asking=source is near)
                if broken is not None and limit is not None and passed[source] + len(piece) > limit:
                    broken.happened += 1
                    ways[source].sendall(piece[: limit - passed[source]])
                    if broken.fault in (Fault.RESET_ASKING, Fault.RESET_ANSWERING):
                        for each in ways:
                            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    return
                ways[source].sendall(piece)
                passed[source] += len(piece)
                if source is near:
                    self._count(len(piece))

    def _count(self, octets: int) -> None:
        self._passed += octets
        if self._then is not None and self._passed >= self._then[0]:
            (_, then), self._then = self._then, None
            then()


def _limit(broken: _Break | None, *, asking: bool) -> int | None:
    """How many octets pass that way before the line is cut."""
    if broken is None or broken.fault not in CUTS:
        return None
    return broken.after if asking == (broken.fault in (Fault.RESET_ASKING, Fault.CLOSED_ASKING)) else None


def _is_replaced(broken: _Break, piece: bytes) -> bool:
    """Whether ``piece`` begins a request that the line answers itself. The station asks one thing at a time."""
    if broken.fault in CUTS:
        return False
    line = piece.partition(b"\r\n")[0]
    return not broken.uploads_only or (line.startswith(b"POST ") and _UPLOAD in line)


def _read(source: socket.socket) -> bytes:
    """What is there; of TLS also what ``select`` does not see any more."""
    piece = source.recv(_PIECE)
    while isinstance(source, ssl.SSLSocket) and source.pending():
        piece += source.recv(_PIECE)
    return piece


def _answer(near: socket.socket, begun: bytes, fault: Fault) -> None:
    _read_request(near, begun)
    if fault in _ANSWERS:
        near.sendall(_ANSWERS[fault]())
        near.shutdown(socket.SHUT_WR)
        near.recv(1)  # until the station hangs up: a close that leaves something unread is a reset
        return
    for piece in _slowly(fault):
        near.sendall(piece)


def _read_request(near: socket.socket, begun: bytes) -> None:
    """The rest of it: a close before its end would be a reset, and not the fault that is meant."""
    while b"\r\n\r\n" not in begun:
        begun += near.recv(_PIECE)
    head, _, body = begun.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    left = int(length[1]) - len(body) if length else 0
    while left > 0 and (piece := near.recv(_PIECE)):
        left -= len(piece)


def _listen_to(near: socket.socket, fault: Fault, certificates: Certificates | None) -> int:
    """Octets of a request that somebody hears who must hear none."""
    assert certificates is not None
    near.settimeout(_QUIET_S)
    if fault is Fault.NO_TLS:
        piece = near.recv(_PIECE)
        near.sendall(_plain("200 OK", body=b"{}"))
        return len(piece) if piece[:1] != b"\x16" else 0  # the beginning of a TLS handshake
    files = {
        Fault.OTHER_ISSUER: certificates.of_another_issuer,
        Fault.EXPIRED: certificates.expired,
        Fault.OTHER_NAME: certificates.of_another_name,
    }
    with _server_side(near, files.get(fault, certificates.good), oldest=fault is Fault.OLD_TLS) as heard:
        return len(heard.recv(_PIECE))


def _server_side(near: socket.socket, certificate: Path, *, oldest: bool = False) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if oldest:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context.wrap_socket(near, server_side=True)
