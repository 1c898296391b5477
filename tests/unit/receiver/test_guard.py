"""The guard before every route, on real sockets: bodies without end, senders without haste."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from muster.receiver.app import create_app
from muster.receiver.guard import Limits, headers_in_time, open_files_at_most
from muster.receiver.service import BACKLOG
from unit.receiver.counter import NOW, Counter

UPLOAD = "/registrationprocessor/v1/packetreceiver/registrationpackets"
SYNC = "/registrationprocessor/v1/registrationstatus/syncV2"
HEALTH = "/v1/syncdata/actuator/health"
QUICK = Limits(
    header_count=20, header_seconds=0.5, small_body_bytes=10_000, small_body_seconds=0.5, body_seconds=1.0
)
CHUNK = b"2000\r\n" + b"a" * 0x2000 + b"\r\n"


class Answered:
    """One answer, read until the server hangs up."""

    def __init__(self, raw: bytes) -> None:
        head, _, body = raw.partition(b"\r\n\r\n")
        self.status = int(head.split()[1]) if head else None
        self.headers = head.decode().lower()
        self.body = body


@pytest.fixture(scope="module")
def address(opened: Counter) -> Iterator[tuple[str, int]]:
    """A receiver with little patience, in this process."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(opened.storage, lambda: NOW, limits=QUICK),
        http=headers_in_time(QUICK.header_seconds),
        log_level="critical",
        timeout_keep_alive=2,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join()


def _connect(address: tuple[str, int]) -> closing[socket.socket]:
    return closing(socket.create_connection(address, timeout=10))


def _head(path: str, *headers: str, method: str = "POST") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: x", *headers, "", "")).encode()


def _rest(connection: socket.socket) -> Answered:
    raw = bytearray()
    try:
        while chunk := connection.recv(65536):
            raw += chunk
    except ConnectionError:  # what was sent and not read any more makes it hang up hard; the answer came before
        pass
    return Answered(bytes(raw))


def _ask(address: tuple[str, int], sent: bytes) -> Answered:
    with _connect(address) as connection:
        connection.sendall(sent)
        return _rest(connection)


def _one_answer(connection: socket.socket) -> bytes:
    """On a connection that stays open."""
    raw = b""
    while not raw.endswith(b'{"status":"UP"}'):
        raw += connection.recv(65536)
    return raw


def _code(answered: Answered) -> Any:
    return json.loads(answered.body)["errors"][0]["errorCode"]


@pytest.mark.parametrize("path", [SYNC, UPLOAD, "/enrollment", HEALTH, "/nowhere"])
def test_a_length_beyond_the_limit_is_refused_before_the_body_comes(address: tuple[str, int], path: str) -> None:
    answered = _ask(address, _head(path, "Content-Length: 100000000"))
    assert (answered.status, _code(answered)) == (413, "REQUEST_TOO_LARGE")


def test_a_length_longer_than_any_number_is_refused(address: tuple[str, int]) -> None:
    answered = _ask(address, _head(SYNC, "Content-Length: " + "9" * 19))
    assert answered.status == 413


@pytest.mark.parametrize("path", [SYNC, "/nowhere"])
def test_chunks_without_end_are_refused_and_the_connection_closed(address: tuple[str, int], path: str) -> None:
    with _connect(address) as connection:
        connection.sendall(_head(path, "Transfer-Encoding: chunked"))
        sent = 0
        try:
            while sent < 200_000_000:
                connection.sendall(CHUNK)
                sent += len(CHUNK)
        except OSError:
            pass
        assert sent < 20_000_000  # what the system's buffers took before the connection was closed


def test_chunks_beyond_the_limit_are_answered(address: tuple[str, int]) -> None:
    answered = _ask(address, _head(SYNC, "Transfer-Encoding: chunked") + CHUNK * 2)
    assert (answered.status, _code(answered)) == (413, "REQUEST_TOO_LARGE")
    assert "connection: close" in answered.headers


def test_a_body_that_comes_octet_by_octet_is_given_up(address: tuple[str, int]) -> None:
    begun = time.monotonic()
    with _connect(address) as connection:
        connection.sendall(_head(SYNC, "Content-Length: 1000"))
        for _ in range(20):
            try:
                connection.sendall(b"a")
            except OSError:
                break
            time.sleep(0.05)
        answered = _rest(connection)
    assert (answered.status, _code(answered)) == (408, "REQUEST_TIMEOUT")
    assert time.monotonic() - begun < 5


def test_a_large_body_has_more_time_but_not_for_ever(address: tuple[str, int]) -> None:
    begun = time.monotonic()
    answered = _ask(address, _head(UPLOAD, "Content-Length: 1000") + b"a")
    assert answered.status == 408
    assert 0.9 < time.monotonic() - begun < 5


def test_a_large_body_that_anybody_may_send_has_less_time_than_a_station_s() -> None:
    limits = Limits(body_bytes=lambda path: 500_000, open_to_all=lambda path: path == "/open")
    assert (limits.of("/open"), limits.of("/station")) == ((500_000, 60.0), (500_000, 300.0))


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nA: "])
def test_headers_that_do_not_come_to_an_end_are_hung_up_on(address: tuple[str, int], begun: bytes) -> None:
    started = time.monotonic()
    answered = _ask(address, begun)
    assert answered.status is None
    assert time.monotonic() - started < 5


def test_headers_that_drip_are_hung_up_on_all_the_same(address: tuple[str, int]) -> None:
    with _connect(address) as connection:
        started = time.monotonic()
        try:
            while time.monotonic() - started < 5:
                connection.sendall(b"A")
                time.sleep(0.05)
        except OSError:
            pass
        assert time.monotonic() - started < 4


def test_a_second_request_on_one_connection_has_its_time_again(address: tuple[str, int]) -> None:
    with _connect(address) as connection:
        for _ in range(2):
            connection.sendall(_head(HEALTH, method="GET"))
            assert _one_answer(connection).startswith(b"HTTP/1.1 200")
            time.sleep(0.7)  # longer than headers may take, but nothing of them came


def test_the_headers_of_a_second_request_must_come_in_time_too(address: tuple[str, int]) -> None:
    with _connect(address) as connection:
        connection.sendall(_head(HEALTH, method="GET"))
        assert _one_answer(connection).startswith(b"HTTP/1.1 200")
        started = time.monotonic()
        connection.sendall(b"GET / HT")
        assert _rest(connection).status is None
        assert time.monotonic() - started < 1.5  # before the keep-alive limit of 2 s


def test_too_many_headers_are_refused(address: tuple[str, int]) -> None:
    answered = _ask(address, _head(HEALTH, *(f"a{number}: b" for number in range(30)), method="GET"))
    assert (answered.status, _code(answered)) == (431, "TOO_MANY_HEADERS")


def test_a_refusal_has_mosips_form(address: tuple[str, int]) -> None:
    content = json.loads(_ask(address, _head(SYNC, "Content-Length: 100000000")).body)
    assert set(content) == {"id", "version", "responsetime", "response", "errors"}
    assert content["response"] is None


def test_slow_senders_keep_nobody_else_from_being_served(address: tuple[str, int]) -> None:
    slow = [socket.create_connection(address, timeout=10) for _ in range(50)]
    try:
        for each in slow:
            each.sendall(_head(UPLOAD, "Content-Length: 1000"))
        assert _ask(address, _head(HEALTH, "Connection: close", method="GET")).status == 200
    finally:
        for each in slow:
            each.close()


def test_what_all_hold_together_is_bounded(opened: Counter) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    limits = Limits(held_bytes=15_000, body_seconds=5.0)
    server = uvicorn.Server(uvicorn.Config(create_app(opened.storage, _now, limits=limits), log_level="critical"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        address = listening.getsockname()
        with _connect(address) as first:
            first.sendall(_head(UPLOAD, "Content-Length: 20000") + b"a" * 10_000)
            time.sleep(0.3)
            full = _ask(address, _head(UPLOAD, "Content-Length: 20000") + b"a" * 10_000)
        time.sleep(0.3)
        again = _ask(address, _head(UPLOAD, "Content-Length: 10000", "Connection: close") + b"a" * 10_000)
    finally:
        server.should_exit = True
        thread.join()
    assert (full.status, _code(full)) == (503, "TOO_BUSY")
    assert again.status == 200  # what hung up holds nothing any more


_ENDLESS = -1  # as the system says it


class _FilesOpen:
    """The system's two limits, and what it says to whoever asks for another."""

    RLIMIT_NOFILE, RLIM_INFINITY = 7, _ENDLESS

    def __init__(self, now: int, most: int, refusal: Exception | None = None) -> None:
        self.limits = now, most
        self._refusal = refusal

    def getrlimit(self, which: int) -> tuple[int, int]:
        return self.limits

    def setrlimit(self, which: int, limits: tuple[int, int]) -> None:
        if self._refusal is not None:
            raise self._refusal
        self.limits = limits


@pytest.mark.parametrize(
    ("now", "most", "may"),
    [
        (256, _ENDLESS, 16_384),
        (1024, 524_288, 16_384),
        (1024, 4096, 4096),
        (4096, 4096, 4096),
        (524_288, 524_288, 16_384),
        (_ENDLESS, _ENDLESS, 16_384),
    ],
)
def test_a_process_counts_on_as_many_open_files_as_it_gets(
    monkeypatch: pytest.MonkeyPatch, now: int, most: int, may: int
) -> None:
    system = _FilesOpen(now, most)
    monkeypatch.setitem(sys.modules, "resource", system)
    assert open_files_at_most() == may
    assert system.limits[0] == _ENDLESS or system.limits[0] >= may


@pytest.mark.parametrize("refusal", [ValueError(), OSError()])
def test_a_process_that_gets_no_more_open_files_counts_on_those_it_has(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    monkeypatch.setitem(sys.modules, "resource", _FilesOpen(256, _ENDLESS, refusal))
    assert open_files_at_most() == 256


def test_where_nothing_is_in_the_way_half_of_the_files_are_many_more_than_are_taken_at_one_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "resource", _FilesOpen(1024, _ENDLESS))
    assert open_files_at_most() // 2 > 2 * BACKLOG


def _now() -> datetime:
    return datetime(2026, 1, 2, tzinfo=UTC)


def test_a_body_within_the_limits_arrives_whole(address: tuple[str, int], tmp_path: Path) -> None:
    sent = _head(SYNC, "Transfer-Encoding: chunked", "Connection: close") + b'3\r\n"AA\r\n3\r\nAA"\r\n0\r\n\r\n'
    assert _code(_ask(address, sent)) == "RPR-RGS-028"
