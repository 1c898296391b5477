"""Where an execution stands: a fold over its events.

Rules:

1. The plan and the events are all there is. Fold them again anywhere, and the same comes out.
2. What is decided stays decided: no later event changes a node that is over.
3. A node that is over takes along what is still open below it: what had begun is ``CANCELLED``, the rest
   ``SKIPPED``.
4. When the root succeeds, the assurance is judged; too little is a failure though every step succeeded.

A status may pass through ``RUNNING`` within one event. A composite node in which something has begun is
``DISPATCHED``, a choice that waits for a person ``AWAITING_INPUT``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from muster.domain.proofing import (
    Assurance,
    AttributeValue,
    Consent,
    ErrorKind,
    ExecutionStatus,
    FieldType,
    HashedIdentifier,
    InputField,
    NodeStatus,
    PendingAction,
    PollAction,
    ProofingError,
    UserInputAction,
)
from muster.errors import Code
from muster.proofing import policies
from muster.proofing.assurance import counted
from muster.proofing.events import (
    ChildChosen,
    ConsentCollected,
    FilesKept,
    NodeAwaits,
    NodeCompleted,
    NodeDeferred,
    NodeDispatched,
    NodeFailed,
    ProofingCancelled,
    ProofingEvent,
    ProofingExpired,
    ProofingStarted,
    RuleMaterialized,
)
from muster.proofing.plan import NodeKind, Plan, PlannedNode, Selection
from muster.proofing.policies import Verdict

ASSURANCE_TOO_LOW = Code(
    "ASSURANCE_TOO_LOW", "Everything succeeded, but it does not prove enough for this purpose."
)
STEPS_FAILED = Code("STEPS_FAILED", "The steps that were needed did not succeed.")

CONSENTS = "$.consents"  # the node of whoever has to be asked first; no node of a plan may have such a name
SELECTION = "selection"  # the field of a choice's form


@dataclass(frozen=True, slots=True)
class NodeProgress:
    """``since`` is the version at which something last happened in this node itself; ``attempts`` how often its
    method was begun, ``answers`` how often that led to an answer; ``deliveries`` digests of what was brought."""

    status: NodeStatus
    since: int = 0
    attempts: int = 0
    answers: int = 0
    action: PendingAction | None = None
    state: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    chosen: str | None = None
    error: ProofingError | None = None
    deferred: bool = False
    deliveries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Awaited:
    """What has to be done next, and for which node."""

    node: str
    action: PendingAction


@dataclass(frozen=True, slots=True)
class Result:
    """What one node found, and how far it counts here."""

    node: str
    method_id: str
    completed: NodeCompleted
    counted: Assurance


@dataclass(frozen=True, slots=True)
class Progress:
    """The whole. ``sources`` says which node an attribute came from; those given at the start have none."""

    started: ProofingStarted
    version: int
    status: ExecutionStatus
    nodes: Mapping[str, NodeProgress]
    awaited: tuple[Awaited, ...]
    attributes: Mapping[str, AttributeValue]
    sources: Mapping[str, str]
    by_node: Mapping[str, Mapping[str, AttributeValue]]
    results: tuple[Result, ...]
    errors: tuple[ProofingError, ...]
    assurance: Assurance
    amr: tuple[str, ...]
    identifiers: tuple[HashedIdentifier, ...]
    consents: frozenset[Consent]
    consents_missing: tuple[Consent, ...]
    cancelled: ProofingCancelled | None
    may_enroll: bool
    materialized: Mapping[int, RuleMaterialized]


def fold(plan: Plan, events: Iterable[ProofingEvent], *, now: datetime | None = None) -> Progress:
    """Replay ``events``. With ``now``, an execution whose time is over by then is seen as expired.

    Raises ``ValueError`` when they do not begin with the start, or belong to another plan.
    """
    iterator = iter(events)
    first = next(iterator, None)
    if not isinstance(first, ProofingStarted):
        raise ValueError("an execution begins with its start")
    if first.plan_digest != plan.digest:
        raise ValueError("an execution of another plan")
    facts = _Facts(plan, first)
    for event in iterator:
        facts.take(event)
    if now is not None and now >= first.expires_at:
        facts.expire()
    return facts.progress()


@dataclass(slots=True)
class _Leaf:
    """What is known of one node itself, before its place in the graph is looked at."""

    verdict: Verdict = Verdict.OPEN
    since: int = 0
    attempts: int = 0
    answers: int = 0
    dispatched: bool = False
    action: PendingAction | None = None
    state: Mapping[str, str] = field(default_factory=dict)
    error: ProofingError | None = None
    deferred: bool = False
    deliveries: set[str] = field(default_factory=set)


class _Facts:
    """The events as they come in; what follows from them is found once, at the end."""

    def __init__(self, plan: Plan, started: ProofingStarted) -> None:
        self.plan = plan
        self.started = started
        self.version = 1
        self.leaves: dict[str, _Leaf] = {}
        self.chosen: dict[str, str] = {}
        self.completed: list[NodeCompleted] = []
        self.errors: list[ProofingError] = []
        self.consents: set[Consent] = set()
        self.cancelled: ProofingCancelled | None = None
        self.expired = False
        self.materialized: dict[int, RuleMaterialized] = {}

    def take(self, event: ProofingEvent) -> None:
        self.version += 1
        match event:
            case ProofingStarted():
                raise ValueError("an execution starts once")
            case ConsentCollected(consents=consents):
                self.consents.update(consents)
            case ChildChosen(node=node, child=child):
                if self.chosen.get(node, child) != child:
                    self._leave(self.chosen[node])
                self.chosen[node] = child
                self._leaf(node)
            case ProofingCancelled():
                self.cancelled = event
            case ProofingExpired():
                self.expired = True
            case RuleMaterialized(rule=rule):
                self.materialized[rule] = event
            case FilesKept():  # evidence, whatever becomes of its step
                pass
            case NodeDeferred(node=node):
                self._leaf(node).deferred = True
            case _:
                self._take_of_node(event)

    def expire(self) -> None:
        if self._status(self._verdicts()) in (ExecutionStatus.CREATED, ExecutionStatus.RUNNING):
            self.expired = True

    def _take_of_node(self, event: NodeDispatched | NodeAwaits | NodeCompleted | NodeFailed) -> None:
        leaf = self._leaf(event.node)
        if not isinstance(event, NodeDispatched) and event.delivery:
            leaf.deliveries.add(event.delivery)
        leaf.answers += leaf.dispatched and not isinstance(event, NodeDispatched)
        leaf.dispatched, leaf.action, leaf.state = False, None, {}
        match event:
            case NodeDispatched(attempt=attempt):
                leaf.attempts, leaf.dispatched = attempt, True
            case NodeAwaits(action=action, state=state):
                leaf.action, leaf.state, leaf.error = action, state, None
            case NodeCompleted():
                leaf.verdict, leaf.error = Verdict.SUCCEEDED, None
                self.completed.append(event)
            case NodeFailed(error=error):
                leaf.error = error
                self.errors.append(error)
                leaf.verdict = Verdict.OPEN if error.retryable else Verdict.FAILED

    def _leave(self, child: str) -> None:
        """Another way was chosen: what waited below this one was called off, and is begun anew should it be chosen
        again. An answer to it comes too late from now on."""
        for name in self.leaves:
            if name == child or child in {each.id for each in self.plan.ancestors(name)}:
                leaf = self._leaf(name)
                leaf.dispatched, leaf.action, leaf.state = False, None, {}

    def _leaf(self, node: str) -> _Leaf:
        if node not in self.plan.nodes:
            raise ValueError("an event of a node that is not in the plan")
        leaf = self.leaves.setdefault(node, _Leaf())
        leaf.since = self.version
        return leaf

    # What follows

    def progress(self) -> Progress:
        verdicts = self._verdicts()
        results = tuple(self._result(each) for each in self.completed)
        assurance = Assurance()
        for each in results:
            assurance = assurance.joined(each.counted)
        status, errors = self._judged(self._status(verdicts), assurance)
        nodes = self._nodes(verdicts, is_over=status.is_over)
        missing = () if status.is_over else _missing(self.plan, self.consents, nodes)
        awaited = () if status.is_over else tuple(_awaited(self.plan, nodes, missing))
        if status is ExecutionStatus.RUNNING and awaited:
            status = ExecutionStatus.AWAITING_ACTION
        return Progress(
            started=self.started,
            version=self.version,
            status=status,
            nodes=MappingProxyType(nodes),
            awaited=awaited,
            attributes=MappingProxyType(self._attributes()),
            sources=MappingProxyType({name: each.node for each in self.completed for name in each.attributes}),
            by_node=MappingProxyType({each.node: each.attributes for each in self.completed}),
            results=results,
            errors=errors,
            assurance=assurance,
            amr=tuple(dict.fromkeys(word for each in self.completed for word in each.amr)),
            identifiers=tuple(dict.fromkeys(one for each in self.completed for one in each.identifiers)),
            consents=frozenset(self.consents),
            consents_missing=missing,
            cancelled=self.cancelled,
            may_enroll=self._may_enroll(status, errors),
            materialized=MappingProxyType(dict(self.materialized)),
        )

    def _verdicts(self) -> dict[str, Verdict]:
        verdicts: dict[str, Verdict] = {}
        for node in reversed(list(self.plan.nodes.values())):  # children before their parents
            verdicts[node.id] = self._verdict(node, verdicts)
        return verdicts

    def _verdict(self, node: PlannedNode, verdicts: Mapping[str, Verdict]) -> Verdict:
        own = self.leaves.get(node.id)
        if own is not None and own.verdict is not Verdict.OPEN:
            return own.verdict
        children = [verdicts[child] for child in node.children]
        match node.kind:
            case NodeKind.METHOD:
                return Verdict.OPEN
            case NodeKind.SEQUENCE:
                return policies.sequence(children)
            case NodeKind.PARALLEL:
                return policies.parallel(children, node.join, node.on_failure)
            case NodeKind.THRESHOLD:
                return policies.threshold(children, node.minimum, node.on_failure)
            case NodeKind.CHOICE:
                chosen = self.chosen.get(node.id)
                return Verdict.OPEN if chosen is None else verdicts[chosen]

    def _status(self, verdicts: Mapping[str, Verdict]) -> ExecutionStatus:
        match verdicts[self.plan.root]:
            case Verdict.SUCCEEDED:
                return ExecutionStatus.COMPLETED
            case Verdict.FAILED:
                return ExecutionStatus.FAILED
            case Verdict.OPEN if self.cancelled is not None:
                return ExecutionStatus.CANCELLED
            case Verdict.OPEN if self.expired:
                return ExecutionStatus.EXPIRED
            case Verdict.OPEN:
                return ExecutionStatus.CREATED if self.version == 1 else ExecutionStatus.RUNNING

    def _judged(
        self, status: ExecutionStatus, assurance: Assurance
    ) -> tuple[ExecutionStatus, tuple[ProofingError, ...]]:
        if status is ExecutionStatus.FAILED:
            failed = ProofingError(ErrorKind.GRAPH, STEPS_FAILED.name, self.plan.root)
            return status, (*self.errors, failed)
        if status is ExecutionStatus.COMPLETED and not assurance.reaches(self.plan.use_case.policy.minimum):
            too_low = ProofingError(ErrorKind.ASSURANCE, ASSURANCE_TOO_LOW.name)
            return ExecutionStatus.FAILED, (*self.errors, too_low)
        return status, tuple(self.errors)

    def _result(self, completed: NodeCompleted) -> Result:
        method = self.plan.method_of(self.plan.nodes[completed.node])
        policy = self.plan.use_case.policy
        worth = counted(completed.assurance, method, policy, self.started.scenario)
        return Result(completed.node, method.id, completed, worth)

    def _attributes(self) -> dict[str, AttributeValue]:
        """All of them; of one name the last."""
        attributes = dict(self.started.attributes)
        for each in self.completed:
            attributes.update(each.attributes)
        return attributes

    def _may_enroll(self, status: ExecutionStatus, errors: tuple[ProofingError, ...]) -> bool:
        """Whether the person may be enrolled now: proven, or owed under a policy that allows that."""
        if status is ExecutionStatus.COMPLETED:
            return True
        if self.plan.use_case.policy.offline_policy != "ENROLL_PROVISIONAL":
            return False
        if status is ExecutionStatus.FAILED:
            return not self.started.online and errors[-1].kind is ErrorKind.ASSURANCE
        return not status.is_over and any(leaf.deferred for leaf in self.leaves.values())

    # Statuses, from the root down

    def _nodes(self, verdicts: Mapping[str, Verdict], *, is_over: bool) -> dict[str, NodeProgress]:
        begun = self._begun()
        nodes: dict[str, NodeProgress] = {}
        # What each node is told by its parent: whether it can run, and whether it no longer matters.
        told: dict[str, tuple[bool, bool]] = {self.plan.root: (True, is_over)}
        for node in self.plan.nodes.values():  # parents before their children
            enabled, over = told[node.id]
            status = self._node_status(node, verdicts[node.id], enabled, over, begun)
            nodes[node.id] = self._node(node, status)
            over = over or status.is_over
            told.update(self._told(node, verdicts, enabled=enabled and not over, over=over))
        return nodes

    def _begun(self) -> set[str]:
        begun = {name for name, leaf in self.leaves.items() if leaf.attempts}
        for name in tuple(begun):
            begun.update(each.id for each in self.plan.ancestors(name))
        return begun

    def _node_status(
        self, node: PlannedNode, verdict: Verdict, enabled: bool, over: bool, begun: set[str]
    ) -> NodeStatus:
        if verdict is not Verdict.OPEN:
            return NodeStatus.COMPLETED if verdict is Verdict.SUCCEEDED else NodeStatus.FAILED
        if over:
            return NodeStatus.CANCELLED if node.id in begun else NodeStatus.SKIPPED
        if not enabled:
            return NodeStatus.PENDING
        if node.kind is NodeKind.METHOD:
            return _leaf_status(self.leaves.get(node.id))
        if node.kind is NodeKind.CHOICE and node.id not in self.chosen:
            by_hand = node.selection is Selection.USER_SELECT
            return NodeStatus.AWAITING_INPUT if by_hand else NodeStatus.READY
        return NodeStatus.DISPATCHED if node.id in begun else NodeStatus.READY

    def _told(
        self, node: PlannedNode, verdicts: Mapping[str, Verdict], *, enabled: bool, over: bool
    ) -> Iterable[tuple[str, tuple[bool, bool]]]:
        chosen = self.chosen.get(node.id)
        first_open = next((each for each in node.children if verdicts[each] is Verdict.OPEN), None)
        for child in node.children:
            match node.kind:
                case NodeKind.SEQUENCE:
                    yield child, (enabled and child == first_open, over)
                case NodeKind.CHOICE if chosen is None:
                    yield child, (enabled and node.selection is Selection.USER_SELECT, over)
                case NodeKind.CHOICE:
                    yield child, (enabled and child == chosen, over or child != chosen)
                case _:
                    yield child, (enabled, over)

    def _node(self, node: PlannedNode, status: NodeStatus) -> NodeProgress:
        leaf = self.leaves.get(node.id)
        if leaf is None:
            return NodeProgress(status)
        return NodeProgress(
            status,
            leaf.since,
            leaf.attempts,
            leaf.answers,
            leaf.action,
            leaf.state,
            self.chosen.get(node.id),
            leaf.error,
            leaf.deferred,
            frozenset(leaf.deliveries),
        )


def _leaf_status(leaf: _Leaf | None) -> NodeStatus:
    if leaf is None:
        return NodeStatus.READY
    match leaf.action:
        case None:
            return NodeStatus.DISPATCHED if leaf.dispatched else NodeStatus.READY
        case UserInputAction():
            return NodeStatus.AWAITING_INPUT
        case PollAction():
            return NodeStatus.AWAITING_POLL
        case _:
            return NodeStatus.AWAITING_CALLBACK


def consents_of(plan: Plan, node: PlannedNode) -> tuple[Consent, ...]:
    """What must have been agreed to before this node may run."""
    asked = (*plan.use_case.policy.required_consents, *plan.method_of(node).compliance.required_consents)
    return tuple(dict.fromkeys(asked))


def _missing(plan: Plan, given: Iterable[Consent], nodes: Mapping[str, NodeProgress]) -> tuple[Consent, ...]:
    """What has to be agreed to for whatever may still run."""
    still = (leaf for leaf in plan.leaves() if not nodes[leaf.id].status.is_over)
    asked = dict.fromkeys(consent for leaf in still for consent in consents_of(plan, leaf))
    return tuple(each for each in asked if each not in set(given))


def _awaited(plan: Plan, nodes: Mapping[str, NodeProgress], missing: tuple[Consent, ...]) -> Iterable[Awaited]:
    if missing:
        fields = tuple(InputField(each.value, each.value, FieldType.CONSENT) for each in missing)
        yield Awaited(CONSENTS, UserInputAction(fields))
    for node in plan.nodes.values():
        there = nodes[node.id]
        if there.action is not None and there.status.is_awaiting:
            yield Awaited(node.id, there.action)
        elif node.kind is NodeKind.CHOICE and there.status is NodeStatus.AWAITING_INPUT:
            options = InputField(SELECTION, SELECTION, FieldType.SELECT, options=node.children)
            yield Awaited(node.id, UserInputAction((options,)))
