from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import muster
from muster.errors import MalformedData
from muster.formats.id_schema import IdSchema
from muster.formats.ui_spec import UI_SPEC_UNREADABLE, Condition, ConditionalBio, UiField, UiSpec

DEFAULTS = Path(muster.__file__).parent / "workstation" / "defaults"
SCREEN = {"name": "Details", "order": 1, "label": {"eng": "Details"}, "fields": []}


def spec(*screens: object, **changes: object) -> str:
    return json.dumps({"id": "NEW", "flow": "NEW", "label": {"eng": "New"}, "screens": screens, **changes})


def with_fields(*fields: object) -> str:
    return spec({**SCREEN, "fields": fields})


def refusal(text: str) -> str:
    """The code with which ``text`` is refused. Whatever else is raised breaks the test."""
    try:
        UiSpec.parse(text)
    except MalformedData as error:
        return error.code.name
    return "accepted"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "7",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        spec(label=None),
        spec(screens=None),
        spec(7),
        spec({}),
        spec({**SCREEN, "order": None}),
        spec({**SCREEN, "order": "first"}),
        spec({**SCREEN, "order": float("inf")}),
        spec({**SCREEN, "label": 7}),
        spec({**SCREEN, "fields": None}),
        with_fields(7),
        with_fields({}),
        with_fields({"id": "name", "label": 7}),
        with_fields({"id": 7}),
        with_fields({"id": ["name"]}),
        with_fields({"id": "name", "controlType": {"a": 1}}),
        with_fields({"id": "name", "group": ["Address"]}),
        with_fields({"id": "name", "label": {"eng": 7}}),
        with_fields({"id": "name", "label": ["ab"]}),
        with_fields({"id": "name", "parent": 7}),
        with_fields({"id": "name", "visible": "true"}),
        with_fields({"id": "name", "visible": {"engine": "MVEL"}}),
        with_fields({"id": "name", "requiredOn": {"expr": "true"}}),
        with_fields({"id": "name", "requiredOn": ["true"]}),
        with_fields({"id": "name", "validators": ["x"]}),
        with_fields({"id": "name", "minimum": float("inf")}),
        with_fields({"id": "name", "bioAttributes": "face"}),
        with_fields({"id": "name", "conditionalBioAttributes": ["face"]}),
        spec(SCREEN, autoSelectedGroups="Documents"),
        spec({**SCREEN, "name": 7}),
        spec(id=7),
        spec(flow=None),
    ],
    ids=lambda text: text[-60:],
)
def test_what_is_no_form_description_is_refused(text: str) -> None:
    assert refusal(text) == UI_SPEC_UNREADABLE.name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELD_KEYS = [
    "controlType", "type", "label", "required", "group", "groupLabel", "locationHierarchy", "parent", "visible",
    "requiredOn", "validators", "minimum", "maximum", "format", "transliterate", "bioAttributes",
    "conditionalBioAttributes", "exceptionPhotoRequired",
]  # fmt: skip


FIELD = st.dictionaries(st.sampled_from(FIELD_KEYS), JSON, max_size=3).map(lambda each: {"id": "name", **each})


@settings(deadline=None, max_examples=150, database=None)
@given(fields=st.lists(FIELD, max_size=2), order=JSON)
def test_random_forms_are_accepted_or_refused_and_nothing_else_happens(
    fields: list[dict[str, object]], order: object
) -> None:
    text = spec({**SCREEN, "order": order, "fields": fields}, {**SCREEN, "order": 2})

    assert refusal(text) in {"accepted", UI_SPEC_UNREADABLE.name}


@settings(deadline=None, max_examples=100, database=None)
@given(st.text(max_size=60))
def test_random_text_is_refused_and_nothing_else_happens(text: str) -> None:
    assert refusal(text) == UI_SPEC_UNREADABLE.name


def test_screens_come_in_their_order_and_not_in_the_files() -> None:
    text = spec(
        {**SCREEN, "name": "third", "order": 10}, {**SCREEN, "name": "first", "order": "1"},
        {**SCREEN, "name": "second", "order": 2},
    )  # fmt: skip

    assert [screen.name for screen in UiSpec.parse(text).screens] == ["first", "second", "third"]


def test_a_field_with_nothing_but_its_id_is_an_optional_text() -> None:
    (field,) = UiSpec.parse(with_fields({"id": "name"})).screens[0].fields

    assert field == UiField(
        id="name", control="", type="string", labels={}, required=False, group="", group_labels={}, dynamic=False,
        sub_type="", level=None, parent=None,
    )  # fmt: skip


def test_every_property_of_a_field_is_read() -> None:
    content = {
        "id": "city", "controlType": "dropdown", "type": "simpleType", "label": {"eng": "City", "fra": "Ville"},
        "required": True, "group": "Address", "groupLabel": {"eng": "Address"}, "fieldType": "dynamic",
        "subType": "City", "locationHierarchy": "3", "parent": "province",
    }  # fmt: skip
    (field,) = UiSpec.parse(with_fields(content)).screens[0].fields

    assert field == UiField(
        id="city", control="dropdown", type="simpleType", labels={"eng": "City", "fra": "Ville"}, required=True,
        group="Address", group_labels={"eng": "Address"}, dynamic=True, sub_type="City", level=3,
        parent="province",
    )  # fmt: skip


@pytest.mark.parametrize("level", [None, "", "region", 3, ["region"], "-1", "1.5"])
def test_a_level_that_is_no_digits_is_none(level: object) -> None:
    (field,) = UiSpec.parse(with_fields({"id": "city", "locationHierarchy": level})).screens[0].fields

    assert field.level is None


def test_a_place_hangs_on_the_next_higher_level_there_is() -> None:
    text = with_fields(
        {"id": "zone", "locationHierarchy": "4"},
        {"id": "region", "locationHierarchy": "1"},
        {"id": "city", "locationHierarchy": "3"},
        {"id": "phone"},
    )
    parents = {field.id: field.parent for field in UiSpec.parse(text).screens[0].fields}

    assert parents == {"zone": "city", "region": None, "city": "region", "phone": None}


def test_a_place_that_names_its_parent_keeps_it() -> None:
    text = with_fields(
        {"id": "region", "locationHierarchy": "1"},
        {"id": "province", "locationHierarchy": "2"},
        {"id": "city", "locationHierarchy": "3", "parent": "region"},
    )

    assert UiSpec.parse(text).screens[0].fields[2].parent == "region"


@pytest.fixture(scope="module")
def default() -> UiSpec:
    return UiSpec.parse((DEFAULTS / "ui_spec.json").read_text(encoding="utf-8"))


def test_our_default_has_four_screens(default: UiSpec) -> None:
    names = [screen.name for screen in default.screens]

    assert (default.id, default.flow) == ("NEW", "NEW")
    assert names == ["consent", "DemographicDetails", "Documents", "BiometricDetails"]


def test_our_default_asks_only_for_fields_of_our_default_schema(default: UiSpec) -> None:
    schema = IdSchema.parse((DEFAULTS / "id_schema.json").read_text(encoding="utf-8"))
    asked = {field.id for screen in default.screens for field in screen.fields}

    assert asked <= set(schema.fields)


def test_our_default_names_every_field_in_every_language(default: UiSpec) -> None:
    languages = {
        frozenset(labels)
        for screen in default.screens
        for labels in (screen.labels, *(field.labels for field in screen.fields))
    }

    assert languages == {frozenset({"eng", "fra", "ara", "hin"})}


def test_our_defaults_places_hang_together_from_region_to_postal_code(default: UiSpec) -> None:
    fields = [field for screen in default.screens for field in screen.fields if field.level is not None]

    assert [(field.id, field.parent) for field in fields] == [
        ("region", None),
        ("province", "region"),
        ("city", "province"),
        ("zone", "city"),
        ("postalCode", "zone"),
    ]


@pytest.fixture(scope="module")
def mosips(reference_data: Path) -> dict[str, UiSpec]:
    """MOSIP's processes by the type column of its table."""
    with (reference_data / "mosip" / "ui_spec.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["type"].endswith("Process")]
    return {row["type"]: UiSpec.parse(row["json_spec"]) for row in rows}


def test_mosips_four_processes_are_read(mosips: dict[str, UiSpec]) -> None:
    assert {name: (spec.id, spec.flow) for name, spec in mosips.items()} == {
        "newProcess": ("NEW", "NEW"),
        "updateProcess": ("UPDATE", "UPDATE"),
        "lostProcess": ("LOST", "LOST"),
        "bioCorrectionProcess": ("BIOMETRIC_CORRECTION", "CORRECTION"),
    }


def test_mosips_new_registration_has_its_screens_and_fields(mosips: dict[str, UiSpec]) -> None:
    counts = {screen.name: len(screen.fields) for screen in mosips["newProcess"].screens}

    assert counts == {"consentdet": 4, "DemographicDetails": 18, "Documents": 5, "BiometricDetails": 2}


def test_mosips_gender_is_a_required_button_with_a_dynamic_list(mosips: dict[str, UiSpec]) -> None:
    details = mosips["newProcess"].screens[1]
    gender = next(field for field in details.fields if field.id == "gender")

    assert (gender.control, gender.type, gender.dynamic, gender.required) == ("button", "simpleType", True, True)
    assert gender.labels["fra"]


@pytest.mark.parametrize("kind", ["settings", "schema"])
def test_mosips_other_descriptions_are_no_forms(reference_data: Path, kind: str) -> None:
    with (reference_data / "mosip" / "ui_spec.csv").open(encoding="utf-8", newline="") as file:
        text = next(row["json_spec"] for row in csv.DictReader(file) if row["type"] == kind)

    assert refusal(text) == UI_SPEC_UNREADABLE.name


def test_what_a_field_depends_on_is_read_as_it_is_written() -> None:
    content = {
        "id": "name", "visible": {"engine": "MVEL", "expr": "a ="}, "requiredOn": [{"expr": "true"}],
        "validators": [{"type": "regex", "validator": "[a"}], "format": "UPPER", "minimum": -30, "maximum": "7",
        "transliterate": True, "alignmentGroup": "line", "exceptionPhotoRequired": True, "bioAttributes": ["face"],
        "conditionalBioAttributes": [{"ageGroup": "INFANT", "validationExpr": "face", "bioAttributes": ["face"]}],
    }  # fmt: skip
    (field,) = UiSpec.parse(with_fields(content)).fields

    assert (field.visible, field.required_on) == (Condition("a ="), (Condition("true"),))
    assert field.rules == ({"type": "regex", "validator": "[a"},)
    assert (field.case, field.earliest_days, field.latest_days) == ("upper", -30, 7)
    assert (field.is_transliterated, field.alignment, field.exception_photo) == (True, "line", True)
    assert field.bio_attributes == ("face",)
    assert field.conditional_bio == (ConditionalBio("INFANT", "ALL", "face", ("face",)),)


@pytest.mark.parametrize("days", [0, "0", "soon", None, True, [7]])
def test_days_that_are_no_number_of_days_are_no_limit(days: object) -> None:
    (field,) = UiSpec.parse(with_fields({"id": "name", "minimum": days})).fields

    assert field.earliest_days is None


def test_screens_say_what_else_they_ask_for_and_a_process_its_groups() -> None:
    screen = {**SCREEN, "preRegFetchRequired": True, "additionalInfoRequestIdRequired": True}
    found = UiSpec.parse(spec(screen, autoSelectedGroups=["Documents"]))

    assert (found.screens[0].takes_pre_registration, found.screens[0].asks_for_request) == (True, True)
    assert found.auto_groups == ("Documents",)
