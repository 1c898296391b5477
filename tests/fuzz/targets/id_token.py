"""ID Tokens whose claims are changed and then signed again, key sets, and texts that nobody signed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from joserfc import jws
from joserfc.jwk import ECKey

from fuzz.mutation import NASTY, deep_texts, mutate_json
from muster.crypto.id_token import Expected, verified_id_token
from muster.errors import NotAuthentic

REFUSALS = (NotAuthentic,)
mutate = mutate_json
_NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_EXPECTED = Expected("https://idp.example", "client", "n", "access", _NOW)
_AT = int(_NOW.timestamp())
_CLAIMS = {"iss": "https://idp.example", "sub": "s", "aud": "client", "exp": _AT + 300, "iat": _AT, "nonce": "n"}
_KEY = ECKey.generate_key("P-256", {"kid": "k"})
_SET = {"keys": [_KEY.as_dict(private=False)]}
WORDS = (b'"aud"', b'"azp"', b'"at_hash"', b'"amr"', b'"auth_time"', b'"keys"', b'"kid"', b"1e400", b"NaN")


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield _signed(json.dumps(_CLAIMS).encode()).encode()
    yield json.dumps(_SET).encode()
    for name in (*_CLAIMS, "azp", "at_hash", "amr", "auth_time", "nbf", "jti", "acr"):
        for value in NASTY:
            yield json.dumps({**_CLAIMS, name: value}).encode()
    for name in ("kty", "crv", "x", "y", "kid", "use", "alg", "key_ops"):
        for value in NASTY:
            yield json.dumps({"keys": [{**_SET["keys"][0], name: value}]}).encode()
    yield from deep_texts(json.dumps({**_CLAIMS, "amr": "@"}).encode())


def run(content: bytes) -> None:
    """A JSON object with ``keys`` as a key set, any other text as a token and as the claims of one."""
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        given = None
    if isinstance(given, dict) and "keys" in given:
        verified_id_token(_signed(json.dumps(_CLAIMS).encode()), given, _EXPECTED)
        return
    if given is None:
        verified_id_token(content.decode("utf-8", "replace"), _SET, _EXPECTED)
        return
    believed = verified_id_token(_signed(content), _SET, _EXPECTED)
    assert believed.claims["sub"] and believed.claims["nonce"] == "n"


def _signed(payload: bytes) -> str:
    return jws.serialize_compact({"alg": "ES256", "kid": "k"}, payload, _KEY, algorithms=["ES256"])
