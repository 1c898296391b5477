"""The hub's paths for the gallery a center's stations share (``formats.center_gallery``).

For stations that sign their requests only: whoever may search can ask who is here. What unseals and turns
templates is made from the center's key and handed to a station encrypted to its machine's key. Answers are signed
as MOSIP's.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from muster import base64url
from muster.clock import Clock
from muster.crypto.machine_data import encrypt_machine_data
from muster.crypto.sealing import derive_key
from muster.errors import BadInput, MalformedData
from muster.formats import center_gallery as words
from muster.receiver.answers import answered
from muster.receiver.checks import Refusal
from muster.receiver.gallery import CenterGallery
from muster.receiver.storage import Storage

_NOBODY = Refusal("HUB-SIG-001", "The request is not signed by a station")
_MALFORMED = Refusal("HUB-GAL-001", "The request cannot be read")


class GalleryRoutes:
    def __init__(self, gallery: CenterGallery, storage: Storage, clock: Clock) -> None:
        self._gallery = gallery
        self._storage = storage
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            self._route(words.KEY_PATH, self._key),
            self._route(words.ENROL_PATH, self._enrol),
            self._route(words.MISSING_PATH, self._missing),
            self._route(words.SEARCH_PATH, self._search),
            Route(f"{words.PATH}/{{subject}}", self._forget, methods=["DELETE"]),
        ]

    def _key(self, ref_id: str, body: bytes) -> object:
        machine = self._storage.machine(ref_id)
        if machine is None:
            raise BadInput(words.GALLERY_UNREADABLE, part="station")
        secret = derive_key(self._storage.center_key.octets, "hub/center gallery")
        return {"key": base64url.encode(encrypt_machine_data(machine.encryption_key, secret))}

    def _enrol(self, ref_id: str, body: bytes) -> object:
        return {"kept": self._gallery.enrol(ref_id, words.parse_templates(body))}

    def _missing(self, ref_id: str, body: bytes) -> object:
        return {"subjects": self._gallery.missing(*words.parse_subjects(body))}

    def _search(self, ref_id: str, body: bytes) -> object:
        answer = self._gallery.search(words.parse_question(body))
        candidates = [
            {"subject": each.subject, "sealed": base64url.encode(each.sealed), "cosine": each.cosine}
            for each in answer.alike
        ]
        return {"compared": answer.compared, "candidates": candidates}

    async def _forget(self, request: Request) -> Response:
        subject = request.path_params["subject"]

        def forgotten(ref_id: str, body: bytes) -> object:
            if not words.is_subject(subject):
                raise MalformedData(words.GALLERY_UNREADABLE, part="subject")
            return {"forgotten": self._gallery.forget(subject)}

        return await self._for_station(request, forgotten)

    def _route(self, path: str, work: Callable[[str, bytes], object]) -> Route:
        async def serve(request: Request) -> Response:
            return await self._for_station(request, work)

        return Route(path, serve, methods=["POST"])

    async def _for_station(self, request: Request, work: Callable[[str, bytes], object]) -> Response:
        station = getattr(request.state, "station", None)
        if station is None:
            return JSONResponse(answered(self._clock, None, [_NOBODY]), 401)
        body = await request.body()
        return await run_in_threadpool(self._answered, work, station.ref_id, body)

    def _answered(self, work: Callable[[str, bytes], object], ref_id: str, body: bytes) -> Response:
        try:
            response = JSONResponse(answered(self._clock, work(ref_id, body)))
        except (BadInput, ValueError):
            return JSONResponse(answered(self._clock, None, [_MALFORMED]))
        response.headers["Response-Signature"] = self._storage.signer.sign_answer(bytes(response.body))
        return response
