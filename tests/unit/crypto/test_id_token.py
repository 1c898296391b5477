"""ID Tokens, one lie each; the tokens are made by joserfc's other half."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import RSAKey

from muster.crypto.id_token import TOLERANCE_S, Expected, IdToken, verified_id_token
from muster.errors import NotAuthentic
from simulators.openid_provider import CLIENT, SUBJECT, half_hash, key, signed

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = int(NOON.timestamp())
ISSUER = "https://idp.example"
KEYS = {"keys": [key("first").as_dict(private=False)]}
CLAIMS = {"iss": ISSUER, "sub": SUBJECT, "aud": CLIENT, "exp": NOW + 300, "iat": NOW, "nonce": "n", "acr": "loa-2"}


def _verified(token: str, keys: dict[str, Any] | None = None, **expected: Any) -> IdToken:
    return verified_id_token(
        token, KEYS if keys is None else keys, Expected(ISSUER, CLIENT, "n", "access", NOON, **expected)
    )


def _refusal(token: str, keys: dict[str, Any] | None = None, **expected: Any) -> str:
    with pytest.raises(NotAuthentic) as refused:
        _verified(token, keys, **expected)
    assert SUBJECT not in str(refused.value)
    return refused.value.code.name


def _claims(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "é.b.c", "....", "e30.e30.e30", "x" * 300_000])
def test_what_is_no_token_is_unreadable(token: str) -> None:
    assert _refusal(token) in {"ID_TOKEN_UNREADABLE", "ID_TOKEN_ALGORITHM"}


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512"])
def test_a_token_without_a_signature_or_with_a_shared_secret_is_refused(algorithm: str) -> None:
    assert _refusal(signed(_claims(), algorithm=algorithm)) == "ID_TOKEN_ALGORITHM"


def test_an_algorithm_that_the_provider_does_not_name_is_refused() -> None:
    assert _refusal(signed(_claims()), algorithms=("RS256",)) == "ID_TOKEN_ALGORITHM"


def test_a_key_that_is_not_published_is_told_from_one_that_did_not_sign() -> None:
    assert _refusal(signed(_claims(), by="second")) == "ID_TOKEN_KEY_UNKNOWN"
    assert _refusal(signed(_claims(), by="second", kid="first")) == "ID_TOKEN_SIGNATURE"


@pytest.mark.parametrize(
    "keys", [{}, {"keys": None}, {"keys": [1, {}]}, {"keys": [{"kty": "EC", "kid": "first"}]}]
)
def test_a_key_set_without_a_usable_key_knows_nobody(keys: dict[str, Any]) -> None:
    assert _refusal(signed(_claims()), keys) == "ID_TOKEN_KEY_UNKNOWN"


def test_a_key_for_encryption_signs_nothing() -> None:
    published = {"keys": [{**key("first").as_dict(private=False), "use": "enc"}]}
    assert _refusal(signed(_claims()), published) == "ID_TOKEN_KEY_UNKNOWN"


def test_a_weak_rsa_key_is_nobody_s() -> None:
    with pytest.warns(SecurityWarning):
        weak = RSAKey.generate_key(1024, {"kid": "weak"}, private=True)
    token = jwt.encode({"alg": "RS256", "kid": "weak"}, _claims(), weak, algorithms=["RS256"])
    assert _refusal(token, {"keys": [weak.as_dict(private=False)]}) == "ID_TOKEN_KEY_UNKNOWN"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_changed_part_is_refused(place: int) -> None:
    parts = signed(_claims()).split(".")
    parts[place] = parts[place][:-4] + ("AAAA" if parts[place][-4:] != "AAAA" else "BBBB")
    _refusal(".".join(parts))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"iss": "https://other.example"}, "ID_TOKEN_ISSUER"),
        ({"iss": None}, "ID_TOKEN_ISSUER"),
        ({"aud": "another client"}, "ID_TOKEN_AUDIENCE"),
        ({"aud": ["another", "third"]}, "ID_TOKEN_AUDIENCE"),
        ({"aud": None}, "ID_TOKEN_AUDIENCE"),
        ({"aud": [CLIENT, "another"]}, "ID_TOKEN_AUDIENCE"),
        ({"azp": "another"}, "ID_TOKEN_AUDIENCE"),
        ({"aud": ["another", "third"], "azp": CLIENT}, "ID_TOKEN_AUDIENCE"),
        ({"nonce": "m"}, "ID_TOKEN_NONCE"),
        ({"nonce": None}, "ID_TOKEN_NONCE"),
        ({"exp": NOW - TOLERANCE_S}, "ID_TOKEN_OUT_OF_DATE"),
        ({"exp": "tomorrow"}, "ID_TOKEN_OUT_OF_DATE"),
        ({"exp": None}, "ID_TOKEN_OUT_OF_DATE"),
        ({"iat": NOW + TOLERANCE_S + 1}, "ID_TOKEN_OUT_OF_DATE"),
        ({"nbf": NOW + TOLERANCE_S + 1}, "ID_TOKEN_OUT_OF_DATE"),
        ({"at_hash": half_hash("another")}, "ID_TOKEN_ACCESS"),
        ({"at_hash": 1}, "ID_TOKEN_ACCESS"),
        ({"sub": ""}, "ID_TOKEN_UNREADABLE"),
        ({"sub": "é"}, "ID_TOKEN_UNREADABLE"),
        ({"sub": "x" * 256}, "ID_TOKEN_UNREADABLE"),
        ({"amr": "pwd"}, "ID_TOKEN_UNREADABLE"),
    ],
)
def test_each_wrong_claim_is_refused_with_its_code(changes: dict[str, Any], code: str) -> None:
    assert _refusal(signed(_claims(**changes))) == code


def test_an_expiry_that_is_no_number_never_comes() -> None:
    assert _refusal(signed(_claims(exp=float("nan")))) == "ID_TOKEN_UNREADABLE"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"at_hash": half_hash("access")},
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "another"], "azp": CLIENT},
        {"exp": NOW - TOLERANCE_S + 1},
        {"iat": NOW + TOLERANCE_S},
    ],
)
def test_a_token_that_is_right_or_a_little_off_in_time_is_believed(changes: dict[str, Any]) -> None:
    believed = _verified(signed(_claims(**changes)))
    assert (believed.claims["sub"], believed.algorithm) == (SUBJECT, "ES256")


def test_a_token_that_names_no_key_is_tried_with_all_of_them() -> None:
    published = {"keys": [key(each).as_dict(private=False) for each in ("second", "first")]}
    assert _verified(signed(_claims(), kid=None), published).claims["acr"] == "loa-2"


def test_the_at_hash_of_the_standard_s_own_example_is_right() -> None:
    """OpenID Connect Core 1.0, appendix A.3."""
    access, at_hash = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "77QmUPtjPfzWtF2AnpK9RQ"
    expected = Expected(ISSUER, CLIENT, "n", access, NOON)
    assert verified_id_token(signed(_claims(at_hash=at_hash)), KEYS, expected).claims["at_hash"] == at_hash


def test_a_provider_that_signs_with_rsa_is_believed() -> None:
    strong = RSAKey.generate_key(2048, {"kid": "rsa"})
    token = jwt.encode({"alg": "PS256", "kid": "rsa"}, _claims(), strong, algorithms=["PS256"])
    assert _verified(token, {"keys": [strong.as_dict(private=False)]}).algorithm == "PS256"


@pytest.mark.parametrize("half", [[300], ["x"], {"a": 1}])
def test_a_claim_that_the_library_stumbles_over_is_unreadable(half: object) -> None:
    assert _refusal(signed(_claims(at_hash=half))) == "ID_TOKEN_UNREADABLE"


def test_a_signed_text_that_is_no_set_of_claims_is_unreadable() -> None:
    token = jws.serialize_compact({"alg": "ES256", "kid": "first"}, b"[]", key("first"))
    assert _refusal(token) == "ID_TOKEN_UNREADABLE"
