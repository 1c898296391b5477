"""HTTP to one server, with every way it can fail turned into a sentence.

Not reached, too slow or in trouble (5xx) is ``NetworkUnavailable``: the same request may work later. A
refusal (4xx) is ``Refused``. Bodies and addresses with personal data never reach an exception's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx2

from muster.errors import Code, NetworkUnavailable, Refused

SERVER_UNREACHABLE = Code(
    "SERVER_UNREACHABLE", "The server cannot be reached. The packet is kept and sent when there is a network."
)
SERVER_TIMEOUT = Code(
    "SERVER_TIMEOUT", "The server did not answer in time. The packet is kept and will be sent again."
)
SERVER_IN_TROUBLE = Code(
    "SERVER_IN_TROUBLE", "The server has a problem (status {status}). The packet is kept and will be sent again."
)
SERVER_ANSWER_UNREADABLE = Code(
    "SERVER_ANSWER_UNREADABLE", "What answered is not the registration server. Check the address and the network."
)
SERVER_REFUSED = Code("SERVER_REFUSED", "The server refused the request (status {status}).")

_TIMEOUT = httpx2.Timeout(30.0, connect=5.0)


class Transport:
    """One server. Use as a context manager; connections are kept open in between."""

    def __init__(self, base_url: str, *, transport: httpx2.BaseTransport | None = None) -> None:
        # Loopback servers must not go through a proxy that the system names.
        local = httpx2.URL(base_url).host in ("127.0.0.1", "localhost", "::1")
        self._client = httpx2.Client(base_url=base_url, timeout=_TIMEOUT, transport=transport, trust_env=not local)

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        return self._send("GET", path, params=dict(parameters))

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        return self._send("POST", path, content=body, headers=dict(headers))

    def post_file(self, path: str, name: str, content: bytes) -> dict[str, Any]:
        """multipart/form-data with one part ``file``."""
        return self._send("POST", path, files={"file": (name, content, "application/octet-stream")})

    def _send(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, **request)
        except httpx2.TimeoutException as error:
            raise NetworkUnavailable(SERVER_TIMEOUT) from error
        except httpx2.TransportError as error:
            raise NetworkUnavailable(SERVER_UNREACHABLE) from error
        except httpx2.RequestError as error:  # what remains: an answer that does not unpack
            raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE) from error
        if response.status_code >= 500:
            raise NetworkUnavailable(SERVER_IN_TROUBLE, status=response.status_code)
        if response.status_code >= 400:
            raise Refused(SERVER_REFUSED, status=response.status_code)
        return _object(response)


def _object(response: httpx2.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except (ValueError, RecursionError) as error:
        raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE) from error
    if not isinstance(content, dict):
        raise NetworkUnavailable(SERVER_ANSWER_UNREADABLE)
    return content
