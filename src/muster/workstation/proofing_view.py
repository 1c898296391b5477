"""All that whoever shows an execution needs to know: the window's stepper, the command line, an administrator.

What a provider called an error, and the codes in its evidence, are for supervisors: they would teach whoever tries
to get past a check. Everybody else sees our own sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.domain.proofing import (
    Assurance,
    AttributeValue,
    Consent,
    ExecutionStatus,
    HashedIdentifier,
    InputField,
    NodeStatus,
    PendingAction,
    ProofingError,
    Scenario,
)
from muster.errors import Code
from muster.proofing.availability import Surroundings, can_succeed, hindrance, methods_below, offered
from muster.proofing.definitions import UserInputAttribute
from muster.proofing.materialization import Record
from muster.proofing.method import SEALED
from muster.proofing.plan import NodeKind, Plan, PlannedNode, Selection
from muster.proofing.progress import CONSENTS as CONSENTS  # noqa: PLC0414 - a word of whoever answers as well
from muster.proofing.progress import SELECTION as SELECTION  # noqa: PLC0414 - and so is this
from muster.proofing.progress import Progress, Result
from muster.store.proofings import Execution

# The kinds of steps that whoever shows them tells apart.
METHOD, CHOICE, SEQUENCE = NodeKind.METHOD.value, NodeKind.CHOICE.value, NodeKind.SEQUENCE.value
BY_A_PERSON = Selection.USER_SELECT.value  # how a way of a choice is taken


@dataclass(frozen=True, slots=True)
class ErrorView:
    kind: str
    code: str
    sentence: str
    node: str
    retryable: bool
    provider_code: str


@dataclass(frozen=True, slots=True)
class NodeView:
    """One step. ``depth`` and ``parent`` place it in the graph, ``optional``: all can succeed without it,
    ``hindrance``: why it cannot be begun now, empty when it can; ``action`` is what it waits for, ``asks`` what
    has to be entered to begin it."""

    id: str
    kind: str
    place: str
    parent: str
    depth: int
    children: tuple[str, ...]
    status: NodeStatus
    optional: bool
    name: str
    description: str
    method_id: str
    method_type: str
    join: str
    selection: str
    minimum: int
    chosen: str
    attempts: int
    action: PendingAction | None
    hindrance: str
    hindrance_sentence: str
    hindrance_detail: Mapping[str, str]
    asks: tuple[InputField, ...]
    deferred: bool
    error: ErrorView | None


@dataclass(frozen=True, slots=True)
class ResultView:
    """``assurance`` is how far the result counts here."""

    node: str
    method_id: str
    assurance: Assurance
    amr: tuple[str, ...]
    at: datetime
    provider: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AwaitedView:
    node: str
    kind: str
    action: PendingAction


@dataclass(frozen=True, slots=True)
class ExecutionView:
    """``next`` are the steps that can be begun now. Identifiers are keyed hashes."""

    execution_id: str
    use_case_id: str
    use_case_name: str
    tenant_id: str
    subject: str
    plan_digest: str
    status: ExecutionStatus
    version: int
    created_at: datetime
    expires_at: datetime
    scenario: Scenario
    territory: str
    online: bool
    may_enroll: bool
    nodes: tuple[NodeView, ...]
    next: tuple[str, ...]
    awaited: tuple[AwaitedView, ...]
    consents_given: tuple[Consent, ...]
    consents_missing: tuple[Consent, ...]
    attributes: Mapping[str, AttributeValue]
    attribute_sources: Mapping[str, str]
    results: tuple[ResultView, ...]
    errors: tuple[ErrorView, ...]
    assurance: Assurance
    minimum: Assurance
    amr: tuple[str, ...]
    identifiers: tuple[HashedIdentifier, ...]
    cancelled_by: str
    cancel_reason: str
    materialized: tuple[int, ...]
    pending_materializations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OpenView:
    """One line of those that can be gone on with; ``subject`` is empty where it is about no registration."""

    execution_id: str
    use_case_id: str
    use_case_name: str
    subject: str
    status: ExecutionStatus
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class MaterializationView:
    """``written`` is how many records were written now; the others were there, or are only looked at."""

    execution_id: str
    records: tuple[Record, ...]
    written: int
    pending: tuple[int, ...]


def open_view_of(execution: Execution, changed_at: datetime, now: datetime) -> OpenView:
    progress, use_case = execution.progress_at(now), execution.plan.use_case
    return OpenView(
        execution.id,
        use_case.id,
        use_case.name or use_case.id,
        progress.started.subject,
        progress.status,
        changed_at,
    )


def view_of(execution: Execution, now: datetime, around: Surroundings, *, unveiled: bool) -> ExecutionView:
    """``unveiled``: for somebody who may see what providers said."""
    plan, progress = execution.plan, execution.progress_at(now)
    started, policy = progress.started, plan.use_case.policy
    nodes = tuple(_node(plan, progress, node, around, unveiled=unveiled) for node in plan.nodes.values())
    rules = range(len(plan.use_case.materializations))
    sealed = {name for name, value in progress.attributes.items() if str(value).startswith(SEALED)}
    is_complete = progress.status is ExecutionStatus.COMPLETED
    return ExecutionView(
        execution_id=execution.id,
        use_case_id=started.use_case_id,
        use_case_name=plan.use_case.name or started.use_case_id,
        tenant_id=started.tenant_id,
        subject=started.subject,
        plan_digest=plan.digest,
        status=progress.status,
        version=progress.version,
        created_at=started.at,
        expires_at=started.expires_at,
        scenario=started.scenario,
        territory=started.territory,
        online=started.online,
        may_enroll=progress.may_enroll,
        nodes=nodes,
        next=tuple(each.id for each in nodes if _can_be_begun(each)),
        awaited=tuple(
            AwaitedView(each.node, type(each.action).__name__, each.action) for each in progress.awaited
        ),
        consents_given=tuple(sorted(progress.consents, key=lambda each: each.value)),
        consents_missing=progress.consents_missing,
        attributes={name: value for name, value in progress.attributes.items() if name not in sealed},
        attribute_sources={name: node for name, node in progress.sources.items() if name not in sealed},
        results=tuple(_result(each, unveiled=unveiled) for each in progress.results),
        errors=tuple(_error(each, unveiled=unveiled) for each in progress.errors),
        assurance=progress.assurance,
        minimum=policy.minimum,
        amr=progress.amr,
        identifiers=progress.identifiers,
        cancelled_by=progress.cancelled.by if progress.cancelled else "",
        cancel_reason=progress.cancelled.reason if progress.cancelled else "",
        materialized=tuple(sorted(progress.materialized)),
        pending_materializations=tuple(
            each for each in rules if is_complete and each not in progress.materialized
        ),
    )


def _can_be_begun(node: NodeView) -> bool:
    return node.kind == NodeKind.METHOD.value and node.status is NodeStatus.READY and not node.hindrance


def _node(plan: Plan, progress: Progress, node: PlannedNode, around: Surroundings, *, unveiled: bool) -> NodeView:
    there = progress.nodes[node.id]
    is_method = node.kind is NodeKind.METHOD
    display = plan.method_of(node).display if is_method else None
    reason = (
        hindrance(plan, node, progress.started.territory, progress.consents, around)
        if is_method and not there.status.is_over
        else None
    )
    return NodeView(
        id=node.id,
        kind=node.kind.value,
        place=node.place,
        parent=node.parent or "",
        depth=sum(1 for _ in plan.ancestors(node.id)),
        children=offered(plan, node, around) if node.kind is NodeKind.CHOICE else node.children,
        status=there.status,
        optional=_is_optional(plan, node),
        name=display.name if display else node.id,
        description=display.description if display else "",
        method_id=node.method_id,
        method_type=plan.method_of(node).type if is_method else "",
        join=node.join.value if node.kind is NodeKind.PARALLEL else "",
        selection=node.selection.value if node.kind is NodeKind.CHOICE else "",
        minimum=node.minimum,
        chosen=there.chosen or "",
        attempts=there.attempts,
        action=there.action if there.status.is_awaiting else None,
        hindrance=reason.code.name if reason else "",
        hindrance_sentence=reason.sentence if reason else "",
        hindrance_detail=dict(reason.detail) if reason else {},
        asks=_asks(node),
        deferred=there.deferred,
        error=_error(there.error, unveiled=unveiled) if there.error else None,
    )


def _asks(node: PlannedNode) -> tuple[InputField, ...]:
    sources = (each.source for each in node.bindings)
    asked = {each.field_id: each.field_label for each in sources if isinstance(each, UserInputAttribute)}
    return tuple(InputField(name, words or name) for name, words in asked.items())


def _is_optional(plan: Plan, node: PlannedNode) -> bool:
    """Whether all can succeed though nothing of it does."""
    below = {leaf.id for leaf in methods_below(plan, node.id)}
    return can_succeed(plan, plan.root, lambda leaf: leaf.id not in below)


def _result(result: Result, *, unveiled: bool) -> ResultView:
    evidence = result.completed.evidence
    return ResultView(
        node=result.node,
        method_id=result.method_id,
        assurance=result.counted,
        amr=result.completed.amr,
        at=result.completed.at,
        provider=evidence.provider,
        metadata=dict(evidence.metadata) if unveiled else {},
    )


def _error(error: ProofingError, *, unveiled: bool) -> ErrorView:
    code = Code.named(error.code)
    return ErrorView(
        kind=error.kind.value,
        code=error.code,
        sentence=code.sentence if code else error.code,
        node=error.node or "",
        retryable=error.retryable,
        provider_code=error.provider_code if unveiled else "",
    )
