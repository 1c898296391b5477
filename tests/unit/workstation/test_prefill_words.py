"""Zones, codes and printed forms in one set of words, and those in the fields of the form."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from muster.analysis.barcodes import Barcode
from muster.analysis.printed_text import TextLine
from muster.domain.applicant import LocalizedText
from muster.domain.prefill import Origin, PrefilledField
from muster.errors import MalformedData
from muster.formats.mrz import Holder, MrzType, compose, parse
from muster.workstation.forms import FieldKind, FormField, build_form
from muster.workstation.prefill_mapping import PrefillMapping, in_codes, script_of
from muster.workstation.prefill_words import (
    DocumentKind,
    SourceWords,
    Told,
    Word,
    day_in,
    of_attributes,
    of_barcodes,
    of_zone,
    title_cased,
)
from muster.workstation.printed_labels import of_printed
from muster.workstation.reference import Choice, ReferenceData

TODAY = date(2026, 3, 1)
ERIKA = Holder("P", "UTO", "L898902C3", "MUSTERMANN", "ERIKA MARIA", "UTO", "640812", "F", "310831")
MAPPING = PrefillMapping.load()
FORM = build_form(ReferenceData.load())


def fields(source: SourceWords, *languages: str) -> dict[str, PrefilledField]:
    return {each.field: each for each in MAPPING.fields_of(source, FORM, languages or ("eng",), "proofOfIdentity")}


def code(text: str) -> Barcode:
    return Barcode("QRCode", text.encode(), text, ())


# --- zones ---


def test_a_wrong_check_digit_makes_a_field_unsure_and_no_other() -> None:
    first, second = compose(MrzType.TD3, ERIKA).lines
    words = of_zone(parse([first, second[:13] + "740812" + second[19:]]), TODAY, 1.0).words
    assert words[Word.BIRTH_DATE].confidence < 0.5 < words[Word.NUMBER].confidence


def test_names_of_a_zone_are_written_as_people_write_them_and_are_less_sure_than_dates() -> None:
    read = fields(of_zone(compose(MrzType.TD3, ERIKA), TODAY, 1.0), "eng", "fra")
    assert read["fullName"].value == LocalizedText.of(eng="Erika Maria Mustermann", fra="Erika Maria Mustermann")
    assert read["fullName"].sureness < read["dateOfBirth"].sureness
    assert (read["dateOfBirth"].value, read["gender"].value) == ("1964/08/12", "FLE")
    assert {each.document for each in read.values()} == {"proofOfIdentity"}


def test_letters_that_were_hard_to_read_make_names_unsure_and_not_what_a_digit_covers() -> None:
    read = fields(of_zone(compose(MrzType.TD3, ERIKA), TODAY, 0.3))
    assert read["fullName"].sureness == 0.3
    assert read["dateOfBirth"].sureness > 0.9


def test_a_latin_name_goes_into_no_language_of_another_script() -> None:
    read = fields(of_zone(compose(MrzType.TD3, ERIKA), TODAY, 1.0), "ara", "eng")
    assert read["fullName"].value == LocalizedText.of(eng="Erika Maria Mustermann")


def test_a_sex_that_is_not_specified_fills_nothing() -> None:
    nobody = Holder("P", "UTO", "L898902C3", "MUSTERMANN", "ERIKA", "UTO", "640812", "<", "310831")
    assert "gender" not in fields(of_zone(compose(MrzType.TD3, nobody), TODAY, 1.0))


@pytest.mark.parametrize(("name", "written"), [("ANNA-MARIA O CONNOR", "Anna-Maria O Connor"), ("ØE ÉA", "Øe Éa")])
def test_capitals_become_names(name: str, written: str) -> None:
    assert title_cased(name) == written


def test_a_passport_is_the_type_that_means_one_and_a_rental_contract_is_not() -> None:
    poi, poa = (ReferenceData.load().document_types[each] for each in ("POI", "POA"))
    assert MAPPING.type_of(DocumentKind.PASSPORT, poi) == "DOC001"
    assert MAPPING.type_of(DocumentKind.ID_CARD, poi) == "CIN"
    assert MAPPING.type_of(DocumentKind.PASSPORT, poa) is None


# --- codes ---


def test_a_code_that_repeats_a_zone_is_as_sure_as_one_that_is_read_without_a_mistake() -> None:
    (words,) = of_barcodes([code("".join(compose(MrzType.TD1, ERIKA).lines))], TODAY)
    assert (words.origin, words.kind, words.number) == (Origin.BARCODE, DocumentKind.PASSPORT, "L898902C3")


def test_a_card_of_names_that_anybody_can_make_fills_nothing_by_itself() -> None:
    (words,) = of_barcodes([code("BEGIN:VCARD\nFN:Erika Mustermann\nBDAY:19640812\nEND:VCARD")], TODAY)
    read = fields(words)
    assert read["dateOfBirth"].value == "1964/08/12"
    assert read["dateOfBirth"].sureness < 0.75


def test_an_object_names_fields_of_the_form_itself() -> None:
    content = {"fullName": [{"language": "ara", "value": "إريكا"}], "gender": "FLE", "zone": "Z01"}
    read = fields(of_barcodes([code(json.dumps(content))], TODAY)[0], "eng", "ara")
    assert read["fullName"].value == LocalizedText.of(ara="إريكا")
    assert (read["gender"].value, read["zone"].value) == ("FLE", "Z01")


def test_a_place_brings_the_places_it_lies_in() -> None:
    read = fields(of_attributes({"locality": "Fieldton"}))
    assert {name: read[name].value for name in ("city", "province", "region")} == {
        "city": "FEL",
        "province": "LAK",
        "region": "NRD",
    }


def test_a_booking_is_no_field_of_the_form() -> None:
    (words,) = of_barcodes([code("20260315000014")], TODAY)
    assert (words.booking, fields(words)) == ("20260315000014", {})


# --- proofs ---


def test_a_proof_says_what_its_configuration_names_by_field_or_by_the_words_of_services() -> None:
    read = fields(of_attributes({"dateOfBirth": "1964/08/12", "identity.given_name": "Erika", "family_name": "M"}))
    assert read["dateOfBirth"].value == "1964/08/12"
    assert read["fullName"].value == LocalizedText.of(eng="Erika M")
    assert read["fullName"].origin is Origin.PROOF


# --- printed forms ---


def line(text: str, left: float, top: float, sureness: float = 0.99) -> TextLine:
    return TextLine(text, sureness, left, top, left + 12 * len(text), top + 20)


def printed(*lines: TextLine) -> dict[Word, Told]:
    return dict(of_printed(lines, MAPPING.labels).words)


def test_a_value_stands_beside_its_label() -> None:
    assert printed(line("Surname / Nom", 0, 0), line("Mustermann", 300, 4))[Word.SURNAME].text == "Mustermann"


def test_a_value_stands_below_its_label() -> None:
    assert (
        printed(line("Date de naissance", 0, 0), line("21.08.1964", 10, 28))[Word.BIRTH_DATE].text == "1964-08-21"
    )


def test_a_value_stands_behind_a_colon() -> None:
    assert printed(line("Phone: 0700 1", 0, 0))[Word.PHONE].text == "0700 1"


def test_the_next_label_is_no_value() -> None:
    assert printed(line("Surname", 0, 0), line("Given names", 0, 28)) == {}


def test_what_stands_far_away_belongs_to_somebody_else() -> None:
    assert printed(line("Surname", 0, 0), line("Mustermann", 900, 0), line("Erika", 0, 200)) == {}


def test_a_printed_name_is_never_sure_enough_to_be_filled_in() -> None:
    assert printed(line("Surname", 0, 0, 1.0), line("Mustermann", 300, 0, 1.0))[Word.SURNAME].confidence < 0.75


def test_a_date_that_could_be_read_either_way_is_less_sure_than_one_that_cannot() -> None:
    either = printed(line("Date of birth: 04/03/1985", 0, 0))[Word.BIRTH_DATE]
    clear = printed(line("Date of birth: 24/03/1985", 0, 0))[Word.BIRTH_DATE]
    assert either.confidence < 0.75 < clear.confidence


def test_letters_the_network_is_unsure_of_are_left_alone() -> None:
    assert printed(line("Surname", 0, 0), line("Mustermann", 300, 0, 0.4)) == {}


# --- the mapping ---


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"fields": {"a": ["no such word"]}, "codes": {}}'])
def test_a_mapping_nobody_can_read_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "prefill.json").write_text(content)
    with pytest.raises(MalformedData):
        PrefillMapping.load(tmp_path / "prefill.json")


def test_an_entry_that_could_be_either_of_two_is_left_to_the_officer() -> None:
    twins = tuple(Choice(each, {"eng": "Springfield"}) for each in ("A", "B"))
    field = FormField("city", FieldKind.CHOICE, {}, False, twins, None, "", {})
    assert MAPPING.fields_of(of_attributes({"city": "Springfield"}), [field], ("eng",)) == ()


def test_entries_of_lists_are_compared_by_their_codes() -> None:
    spelled = {"gender": LocalizedText.of(eng="Female", fra="Féminin"), "phone": "1"}
    assert in_codes(spelled, FORM) == {"gender": "FLE", "phone": "1"}


@pytest.mark.parametrize(("text", "script"), [("Erika", "Latn"), ("إريكا", "Arab"), ("17", "Latn"), ("Eя", "")])
def test_a_text_is_written_in_one_script_or_in_none(text: str, script: str) -> None:
    assert script_of(text) == script


@pytest.mark.parametrize("text", ["1964-08-12", "12.08.1964", "19640812", "12/08/1964", "1964-08-12T00:00:00Z"])
def test_a_day_is_read_as_forms_and_codes_write_it(text: str) -> None:
    assert day_in(text) == date(1964, 8, 12)


def test_no_day_is_read_out_of_something_else() -> None:
    assert day_in("1964") is None
