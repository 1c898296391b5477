"""What follows from what stands in the demographic form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from muster.domain.applicant import FormChoices, LocalizedText
from muster.domain.assessment import Finding, Severity
from muster.domain.prefill import Conflict, Origin, PrefilledField, Resolution
from muster.domain.registration import Process
from muster.formats.expression import Expression
from muster.ui.wizard.demographics_presenter import DemographicsPresenter, Need, SaidElsewhere
from muster.workstation.form_checking import FIELD_FORMAT, FIELD_REQUIRED, PHONE_UNLIKELY, WORD_BLOCKLISTED
from muster.workstation.form_conditions import Circumstances
from muster.workstation.forms import FieldKind, FormField
from muster.workstation.reference import Choice, Choices, Language

ENGLISH = Language("eng", "English")
FRENCH = Language("fra", "Français")
ARABIC = Language("ara", "العربية", "Arab", right_to_left=True)
TODAY = date(2026, 11, 21)
INFANT = Expression.parse("identity.get('ageGroup') == 'INFANT'")


def _field(name: str, kind: FieldKind = FieldKind.TEXT, group: str = "Person", **more: object) -> FormField:
    made = {"labels": {"eng": name}, "required": False, "choices": Choices(), "parent": None, "group_labels": {}}
    return FormField(id=name, kind=kind, group=group, **{**made, **more})  # type: ignore[arg-type]


REGIONS = Choices((Choice("N", {"eng": "North"}), Choice("S", {"eng": "South"})))
TOWNS = Choices((Choice("LAK", {"eng": "Lakeside"}, "N"), Choice("SEE", {"eng": "Seaside"}, "S")))
FORM = (
    _field("fullName", FieldKind.LOCALIZED, is_transliterated=True, required=True),
    _field("dateOfBirth", FieldKind.DATE, is_birth_date=True, required=True),
    _field("region", FieldKind.LOCALIZED_CHOICE, "Address", choices=REGIONS, level=1),
    _field("town", FieldKind.LOCALIZED_CHOICE, "Address", choices=TOWNS, parent="region", level=2),
    _field("phone", group="Contact"),
    _field("introducerName", FieldKind.LOCALIZED, "Introducer", visible=INFANT, required_on=(INFANT,)),
)


def _in_arabic(text: str, source: str, target: str) -> str:
    return f"{target}:{text}" if target == "ara" else ""


def _presenter(
    *languages: Language,
    process: Process = Process.NEW,
    values: dict[str, object] | None = None,
    choices: FormChoices | None = None,
) -> DemographicsPresenter:
    return DemographicsPresenter(
        FORM,
        languages or (ENGLISH,),
        Circumstances(TODAY, process),
        values,  # type: ignore[arg-type]
        choices=choices,
        suggest=_in_arabic,
    )


# Following and suggesting


def test_the_same_script_is_carried_over_word_for_word() -> None:
    form = _presenter(ENGLISH, FRENCH)
    assert form.type("fullName", "eng", "Erika") == (("fullName", "fra"),)
    assert form.text("fullName", "fra") == "Erika"
    assert not form.is_suggested("fullName", "fra")


def test_another_script_is_suggested_and_says_so() -> None:
    form = _presenter(ENGLISH, ARABIC)
    assert form.type("fullName", "eng", "Erika") == (("fullName", "ara"),)
    assert form.text("fullName", "ara") == "ara:Erika"
    assert form.is_suggested("fullName", "ara")


def test_what_was_typed_is_never_overwritten_by_a_suggestion() -> None:
    form = _presenter(ENGLISH, ARABIC)
    form.type("fullName", "ara", "إريكا")
    assert form.type("fullName", "eng", "Erika") == ()
    assert form.text("fullName", "ara") == "إريكا"


def test_what_was_left_as_suggested_counts_as_typed() -> None:
    form = _presenter(ENGLISH, ARABIC)
    form.type("fullName", "eng", "Erika")
    assert form.confirm("fullName", "ara")
    assert form.type("fullName", "eng", "Erika Maria") == ()
    assert form.text("fullName", "ara") == "ara:Erika"


def test_what_was_typed_cannot_be_confirmed_as_a_suggestion() -> None:
    form = _presenter(ENGLISH, ARABIC)
    form.type("fullName", "eng", "Erika")
    assert not form.confirm("fullName", "eng")


def test_a_suggestion_goes_with_what_it_was_made_from() -> None:
    form = _presenter(ENGLISH, ARABIC)
    form.type("fullName", "eng", "Erika")
    assert form.type("fullName", "eng", "") == (("fullName", "ara"),)
    assert form.text("fullName", "ara") == ""
    assert not form.is_suggested("fullName", "ara")


def test_a_text_nobody_transliterates_is_not_suggested() -> None:
    form = _presenter(ENGLISH, ARABIC)
    form.type("introducerName", "eng", "Erika")
    assert form.text("introducerName", "ara") == ""


def test_a_draft_taken_up_again_keeps_what_was_typed_in_it() -> None:
    form = _presenter(ENGLISH, ARABIC, values={"fullName": LocalizedText.of(eng="Erika", ara="إريكا")})
    form.type("fullName", "eng", "Erika Maria")
    assert form.text("fullName", "ara") == "إريكا"


# Places


def test_choosing_another_region_empties_the_town() -> None:
    form = _presenter(values={"region": "N", "town": "LAK"})
    assert form.choose("region", "S") == ("town",)
    assert form.text("town") == ""
    assert [each.code for each in form.choices(form.fields["town"])] == ["SEE"]


def test_a_chain_of_places_fills_every_list_whichever_comes_first() -> None:
    form = _presenter(values={"region": "N", "town": "LAK"})
    assert set(form.choose_chain({"town": "SEE", "region": "S"})) == {"region", "town"}
    assert (form.text("region"), form.text("town")) == ("S", "SEE")


# What is shown


def test_who_brings_a_child_is_asked_for_once_the_date_says_that_it_is_one() -> None:
    form = _presenter()
    assert "introducerName" not in form.shown()
    form.type("dateOfBirth", "", "2024/05/31")
    assert form.shown()["introducerName"] is Need.ALWAYS
    form.type("dateOfBirth", "", "1990/05/31")
    assert "introducerName" not in form.shown()


def test_of_two_numbers_that_hide_one_another_one_is_enough_until_it_is_there() -> None:
    numbers = {"introducerRID": "introducerUIN", "introducerUIN": "introducerRID"}
    blank = {name: Expression.parse(f"identity.get('{other}') == nil") for name, other in numbers.items()}
    fields = [_field(name, visible=each, required_on=(each,)) for name, each in blank.items()]
    form = DemographicsPresenter(fields, (ENGLISH,), Circumstances(TODAY))
    assert form.shown() == dict.fromkeys(numbers, Need.ONE_OF_TWO)
    form.type("introducerUIN", "", "2795082130")
    assert form.shown() == {"introducerUIN": Need.ALWAYS}


def test_an_update_shows_only_the_groups_that_were_chosen() -> None:
    form = _presenter(process=Process.UPDATE)
    assert [each.name for each in form.groups] == ["Person", "Address", "Contact", "Introducer"]
    form.choose_groups(("Contact",))
    assert list(form.shown()) == ["phone"]
    assert form.choices_made.groups == ("Contact",)


def test_groups_chosen_in_a_draft_are_chosen_again() -> None:
    form = _presenter(process=Process.UPDATE, choices=FormChoices(groups=("Contact",)))
    assert form.groups_chosen == ("Contact",)
    assert list(form.shown()) == ["phone"]


def test_a_new_registration_has_no_groups_to_choose() -> None:
    assert _presenter().groups == ()


# What the person signs in by elsewhere


def test_handles_are_the_deployment_s_until_somebody_says_otherwise() -> None:
    handle = replace(FORM[4], is_handle=True)
    around = Circumstances(TODAY)
    form = DemographicsPresenter((handle,), (ENGLISH,), around, usual_handles=("phone",))
    assert form.is_handle("phone") and form.choices_made.handles is None
    form.choose_handle("phone", chosen=False)
    assert not form.is_handle("phone") and form.choices_made.handles == ()


# Where Enter goes


def _order(form: DemographicsPresenter) -> list[tuple[str, str]]:
    return [place for each in form.shown() for place in form.places(each)]


def test_enter_goes_to_the_next_place_in_which_nothing_stands() -> None:
    form = _presenter(ENGLISH, ARABIC, values={"dateOfBirth": "1990/05/31"})
    form.type("fullName", "eng", "Erika")  # and the Arabic one is suggested
    assert form.next_empty(_order(form), ("fullName", "eng")) == ("region", "")


def test_a_list_that_offers_nothing_yet_is_passed_over() -> None:
    form = _presenter()
    assert form.next_empty(_order(form), ("region", "")) == ("phone", "")


def test_after_the_last_place_enter_begins_again_with_what_was_left_out() -> None:
    form = _presenter()
    form.type("phone", "", "0123456789")
    assert form.next_empty(_order(form), ("phone", "")) == ("fullName", "eng")


def test_what_need_not_be_there_is_not_begun_again_with() -> None:
    form = _presenter(values={"fullName": LocalizedText.of(eng="Erika"), "dateOfBirth": "1990/05/31"})
    assert form.next_empty(_order(form), ("phone", "")) is None
    assert form.next_empty(_order(form), ("dateOfBirth", "")) == ("region", "")


def test_when_nothing_is_empty_enter_goes_nowhere() -> None:
    form = _presenter(
        values={
            "fullName": LocalizedText.of(eng="Erika"),
            "dateOfBirth": "1990/05/31",
            "region": "N",
            "town": "LAK",
            "phone": "0123456789",
        }
    )
    assert form.next_empty(_order(form), ("phone", "")) is None


# What others say


PASSPORT = PrefilledField("dateOfBirth", "1985/03/04", Origin.PASSPORT_ZONE)


def test_a_conflict_stands_beside_the_field_while_both_differ() -> None:
    form = _presenter(values={"dateOfBirth": "1985/04/03"})
    form.hear(SaidElsewhere((PASSPORT,)))
    assert form.marks()["dateOfBirth"].conflicts == (Conflict(PASSPORT, "1985/04/03"),)
    form.type("dateOfBirth", "", "1985/03/04")
    assert form.marks()["dateOfBirth"].conflicts == ()


def test_what_was_decided_is_not_asked_again() -> None:
    decided = Conflict(PASSPORT, "1985/04/03", Resolution.KEPT_TYPED)
    form = _presenter(values={"dateOfBirth": "1985/04/03"})
    form.hear(SaidElsewhere((PASSPORT,), decided=(decided,)))
    assert form.open_conflicts("dateOfBirth") == ()


def test_what_was_read_poorly_contradicts_nobody() -> None:
    blurred = PrefilledField("dateOfBirth", "1935/03/04", Origin.PRINTED_TEXT, 0.4)
    form = _presenter(values={"dateOfBirth": "1985/04/03"})
    form.hear(SaidElsewhere((blurred,)))
    assert form.open_conflicts("dateOfBirth") == ()


def test_a_value_taken_over_stands_in_place_of_the_other() -> None:
    form = _presenter(values={"dateOfBirth": "1985/04/03"})
    form.hear(SaidElsewhere((PASSPORT,)))
    assert form.take_over(PASSPORT) == ("dateOfBirth",)
    assert form.text("dateOfBirth") == "1985/03/04"


def test_a_region_taken_over_empties_the_town_as_a_choice_does() -> None:
    form = _presenter(values={"region": "N", "town": "LAK"})
    assert form.take_over(PrefilledField("region", "S", Origin.PRE_REGISTRATION)) == ("region", "town")
    assert form.text("town") == ""


def test_a_name_taken_over_in_one_language_is_suggested_in_the_other() -> None:
    form = _presenter(ENGLISH, ARABIC)
    name = PrefilledField("fullName", LocalizedText.of(eng="Erika Mustermann"), Origin.PASSPORT_ZONE)
    assert form.take_over(name) == ("fullName",)
    assert form.is_suggested("fullName", "ara")


# What is wrong


def test_typing_takes_the_finding_of_the_box_away() -> None:
    form = _presenter()
    form.note_problems([Finding(FIELD_FORMAT, field="phone")])
    form.type("phone", "", "0")
    assert form.problem("phone") is None


def test_a_finding_on_the_whole_field_stands_at_its_first_box() -> None:
    form = _presenter(ENGLISH, ARABIC)
    form.note_problems([Finding(FIELD_FORMAT, field="fullName")])
    assert form.problem("fullName", "eng") is not None
    assert form.problem("fullName", "ara") is None


MISSING, WRONG = Finding(FIELD_REQUIRED, field="phone"), Finding(FIELD_FORMAT, field="phone")
UNLIKELY = Finding(PHONE_UNLIKELY, Severity.WARNS, "phone")


def test_what_was_not_left_yet_is_not_judged() -> None:
    form = _presenter()
    form.note_looked([WRONG], {"fullName"})
    assert form.problem("phone") is None


def test_what_is_missing_is_no_fault_while_the_rest_is_typed() -> None:
    form = _presenter()
    form.note_looked([MISSING], {"phone"})
    assert form.problem("phone") is None


def test_what_was_said_to_be_missing_stays_said() -> None:
    form = _presenter()
    form.note_problems([MISSING])
    form.note_looked([], {"phone"})
    assert form.problem("phone") is MISSING


def test_a_fault_that_is_mended_goes() -> None:
    form = _presenter()
    form.note_looked([WRONG], {"phone"})
    form.note_looked([], {"phone"})
    assert form.problem("phone") is None


@pytest.mark.parametrize("findings", [(WRONG, UNLIKELY), (UNLIKELY, WRONG)])
def test_what_blocks_is_said_before_what_warns(findings: tuple[Finding, ...]) -> None:
    form = _presenter()
    form.note_problems(findings)
    assert form.problem("phone") is WRONG


@pytest.mark.parametrize("name", ["fullName.eng", "phone"])
def test_a_word_that_stays_is_said_with_its_reason(name: str) -> None:
    form = _presenter()
    form.note_problems([Finding(WORD_BLOCKLISTED, field=name)])
    form.keep_word(name, "it is a family name")
    assert form.choices_made.words_kept == {name: "it is a family name"}
    assert form.problems == ()


def test_a_word_written_differently_needs_its_reason_no_more() -> None:
    form = _presenter(choices=FormChoices(words_kept={"fullName.eng": "it is a family name"}))
    form.type("fullName", "eng", "Erika")
    assert form.choices_made.words_kept == {}


def test_what_was_a_suggestion_when_the_draft_was_left_is_one_when_it_is_opened_again() -> None:
    form = _presenter(ENGLISH, ARABIC)
    form.type("fullName", "eng", "Erika")
    again = _presenter(ENGLISH, ARABIC, values=form.values(), choices=form.choices_made)
    assert again.is_suggested("fullName", "ara") and not again.is_suggested("fullName", "eng")
    again.type("fullName", "eng", "Eva")
    assert again.text("fullName", "ara") == "ara:Eva"
