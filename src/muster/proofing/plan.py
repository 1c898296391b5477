"""One use case as the engine walks it: every node with a name, every method it uses, and nothing else.

A plan is made by :mod:`muster.proofing.compilation` and stored with the executions that follow it, by its digest:
an execution goes on as it began, whatever becomes of the configuration meanwhile. Its text is canonical JSON
(sorted keys, no spaces, defaults written out), so that equal plans have equal digests.

A composite node without a name is called by its place: ``$`` is the root, ``$.children[1]`` its second child.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from pydantic import TypeAdapter

from muster.proofing.definitions import (
    AttributeBinding,
    ChoiceNode,
    CompositeNode,
    Method,
    MethodNode,
    Node,
    ParallelNode,
    Part,
    SequenceNode,
    ThresholdNode,
    UseCase,
    read_part,
)
from muster.proofing.policies import Join, OnFailure

ROOT = "$"


class NodeKind(Enum):
    METHOD = "MethodNode"
    SEQUENCE = "SequenceNode"
    PARALLEL = "ParallelNode"
    CHOICE = "ChoiceNode"
    THRESHOLD = "ThresholdNode"


class Selection(Enum):
    USER_SELECT = "UserSelect"
    HIGHEST_ASSURANCE = "HighestAssurance"
    LOWEST_COST = "LowestCost"
    FIRST_AVAILABLE = "FirstAvailable"


@dataclass(frozen=True, slots=True)
class PlannedNode:
    """``place`` is where it stands in the configuration; of the rest each kind has its own."""

    id: str
    kind: NodeKind
    place: str
    parent: str | None
    children: tuple[str, ...] = ()
    join: Join = Join.ALL
    on_failure: OnFailure = OnFailure.FAIL_FAST
    selection: Selection = Selection.USER_SELECT
    minimum: int = 0
    method_id: str = ""
    bindings: tuple[AttributeBinding, ...] = ()


class _Content(Part):
    use_case: UseCase
    methods: tuple[Method, ...]


_CONTENT = TypeAdapter(_Content)


@dataclass(frozen=True)
class Plan:
    """``nodes`` holds a node before its children, and children in their order."""

    use_case: UseCase
    methods: Mapping[str, Method]
    nodes: Mapping[str, PlannedNode]
    root: str
    text: str
    digest: str

    @classmethod
    def of(cls, use_case: UseCase, methods: Mapping[str, Method]) -> Plan:
        """What :mod:`~muster.proofing.compilation` found nothing against."""
        graph = named(use_case.graph)
        nodes = {node.id: node for node in planned(graph)}
        used = {node.method_id for node in nodes.values() if node.kind is NodeKind.METHOD}
        whole = use_case.model_copy(update={"graph": graph})
        content = {
            "useCase": whole.model_dump(mode="json", by_alias=True),
            "methods": [methods[each].model_dump(mode="json", by_alias=True) for each in sorted(used)],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        kept = {each: methods[each] for each in sorted(used)}
        return cls(whole, kept, nodes, next(iter(nodes)), text, _digest(text))

    @classmethod
    def parse(cls, text: str) -> Plan:
        """What :attr:`text` says, under the digest it was stored by: a later version, which knows more keys, would
        write it differently. Raises ``MalformedData``."""
        content = read_part(_CONTENT, text.encode())
        plan = cls.of(content.use_case, {each.id: each for each in content.methods})
        return replace(plan, text=text, digest=_digest(text))

    def method_of(self, node: PlannedNode) -> Method:
        return self.methods[node.method_id]

    def leaves(self) -> Iterator[PlannedNode]:
        return (node for node in self.nodes.values() if node.kind is NodeKind.METHOD)

    def ancestors(self, node_id: str) -> Iterator[PlannedNode]:
        """From the parent up to the root."""
        parent = self.nodes[node_id].parent
        while parent is not None:
            yield self.nodes[parent]
            parent = self.nodes[parent].parent


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def named(node: Node, place: str = ROOT) -> Node:
    """The same graph, every node with a name."""
    name = node.node_id or place
    if isinstance(node, MethodNode):
        return node.model_copy(update={"node_id": name})
    children = tuple(named(child, f"{place}.children[{at}]") for at, child in enumerate(node.children))
    return node.model_copy(update={"node_id": name, "children": children})


def planned(node: Node, place: str = ROOT, parent: str | None = None) -> Iterator[PlannedNode]:
    """A graph whose nodes have names, flat."""
    name = str(node.node_id)
    if isinstance(node, MethodNode):
        bindings = node.input_bindings
        yield PlannedNode(name, NodeKind.METHOD, place, parent, method_id=node.method_id, bindings=bindings)
        return
    yield _composite(node, name, place, parent)
    for at, child in enumerate(node.children):
        yield from planned(child, f"{place}.children[{at}]", name)


def _composite(node: CompositeNode, name: str, place: str, parent: str | None) -> PlannedNode:
    children = tuple(str(child.node_id) for child in node.children)
    match node:
        case SequenceNode():
            return PlannedNode(name, NodeKind.SEQUENCE, place, parent, children)
        case ParallelNode():
            join, on_failure = Join(node.join_policy), OnFailure(node.failure_policy)
            return PlannedNode(name, NodeKind.PARALLEL, place, parent, children, join=join, on_failure=on_failure)
        case ChoiceNode():
            selection = Selection(node.selection_policy)
            return PlannedNode(name, NodeKind.CHOICE, place, parent, children, selection=selection)
        case ThresholdNode():
            on_failure, minimum = OnFailure(node.failure_policy), node.minimum_successes
            return PlannedNode(
                name, NodeKind.THRESHOLD, place, parent, children, on_failure=on_failure, minimum=minimum
            )
