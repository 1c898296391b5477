"""What a hub is asked beside MOSIP's paths: whether it lives, its figures, and by stations to be let in.

::

    GET  /health/live            the process answers
    GET  /health/ready           database and objects answer, and it is not about to stop
    GET  /metrics                figures for Prometheus
    POST /v1/station/enrolment   {"refId", "signPublicKey", "publicKey"}, signed with that key: a station that
                                 wants to be known; answered with its standing, which an administrator decides
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from muster.clock import Clock
from muster.errors import BadInput, Unavailable
from muster.formats.http_signature import Asked
from muster.formats.station_enrolment import PATH as ENROLMENT
from muster.formats.station_enrolment import StationKeys
from muster.receiver.admission import proves_possession
from muster.receiver.answers import answered
from muster.receiver.checks import Refusal
from muster.receiver.machines import STATIONS_WAIT_ALREADY, Machine
from muster.receiver.storage import Storage
from muster.receiver.strangers import Patience, address_of

LIVE, READY, METRICS = "/health/live", "/health/ready", "/metrics"
OPEN = (LIVE, READY, METRICS, ENROLMENT)
_MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LATER_S = 3600
_MALFORMED = Refusal("HUB-ENR-001", "The request cannot be read, or is not signed with the key it brings")
_TOO_MANY = Refusal("HUB-ENR-002", "Too many stations wait for approval")


class HubRoutes:
    """``figures`` makes the text of the metrics; ``stopping`` is set when the process is about to end."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        figures: Callable[[], bytes] | None,
        stopping: Event,
        patience: Patience,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._figures = figures
        self._stopping = stopping
        self._patience = patience

    def routes(self) -> list[Route]:
        return [
            Route(LIVE, self._live),
            Route(READY, self._ready),
            Route(METRICS, self._metrics),
            Route(ENROLMENT, self._enrol, methods=["POST"]),
        ]

    async def _live(self, request: Request) -> Response:
        return JSONResponse({"status": "UP"})

    async def _ready(self, request: Request) -> Response:
        parts = await run_in_threadpool(self._parts)
        ready = all(parts.values())
        content = {
            "status": "UP" if ready else "DOWN",
            **{name: "UP" if up else "DOWN" for name, up in parts.items()},
        }
        return JSONResponse(content, 200 if ready else 503)

    def _parts(self) -> dict[str, bool]:
        return {
            "serving": not self._stopping.is_set(),
            "database": self._storage.database.is_answering(),
            "objects": self._storage.objects.is_answering(),
        }

    async def _metrics(self, request: Request) -> Response:
        if self._figures is None:
            return PlainTextResponse("The extra package for metrics is not installed.\n", 404)
        return Response(await run_in_threadpool(self._figures), media_type=_MEDIA_TYPE)

    async def _enrol(self, request: Request) -> Response:
        asked = Asked("POST", ENROLMENT, request.url.query, await request.body())
        address = address_of(request.scope)
        outcome = await run_in_threadpool(self._asked, asked, dict(request.headers), address)
        if not isinstance(outcome, Refusal):
            return JSONResponse(outcome)
        answer = JSONResponse(answered(self._clock, None, [outcome]), 429 if outcome is _TOO_MANY else 400)
        if outcome is _TOO_MANY:
            answer.headers["Retry-After"] = str(_LATER_S)
        return answer

    def _asked(self, asked: Asked, headers: dict[str, str], address: str) -> Refusal | object:
        try:
            keys = StationKeys.parse(asked.body)
            machine = Machine(keys.signing, keys.encryption)
            machine.check()
        except BadInput:
            return _MALFORMED
        if not proves_possession(asked, headers, machine.signing_key, self._clock):
            return _MALFORMED
        try:
            standing = self._storage.known.ask(keys.ref_id, machine, address, self._patience.waiting)
        except Unavailable as error:
            if error.code is not STATIONS_WAIT_ALREADY:  # what the hub keeps is away
                raise
            return _TOO_MANY
        return answered(self._clock, {"standing": standing.value})
