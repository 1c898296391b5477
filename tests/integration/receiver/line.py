"""A hub asked over HTTP without a socket, by what stations use."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import httpx2
from starlette.types import ASGIApp

from muster.crypto.machine_key import MachineKey
from muster.upload.request_signing import RequestSigning
from muster.upload.transport import Request

URL = "http://127.0.0.1"


class Line(httpx2.BaseTransport):
    """``heard`` are the requests as they came, ``broken`` loses every answer, ``address`` is where
    they come from."""

    def __init__(self, app: ASGIApp, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._clock = clock
        self.heard: list[httpx2.Request] = []
        self.broken = False
        self.address = "192.0.2.1"

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.heard.append(request)
        answer = self.ask(request.method, str(request.url), headers=request.headers, content=request.content)
        if self.broken:
            raise httpx2.ReadError("the line broke")
        headers = {**answer.headers, "Date": format_datetime(self._clock(), usegmt=True)}
        return httpx2.Response(answer.status_code, headers=headers, stream=httpx2.ByteStream(answer.content))

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        async def asking() -> httpx2.Response:
            transport = httpx2.ASGITransport(self._app, client=(self.address, 4711))
            async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
                return await client.request(method, path, **more)

        return asyncio.run(asking())

    def ask_signed(
        self, key: MachineKey, method: str, path: str, body: bytes = b"", at: datetime | None = None
    ) -> httpx2.Response:
        return self.ask(method, path, headers=self.signature(key, method, path, body, at), content=body)

    def signature(
        self, key: MachineKey, method: str, path: str, body: bytes = b"", at: datetime | None = None
    ) -> dict[str, str]:
        signing = RequestSigning(key, lambda: at or self._clock(), waiting=3)
        url = httpx2.URL(path)
        return dict(signing.signed(Request(method, url.path, dict(url.params), body=body)).headers)
