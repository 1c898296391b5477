"""Configurations, wrong ones first."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from muster.domain.proofing import Eidas, Ial
from muster.errors import MalformedData
from muster.proofing.compilation import compile_use_case
from muster.proofing.definitions import (
    ChoiceNode,
    OidcMethodDefinition,
    SequenceNode,
    WalletMethodDefinition,
    parse_definitions,
)
from muster.proofing.plan import Plan
from unit.proofing.graphs import EMAIL, VOUCH, definitions, method, parallel, sequence, threshold

SAMPLE = Path(__file__).with_name("source_sample.json")
GUIDE = Path(__file__).parents[3] / "src" / "guide" / "proofing-configuration.md"


def _refused(content: object) -> MalformedData:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(MalformedData) as caught:
        parse_definitions(raw)
    assert "ValidationError" not in repr(caught.value.__cause__)  # it would quote what stands in the file
    return caught.value


def _graph(node: Any) -> dict[str, Any]:
    case = {"id": "a", "tenantId": "t", "graph": node, "policy": {"minimumAssurance": "low"}}
    return {"methods": [VOUCH], "useCases": [case]}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff{}", b"[" * 5000, b"[]", b'{"methods": [NaN]}', b'{"a": "\\ud800"}']
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    assert _refused(content).code.name == "PROOFING_NOT_JSON"


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        ({"method": []}, "method"),
        ({"methods": [{**EMAIL, "maxAttempt": 3, "colour": "red"}]}, "methods[0].maxAttempt, methods[0].colour"),
        (_graph(sequence(method("m", inputBinding=[]))), "useCases[0].graph.children[0].inputBinding"),
        ({"methods": [{**EMAIL, "client_secret": "x"}]}, "methods[0].client_secret"),
        ({"methods": [{**EMAIL, "ba\x1b[2Jd": 1}]}, "methods[0].ba?[2Jd"),
    ],
)
def test_a_key_nobody_knows_is_refused_by_its_place(content: object, keys: str) -> None:
    error = _refused(content)
    assert (error.code.name, error.detail["keys"]) == ("PROOFING_KEY_UNKNOWN", keys)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"methods": [{"_type": "SmokeSignalDefinition", "id": "x"}]}, "methods[0]"),
        ({"methods": [{"id": "x"}]}, "methods[0]"),
        (_graph({"_type": "LoopNode", "children": []}), "useCases[0].graph"),
        (_graph(sequence({"_type": "Node"})), "useCases[0].graph.children[0]"),
    ],
)
def test_an_unknown_type_is_refused_by_its_place(content: object, place: str) -> None:
    error = _refused(content)
    assert (error.code.name, error.detail["place"]) == ("PROOFING_TYPE_UNKNOWN", place)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"methods": [{**EMAIL, "channel": "pigeon"}]}, "methods[0].channel"),
        ({"methods": [{**EMAIL, "maxAttempts": "3"}]}, "methods[0].maxAttempts"),
        ({"methods": [{**EMAIL, "maxAttempts": 0}]}, "methods[0].maxAttempts"),
        ({"methods": [{**EMAIL, "codeTtlSeconds": True}]}, "methods[0].codeTtlSeconds"),
        ({"methods": [{**EMAIL, "type": "oidc"}]}, "methods[0].type"),
        ({"methods": [{**EMAIL, "id": ""}]}, "methods[0].id"),
        ({"methods": [{**EMAIL, "cost": -1}]}, "methods[0].cost"),
        (_graph(threshold("2", method("m"))), "useCases[0].graph.minimumSuccesses"),  # type: ignore[arg-type]
        (_graph(parallel(method("m"), joinPolicy="Most")), "useCases[0].graph.joinPolicy"),
        ({"useCases": [{"id": "a", "tenantId": "t", "graph": method("m"), "policy": {}}]},
         "useCases[0].policy.minimumAssurance"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_its_place_and_never_quoted(content: object, place: str) -> None:
    error = _refused(content)
    assert error.code.name == "PROOFING_VALUE_WRONG"
    assert str(error.detail["place"]).startswith(place)


_OIDC = {
    "_type": "OidcMethodDefinition", "id": "o", "discoveryUrl": "https://x.example", "clientIdRef": {"key": "k"},
}  # fmt: skip


@pytest.mark.parametrize("address", ["http://x.example/done", "javascript:alert(1)", "https://a:b@x.example", ""])
def test_a_browser_is_sent_on_to_a_secure_address_only(address: str) -> None:
    error = _refused({"methods": [{**_OIDC, "postAuthRedirectUri": address}]})
    assert (error.code.name, error.detail["place"]) == ("PROOFING_VALUE_WRONG", "methods[0].postAuthRedirectUri")


def test_a_browser_may_be_sent_on() -> None:
    (read,) = definitions(method("a", "o"), [{**_OIDC, "postAuthRedirectUri": "https://x.example/done"}]).methods
    assert isinstance(read, OidcMethodDefinition)
    assert read.post_auth_redirect_uri == "https://x.example/done"


@pytest.mark.parametrize(
    ("said", "has_door"),
    [({}, False), ({"relayUrl": "https://center.example/relay"}, False), ({"listenOn": "0.0.0.0:8443"}, True)],
)
def test_a_wallet_comes_to_the_station_itself_where_that_is_said(said: dict[str, Any], has_door: bool) -> None:
    wallet = {"_type": "WalletMethodDefinition", "id": "w", **said}
    (read,) = definitions(method("a", "w"), [wallet]).methods
    assert isinstance(read, WalletMethodDefinition)
    assert read.has_own_door is has_door


def test_a_secret_can_only_be_named_not_written() -> None:
    oidc = {"_type": "OidcMethodDefinition", "id": "o", "discoveryUrl": "https://x.example"}
    assert _refused({"methods": [{**oidc, "clientIdRef": "my-client"}]}).code.name == "PROOFING_VALUE_WRONG"
    written = {**oidc, "clientIdRef": {"key": "k"}, "clientSecret": "hush"}
    assert "hush" not in str(_refused({"methods": [written]}))


def test_the_source_s_own_configuration_is_read_as_it_stands() -> None:
    read = parse_definitions(SAMPLE.read_bytes())
    oidc = read.methods[0]
    assert isinstance(oidc, OidcMethodDefinition)
    assert (oidc.client_id_ref.key, oidc.scopes) == (
        "idv.oidc.corporate.client-id",
        ("openid", "profile", "email"),
    )
    assert [each.identifier_type for each in oidc.attribute_mappings] == ["SUBJECT_ID", "EMAIL"]
    assert [each.type for each in read.methods] == ["oidc", "wallet", "otp", "document"]
    graph = read.use_cases[0].graph
    assert isinstance(graph, SequenceNode)
    assert isinstance(graph.children[1], ChoiceNode)
    assert read.use_cases[0].policy.session_ttl_seconds == 3600


def test_what_is_written_of_it_says_the_same() -> None:
    written = parse_definitions(SAMPLE.read_bytes()).model_dump(mode="json", by_alias=True)
    assert parse_definitions(json.dumps(written).encode()) == parse_definitions(SAMPLE.read_bytes())
    for part, whole in zip(written["methods"], json.loads(SAMPLE.read_bytes())["methods"], strict=True):
        assert {key: part[key] for key in whole} == {
            key: [{**each} for each in value] if key == "attributeMappings" else value
            for key, value in whole.items()
            if key != "attributeMappings"
        } | ({"attributeMappings": part["attributeMappings"]} if "attributeMappings" in whole else {})


def test_what_is_left_out_has_the_source_s_defaults() -> None:
    (case,) = definitions(sequence(parallel(method("a")), threshold(1, method("b")))).use_cases
    assert isinstance(case.graph, SequenceNode)
    first, second = case.graph.children
    assert (first.join_policy, first.failure_policy) == ("All", "FailFast")  # type: ignore[union-attr]
    assert second.failure_policy == "WaitForAll"  # type: ignore[union-attr]
    assert (case.policy.session_ttl_seconds, case.policy.offline_policy) == (3600, "WAIT")


@pytest.mark.parametrize(("word", "level"), [("SUBSTANTIAL", Eidas.SUBSTANTIAL), ("ial2", Ial.IAL2)])
def test_levels_of_either_framework_are_read_in_capitals_and_small_letters(word: str, level: object) -> None:
    (case,) = definitions(method("a"), policy={"minimumAssurance": word}).use_cases
    assert case.policy.minimum_assurance is level


def test_a_tenant_s_method_stands_in_for_everybody_s_of_the_same_name() -> None:
    own = {**EMAIL, "scope": "TENANT", "tenantId": "north", "codeLength": 8}
    other = {**VOUCH, "id": "v", "scope": "TENANT", "tenantId": "south"}
    read = definitions(method("a"), [EMAIL, own, other])
    assert read.methods_of("north")["email"].code_length == 8  # type: ignore[union-attr]
    assert set(read.methods_of("south")) == {"email", "v"}
    assert set(read.methods_of("default")) == {"email"}


def test_the_guide_s_example_is_taken_as_it_stands() -> None:
    example, *others = re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    read = parse_definitions(example.encode())
    assert [compile_use_case(read, each).findings for each in read.use_cases] == [()]
    methods = [each for each in map(json.loads, others) if each.get("_type", "").endswith("MethodDefinition")]
    assert len(parse_definitions(json.dumps({"methods": methods}).encode()).methods) == len(methods) > 0


def test_a_plan_of_an_earlier_version_is_read_under_its_own_digest() -> None:
    read = parse_definitions(SAMPLE.read_bytes())
    plan = compile_use_case(read, read.use_cases[1]).required()
    before = plan.text.replace('"clientKeyRef":null,', "")  # a key that nobody knew then
    assert before != plan.text
    stored = Plan.parse(before)
    assert (stored.digest, stored.text) == (hashlib.sha256(before.encode()).hexdigest(), before)
    assert stored.methods == plan.methods
