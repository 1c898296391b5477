"""GovStack's claims, scopes and classes of authentication."""

from __future__ import annotations

from typing import Any

import pytest

from muster.formats.govstack_claims import SCOPES, ContextClass, asked_for, context_class, faults_of

ERIKA: dict[str, Any] = {
    "sub": "a" * 64,
    "name": "Erika Mustermann",
    "given_name": "Erika",
    "family_name": "Mustermann",
    "gender": "female",
    "birthdate": "1990-05-31",
    "picture": "https://id.example/erika.jpg",
    "email": "erika@example.org",
    "email_verified": True,
    "phone_number": "+491701234567",
    "phone_number_verified": False,
    "locale": "en-US",
    "zoneinfo": "Europe/Paris",
    "address": {"formatted": "Heidestrasse 17\n51147 Köln", "country": "DE"},
}


def test_the_sources_claims_are_all_right() -> None:
    assert faults_of(ERIKA) == ()


@pytest.mark.parametrize("born", ["1990", "0000", "0000-05-31", "1990-12-31"])
def test_k10_a_birthdate_may_leave_out_what_is_not_told(born: str) -> None:
    assert faults_of({**ERIKA, "birthdate": born}) == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sub", ""), ("sub", "é"), ("sub", "x" * 256), ("sub", 5),
        ("birthdate", "1990/05/31"), ("birthdate", "1990-5-31"), ("birthdate", "1990-13-01"), ("birthdate", 1990),
        ("picture", "http://id.example/erika.jpg"), ("picture", "https://id.example/profile"),
        ("picture", "data:image/jpeg;base64,"), ("picture", None),
        ("email", "erika"), ("email_verified", "true"), ("phone_number", "0170"), ("phone_number_verified", 1),
        ("locale", "english please"), ("zoneinfo", "2 o'clock"), ("name", " "), ("nickname", ["a"]),
        ("phone", "+491701234567"),  # K16: the claim is phone_number
        ("address", "somewhere"), ("nonsense", 1),
    ],
)  # fmt: skip
def test_what_is_not_as_the_source_has_it_is_named(name: str, value: Any) -> None:
    assert faults_of({**ERIKA, name: value}) == (name,)


def test_a_wrong_part_of_an_address_is_named() -> None:
    assert faults_of({**ERIKA, "address": {"street": "x", "country": ""}}) == ("address.street", "address.country")


def test_nobody_is_told_without_a_subject() -> None:
    assert faults_of({"name": "Erika"}) == ("sub",)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_asks_for_its_claims_and_no_others(scope: str) -> None:
    assert set(asked_for(ERIKA, ["openid", scope])) == (set(SCOPES[scope]) | {"sub"}) & set(ERIKA)


def test_a_scope_nobody_knows_asks_for_nothing() -> None:
    assert asked_for(ERIKA, ["openid", "everything"]) == {"sub": ERIKA["sub"]}


@pytest.mark.parametrize(
    ("amr", "level_one", "found"),
    [
        ((), (), None),
        (("pwd",), (), ContextClass.STATIC_CODE),
        (("otp",), (), ContextClass.GENERATED_CODE),
        (("hwk",), (), ContextClass.LINKED_WALLET),
        (("hwk", "pin"), (), ContextClass.LINKED_WALLET_STATIC_CODE),
        (("fpt",), ("fpt",), ContextClass.BIOMETRICS),
        (("fpt", "face"), ("fpt",), ContextClass.BIOMETRICS),
        (("face",), (), None),  # K21
        (("fpt", "otp"), ("fpt",), ContextClass.BIOMETRICS_GENERATED_CODE),
        (("fpt", "otp"), (), ContextClass.GENERATED_CODE),
        (("sms",), ("sms",), None),
    ],
)
def test_k21_a_class_is_earned_by_methods(
    amr: tuple[str, ...], level_one: tuple[str, ...], found: ContextClass | None
) -> None:
    assert context_class(amr, level_one) is found
