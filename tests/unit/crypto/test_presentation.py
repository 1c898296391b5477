"""Presentations that no wallet would make, signed all the same; wallets' own are in ``methods/test_wallet.py``."""

from __future__ import annotations

import json
from typing import Any

import pytest
from joserfc.jwk import ECKey

from muster.clock import utc_now
from muster.crypto.presentation import CredentialStatus, Expected, Presentation, verified_presentation
from muster.errors import NotAuthentic
from simulators.wallet_issuers import Party


@pytest.fixture(scope="module")
def issuer() -> tuple[Party, Party]:
    """An authority, and who it vouches for."""
    authority = Party.authority("Root")
    return authority, authority.issuer("Musterstaat")


def _verified(
    issuer: tuple[Party, Party], *, authorities: list[bytes] | None = None, **claims: Any
) -> Presentation:
    holder = ECKey.generate_key("P-256")
    content = {"vct": "urn:eudi:pid:1", "cnf": {"jwk": holder.as_dict(private=False)}, **claims}
    shown = issuer[1].shown(json.dumps(content).encode(), holder)
    believed = [issuer[0].pem.encode()] if authorities is None else authorities
    return verified_presentation(
        shown, Expected("n", "station", ["urn:eudi:pid:1"], believed, utc_now(), utc_now(), _asked)
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
