"""What stands in front of every route: how much may come, how long it may take, and who may speak at all.

A request is turned away by its headers alone where that is possible. What passes is read to its end here, counted
and timed as a whole, whatever length its header claims and if it claims none (chunked); the routes get it in one
piece. So no route can forget a limit, and somebody who sends one octet a minute holds nothing but a socket, and
not for long.

Before the headers are complete there is no request to look at: :func:`headers_in_time` watches over that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import h11
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

MEBIBYTE = 1024 * 1024
Answering = Callable[[int, str, str], Response]
"""Makes the answer out of a status, a code and a message."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``body_bytes`` says of a path how much it takes that carries more than a few records. The times are for slow
    networks: a packet of 5 MiB takes three minutes at 256 kbit/s. Where a path is
    ``open_to_all``, a large body has ``open_body_seconds`` only. ``held_bytes`` is what all requests together may
    hold."""

    header_count: int = 64
    header_seconds: float = 10.0
    small_body_bytes: int = 256 * 1024
    small_body_seconds: float = 20.0
    body_bytes: Callable[[str], int | None] | None = None
    body_seconds: float = 300.0
    open_to_all: Callable[[str], bool] | None = None
    open_body_seconds: float = 60.0
    held_bytes: int = 256 * MEBIBYTE

    def of(self, path: str) -> tuple[int, float]:
        large = None if self.body_bytes is None else self.body_bytes(path)
        if large is None:
            return self.small_body_bytes, self.small_body_seconds
        is_open = self.open_to_all is not None and self.open_to_all(path)
        return large, self.open_body_seconds if is_open else self.body_seconds


class _TurnedAway(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.answer = (status, code, message)


class _Gone(Exception):
    """The other side hung up."""


class Guard:
    """``admits`` says whether a request may be served by its headers; ``answer`` makes a refusal's words."""

    def __init__(
        self, app: ASGIApp, limits: Limits, admits: Callable[[str, Headers], bool], answer: Answering
    ) -> None:
        self._app = app
        self._limits = limits
        self._admits = admits
        self._answer = answer
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # the server's own life; there are no web sockets here
            await self._app(scope, receive, send)
            return
        body = bytearray()
        try:
            refusal = await self._arrive(scope, receive, body)
            app = self._app if refusal is None else refusal
            await app(scope, _once(bytes(body)), send)
        except _Gone:
            return
        finally:
            self._held -= len(body)

    async def _arrive(self, scope: Scope, receive: Receive, body: bytearray) -> Response | None:
        """Fill ``body``, or say why not. Raises ``_Gone``."""
        try:
            most, seconds = self._check_headers(scope)
            async with asyncio.timeout(seconds):
                await self._read(body, receive, most)
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

    async def _read(self, body: bytearray, receive: Receive, most: int) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            chunk, more = message.get("body", b""), message.get("more_body", False)
            if len(body) + len(chunk) > most:
                raise _TurnedAway(413, "REQUEST_TOO_LARGE", "The request is too large")
            if self._held + len(chunk) > self._limits.held_bytes:
                raise _TurnedAway(503, "TOO_BUSY", "Too much arrives at once")
            body += chunk
            self._held += len(chunk)

    def _turn_away(self, status: int, code: str, message: str) -> Response:
        response = self._answer(status, code, message)
        response.headers["connection"] = "close"  # the rest of the request is not waited for
        return response


def _once(body: bytes) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    return receive


def headers_in_time(seconds: float) -> type[H11Protocol]:
    """uvicorn's protocol with a limit for the headers of each request, which it does not have itself.

    From the connection, or from the first octet after the last answer, a request's headers must be complete within
    ``seconds``; else the connection is closed. (While nothing comes after an answer, uvicorn's keep-alive limit
    counts.)
    """

    class HeadersInTime(H11Protocol):
        _deadline: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait_for_headers()

        def data_received(self, data: bytes) -> None:
            if self.conn.their_state is h11.IDLE:
                self._wait_for_headers()
            super().data_received(data)
            if self.conn.their_state is not h11.IDLE:
                self._stop_waiting()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
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
