"""HTTP to one server, with every way it can fail turned into a sentence.

Not reached, too slow or in trouble (5xx) is ``NetworkUnavailable``: the same request may work later. A
refusal (4xx) is ``Refused``, except 401, which somebody who signs in can mend, and 429, which time does: where the
server says how long it wants to be left alone, the error says it too. Bodies and addresses with
personal data never reach an exception's text.

Nothing is followed, kept or believed beyond the one answer: no redirect (it could lead a token to another host or
off TLS), no cookie the server sets, no compression (a few kilobytes can unpack to gigabytes), no more than
``MAXIMUM_ANSWER_BYTES`` of body, and nothing later than ``ANSWER_WITHIN_S``, whose end comes whatever trickles in.
"""

from __future__ import annotations

import io
import json
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any

import httpx2

from muster.errors import Code, NetworkUnavailable, Refused, Unavailable
from muster.upload.deadline import Deadline
from muster.upload.exchange import is_insecure, is_number, tls_context

SERVER_UNREACHABLE = Code(
    "SERVER_UNREACHABLE", "The server cannot be reached. The packet is kept and sent when there is a network."
)
SERVER_TIMEOUT = Code(
    "SERVER_TIMEOUT", "The server did not answer in time. The packet is kept and will be sent again."
)
SERVER_IN_TROUBLE = Code(
    "SERVER_IN_TROUBLE", "The server has a problem (status {status}). The packet is kept and will be sent again."
)
SERVER_BUSY = Code(
    "SERVER_BUSY", "The server has too much to do just now. The packet is kept and will be sent again later."
)
SERVER_ANSWER_UNREADABLE = Code(
    "SERVER_ANSWER_UNREADABLE", "What answered is not the registration server. Check the address and the network."
)
SERVER_ANSWER_TOO_LARGE = Code(
    "SERVER_ANSWER_TOO_LARGE", "The server's answer was too long and was not read. Tell your administrator."
)
SERVER_CONNECTION_NOT_SECURE = Code(
    "SERVER_CONNECTION_NOT_SECURE",
    "No secure connection to the server can be made, so nothing was sent. Check this computer's clock, then tell "
    "your administrator.",
)
TRAINING_STAYS_HERE = Code(
    "TRAINING_STAYS_HERE", "This station is for training with invented people: nothing leaves this computer."
)
SERVER_REFUSED = Code("SERVER_REFUSED", "The server refused the request (status {status}).")
SERVER_WANTS_SIGN_IN = Code(
    "SERVER_WANTS_SIGN_IN", "The server wants you to sign in: sign in again with the network to send."
)

MAXIMUM_ANSWER_BYTES = 32 * 1024 * 1024
SIGNATURE_HEADER = "response-signature"
_TIMEOUT = httpx2.Timeout(30.0, connect=5.0)
ANSWER_WITHIN_S = 300.0  # all of it; timeouts of single reads begin anew with every octet that trickles in
_SLOWEST_BYTES_PER_SECOND = 1024  # of what is sent: a line below that delivers no packet within an hour
_CREATED = 201
_TOO_MANY_REQUESTS = 429
_PIECES_A_SECOND = 8
_NO_COMPRESSION = {"Accept-Encoding": "identity"}


class ServerBusy(NetworkUnavailable):
    """The server is there and wants to be left alone for ``wait``."""

    def __init__(self, code: Code, *, wait: timedelta, **detail: str | int | float) -> None:
        super().__init__(code, **detail)
        self.wait = wait


class SignInWanted(Unavailable):
    """The server serves only who is signed in there. Signing in again may help."""


@dataclass(frozen=True, slots=True)
class Request:
    """``file`` is name and content of the one part of a multipart/form-data body."""

    method: str
    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    file: tuple[str, bytes] | None = None

    def with_headers(self, more: Mapping[str, str]) -> Request:
        return replace(self, headers={**self.headers, **more})


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` as it came, since a signature covers its octets, and what it says. ``signature`` is empty when the
    answer brought none. ``created`` says that what was PUT was not there before; such an answer may be empty."""

    body: bytes
    content: dict[str, Any]
    signature: str
    created: bool = False


class Exchange(ABC):
    """Asking one server."""

    @abstractmethod
    def send(self, request: Request) -> Answer:
        """Raises ``NetworkUnavailable``, ``Refused``, ``SignInWanted``."""

    def get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        return self.send(Request("GET", path, parameters)).content

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        return self.send(Request("POST", path, headers=headers, body=body)).content

    def post_file(self, path: str, name: str, content: bytes) -> dict[str, Any]:
        """multipart/form-data with one part ``file``."""
        return self.send(Request("POST", path, file=(name, content))).content


class Transport(Exchange):
    """One server. Use as a context manager; connections are kept open in between. ``bytes_per_second`` is the most
    that files take of the line."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx2.BaseTransport | None = None,
        tls: ssl.SSLContext | None = None,
        maximum_answer_bytes: int = MAXIMUM_ANSWER_BYTES,
        bytes_per_second: int | None = None,
        answer_within_s: float | None = None,
        only_here: bool = False,
    ) -> None:
        """``only_here`` for a training station: raises ``Refused(TRAINING_STAYS_HERE)`` for any other computer."""
        url = httpx2.URL(base_url)
        # Loopback servers must not go through a proxy that the system names.
        local = url.host in ("127.0.0.1", "localhost", "::1")
        if only_here and not local:
            raise Refused(TRAINING_STAYS_HERE)
        self._maximum = maximum_answer_bytes
        self._pace = bytes_per_second
        self._deadline = Deadline(answer_within_s or ANSWER_WITHIN_S)
        self._client = httpx2.Client(
            base_url=base_url,
            timeout=_TIMEOUT,
            transport=transport,
            trust_env=not local,
            verify=tls_context(tls) if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            headers=_NO_COMPRESSION,
            follow_redirects=False,
        )
        self.server_time: datetime | None = None
        """What the last answer's Date header said, whatever else the answer was."""

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()
        self._deadline.close()

    def send(self, request: Request) -> Answer:
        self._deadline.begin(_longest_s(request, self._pace))
        try:
            answer = self._exchange(request)
        except NetworkUnavailable as error:
            if self._deadline.has_passed:
                raise NetworkUnavailable(SERVER_TIMEOUT) from error
            raise
        finally:
            self._deadline.end()
        if self._deadline.has_passed:  # what looks whole may have ended because we hung up
            raise NetworkUnavailable(SERVER_TIMEOUT)
        return answer

    def _exchange(self, request: Request) -> Answer:
        try:
            with self._client.stream(
                request.method,
                request.path,
                params=dict(request.parameters),
                headers=dict(request.headers),
                content=request.body,
                files=_files(request, self._pace),
                extensions={"trace": self._deadline.trace},
            ) as response:
                self.server_time = _date(response.headers.get("date", ""))
                wait = _asked_to_wait(response.headers, self.server_time)
                _require_success(response.status_code, request.method, wait)
                body = self._body(response)
        except httpx2.TimeoutException as error:
            raise NetworkUnavailable(SERVER_TIMEOUT) from error
        except httpx2.TransportError as error:
            code = SERVER_CONNECTION_NOT_SECURE if is_insecure(error) else SERVER_UNREACHABLE
            raise NetworkUnavailable(code) from error
        created = response.status_code == _CREATED
        content = _object(body) if body or not created else {}
        return Answer(body, content, response.headers.get(SIGNATURE_HEADER, ""), created)

    def _body(self, response: httpx2.Response) -> bytes:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
        length = response.headers.get("content-length", "")
        if is_number(length, 20) and int(length) > self._maximum:
            raise NetworkUnavailable(SERVER_ANSWER_TOO_LARGE)
        body = bytearray()
        for chunk in response.iter_raw():
            body += chunk
            if len(body) > self._maximum:
                raise NetworkUnavailable(SERVER_ANSWER_TOO_LARGE)
        return bytes(body)


def _longest_s(request: Request, pace: int | None) -> float:
    """What sending it may take."""
    octets = len(request.body or b"") + (len(request.file[1]) if request.file else 0)
    return octets / min(_SLOWEST_BYTES_PER_SECOND, pace or _SLOWEST_BYTES_PER_SECOND)


def _files(request: Request, pace: int | None) -> dict[str, tuple[str, bytes | io.BytesIO, str]] | None:
    if request.file is None:
        return None
    name, content = request.file
    return {"file": (name, _Paced(content, pace) if pace else content, "application/octet-stream")}


class _Paced(io.BytesIO):
    """Handed out no faster than so many bytes a second, in pieces that leave others their turn on the line."""

    def __init__(self, content: bytes, bytes_per_second: int) -> None:
        super().__init__(content)
        self._pace = bytes_per_second
        self._piece = max(bytes_per_second // _PIECES_A_SECOND, 1)

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self._piece if size is None or size < 0 else min(size, self._piece)
        piece = super().read(wanted)
        time.sleep(len(piece) / self._pace)
        return piece


def _require_success(status: int, method: str, wait: timedelta) -> None:
    if status == _TOO_MANY_REQUESTS:
        raise ServerBusy(SERVER_BUSY, wait=wait)
    if status >= 500:
        raise ServerBusy(SERVER_IN_TROUBLE, wait=wait, status=status)
    if status == 401:
        raise SignInWanted(SERVER_WANTS_SIGN_IN)
    if status >= 400:
        raise Refused(SERVER_REFUSED, status=status)
    if status != 200 and (status, method) != (_CREATED, "PUT"):  # a portal's redirect, an answer without content
        raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)


def _asked_to_wait(headers: Mapping[str, str], server_time: datetime | None) -> timedelta:
    """``Retry-After`` (seconds, or a date by the server's clock), else ``x-ms-retry-after-ms``."""
    text, milliseconds = headers.get("retry-after", ""), headers.get("x-ms-retry-after-ms", "")
    if is_number(text):
        return timedelta(seconds=int(text))
    until = _date(text)
    if until is not None:
        return max(until - (server_time or datetime.now(UTC)), timedelta(0))
    return timedelta(milliseconds=int(milliseconds)) if is_number(milliseconds) else timedelta(0)


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE) from error
    if not isinstance(content, dict):
        raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
    return content
