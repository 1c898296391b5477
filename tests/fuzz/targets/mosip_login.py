"""What MOSIP's server answers to a sign-in, sealed and opened."""

import json
from collections.abc import Iterator
from pathlib import Path

from fuzz.mutation import deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster import base64url
from muster.errors import MalformedData, SignInRefused
from muster.formats.mosip_login import read_answer, read_tokens

mutate = mutate_json
REFUSALS = (MalformedData, SignInRefused)


def seeds(reference: Path | None) -> Iterator[bytes]:
    for expiry in (1767323045, 0, -1, 2**62, -(2**62), 253402300800, 1.5, None, "x"):
        token = ".".join(base64url.encode(each) for each in (b"{}", json.dumps({"exp": expiry}).encode(), b"s"))
        yield json.dumps({"token": token, "refreshToken": token, "expiryTime": 1}).encode()
    yield json.dumps({"response": base64url.encode(b"sealed"), "errors": None}).encode()
    yield from deep_texts(b'{"errors":[{"errorCode":"@"}],"response":"@"}')
    for code in ("KER-SNC-155", "KER-SYN-AUTH-001", "KER-1", "{0}", "x" * 100, None, 5):
        yield json.dumps({"response": None, "errors": [{"errorCode": code, "message": "no"}]}).encode()


def run(content: bytes) -> None:
    try:
        assert read_answer(content)
    except SignInRefused as refusal:
        assert refusal.sentence
    except MalformedData:
        assert_well_typed(read_tokens(content))
