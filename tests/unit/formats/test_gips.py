"""The sample of IDEMIA's document, and what nobody should send."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import MalformedData, MusterError
from muster.formats import gips

SAMPLE = json.loads(Path(__file__).with_name("id_and_v_identity.json").read_text(encoding="utf-8"))


def sent(document: Any) -> bytes:
    return json.dumps(document).encode()


@pytest.fixture(scope="module")
def identity() -> gips.IdentityTold:
    return gips.identity_told(sent(SAMPLE))


def test_how_the_whole_stands(identity: gips.IdentityTold) -> None:
    assert (identity.status.status, identity.status.level) == ("EXPECTING_INPUT", "LOA1")
    assert identity.status.evaluated_at == datetime(2020, 11, 19, 0, 6, 26, 416222, UTC)


def test_the_claim_with_what_it_says(identity: gips.IdentityTold) -> None:
    claim = identity.trusted_claim
    assert claim is not None
    assert (claim.status.status, claim.status.strength, claim.status.score) == ("VERIFIED", "LEVEL3", "LEVEL3")
    assert claim.status.indicators == ("OIDC_AUTHENTICATION_OK",)
    assert claim.claims == {
        "document.type": "DRIVING_LICENSE",
        "document.number": "Q88705989",
        "document.date_of_issue": "2013-01-10",
        "document.date_of_expiry": "2028-02-01",
        "given_name": "CHRISTOPHE",
        "family_name": "ULYSSE",
        "birthdate": "1960-04-10",
        "gender": "male",
        "address.street_address": "8840 w russell road",
        "address.postal_code": "85001",
        "address.locality": "MINNEAPOLIS",
        "address.country": "USA",
    }
    assert claim.verified >= {"given_name", "family_name", "birthdate", "address.locality"}


def test_the_document_that_does_not_match(identity: gips.IdentityTold) -> None:
    (document,) = identity.documents
    assert (document.type, document.status.status, document.status.score) == (
        "DRIVING_LICENSE",
        "INVALID",
        "LEVEL0",
    )
    assert document.status.errors == (("1131", "Identity attributes don't match with evidences"),)
    endings = [each.rpartition("_")[2] for each in document.status.indicators]
    assert [endings.count(each) for each in ("OK", "WARNING", "UNVERIFIED")] == [32, 4, 5]
    assert (document.claims["eyeColor"], document.claims["height"]) == ("GRAY", "6' 6")
    assert "given_name" not in document.verified
    assert document.claims["address.street_address"] == "12 COTTONWOOD RD\nSUITE 1001"


def test_what_is_drawn_from_others_says_from_which(identity: gips.IdentityTold) -> None:
    first, second = identity.addresses
    assert (first.references, second.references) == ((identity.trusted_claim.id,), (identity.documents[0].id,))  # type: ignore[union-attr]
    assert (first.status.status, second.status.status) == ("VERIFIED", "NOT_VERIFIED")
    assert identity.attributes[0].claims["birthdate"] == "1960-04-10"


@pytest.mark.parametrize("name", ["idpAuthorizeEndpoint", "idpAutorizeEndpoint"])
def test_where_the_person_signs_in_in_both_spellings(name: str) -> None:
    body = {"status": "PROCESSING", "type": "TRUSTED_ID_CLAIM", "id": "e", name: "https://id.example"}
    assert gips.claim_requested(sent(body)) == gips.ClaimRequested("e", "https://id.example")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2020-11-18T23:58:35.9240009", datetime(2020, 11, 18, 23, 58, 35, 924000, UTC)),
        ("2020-11-18T23:58:35", datetime(2020, 11, 18, 23, 58, 35, 0, UTC)),
        ("2020-11-18T23:58:35.5Z", datetime(2020, 11, 18, 23, 58, 35, 500000, UTC)),
        ("2020-11-19T00:58:35+01:00", datetime(2020, 11, 18, 23, 58, 35, 0, UTC)),
        ("2020-13-18T23:58:35", None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_time_without_a_zone_is_utc(text: Any, at: datetime | None) -> None:
    assert gips.moment(text) == at


@pytest.mark.parametrize(
    ("text", "good"),
    [("OCRX_OK", True), ("BLUR_IMAGE_QUALITY_BACK_WARNING", True), ("CB2D_FIELDS_SYNTAX_UNVERIFIED", True),
     ("PORTRAIT_KO", True), ("_OK", False), ("ocrx_OK", False), ("OCRX", False), ("OCRX_FINE", False)],
)  # fmt: skip
def test_an_indicator_is_a_check_and_how_it_ended(text: str, good: bool) -> None:
    assert gips.is_indicator(text) is good


def test_an_indicator_that_is_none_is_left_out() -> None:
    changed = json.loads(json.dumps(SAMPLE))
    changed["trustedIdClaim"]["evidenceStatus"]["positiveIndicators"] = ["<script>", 5, "OCRX_OK"]
    claim = gips.identity_told(sent(changed)).trusted_claim
    assert claim is not None
    assert claim.status.indicators == ("OCRX_OK",)


@pytest.mark.parametrize("missing", ["globalStatus", "id"])
def test_what_is_no_identity_is_refused(missing: str) -> None:
    changed = json.loads(json.dumps(SAMPLE))
    (changed if missing in changed else changed["globalStatus"]).pop(missing)
    with pytest.raises(MalformedData, match="GIPS_UNREADABLE"):
        gips.identity_told(sent(changed))


_NAMES = st.sampled_from(
    ["globalStatus", "trustedIdClaim", "evidenceStatus", "idDocuments", "givenNames", "value", "id"]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(["attributes", "addresses", "idDocuments", "trustedIdClaim"]))
def test_no_answer_breaks_the_reader(value: Any, place: str) -> None:
    try:
        gips.identity_told(sent({**SAMPLE, place: value}))
        gips.identity_told(sent(value))
    except MusterError as error:
        assert isinstance(error, MalformedData)


def _claims_of(**changes: Any) -> dict[str, str]:
    changed = json.loads(json.dumps(SAMPLE))
    changed["trustedIdClaim"]["trustedIdClaimData"].update(changes)
    claim = gips.identity_told(sent(changed)).trusted_claim
    assert claim is not None
    return dict(claim.claims)


def test_an_error_that_is_none_is_left_out() -> None:
    changed = json.loads(json.dumps(SAMPLE))
    changed["trustedIdClaim"]["evidenceStatus"]["errors"] = [5, {"code": "EXPIRED"}]
    claim = gips.identity_told(sent(changed)).trusted_claim
    assert claim is not None
    assert claim.status.errors == (("EXPIRED", ""),)


@pytest.mark.parametrize("given", ["CHRISTOPHE", [], [5, {"value": None}]])
def test_given_names_out_of_form_are_not_told(given: object) -> None:
    assert "given_name" not in _claims_of(personalAttributes={"givenNames": given})


def test_a_person_and_an_address_out_of_form_are_not_told() -> None:
    assert set(_claims_of(personalAttributes=5, address=[])) == {
        "document.type", "document.number", "document.date_of_issue", "document.date_of_expiry",
    }  # fmt: skip
