"""A line between station and receiver that fails in one way, as often as it is told to, and is good afterwards."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit


class Fault(Enum):
    RESET_ASKING = "connection reset while sending"
    RESET_ANSWERING = "connection reset while answering"
    BUSY = "429 with Retry-After"
    BROKEN = "500"
    HUGE = "an answer of 1 GB"
    NONSENSE = "an answer that is no HTTP"
    WRONG_CERTIFICATE = "a certificate nobody trusts"


def untrusted(folder: Path) -> Path:
    """A key and a certificate of its own, for a server nobody trusts (PEM, both in one file)."""
    path = folder / "untrusted.pem"
    if not path.exists():
        subject = ["-subj", "/CN=127.0.0.1", "-days", "2", "-nodes", "-newkey", "rsa:2048"]
        made = ["openssl", "req", "-x509", "-keyout", str(path), "-out", f"{path}.cer", *subject]
        subprocess.run(made, check=True, capture_output=True)
        path.write_bytes(path.read_bytes() + Path(f"{path}.cer").read_bytes())
    return path


_ANSWERS = {
    Fault.BUSY: b"HTTP/1.1 429 Slow down\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    Fault.BROKEN: b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    Fault.NONSENSE: b"\x00\x01\x02 what is this\r\n\r\n",
}
_LINGER_NONE = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # closing sends a reset


class BadLine:
    """``after`` octets of the connection pass before it fails; ``times`` connections do."""

    def __init__(
        self, receiver: str, fault: Fault, after: int, times: int, certificate: Path | None = None
    ) -> None:
        parts = urlsplit(receiver)
        self._receiver = (parts.hostname or "", parts.port or 0)
        self._fault, self._after, self._left = fault, after, times
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate)
        self._listening = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if self._context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}{parts.path}"
        self._lock = threading.Lock()
        self._passed = 0
        self._then: tuple[int, Callable[[], object]] | None = None

    def when_passed(self, octets: int, then: Callable[[], object]) -> None:
        """Do something once so many octets went to the receiver."""
        self._then = (octets, then)

    def start(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                asking, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(asking,), daemon=True).start()

    def _one(self, asking: socket.socket) -> None:
        with self._lock:
            is_bad, self._left = self._left > 0, self._left - 1
        with suppress(OSError):
            if self._context is not None:
                asking = self._context.wrap_socket(asking, server_side=True)
            if is_bad and self._fault in (*_ANSWERS, Fault.HUGE):
                self._answer(asking)
                return
            answering = socket.create_connection(self._receiver)
            limits = {
                Fault.RESET_ASKING: (self._after, None),
                Fault.RESET_ANSWERING: (None, self._after),
            }.get(self._fault, (None, None))
            there, back = limits if is_bad else (None, None)
            threading.Thread(target=_pass, args=(asking, answering, there, self._count), daemon=True).start()
            _pass(answering, asking, back)

    def _count(self, octets: int) -> None:
        self._passed += octets
        if self._then is not None and self._passed >= self._then[0]:
            self._then[1]()
            self._then = None

    def _answer(self, asking: socket.socket) -> None:
        asking.recv(self._after + 1)
        if self._fault is not Fault.HUGE:
            asking.sendall(_ANSWERS[self._fault])
        else:
            asking.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n"
            )
            for _ in range(1000):
                asking.sendall(b" " * 1_000_000)
        asking.close()


def _pass(
    giving: socket.socket,
    taking: socket.socket,
    limit: int | None,
    count: Callable[[int], None] = lambda octets: None,
) -> None:
    passed = 0
    try:
        while True:
            content = giving.recv(65536)
            if limit is not None and passed + len(content) >= limit:
                taking.sendall(content[: limit - passed])
                for each in (giving, taking):
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
                    each.close()
                return
            if not content:
                with suppress(OSError):
                    taking.shutdown(socket.SHUT_WR)
                return
            taking.sendall(content)
            count(len(content))
            passed += len(content)
    except OSError:
        for each in (giving, taking):
            with suppress(OSError):
                each.close()
