"""Codes that say something about a person."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.formats.person_code import CodeKind, parse

NUMBER = "20260315000014"
VCARD = (
    "BEGIN:VCARD\r\nVERSION:4.0\r\nN:Mustermann;Erika;Maria;;\r\nFN:Erika Mustermann\r\nBDAY:19640812\r\n"
    "item1.TEL;TYPE=home:tel:+49-1\r\nADR;TYPE=home:;;Heidestr\r\n aße 17;Köln;;51147;Germany\r\nEND:VCARD\r\n"
)


@pytest.mark.parametrize("text", ["", "hello", "https://example.org/", "{", "[]", "{}", "1234", "9" * 9000])
def test_a_code_about_nobody_says_nothing(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        f" {NUMBER[:4]} {NUMBER[4:]} ",
        json.dumps({"preRegistrationId": NUMBER}),
        json.dumps({"prid": NUMBER}),
    ],
)
def test_the_number_of_a_pre_registration_is_found(text: str) -> None:
    code = parse(text)
    assert code is not None
    assert (code.kind, code.fields) == (CodeKind.BOOKING, {"number": NUMBER})


@pytest.mark.parametrize("path", [f"letter/{NUMBER}", f"letter?prid={NUMBER}", f"?applicationId={NUMBER}&x=1"])
def test_a_link_to_a_pre_registration_says_whose_it_is(path: str) -> None:
    code = parse(f"https://prereg.example/{path}")
    assert code is not None
    assert code.fields == {"number": NUMBER, "host": "prereg.example"}


def test_a_vcard_says_name_birth_and_address() -> None:
    code = parse(VCARD)
    assert code is not None
    assert code.fields == {
        "surname": "Mustermann",
        "given_names": "Erika Maria",
        "full_name": "Erika Mustermann",
        "birth_date": "19640812",
        "phone": "+49-1",
        "address": "Heidestraße 17",
        "city": "Köln",
        "postal_code": "51147",
        "country": "Germany",
    }


def test_a_mecard_says_as_much_with_its_signs_escaped() -> None:
    code = parse("MECARD:N:Mustermann,Erika;ADR:Heide\\;str. 17;TEL:123;BDAY:19640812;;")
    assert code is not None
    assert (code.fields["surname"], code.fields["address"]) == ("Mustermann", "Heide;str. 17")


def test_an_object_says_its_texts_and_those_by_language() -> None:
    code = parse(
        json.dumps(
            {
                "person": {"given_name": "Erika", "Date of Birth": "1964-08-12"},
                "fullName": [{"language": "eng", "value": "Erika"}, {"language": "ara", "value": "إريكا"}],
            }
        )
    )
    assert code is not None
    assert code.fields == {"givenname": "Erika", "dateofbirth": "1964-08-12"}
    assert code.texts == {"fullname": {"eng": "Erika", "ara": "إريكا"}}


def test_an_old_aadhaar_card_says_its_attributes() -> None:
    code = parse('<?xml version="1.0"?><PrintLetterBarcodeData uid="1" name="Erika" gender="F" dob="12/08/1964"/>')
    assert code is not None
    assert code.kind is CodeKind.AADHAAR
    assert code.fields["name"] == "Erika"


def test_a_deep_object_is_not_followed_to_its_end() -> None:
    deep = '{"a":' * 500 + '{"name":"Erika"}' + "}" * 500
    assert parse(deep) is None


@given(st.sampled_from(["BEGIN:VCARD\n", "MECARD:", "{", "https://", ""]), st.text(max_size=60))
def test_noise_raises_nothing(head: str, text: str) -> None:
    parse(head + text)


@pytest.mark.parametrize("link", ["https://[prereg", "https://a]/letter", "http://[::1/20260315000014"])
def test_a_link_that_is_none_says_nothing(link: str) -> None:
    assert parse(link) is None


def test_a_list_that_is_not_by_language_is_left_out() -> None:
    code = parse(json.dumps({"fullName": [{"language": "eng"}, 5], "phone": "1", "gender": []}))
    assert code is not None
    assert (code.fields, code.texts) == ({"phone": "1"}, {})
