"""The receiver's HTTP face: MOSIP's paths, behind one guard. Errors have status 200, as MOSIP sends them.

Answers that say something (``response``) are signed as MOSIP's: header ``Response-Signature``, over the octets
that are sent (section 4.4 of the packet notes).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from muster.clock import Clock, rfc3339
from muster.formats.mosip_login import LOGIN_PATH, SEND_OTP_PATH
from muster.formats.pre_registration import IDS_PATH
from muster.receiver.checks import MAXIMUM_PACKET_BYTES
from muster.receiver.guard import Guard, Limits
from muster.receiver.operations import Receiver
from muster.receiver.pre_registration import BookingService
from muster.receiver.served import Served
from muster.receiver.storage import Storage
from muster.receiver.sync_data import SyncService

_REGISTRATION_STATUS = "/registrationprocessor/v1/registrationstatus"
_UPLOAD_PATH = "/registrationprocessor/v1/packetreceiver/registrationpackets"
_ENROLLMENT_PATH = "/enrollment"
_HEALTH_PATH = "/v1/syncdata/actuator/health"
_OPEN_PATHS = frozenset({_HEALTH_PATH, LOGIN_PATH, SEND_OTP_PATH})
# A little more than the largest packet, so that the size check can answer instead of the guard.
_LARGE_BODIES = dict.fromkeys((_UPLOAD_PATH, _ENROLLMENT_PATH), 4 * MAXIMUM_PACKET_BYTES)


def create_app(
    storage: Storage, clock: Clock, *, login: bool = False, training: bool = False, limits: Limits | None = None
) -> ASGIApp:
    """``login``: only who is signed in is served, but for signing in. ``training``: what training stations send is
    taken, too. ``limits`` names no paths of its own."""
    receiver = Receiver(storage, clock, training=training)

    def admits(path: str, headers: Headers) -> bool:
        return not login or path in _OPEN_PATHS or receiver.doorkeeper.admits(_token(headers))

    def turned_away(status: int, code: str, message: str) -> Response:
        return JSONResponse(_envelope(clock, code, message), status_code=status)

    bounded = replace(limits or Limits(), body_bytes=_LARGE_BODIES)
    return Guard(Starlette(routes=_routes(receiver, storage, clock)), bounded, admits, turned_away)


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
    served = SyncService(storage, Served(storage.folder), clock)
    return [
        posted(IDS_PATH, bookings.ids),
        asked(f"{IDS_PATH}/{{prid}}/{{machine}}", bookings.one),
        *(asked(path, operation) for path, operation in served.operations().items()),
        Route(_HEALTH_PATH, health),
        posted(LOGIN_PATH, receiver.sign_in),
        posted(SEND_OTP_PATH, receiver.send_otp),
        posted("/v1/syncdata/tpm/publickey/verify", receiver.verify_machine),
        Route("/v1/syncdata/getCertificate", certificate),
        posted(f"{_REGISTRATION_STATUS}/syncV2", receiver.sync),
        posted(f"{_REGISTRATION_STATUS}/sync", receiver.sync_old),
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
