"""A server that takes every packet, looks into none and signs its answers: what uploads are measured with.

A process of its own, so that its work is not counted with ours: ``python -m muster.bench.taking BYTES_PER_SECOND``
(0 for as fast as it can) prints its address and serves until its standard input ends. What is asked besides
uploads (certificates, announcements) is answered in MOSIP's words.
"""

from __future__ import annotations

import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from muster import base64url
from muster.clock import utc_now
from muster.crypto.envelope import DecryptionKey
from muster.crypto.jws import sign_detached
from muster.crypto.signing import SigningKey, certificate_to_pem, self_signed_certificate
from muster.upload.certificates import CERTIFICATE_PATH
from muster.upload.mosip import SYNC_PATH, UPLOAD_PATH

_PIECE = 65536
_PIECES_A_SECOND = 50
_DAYS = 30


@contextmanager
def taking_server(bytes_per_second: int = 0) -> Iterator[str]:
    """Its address."""
    command = [sys.executable, "-m", "muster.bench.taking", str(bytes_per_second)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stdin is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.stdin.close()
            running.kill()


class _Identity:
    """One key for everything: it opens announcements and signs answers."""

    def __init__(self) -> None:
        key = SigningKey.generate()
        self._key = key
        self._certificate = self_signed_certificate(key, "Takes everything", utc_now(), _DAYS)
        self._opens = DecryptionKey.from_pem(key.to_pem())

    def sign(self, body: bytes) -> str:
        return sign_detached(self._key, body, self._certificate)

    def certificate(self) -> Mapping[str, Any]:
        return {"certificate": certificate_to_pem(self._certificate).decode(), "certSignRequest": None}

    def announced(self, body: bytes) -> list[dict[str, str]]:
        request = json.loads(self._opens.decrypt(base64url.decode(json.loads(body))))["request"]
        return [{**_named(each), "status": "SUCCESS"} for each in request]


def _named(entry: Mapping[str, str]) -> dict[str, str]:
    return {name: entry[name] for name in ("registrationId", "packetId")}


class _Taking(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes as one piece: two small ones would wait for each other's receipt
    identity: _Identity
    bytes_per_second: int

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        assert path.path == CERTIFICATE_PATH and parse_qs(path.query)
        self._answer(self.identity.certificate())

    def do_POST(self) -> None:
        if urlsplit(self.path).path == SYNC_PATH:
            length = int(self.headers["Content-Length"])
            self._answer(self.identity.announced(self.rfile.read(length)))
        else:
            assert self.path == UPLOAD_PATH
            self._take()
            self._answer({"status": "Packet has reached Packet Receiver"})

    def _take(self) -> None:
        begun, left, taken = time.monotonic(), int(self.headers["Content-Length"]), 0
        piece = min(_PIECE, self.bytes_per_second // _PIECES_A_SECOND or _PIECE)
        while taken < left:
            taken += len(self.rfile.read(min(left - taken, piece)))
            if self.bytes_per_second:
                time.sleep(max(begun + taken / self.bytes_per_second - time.monotonic(), 0))

    def _answer(self, response: object) -> None:
        body = json.dumps({"id": None, "response": response, "errors": []}, separators=(",", ":")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Response-Signature", self.identity.sign(body))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nobody reads it."""


def main() -> None:
    _Taking.identity, _Taking.bytes_per_second = _Identity(), int(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Taking)
    if _Taking.bytes_per_second:  # what lies in the system's buffers has not come over the line
        server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _PIECE)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
