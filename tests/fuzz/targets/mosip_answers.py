"""What a server answers to the certificate, announcement, upload and status calls, on the level of HTTP.

An input is the number of the call, the status, headers one a line, an empty line and the body.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2

from fuzz.keys import certificate_der
from fuzz.mutation import NASTY, deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster.errors import NetworkUnavailable, Refused
from muster.upload.mosip import MosipTarget
from muster.upload.target import Announcement
from muster.upload.transport import SignInWanted, Transport

REFUSALS = (NetworkUnavailable, Refused, SignInWanted)
LONGEST = 16_384
_PACKET_ID = "10001100020000120260102030000-10001_10002-20260102031000"
_CLOCK = datetime(2026, 1, 2, 3, 15, tzinfo=UTC)
WORDS = (b'"errors"', b'"response"', b'"errorCode"', b'"message"', b'"status"', b'"certificate"',
         b"content-encoding: gzip",
         b"content-type: application/json; charset=utf-16", b"RPR-PKR-005", b"302", b"500", b"404")  # fmt: skip


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield _answer(0, {"response": {"certificate": "-----BEGIN CERTIFICATE-----"}, "errors": None})
    yield _answer(1, {"response": [{"packetId": _PACKET_ID, "status": "SUCCESS"}], "errors": None})
    yield _answer(2, {"response": {"status": "Packet has reached Packet Receiver"}, "errors": None})
    yield _answer(2, {"response": None, "errors": [{"errorCode": "RPR-PKR-005", "message": "Duplicate Request"}]})
    yield from deep_texts(_answer(2, {"response": None, "errors": [{"errorCode": "@", "message": "@"}]}))
    yield _answer(3, {"response": [{"packetId": _PACKET_ID, "statusCode": "PROCESSED"}], "errors": None})
    yield from deep_texts(_answer(3, {"response": [{"packetId": "@", "statusCode": "@"}]}))
    yield from deep_texts(_answer(1, {"response": [{"packetId": "@"}]}))
    for value in NASTY:
        yield _answer(0, {"response": {"certificate": value}})
        yield _answer(1, {"response": value, "errors": [value]})
        yield _answer(2, value)
    yield b"2 200\ncontent-encoding: gzip\n\n" + gzip.compress(b'{"response":{"status":"ok"}}')
    yield b"2 200\ncontent-encoding: gzip\n\n" + gzip.compress(bytes(10_000_000))
    yield b"0 200\ncontent-type: application/json; charset=utf-7\n\n{}"
    yield b"0 200\ncontent-encoding: br\n\n{}"
    yield b"1 302\nlocation: http://elsewhere.example/\n\n"


def _answer(call: int, body: object) -> bytes:
    return f"{call} 200\ncontent-type: application/json\n\n".encode() + json.dumps(body).encode()


def mutate(content: bytes, longest: int, seed: int) -> bytes:
    head, separator, body = content.partition(b"\n\n")
    if seed % 4 and separator:
        return head + separator + mutate_json(body, max(longest - len(head) - 2, 1), seed)
    return mutate_json(content, longest, seed)


def run(content: bytes) -> None:
    head, _, body = content.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    call, _, status = first.partition(b" ")
    headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    code = int(status) if status.isdigit() and 200 <= int(status[:4]) <= 599 and len(status) == 3 else 200

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(code, headers=headers, stream=httpx2.ByteStream(body))

    with Transport("http://127.0.0.1:1", transport=httpx2.MockTransport(answer)) as transport:
        target = MosipTarget(transport, "10001_10002", lambda: _CLOCK)
        match call:
            case b"1":
                packet = Announcement("1" * 29, _PACKET_ID, "NEW", "00", 1, "eng", "APPROVED")
                target.announce([packet], certificate_der())
            case b"2":
                assert_well_typed(target.upload(_PACKET_ID, b"PK"))
            case b"3":
                assert isinstance(target.packet_statuses([_PACKET_ID]), dict)
            case _:
                assert isinstance(target.certificate(), bytes)
