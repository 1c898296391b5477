"""A crowd of strangers from many addresses, on real sockets: known stations are served meanwhile."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Thread

import pytest
import uvicorn

from integration.receiver.conftest import Place
from integration.receiver.line import Line
from muster.formats.mosip_login import LOGIN_PATH, SEND_OTP_PATH
from muster.formats.station_enrolment import PATH as ENROLMENT
from muster.receiver.app import create_app
from muster.receiver.guard import Limits, headers_in_time
from muster.receiver.settings import HubSettings
from muster.receiver.tables import machine
from unit.receiver.counter import codes

SYNC = "/registrationprocessor/v1/registrationstatus/syncV2"
UPLOAD = "/registrationprocessor/v1/packetreceiver/registrationpackets"
LIMITS = Limits(
    held_bytes=40_000, strangers_bytes=10_000, strangers_at_once=4, body_seconds=30.0, small_body_seconds=30.0
)
CLOSED, OPEN = HubSettings(signed_requests=True), HubSettings()
ASKS_FIRST = "Expect: 100-continue"
_TOLD = 10.0


class Connection:
    """One request, as slowly as somebody likes."""

    def __init__(self, address: tuple[str, int], *head: str) -> None:
        self.socket = socket.create_connection(address, timeout=_TOLD)
        if head:
            self.socket.sendall("\r\n".join((*head, "Host: x", "", "")).encode())

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def is_let_in(self) -> None:
        """Waits until the body is asked for: the headers were looked at."""
        told = b""
        while not told.endswith(b"\r\n\r\n"):
            told += self.socket.recv(1)
        assert told.startswith(b"HTTP/1.1 100")

    def status(self) -> tuple[int, list[str]]:
        """Status and codes of the answer; 0 where the server hung up without one."""
        head, _, body = self._whole().partition(b"\r\n\r\n")
        if not head:
            return 0, []
        return int(head.split()[1]), codes(json.loads(body)) if body.startswith(b"{") else []  # or only words

    def _whole(self) -> bytes:
        raw = b""
        try:
            while chunk := self.socket.recv(65536):
                raw += chunk
                head, _, body = raw.partition(b"\r\n\r\n")
                length = head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]
                if length and len(body) >= int(length):
                    break
        except ConnectionError:
            pass
        return raw

    def close(self) -> None:
        self.socket.close()


Opened = Callable[..., Connection]


@contextmanager
def _serving(
    place: Place, hub: HubSettings, most_strangers: int = 100, *, login: bool = False
) -> Iterator[Opened]:
    listening = socket.create_server(("127.0.0.1", 0))
    protocol = headers_in_time(30.0, most_strangers)
    app = create_app(place.open(), place.clock, hub=hub, limits=LIMITS, login=login)
    server = uvicorn.Server(uvicorn.Config(app, http=protocol, log_level="critical", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    with ExitStack() as opened:
        try:
            yield lambda *head: opened.enter_context(closing(Connection(listening.getsockname(), *head)))
        finally:
            server.should_exit = True
            thread.join()


def _signed(place: Place, path: str, body: bytes, at: datetime | None = None) -> list[str]:
    line = Line(lambda *_: None, place.clock)  # type: ignore[arg-type, return-value]
    headers = line.signature(place.keys.machine.key, "POST", path, body, at)
    said = [f"{name}: {value}" for name, value in headers.items()]
    return [f"POST {path} HTTP/1.1", f"Content-Length: {len(body)}", *said]


def _unsigned(path: str, length: int) -> list[str]:
    return [f"POST {path} HTTP/1.1", f"Content-Length: {length}"]


def _nothing_more_is_taken(opened: Opened, path: str) -> None:
    """Strangers hold what they may: the next octets of one of them are refused."""
    holding = opened(*_unsigned(path, 20_000))
    holding.send(bytes(9_000))
    end = time.monotonic() + _TOLD
    while time.monotonic() < end:
        another = opened(*_unsigned(path, 2_000))
        another.send(bytes(2_000))
        if another.status()[0] == 503:  # what the first sent was read by now
            return
        another.close()  # of many that are open the oldest would be closed, which is the first
    pytest.fail("strangers hold more than their share")


@pytest.mark.parametrize(("path", "length"), [(UPLOAD, 1_000_000), (SYNC, 300_000)])
def test_what_no_station_signed_is_refused_before_its_body_comes(small: Place, path: str, length: int) -> None:
    with _serving(small, CLOSED) as opened:
        waiting = opened(*_unsigned(path, length))
        assert waiting.status()[0] in (401, 413)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("signature: muster=:AAAA:", "HUB-SIG-005"),
        ("signature: x", "HUB-SIG-002"),
        ('muster-station: version="9.9.9"', "HUB-SIG-005"),
    ],
)
def test_a_signature_that_is_none_is_refused_before_the_body_comes(small: Place, change: str, code: str) -> None:
    name = change.partition(":")[0]
    with _serving(small, CLOSED) as opened:
        head = [each for each in _signed(small, UPLOAD, bytes(1_000_000)) if not each.startswith(f"{name}:")]
        assert opened(*head, change).status() == (401, [code])


def test_a_refused_request_with_a_small_body_hears_so_on_a_connection_that_stays(small: Place) -> None:
    with _serving(small, CLOSED) as opened:
        connection = opened(*_unsigned(SYNC, 5))
        connection.send(b"12345")
        assert connection.status() == (401, ["HUB-SIG-001"])
        connection.send("\r\n".join((*_signed(small, SYNC, b"{}"), "Host: x", "", "{}")).encode())
        assert connection.status()[0] == 200


def test_a_station_whose_clock_is_wrong_hears_so_after_a_large_body_on_a_connection_that_stays(
    small: Place,
) -> None:
    body = bytes(1_000_000)
    head = _signed(small, UPLOAD, body, at=small.now - timedelta(minutes=6))
    with _serving(small, CLOSED) as opened:
        connection = opened(*head)
        connection.send(body)
        assert connection.status() == (401, ["HUB-SIG-004"])
        connection.send("\r\n".join((*_signed(small, SYNC, b"{}"), "Host: x", "", "{}")).encode())
        assert connection.status()[0] == 200


@pytest.mark.parametrize("path", [SYNC, UPLOAD])
def test_chunks_without_end_are_not_let_pass_by(small: Place, path: str) -> None:
    with _serving(small, CLOSED) as opened:
        connection = opened(f"POST {path} HTTP/1.1", "Transfer-Encoding: chunked")
        chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        with suppress(ConnectionError):
            for _ in range(6):
                connection.send(chunk)
        assert connection.status() in ((401, ["HUB-SIG-001"]), (0, []))


@pytest.mark.parametrize(("hub", "path"), [(CLOSED, ENROLMENT), (OPEN, ENROLMENT), (OPEN, UPLOAD)])
def test_strangers_hold_their_share_and_a_station_is_served_meanwhile(
    small: Place, hub: HubSettings, path: str
) -> None:
    with _serving(small, hub) as opened:
        _nothing_more_is_taken(opened, path)
        body = bytes(25_000)
        station = opened(*_signed(small, SYNC, body))
        station.send(body)
        assert station.status()[0] == 200


def test_who_asks_the_relay_without_signing_in_holds_a_strangers_share(small: Place) -> None:
    with _serving(small, OPEN, login=True) as opened:
        _nothing_more_is_taken(opened, f"/relay/{'x' * 43}")


def test_so_many_strangers_are_under_way_at_once_and_a_station_all_the_same(small: Place) -> None:
    with _serving(small, CLOSED) as opened:
        for _ in range(LIMITS.strangers_at_once):
            opened(*_unsigned(ENROLMENT, 10), ASKS_FIRST).is_let_in()
        assert opened(*_unsigned(ENROLMENT, 10)).status() == (503, ["TOO_BUSY"])
        station = opened(*_signed(small, SYNC, b"{}"))
        station.send(b"{}")
        assert station.status()[0] == 200


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/v1/syncdata/actuator/health"])
def test_whoever_watches_over_a_hub_hears_of_it_where_strangers_may_do_nothing(small: Place, path: str) -> None:
    limits = replace(LIMITS, strangers_at_once=0, strangers_bytes=0)
    line = Line(create_app(small.open(), small.clock, hub=CLOSED, limits=limits), small.clock)
    assert line.ask("GET", path).status_code == 200
    assert line.ask("POST", ENROLMENT, content=b"{}").status_code == 503


@pytest.mark.parametrize("path", [LOGIN_PATH, SEND_OTP_PATH])
def test_who_signs_in_is_heard_while_strangers_do_and_hold_what_they_may(small: Place, path: str) -> None:
    with _serving(small, CLOSED) as opened:
        for _ in range(LIMITS.strangers_at_once):
            opened(*_unsigned(ENROLMENT, 10_000), ASKS_FIRST).is_let_in()
        signing_in = opened(*_unsigned(path, 2))
        signing_in.send(b"{}")
        assert signing_in.status()[0] == 200


def test_what_strangers_held_is_theirs_again_when_they_are_gone(small: Place) -> None:
    with _serving(small, CLOSED) as opened:
        first = opened(*_unsigned(ENROLMENT, 9_000))
        first.send(bytes(9_000))
        assert first.status()[0] == 400
        second = opened(*_unsigned(ENROLMENT, 9_000))
        second.send(bytes(9_000))
        assert second.status()[0] == 400


def test_another_body_than_was_signed_is_refused_when_it_is_here(small: Place) -> None:
    with _serving(small, CLOSED) as opened:
        station = opened(*_signed(small, SYNC, b"{}"))
        station.send(b"[]")
        assert station.status() == (401, ["HUB-SIG-002"])


def test_of_too_many_connections_of_strangers_the_oldest_ends_and_a_station_s_stays(small: Place) -> None:
    with _serving(small, CLOSED, most_strangers=3) as opened:
        station = opened(*_signed(small, SYNC, b"{}"), ASKS_FIRST)
        station.is_let_in()
        silent = opened()
        slow = opened(*_unsigned(ENROLMENT, 10))
        crowd = [opened() for _ in range(3)]
        assert (silent.status()[0], slow.status()[0]) == (0, 0)
        station.send(b"{}")
        assert station.status()[0] == 200
        for each in crowd:
            each.send("\r\n".join((*_unsigned(ENROLMENT, 0), "Host: x", "", "")).encode())
            assert each.status()[0] == 400


def test_a_station_of_the_version_before_keeps_its_connection_where_signatures_are_not_asked_for(
    small: Place,
) -> None:
    with _serving(small, OPEN, most_strangers=2) as opened:
        station = opened(*_unsigned(SYNC, 2), ASKS_FIRST)
        station.is_let_in()
        crowd = [opened() for _ in range(3)]
        assert crowd[0].status()[0] == 0
        station.send(b"{}")
        assert station.status()[0] == 200


def test_a_database_that_is_away_is_said_before_the_body_comes(small: Place) -> None:
    with _serving(small, CLOSED) as opened:
        with small.open().database.writing() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {machine.name} RENAME TO away")
        try:
            assert opened(*_signed(small, UPLOAD, bytes(1_000_000))).status() == (503, ["TRY_AGAIN"])
        finally:
            with small.open().database.writing() as connection:
                connection.exec_driver_sql(f"ALTER TABLE away RENAME TO {machine.name}")
