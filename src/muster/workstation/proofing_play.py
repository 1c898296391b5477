"""Trying a use case out, for whoever writes it: what it looks like, what is wrong with it at which step, and what
happens when steps succeed, fail or wait. Nobody is asked, and nothing is stored.

Played by the same decisions and the same fold as an execution: what is seen here is what happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from muster.domain.assessment import Finding
from muster.domain.proofing import (
    Assurance,
    FieldType,
    InputField,
    MethodEvidence,
    NodeStatus,
    Scenario,
    UserInputAction,
)
from muster.domain.registration import Process
from muster.errors import Code
from muster.proofing import commands
from muster.proofing.assurance import ceiling_of
from muster.proofing.availability import Surroundings
from muster.proofing.compilation import GRAPH_TOO_LARGE, compile_use_case
from muster.proofing.definitions import Definitions, MethodNode, Node, UseCase, parse_definitions
from muster.proofing.events import ProofingEvent, ProofingStarted
from muster.proofing.method import Done, NotDone, Outcome, Pending
from muster.proofing.plan import Plan, PlannedNode, named, planned
from muster.proofing.progress import CONSENTS, SELECTION, Progress
from muster.store.proofings import Execution
from muster.workstation.proofing_configuration import processes_of
from muster.workstation.proofing_view import ExecutionView, view_of

PLAYED_FAILURE = Code("PLAYED_FAILURE", "It did not succeed, because you played it so.")

_NAMED_IN = ("node", "source")  # where a finding that has no place says which step it is about


class Played(Enum):
    """What a step is made to answer."""

    SUCCEEDS = "succeeds"
    FAILS = "fails"
    FAILS_FOR_NOW = "fails for now"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """One step as the configuration writes it, whether or not it can be used; ``findings`` are about this step,
    ``gives`` is the most its method can prove."""

    place: str
    id: str
    kind: str
    name: str
    children: tuple[DrawnNode, ...]
    join: str
    selection: str
    minimum: int
    method_type: str
    gives: Assurance
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class DrawnUseCase:
    """``findings`` are about the whole; ``plan`` is nothing while there are any, here or at a step."""

    id: str
    name: str
    tenant: str
    root: DrawnNode
    findings: tuple[Finding, ...]
    plan: Plan | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """A whole configuration. ``processes`` are those it would ask for a proof in."""

    use_cases: tuple[DrawnUseCase, ...]
    processes: frozenset[Process]


def drawing_of(content: bytes) -> Drawing:
    """Raises ``MalformedData``."""
    definitions = parse_definitions(content)
    drawn = tuple(_drawn(definitions, each) for each in definitions.use_cases)
    return Drawing(drawn, processes_of(definitions))


def _drawn(definitions: Definitions, use_case: UseCase) -> DrawnUseCase:
    compiled = compile_use_case(definitions, use_case)
    graph = named(use_case.graph)
    if any(each.code is GRAPH_TOO_LARGE for each in compiled.findings):
        graph = graph.model_copy(update={"children": ()})  # too large to be drawn as well
    flat = {each.place: each for each in planned(graph)}
    at_nodes = {place: tuple(_about(node, compiled.findings)) for place, node in flat.items()}
    somewhere = {id(each) for found in at_nodes.values() for each in found}
    return DrawnUseCase(
        use_case.id,
        use_case.name or use_case.id,
        use_case.tenant_id,
        _drawn_node(definitions, use_case, graph, flat, at_nodes, "$"),
        tuple(each for each in compiled.findings if id(each) not in somewhere),
        compiled.plan,
    )


def _about(node: PlannedNode, findings: Iterable[Finding]) -> Iterable[Finding]:
    for each in findings:
        names = [each.detail.get(name) for name in _NAMED_IN if name in each.detail]
        if each.field == node.place or (not each.field and node.id in names):
            yield each


def _drawn_node(
    definitions: Definitions,
    use_case: UseCase,
    node: Node,
    flat: dict[str, PlannedNode],
    findings: dict[str, tuple[Finding, ...]],
    place: str,
) -> DrawnNode:
    planned_node = flat[place]
    method = None
    children: tuple[DrawnNode, ...] = ()
    if isinstance(node, MethodNode):
        method = definitions.methods_of(use_case.tenant_id).get(node.method_id)
    else:
        children = tuple(
            _drawn_node(definitions, use_case, child, flat, findings, f"{place}.children[{at}]")
            for at, child in enumerate(node.children)
        )
    display = method.display if method is not None else None
    return DrawnNode(
        place,
        planned_node.id,
        planned_node.kind.value,
        display.name if display else planned_node.id,
        children,
        planned_node.join.value,
        planned_node.selection.value,
        planned_node.minimum,
        method.type if method is not None else "",
        ceiling_of(method) if method is not None else Assurance(),
        findings[place],
    )


class Play:
    """One use case, played. ``online`` may be changed at any time."""

    def __init__(self, plan: Plan, now: datetime) -> None:
        self._plan = plan
        self._begun = now
        self.online = True
        self.reset()

    def reset(self) -> None:
        """From the beginning."""
        self._now = self._begun
        started = commands.started(self._plan, at=self._begun, scenario=Scenario.FACE_TO_FACE, online=self.online)
        self._events: list[ProofingEvent] = [started]
        self._add(())

    def view(self) -> ExecutionView:
        return view_of(self._execution(), self._now, self._around(), unveiled=True)

    def answer(self, node: str, played: Played) -> None:
        """Begin a step if it is not begun, and let it answer. Raises ``Refused``, ``Unavailable``."""
        there = self._execution().progress.nodes[node]
        if not there.status.is_awaiting:
            self._add(commands.dispatched(self._plan, self._progress(), node, self._around(), self._now))
        there = self._execution().progress.nodes[node]
        if there.status is NodeStatus.DISPATCHED or there.status.is_awaiting:
            outcome = self._outcome(node, played)
            self._add(commands.answered(self._plan, self._progress(), node, there.since, outcome, str, self._now))

    def choose(self, choice: str, child: str) -> None:
        self._enter(choice, {SELECTION: child})

    def agree(self) -> None:
        """The person agrees to all that is asked."""
        self._enter(CONSENTS, {each.value: "true" for each in self._progress().consents_missing})

    def run_out_of_time(self) -> None:
        started = self._events[0]
        assert isinstance(started, ProofingStarted)
        self._now = started.expires_at

    def _enter(self, node: str, fields: dict[str, str]) -> None:
        self._add(commands.entered(self._plan, self._progress(), node, fields, self._now) or ())

    def _add(self, events: tuple[ProofingEvent, ...]) -> None:
        self._events += events
        self._events += commands.settled(self._plan, self._events, self._around(), self._now)

    def _outcome(self, node: str, played: Played) -> Outcome:
        method = self._plan.method_of(self._plan.nodes[node])
        match played:
            case Played.SUCCEEDS:
                return Done(ceiling_of(method), MethodEvidence("played", method.type, self._now))
            case Played.WAITS:
                return Pending(UserInputAction((InputField("code", "Code", FieldType.CODE),)))
            case Played.FAILS | Played.FAILS_FOR_NOW:
                return NotDone(PLAYED_FAILURE, retryable=played is Played.FAILS_FOR_NOW)

    def _execution(self) -> Execution:
        return Execution("", self._plan, tuple(self._events))

    def _progress(self) -> Progress:
        return self._execution().progress_at(self._now)

    def _around(self) -> Surroundings:
        """Everything that is needed is there; whether there is a network is played."""
        methods = self._plan.methods.values()
        devices = frozenset(each.device for each in methods if each.device)
        return Surroundings(self.online, frozenset(each.type for each in methods), devices)
