"""A server on a real loopback socket that answers as it is told, once per request."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. ``raw`` replaces everything, status line included."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    hang: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class WireServer:
    """``answers`` are used up in order; ``received`` is what was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.received: list[Received] = []
        self.released = Event()
        self.url = ""

    def will(self, answer: Answer) -> None:
        self.answers.append(answer)

    def will_say(self, content: object) -> None:
        self.will(Answer(body=json.dumps(content).encode()))

    @property
    def last(self) -> Received:
        return self.received[-1]


def json_of(received: Received) -> Any:
    return json.loads(received.body)


@contextmanager
def wire_server() -> Iterator[WireServer]:
    wire = WireServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            wire.received.append(Received(self.command, self.path, dict(self.headers.items()), body))
            self._answer(wire.answers.pop(0))

        do_GET = do_POST = do_PUT = _take  # noqa: N815 - http.server's names

        def _answer(self, answer: Answer) -> None:
            if answer.raw is not None:
                self.wfile.write(answer.raw)
                self.wfile.flush()
            else:
                self.send_response_only(answer.status)  # without a Date of its own
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
            if answer.hang:
                wire.released.wait(10)
            self.close_connection = answer.raw is not None or answer.hang

        def log_message(self, *arguments: object) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wire.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield wire
    finally:
        wire.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
