"""HTTP with a scanner: an end to every wait, a limit to every answer, and nowhere else than where it was sent.

A scanner may think for a minute before a page comes, and somebody may want to stop it meanwhile: each question is
asked by a thread of its own, and whoever waits for it can leave.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

import httpx2

from muster.errors import CANCELLED, Cancelled
from muster_scanner_escl.addresses import Address

_LOOK_UP_S = 0.05
_CONNECT_WITHIN_S = 3.0
_PLAIN = "identity"


class ScannerSilent(Exception):
    """Nothing came in time."""


class ScannerGone(Exception):
    """Nobody listens there, or the connection broke."""


class ScannerAbsurd(Exception):
    """What came is no HTTP, or more than any scanner has to say."""


class ScannerUntrusted(Exception):
    """Its certificate is not one to be believed."""


class ScannerElsewhere(Exception):
    """It sends us to another address."""


_Failure = ScannerSilent | ScannerGone | ScannerAbsurd | ScannerUntrusted | ScannerElsewhere


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and for how much an answer is waited for; ``cancel`` ends the wait."""

    seconds: float
    octets: int
    cancel: Event | None = None

    @property
    def is_over(self) -> bool:
        return self.cancel is not None and self.cancel.is_set()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Connection:
    """Questions to one scanner."""

    def __init__(self, address: Address) -> None:
        self._base = address.base
        self._client = httpx2.Client(
            verify=_believing(address),
            trust_env=False,  # no proxy: a scanner is on the desk
            follow_redirects=False,
            headers={"Accept-Encoding": _PLAIN, "User-Agent": "Muster"},
        )

    def ask(self, verb: str, path: str, patience: Patience, body: bytes | None = None) -> Answer:
        """Raises ``ScannerSilent``, ``ScannerGone``, ``ScannerAbsurd``, ``ScannerUntrusted``,
        ``ScannerElsewhere``, ``Cancelled``. After ``ScannerSilent`` and ``Cancelled`` the connection is of no more
        use."""
        if patience.is_over:
            raise Cancelled(CANCELLED)
        answers: SimpleQueue[Answer | _Failure] = SimpleQueue()

        def asking() -> None:
            answers.put(self._answer(verb, path, patience, body))

        Thread(target=asking, name="escl", daemon=True).start()
        deadline = time.monotonic() + patience.seconds
        while True:
            try:
                answer = answers.get(timeout=_LOOK_UP_S)
            except Empty:
                if patience.is_over:
                    raise Cancelled(CANCELLED) from None
                if time.monotonic() > deadline:
                    raise ScannerSilent from None
                continue
            if isinstance(answer, Answer):
                return answer
            raise answer

    def close(self) -> None:
        self._client.close()

    def _answer(self, verb: str, path: str, patience: Patience, body: bytes | None) -> Answer | _Failure:
        times = httpx2.Timeout(patience.seconds, connect=min(patience.seconds, _CONNECT_WITHIN_S))
        headers = {"Content-Type": "text/xml"} if body is not None else {}
        try:
            request = self._client.build_request(
                verb, self._base + path, content=body, headers=headers, timeout=times
            )
            response = self._client.send(request, stream=True)
            try:
                return _whole(response, patience.octets)
            finally:
                response.close()
        except httpx2.TimeoutException:
            return ScannerSilent()
        except (httpx2.NetworkError, OSError) as error:
            return ScannerUntrusted() if _is_about_trust(error) else ScannerGone()
        except httpx2.RemoteProtocolError as error:
            return ScannerGone() if "without" in str(error) or "incomplete" in str(error) else ScannerAbsurd()
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, RuntimeError):
            return ScannerAbsurd()


def _whole(response: httpx2.Response, limit: int) -> Answer | _Failure:
    if response.is_redirect:
        return ScannerElsewhere()
    if response.headers.get("content-encoding", _PLAIN).lower() != _PLAIN:
        return ScannerAbsurd()
    octets = bytearray()
    for piece in response.iter_raw():
        octets += piece
        if len(octets) > limit:
            return ScannerAbsurd()
    return Answer(
        response.status_code, {name.lower(): text for name, text in response.headers.items()}, bytes(octets)
    )


class _Pinned(ssl.SSLContext):
    """Believes one certificate, whoever signed it and whatever name is in it: scanners sign their own."""

    pin = ""

    def wrap_socket(self, *args: Any, **more: Any) -> ssl.SSLSocket:
        connected = super().wrap_socket(*args, **more)
        told = hashlib.sha256(connected.getpeercert(binary_form=True) or b"").hexdigest()
        if not hmac.compare_digest(told, self.pin):
            connected.close()
            raise ssl.SSLCertVerificationError("not the certificate that was written down")
        return connected


def _believing(address: Address) -> ssl.SSLContext:
    if address.base.startswith("http:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # believes nobody, and loads no authorities for that
    if not address.pin:
        return ssl.create_default_context()
    context = _Pinned(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # the pin is stricter than both
    context.pin = address.pin
    return context


def _is_about_trust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
