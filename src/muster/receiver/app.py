"""The receiver's HTTP face: MOSIP's paths, behind one guard. Errors have status 200, as MOSIP sends them.

Answers that say something (``response``) are signed as MOSIP's: header ``Response-Signature``, over the octets
that are sent (section 4.4 of the packet notes).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.cookies import CookieError, SimpleCookie
from threading import Event
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from muster.clock import Clock, rfc3339
from muster.errors import StorageUnavailable
from muster.formats.answer_relay import PATH as RELAY_PATH
from muster.formats.mosip_login import LOGIN_PATH, SEND_OTP_PATH
from muster.formats.pre_registration import IDS_PATH
from muster.receiver.admission import Admission
from muster.receiver.checks import MAXIMUM_PACKET_BYTES
from muster.receiver.console import PATH as CONSOLE_PATH
from muster.receiver.console import Console
from muster.receiver.gallery import CenterGallery
from muster.receiver.gallery_routes import GalleryRoutes
from muster.receiver.gate import Gate
from muster.receiver.guard import Guard, Limits
from muster.receiver.hub_routes import LIVE, METRICS, OPEN, READY, HubRoutes
from muster.receiver.jobs import Job, Jobs
from muster.receiver.letters import Letters
from muster.receiver.operations import Receiver
from muster.receiver.pre_registration import BookingService
from muster.receiver.relay import MAXIMUM_ANSWER_BYTES, Relay, brings_an_answer, is_for_anybody
from muster.receiver.served import Served
from muster.receiver.settings import HubSettings
from muster.receiver.storage import Storage
from muster.receiver.strangers import Strangers
from muster.receiver.sweeping import sweep
from muster.receiver.sync_data import SyncService
from muster.receiver.wrong_attempts import WrongAttempts

if TYPE_CHECKING:
    from muster.receiver.figures import Figures
    from muster.receiver.forwarding import Line

_REGISTRATION_STATUS = "/registrationprocessor/v1/registrationstatus"
_UPLOAD_PATH = "/registrationprocessor/v1/packetreceiver/registrationpackets"
_ENROLLMENT_PATH = "/enrollment"
_HEALTH_PATH = "/v1/syncdata/actuator/health"
_COME_BACK_S = 5
# Whoever watches over a hub must hear of it while strangers ask too much.
_FREE_PATHS = frozenset({_HEALTH_PATH, LIVE, READY, METRICS})
_SIGN_IN_PATHS = frozenset({LOGIN_PATH, SEND_OTP_PATH})
_OPEN_PATHS = frozenset({_HEALTH_PATH, *_SIGN_IN_PATHS, *OPEN})
# A little more than the largest packet, so that the size check can answer instead of the guard.
_LARGE_BODIES = dict.fromkeys((_UPLOAD_PATH, _ENROLLMENT_PATH), 4 * MAXIMUM_PACKET_BYTES)


def create_app(
    storage: Storage,
    clock: Clock,
    *,
    login: bool = False,
    training: bool = False,
    limits: Limits | None = None,
    hub: HubSettings | None = None,
    line: Line | None = None,
) -> ASGIApp:
    """``login``: only who is signed in is served, but for signing in. ``training``: what training stations send is
    taken, too. ``limits`` names no paths of its own. ``line`` leads to the system that packets go on to."""
    hub = hub or HubSettings()
    receiver = Receiver(storage, clock, training=training)
    stopping = Event()

    def signs_in(path: str) -> bool:
        # Stations ask the relay with their signature, and without being signed in.
        return login and not _is_open(path) and not path.startswith(f"{RELAY_PATH}/")

    def admits(path: str, headers: Headers) -> bool:
        return not signs_in(path) or receiver.doorkeeper.admits(_token(headers))

    def turned_away(status: int, code: str, message: str) -> Response:
        return JSONResponse(_envelope(clock, code, message), status_code=status)

    async def not_now(request: Request, error: Exception) -> Response:
        answer = turned_away(503, "TRY_AGAIN", "What the server keeps cannot be reached just now")
        answer.headers["Retry-After"] = str(_COME_BACK_S)
        return answer

    admission = Admission(storage.database, storage.known, clock, hub.share)
    letters = Letters(storage.database, storage.center_key.sealer("letters"), clock)
    gallery = CenterGallery(storage.database, clock, timedelta(days=hub.gallery_days))
    jobs = Jobs(storage.database, _jobs(storage, clock, admission, letters, gallery, stopping, line), clock)
    mosip = _routes(receiver, storage, clock)
    beside = [
        *Relay(letters, clock).routes(),
        *Console(storage, receiver.doorkeeper, clock).routes(),
        *GalleryRoutes(gallery, storage, clock).routes(),
    ]
    figures = _figures(storage, clock, [*mosip, *beside, *(Route(each, _nobody) for each in OPEN)])
    own = HubRoutes(storage, clock, figures.text if figures else None, stopping, hub.strangers)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        jobs.start()
        yield
        stopping.set()
        await run_in_threadpool(jobs.stop, hub.stop_within_s)

    routes = [*mosip, *own.routes(), *beside]
    app: ASGIApp = Starlette(routes=routes, exception_handlers={StorageUnavailable: not_now}, lifespan=life)
    app = gate = Gate(
        app, admission, turned_away, required=hub.signed_requests, signed_in=signs_in, open_to_all=_is_open
    )
    limits = replace(limits or Limits(), body_bytes=_large_body, open_to_all=_is_open)
    app = Guard(app, limits, admits, gate.at_the_door, turned_away, is_sign_in=_is_sign_in, free=_is_free)
    app = Strangers(app, hub.strangers, turned_away, open_to_all=_is_open, free=_is_free)
    return figures.counting(app) if figures else app


def _jobs(
    storage: Storage,
    clock: Clock,
    admission: Admission,
    letters: Letters,
    gallery: CenterGallery,
    stopping: Event,
    line: Line | None,
) -> tuple[Job, ...]:
    tidying = (
        Job("admission", timedelta(minutes=1), admission.forget_the_old),
        Job("attempts", timedelta(minutes=10), WrongAttempts(storage.database, clock).forget_the_old),
        Job("letters", timedelta(minutes=1), letters.forget_the_old),
        Job("stations", timedelta(hours=1), storage.known.forget_the_old),
        Job("gallery", timedelta(hours=1), gallery.expire),
        Job("sweeping", timedelta(hours=1), lambda: sweep(storage.database, storage.objects, clock())),
    )
    if line is None:
        return tidying
    from muster.receiver.forwarding import going_on

    sending = partial(going_on(storage, line, clock).round, lambda: not stopping.is_set())
    return (*tidying, Job("forwarding", timedelta(seconds=1), sending, alone=False))


def _figures(storage: Storage, clock: Clock, routes: list[Route]) -> Figures | None:
    """Nothing where the packages for a hub are not installed."""
    try:
        from muster.receiver.figures import Figures
    except ImportError:
        return None
    return Figures(storage.database, clock, {each.path for each in routes})


def _is_open(path: str) -> bool:
    """Without a signature and without being signed in."""
    return (
        path in _OPEN_PATHS or is_for_anybody(path) or path == CONSOLE_PATH or path.startswith(f"{CONSOLE_PATH}/")
    )


def _is_free(path: str) -> bool:
    return path in _FREE_PATHS


def _is_sign_in(path: str) -> bool:
    return path in _SIGN_IN_PATHS


def _large_body(path: str) -> int | None:
    return MAXIMUM_ANSWER_BYTES if brings_an_answer(path) else _LARGE_BODIES.get(path)


async def _nobody(request: Request) -> Response:
    return Response(status_code=404)


def _routes(receiver: Receiver, storage: Storage, clock: Clock) -> list[Route]:
    def signed(work: Callable[[], dict[str, Any]]) -> Response:
        content = work()
        response = JSONResponse(content)
        if content["response"] is not None:
            response.headers["Response-Signature"] = storage.signer.sign_answer(bytes(response.body))
        return response

    def posted(path: str, operation: Callable[[bytes], dict[str, Any]]) -> Route:
        async def serve(request: Request) -> Response:
            body = await request.body()
            return await run_in_threadpool(signed, partial(operation, body))

        return Route(path, serve, methods=["POST"])

    def announced(path: str, operation: Callable[[bytes, str | None], dict[str, Any]]) -> Route:
        async def serve(request: Request) -> Response:
            station = getattr(request.state, "station", None)
            work = partial(operation, await request.body(), station.ref_id if station else None)
            return await run_in_threadpool(signed, work)

        return Route(path, serve, methods=["POST"])

    def asked(path: str, operation: Callable[[Mapping[str, str]], dict[str, Any]]) -> Route:
        async def serve(request: Request) -> Response:
            query = {**request.query_params, **request.path_params}
            return await run_in_threadpool(signed, partial(operation, query))

        return Route(path, serve)

    async def health(request: Request) -> JSONResponse:
        return JSONResponse({"status": "UP"})

    async def certificate(request: Request) -> Response:
        query = request.query_params
        work = partial(receiver.certificate, query.get("applicationId", ""), query.get("referenceId", ""))
        return await run_in_threadpool(signed, work)

    async def upload(request: Request) -> Response:
        async with request.form(max_files=1, max_part_size=_LARGE_BODIES[_UPLOAD_PATH]) as form:
            files = [each for each in form.values() if isinstance(each, UploadFile)]
            name, content = (files[0].filename or "", await files[0].read()) if files else ("", b"")
        return await run_in_threadpool(signed, partial(receiver.upload, name, content))

    async def enrollment(request: Request) -> Response:
        body = await request.body()
        status, answer = await run_in_threadpool(receiver.enroll, body)
        return Response(answer, status, media_type="application/json")

    bookings = BookingService(storage, clock)
    served = SyncService(storage, Served(storage.folder, storage.documents), clock)
    return [
        posted(IDS_PATH, bookings.ids),
        asked(f"{IDS_PATH}/{{prid}}/{{machine}}", bookings.one),
        *(asked(path, operation) for path, operation in served.operations().items()),
        Route(_HEALTH_PATH, health),
        posted(LOGIN_PATH, receiver.sign_in),
        posted(SEND_OTP_PATH, receiver.send_otp),
        posted("/v1/syncdata/tpm/publickey/verify", receiver.verify_machine),
        Route("/v1/syncdata/getCertificate", certificate),
        announced(f"{_REGISTRATION_STATUS}/syncV2", receiver.sync),
        announced(f"{_REGISTRATION_STATUS}/sync", receiver.sync_old),
        posted(f"{_REGISTRATION_STATUS}/packetexternalstatus", receiver.status),
        posted(f"{_REGISTRATION_STATUS}/search", receiver.status),
        Route(_UPLOAD_PATH, upload, methods=["POST"]),
        Route(_ENROLLMENT_PATH, enrollment, methods=["PUT"]),
    ]


def _token(headers: Headers) -> str:
    """MOSIP's cookie; clients of GovStack's API write the usual header."""
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get("Authorization")
    except CookieError:
        return ""
    if cookie is not None:
        return cookie.value
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token if kind.lower() == "bearer" else ""


def _envelope(clock: Clock, code: str, message: str) -> dict[str, Any]:
    errors = [{"errorCode": code, "message": message}]
    return {"id": None, "version": "1.0", "responsetime": rfc3339(clock()), "response": None, "errors": errors}
