"""What an OpenID provider says about a sign-in: its ID Token (OpenID Connect Core 1.0, section 3.1.3.7).

A signature counts by a key of the provider's published set and by an algorithm of a short list; ``none`` and the
symmetric ones are not in it, so no key can be taken for another kind. The claims are checked by Authlib, in the
words of the standard; what it leaves to the caller (which claim went wrong means what) is told by a code each.

Whom the provider let in and how well (``acr``, ``amr``) is not judged here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from authlib.oidc.core import CodeIDToken
from joserfc import jws
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import ECKey, RSAKey

from muster import base64url
from muster.errors import Code, NotAuthentic

ID_TOKEN_UNREADABLE = Code("ID_TOKEN_UNREADABLE", "The identity provider's proof of the sign-in cannot be read.")
ID_TOKEN_ALGORITHM = Code(
    "ID_TOKEN_ALGORITHM", "The identity provider signed its proof in a way that this station does not accept."
)
ID_TOKEN_KEY_UNKNOWN = Code(
    "ID_TOKEN_KEY_UNKNOWN", "The identity provider signed its proof with a key that it does not publish."
)
ID_TOKEN_SIGNATURE = Code(
    "ID_TOKEN_SIGNATURE", "The identity provider's proof of the sign-in is not signed by the provider."
)
ID_TOKEN_ISSUER = Code(
    "ID_TOKEN_ISSUER", "The proof of the sign-in is from another identity provider than the one that was asked."
)
ID_TOKEN_AUDIENCE = Code(
    "ID_TOKEN_AUDIENCE", "The identity provider's proof of the sign-in was made for somebody else."
)
ID_TOKEN_NONCE = Code("ID_TOKEN_NONCE", "The identity provider's proof belongs to another sign-in than this one.")
ID_TOKEN_OUT_OF_DATE = Code(
    "ID_TOKEN_OUT_OF_DATE",
    "The identity provider's proof of the sign-in is out of date. Check this computer's clock and sign in again.",
)
ID_TOKEN_ACCESS = Code(
    "ID_TOKEN_ACCESS", "The identity provider's proof does not belong to the access that came with it."
)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
TOLERANCE_S = 120  # two clocks, each a minute off

_BY_CLAIM: Mapping[str, Code] = {
    "iss": ID_TOKEN_ISSUER,
    "aud": ID_TOKEN_AUDIENCE,
    "azp": ID_TOKEN_AUDIENCE,
    "nonce": ID_TOKEN_NONCE,
    "exp": ID_TOKEN_OUT_OF_DATE,
    "iat": ID_TOKEN_OUT_OF_DATE,
    "nbf": ID_TOKEN_OUT_OF_DATE,
    "at_hash": ID_TOKEN_ACCESS,
}
_LONGEST_SUBJECT = 255  # ASCII characters (Core 1.0, section 2)
_MINIMUM_KEY_BITS = 2048
# Both libraries look into tokens and keys before they have checked every type; hostile ones raise all of these.
_REFUSALS = (
    JoseError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    RecursionError,
    OverflowError,
)


class _Registry(jws.JWSRegistry):
    max_payload_length = 256 * 1024


@dataclass(frozen=True, slots=True)
class Expected:
    """What was asked, and of whom. ``algorithms`` are those the provider says it signs with; none: any of ours."""

    issuer: str
    client_id: str
    nonce: str
    access_token: str
    now: datetime
    algorithms: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class IdToken:
    """One that was believed. ``digest`` is the SHA-256 of the token (hex), by which it can be found again at the
    provider without being kept here."""

    claims: Mapping[str, Any]
    algorithm: str
    digest: str


def verified_id_token(token: str, keys: Mapping[str, Any], expected: Expected) -> IdToken:
    """``token``, believed. ``keys`` is the provider's JWK set. Raises ``NotAuthentic``."""
    header, claims = said_by_provider(token, keys, expected.algorithms)
    _require(claims, header, expected)
    return IdToken(claims, header["alg"], hashlib.sha256(token.encode()).hexdigest())


def verified_userinfo(token: str, keys: Mapping[str, Any], issuer: str, client_id: str) -> Mapping[str, Any]:
    """What a provider tells of the person as a signed token (section 5.3.2), as MOSIP's eSignet does; it need not
    say by whom and for whom, but it may not say another. Raises ``NotAuthentic``."""
    _, claims = said_by_provider(token, keys, ALGORITHMS)
    audience = claims.get("aud", client_id)
    if claims.get("iss", issuer) != issuer:
        raise NotAuthentic(ID_TOKEN_ISSUER)
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise NotAuthentic(ID_TOKEN_AUDIENCE)
    return claims


def said_by_provider(
    token: str, keys: Mapping[str, Any], algorithms: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header and the claims of a token that the provider signed. Raises ``NotAuthentic``."""
    header = _header(token)
    algorithm = header.get("alg")
    ours = set(ALGORITHMS) & set(algorithms or ALGORITHMS)
    if not isinstance(algorithm, str) or algorithm not in ours:
        raise NotAuthentic(ID_TOKEN_ALGORITHM)
    return header, _claims(_signed(token, header, algorithm, keys))


def _header(token: str) -> dict[str, Any]:
    try:
        return dict(jws.extract_compact(token.encode("ascii"), registry=_Registry()).headers())
    except _REFUSALS as error:
        raise NotAuthentic(ID_TOKEN_UNREADABLE) from error


def _signed(token: str, header: Mapping[str, Any], algorithm: str, keys: Mapping[str, Any]) -> bytes:
    candidates = list(_candidates(header.get("kid"), algorithm, keys))
    if not candidates:
        raise NotAuthentic(ID_TOKEN_KEY_UNKNOWN)
    registry = _Registry(algorithms=[algorithm], strict_check_header=False)
    for key in candidates:
        try:
            return bytes(jws.deserialize_compact(token, key, registry=registry).payload)
        except _REFUSALS:
            continue
    raise NotAuthentic(ID_TOKEN_SIGNATURE)


def _candidates(key_id: object, algorithm: str, keys: Mapping[str, Any]) -> Iterator[RSAKey | ECKey]:
    """Keys of the set that may have signed this; one that cannot be read is nobody's."""
    listed = keys.get("keys")
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        if key_id is not None and each.get("kid") != key_id:
            continue
        try:
            if algorithm.startswith("ES"):
                yield ECKey.import_key(each)
            elif int.from_bytes(base64url.decode(each["n"])).bit_length() >= _MINIMUM_KEY_BITS:
                yield RSAKey.import_key(each)
        except _REFUSALS:
            continue


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotAuthentic(ID_TOKEN_UNREADABLE) from error
    if not isinstance(claims, dict):
        raise NotAuthentic(ID_TOKEN_UNREADABLE)
    return claims


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no time at which anything expires")


def _require(claims: dict[str, Any], header: dict[str, Any], expected: Expected) -> None:
    """Raises ``NotAuthentic`` with what is wrong first."""
    checked = CodeIDToken(
        claims,
        header,
        options={
            "iss": {"essential": True, "value": expected.issuer},
            "aud": {"essential": True, "value": expected.client_id},
        },
        params={
            "nonce": expected.nonce,
            "client_id": expected.client_id,
            "access_token": expected.access_token,
        },
    )
    try:
        checked.validate(now=int(expected.now.timestamp()), leeway=TOLERANCE_S)
    except ClaimError as error:
        raise NotAuthentic(_BY_CLAIM.get(error.claim, ID_TOKEN_UNREADABLE)) from None
    except _REFUSALS:
        raise NotAuthentic(ID_TOKEN_UNREADABLE) from None  # their texts quote claims
    if not is_subject(claims["sub"]):
        raise NotAuthentic(ID_TOKEN_UNREADABLE)


def is_subject(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and 0 < len(value) <= _LONGEST_SUBJECT
