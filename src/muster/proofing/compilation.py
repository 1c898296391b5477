"""From a use case to its plan, or to every reason why there is none.

Nothing here stops at the first reason: whoever wrote the configuration mends all of them at once. A finding's
``field`` is the place of the node in the configuration, such as ``$.children[1]``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from muster.domain.assessment import Finding
from muster.domain.proofing import Assurance
from muster.domain.registration import Process
from muster.errors import BadInput, Code
from muster.formats.web_address import is_safe
from muster.proofing.assurance import reachable
from muster.proofing.availability import can_succeed, standing_hindrance
from muster.proofing.definitions import (
    CreateRegistrationMaterialization,
    CreateRelationshipMaterialization,
    Definitions,
    IdAndVMethodDefinition,
    MarkVerifiedMaterialization,
    Method,
    MethodNode,
    MitrustMethodDefinition,
    Node,
    OidcMethodDefinition,
    PriorNodeAttribute,
    RestApiMethodDefinition,
    Rule,
    Trigger,
    UseCase,
    WalletMethodDefinition,
)
from muster.proofing.plan import NodeKind, Plan, PlannedNode, named, planned

USE_CASE_UNKNOWN = Code("USE_CASE_UNKNOWN", "There is no proofing use case {use_case} for {tenant}.")
USE_CASE_DISABLED = Code("USE_CASE_DISABLED", "The proofing use case {use_case} is switched off.")
USE_CASE_TWICE = Code("USE_CASE_TWICE", "The use case {use_case} stands in the proofing configuration twice.")
METHOD_TWICE = Code("METHOD_TWICE", "The method {method} stands in the proofing configuration twice.")
METHOD_WITHOUT_TENANT = Code(
    "METHOD_WITHOUT_TENANT", "The method {method} is for one tenant and does not say which."
)
NODE_ID_TWICE = Code("NODE_ID_TWICE", "Two steps have the same name: {node}.")
NODE_ID_RESERVED = Code("NODE_ID_RESERVED", "A step may not have a name that begins with $: {node}.")
METHOD_UNKNOWN = Code("METHOD_UNKNOWN", "The step {node} uses a method that is not defined: {method}.")
CHILDREN_MISSING = Code("CHILDREN_MISSING", "The step {node} has no steps in it.")
THRESHOLD_OUT_OF_RANGE = Code(
    "THRESHOLD_OUT_OF_RANGE", "The step {node} asks for {minimum} successes and has {children} steps."
)
BINDING_NODE_UNKNOWN = Code(
    "BINDING_NODE_UNKNOWN", "The step {node} takes something from {source}, which is no step that finds anything."
)
BINDING_NOT_BEFORE = Code(
    "BINDING_NOT_BEFORE", "The step {node} takes something from {source}, which cannot have run before it."
)
BINDING_TARGET_TWICE = Code("BINDING_TARGET_TWICE", "The step {node} is given {target} from two places.")
INPUT_UNKNOWN = Code(
    "INPUT_UNKNOWN",
    "The step {node} is given {target}, which its method does nothing with. Perhaps it is misspelt.",
)
PROCESS_UNKNOWN = Code(
    "PROCESS_UNKNOWN", "Trigger {trigger} names a process that does not exist: {process}. There are: {processes}."
)
RULE_NODE_UNKNOWN = Code(
    "RULE_NODE_UNKNOWN", "Rule {rule} takes something from {source}, which is no step that finds anything."
)
METHOD_ADDRESS_UNSAFE = Code(
    "METHOD_ADDRESS_UNSAFE", "The step {node} would ask an address that is not secure: it has to begin with https."
)
GRAPH_TOO_LARGE = Code("GRAPH_TOO_LARGE", "The graph is too large: at most {nodes} steps, {depth} deep.")
GRAPH_CANNOT_SUCCEED = Code(
    "GRAPH_CANNOT_SUCCEED", "The use case cannot succeed: too many of its methods are switched off or prohibited."
)
ASSURANCE_OUT_OF_REACH = Code(
    "ASSURANCE_OUT_OF_REACH", "The use case asks for more than all of its methods together can prove."
)
PLAN_REFUSED = Code(
    "PLAN_REFUSED",
    "The use case {use_case} cannot be used ({reason}). 'muster proofing compile' says all that is wrong with it.",
)

MOST_NODES = 500
DEEPEST = 32


@dataclass(frozen=True)
class Compiled:
    """A plan, or the reasons why there is none."""

    use_case: str
    plan: Plan | None
    findings: tuple[Finding, ...] = ()

    def required(self) -> Plan:
        """Raises ``BadInput(PLAN_REFUSED)`` with the first reason's code."""
        if self.plan is None:
            raise BadInput(PLAN_REFUSED, use_case=self.use_case, reason=self.findings[0].code.name)
        return self.plan


def use_case_of(definitions: Definitions, use_case: str, tenant: str) -> UseCase:
    """Raises ``BadInput(USE_CASE_UNKNOWN | USE_CASE_DISABLED)``."""
    for each in definitions.use_cases:
        if (each.id, each.tenant_id) == (use_case, tenant):
            if not each.enabled:
                raise BadInput(USE_CASE_DISABLED, use_case=use_case)
            return each
    raise BadInput(USE_CASE_UNKNOWN, use_case=use_case, tenant=tenant)


def compile_use_case(definitions: Definitions, use_case: UseCase) -> Compiled:
    methods = definitions.methods_of(use_case.tenant_id)
    findings = [
        *_of_definitions(definitions),
        *_of_triggers(use_case.triggers),
        *_of_graph(use_case.graph, frozenset(methods)),
    ]
    if not findings:
        findings = list(_of_bindings_and_rules(use_case))
    if findings:
        return Compiled(use_case.id, None, tuple(findings))
    plan = Plan.of(use_case, methods)
    findings = [*_of_inputs(plan), *_of_addresses(plan), *_of_plan(plan)]
    return Compiled(use_case.id, None if findings else plan, tuple(findings))


def _of_definitions(definitions: Definitions) -> Iterator[Finding]:
    methods = Counter((each.id, each.scope, each.tenant_id) for each in definitions.methods)
    yield from (_found(METHOD_TWICE, method=id_) for (id_, _, _), count in methods.items() if count > 1)
    use_cases = Counter((each.id, each.tenant_id) for each in definitions.use_cases)
    yield from (_found(USE_CASE_TWICE, use_case=id_) for (id_, _), count in use_cases.items() if count > 1)
    for each in definitions.methods:
        if (each.scope == "TENANT") is (each.tenant_id is None):
            yield _found(METHOD_WITHOUT_TENANT, method=each.id)


def _of_triggers(triggers: tuple[Trigger, ...]) -> Iterator[Finding]:
    known = [each.value for each in Process]
    for number, trigger in enumerate(triggers, 1):
        for process in trigger.processes or ():
            if process not in known:
                yield _found(PROCESS_UNKNOWN, trigger=number, process=process, processes=", ".join(known))


def _of_graph(graph: Node, methods: frozenset[str]) -> Iterator[Finding]:
    if _depth(graph) > DEEPEST or sum(1 for _ in planned(named(graph))) > MOST_NODES:
        yield _found(GRAPH_TOO_LARGE, nodes=MOST_NODES, depth=DEEPEST)
        return
    given = Counter(name for name in _given_names(graph))
    yield from (_found(NODE_ID_TWICE, node=name) for name, count in given.items() if count > 1)
    yield from (_found(NODE_ID_RESERVED, node=name) for name in given if name.startswith("$"))
    for node in planned(named(graph)):
        yield from _of_node(node, methods)


def _of_node(node: PlannedNode, methods: frozenset[str]) -> Iterator[Finding]:
    if node.kind is NodeKind.METHOD:
        if node.method_id not in methods:
            yield _found(METHOD_UNKNOWN, node.place, node=node.id, method=node.method_id)
    elif not node.children:
        yield _found(CHILDREN_MISSING, node.place, node=node.id)
    elif node.kind is NodeKind.THRESHOLD and not 1 <= node.minimum <= len(node.children):
        yield _found(
            THRESHOLD_OUT_OF_RANGE,
            node.place,
            node=node.id,
            minimum=node.minimum,
            children=len(node.children),
        )


def _of_bindings_and_rules(use_case: UseCase) -> Iterator[Finding]:
    nodes = {node.id: node for node in planned(named(use_case.graph))}
    for node in nodes.values():
        yield from _of_bindings(node, nodes)
    for number, rule in enumerate(use_case.materializations, 1):
        for source in _sources(rule):
            if source not in nodes or nodes[source].kind is not NodeKind.METHOD:
                yield _found(RULE_NODE_UNKNOWN, rule=number, source=source)


def _of_bindings(node: PlannedNode, nodes: dict[str, PlannedNode]) -> Iterator[Finding]:
    targets = Counter(each.target for each in node.bindings)
    for target, count in targets.items():
        if count > 1:
            yield _found(BINDING_TARGET_TWICE, node.place, node=node.id, target=target)
    for source in (each.source for each in node.bindings):
        if not isinstance(source, PriorNodeAttribute):
            continue
        if source.node_id not in nodes or nodes[source.node_id].kind is not NodeKind.METHOD:
            yield _found(BINDING_NODE_UNKNOWN, node.place, node=node.id, source=source.node_id)
        elif not _can_be_before(source.node_id, node.id, nodes):
            yield _found(BINDING_NOT_BEFORE, node.place, node=node.id, source=source.node_id)


def _can_be_before(first: str, then: str, nodes: dict[str, PlannedNode]) -> bool:
    """Whether ``first`` can be over when ``then`` begins. Where both lie in one sequence their order decides; of a
    choice only one child runs; what lies side by side may run in any order."""
    mine, other = _path(first, nodes), _path(then, nodes)
    shared = [here for here, there in zip(mine, other, strict=False) if here == there]
    if len(shared) in (len(mine), len(other)):
        return False
    fork = nodes[shared[-1]]
    left, right = mine[len(shared)], other[len(shared)]
    match fork.kind:
        case NodeKind.SEQUENCE:
            return fork.children.index(left) < fork.children.index(right)
        case NodeKind.CHOICE:
            return False
        case _:
            return True


def _path(node: str, nodes: dict[str, PlannedNode]) -> list[str]:
    """From the root down to ``node``."""
    path: list[str] = []
    at: str | None = node
    while at is not None:
        path.append(at)
        at = nodes[at].parent
    return path[::-1]


def _sources(rule: Rule) -> tuple[str, ...]:
    match rule:
        case CreateRelationshipMaterialization() | CreateRegistrationMaterialization():
            return (rule.source_node_id,)
        case MarkVerifiedMaterialization():
            return ()
        case _:
            return rule.from_nodes or ()


def _of_inputs(plan: Plan) -> Iterator[Finding]:
    for leaf in plan.leaves():
        for each in leaf.bindings:
            if not plan.method_of(leaf).takes(each.target):
                yield _found(INPUT_UNKNOWN, leaf.place, node=leaf.id, target=each.target)


def _of_addresses(plan: Plan) -> Iterator[Finding]:
    for leaf in plan.leaves():
        if not all(map(is_safe, _addresses(plan.method_of(leaf)))):
            yield _found(METHOD_ADDRESS_UNSAFE, leaf.place, node=leaf.id)


def _addresses(method: Method) -> tuple[str, ...]:
    """Which a method's service is asked at, or at which it is known itself."""
    match method:
        case OidcMethodDefinition(discovery_url=address) | RestApiMethodDefinition(endpoint=address):
            return (address,)
        case IdAndVMethodDefinition(origin=address) | MitrustMethodDefinition(origin=address):
            return (address,)
        case WalletMethodDefinition(relay_url=relay, public_url=public):
            return tuple(each for each in (relay, public) if each is not None)
        case _:
            return ()


def _of_plan(plan: Plan) -> Iterator[Finding]:
    policy = plan.use_case.policy
    territory = policy.territory_id or ""
    allowed = {leaf.id for leaf in plan.leaves() if not standing_hindrance(plan.method_of(leaf), territory)}
    if not can_succeed(plan, plan.root, lambda leaf: leaf.id in allowed):
        yield _found(GRAPH_CANNOT_SUCCEED)
        return
    most = Assurance()
    for leaf in plan.leaves():
        if leaf.id in allowed:
            most = most.joined(reachable(plan.method_of(leaf), policy))
    if not most.reaches(policy.minimum):
        yield _found(ASSURANCE_OUT_OF_REACH)


def _depth(node: Node) -> int:
    if isinstance(node, MethodNode):
        return 1
    return 1 + max((_depth(child) for child in node.children), default=0)


def _given_names(node: Node) -> Iterator[str]:
    if node.node_id is not None:
        yield node.node_id
    if not isinstance(node, MethodNode):
        for child in node.children:
            yield from _given_names(child)


def _found(code: Code, place: str = "", **detail: str | int) -> Finding:
    return Finding(code, field=place, detail=detail)
