"""Access tokens that a provider signs, one lie each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.crypto.access_token import Granted, verified_access_token
from muster.crypto.id_token import TOLERANCE_S
from muster.errors import NotAuthentic
from simulators.openid_provider import CLIENT, SUBJECT, key, signed

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = int(NOON.timestamp())
ISSUER = "https://idp.example"
KEYS = {"keys": [key("first").as_dict(private=False)]}
CLAIMS = {
    "iss": ISSUER,
    "sub": SUBJECT,
    "aud": CLIENT,
    "client_id": CLIENT,
    "exp": NOW + 300,
    "iat": NOW,
    "jti": "DXrWeEKW2nJ",
    "scope": "openid profile",
}


def verified(token: str, scopes: tuple[str, ...] = ("openid",), **more: Any) -> Granted:
    return verified_access_token(
        token, KEYS, issuer=ISSUER, client_id=CLIENT, subject=SUBJECT, scopes=scopes, now=NOON, **more
    )


def token_of(header: dict[str, Any] | None = None, **changes: Any) -> str:
    told = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return signed(told, **(header or {}))


def refusal(token: str, *scopes: str, **more: Any) -> tuple[str, object]:
    with pytest.raises(NotAuthentic) as refused:
        verified(token, scopes or ("openid",), **more)
    assert SUBJECT not in str(refused.value)
    return refused.value.code.name, refused.value.detail.get("claim")


def test_what_is_granted_is_read() -> None:
    assert verified(token_of(), ("openid", "profile")) == Granted(
        SUBJECT, "DXrWeEKW2nJ", frozenset({"openid", "profile"})
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": [CLIENT, "https://api.example"]},
        {"scope": ["openid", "email"]},
        {"exp": NOW - TOLERANCE_S + 1},
        {"iat": NOW + TOLERANCE_S},
        {"nbf": NOW},
        {"header": {"typ": "at+jwt"}},
        {"header": {"typ": "application/at+JWT"}},
    ],
)
def test_what_standards_allow_is_taken(changes: dict[str, Any]) -> None:
    assert verified(token_of(**changes)).subject == SUBJECT


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        ({"iss": "https://other.example"}, "iss"),
        ({"aud": "another client"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [1, {}]}, "aud"),
        ({"client_id": "another client"}, "client_id"),
        ({"client_id": None}, "client_id"),
        ({"sub": "somebody else"}, "sub"),
        ({"sub": None}, "sub"),
        ({"exp": NOW - TOLERANCE_S}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": NOW + TOLERANCE_S + 1}, "iat"),
        ({"iat": None}, "iat"),
        ({"nbf": NOW + TOLERANCE_S + 1}, "nbf"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
        ({"jti": "x" * 256}, "jti"),
        ({"scope": None}, "scope"),
        ({"scope": "profile"}, "scope"),
        ({"scope": "openidx"}, "scope"),
        ({"nonce": "n"}, "nonce"),
        ({"header": {"typ": "logout+jwt"}}, "typ"),
    ],
)
def test_a_claim_that_does_not_fit_is_told_by_its_name(changes: dict[str, Any], claim: str) -> None:
    assert refusal(token_of(**changes)) == ("ACCESS_TOKEN_REFUSED", claim)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_what_nobody_signed_or_with_a_shared_secret_is_refused(algorithm: str) -> None:
    assert refusal(signed(CLAIMS, algorithm=algorithm))[0] == "ID_TOKEN_ALGORITHM"


def test_a_token_of_another_key_is_refused() -> None:
    assert refusal(signed(CLAIMS, by="second"))[0] == "ID_TOKEN_KEY_UNKNOWN"
    assert refusal(signed(CLAIMS, by="second", kid="first"))[0] == "ID_TOKEN_SIGNATURE"


def test_an_algorithm_that_the_provider_does_not_name_is_refused() -> None:
    assert refusal(token_of(), algorithms=("RS256",))[0] == "ID_TOKEN_ALGORITHM"


def test_a_scope_that_was_not_granted_is_missed() -> None:
    assert refusal(token_of(), "openid", "address") == ("ACCESS_TOKEN_REFUSED", "scope")
