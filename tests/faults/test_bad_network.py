"""Proof by destruction, the network's half: a line that breaks anywhere loses no packet and makes no second one.

Between a station and a real receiver process stands somebody who cuts the line after a random number of octets, in
either direction, or answers something else. ``MUSTER_FAULT_ROUNDS=300`` runs it in full; a table is printed.
"""

from __future__ import annotations

import os
import random
import select
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from muster.audit.catalogue import AuditEvent
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId
from muster.errors import MusterError
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.server import RemoteServer
from unit.workstation.desks import desk_at, make_station, play

ROUNDS = int(os.environ.get("MUSTER_FAULT_ROUNDS", "9"))
_SEED = 20260301
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST in place of FIN
_NONSENSE = {
    "busy": b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
    "trouble": b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
    "portal": b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\nContent-Length: 0\r\n\r\n",
    "garbage": bytes(range(256)),
    "unsigned": b'HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{"response":{"status":"fine!"}}',
}
_CUTS = ("reset up", "reset down", "closed up", "closed down")


@dataclass
class Fault:
    """What happens to connections, and after how many octets. ``kind`` is nothing on a good line."""

    kind: str = ""
    after: int = 0
    happened: bool = False


class BadLine:
    """A proxy to one server that does to each connection what ``fault`` says, once."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._server = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.fault = Fault()
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        fault = self.fault
        with near, socket.create_connection(self._server) as far:
            if fault.kind in _NONSENSE and not fault.happened:
                fault.happened = True
                with suppress(OSError):
                    near.recv(65536)
                    near.sendall(_NONSENSE[fault.kind])
                    near.shutdown(socket.SHUT_WR)
                return
            with suppress(OSError):
                _pass_on(near, far, fault)


def _pass_on(near: socket.socket, far: socket.socket, fault: Fault) -> None:
    """Octets both ways, until the end or the fault. One thread: a socket that another one reads from does not
    close."""
    ways = {near: ("up", far), far: ("down", near)}
    passed = dict.fromkeys(ways, 0)
    while True:
        for source in select.select(list(ways), [], [], 30)[0]:
            way, sink = ways[source]
            piece = source.recv(16384)
            if not piece:
                return
            if fault.kind.endswith(way) and not fault.happened and passed[source] + len(piece) > fault.after:
                fault.happened = True
                sink.sendall(piece[: fault.after - passed[source]])
                for each in ways if fault.kind.startswith("reset") else ():
                    each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                return
            sink.sendall(piece)
            passed[source] += len(piece)


@dataclass(frozen=True, slots=True)
class Ground:
    desk: Desk
    line: BadLine
    folder: Path
    registration_id: RegistrationId
    packet_id: str

    def forget(self) -> None:
        """The server has never heard of the packet, and the station is to send it."""
        for name in ("announced", "packets", "accepted"):
            for path in (self.folder / name).iterdir():
                path.unlink()
        self.desk.sync.try_again(self.packet_id)

    def accepted(self) -> list[str]:
        return [path.stem for path in (self.folder / "accepted").iterdir()]

    def uploads(self) -> int:
        return Counter(each.event for each in self.desk.trail.about(self.registration_id))[
            AuditEvent.PACKET_UPLOADED.id
        ]


@contextmanager
def _ground(root: Path) -> Iterator[Ground]:
    station = make_station(root)
    receiver = EmbeddedReceiver(station.folder, station.identity)
    line = BadLine(receiver.url())
    try:
        with desk_at(root, RemoteServer(line.url)) as desk:
            registration_id = play(desk)
            packet_id = desk.enrollment.submit(registration_id).packet_id
            yield Ground(desk, line, station.folder.receiver, registration_id, packet_id)
    finally:
        line.close()
        receiver.close()


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        with _ground(tmp_path_factory.mktemp("faults") / "station") as made:
            yield made


def test_a_line_cut_anywhere_loses_no_packet_and_makes_no_second_one(ground: Ground) -> None:
    chance = random.Random(_SEED)
    size = ground.desk.sync.outlook().octets
    table: Counter[tuple[str, str]] = Counter()
    sealed = ground.desk.folder.packet(ground.packet_id).read_bytes()
    for number in range(ROUNDS):
        kind = (*_CUTS, *_NONSENSE)[number % (len(_CUTS) + len(_NONSENSE))]
        # Down there are only answers; the announcement and the upload share one connection.
        most = size + 6_000 if kind.endswith("up") else 5_000
        ground.forget()
        before = ground.uploads()
        ground.line.fault = Fault(kind, chance.randrange(most))
        with suppress(MusterError):
            ground.desk.sync.deliver_all(due_only=False, keep_slips=True)
        happened = ground.line.fault.happened
        ground.line.fault = Fault()
        ground.desk.sync.deliver_all(due_only=False, keep_slips=True)
        (entry,) = ground.desk.sync.outbox()
        lost = entry.state is not DeliveryState.PUSHED or ground.accepted() != [ground.packet_id]
        twice = ground.uploads() - before != 1
        changed = (ground.folder / "packets" / f"{ground.packet_id}.zip").read_bytes() != sealed
        table += Counter({(kind, "rounds"): 1, (kind, "broken"): happened, (kind, "lost"): lost or changed})
        table += Counter({(kind, "twice"): twice})
    _print(table)
    assert sum(count for (_, what), count in table.items() if what in ("lost", "twice")) == 0
    assert sum(count for (_, what), count in table.items() if what == "broken") > ROUNDS / 2


def _print(table: Counter[tuple[str, str]]) -> None:
    columns = ("rounds", "broken", "lost", "twice")
    print("\n" + f"{'the line':<14}" + "".join(f"{each:>8}" for each in columns))
    for kind in (*_CUTS, *_NONSENSE):
        print(f"{kind:<14}" + "".join(f"{table[kind, each]:>8}" for each in columns))
