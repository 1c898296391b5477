"""Around the guard: every request of a station is known to be that station's, or turned away.

By its headers, before its body is waited for (:meth:`Gate.at_the_door`): so what nobody knows is turned away
without being held, and the guard can tell a station's body from a stranger's. When the body is here it is compared
with what was signed, and taken once.

A route finds the station in ``request.state.station``; nothing there means that nobody signed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from muster.errors import StorageUnavailable
from muster.formats.http_signature import Head
from muster.receiver.admission import OFF_TIME, TOO_MUCH, UNSIGNED, Admission, Presented, Station
from muster.receiver.checks import Refusal
from muster.receiver.guard import NotLetIn
from muster.receiver.visitor import Visitor, say_who_asks

_WAIT_S = 60
Refusing = Callable[[int, str, str], Response]


class Gate:
    """``open_to_all`` says of a path whether it is served without a signature; ``required`` whether others are
    not; ``signed_in`` whether who comes so far without one is signed in there."""

    def __init__(
        self,
        app: ASGIApp,
        admission: Admission,
        refusing: Refusing,
        *,
        required: bool,
        signed_in: Callable[[str], bool],
        open_to_all: Callable[[str], bool],
    ) -> None:
        self._app = app
        self._admission = admission
        self._refusing = refusing
        self._required = required
        self._signed_in = signed_in
        self._open_to_all = open_to_all

    async def at_the_door(self, scope: Scope) -> NotLetIn | None:
        """Says who asks (``visitor``), or why they are turned away."""
        if self._open_to_all(scope["path"]):
            return None
        try:
            presented = await run_in_threadpool(self._presented, scope)
        except StorageUnavailable:
            return NotLetIn(self._not_now())
        if isinstance(presented, Refusal):
            if presented is not UNSIGNED or self._required:
                answer = self._refusing(401, presented.code, presented.message)
                return NotLetIn(answer, hears_out=presented is OFF_TIME)  # it learns the time from the answer
            say_who_asks(scope, Visitor.KNOWN if self._signed_in(scope["path"]) else Visitor.UNSIGNED)
        else:
            scope.setdefault("state", {})["presented"] = presented
            say_who_asks(scope, Visitor.KNOWN)
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        presented = scope.get("state", {}).get("presented")
        if scope["type"] != "http" or presented is None:
            await self._app(scope, receive, send)
            return
        message = await receive()  # the guard hands over the whole body at once
        known = await self._taken(presented, message.get("body", b""))
        if isinstance(known, Response):
            await known(scope, receive, send)
            return
        scope["state"]["station"] = known
        waiting = [message]

        async def once() -> dict[str, object]:
            return dict(waiting.pop()) if waiting else {"type": "http.disconnect"}

        await self._app(scope, once, send)

    async def _taken(self, presented: Presented, body: bytes) -> Station | Response:
        try:
            known = await run_in_threadpool(partial(self._admission.taken, presented, body))
        except StorageUnavailable:
            return self._not_now()
        if not isinstance(known, Refusal):
            return known
        answer = self._refusing(429 if known is TOO_MUCH else 401, known.code, known.message)
        if known is TOO_MUCH:
            answer.headers["Retry-After"] = str(_WAIT_S)
        return answer

    def _not_now(self) -> Response:
        answer = self._refusing(503, "TRY_AGAIN", "What the server keeps cannot be reached just now")
        answer.headers["Retry-After"] = "5"
        return answer

    def _presented(self, scope: Scope) -> Presented | Refusal:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
        return self._admission.presented(
            Head(scope["method"], path, scope["query_string"].decode("latin-1")), headers
        )
