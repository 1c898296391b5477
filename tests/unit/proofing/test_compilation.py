"""Every reason why there is no plan; and the plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from muster.errors import BadInput, MalformedData
from muster.proofing.compilation import use_case_of
from muster.proofing.definitions import IdAndVMethodDefinition, MitrustMethodDefinition
from muster.proofing.plan import Plan
from unit.proofing.graphs import (
    EMAIL,
    SERVICE,
    VOUCH,
    Json,
    choice,
    compiled,
    definitions,
    method,
    parallel,
    plan,
    sequence,
    threshold,
)

FACE: Json = {"_type": "BiometricMethodDefinition", "id": "face", "provider": "station"}
CLAIM: Json = {
    "_type": "ClaimMatchMethodDefinition", "id": "claim", "identifierType": "UIN", "attribute": "number",
}  # fmt: skip

OIDC: Json = {
    "_type": "OidcMethodDefinition", "id": "oidc", "discoveryUrl": "https://id.example",
    "clientIdRef": {"key": "c"},
}  # fmt: skip
IDV: Json = {
    "_type": "IdAndVMethodDefinition", "id": "idv", "origin": "https://idv.example", "backendKeyRef": {"key": "b"},
    "personKeyRef": {"key": "p"}, "idpIdentifier": "IDP",
}  # fmt: skip
MITRUST: Json = {
    "_type": "MitrustMethodDefinition", "id": "mitrust", "origin": "https://mitrust.example",
    "clientRef": {"key": "c"}, "sharingScope": "identity",
}  # fmt: skip


def _prior(node: str) -> dict[str, Any]:
    source = {"_type": "PriorNodeAttribute", "nodeId": node, "attributePath": "x"}
    return {"inputBindings": [{"source": source, "target": "y"}]}


def _nested(depth: int) -> Json:
    graph = method("m")
    for _ in range(depth):
        graph = sequence(graph)
    return graph


REFUSED: list[tuple[str, str, Json]] = [
    ("NODE_ID_TWICE", "", sequence(method("a"), method("a"))),
    ("NODE_ID_RESERVED", "", method("$.consents")),
    ("METHOD_UNKNOWN", "$.children[1]", sequence(method("a"), method("b", "none"))),
    ("CHILDREN_MISSING", "$", sequence()),
    ("CHILDREN_MISSING", "$.children[0]", choice(parallel())),
    ("THRESHOLD_OUT_OF_RANGE", "$", threshold(0, method("a"))),
    ("THRESHOLD_OUT_OF_RANGE", "$", threshold(3, method("a"), method("b"))),
    ("BINDING_NODE_UNKNOWN", "$", method("a", **_prior("none"))),
    ("BINDING_NODE_UNKNOWN", "$.children[1]", sequence(method("a"), method("b", **_prior("$")))),
    ("BINDING_NOT_BEFORE", "$.children[0]", sequence(method("a", **_prior("b")), method("b"))),
    ("BINDING_NOT_BEFORE", "$", method("a", **_prior("a"))),
    ("BINDING_NOT_BEFORE", "$.children[1]", choice(method("a"), method("b", **_prior("a")))),
    (
        "BINDING_NOT_BEFORE",
        "$.children[0].children[0]",
        sequence(choice(method("b", **_prior("d")), method("c")), parallel(method("d"))),
    ),
    ("GRAPH_TOO_LARGE", "", _nested(32)),
    ("GRAPH_TOO_LARGE", "", parallel(*(method(f"m{number}") for number in range(500)))),
]


@pytest.mark.parametrize(("code", "place", "graph"), REFUSED)
def test_a_graph_that_makes_no_sense_is_refused_with_its_reason(code: str, place: str, graph: Json) -> None:
    found = compiled(graph)
    assert found.plan is None
    assert [(each.code.name, each.field) for each in found.findings] == [(code, place)]
    assert found.findings[0].sentence
    with pytest.raises(BadInput, match="PLAN_REFUSED"):
        found.required()


def test_all_reasons_are_told_at_once() -> None:
    found = compiled(sequence(method("a", "none"), threshold(2, method("a")), choice()))
    assert [each.code.name for each in found.findings] == [
        "NODE_ID_TWICE", "METHOD_UNKNOWN", "THRESHOLD_OUT_OF_RANGE", "CHILDREN_MISSING",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("methods", "policy", "code"),
    [
        ([{**VOUCH, "enabled": False}], {}, "GRAPH_CANNOT_SUCCEED"),
        (
            [{**VOUCH, "compliance": {"territoryRestrictions": {"NLD": {"prohibited": True}}}}],
            {"territoryId": "NLD"},
            "GRAPH_CANNOT_SUCCEED",
        ),
        (
            [{**VOUCH, "compliance": {"applicableTerritories": ["FRA"]}}],
            {"territoryId": "NLD"},
            "GRAPH_CANNOT_SUCCEED",
        ),
        ([VOUCH], {"minimumAssurance": "substantial"}, "ASSURANCE_OUT_OF_REACH"),
        ([VOUCH], {"minimumAssurance": "AAL1"}, "ASSURANCE_OUT_OF_REACH"),
        (
            [{**VOUCH, "assurance": {"maxAssurance": "high"}}],
            {"minimumAssurance": "high", "proofingScenario": "UNATTENDED_REMOTE"},
            "ASSURANCE_OUT_OF_REACH",
        ),
        (
            [{**VOUCH, "assurance": {"maxAssurance": "high"}}],
            {"minimumAssurance": "substantial", "framework": "EIDAS"},
            "ASSURANCE_OUT_OF_REACH",
        ),
        ([VOUCH, VOUCH], {}, "METHOD_TWICE"),
        ([VOUCH, {**EMAIL, "scope": "TENANT"}], {}, "METHOD_WITHOUT_TENANT"),
        ([VOUCH, {**EMAIL, "tenantId": "t"}], {}, "METHOD_WITHOUT_TENANT"),
    ],
)
def test_a_use_case_that_could_never_succeed_is_refused(
    methods: list[Json], policy: dict[str, Any], code: str
) -> None:
    found = compiled(method("a"), methods, policy)
    assert [each.code.name for each in found.findings] == [code]


def test_a_method_that_is_switched_off_does_no_harm_where_another_one_serves() -> None:
    assert compiled(
        choice(method("a"), method("b", "off")), [VOUCH, {**VOUCH, "id": "off", "enabled": False}]
    ).plan


def test_a_rule_about_a_step_that_finds_nothing_is_refused() -> None:
    rules = [
        {"_type": "AttachEvidenceMaterialization", "fromNodes": ["a", "$"]},
        {"_type": "CreateRelationshipMaterialization", "relationshipType": "x", "sourceNodeId": "none"},
    ]
    found = compiled(sequence(method("a")), materializations=rules)
    assert [(each.code.name, each.detail["rule"]) for each in found.findings] == [
        ("RULE_NODE_UNKNOWN", 1),
        ("RULE_NODE_UNKNOWN", 2),
    ]


@pytest.mark.parametrize(
    "graph",
    [
        sequence(method("a"), method("b", "service", **_prior("a"))),
        sequence(choice(method("a"), method("c")), sequence(method("b", "service", **_prior("a")))),
        parallel(method("a"), method("b", "service", **_prior("a"))),
    ],
)
def test_a_step_may_take_what_can_have_been_found_before(graph: Json) -> None:
    assert compiled(graph, [VOUCH, SERVICE]).plan


@pytest.mark.parametrize(
    ("definition", "known", "unknown"),
    [
        (EMAIL, ["email", "contact.email", "language"], ["emial", "phone", "totpSecret"]),
        ({**EMAIL, "channel": "sms"}, ["phone", "contact.phone"], ["email"]),
        ({**EMAIL, "channel": "authenticator_app"}, ["totpSecret"], ["email"]),
        ({**FACE, "modality": "face"}, ["portrait", "portrait.1"], ["portraits", "fingerRecord"]),
        ({**FACE, "modality": "fingerprint"}, ["fingerRecord"], ["portrait"]),
        (CLAIM, ["number"], ["nubmer"]),
        (SERVICE, ["whatever"], []),
        (VOUCH, [], ["email"]),
        (OIDC, ["login_hint"], ["email"]),
        (IDV, ["login_hint"], ["document.type"]),
        ({**IDV, "submitsDocument": True}, ["login_hint", *IdAndVMethodDefinition.DOCUMENT], ["document.number"]),
        (MITRUST, [], ["registration", "company.country"]),
        ({**MITRUST, "mode": "company"}, list(MitrustMethodDefinition.COMPANY), ["registration"]),
        ({**MITRUST, "mode": "again"}, ["registration"], ["company.country"]),
    ],
)
def test_a_step_is_given_only_what_its_method_does_something_with(
    definition: Json, known: list[str], unknown: list[str]
) -> None:
    source = {"_type": "ContextAttribute", "attributePath": "x"}
    bound = [{"source": source, "target": each} for each in (*known, *unknown)]
    found = compiled(method("m", definition["id"], inputBindings=bound), [definition]).findings
    assert [(each.code.name, each.field, each.detail["target"]) for each in found] == [
        ("INPUT_UNKNOWN", "$", each) for each in unknown
    ]


def test_a_trigger_that_names_no_process_there_is_is_refused() -> None:
    triggers = [{"processes": ["NEW", "UPDATE", "LOST", "BIOMETRIC_CORRECTION"]}, {"processes": ["NWE"]}]
    (found,) = compiled(method("a"), triggers=triggers).findings
    assert (found.code.name, found.detail["trigger"], found.detail["process"]) == ("PROCESS_UNKNOWN", 2, "NWE")


def test_one_target_is_not_given_from_two_places() -> None:
    source = {"_type": "ContextAttribute", "attributePath": "x"}
    twice = [{"source": source, "target": "y"}, {"source": source, "target": "y"}]
    assert [each.code.name for each in compiled(method("a", inputBindings=twice)).findings] == [
        "BINDING_TARGET_TWICE"
    ]


def test_use_cases_are_found_by_name_and_tenant() -> None:
    known = definitions(method("a"))
    for name, tenant in (("case", "north"), ("other", "default")):
        with pytest.raises(BadInput, match="USE_CASE_UNKNOWN"):
            use_case_of(known, name, tenant)
    with pytest.raises(BadInput, match="USE_CASE_DISABLED"):
        use_case_of(definitions(method("a"), enabled=False), "case", "default")


def test_a_node_without_a_name_is_called_by_its_place() -> None:
    graph = sequence(method("a"), choice(method("b"), parallel(method("c"))))
    assert list(plan(graph).nodes) == ["$", "a", "$.children[1]", "b", "$.children[1].children[1]", "c"]


def test_equal_plans_have_equal_digests_and_different_ones_have_not() -> None:
    graph, spelled = parallel(method("a")), parallel(method("a"), joinPolicy="All", failurePolicy="FailFast")
    assert plan(graph).digest == plan(spelled).digest
    wallets = [{"_type": "WalletMethodDefinition", "id": "vouch", "dcqlQuery": query} for query in (
        {"a": 1, "b": [{"c": 2, "d": 3}]}, {"b": [{"d": 3, "c": 2}], "a": 1})]  # fmt: skip
    assert len({plan(graph, [each]).digest for each in wallets}) == 1
    others = [
        plan(parallel(method("b"))),
        plan(graph, policy={"sessionTtlSeconds": 1}),
        plan(graph, [{**VOUCH, "by": "supervisor"}]),
        plan(graph, materializations=[{"_type": "MarkVerifiedMaterialization"}]),
    ]
    assert len({plan(graph).digest, *(each.digest for each in others)}) == 5


def test_a_method_nobody_uses_is_no_part_of_a_plan() -> None:
    assert plan(method("a"), [VOUCH, EMAIL]).digest == plan(method("a"), [VOUCH]).digest


def test_a_plan_read_from_its_text_is_the_same_plan() -> None:
    wallet = {"_type": "WalletMethodDefinition", "id": "w", "dcqlQuery": {"credentials": [{"id": None}]}}
    before = plan(threshold(1, method("a"), choice(method("b", "w"))), [VOUCH, wallet])
    after = Plan.parse(before.text)
    assert (after.text, after.digest, after.nodes) == (before.text, before.digest, before.nodes)
    assert json.loads(after.text)["methods"][1]["dcqlQuery"] == wallet["dcqlQuery"]
    with pytest.raises(MalformedData):
        Plan.parse("{}")


@pytest.mark.parametrize(
    "asked",
    [
        {"_type": "RestApiMethodDefinition", "id": "asks", "endpoint": "http://register.example/"},
        {
            "_type": "OidcMethodDefinition",
            "id": "asks",
            "discoveryUrl": "http://idp.example/.well-known/openid-configuration",
            "clientIdRef": {"key": "k"},
        },
        {
            "_type": "MitrustMethodDefinition",
            "id": "asks",
            "origin": "http://app.records.example",
            "clientRef": {"key": "k"},
            "sharingScope": "name",
        },
        {
            "_type": "IdAndVMethodDefinition",
            "id": "asks",
            "origin": "http://proofing.example",
            "idpIdentifier": "IDP",
            "backendKeyRef": {"key": "k"},
            "personKeyRef": {"key": "k"},
        },
        {"_type": "WalletMethodDefinition", "id": "asks", "relayUrl": "http://centre.example/relay"},
        {
            "_type": "WalletMethodDefinition",
            "id": "asks",
            "listenOn": "0.0.0.0:8443",
            "publicUrl": "http://station.example",
        },
    ],
)
def test_a_method_that_would_ask_without_tls_is_refused_at_its_step(asked: Json) -> None:
    found = compiled(sequence(method("a"), method("b", "asks")), [VOUCH, asked]).findings
    assert [(each.code.name, each.field) for each in found] == [("METHOD_ADDRESS_UNSAFE", "$.children[1]")]
