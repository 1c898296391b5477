"""What is filled in, what stays, and what is a conflict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.prefill import (
    Conflict,
    FieldMark,
    Origin,
    PrefilledField,
    Resolution,
    conflicts,
    fill,
    marks,
)

ZONE = PrefilledField("dateOfBirth", "1964/08/12", Origin.PASSPORT_ZONE, 0.97, "proofOfIdentity")
CHIP = PrefilledField("dateOfBirth", "1964/08/21", Origin.CHIP, 0.99, "proofOfIdentity")
NAME = PrefilledField("fullName", LocalizedText.of(eng="Erika Mustermann"), Origin.PASSPORT_ZONE, 0.85)
FORM = PrefilledField("phone", "0123", Origin.PRINTED_TEXT, 0.5)
FROM = 0.75


def agrees(said: PrefilledField, standing: DemographicValue) -> bool:
    return conflicts({said.field: standing}, (said,)) == ()


def name(text: str, *, cut_off: bool = False) -> PrefilledField:
    return PrefilledField("fullName", text, Origin.PASSPORT_ZONE, 0.85, cut_off=cut_off)


def test_what_was_typed_stays_however_sure_a_source_is() -> None:
    values, taken = fill({"dateOfBirth": "1964/12/08"}, (CHIP,), {}, FROM)
    assert (values, taken) == ({"dateOfBirth": "1964/12/08"}, ())


def test_what_was_typed_stays_also_when_a_less_sure_source_had_said_the_same() -> None:
    values, taken = fill({"dateOfBirth": ZONE.value}, (ZONE, CHIP), {}, FROM)
    assert (values, taken) == ({"dateOfBirth": ZONE.value}, ())


def test_an_unsure_source_fills_nothing_and_is_a_suggestion() -> None:
    assert fill({}, (FORM,), {}, FROM) == ({}, ())
    assert marks({}, (FORM,), {})["phone"] == FieldMark(suggestion=FORM)


def test_an_empty_field_is_filled_by_the_surest_source() -> None:
    assert fill({"dateOfBirth": " "}, (ZONE, CHIP), {}, FROM) == ({"dateOfBirth": CHIP.value}, (CHIP,))


def test_a_surer_source_replaces_what_a_less_sure_one_filled_and_nobody_touched() -> None:
    values, taken = fill({"dateOfBirth": ZONE.value}, (ZONE, CHIP), {"dateOfBirth": ZONE}, FROM)
    assert (values, taken) == ({"dateOfBirth": CHIP.value}, (CHIP,))


def test_a_less_sure_source_replaces_nothing() -> None:
    values, _ = fill({"dateOfBirth": CHIP.value}, (ZONE,), {"dateOfBirth": CHIP}, FROM)
    assert values == {"dateOfBirth": CHIP.value}


def test_what_was_filled_in_and_then_changed_counts_as_typed() -> None:
    values, _ = fill({"dateOfBirth": "1964/12/08"}, (ZONE, CHIP), {"dateOfBirth": ZONE}, FROM)
    assert values == {"dateOfBirth": "1964/12/08"}
    assert marks(values, (ZONE,), {"dateOfBirth": ZONE})["dateOfBirth"].origin is Origin.TYPED


def test_a_text_is_filled_language_by_language() -> None:
    both = PrefilledField("fullName", LocalizedText.of(eng="Erika", fra="Erika"), Origin.CHIP, 0.99)
    values, _ = fill({"fullName": LocalizedText.of(eng="ERIKA", ara="إريكا")}, (both,), {}, FROM)
    assert values["fullName"] == LocalizedText.of(eng="ERIKA", ara="إريكا", fra="Erika")


def test_no_name_is_made_of_two() -> None:
    both = PrefilledField("fullName", LocalizedText.of(eng="Erika", fra="Erika"), Origin.CHIP, 0.99)
    typed = {"fullName": LocalizedText.of(eng="Monika")}
    assert fill(typed, (both,), {}, FROM) == (typed, ())


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Mueller Erika", "Erika Müller"),
        ("Muller Erika", "Erika Müller"),
        ("Erika Oestergaard", "Erika Østergaard"),
        ("Strasse", "STRASSE"),
        ("Gross", "Groß"),
        ("Anna Maria", "Anna-Maria"),
        ("D Artagnan", "d'Artagnan"),
        ("Nunez", "Núñez"),
    ],
)
def test_a_passports_spelling_of_a_name_is_no_conflict(said: str, typed: str) -> None:
    assert agrees(name(said), typed)


@pytest.mark.parametrize(
    ("said", "typed"), [("Erika Mustermann", "Monika Mustermann"), ("Erika", "Erik"), ("1964/08/12", "1964/12/08")]
)
def test_another_name_and_a_date_the_other_way_round_are_conflicts(said: str, typed: str) -> None:
    assert not agrees(name(said), typed)


def test_a_name_the_zone_has_no_room_for_agrees_with_the_whole_one() -> None:
    assert agrees(name("Erika Maria Alexandr", cut_off=True), "Erika Maria Alexandra")
    assert not agrees(name("Erika Maria Alexandr"), "Erika Maria Alexandra")


def test_only_languages_that_both_have_can_differ() -> None:
    said = PrefilledField("fullName", LocalizedText.of(eng="Erika"), Origin.CHIP)
    assert agrees(said, LocalizedText.of(ara="مونيكا"))
    assert not agrees(said, LocalizedText.of(eng="Monika", ara="إريكا"))


def test_an_empty_field_conflicts_with_nothing() -> None:
    assert conflicts({"dateOfBirth": ""}, (ZONE, CHIP)) == ()


def test_what_was_decided_holds_until_one_of_the_two_says_something_else() -> None:
    (found,) = conflicts({"dateOfBirth": "1964/12/08"}, (ZONE,))
    assert found == Conflict(ZONE, "1964/12/08", None)
    decided = Conflict(ZONE, "1964/12/08", Resolution.KEPT_TYPED)
    assert conflicts({"dateOfBirth": "1964/12/08"}, (ZONE,), (decided,)) == (decided,)
    assert conflicts({"dateOfBirth": "1964/12/09"}, (ZONE,), (decided,))[0].resolution is None
    assert conflicts({"dateOfBirth": "1964/12/08"}, (CHIP,), (decided,))[0].resolution is None


def test_conflicts_come_with_the_surest_source_first() -> None:
    assert [each.said for each in conflicts({"dateOfBirth": "1990/01/01"}, (ZONE, CHIP))] == [CHIP, ZONE]


def test_a_field_that_was_filled_in_shows_by_what() -> None:
    mark = marks({"fullName": NAME.value}, (NAME,), {"fullName": NAME})["fullName"]
    assert (mark.origin, mark.filled, mark.suggestion) == (Origin.PASSPORT_ZONE, NAME, None)


def test_a_field_nobody_said_anything_of_and_that_is_empty_shows_nothing() -> None:
    assert marks({"phone": ""}, (), {}) == {}


def test_where_a_source_does_not_say_how_sure_it_is_its_kind_does() -> None:
    silent = PrefilledField("phone", "1", Origin.PRINTED_TEXT)
    assert silent.sureness < PrefilledField("phone", "1", Origin.CHIP).sureness


_VALUES = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["", "x", "y"]))
_SAID = st.lists(
    st.builds(
        PrefilledField,
        st.sampled_from(["a", "b"]),
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from([Origin.CHIP, Origin.BARCODE]),
        st.sampled_from([0.1, 0.8, 0.9]),
    )
)


@given(_VALUES, _SAID)
def test_filling_in_twice_changes_nothing_more_and_never_what_stood_there(
    values: dict[str, str], said: list[PrefilledField]
) -> None:
    once, taken = fill(values, said, {}, FROM)
    filled = {each.field: each for each in taken}
    assert fill(once, said, filled, FROM) == (once, ())
    assert all(once[name] == text for name, text in values.items() if text)
