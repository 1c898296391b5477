"""Compact tokens with a certificate inside, changed and then signed again: so what is behind the check is met."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from fuzz.keys import certificate_der, signing_key
from fuzz.mutation import mutate_json, plain
from fuzz.typed import assert_well_typed
from muster import base64url
from muster.crypto.jws import sign_compact, verify_compact, verify_detached
from muster.errors import NotAuthentic

REFUSALS = (NotAuthentic,)
_PAYLOAD = b'{"bioValue":"RklS"}'
WORDS = (b"eyJhbGciOiJSUzI1NiJ9", b"..", b".", b"x5c", b"crit", b"b64")


def seeds(reference: Path | None) -> Iterator[bytes]:
    token = sign_compact(signing_key(), _PAYLOAD, certificate_der())
    header, payload, signature = token.split(".")
    yield token.encode()
    yield f"{header}..{signature}".encode()
    yield f"{payload}.{header}.{signature}".encode()
    for changes in (
        {"alg": "none"}, {"alg": "HS256"}, {"alg": ["RS256"]}, {"x5c": []}, {"x5c": "AAAA"}, {"x5c": [5]},
        {"x5c": {}}, {"x5c": None},
        {"crit": ["b64"], "b64": False}, {"crit": 5}, {"kid": {}}, {"jwk": {}}, {"typ": 5},
    ):  # fmt: skip
        yield signed(json.dumps({**json.loads(base64url.decode(header)), **changes}).encode(), _PAYLOAD)
    for value in (b"5", b"[]", b'"x"', b"null", b"", b"\xff", b"[" * 5000):
        yield signed(value, _PAYLOAD)


def signed(header: bytes, payload: bytes) -> bytes:
    whole = f"{base64url.encode(header)}.{base64url.encode(payload)}".encode()
    return whole + b"." + base64url.encode(signing_key().sign(whole)).encode()


def mutate(content: bytes, longest: int, seed: int) -> bytes:
    dice = random.Random(seed)
    parts = content.split(b".")
    try:
        header, payload, _ = (base64url.decode(each) for each in parts)
    except ValueError:
        return plain(content, longest)
    match dice.randrange(4):
        case 0:
            return plain(content, longest)
        case 1:
            header = mutate_json(header, longest, seed)
        case 2:
            payload = plain(payload, longest)
        case _:
            header = _other_certificate(header, longest)
    return signed(header, payload)[:longest]


def _other_certificate(header: bytes, longest: int) -> bytes:
    try:
        content = json.loads(header)
        content["x5c"][0] = base64url.encode(plain(base64url.decode(content["x5c"][0]), longest))
        return json.dumps(content).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return plain(header, longest)


def run(content: bytes) -> None:
    text = content.decode("utf-8", "replace")
    assert verify_detached(text, _PAYLOAD, certificate_der()) in (True, False)
    verified = verify_compact(text)
    assert_well_typed(verified)
