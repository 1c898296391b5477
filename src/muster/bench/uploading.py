"""Uploads beside bare HTTP: the same octets in the same requests to the same server, by the bare library.

Over this machine's own interface a packet takes less than a millisecond, and everything that is done besides
shows: the file read and compared with its digest, the answer's signature checked, what came of it written down
so that a crash cannot undo it. Over lines as stations have them, what counts is how long all that keeps the line
waiting.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2

from muster.bench.measuring import Clock, Rounds, Row
from muster.bench.queued import fill_queue
from muster.bench.taking import taking_server
from muster.clock import utc_now
from muster.upload.mosip import MosipTarget
from muster.upload.transport import Answer, Exchange, Request, Transport
from muster.workstation.demo import demo_station
from muster.workstation.desk import sign_in
from muster.workstation.server import RemoteServer

_SIZE = 1_600_000
_LINES = ((100, 10), (10, 4))  # Mbit/s, and packets that take a second or more
_REF_ID = "10001_10001"


def rows(rounds: Rounds, folder: Path) -> Iterator[Row]:
    size = _SIZE if not rounds.once else 50_000
    with taking_server() as server:
        yield _upload(rounds, server, os.urandom(size))
        yield _delivery(rounds, server, folder / "loopback", 10, size, "this machine's own interface", 5)
    for megabits, packets in _LINES if not rounds.once else _LINES[:1]:
        with taking_server(megabits * 1_000_000 // 8) as server:
            name = f"a line of {megabits} Mbit/s"
            yield _delivery(rounds, server, folder / f"line-{megabits}", packets, size, name, 1)


def _upload(rounds: Rounds, server: str, content: bytes) -> Row:
    """One packet, and nothing but its way."""
    with Transport(server) as transport, httpx2.Client(base_url=server, trust_env=False) as client:
        recorded = _Recorded(transport)
        MosipTarget(recorded, _REF_ID, utc_now).upload("packet", content)
        target = MosipTarget(transport, _REF_ID, utc_now)
        return rounds.compare(
            f"a packet of {len(content) / 1e6:.1f} MB uploaded",
            lambda: target.upload("packet", content),
            "the same request by httpx2",
            lambda: recorded.again_by(client),
            repeat=30,
            clock=Clock.WALL,
        )


def _delivery(rounds: Rounds, server: str, folder: Path, packets: int, size: int, line: str, repeat: int) -> Row:
    """Packets of a queue announced, sent, and noted, as the station does it by itself."""
    station = demo_station(folder, utc_now)
    ((user_id, password), *_) = station.demo_credentials() or ()
    with ExitStack() as stack:
        desk = stack.enter_context(sign_in(station, user_id, password, RemoteServer(server), utc_now))
        entries = fill_queue(desk, station, packets, os.urandom(size))
        desk.sync.prepare()
        transport = stack.enter_context(Transport(server))
        client = stack.enter_context(httpx2.Client(base_url=server, trust_env=False))
        recorded = _Recorded(transport)
        certificate = MosipTarget(transport, _REF_ID, utc_now).certificate()
        target = MosipTarget(recorded, _REF_ID, utc_now)
        target.announce_each([desk.sync.announcement(each) for each in entries], certificate)
        for each in entries:
            target.upload(each.packet_id, desk.sync.read(each))

        def wait_again() -> None:
            for each in entries:
                desk.sync.try_again(each.packet_id)

        return rounds.compare(
            f"{packets} packets of {size / 1e6:.1f} MB delivered over {line}",
            lambda: desk.sync.deliver_all(keep_slips=True),
            "the same requests by httpx2",
            lambda: recorded.again_by(client),
            prepare=wait_again,
            repeat=repeat,
            clock=Clock.WALL,
        )


class _Recorded(Exchange):
    """Remembers what is asked."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._requests: list[Request] = []

    def send(self, request: Request) -> Answer:
        self._requests.append(request)
        return self._exchange.send(request)

    def again_by(self, client: httpx2.Client) -> None:
        for each in self._requests:
            files = {"file": (*each.file, "application/octet-stream")} if each.file else None
            headers = dict(each.headers)
            client.request(each.method, each.path, headers=headers, content=each.body, files=files).read()
