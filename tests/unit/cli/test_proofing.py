"""``muster proofing`` in this process, at a real station: what it prints, and with which status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from muster.cli.proofing import _values
from muster.clock import utc_now
from muster.domain.proofing import NodeStatus
from muster.errors import BadInput
from muster.workstation.station import Station
from unit.cli.test_app import run
from unit.workstation.desks import OFFICER, SUPERVISOR, make_station

SAMPLE = Path(__file__).parents[1] / "proofing" / "source_sample.json"
CLAIM = {"_type": "ClaimMatchMethodDefinition", "id": "known", "identifierType": "EMAIL", "attribute": "email"}
BOUND = [{"source": {"_type": "ContextAttribute", "attributePath": "email"}, "target": "email"}]
ASKED = {"_type": "MethodNode", "nodeId": "look-up", "methodId": "known", "inputBindings": BOUND}
CONFIG = {
    "methods": [CLAIM],
    "useCases": [
        {
            "id": "returning",
            "tenantId": "default",
            "triggers": [{"processes": ["NEW"], "minimumAge": 18}],
            "graph": {"_type": "ParallelNode", "joinPolicy": "BestEffort", "children": [ASKED]},
            "policy": {"minimumAssurance": "low", "requiredConsents": ["DATA_SHARING"]},
        }
    ],
}


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Station:
    return make_station(tmp_path_factory.mktemp("cli") / "station", utc_now)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "proofing.json"
    path.write_text(json.dumps(CONFIG), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def signed_in(station: Station, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The options by which each operator works at the station."""
    folder = tmp_path_factory.mktemp("passwords")
    for each in (OFFICER, SUPERVISOR):
        (folder / each.user_id).write_text(each.password, encoding="utf-8")
    at = ["--data", str(station.folder.root)]
    return {
        each.user_id: [*at, "--user", each.user_id, "--password-file", str(folder / each.user_id)]
        for each in (OFFICER, SUPERVISOR)
    }


def told(*arguments: object, status: int = 0) -> dict[str, Any]:
    ran = run("proofing", *arguments, "--json")
    assert ran.exit_code == status, ran.output
    document: dict[str, Any] = json.loads(ran.stdout)
    return document


def test_a_configuration_that_makes_no_sense_is_told_reason_by_reason(tmp_path: Path) -> None:
    wrong = json.loads(SAMPLE.read_text(encoding="utf-8"))
    wrong["useCases"][1]["graph"]["methodId"] = "none"
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(wrong), encoding="utf-8")
    document = told("compile", "--config", path, "--use-case", "employee-registration", status=1)
    assert document == {
        "valid": False,
        "findings": [
            {
                "code": "METHOD_UNKNOWN",
                "place": "$",
                "message": "The step step-oidc uses a method that is not defined: none.",
            }
        ],
    }
    ran = run("proofing", "compile", "--config", path, "--use-case", "employee-registration")
    assert ran.stdout.endswith("[METHOD_UNKNOWN]\n")


def test_a_file_that_is_no_configuration_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"method": []}', encoding="utf-8")
    document = told("resolve", "--config", tmp_path / "x.json", status=2)
    assert document["error"]["code"] == "PROOFING_KEY_UNKNOWN"
    assert told("resolve", "--config", tmp_path / "none.json", status=2)["error"]["code"] == "FILE_ABSENT"


def test_the_source_s_configuration_is_compiled_to_its_plan() -> None:
    document = told("compile", "--config", SAMPLE, "--use-case", "customer-onboarding")
    assert (document["valid"], document["rootNode"]) == (True, "$")
    assert document["executionOrder"] == ["step-email", "step-passport", "step-wallet"]
    assert document["nodesById"]["$.children[1]"]["_type"] == "ChoiceNode"
    assert len(document["digest"]) == 64
    ran = run("proofing", "compile", "--config", SAMPLE, "--use-case", "customer-onboarding")
    assert ran.stdout == f"The use case can be used. Its plan: {document['digest']}\n"


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        (["--process", "LOST", "--age", "40"], "USE_CASE_NONE"),
        (["--process", "NEW", "--age", "17"], "USE_CASE_NONE"),
        (["--process", "NEW"], "USE_CASE_NONE"),
        (["--process", "NEW", "--age", "40", "--tenant", "north"], "USE_CASE_NONE"),
        (["--use-case", "other"], "USE_CASE_UNKNOWN"),
    ],
)
def test_a_use_case_is_found_only_for_whom_it_is_meant(config: Path, situation: list[str], code: str) -> None:
    assert told("resolve", "--config", config, *situation, status=2)["error"]["code"] == code
    assert told("resolve", "--config", config, "--process", "NEW", "--age", "18")["id"] == "returning"


def test_an_execution_is_run_by_commands_to_its_end(
    config: Path, signed_in: dict[str, list[str]], tmp_path: Path
) -> None:
    officer = signed_in[OFFICER.user_id]
    address = "email=erika@mustermann.example"
    began = told("start", "--config", config, "--use-case", "returning", "--value", address, *officer)
    execution = began["executionId"]
    assert (began["status"], began["version"], began["next"]) == ("CREATED", 1, [])
    assert "erika@mustermann.example" not in str(began)  # for that there is a command of its own
    assert "erika@mustermann.example" in str(told("get", execution, *officer))
    assert began["currentPendingActions"][0]["nodeId"] == "$.consents"
    refused = told("dispatch", execution, "look-up", *officer, status=1)
    assert refused["error"]["code"] == "CONSENT_MISSING"
    (tmp_path / "form.json").write_text('{"DATA_SHARING": "true"}', encoding="utf-8")
    agreed = told("submit", execution, "$.consents", "--values", tmp_path / "form.json", *officer)
    assert agreed["nodeStates"]["look-up"]["status"] == NodeStatus.READY.value
    first = told("list", *officer)["executions"][0]
    assert (first["executionId"], first["useCaseId"], first["subject"]) == (execution, "returning", "")
    assert first["status"] == agreed["status"]
    (line, *_) = run("proofing", "list", *officer).stdout.splitlines()
    assert line == f"{execution}  returning: {agreed['status']}  {first['changedAt']}"
    conflict = told("dispatch", execution, "look-up", "--expect", "1", *officer, status=1)
    assert conflict["error"]["code"] == "VERSION_CONFLICT"
    ended = told("dispatch", execution, "look-up", "--expect", "2", *officer)
    assert [each["code"] for each in ended["errors"]] == ["CLAIM_UNMATCHED", "ASSURANCE_TOO_LOW"]
    assert (ended["status"], ended["mayEnroll"]) == ("FAILED", False)
    assert told("materialize", execution, "--preview", *officer, status=1)["error"]["code"] == "NOT_COMPLETED"


def test_a_wrong_code_is_said_where_the_code_is_asked_for_again(
    signed_in: dict[str, list[str]], tmp_path: Path
) -> None:
    bound = [
        {"source": {"_type": "ContextAttribute", "attributePath": "app"}, "target": "totpSecret"},
        {
            "source": {"_type": "UserInputAttribute", "fieldId": "spoken", "fieldLabel": "Language"},
            "target": "language",
        },
    ]
    step = {"_type": "MethodNode", "nodeId": "step-app", "methodId": "app", "inputBindings": bound}
    case = {"id": "app", "tenantId": "default", "graph": step, "policy": {"minimumAssurance": "low"}}
    app = {"_type": "OtpMethodDefinition", "id": "app", "channel": "authenticator_app"}
    (tmp_path / "app.json").write_text(json.dumps({"methods": [app], "useCases": [case]}), encoding="utf-8")
    officer = signed_in[OFFICER.user_id]
    given = ("--use-case", "app", "--value", "app=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    begun = run("proofing", "start", "--config", tmp_path / "app.json", *given, *officer)
    assert begun.stdout.splitlines()[1:] == ["> step-app: READY", "    spoken – Language"]
    execution = begun.stdout.split()[0]
    asked = run("proofing", "dispatch", execution, "step-app", "--value", "spoken=fra", *officer)
    assert asked.stdout.endswith("\n    code – The code of the authenticator\n")
    wrong = run("proofing", "submit", execution, "step-app", "--value", "code=1", *officer)
    assert wrong.stdout.endswith("\n    code – That was not it. The code of the authenticator\n")


def test_a_supervisor_cancels_and_the_lines_for_people_say_where_it_stands(
    config: Path, signed_in: dict[str, list[str]]
) -> None:
    officer, supervisor = signed_in[OFFICER.user_id], signed_in[SUPERVISOR.user_id]
    execution = told("start", "--config", config, "--use-case", "returning", *officer)["executionId"]
    lines = run("proofing", "get", execution, *officer).stdout.splitlines()
    assert lines[0] == f"{execution}  returning: CREATED, version 1"
    assert any("The person has to agree first: DATA_SHARING." in line for line in lines)
    assert lines[-2:] == ["? $.consents: UserInputAction", "    DATA_SHARING"]
    refused = told("cancel", execution, "--reason", "x", *officer, status=1)
    assert refused["error"]["code"] == "SUPERVISOR_ONLY"
    ended = told("cancel", execution, "--reason", "Left", *supervisor)
    assert (ended["status"], ended["cancelReason"]) == ("CANCELLED", "Left")
    assert told("poll", execution, "look-up", *officer, status=1)["error"]["code"] == "PROOFING_OVER"


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', "[" * 5000])
def test_values_that_are_no_texts_are_bad_input(tmp_path: Path, content: str) -> None:
    (tmp_path / "values.json").write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match="VALUES_WRONG"):
        _values(tmp_path / "values.json")


def test_what_is_no_pair_is_bad_input(config: Path, signed_in: dict[str, list[str]]) -> None:
    wrong = told(
        "start",
        "--config",
        config,
        "--use-case",
        "returning",
        "--value",
        "x",
        *signed_in[OFFICER.user_id],
        status=2,
    )
    assert wrong["error"]["code"] == "PAIR_WRONG"
