"""Behind the guard, before the routes: every request of a station is known to be that station's, or turned away.

A route finds the station in ``request.state.station``; nothing there means that nobody signed.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from muster.errors import StorageUnavailable
from muster.formats.http_signature import Asked
from muster.receiver.admission import TOO_MUCH, UNSIGNED, Admission, Station
from muster.receiver.checks import Refusal

_WAIT_S = 60
Refusing = Callable[[int, str, str], Response]


class Gate:
    """``open_to_all`` says of a path whether it is served without a signature; ``required`` whether others are
    not."""

    def __init__(
        self,
        app: ASGIApp,
        admission: Admission,
        refusing: Refusing,
        *,
        required: bool,
        open_to_all: Callable[[str], bool],
    ) -> None:
        self._app = app
        self._admission = admission
        self._refusing = refusing
        self._required = required
        self._open_to_all = open_to_all

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._open_to_all(scope["path"]):
            await self._app(scope, receive, send)
            return
        message = await receive()  # the guard hands over the whole body at once
        body = message.get("body", b"")
        try:
            known = await run_in_threadpool(self._known, scope, body)
        except StorageUnavailable:
            answer = self._refusing(503, "TRY_AGAIN", "What the server keeps cannot be reached just now")
            answer.headers["Retry-After"] = "5"
            await answer(scope, receive, send)
            return
        if isinstance(known, Refusal):
            answer = self._refusing(429 if known is TOO_MUCH else 401, known.code, known.message)
            if known is TOO_MUCH:
                answer.headers["Retry-After"] = str(_WAIT_S)
            await answer(scope, receive, send)
            return
        scope.setdefault("state", {})["station"] = known
        waiting = [message]

        async def once() -> dict[str, object]:
            return dict(waiting.pop()) if waiting else {"type": "http.disconnect"}

        await self._app(scope, once, send)

    def _known(self, scope: Scope, body: bytes) -> Station | Refusal | None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        asked = Asked(scope["method"], path, scope["query_string"].decode("latin-1"), body)
        known = self._admission.station(asked, headers)
        return None if known is UNSIGNED and not self._required else known
