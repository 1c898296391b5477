"""Asking somebody outside over HTTP: what all methods that do so keep to.

- TLS 1.2 at least, unless the other side is this machine itself.
- No redirect is followed (it could lead a secret to another host), no cookie kept, no compression taken (a few
  kilobytes can unpack to gigabytes), and no more than so much of an answer is read for no longer than so long.
- What cannot be asked or read is ``NetworkUnavailable`` with a code; addresses, headers and bodies never reach an
  exception's text. What was answered, with whatever status, is for the method to judge.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2

from muster.errors import BadInput, Code, NetworkUnavailable, Refused
from muster.formats.web_address import is_loopback, is_safe
from muster.upload.deadline import Deadline
from muster.upload.exchange import is_insecure, is_number, tls_context

PROVIDER_ADDRESS_UNSAFE = Code(
    "PROVIDER_ADDRESS_UNSAFE",
    "The address of the service that proves identities is not secure (https), so it was not asked. Tell your "
    "administrator.",
)
PROVIDER_UNREACHABLE = Code(
    "PROVIDER_UNREACHABLE",
    "The service that proves identities cannot be reached. Try again when there is a network.",
)
PROVIDER_NOT_SECURE = Code(
    "PROVIDER_NOT_SECURE",
    "No secure connection to the service that proves identities can be made, so nothing was sent. Check this "
    "computer's clock, then tell your administrator.",
)
PROVIDER_TOO_SLOW = Code(
    "PROVIDER_TOO_SLOW", "The service that proves identities did not answer in time. Try again."
)
PROVIDER_IN_TROUBLE = Code(
    "PROVIDER_IN_TROUBLE", "The service that proves identities is out of order just now. Try again later."
)
PROVIDER_ANSWER_TOO_LARGE = Code(
    "PROVIDER_ANSWER_TOO_LARGE",
    "The answer of the service that proves identities was too long and was not read. Tell your administrator.",
)
PROVIDER_ANSWER_UNREADABLE = Code(
    "PROVIDER_ANSWER_UNREADABLE",
    "The answer of the service that proves identities cannot be read. Tell your administrator.",
)

MAXIMUM_ANSWER_BYTES = 1024 * 1024
ANSWER_WITHIN_S = 20.0
DOCUMENTS_WITHIN_S = 300.0  # a few megabytes over a village's line
_TIMEOUT = httpx2.Timeout(10.0, connect=5.0)
_LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reply:
    """``headers`` have small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Raises ``NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)``."""
        try:
            content = json.loads(self.body, parse_constant=_no_json)
        except (ValueError, RecursionError):
            raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE) from None  # its text quotes the answer
        if not isinstance(content, dict):
            raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
        return content

    @property
    def said_at(self) -> datetime | None:
        """What time it was there (``Date``)."""
        try:
            said = parsedate_to_datetime(self.headers.get("date", ""))
        except (ValueError, OverflowError):
            return None
        return said.astimezone(UTC) if said.tzinfo else said.replace(tzinfo=UTC)

    def asks_to_wait(self, now: datetime) -> timedelta | None:
        """``x-ms-retry-after-ms``, which is finer, else ``Retry-After`` (seconds, or a date), if there is any."""
        milliseconds, text = self.headers.get("x-ms-retry-after-ms", ""), self.headers.get("retry-after", "")
        if is_number(milliseconds):
            return min(timedelta(milliseconds=int(milliseconds)), _LONGEST_WAIT)
        if is_number(text):
            return min(timedelta(seconds=int(text)), _LONGEST_WAIT)
        try:
            until = parsedate_to_datetime(text)
            until = until if until.tzinfo else until.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            return None
        return min(max(until - now, timedelta(0)), _LONGEST_WAIT)


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    most_bytes: int = MAXIMUM_ANSWER_BYTES,
    within_s: float | None = None,
) -> Reply:
    """``within_s`` is for what is as large as documents are. Raises ``NetworkUnavailable``,
    ``BadInput(PROVIDER_ADDRESS_UNSAFE)``."""
    require_safe(url)
    with conversation(url, most_bytes, within_s) as terms, httpx2.Client(**terms) as client:
        response = client.request(method, url, headers=dict(headers or {}), content=body)
        found = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, found, response.content)


def good(reply: Reply, *, denied: Code, refused: Code, gone: Code | None = None) -> bytes:
    """The body of an answer that is one. Raises ``NetworkUnavailable``, and ``Refused`` with ``denied`` where this
    station may not ask (401, 403), ``gone`` where nobody knows what it is about (404, 410), else ``refused``."""
    if reply.status in (401, 403):
        raise Refused(denied, status=reply.status)
    if gone is not None and reply.status in (404, 410):
        raise Refused(gone, status=reply.status)
    if reply.status == 429 or reply.status >= 500:
        raise NetworkUnavailable(PROVIDER_IN_TROUBLE)
    if reply.status >= 400:
        raise Refused(refused, status=reply.status)
    if not 200 <= reply.status < 300:
        raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
    return reply.body


def authorization(secret: str) -> dict[str, str]:
    """The header that shows who asks: a secret of two words is a whole ``Authorization`` (``Basic ...``), one of
    one word a bearer's token; without one there is none."""
    if not secret:
        return {}
    return {"Authorization": secret if " " in secret else f"Bearer {secret}"}


def require_safe(url: str, *, loopback: bool = True) -> None:
    """Raises ``BadInput(PROVIDER_ADDRESS_UNSAFE)``."""
    if not is_safe(url, loopback=loopback):
        raise BadInput(PROVIDER_ADDRESS_UNSAFE)


@contextmanager
def conversation(
    url: str, most_bytes: int = MAXIMUM_ANSWER_BYTES, within_s: float | None = None
) -> Iterator[dict[str, Any]]:
    """What a client of httpx2 is made with that asks ``url``; all of it ends in time, and its errors are ours:
    their own texts may hold an address."""
    deadline = Deadline(within_s or ANSWER_WITHIN_S)
    deadline.begin(0)
    try:
        yield _terms(url, deadline, most_bytes)
    except httpx2.TimeoutException:
        raise NetworkUnavailable(PROVIDER_TOO_SLOW) from None
    except httpx2.TransportError as error:
        raise NetworkUnavailable(PROVIDER_TOO_SLOW if deadline.has_passed else _broken(error)) from None
    except httpx2.InvalidURL:
        raise BadInput(PROVIDER_ADDRESS_UNSAFE) from None
    finally:
        deadline.end()
        deadline.close()
    if deadline.has_passed:  # what looks whole may have ended because we hung up
        raise NetworkUnavailable(PROVIDER_TOO_SLOW)


def _terms(url: str, deadline: Deadline, most_bytes: int) -> dict[str, Any]:
    def watch(request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, "trace": deadline.trace}

    def limit(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Limited(response.stream, most_bytes)

    return {
        "timeout": _TIMEOUT,
        "verify": _tls(),
        # This machine must not be asked through a proxy that the system names.
        "trust_env": not is_loopback(url),
        "follow_redirects": False,
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=())),
        "headers": {"Accept": "application/json", "Accept-Encoding": "identity"},
        "event_hooks": {"request": [watch], "response": [limit]},
    }


class _Limited(httpx2.SyncByteStream):
    """An answer, as far as anybody has use for it."""

    def __init__(self, stream: httpx2.SyncByteStream, most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes

    def __iter__(self) -> Iterator[bytes]:
        read = 0
        for chunk in self._stream:
            read += len(chunk)
            if read > self._most_bytes:
                raise NetworkUnavailable(PROVIDER_ANSWER_TOO_LARGE)
            yield chunk

    def close(self) -> None:
        self._stream.close()


@cache
def _tls() -> ssl.SSLContext:
    """Made once: reading all authorities takes longer than an answer."""
    return tls_context()


def _broken(error: BaseException) -> Code:
    return PROVIDER_NOT_SECURE if is_insecure(error) else PROVIDER_UNREACHABLE


def _no_json(text: str) -> float:
    raise ValueError(f"{text} is no JSON")
