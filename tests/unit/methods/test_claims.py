"""What is taken of what somebody outside says about a person."""

from __future__ import annotations

from typing import Any

import pytest

from muster.domain.proofing import Identifier
from muster.methods.claims import claim, mapped
from muster.proofing.definitions import AttributeMapping

CLAIMS: dict[str, Any] = {
    "sub": "s",
    "address": {"locality": "Musterstadt", "a.b": "x"},
    "address.country": "UTO",
    "age": 42,
    "adult": True,
}


@pytest.mark.parametrize("value", [None, "", "  ", [], ["x"], {"x": 1}, "x" * 4001, float("inf")])
def test_a_value_that_is_no_plain_one_is_not_taken(value: object) -> None:
    assert claim({"a": value}, "a") is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", 42),
        ("adult", True),
        ("address.locality", "Musterstadt"),
        ("address.country", "UTO"),  # a name that is there as it stands comes first
        ("address.a.b", "x"),
        ("address", None),
        ("address.", None),
        ("age.x", None),
        ("", None),
    ],
)
def test_a_name_may_lead_into_an_object(name: str, value: object) -> None:
    assert claim(CLAIMS, name) == value


def _mapping(source: str, kind: str | None = None, *, required: bool = False) -> AttributeMapping:
    content = {"sourceAttribute": source, "targetAttribute": f"our.{source}", "required": required}
    return AttributeMapping.model_validate({**content, "identifierType": kind})


def test_a_subject_is_an_identifier_and_no_attribute() -> None:
    found = mapped([_mapping("sub", "SUBJECT_ID"), _mapping("age", "AGE")], CLAIMS)
    assert found.identifiers == (Identifier("SUBJECT_ID", "s"), Identifier("AGE", "42"))
    assert found.attributes == {"our.age": 42}


def test_only_what_is_required_is_missed() -> None:
    found = mapped([_mapping("nowhere"), _mapping("neither", required=True)], CLAIMS)
    assert found.missing == ("neither",)


@pytest.mark.parametrize("said", [False, "false", "False", 0, 1, None, "", [], {}])
def test_an_address_that_is_not_said_to_be_verified_identifies_nobody(said: object) -> None:
    found = mapped([_mapping("email", "EMAIL")], {"email": "erika@mustermann.example", "email_verified": said})
    assert found.identifiers == ()
    assert found.attributes == {"our.email": "erika@mustermann.example"}


@pytest.mark.parametrize("said", [{}, {"email_verified": True}, {"email_verified": "true"}])
def test_an_address_that_is_verified_or_not_spoken_of_identifies_its_owner(said: dict[str, object]) -> None:
    found = mapped([_mapping("email", "EMAIL")], {"email": "erika@mustermann.example", **said})
    assert found.identifiers == (Identifier("EMAIL", "erika@mustermann.example"),)
