"""Every mistake in a form's specification is told, with its place and its code."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import muster
from muster.domain.age_groups import AgeGroups, AgeRange
from muster.domain.assessment import Severity
from muster.formats.expression import Expression
from muster.formats.id_schema import IdSchema
from muster.workstation.form_reach import can_hold
from muster.workstation.spec_files import lint_files
from muster.workstation.spec_linting import Surroundings, lint_form

DEFAULTS = Path(muster.__file__).parent / "workstation" / "defaults"
SCHEMA = IdSchema.parse((DEFAULTS / "id_schema.json").read_text(encoding="utf-8"))
FORM = json.loads((DEFAULTS / "ui_spec.json").read_text(encoding="utf-8"))
AROUND = Surroundings(SCHEMA, languages=("eng", "fra"), lists=frozenset({"gender", "residenceStatus"}))
INFANT = {"engine": "MVEL", "expr": "identity.get('ageGroup') == 'INFANT'"}

Change = Callable[[dict[str, Any]], object]


def told(change: Change, around: Surroundings = AROUND) -> list[tuple[str, str]]:
    form = json.loads(json.dumps(FORM))
    change(form)
    return [(each.code.name, each.place) for each in lint_form(json.dumps(form), around)]


def details(form: dict[str, Any]) -> list[dict[str, Any]]:
    return next(screen["fields"] for screen in form["screens"] if screen["name"] == "DemographicDetails")


def on(**changes: object) -> Change:
    """The first of the details (``fullName``) changed so."""
    return lambda form: details(form)[0].update(changes)


def test_the_station_s_own_forms_leave_nothing_to_remark() -> None:
    files = [*sorted(DEFAULTS.glob("ui_spec*.json")), DEFAULTS / "id_schema.json"]
    assert lint_files(files, ("eng", "fra", "ara", "hin")) == ()


def test_mosip_s_own_forms_leave_nothing_to_remark(reference_data: Path) -> None:
    tables = [reference_data / "mosip" / f"{name}.csv" for name in ("ui_spec", "identity_schema", "location")]
    assert lint_files(tables, ("eng", "fra", "ara")) == ()


FIRST = "$.screens[1].fields[0]"
NEXT = f"$.screens[1].fields[{len(details(FORM))}]"


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        (lambda form: form.update(id="NEWER"), "SPEC_PROCESS_UNKNOWN", "$.id"),
        (lambda form: form["screens"][1].update(order=1), "SPEC_SAME_ORDER", "$.screens[1].order"),
        (lambda form: form.update(autoSelectedGroups=["Nobody"]), "SPEC_GROUP_UNKNOWN", "$.autoSelectedGroups[0]"),
        (lambda form: details(form).append({"label": {}}), "SPEC_FIELD_WITHOUT_ID", NEXT),
        (lambda form: details(form).append(details(form)[0]), "SPEC_FIELD_TWICE", NEXT),
        (on(id="fullname"), "SPEC_FIELD_UNKNOWN", f"{FIRST}.id"),
        (lambda form: details(form).pop(0), "SPEC_NEVER_ASKED", "$.screens"),
        (on(type="string"), "SPEC_TYPE_DIFFERS", f"{FIRST}.type"),
        (on(controlType="slider"), "SPEC_CONTROL_UNKNOWN", f"{FIRST}.controlType"),
        (on(controlType=None), "SPEC_CONTROL_UNKNOWN", f"{FIRST}.controlType"),
        (
            on(validators=[{"type": "java", "validator": "x"}]),
            "SPEC_RULE_KIND_UNKNOWN", f"{FIRST}.validators[0].type",
        ),
        (
            on(validators=[{"type": "regex", "validator": "[a"}]),
            "SPEC_PATTERN_WRONG", f"{FIRST}.validators[0].validator",
        ),
        (on(visible={"engine": "SpEL", "expr": "true"}), "SPEC_ENGINE_UNKNOWN", f"{FIRST}.visible.engine"),
        (on(visible={"expr": "a ="}), "SPEC_CONDITION_WRONG", f"{FIRST}.visible.expr"),
        (on(requiredOn=[{"expr": "a ="}]), "SPEC_CONDITION_WRONG", f"{FIRST}.requiredOn[0].expr"),
        (
            on(visible={"engine": "MVEL", "expr": "identity.nickname == 'x'"}),
            "SPEC_CONDITION_NAMES_NOTHING", f"{FIRST}.visible.expr",
        ),
        (
            on(visible={"engine": "MVEL", "expr": "phone == 'x'"}),
            "SPEC_CONDITION_NAMES_NOTHING", f"{FIRST}.visible.expr",
        ),
        (on(requiredOn=[INFANT, INFANT]), "SPEC_SEVERAL_CONDITIONS", f"{FIRST}.requiredOn"),
        (
            on(visible={"engine": "MVEL", "expr": "identity.ageGroup == 'CHILD'"}),
            "SPEC_NEVER_SHOWN", f"{FIRST}.visible.expr",
        ),
        (on(visible=INFANT), "SPEC_REQUIRED_HIDDEN", f"{FIRST}.visible"),
        (on(parent="country"), "SPEC_PARENT_UNKNOWN", f"{FIRST}.parent"),
        (on(parent="fullName"), "SPEC_PARENT_CIRCLE", f"{FIRST}.parent"),
        (on(label={"eng": "Name"}), "SPEC_LABEL_MISSING", f"{FIRST}.label"),
        (on(minimum=10, maximum=5), "SPEC_DAYS_CROSSED", FIRST),
        (
            lambda form: details(form)[2].update(id="email", fieldType="dynamic"),
            "SPEC_LIST_EMPTY", "$.screens[1].fields[2]",
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_told_at_its_place(change: Change, code: str, place: str) -> None:
    assert (code, place) in told(change)


def _biometrics(form: dict[str, Any]) -> dict[str, Any]:
    return next(
        field for screen in form["screens"] for field in screen["fields"] if field["id"] == "individualBiometrics"
    )


@pytest.mark.parametrize(
    ("conditional", "code"),
    [
        ({"ageGroup": "CHILD"}, "SPEC_AGE_GROUP_UNKNOWN"),
        ({"process": "RENEW"}, "SPEC_PROCESS_UNKNOWN"),
        ({"bioAttributes": ["leftToe"]}, "SPEC_ATTRIBUTE_UNKNOWN"),
        ({"validationExpr": "face ||"}, "SPEC_CONDITION_WRONG"),
        ({"validationExpr": "leftToe"}, "SPEC_CONDITION_NAMES_NOTHING"),
        ({"validationExpr": "leftEye", "bioAttributes": ["face"]}, "SPEC_CONDITION_NAMES_NOTHING"),
    ],
)
def test_what_is_captured_of_an_age_group_is_looked_over_too(conditional: dict[str, Any], code: str) -> None:
    whole = {"ageGroup": "INFANT", "process": "ALL", "validationExpr": "face", "bioAttributes": ["face"]}
    found = told(lambda form: _biometrics(form).update(conditionalBioAttributes=[{**whole, **conditional}]))
    assert code in [name for name, _ in found]
    assert told(lambda form: _biometrics(form).update(conditionalBioAttributes=[whole])) == []


def test_a_field_of_an_update_without_a_group_could_never_be_chosen() -> None:
    def change(form: dict[str, Any]) -> None:
        form["id"] = "UPDATE"
        details(form)[0]["group"] = ""

    assert ("SPEC_GROUP_MISSING", f"{FIRST}.group") in told(change)


def test_a_place_s_level_must_be_one_of_the_places() -> None:
    around = Surroundings(SCHEMA, levels=frozenset({"1", "2", "3", "4", "region"}))
    found = [each for each in told(lambda form: None, around) if each[0] == "SPEC_LEVEL_UNKNOWN"]
    assert found == [("SPEC_LEVEL_UNKNOWN", "$.screens[1].fields[11]")]  # the postal code


def test_what_is_always_there_and_what_follows_from_a_field_may_be_asked_for() -> None:
    text = "identity.genderCode == 'FLE' && identity.dateOfBirth_age > 6 && identity._flow == 'New'"
    assert [code for code, _ in told(on(visible={"expr": text}))] == ["SPEC_REQUIRED_HIDDEN"]
    assert ("SPEC_CONDITION_NAMES_NOTHING", f"{FIRST}.visible.expr") in told(
        on(visible={"expr": "identity.xCode"})
    )


def test_a_condition_that_always_holds_or_is_not_understood_hides_nothing() -> None:
    assert told(on(visible={"expr": "true"})) == []
    assert [code for code, _ in told(on(visible={"expr": "a ="}))] == ["SPEC_CONDITION_WRONG"]


def test_what_is_no_json_is_told_with_line_and_column() -> None:
    (remark,) = lint_form('{"id":\n }', AROUND)
    assert (remark.code.name, dict(remark.detail)) == ("SPEC_NOT_JSON", {"line": 2, "column": 2})


def test_only_what_makes_a_registration_wrong_is_an_error() -> None:
    form = json.loads(json.dumps(FORM))
    details(form)[0]["label"] = {}
    assert {each.severity for each in lint_form(json.dumps(form), AROUND)} == {Severity.WARNS}


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("identity.ageGroup == 'INFANT' && identity.phone == 'x'", True),
        ("identity.ageGroup == 'INFANT' && identity.ageGroup == 'ADULT'", False),
        ("identity.ageGroup != 'INFANT' || false", True),
        ("identity.phone == 'x' && !(identity.phone == 'x')", False),
        ("identity.ageGroup == nil", True),  # before the date of birth is there
        ("false", False),
        (" || ".join(f"identity.f{n} == 'x'" for n in range(13)), True),
    ],
)
def test_a_condition_that_is_never_true_is_found(text: str, possible: bool) -> None:
    assert (
        can_hold(Expression.parse(text), AgeGroups((AgeRange("INFANT", 0, 5), AgeRange("ADULT", 6, 200))))
        is possible
    )


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6) | st.sampled_from(["fullName", "regex"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=5,
)
_KEYS = [
    "id", "controlType", "type", "label", "required", "group", "fieldType", "subType", "parent", "validators",
    "visible", "requiredOn", "conditionalBioAttributes", "bioAttributes", "minimum", "maximum",
    "locationHierarchy",
]  # fmt: skip
_PARTS = ["type", "validator", "expr", "engine", "ageGroup", "process", "validationExpr", "bioAttributes"]
_LISTED = st.lists(st.dictionaries(st.sampled_from(_PARTS), _JSON, max_size=3), max_size=2)


@settings(deadline=None, max_examples=50, database=None)
@given(st.dictionaries(st.sampled_from(_KEYS), _JSON | _LISTED, max_size=6), _JSON)
def test_whatever_a_file_holds_is_remarked_on_and_nothing_is_raised(field: dict[str, Any], groups: object) -> None:
    form = {"id": "UPDATE", "autoSelectedGroups": groups, "screens": [{"fields": [field]}, groups]}
    assert lint_form(json.dumps(form), Surroundings(SCHEMA, levels=frozenset(), lists=frozenset()))
