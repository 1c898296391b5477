"""Presentations that no wallet would make, signed all the same; wallets' own are in ``methods/test_wallet.py``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey

from muster import base64url
from muster.clock import utc_now
from muster.crypto.presentation import CredentialStatus, Expected, Presentation, verified_presentation
from muster.errors import NotAuthentic
from simulators.wallet_issuers import STATUS_SIGNING, Party


@pytest.fixture(scope="module")
def issuer() -> tuple[Party, Party]:
    """An authority, and who it vouches for."""
    authority = Party.authority("Root")
    return authority, authority.issuer("Musterstaat")


def _verified(
    issuer: tuple[Party, Party],
    *,
    authorities: list[bytes] | None = None,
    fetch: Callable[[str, str], bytes] | None = None,
    **claims: Any,
) -> Presentation:
    holder = ECKey.generate_key("P-256")
    content = {"vct": "urn:eudi:pid:1", "cnf": {"jwk": holder.as_dict(private=False)}, **claims}
    shown = issuer[1].shown(json.dumps(content).encode(), holder)
    believed = [issuer[0].pem.encode()] if authorities is None else authorities
    return verified_presentation(
        shown, Expected("n", "station", ["urn:eudi:pid:1"], believed, utc_now(), utc_now(), fetch or _asked)
    )


def _asked(url: str, issuer: str) -> bytes:
    raise AssertionError("nobody is asked")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 10**400}, "CREDENTIAL_UNREADABLE"),
        ({"exp": "soon"}, "CREDENTIAL_OUT_OF_DATE"),
        ({"_sd_alg": "md5"}, "CREDENTIAL_UNREADABLE"),
        ({"_sd": ["x", "x"]}, "CREDENTIAL_SIGNATURE"),
        ({"vct": ["urn:eudi:pid:1"]}, "CREDENTIAL_OF_ANOTHER_KIND"),
        ({"cnf": {"kid": "1"}}, "PRESENTATION_HOLDER"),
    ],
    ids=lambda each: next(iter(each)) if isinstance(each, dict) else "",
)
def test_what_an_issuer_signed_and_cannot_mean_is_refused(
    issuer: tuple[Party, Party], claims: dict[str, Any], code: str
) -> None:
    with pytest.raises(NotAuthentic) as refusal:
        _verified(issuer, **claims)
    assert refusal.value.code.name == code


@pytest.mark.parametrize("presentation", ["", "~", "a.b.c~", "\ud800~", "é.é.é~", "." * 300_000])
def test_a_text_that_nobody_signed_is_refused(presentation: str) -> None:
    expected = Expected("n", "station", ["urn:eudi:pid:1"], [], utc_now(), utc_now(), _asked)
    with pytest.raises(NotAuthentic, match="CREDENTIAL_UNREADABLE"):
        verified_presentation(presentation, expected)


def test_an_authority_that_cannot_be_read_vouches_for_nobody_and_stops_no_other(
    issuer: tuple[Party, Party],
) -> None:
    with pytest.raises(NotAuthentic, match="CREDENTIAL_ISSUER_UNTRUSTED"):
        _verified(issuer, authorities=[b"no certificate"])
    assert _verified(issuer, authorities=[b"no certificate", issuer[0].pem.encode()]).issuer == "CN=Musterstaat"


def test_an_issuer_that_names_itself_without_its_certificate_doing_so_goes_by_the_certificate(
    issuer: tuple[Party, Party],
) -> None:
    shown = _verified(issuer, iss="https://pid.elsewhere.example")
    assert (shown.issuer, shown.issuer_names) == ("CN=Musterstaat", {"CN=Musterstaat", "CN=Root"})
    assert "iss" not in shown.claims


def test_a_holder_goes_by_the_key_whatever_else_is_said_of_it(issuer: tuple[Party, Party]) -> None:
    """RFC 7638, section 3.2."""
    key = ECKey.generate_key("P-256")
    jwk = key.as_dict(private=False)
    claims = json.dumps({"vct": "urn:eudi:pid:1", "cnf": {"jwk": {**jwk, "kid": "7", "use": "sig"}}}).encode()
    expected = Expected("n", "station", ["urn:eudi:pid:1"], [issuer[0].pem.encode()], utc_now(), utc_now(), _asked)
    assert verified_presentation(issuer[1].shown(claims, key), expected).holder == key.thumbprint()


@pytest.mark.parametrize("status", ["x", {"status_list": {"uri": 7}}, {"status_list": {"idx": True, "uri": "u"}}])
def test_a_status_in_words_nobody_knows_is_not_checked(issuer: tuple[Party, Party], status: Any) -> None:
    assert _verified(issuer, status=status).status is CredentialStatus.NOT_CHECKED


_LIST = "https://lists.example/1"


def _status_by(issuer: tuple[Party, Party], said: bytes) -> CredentialStatus:
    listed = {"status_list": {"idx": 1, "uri": _LIST}}
    return _verified(issuer, status=listed, fetch=lambda url, name: said).status


def test_a_list_counts_from_whoever_may_sign_lists(issuer: tuple[Party, Party]) -> None:
    signer = issuer[0].list_signer(STATUS_SIGNING)
    assert _status_by(issuer, issuer[1].status_list(_LIST, [0, 0])) is CredentialStatus.VALID
    assert _status_by(issuer, signer.status_list(_LIST, [0, 0], own=True)) is CredentialStatus.VALID


def test_a_list_of_somebody_whose_certificate_does_not_say_that_it_signs_lists_is_none(
    issuer: tuple[Party, Party],
) -> None:
    for signer in (issuer[0].list_signer(), issuer[0].list_signer("1.3.6.1.5.5.7.3.1")):
        said = signer.status_list(_LIST, [0, 0], own=True)
        assert _status_by(issuer, said) is CredentialStatus.NOT_CHECKED


@pytest.mark.parametrize("algorithm", ["ES384", "RS256", "none"])
def test_a_list_signed_by_another_algorithm_than_ours_is_none(issuer: tuple[Party, Party], algorithm: str) -> None:
    """Its signature is ours and fits: what it says of itself does not."""
    _, claims, _ = issuer[1].status_list(_LIST, [0, 0]).split(b".")
    header = base64url.encode(json.dumps({"alg": algorithm, "typ": "statuslist+jwt"}).encode()).encode()
    r, s = decode_dss_signature(issuer[1].key.sign(header + b"." + claims, ec.ECDSA(hashes.SHA256())))
    signature = base64url.encode(r.to_bytes(32) + s.to_bytes(32)).encode()
    assert _status_by(issuer, b".".join((header, claims, signature))) is CredentialStatus.NOT_CHECKED


def test_a_list_of_a_key_on_another_curve_than_ours_is_none(issuer: tuple[Party, Party]) -> None:
    named = issuer[0].list_signer(STATUS_SIGNING, curve=ec.SECP384R1())
    said = replace(named, key=issuer[1].key).status_list(_LIST, [0, 0], own=True)
    assert _status_by(issuer, said) is CredentialStatus.NOT_CHECKED
