"""A center's hub without a wire, and stations that ask it as they would over one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.crypto.signing import SigningKey
from muster.receiver.storage import Storage
from muster.upload.request_signing import RequestSigning
from muster.upload.transport import SERVER_WANTS_SIGN_IN, Answer, Exchange, Request, SignInWanted
from muster.workstation.center_search import CenterSearch


class Line(Exchange):
    """The hub without a wire, asked by a station whose key signs, or by somebody without one."""

    def __init__(self, app: Any, key: SigningKey | None, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._signing = RequestSigning(key, clock) if key else None

    def send(self, request: Request) -> Answer:
        if self._signing is not None:
            request = self._signing.signed(request)
        status, body = asyncio.run(_asked(self._app, request))
        if status == 401:
            raise SignInWanted(SERVER_WANTS_SIGN_IN)
        return Answer(body, json.loads(body), "")


async def _asked(app: Any, request: Request) -> tuple[int, bytes]:
    sent: list[Any] = []
    waiting = [{"type": "http.request", "body": request.body or b"", "more_body": False}]

    async def receive() -> Any:
        return waiting.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
    scope = {
        "type": "http", "method": request.method, "path": request.path, "raw_path": request.path.encode(),
        "query_string": b"", "headers": headers, "root_path": "", "scheme": "http", "server": ("hub", 80),
        "http_version": "1.1",
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:])


@dataclass(frozen=True, slots=True)
class Center:
    storage: Storage
    app: Any
    clock: Callable[[], datetime]

    def station(self, key: SigningKey, signs: bool = True) -> CenterSearch:
        @contextmanager
        def exchange() -> Iterator[Exchange]:
            yield Line(self.app, key if signs else None, self.clock)

        return CenterSearch(exchange, key)
