"""What gpsd is to whoever connects: lines of JSON in answer to ``?DEVICES`` and ``?WATCH``."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

PATH = "/dev/ttyACM0"
VERSION = {"class": "VERSION", "release": "3.22", "rev": "3.22", "proto_major": 3, "proto_minor": 14}
DEVICE = {
    "class": "DEVICE",
    "path": PATH,
    "driver": "u-blox",
    "subtype": "SW 1.00",
    "activated": "2026-03-01T12:00:00Z",
}
# As gpsd's documentation shows it, at an invented place.
FIX = {
    "class": "TPV", "device": PATH, "mode": 3, "time": "2026-03-01T12:00:00.000Z", "lat": 50.0005, "lon": 8.2711,
    "altHAE": 133.1, "epx": 6.0, "epy": 8.0, "epv": 12.1, "eph": 9.5, "track": 0.0, "speed": 0.02,
}  # fmt: skip
NO_FIX = {"class": "TPV", "device": PATH, "mode": 1}


def line(said: object) -> bytes:
    return json.dumps(said).encode() + b"\r\n"


@dataclass
class SimulatedGpsd:
    """``devices`` is its list; ``reports`` are said to whoever watches, octets as they are, then it is silent or,
    with ``hangs_up``, closes."""

    devices: list[dict[str, Any]] = field(default_factory=lambda: [DEVICE])
    reports: list[dict[str, Any] | bytes] = field(default_factory=lambda: [FIX])
    hangs_up: bool = False
    on_watch: Callable[[], object] = lambda: None
    heard: list[bytes] = field(default_factory=list)
    address: tuple[str, int] = ("", 0)

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                with client, suppress(OSError):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        client.sendall(line(VERSION))
        while order := client.recv(4096):
            self.heard.append(order)
            if order.startswith(b"?DEVICES"):
                client.sendall(line({"class": "DEVICES", "devices": self.devices}))
            elif order.startswith(b"?WATCH="):
                self.on_watch()
                client.sendall(
                    line({"class": "WATCH", **json.loads(order.removeprefix(b"?WATCH=").rstrip(b";\n"))})
                )
                for report in self.reports:
                    client.sendall(report if isinstance(report, bytes) else line(report))
                if self.hangs_up:
                    return


@contextmanager
def served(gpsd: SimulatedGpsd) -> Iterator[SimulatedGpsd]:
    """On a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    gpsd.address = ("127.0.0.1", listening.getsockname()[1])
    thread = Thread(target=gpsd.serve, args=(listening,), daemon=True)
    thread.start()
    try:
        yield gpsd
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(2)
