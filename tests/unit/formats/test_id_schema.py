from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import muster
from muster.errors import MalformedData
from muster.formats.id_schema import ID_SCHEMA_UNREADABLE, FieldType, IdSchema
from muster.formats.validator import Validator

DEFAULT = Path(muster.__file__).parent / "workstation" / "defaults" / "id_schema.json"


def schema(fields: dict[str, object], **identity: object) -> str:
    return json.dumps({"properties": {"identity": {"properties": fields, **identity}}})


def refusal(text: str) -> str:
    """The code with which ``text`` is refused. Whatever else is raised breaks the test."""
    try:
        IdSchema.parse(text)
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
        '{"properties":{}}',
        '{"properties":{"identity":{}}}',
        '{"properties":{"identity":{"properties":[]}}}',
        '{"properties":{"identity":{"properties":{"name":7}}}}',
        '{"properties":{"identity":{"properties":{"name":null}}}}',
        "[" * 100_000,
        '{"idVersion":"newest","properties":{"identity":{"properties":{}}}}',
        '{"idVersion":1' + "0" * 400 + ',"properties":{"identity":{"properties":{}}}}',
    ],
    ids=lambda text: text[:50],
)
def test_what_is_no_schema_is_refused(text: str) -> None:
    assert refusal(text) == ID_SCHEMA_UNREADABLE.name


@pytest.mark.parametrize(
    "part",
    [
        {"bioAttributes": [7]},
        {"bioAttributes": 7},
        {"validators": [{"type": "regex", "validator": 7}]},
        {"validators": [{"type": "regex", "validator": "(unfinished"}]},
        {"validators": [{"type": "regex", "validator": "x{4294967296}"}]},
        {"validators": [{"type": "regex", "validator": "x", "langCode": ["eng"]}]},
    ],
    ids=str,
)
def test_a_part_of_the_wrong_kind_is_refused_before_anybody_meets_it(part: dict[str, object]) -> None:
    assert refusal(schema({"name": {"type": "string", **part}})) == ID_SCHEMA_UNREADABLE.name


@pytest.mark.parametrize(
    "field",
    [
        {},
        {"type": None},
        {"type": "object"},
        {"type": ["string"]},
        {"$ref": "#/definitions/TYPE"},
        {"$ref": {}},
        {"type": "string", "validators": [7]},
        {"type": "string", "validators": [{"type": "regex"}]},
        {"type": "string", "validators": 7},
        {"$ref": "#/definitions/biometricsType", "bioAttributes": 7},
    ],
    ids=json.dumps,
)
def test_a_field_of_a_kind_that_mosip_does_not_have_is_refused(field: object) -> None:
    assert refusal(schema({"name": field})) == ID_SCHEMA_UNREADABLE.name


@pytest.mark.parametrize("required", [7, [[]], [{}]], ids=repr)
def test_a_list_of_required_fields_that_is_none_is_refused(required: object) -> None:
    assert refusal(schema({}, required=required)) == ID_SCHEMA_UNREADABLE.name


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["type", "$ref", "fieldCategory", "validators", "bioAttributes"])


@settings(deadline=None, max_examples=150, database=None)
@given(fields=st.dictionaries(st.text(max_size=3), st.dictionaries(NAMES, JSON) | JSON, max_size=3), version=JSON)
def test_random_schemas_are_accepted_or_refused_and_nothing_else_happens(
    fields: dict[str, object], version: object
) -> None:
    text = json.dumps({"idVersion": version, "properties": {"identity": {"properties": fields}}})

    assert refusal(text) in {"accepted", ID_SCHEMA_UNREADABLE.name}


@settings(deadline=None, max_examples=100, database=None)
@given(st.text(max_size=60))
def test_random_text_is_refused_and_nothing_else_happens(text: str) -> None:
    assert refusal(text) == ID_SCHEMA_UNREADABLE.name


@pytest.mark.parametrize(
    "field, kind",
    [
        ({"$ref": "#/definitions/simpleType"}, FieldType.LOCALIZED),
        ({"$ref": "#/definitions/documentType"}, FieldType.DOCUMENT),
        ({"$ref": "#/definitions/biometricsType"}, FieldType.BIOMETRICS),
        ({"type": "string"}, FieldType.STRING),
        ({"type": "number"}, FieldType.NUMBER),
        ({"type": "integer"}, FieldType.INTEGER),
        ({"type": "boolean"}, FieldType.BOOLEAN),
        ({"$ref": "#/definitions/documentType", "type": "string"}, FieldType.DOCUMENT),
    ],
)
def test_the_reference_or_else_the_type_says_what_a_field_holds(field: object, kind: FieldType) -> None:
    assert IdSchema.parse(schema({"name": field})).fields["name"].type is kind


@pytest.mark.parametrize(
    "written, read", [("pvt", "pvt"), ("PVT", "pvt"), ("Evidence", "evidence"), (None, "none"), ("", "none")]
)
def test_categories_are_read_in_lower_case_and_none_when_missing(written: str | None, read: str) -> None:
    text = schema({"name": {"type": "string", "fieldCategory": written}})

    assert IdSchema.parse(text).fields["name"].category == read


def test_a_field_is_required_when_the_identity_lists_it() -> None:
    text = schema({"name": {"type": "string"}, "phone": {"type": "string"}}, required=["name"])
    fields = IdSchema.parse(text).fields

    assert fields["name"].required
    assert not fields["phone"].required


def test_only_regular_expressions_become_validators() -> None:
    validators = [
        {"type": "regex", "validator": "^a$", "langCode": None, "arguments": []},
        {"type": "mvel", "validator": "check()"},
        {"type": "regex", "validator": "^b$", "langCode": "ara"},
    ]
    field = IdSchema.parse(schema({"name": {"type": "string", "validators": validators}})).fields["name"]

    assert field.validators == (Validator("^a$"), Validator("^b$", "ara"))


def test_the_version_inside_the_schema_comes_before_the_one_beside_it() -> None:
    inside = json.dumps({"idVersion": 1.2, "properties": {"identity": {"properties": {}}}})

    assert IdSchema.parse(inside, version=0.5).version == 1.2
    assert IdSchema.parse(schema({}), version=0.5).version == 0.5


def test_fields_keep_the_order_of_the_schema() -> None:
    names = ["phone", "name", "IDSchemaVersion", "email"]

    assert list(IdSchema.parse(schema({name: {"type": "string"} for name in names})).fields) == names


@pytest.fixture(scope="module")
def default() -> IdSchema:
    return IdSchema.parse(DEFAULT.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def mosips(reference_data: Path) -> IdSchema:
    with (reference_data / "mosip" / "identity_schema.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    return IdSchema.parse(row["schema_json"], float(row["id_version"]))


def test_mosips_own_schema_is_read_whole(mosips: IdSchema) -> None:
    assert mosips.version == 0.1
    assert len(mosips.fields) == 35
    assert mosips.fields["fullName"].type is FieldType.LOCALIZED
    assert mosips.fields["fullName"].validators == (Validator("^(?=.{3,50}$).*"),)
    assert mosips.fields["residenceStatus"].category == "kyc"
    assert mosips.fields["UIN"].category == "none"
    assert len(mosips.fields["individualBiometrics"].bio_attributes) == 13


def test_our_default_has_the_fields_kinds_and_categories_of_mosips(default: IdSchema, mosips: IdSchema) -> None:
    def shape(schema: IdSchema) -> dict[str, tuple[FieldType, str, frozenset[str]]]:
        return {
            name: (field.type, field.category, frozenset(field.bio_attributes))
            for name, field in schema.fields.items()
        }

    assert shape(default) == shape(mosips)


def test_our_default_requires_what_mosips_requires(default: IdSchema, mosips: IdSchema) -> None:
    def required(schema: IdSchema) -> set[str]:
        return {name for name, field in schema.fields.items() if field.required}

    assert required(default) == required(mosips)
