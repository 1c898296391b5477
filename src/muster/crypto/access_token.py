"""What an OpenID provider lets this station ask with, where that is a signed token (GovStack's Identity building
block, chapter 7, "Access Token"; RFC 9068).

Most providers give one that says nothing to anybody but themselves. GovStack's says by whom, about whom, for whom
and until when; one that says otherwise than the sign-in belongs to another, and nothing is asked with it. The
signature counts as that of an ID Token does, by the same short list of algorithms; an ID Token is none itself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.crypto.id_token import ALGORITHMS, TOLERANCE_S, is_subject, said_by_provider
from muster.errors import Code, NotAuthentic

ACCESS_TOKEN_REFUSED = Code(
    "ACCESS_TOKEN_REFUSED",
    "What the identity provider gave to ask with does not belong to this sign-in. Tell your administrator.",
)

_TYPES = (None, "jwt", "at+jwt", "application/at+jwt")  # RFC 9068, section 2.1; GovStack asks for none
_OF_ID_TOKENS = ("nonce", "at_hash", "auth_time")
_LONGEST_NUMBER = 255


@dataclass(frozen=True, slots=True)
class Granted:
    """To whom, about whom and what for; ``number`` is the token's own (``jti``)."""

    subject: str
    number: str
    scopes: frozenset[str]


def verified_access_token(
    token: str,
    keys: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    subject: str,
    scopes: Collection[str],
    now: datetime,
    algorithms: Collection[str] = (),
) -> Granted:
    """``token``, believed: for ``client_id``, about ``subject``, for at least these ``scopes``. Raises
    ``NotAuthentic``; the claim that is wrong is told by its name alone."""
    header, claims = said_by_provider(token, keys, algorithms or ALGORITHMS)
    kind = header.get("typ")
    granted = _scopes(claims.get("scope"))
    audience = claims.get("aud")
    at = int(now.timestamp())
    fits = {
        "typ": (kind.lower() if isinstance(kind, str) else kind) in _TYPES,
        "nonce": not any(each in claims for each in _OF_ID_TOKENS),
        "iss": claims.get("iss") == issuer,
        "aud": client_id in (audience if isinstance(audience, list) else [audience]),
        "client_id": claims.get("client_id") == client_id,
        "sub": is_subject(claims.get("sub")) and claims.get("sub") == subject,
        "exp": _is_moment(claims.get("exp")) and at - TOLERANCE_S < claims["exp"],
        "iat": _is_moment(claims.get("iat")) and claims["iat"] <= at + TOLERANCE_S,
        "nbf": "nbf" not in claims or (_is_moment(claims["nbf"]) and claims["nbf"] <= at + TOLERANCE_S),
        "jti": isinstance(claims.get("jti"), str) and 0 < len(claims["jti"]) <= _LONGEST_NUMBER,
        "scope": set(scopes) <= granted,
    }
    for claim, does in fits.items():
        if not does:
            raise NotAuthentic(ACCESS_TOKEN_REFUSED, claim=claim)
    return Granted(subject, claims["jti"], granted)


def _scopes(value: object) -> frozenset[str]:
    """A text of words; some write a list."""
    if isinstance(value, str):
        return frozenset(value.split())
    if isinstance(value, list):
        return frozenset(each for each in value if isinstance(each, str))
    return frozenset()


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
