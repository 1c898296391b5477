"""What wallets show: claims that are changed and then signed again, by issuer and holder; texts that nobody
signed, as presentations and as encrypted answers."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from joserfc.jwk import ECKey

from fuzz.mutation import NASTY, deep_texts, mutate_json
from muster import base64url
from muster.crypto.presentation import Expected, verified_presentation
from muster.crypto.wallet_request import AnswerKey
from muster.errors import NotAuthentic
from muster.methods.wallet_question import AskedClaim, AskedCredential
from simulators.wallet_issuers import Party

REFUSALS = (NotAuthentic,)
mutate = mutate_json
_NOW = datetime.now(UTC)
_AT = int(_NOW.timestamp())
_AUTHORITY = Party.authority("Root")
_ISSUER = _AUTHORITY.issuer(uri="https://pid.example")
_HOLDER = ECKey.generate_key("P-256")
_ANSWER = AnswerKey.drawn()
_HIDDEN = base64url.encode(json.dumps(["salt", "given_name", "Erika"]).encode())
_CLAIMS = {
    "iss": "https://pid.example",
    "vct": "urn:eudi:pid:1",
    "exp": _AT + 300,
    "cnf": {"jwk": _HOLDER.as_dict(private=False)},
    "_sd": [base64url.encode(hashlib.sha256(_HIDDEN.encode()).digest())],
    "_sd_alg": "sha-256",
    "status": {"status_list": {"uri": "https://pid.example/lists/1", "idx": 7}},
}
_ASKED = AskedCredential("pid", ("urn:eudi:pid:1",), (AskedClaim(("given_name",)),))
WORDS = (
    b'"..."', b'"_sd"', b'"_sd_alg"', b'"cnf"', b'"status"', b'"status_list"', b'"idx"', b'"vct"', b"1e400", b"~",
)  # fmt: skip


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield json.dumps(_CLAIMS).encode()
    yield _shown(json.dumps(_CLAIMS).encode()).encode()
    for name in ("exp", "vct", "cnf", "_sd", "status"):
        for value in NASTY:
            yield json.dumps({**_CLAIMS, name: value}).encode()
    yield from deep_texts(json.dumps({**_CLAIMS, "address": "@"}).encode())


def run(content: bytes) -> None:
    """A JSON object as the claims of a credential, any other text as a presentation and as an answer."""
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        given = None
    text = content.decode("utf-8", "replace") if given is None else _shown(content)
    with suppress(NotAuthentic):
        _ANSWER.opened(text)
    expected = Expected("n", "station", _ASKED.types, [_AUTHORITY.pem.encode()], _NOW, _NOW, _nothing)
    shown = verified_presentation(text, expected)
    assert _ASKED.taken(shown) and shown.issuer and shown.type in _ASKED.types


def _nothing(url: str, issuer: str) -> bytes:
    return f"{url} {issuer} ..".encode()


def _shown(payload: bytes) -> str:
    return _ISSUER.shown(payload, _HOLDER, hidden=_HIDDEN)
