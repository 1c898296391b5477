"""What a form's own rules say about values: patterns, dates, numbers, lists, one field of another."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from muster.domain.applicant import Demographics, DemographicValue, FormChoices, LocalizedText
from muster.domain.assessment import Finding, Severity
from muster.domain.registration import Process
from muster.formats.id_schema import IdSchema
from muster.formats.ui_spec import UiSpec
from muster.workstation.form_checking import GROUP_EMPTY, check_form, own_sentence, with_labels
from muster.workstation.form_conditions import Circumstances, shown_fields
from muster.workstation.forms import FieldKind, FormField, build_form, handles_chosen, spell_out
from muster.workstation.reference import ReferenceData

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = {"type": "string", "fieldCategory": "pvt"}
NAMES = {"$ref": "#/definitions/simpleType", "fieldCategory": "pvt"}
SCHEMA = {
    "UIN": TEXT, "fullName": NAMES, "dateOfBirth": TEXT, "issued": TEXT, "phone": {**TEXT, "handle": True},
    "email": {**TEXT, "handle": True}, "introducerUIN": TEXT, "code": TEXT, "agreed": TEXT, "gender": NAMES,
}  # fmt: skip
BIRTH = {"id": "dateOfBirth", "controlType": "ageDate", "subType": "dateOfBirth"}


def form_of(
    *fields: dict[str, Any], process: Process = Process.NEW
) -> tuple[ReferenceData, tuple[FormField, ...]]:
    schema = IdSchema.parse(json.dumps({"properties": {"identity": {"properties": SCHEMA}}}))
    whole = [
        {"controlType": "textbox", "label": {"eng": each["id"].upper()}, "group": "G", **each} for each in fields
    ]
    screen = {"order": 1, "name": "n", "label": {}, "fields": whole}
    spec = {"id": process.value, "flow": "NEW", "label": {}, "screens": [screen]}
    reference = replace(ReferenceData.load(), schema=schema, ui_specs={process: UiSpec.parse(json.dumps(spec))})
    return reference, build_form(reference, process)


def findings(*fields: dict[str, Any], region: str = "", **values: DemographicValue) -> tuple[Finding, ...]:
    reference, form = form_of(*fields)
    return check_form(values, form, replace(reference, region=region), ("eng",), NOW)


def codes(*fields: dict[str, Any], region: str = "", **values: DemographicValue) -> list[str]:
    return [each.code.name for each in findings(*fields, region=region, **values)]


# Patterns


def _rule(pattern: str, **more: str) -> dict[str, Any]:
    return {"id": "code", "validators": [{"type": "regex", "validator": pattern, **more}]}


def test_a_broken_rule_with_a_code_of_its_own_is_named() -> None:
    (finding,) = findings(_rule("[A-Z]+", errorCode="UI_1"), code="a")
    assert (finding.code.name, dict(finding.detail)) == ("FIELD_RULE", {"rule": "UI_1"})
    assert codes(_rule("[A-Z]+"), code="a") == ["FIELD_FORMAT"]


def test_the_deployment_s_own_sentence_about_a_rule_is_found() -> None:
    (finding,) = findings(_rule("[A-Z]+", errorCode="UI_1"), code="a")
    reference = replace(
        ReferenceData.load(), rule_sentences={"UI_1": {"eng": "Capitals only.", "fra": "Majuscules."}}
    )
    assert own_sentence(finding, reference, "fra") == "Majuscules."
    assert own_sentence(finding, ReferenceData.load(), "fra") is None


def test_a_rule_for_one_language_counts_for_that_one() -> None:
    field = {"id": "fullName", "validators": [{"type": "regex", "validator": "[a-z ]+", "langCode": "ara"}]}
    assert codes(field, fullName=LocalizedText.of(eng="Erika")) == []


def test_a_rule_nobody_can_read_is_not_asked() -> None:
    assert codes(_rule("[A-Z"), code="anything") == []
    assert codes({"id": "code", "validators": [{"type": "java", "validator": "x"}]}, code="anything") == []


def test_a_text_longer_than_any_field_is_told_so() -> None:
    assert codes({"id": "code"}, code="x" * 1001) == ["FIELD_TOO_LONG"]
    assert codes({"id": "code"}, code="x" * 1000) == []


def test_capitals_are_written_where_the_form_wants_them() -> None:
    _, form = form_of({"id": "code", "format": "UPPER"}, {"id": "fullName", "format": "lower"})
    assert spell_out({"code": "ab1", "fullName": LocalizedText.of(eng="Erika")}, form, ("eng",)) == {
        "code": "AB1",
        "fullName": LocalizedText.of(eng="erika"),
    }


# Dates


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026/02/18", []),
        ("2026/02/17", ["DATE_BEFORE_FIRST"]),
        ("2026/03/04", []),
        ("2026/03/05", ["DATE_AFTER_LAST"]),
        ("2026/02/30", ["DATE_UNREADABLE"]),
    ],
)
def test_a_date_may_lie_so_many_days_from_today(text: str, code: list[str]) -> None:
    assert codes({"id": "issued", "controlType": "date", "minimum": -11, "maximum": 3}, issued=text) == code


def test_days_beyond_any_calendar_are_no_limit() -> None:
    field = {"id": "issued", "controlType": "date", "minimum": -(10**9), "maximum": 10**9}
    assert codes(field, issued="2036/03/04") == []


def test_a_date_that_is_no_birth_may_lie_ahead() -> None:
    assert codes({"id": "issued", "controlType": "date"}, issued="2036/03/04") == []
    assert codes(BIRTH, dateOfBirth="2036/03/04") == ["DATE_IN_FUTURE"]


def test_a_paper_issued_before_its_holder_was_born_names_both_fields() -> None:
    values = {"dateOfBirth": "1984/08/12", "issued": "1984/08/11"}
    issued = {"id": "issued", "controlType": "date"}
    (finding,) = findings(BIRTH, issued, **values)
    assert (finding.code.name, finding.field) == ("DATE_BEFORE_BIRTH", "issued")
    _, form = form_of(BIRTH, issued)
    assert "Compare ISSUED and DATEOFBIRTH" in with_labels(finding, form, "eng").sentence
    assert codes(BIRTH, issued, **{**values, "issued": "1984/08/12"}) == []


# Numbers and addresses that look mistyped


@pytest.mark.parametrize(
    ("text", "region", "code"),
    [
        ("+212 612 345678", "", []),
        ("+212 612", "", ["PHONE_UNLIKELY"]),
        ("0612345678", "", []),  # nobody said in which country
        ("0612345678", "MA", []),
        ("06123", "MA", ["PHONE_UNLIKELY"]),
        ("letters", "MA", ["PHONE_UNLIKELY"]),
    ],
)
def test_a_telephone_number_that_cannot_be_in_use_is_a_warning(text: str, region: str, code: list[str]) -> None:
    assert codes({"id": "phone", "subType": "Phone"}, region=region, phone=text) == code


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("max@gmial.com", "gmail.com"),
        ("max@yaho.com", "yahoo.com"),
        ("max@gmail.com", None),
        ("max@mustermann.example", None),
    ],
)
def test_an_address_a_letter_or_two_from_a_well_known_one_is_a_warning(text: str, likely: str | None) -> None:
    found = findings({"id": "email", "subType": "Email"}, email=text)
    assert [(each.severity, each.detail["likely"]) for each in found] == (
        [(Severity.WARNS, likely)] if likely else []
    )


def test_an_introducer_s_number_with_a_wrong_digit_is_a_warning() -> None:
    field = {"id": "introducerUIN", "subType": "UIN"}
    assert codes(field, introducerUIN="2345678901") == ["NUMBER_UNLIKELY"]
    assert [each.severity for each in findings(field, introducerUIN="2345678901")] == [Severity.WARNS]


def test_nobody_brings_along_themselves() -> None:
    reference, form = form_of({"id": "introducerUIN", "subType": "UIN"}, process=Process.UPDATE)
    values = {"UIN": "5213840762", "introducerUIN": "5213840762"}
    found = check_form(values, form, reference, ("eng",), NOW, process=Process.UPDATE)
    assert "OWN_INTRODUCER" in [each.code.name for each in found]


# Ticks, conditions, groups


def test_a_tick_box_holds_y_or_nothing() -> None:
    field = {"id": "agreed", "controlType": "checkbox", "required": True}
    _, (only,) = form_of(field)
    assert only.kind is FieldKind.CHECKED
    assert codes(field, agreed="Y") == []
    assert codes(field, agreed="maybe") == ["FIELD_FORMAT"]
    assert codes(field) == ["FIELD_REQUIRED"]


def _shown(field: dict[str, Any], values: Demographics | None = None) -> list[bool]:
    _, form = form_of(field)
    return [each.required for each in shown_fields(form, values or {}, Circumstances(date(2026, 3, 1)))]


def test_a_condition_nobody_understands_shows_the_field_and_does_not_ask_for_it() -> None:
    wrong = {"engine": "MVEL", "expr": "identity.phone.matches('[0-9]+')"}
    assert _shown({"id": "code", "visible": wrong, "required": True}) == [True]
    assert _shown({"id": "code", "requiredOn": [wrong], "required": True}) == [False]
    assert _shown({"id": "code", "visible": {"engine": "SpEL", "expr": "false"}}) == [False]


def test_where_there_are_conditions_they_decide_and_any_of_them_is_enough() -> None:
    no, yes = ({"engine": "MVEL", "expr": each} for each in ("false", "true"))
    assert _shown({"id": "code", "required": True, "requiredOn": [no]}) == [False]
    assert _shown({"id": "code", "required": False, "requiredOn": [no, yes]}) == [True]


def test_a_hidden_field_s_value_is_neither_checked_nor_missed() -> None:
    field = {"id": "code", "visible": {"engine": "MVEL", "expr": "false"}, "required": True}
    assert codes(field) == []
    assert codes(field, code="x" * 2000) == []


def test_what_hides_behind_what_is_hidden_is_hidden_too() -> None:
    never = {"id": "phone", "visible": {"engine": "MVEL", "expr": "false"}}
    behind = {"id": "code", "visible": {"engine": "MVEL", "expr": "identity.phone != nil"}}
    for fields in ((never, behind), (behind, never)):
        _, form = form_of(*fields)
        assert shown_fields(form, {"phone": "1"}, Circumstances(date(2026, 3, 1))) == ()


def test_what_is_hidden_hides_nothing_else() -> None:
    unless = {"id": "code", "visible": {"engine": "MVEL", "expr": "identity.phone == nil"}}
    never = {"id": "phone", "visible": {"engine": "MVEL", "expr": "false"}}
    _, form = form_of(unless, never)
    shown = shown_fields(form, {"phone": "1"}, Circumstances(date(2026, 3, 1)))
    assert [each.field.id for each in shown] == ["code"]


def test_a_list_s_entry_is_known_to_conditions_by_code_and_by_name() -> None:
    gender = {"id": "gender", "controlType": "dropdown", "fieldType": "dynamic"}
    for said in ("FLE", "Féminin"):
        behind = {"id": "code", "visible": {"engine": "MVEL", "expr": f"identity.gender == '{said}'"}}
        _, form = form_of(gender, behind)
        values = spell_out({"gender": "FLE"}, form, ("eng",))
        assert len(shown_fields(form, values, Circumstances(date(2026, 3, 1)))) == 2


@pytest.mark.parametrize(
    "condition",
    [
        "identity.genderCode == 'FLE'",
        "identity.dateOfBirth_ageGroup == 'ADULT' && identity.dateOfBirth_age >= 41",
        "identity.issued_age == 6 && identity.age > 6",
        "identity._process == 'NEW' && identity._flow == 'New' && identity._flow == 'NEW' && identity.isNew",
        "!(identity.updatableFields contains 'code')",
    ],
)
def test_conditions_know_what_mosip_s_client_tells_them(condition: str) -> None:
    gender = {"id": "gender", "controlType": "dropdown", "fieldType": "dynamic"}
    issued = {"id": "issued", "controlType": "date"}
    asking = {"id": "code", "visible": {"engine": "MVEL", "expr": condition}}
    _, form = form_of(gender, BIRTH, issued, asking)
    values = spell_out({"gender": "FLE", "dateOfBirth": "1984/08/12", "issued": "2020/01/31"}, form, ("eng",))
    assert len(shown_fields(form, values, Circumstances(date(2026, 3, 1)))) == 4


def test_a_group_the_form_does_not_have_is_told() -> None:
    reference, form = form_of({"id": "code"}, process=Process.UPDATE)
    found = check_form({}, form, reference, ("eng",), NOW, process=Process.UPDATE, choices=FormChoices(("H",)))
    assert ("GROUP_UNKNOWN", "H") in [(each.code.name, each.field) for each in found]


@pytest.mark.parametrize(("typed", "told"), [({}, ["phone"]), ({"email": "a@b.org"}, [])])
def test_something_has_to_stand_in_a_group_that_an_update_changes(typed: Demographics, told: list[str]) -> None:
    fields = ({"id": "phone"}, {"id": "email"}, {"id": "code", "group": "H"})
    reference, form = form_of(*fields, process=Process.UPDATE)
    values = {"UIN": "2795082130", **typed}
    found = check_form(values, form, reference, ("eng",), NOW, process=Process.UPDATE, choices=FormChoices(("G",)))
    assert [each.field for each in found if each.code is GROUP_EMPTY] == told


# Handles


def test_filled_fields_the_schema_calls_handles_are_chosen_by_the_deployment_or_the_officer() -> None:
    reference, form = form_of({"id": "phone"}, {"id": "email"}, {"id": "code"})
    values = {"phone": "1", "email": " ", "code": "1"}
    assert handles_chosen(values, form, reference, None) == ("phone",)
    assert handles_chosen({**values, "email": "e"}, form, reference, ("email", "code")) == ("email",)
    assert handles_chosen(values, form, reference, ()) == ()
