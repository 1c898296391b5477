"""Configurations of identity proofing. What is read compiles or says why not, and a plan read from its text is the
same plan."""

import json
from collections.abc import Iterator
from pathlib import Path

from fuzz.mutation import NASTY, deep_texts, mutate_json
from muster.proofing.compilation import compile_use_case
from muster.proofing.definitions import parse_definitions
from muster.proofing.plan import Plan

mutate = mutate_json
LONGEST = 16_384
WORDS = (
    b'"_type"',
    b'"children"',
    b'"nodeId"',
    b'"methodId"',
    b'"SequenceNode"',
    b'"ChoiceNode"',
    b'"MethodNode"',
)
_SAMPLE = Path(__file__).parents[2] / "unit" / "proofing" / "source_sample.json"
_LEAF = {"_type": "MethodNode", "nodeId": "a", "methodId": "v"}
_BINDING = {"source": {"_type": "PriorNodeAttribute", "nodeId": "a", "attributePath": "x"}, "target": "y"}
_GRAPH = {
    "_type": "ParallelNode", "joinPolicy": "Any", "failurePolicy": "WaitForAll", "children": [
        {"_type": "ThresholdNode", "minimumSuccesses": 1, "children": [_LEAF]},
        {"_type": "ChoiceNode", "selectionPolicy": "LowestCost", "children": [
            {"_type": "MethodNode", "nodeId": "b", "methodId": "w"},
            {"_type": "MethodNode", "nodeId": "c", "methodId": "r", "inputBindings": [_BINDING]}]},
    ],
}  # fmt: skip
_METHODS = [
    {"_type": "VouchMethodDefinition", "id": "v", "cost": 1.5, "compliance": {
        "requiredConsents": ["DATA_SHARING"], "territoryRestrictions": {"NLD": {"prohibited": True}}}},
    {"_type": "WalletMethodDefinition", "id": "w", "dcqlQuery": {"credentials": [{"id": "@"}]}},
    {"_type": "RestApiMethodDefinition", "id": "r", "endpoint": "https://register.example"},
]  # fmt: skip
_RULES = [{"_type": "CreateIdentifiersMaterialization", "fromNodes": ["a"], "identifierFilter": ["EMAIL"]}]


def _document(**changes: object) -> bytes:
    policy = {"minimumAssurance": "low", "framework": "EIDAS", "territoryId": "FRA", **changes}
    case = {"id": "c", "tenantId": "t", "graph": _GRAPH, "policy": policy, "materializations": _RULES,
            "triggers": [{"processes": ["NEW"], "minimumAge": 18}]}  # fmt: skip
    return json.dumps({"methods": _METHODS, "useCases": [case]}).encode()


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield _SAMPLE.read_bytes()
    yield _document()
    for value in NASTY:
        yield _document(minimumAssurance=value, territoryId=value)
    yield from deep_texts(_document())
    for depth in (31, 32, 60, 80, 150, 300):
        graph = '{"_type":"SequenceNode","children":[' * depth + json.dumps(_LEAF) + "]}" * depth
        yield _document().replace(json.dumps(_GRAPH).encode(), graph.encode())


def run(content: bytes) -> None:
    definitions = parse_definitions(content)
    for use_case in definitions.use_cases:
        compiled = compile_use_case(definitions, use_case)
        assert bool(compiled.findings) is (compiled.plan is None)
        for finding in compiled.findings:
            finding.sentence.encode()
        if compiled.plan is not None:
            again = Plan.parse(compiled.plan.text)
            assert (again.text, again.digest, again.nodes) == (
                compiled.plan.text,
                compiled.plan.digest,
                compiled.plan.nodes,
            )
