"""HTTP with a service on this computer, as such services want it.

They answer to verbs of their own, read a request with one ``read``, count characters where octets are meant, end
bodies with line breaks nobody announced, and some hang. So a request is one ``send``, and every answer has a time,
a size and an end that somebody may call. Proxies are never asked: nothing here leaves the loopback interface.
"""

from __future__ import annotations

import errno
import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from threading import Event
from typing import Any

from muster.errors import CANCELLED, Cancelled

HOST = "127.0.0.1"  # never the name localhost, which may be another interface or a proxy's business

_CONNECT_WITHIN_S = 0.3
_LOOK_UP_S = 0.1  # how often a wait looks at its end
_STRAGGLERS_S = 0.2  # for octets behind the announced length
_PIECE = 64 * 1024


class ServiceSilent(Exception):
    """Nothing came in time."""


class ServiceGone(Exception):
    """Nobody listens there, or the connection broke."""


class ServiceAbsurd(Exception):
    """What came is no HTTP, or more than any service has to say."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and for how much an answer is waited for; ``cancel`` ends the wait."""

    seconds: float
    octets: int
    cancel: Event | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes


def listening(ports: Iterable[int], within_s: float = _CONNECT_WITHIN_S) -> dict[int, socket.socket]:
    """A connection to each of the ports somebody listens on, all tried at once. The caller closes them.

    A port that refuses does so in less than a millisecond on Linux; Windows takes a second for each, which is why
    none is waited for alone.
    """
    connected: dict[int, socket.socket] = {}
    deadline = time.monotonic() + within_s
    with selectors.DefaultSelector() as selector:
        for port in ports:
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            connection.setblocking(False)
            if connection.connect_ex((HOST, port)) in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
                selector.register(connection, selectors.EVENT_WRITE, (port, connection))
            else:
                connection.close()
        while selector.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                port, connection = key.data
                selector.unregister(connection)
                if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 and not _is_itself(connection):
                    connected[port] = connection
                else:
                    connection.close()
        for key in list(selector.get_map().values()):
            key.data[1].close()
    return connected


def ask(
    port: int, verb: str, path: str, body: bytes, patience: Patience, connection: socket.socket | None = None
) -> Answer:
    """One request and its whole answer, over ``connection`` where there is one already.

    Raises ``ServiceSilent``, ``ServiceGone``, ``ServiceAbsurd``, ``Cancelled``.
    """
    with _answering(port, verb, path, body, patience, connection) as (response, octets):
        content = _whole(response, octets, patience)
        return Answer(response.status, response.headers.get_content_type(), content)


@contextmanager
def streaming(port: int, path: str, body: bytes, patience: Patience) -> Iterator[tuple[str, Iterator[bytes]]]:
    """STREAM: the content's type and its octets as they come, until the service ends it or the caller leaves.

    ``patience.seconds`` is for each piece, ``octets`` counts for nothing. Closing is the only stop there is.
    """
    with _answering(port, "STREAM", path, body, patience, None) as (response, octets):
        yield response.headers.get_content_type(), _pieces(octets, patience)


@contextmanager
def _answering(
    port: int, verb: str, path: str, body: bytes, patience: Patience, connection: socket.socket | None
) -> Iterator[tuple[HTTPResponse, _Octets]]:
    connected = connection or _connect(port)
    try:
        octets = _Octets(connected, patience)
        _send(connected, _request(port, verb, path, body), patience)
        # HTTPResponse asks a socket for nothing but its file.
        response = HTTPResponse(_Source(octets), method=verb)  # type: ignore[arg-type]
        try:
            response.begin()
            yield response, octets
        except OSError as error:  # first: a connection that was closed at once is of both kinds
            raise ServiceGone from error
        except (HTTPException, ValueError) as error:
            raise ServiceAbsurd from error
        finally:
            response.close()
    finally:
        connected.close()


def _connect(port: int) -> socket.socket:
    found = listening([port], _CONNECT_WITHIN_S)
    if port not in found:
        raise ServiceGone
    return found[port]


def _request(port: int, verb: str, path: str, body: bytes) -> bytes:
    headers: Mapping[str, Any] = {
        "Host": f"{HOST}:{port}",
        "EXT": "Muster",
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "Connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{verb} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def _send(connection: socket.socket, request: bytes, patience: Patience) -> None:
    connection.settimeout(patience.seconds)
    try:
        connection.sendall(request)
    except TimeoutError as error:
        raise ServiceSilent from error
    except OSError as error:
        raise ServiceGone from error


def _whole(response: HTTPResponse, octets: _Octets, patience: Patience) -> bytes:
    if response.length is not None and response.length > patience.octets:
        raise ServiceAbsurd
    announced = response.length
    content = response.read(patience.octets + 1)
    if announced is not None and len(content) < announced:
        raise ServiceGone
    if announced is not None and response.will_close:
        content += octets.stragglers(patience.octets)
    if len(content) > patience.octets:
        raise ServiceAbsurd
    return content


def _pieces(octets: _Octets, patience: Patience) -> Iterator[bytes]:
    while piece := octets.buffered.read1(_PIECE):
        octets.wait_anew(patience.seconds)
        yield piece


class _Octets(RawIOBase):
    """What arrives on a connection, until its time is over or somebody calls it off."""

    def __init__(self, connection: socket.socket, patience: Patience) -> None:
        self._connection = connection
        self._cancel = patience.cancel
        self._deadline = time.monotonic() + patience.seconds
        self.buffered = _KeptOpen(self, _PIECE)

    def readable(self) -> bool:
        return True

    def wait_anew(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._cancel is not None and self._cancel.is_set():
                raise Cancelled(CANCELLED)
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise ServiceSilent
            self._connection.settimeout(min(left, _LOOK_UP_S))
            try:
                return self._connection.recv_into(buffer)
            except TimeoutError:
                continue

    def stragglers(self, limit: int) -> bytes:
        """What comes behind the announced end, shortly or not at all."""
        self.wait_anew(_STRAGGLERS_S)
        late = b""
        try:
            while len(late) <= limit and (piece := self.buffered.read1(_PIECE)):
                late += piece
        except (ServiceSilent, OSError):
            pass
        return late


class _KeptOpen(BufferedReader):
    """``HTTPResponse`` closes its file behind the announced length; what comes later is still wanted."""

    def close(self) -> None:
        pass


class _Source:
    """The one thing of a socket that ``HTTPResponse`` wants."""

    def __init__(self, octets: _Octets) -> None:
        self._octets = octets

    def makefile(self, mode: str) -> Any:
        assert mode == "rb"
        return self._octets.buffered


def _is_itself(connection: socket.socket) -> bool:
    """A connection to a free port of the range may be given that very port and find itself there."""
    return bool(connection.getsockname() == connection.getpeername())
