"""Signing a station's requests to a hub (``formats.http_signature``), by the hub's clock once that was heard."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import httpx2

import muster
from muster.clock import Clock, utc_now
from muster.crypto.machine_key import MachineKey
from muster.errors import MusterError
from muster.formats.http_signature import (
    CLOCK_TOLERANCE,
    SIGNATURE,
    Asked,
    Said,
    signature_base,
    signature_header,
    unsigned_headers,
)
from muster.upload.transport import Request, SignInWanted

_NONCE_OCTETS = 16
Answered = TypeVar("Answered")


class RequestSigning:
    """``waiting`` is how many packets wait at the station, where it is known."""

    def __init__(self, key: MachineKey, clock: Clock = utc_now, waiting: int | None = None) -> None:
        self._key = key
        self._clock = clock
        self._said = Said(muster.__version__, waiting)
        self._ahead = timedelta(0)

    def sent(
        self,
        request: Request,
        send: Callable[[Request], Answered],
        server_time: Callable[[], datetime | None],
        not_believed: type[MusterError] = SignInWanted,
    ) -> Answered:
        """What ``send`` makes of the signed request. Signed anew each time: the same request is not taken twice.
        One that was ``not_believed`` while the clocks disagree is sent again by the server's, which
        ``server_time`` tells then; what was refused for anything else would be refused again.

        Raises what ``send`` does; ``KeyUnavailable``."""
        try:
            return send(self.signed(request))
        except not_believed:
            if not self.heard(server_time()):
                raise
            return send(self.signed(request))

    def signed(self, request: Request) -> Request:
        """The same request with what proves who asks. Raises ``KeyUnavailable``."""
        request, body = _as_sent(request)
        url = httpx2.URL("http://hub").join(request.path)
        asked = Asked(
            request.method, url.raw_path.decode(), str(httpx2.QueryParams(dict(request.parameters))), body
        )
        nonce = secrets.token_urlsafe(_NONCE_OCTETS)
        created = self._clock() + self._ahead
        headers = unsigned_headers(asked, self._said, self._key.signing_key_index, created, nonce)
        signature = self._key.sign(signature_base(asked, headers))
        return request.with_headers({**headers, SIGNATURE: signature_header(signature)})

    def heard(self, server_time: datetime | None) -> bool:
        """Whether the server's clock is so far from ours that a request may have been refused for it; the next one
        is signed by the server's."""
        if server_time is None:
            return False
        ahead = server_time - self._clock()
        off = abs(ahead - self._ahead) > CLOCK_TOLERANCE
        if off:
            self._ahead = ahead
        return off


def _as_sent(request: Request) -> tuple[Request, bytes]:
    """The octets of the body; those of a file are fixed by naming what stands between its parts."""
    if request.file is None:
        return request, request.body or b""
    name, content = request.file
    headers = {"Content-Type": f"multipart/form-data; boundary={secrets.token_hex(16)}"}
    files = {"file": (name, content, "application/octet-stream")}
    body = httpx2.Request("POST", "http://hub", headers=headers, files=files).read()
    return request.with_headers(headers), body
