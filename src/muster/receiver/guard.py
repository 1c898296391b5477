"""What stands in front of every route: how much may come, how long it may take, and who may speak at all.

A request is turned away by its headers alone where that is possible. What passes is read to its end here, counted
and timed as a whole, whatever length its header claims and if it claims none (chunked); the routes get it in one
piece. So no route can forget a limit, and somebody who sends one octet a minute holds nothing but a socket, and
not for long.

A crowd of strangers stops no station: of what may be held, and of what is done, at once, theirs is a part. Only
the headers tell who it is, so how many connections there are is no reason to refuse one.

Before the headers are complete there is no request to look at: :func:`headers_in_time` watches over that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import h11
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from muster.receiver.visitor import Visitor, who_asks

MEBIBYTE = 1024 * 1024
_OPEN_FILES = 16_384
Answering = Callable[[int, str, str], Response]
"""Makes the answer out of a status, a code and a message."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``body_bytes`` says of a path how much it takes that carries more than a few records. The times are for slow
    networks: a packet of 5 MiB takes three minutes at 256 kbit/s. Where a path is
    ``open_to_all``, a large body has ``open_body_seconds`` only. ``held_bytes`` is what all requests together may
    hold, ``strangers_bytes`` how much of it those that nobody is known to have sent; no more than
    ``strangers_at_once`` of these are under way. Who signs in is a stranger still; as many of these may be under
    way beside the others, with ``sign_in_bytes`` of their own."""

    header_count: int = 64
    header_seconds: float = 10.0
    small_body_bytes: int = 256 * 1024
    small_body_seconds: float = 20.0
    body_bytes: Callable[[str], int | None] | None = None
    body_seconds: float = 300.0
    open_to_all: Callable[[str], bool] | None = None
    open_body_seconds: float = 60.0
    held_bytes: int = 256 * MEBIBYTE
    strangers_bytes: int = 64 * MEBIBYTE
    sign_in_bytes: int = 16 * MEBIBYTE
    strangers_at_once: int = 512

    def of(self, path: str) -> tuple[int, float]:
        large = None if self.body_bytes is None else self.body_bytes(path)
        if large is None:
            return self.small_body_bytes, self.small_body_seconds
        is_open = self.open_to_all is not None and self.open_to_all(path)
        return large, self.open_body_seconds if is_open else self.body_seconds


@dataclass(frozen=True, slots=True)
class NotLetIn:
    """``hears_out`` where somebody known was refused and is to learn why: who is hung up on in the middle of a
    large body may lose the answer."""

    answer: Response
    hears_out: bool = False


class _TurnedAway(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.answer = (status, code, message)


class _Gone(Exception):
    """The other side hung up."""


class Guard:
    """``admits`` says whether a request may be served by its headers, ``at_the_door`` whose it is or why it may
    not; ``answer`` makes a refusal's words. ``is_sign_in`` says of a path whether one signs in there, ``free``
    whether it is served however many ask."""

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        admits: Callable[[str, Headers], bool],
        at_the_door: Callable[[Scope], Awaitable[NotLetIn | None]],
        answer: Answering,
        *,
        is_sign_in: Callable[[str], bool] = lambda path: False,
        free: Callable[[str], bool] = lambda path: False,
    ) -> None:
        self._app = app
        self._limits = limits
        self._admits = admits
        self._at_the_door = at_the_door
        self._answer = answer
        self._is_sign_in = is_sign_in
        self._free = free
        self._room = _Room(limits.held_bytes)
        self._strangers = _Room(limits.strangers_bytes, limits.strangers_at_once)
        self._signing_in = _Room(limits.sign_in_bytes, limits.strangers_at_once)
        self._watching = _Room(limits.small_body_bytes)  # bodies there say nothing, and must not fill the rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # the server's own life; there are no web sockets here
            await self._app(scope, receive, send)
            return
        body = bytearray()
        rooms: list[_Room] = []
        try:
            refusal = await self._arrive(scope, receive, body, rooms)
            app = self._app if refusal is None else refusal
            await app(scope, _once(bytes(body)), send)
        except _Gone:
            return
        finally:
            for each in rooms:
                each.requests -= 1
                each.held -= len(body)

    async def _arrive(
        self, scope: Scope, receive: Receive, body: bytearray, rooms: list[_Room]
    ) -> Response | None:
        """Fill ``body``, or say why not. ``rooms`` becomes where it is held. Raises ``_Gone``."""
        try:
            most, seconds = self._check_headers(scope)
            refusal = await self._at_the_door(scope)
            if refusal is not None:
                if not refusal.hears_out:
                    most, seconds = self._limits.small_body_bytes, self._limits.small_body_seconds
                async with asyncio.timeout(seconds):
                    return await self._pass_by(scope, receive, refusal.answer, most)
            self._enter(scope, rooms)
            async with asyncio.timeout(seconds):
                await self._read(body, receive, most, rooms)
        except _TurnedAway as refusal:
            return self._turn_away(*refusal.answer)
        except TimeoutError:
            return self._turn_away(408, "REQUEST_TIMEOUT", "The request did not arrive in time")
        return None

    def _check_headers(self, scope: Scope) -> tuple[int, float]:
        headers = Headers(scope=scope)
        if len(headers.raw) > self._limits.header_count:
            raise _TurnedAway(431, "TOO_MANY_HEADERS", "Too many headers")
        if not self._admits(scope["path"], headers):
            raise _TurnedAway(401, "KER-ATH-401", "Authentication Failed")
        most, seconds = self._limits.of(scope["path"])
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit() and len(length) < 20) or int(length) > most:
            raise _TurnedAway(413, "REQUEST_TOO_LARGE", "The request is too large")
        return most, seconds

    def _enter(self, scope: Scope, rooms: list[_Room]) -> None:
        wanted = self._rooms(scope)
        if any(each.most_requests is not None and each.requests >= each.most_requests for each in wanted):
            raise _TurnedAway(503, "TOO_BUSY", "Too many ask at once")
        for each in wanted:
            each.requests += 1
            rooms.append(each)

    def _rooms(self, scope: Scope) -> list[_Room]:
        if self._free(scope["path"]):
            return [self._watching]
        if who_asks(scope) is Visitor.KNOWN:
            return [self._room]
        return [self._room, self._signing_in if self._is_sign_in(scope["path"]) else self._strangers]

    async def _pass_by(self, scope: Scope, receive: Receive, refusal: Response, most: int) -> Response:
        """A body up to ``most`` octets is let pass by and not kept, so that the answer is heard and the connection
        stays."""
        passed = 0
        if int(Headers(scope=scope).get("content-length", "0")) > most:
            return _closing(refusal)
        async for chunk in _chunks(receive):
            passed += len(chunk)
            if passed > most:
                return _closing(refusal)
        return refusal

    async def _read(self, body: bytearray, receive: Receive, most: int, rooms: list[_Room]) -> None:
        async for chunk in _chunks(receive):
            if len(body) + len(chunk) > most:
                raise _TurnedAway(413, "REQUEST_TOO_LARGE", "The request is too large")
            if any(each.held + len(chunk) > each.most for each in rooms):
                raise _TurnedAway(503, "TOO_BUSY", "Too much arrives at once")
            body += chunk
            for each in rooms:
                each.held += len(chunk)

    def _turn_away(self, status: int, code: str, message: str) -> Response:
        return _closing(self._answer(status, code, message))


@dataclass(slots=True)
class _Room:
    """How many octets of bodies are held, and how many requests are under way; and may be."""

    most: int
    most_requests: int | None = None
    held: int = 0
    requests: int = 0


def _closing(response: Response) -> Response:
    response.headers["connection"] = "close"  # the rest of the request is not waited for
    return response


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    """Raises ``_Gone``."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        more = message.get("more_body", False)
        yield message.get("body", b"")


def _once(body: bytes) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    return receive


def open_files_at_most() -> int:
    """How many this process may count on having open, connections among them, once it has asked for enough."""
    try:
        import resource
    except ImportError:  # Windows, which knows no such limit
        return _OPEN_FILES
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(most, _OPEN_FILES)
    if now != resource.RLIM_INFINITY and now < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
        except (ValueError, OSError):  # macOS allows less than it says
            return now
    return wanted


class HandshakesInTime(asyncio.SelectorEventLoop):
    """uvicorn's loop for a server with TLS, and a limit that uvicorn does not set: a handshake has no more time
    than headers have, where asyncio gives it a minute. uvicorn hears of a connection after the handshake only, so
    that :func:`headers_in_time` neither times nor counts those before it."""

    async def create_server(self, *args: Any, **more: Any) -> asyncio.Server:
        if more.get("ssl") is not None:
            more["ssl_handshake_timeout"] = Limits().header_seconds
        return await super().create_server(*args, **more)


def headers_in_time(seconds: float, strangers: int | None = None) -> type[H11Protocol]:
    """uvicorn's protocol with two limits that it does not have itself.

    From the connection, or from the first octet after the last answer, a request's headers must be complete within
    ``seconds``; else the connection is closed. (While nothing comes after an answer, uvicorn's keep-alive limit
    counts.)

    Of more than ``strangers`` connections on which no station was served, or is about to be, the oldest is closed:
    a process can have only so many files open, half of which these may be where nothing is said. That is many more
    than are taken at one go, so that a station's headers are looked at before its connection is the oldest.
    """
    unknown: dict[H11Protocol, None] = {}  # of this process, the oldest first

    @cache
    def most() -> int:
        return open_files_at_most() // 2 if strangers is None else strangers

    def make_room() -> None:
        while len(unknown) > most():
            oldest = next(iter(unknown))
            del unknown[oldest]
            if who_asks(oldest.scope) is Visitor.STRANGER:
                oldest.transport.abort()  # whoever does not answer is not waited for

    class HeadersInTime(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait_for_headers()
            unknown[self] = None
            make_room()

        def data_received(self, data: bytes) -> None:
            if self.conn.their_state is h11.IDLE:
                self._wait_for_headers()
            super().data_received(data)
            if self.conn.their_state is not h11.IDLE:
                self._stop_waiting()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            unknown.pop(self, None)
            super().connection_lost(exc)

        def _wait_for_headers(self) -> None:
            if self._deadline is None:
                self._deadline = self.loop.call_later(seconds, self._give_up)

        def _stop_waiting(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None

        def _give_up(self) -> None:
            self._deadline = None
            self.transport.close()

    return HeadersInTime
