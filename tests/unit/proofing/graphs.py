"""Graphs in few words: lists for composite nodes, names for method nodes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from muster.domain.proofing import Assurance, Eidas, HashedIdentifier, MethodEvidence, Scenario
from muster.proofing.availability import Surroundings
from muster.proofing.commands import started
from muster.proofing.compilation import Compiled, compile_use_case, use_case_of
from muster.proofing.definitions import Definitions, parse_definitions
from muster.proofing.events import NodeCompleted, NodeDispatched, ProofingEvent, ProofingStarted
from muster.proofing.plan import Plan

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ONLINE = Surroundings(online=True, methods=frozenset({"vouch", "otp", "oidc", "wallet", "document", "biometric"}))
OFFLINE = Surroundings(online=False, methods=ONLINE.methods)

Json = dict[str, Any]


def method(node: str, method_id: str = "vouch", **more: Any) -> Json:
    return {"_type": "MethodNode", "nodeId": node, "methodId": method_id, **more}


def sequence(*children: Json, **more: Any) -> Json:
    return {"_type": "SequenceNode", "children": list(children), **more}


def parallel(*children: Json, **more: Any) -> Json:
    return {"_type": "ParallelNode", "children": list(children), **more}


def choice(*children: Json, **more: Any) -> Json:
    return {"_type": "ChoiceNode", "children": list(children), **more}


def threshold(minimum: int, *children: Json, **more: Any) -> Json:
    return {"_type": "ThresholdNode", "minimumSuccesses": minimum, "children": list(children), **more}


VOUCH: Json = {"_type": "VouchMethodDefinition", "id": "vouch"}
SERVICE: Json = {"_type": "RestApiMethodDefinition", "id": "service", "endpoint": "https://register.example"}
EMAIL: Json = {"_type": "OtpMethodDefinition", "id": "email", "channel": "email"}


def definitions(
    graph: Json, methods: Sequence[Json] = (VOUCH,), policy: Mapping[str, Any] | None = None, **more: Any
) -> Definitions:
    use_case = {
        "id": "case",
        "tenantId": "default",
        "graph": graph,
        "policy": {"minimumAssurance": "low", **(policy or {})},
        **more,
    }
    return parse_definitions(json.dumps({"methods": list(methods), "useCases": [use_case]}).encode())


def compiled(graph: Json, *arguments: Any, **more: Any) -> Compiled:
    known = definitions(graph, *arguments, **more)
    return compile_use_case(known, use_case_of(known, "case", "default"))


def plan(graph: Json, *arguments: Any, **more: Any) -> Plan:
    return compiled(graph, *arguments, **more).required()


def start(plan: Plan, **more: Any) -> ProofingStarted:
    return started(plan, at=NOON, **{"scenario": Scenario.FACE_TO_FACE, "online": True, **more})


def succeeded(node: str, eidas: Eidas = Eidas.HIGH, **more: Any) -> NodeCompleted:
    evidence = MethodEvidence("test", "test", NOON)
    identifiers: tuple[HashedIdentifier, ...] = more.pop("identifiers", ())
    return NodeCompleted(NOON, node, identifiers, more.pop("attributes", {}), Assurance(eidas), (), evidence)


Events = list[ProofingEvent]


def begun(node: str, attempt: int = 1) -> NodeDispatched:
    return NodeDispatched(NOON, node, attempt)
