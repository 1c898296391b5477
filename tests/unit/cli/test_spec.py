"""``muster spec lint``: what is wrong with forms, in words and in JSON, and the exit status that scripts go by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import muster
from muster.cli.app import build
from muster.workstation.spec_remarks import SPEC_CONDITION_WRONG

DEFAULTS = Path(muster.__file__).parent / "workstation" / "defaults"
FORM, SCHEMA = DEFAULTS / "ui_spec.json", DEFAULTS / "id_schema.json"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(build(None, "spec"), ["spec", "lint", *map(str, arguments)])  # type: ignore[arg-type]


def told(*arguments: object) -> tuple[int, dict[str, Any]]:
    ran = run("--json", *arguments)
    return ran.exit_code, json.loads(ran.stdout)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe\x00", "SPEC_NOT_TEXT"),
        (b"[]", "SPEC_NOTHING_FOUND"),
        (b"{}", "SPEC_NOTHING_FOUND"),
        (b'{"response": []}', "SPEC_NOTHING_FOUND"),
    ],
)
def test_a_file_that_holds_no_form_is_wrong_input(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "form.json").write_bytes(content)
    status, document = told(tmp_path / "form.json")
    assert (status, document["error"]["code"]) == (2, code)


def test_a_table_without_forms_is_wrong_input(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,name\n1,Erika\n", encoding="utf-8")
    assert told(tmp_path / "people.csv")[1]["error"]["code"] == "SPEC_NOTHING_FOUND"


def test_age_groups_that_overlap_are_wrong_input() -> None:
    status, document = told(FORM, "--age-groups", "'A':'0-5','B':'5-9'")
    assert (status, document["error"]["code"]) == (2, "AGE_GROUPS_OVERLAP")


def test_an_error_in_a_form_ends_with_status_2_and_says_where_it_is(tmp_path: Path) -> None:
    form = json.loads(FORM.read_text(encoding="utf-8"))
    form["screens"][1]["fields"][0]["visible"] = {"engine": "MVEL", "expr": "identity.phone ="}
    (tmp_path / "form.json").write_text(json.dumps(form), encoding="utf-8")
    status, document = told(tmp_path / "form.json", SCHEMA)
    assert status == 2
    assert document == {
        "errors": 1,
        "remarks": [
            {
                "file": "form.json",
                "place": "$.screens[1].fields[0].visible.expr",
                "severity": "error",
                "code": "SPEC_CONDITION_WRONG",
                "message": SPEC_CONDITION_WRONG.say({"column": 16}),
                "detail": {"column": 16},
            }
        ],
    }
    said = run(tmp_path / "form.json", SCHEMA)
    assert said.stdout.startswith("form.json: error: $.screens[1].fields[0].visible.expr: The condition")


def test_warnings_alone_are_no_failure() -> None:
    status, document = told(FORM, SCHEMA, "--languages", "eng,tam")
    assert (status, document["errors"]) == (0, 0)
    assert {each["severity"] for each in document["remarks"]} == {"warning"}


def test_a_schema_that_cannot_be_read_is_an_error_at_its_own_place(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"properties": {"identity": {"properties": {"a": {"type": "?"}}}}}')
    status, document = told(tmp_path / "schema.json")
    assert (status, document["remarks"][0]["code"]) == (2, "ID_SCHEMA_UNREADABLE")


def test_a_server_s_answer_is_looked_over_as_it_came(tmp_path: Path) -> None:
    answer = {
        "response": {
            "idVersion": 0.1,
            "schemaJson": SCHEMA.read_text(encoding="utf-8"),
            "newProcess": json.loads(FORM.read_text(encoding="utf-8")),
        }
    }
    (tmp_path / "latestidschema.json").write_text(json.dumps(answer), encoding="utf-8")
    assert told(tmp_path / "latestidschema.json") == (0, {"errors": 0, "remarks": []})


def test_a_configuration_s_age_groups_and_handles_are_looked_over(tmp_path: Path) -> None:
    file = tmp_path / "registration-default.properties"
    name = "mosip.regproc.packet.classifier.tagging.agegroup.ranges"
    handles = "mosip.registration.default-selected-handle-fields"
    file.write_text(f"# forms\n{name} = 'A':'0-5','B':'5-9'\n{handles}=phone\nother=1\n")
    status, document = told(file, SCHEMA)
    assert status == 2
    assert [(each["code"], each["severity"], each["place"]) for each in document["remarks"]] == [
        ("AGE_GROUPS_OVERLAP", "error", name), ("SPEC_HANDLE_UNKNOWN", "warning", handles),
    ]  # fmt: skip


def test_a_configuration_s_age_groups_are_those_that_conditions_are_held_against(tmp_path: Path) -> None:
    file = tmp_path / "registration-default.properties"
    file.write_text("mosip.regproc.packet.classifier.tagging.agegroup.ranges={'CHILD':'0-9','REST':'10-200'}\n")
    _, document = told(FORM, SCHEMA, file)
    assert {each["code"] for each in document["remarks"]} == {"SPEC_NEVER_SHOWN", "SPEC_AGE_GROUP_UNKNOWN"}


def test_rows_of_a_table_are_named_by_their_number(reference_data: Path) -> None:
    status, document = told(reference_data / "mosip" / "ui_spec.csv", "--languages", "tam")
    assert status == 0
    assert {each["file"] for each in document["remarks"]} == {f"ui_spec.csv, row {row}" for row in (4, 5, 6, 7)}
