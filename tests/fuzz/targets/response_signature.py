"""Signed answers: a header's value, a line break, a body. Nothing is raised; a changed body is never believed."""

from collections.abc import Iterator
from pathlib import Path

from fuzz.keys import certificate_der, signing_key
from fuzz.mutation import deep_texts, mutate_json
from muster.crypto.jws import sign_detached
from muster.upload.response_signature import is_signed_by

REFUSALS = ()
_BODY = '{"id":null,"response":{"name":"Jürgen Mustermann","a":1,"B":[true,1.5,null]},"errors":null}'.encode()
_GENUINE = sign_detached(signing_key(), _BODY, certificate_der())
WORDS = (b'"response"', b'"a":1,', b"NaN", b"\\u00fc", b" ", b"1.50", b"1e0", b"..")


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield b"@\n" + _BODY
    yield b"@\n" + _BODY.replace(b",", b",\n ")
    yield b"@\n" + _BODY.replace(b'"a":1', b'"a":2,"a":1')
    yield _GENUINE.encode() + b"\n" + _BODY
    yield b"..\n{}"
    yield from deep_texts(b'@\n"@"')


def mutate(content: bytes, longest: int, seed: int) -> bytes:
    header, _, body = content.partition(b"\n")
    return header + b"\n" + mutate_json(body, longest, seed) if seed % 4 else mutate_json(content, longest, seed)


def run(content: bytes) -> None:
    header, _, body = content.partition(b"\n")
    text = header.decode("latin-1")
    believed = is_signed_by(body, _GENUINE if text == "@" else text, certificate_der())
    if believed:
        assert _value(body) == _value(_BODY)


def _value(body: bytes) -> object:
    import json

    return json.loads(body)
