"""The receiver's requests, through its whole web application in this process.

An input is one or several requests, each a method and a path, headers one a line, an empty line and a body; a line
of dashes stands between them. The body of a sync call that is no JSON string is encrypted to the receiver first;
``@packet`` stands for a packet it would take.
"""

import asyncio
import hashlib
import json
import logging
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from starlette.requests import ClientDisconnect

from fuzz.keys import decryption_key, seal, server_pem, signing_key
from fuzz.mutation import NASTY, deep_texts, mutate_json, plain
from fuzz.targets import govstack_request, packet
from muster import base64url
from muster.formats import mosip_packet as mosip
from muster.formats.mosip_login import (
    LOGIN_PATH,
    SEND_OTP_PATH,
    ByPassword,
    ByRefreshToken,
    OtpWanted,
    encode_login,
)  # fmt: skip
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import unpack
from muster.receiver.app import create_app
from muster.receiver.storage import Storage
from muster.receiver.tables import metadata

REFUSALS = (ClientDisconnect,)
LONGEST = 32_768
_NOW = datetime(2026, 1, 2, 3, 15, tzinfo=UTC)
_RID = "10001100020000120260102030000"
_PACKET_ID = f"{_RID}-10001_10002-20260102031000"
_STATUS = "/registrationprocessor/v1/registrationstatus"
_UPLOAD = "/registrationprocessor/v1/packetreceiver/registrationpackets"
_BETWEEN = b"\n--------\n"
_PACKET = b"@packet"
WORDS = (b"POST ", b"PUT ", b"GET ", _BETWEEN, _STATUS.encode(), _UPLOAD.encode(), b"/enrollment", b"boundary=",
         b"content-length: ", b"content-type: multipart/form-data; boundary=x", b'filename="', b"\r\n--x--\r\n",
         _PACKET, b"filename*=utf-8''", b"charset=", b"transfer-encoding: chunked")  # fmt: skip


def _sealed() -> bytes:
    """As ``packet.run`` seals its first seed."""
    outer = unpack(next(iter(packet.seeds(None))))
    for name in [each for each in outer if each.endswith(".zip")]:
        outer[name] = seal(outer[name])
        sidecar = name.removesuffix(".zip") + ".json"
        outer[sidecar] = outer[sidecar].replace(b"@hash", mosip.encrypted_hash(outer[name]).encode())
    return seal(pack(outer))


_CONTENT = _sealed()


def _entry(**changes: object) -> dict[str, object]:
    entry = {
        "langCode": "eng", "registrationId": _RID, "packetId": _PACKET_ID, "registrationType": "NEW",
        "packetHashValue": hashlib.sha256(_CONTENT).hexdigest().upper(), "packetSize": len(_CONTENT),
        "supervisorStatus": "APPROVED", "supervisorComment": "",
    }  # fmt: skip
    return {**entry, **changes}


def _sync(*entries: object, **changes: object) -> bytes:
    body = {"id": "mosip.registration.sync", "version": "1.0", "requesttime": "2026-01-02T03:15:00.000Z",
            "request": entries, **changes}  # fmt: skip
    return f"POST {_STATUS}/syncV2\n\n".encode() + json.dumps(body).encode()


def _form(name: str, content: bytes, boundary: str = "x") -> bytes:
    head = f"POST {_UPLOAD}\ncontent-type: multipart/form-data; boundary={boundary}\n\n"
    part = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    return head.encode() + part.encode() + content + b"\r\n--x--\r\n"


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield b"GET /v1/syncdata/getCertificate?applicationId=REGISTRATION&referenceId=10001_10002\n\n"
    yield b"GET /v1/syncdata/actuator/health\n\n"
    yield _sync(_entry())
    sent = _form(f"{_PACKET_ID}.zip", _PACKET)
    yield _BETWEEN.join([_sync(_entry()), sent, sent])
    for wanted in (ByPassword("erika", "geheim"), OtpWanted("erika"), ByRefreshToken("e30.e30.e30")):
        path = SEND_OTP_PATH if isinstance(wanted, OtpWanted) else LOGIN_PATH
        body = encode_login(wanted, _NOW, signing_key().key_index, signing_key().sign)
        yield f"POST {path}\ncontent-type: application/json\n\n".encode() + body
    asked = json.dumps({"id": "x", "request": [{"packetId": _PACKET_ID}, {"registrationId": _RID}]}).encode()
    yield _BETWEEN.join([_sync(_entry()), sent, f"POST {_STATUS}/search\n\n".encode() + asked])
    for value in NASTY:
        yield _sync(*[_entry(**{name: value}) for name in _entry()])
        yield _sync(requesttime=value)
        yield (
            f"POST {_STATUS}/packetexternalstatus\n\n".encode()
            + json.dumps({"id": value, "request": [value]}).encode()
        )
    for name in _entry():
        for each in deep_texts(_sync(_entry(**{name: "@"}))):
            yield _BETWEEN.join([each, sent])
    for body in ({"id": "@", "request": []}, {"request": [{"packetId": "@"}]}):
        yield from deep_texts(f"POST {_STATUS}/search\n\n".encode() + json.dumps(body).encode())
    yield from deep_texts(b"PUT /enrollment\n\n" + govstack_request.deep())
    for boundary in ("", "y", "x; charset=none", "x" * 300):
        yield _form("a.zip", b"", boundary)
    for name in ("", "../../x.zip", "a" * 300 + ".zip", ".zip", "\x1b.zip", "é.zip", _PACKET_ID):
        yield _form(name, b"PK")
    for length in (b"x", b"-1", b"99999999999999999999", "²".encode(), b" 5 "):
        yield f"POST {_UPLOAD}\ncontent-length: ".encode() + length + b"\n\nbody"
    for request in govstack_request.seeds(reference):
        put = b"PUT /enrollment\n\n" + request
        yield put
        yield _BETWEEN.join([put, put])


def mutate(content: bytes, longest: int, seed: int) -> bytes:
    dice = random.Random(seed)
    requests = content.split(_BETWEEN)
    number = dice.randrange(len(requests))
    head, separator, body = requests[number].partition(b"\n\n")
    if not separator or dice.random() < 0.15:
        return plain(content, longest)
    if dice.random() < 0.2:
        head = plain(head, len(head) + 100)
    elif body[:1] == b"{":
        body = mutate_json(body, longest, seed)
    else:
        body = plain(body, len(body) + 100)
    requests[number] = head + separator + body
    changed = _BETWEEN.join(requests)
    return changed if len(changed) <= longest else plain(content, longest)


class _Server:
    """One receiver for all inputs; what they leave behind is taken away."""

    def __init__(self) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        memory = Path("/dev/shm")
        self._scratch = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self._folder = Path(self._scratch.name)
        (self._folder / "server.pem").write_bytes(server_pem())
        storage = Storage(self._folder, lambda: _NOW)
        storage.keys.opener = decryption_key()
        storage.register_machine("10001_10002", signing_key().public_pem)
        self._storage = storage
        self._app = create_app(storage, lambda: _NOW)
        self._loop = asyncio.new_event_loop()

    def forget(self) -> None:
        with self._storage.database.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                if table.name not in ("secret", "machine", "hub_user"):
                    connection.execute(table.delete())
        for kept in self._folder.glob("packets/*"):
            kept.unlink()

    def files(self) -> Iterator[Path]:
        return self._folder.rglob("*")

    def answer(self, request: bytes) -> tuple[int, bytes]:
        return self._loop.run_until_complete(self._answer(request))

    async def _answer(self, request: bytes) -> tuple[int, bytes]:
        head, _, body = request.partition(b"\n\n")
        first, *lines = head.split(b"\n")
        method, _, target = first.partition(b" ")
        path, _, query = target.partition(b"?")
        if b"/sync" in path and b"registrationstatus" in path and body[:1] != b'"':
            body = json.dumps(base64url.encode(seal(body))).encode()
        body = body.replace(_PACKET, _CONTENT)
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": "",
            "method": method.decode("latin-1"), "path": path.decode("utf-8", "replace"), "raw_path": path,
            "query_string": query, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2),
            "headers": [
                (name.strip().lower(), value.strip())
                for name, _, value in (line.partition(b":") for line in lines)
            ],
        }  # fmt: skip
        pieces = [body[: len(body) // 2], body[len(body) // 2 :]]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if not pieces:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        return sent[0]["status"], b"".join(each.get("body", b"") for each in sent)


_SERVERS: list[_Server] = []


def run(content: bytes) -> None:
    if not _SERVERS:
        _SERVERS.append(_Server())
    server = _SERVERS[0]
    server.forget()
    for request in content.split(_BETWEEN)[:5]:
        status, body = server.answer(request)
        assert status < 500, status
        if status == 200:
            json.loads(body, parse_constant=_not_json)


def _not_json(constant: str) -> None:
    raise AssertionError(constant)
