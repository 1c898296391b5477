"""The hub's paths for answers to stations that nobody reaches: ``formats.answer_relay``, stations signed."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from muster.clock import Clock
from muster.errors import BadInput
from muster.formats.answer_relay import (
    FORM_TYPE,
    PATH,
    QUESTION_TYPE,
    RELAY_REQUEST_UNREADABLE,
    REQUEST,
    RESPONSE,
    Left,
    fields_of,
    is_name,
)
from muster.receiver.answers import answered
from muster.receiver.checks import Refusal
from muster.receiver.console import page_words, written
from muster.receiver.letters import Letters

MAXIMUM_ANSWER_BYTES = 512 * 1024  # as a station's own door: what a wallet shows, encrypted
_STATIONS = PATH + "/{name}"
_NOBODY = Refusal("HUB-SIG-001", "The request is not signed by a station")
_REFUSED = Refusal("HUB-RLY-001", "Nobody waits at this address, or too many questions are open")
_MALFORMED = Refusal("HUB-RLY-002", "The request cannot be read")
_LOOK_AGAIN_S = "2"
_NOT_TAKEN = {"error": "invalid_request"}  # all that a wallet is told
_UNCACHED = {"Cache-Control": "no-store"}
# The address is that of the supervisors' page, too.
_HANDED_OUT = {
    **_UNCACHED,
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


def is_for_anybody(path: str) -> bool:
    """Whether wallets and browsers ask there, who sign nothing."""
    return path.startswith(f"{PATH}/") and path.endswith((f"/{REQUEST}", f"/{RESPONSE}"))


def brings_an_answer(path: str) -> bool:
    """Whether a wallet's answer may come there, which is large; nothing else that anybody may send is."""
    name = path.removeprefix(f"{PATH}/").removesuffix(f"/{RESPONSE}")
    return is_name(name) and path == f"{PATH}/{name}/{RESPONSE}"


class Relay:
    def __init__(self, letters: Letters, clock: Clock) -> None:
        self._letters = letters
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            Route(_STATIONS, self._leave, methods=["PUT"]),
            Route(_STATIONS, self._look),
            Route(_STATIONS, self._forget, methods=["DELETE"]),
            Route(f"{_STATIONS}/{REQUEST}", self._asked),
            Route(f"{_STATIONS}/{RESPONSE}", self._came_back),
            Route(f"{_STATIONS}/{RESPONSE}", self._answered, methods=["POST"]),
        ]

    # Stations

    async def _leave(self, request: Request) -> Response:
        body = await request.body()

        def left(ref_id: str, name: str) -> Response:
            self._letters.leave(ref_id, name, Left.parse(body))
            return Response(status_code=201)

        return await self._for_station(request, left)

    async def _look(self, request: Request) -> Response:
        def looked(ref_id: str, name: str) -> Response:
            fields = self._letters.fetch(ref_id, name)
            if fields is None:
                return Response(status_code=202, headers={**_UNCACHED, "Retry-After": _LOOK_AGAIN_S})
            return JSONResponse(fields, headers=_UNCACHED)

        return await self._for_station(request, looked)

    async def _forget(self, request: Request) -> Response:
        def forgotten(ref_id: str, name: str) -> Response:
            self._letters.throw_away(ref_id, name)
            return Response(status_code=204)

        return await self._for_station(request, forgotten)

    async def _for_station(self, request: Request, work: Callable[[str, str], Response]) -> Response:
        station = getattr(request.state, "station", None)
        if station is None:
            return self._refused(_NOBODY, 401)
        try:
            return await run_in_threadpool(work, station.ref_id, request.path_params["name"])
        except BadInput as error:
            if error.code is RELAY_REQUEST_UNREADABLE:
                return self._refused(_MALFORMED, 400)
            return self._refused(_REFUSED, 404)

    def _refused(self, refusal: Refusal, status: int) -> Response:
        return JSONResponse(answered(self._clock, None, [refusal]), status, headers=_UNCACHED)

    # Wallets and browsers

    async def _asked(self, request: Request) -> Response:
        try:
            question = await run_in_threadpool(self._letters.question, request.path_params["name"])
        except BadInput:
            question = ""
        if not question:
            return JSONResponse(_NOT_TAKEN, 400)
        return Response(question, media_type=QUESTION_TYPE, headers=_HANDED_OUT)

    async def _answered(self, request: Request) -> Response:
        is_form = request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM_TYPE
        form = (await request.body()).decode("latin-1") if is_form else ""
        taken = await self._is_taken(request, form)
        return JSONResponse({} if taken else _NOT_TAKEN, 200 if taken else 400)

    async def _came_back(self, request: Request) -> Response:
        taken = await self._is_taken(request, request.url.query)
        return written(page_words(request), "back" if taken else "over", 200 if taken else 400)

    async def _is_taken(self, request: Request, form: str) -> bool:
        def answer() -> bool:
            try:
                self._letters.answer(request.path_params["name"], fields_of(form))
            except BadInput:
                return False
            return True

        return await run_in_threadpool(answer)
