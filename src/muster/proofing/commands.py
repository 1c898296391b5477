"""What may happen next: a wish and where everything stands become events, or a refusal that says why.

Every function is pure and asks nobody. What it returns is to be stored with its audit record in one transaction,
in which the progress it was given was read; then the fold of what is stored is the truth.

A method is asked outside any transaction. So its answer names the version of the node it was asked at (``since``);
when something else happened to the node meanwhile, the answer comes too late and is refused (two callbacks race:
one wins, the other is told). A callback that was taken already changes nothing and is no error.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from muster.clock import rfc3339
from muster.domain.evidence import Artifact
from muster.domain.proofing import (
    AttributeValue,
    Consent,
    ErrorKind,
    ExecutionStatus,
    HashedIdentifier,
    Identifier,
    NodeStatus,
    ProofingError,
    Scenario,
    UserInputAction,
)
from muster.errors import BadInput, Code, DeviceUnavailable, MusterError, NetworkUnavailable, Refused
from muster.proofing.availability import (
    METHOD_NEEDS_NETWORK,
    PROOFING_DEVICE_MISSING,
    Hindrance,
    Surroundings,
    hindrance,
    methods_below,
    restriction,
)
from muster.proofing.definitions import ContextAttribute, PriorNodeAttribute
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
)
from muster.proofing.method import Done, NotDone, Outcome, Pending
from muster.proofing.plan import NodeKind, Plan, PlannedNode, Selection
from muster.proofing.progress import CONSENTS, SELECTION, Progress, fold
from muster.proofing.selection import pick

PROOFING_OVER = Code("PROOFING_OVER", "This proof of identity is over ({status}) and cannot go on.")
PROOFING_EXPIRED = Code("PROOFING_EXPIRED", "The time for this proof of identity is over. Begin again.")
NODE_UNKNOWN = Code("NODE_UNKNOWN", "This proof of identity has no step {node}.")
NODE_NOT_READY = Code("NODE_NOT_READY", "The step {node} is not to be done now.")
NODE_OVER = Code("NODE_OVER", "The step {node} is over.")
NODE_NO_METHOD = Code("NODE_NO_METHOD", "The step {node} is made of others: go on with one of those.")
NODE_MOVED_ON = Code(
    "NODE_MOVED_ON", "Something else happened to the step {node} meanwhile. Look at it again before you go on."
)
VERSION_CONFLICT = Code(
    "VERSION_CONFLICT", "Somebody else went on with this proof of identity: it is at {actual}, not at {expected}."
)
NOT_AWAITED = Code("NOT_AWAITED", "The step {node} does not wait for this.")
TOO_EARLY = Code("TOO_EARLY", "There cannot be an answer before {time}.")
ACTION_EXPIRED = Code("ACTION_EXPIRED", "The answer for the step {node} came too late. Begin this step again.")
FIELDS_WRONG = Code("FIELDS_WRONG", "The form of the step {node} has other fields: {fields}.")
CONSENT_VALUE_WRONG = Code("CONSENT_VALUE_WRONG", "Only the value true says that the person agrees: {consents}.")
OPTION_UNKNOWN = Code("OPTION_UNKNOWN", "The step {node} does not offer that: {options}.")
CANCEL_REASON_MISSING = Code("CANCEL_REASON_MISSING", "Say why this proof of identity is cancelled.")
TOO_MANY_ATTEMPTS = Code("TOO_MANY_ATTEMPTS", "This step was tried too often.")
OFFLINE_FAILED = Code("OFFLINE_FAILED", "This step needs a network, and may not wait for one.")
NOTHING_AVAILABLE = Code("NOTHING_AVAILABLE", "None of the ways to do this step is available.")
LEGAL_BASIS_MISSING = Code(
    "LEGAL_BASIS_MISSING", "This step found an identifier that may not be used here without a legal basis."
)

Hash = Callable[[Identifier], str]


def started(
    plan: Plan,
    *,
    at: datetime,
    scenario: Scenario,
    online: bool,
    subject: str = "",
    territory: str = "",
    attributes: Mapping[str, AttributeValue] | None = None,
) -> ProofingStarted:
    """The policy's own territory comes before that of the moment; of two scenarios both cap."""
    policy = plan.use_case.policy
    return ProofingStarted(
        at=at,
        plan_digest=plan.digest,
        use_case_id=plan.use_case.id,
        tenant_id=plan.use_case.tenant_id,
        subject=subject,
        scenario=scenario,
        territory=policy.territory_id or territory,
        online=online,
        expires_at=at + timedelta(seconds=policy.session_ttl_seconds),
        attributes=dict(attributes or {}),
    )


def require_open(progress: Progress) -> None:
    """Raises ``Refused(PROOFING_EXPIRED | PROOFING_OVER)``."""
    if progress.status is ExecutionStatus.EXPIRED:
        raise Refused(PROOFING_EXPIRED)
    if progress.status.is_over:
        raise Refused(PROOFING_OVER, status=progress.status.value)


def require_version(progress: Progress, expected: int | None) -> None:
    """Raises ``Refused(VERSION_CONFLICT)``."""
    if expected is not None and expected != progress.version:
        raise Refused(VERSION_CONFLICT, expected=expected, actual=progress.version)


def expired(progress: Progress, at: datetime) -> tuple[ProofingEvent, ...]:
    """The end of its time, if it is over and nobody said so yet."""
    is_over = at >= progress.started.expires_at and not progress.status.is_over
    return (ProofingExpired(at),) if is_over else ()


def cancelled(progress: Progress, by: str, reason: str, at: datetime) -> tuple[ProofingEvent, ...]:
    require_open(progress)
    if not reason.strip():
        raise BadInput(CANCEL_REASON_MISSING)
    return (ProofingCancelled(at, by, reason.strip()),)


# --- dispatching -----------------------------------------------------------------------------------------


def dispatched(
    plan: Plan, progress: Progress, node_id: str, around: Surroundings, at: datetime
) -> tuple[ProofingEvent, ...]:
    """A method is to be asked, unless what is returned ends in something else than ``NodeDispatched``: then the
    node failed or was deferred. Whatever choices lead to it are made.

    Raises ``Refused``, ``NetworkUnavailable``, ``DeviceUnavailable``: nothing happens now.
    """
    require_open(progress)
    node, there = _method_node(plan, node_id), progress.nodes[node_id]
    if there.status.is_over:
        raise Refused(NODE_OVER, node=node_id)
    if there.status is NodeStatus.PENDING:
        raise Refused(NODE_NOT_READY, node=node_id)
    choices = _choices_above(plan, progress, node, at)
    reason = hindrance(plan, node, progress.started.territory, progress.consents, around)
    if reason is not None:
        return (*choices, *_hindered(plan, progress, node, reason, at))
    if there.answers >= plan.use_case.policy.max_attempts_per_node:
        return (*choices, _failed(node_id, TOO_MANY_ATTEMPTS, ErrorKind.DRIVER, at))
    return (*choices, NodeDispatched(at, node_id, there.attempts + 1))


def _method_node(plan: Plan, node_id: str) -> PlannedNode:
    node = plan.nodes.get(node_id)
    if node is None:
        raise BadInput(NODE_UNKNOWN, node=node_id)
    if node.kind is not NodeKind.METHOD:
        raise BadInput(NODE_NO_METHOD, node=node_id)
    return node


def _choices_above(plan: Plan, progress: Progress, node: PlannedNode, at: datetime) -> tuple[ChildChosen, ...]:
    """The choices a person makes by beginning this very step."""
    below = node.id
    made: list[ChildChosen] = []
    for each in plan.ancestors(node.id):
        if each.kind is NodeKind.CHOICE and progress.nodes[each.id].chosen is None:
            made.append(ChildChosen(at, each.id, below))
        below = each.id
    return tuple(reversed(made))


def _hindered(
    plan: Plan, progress: Progress, node: PlannedNode, reason: Hindrance, at: datetime
) -> tuple[ProofingEvent, ...]:
    if reason.code is METHOD_NEEDS_NETWORK:
        match plan.use_case.policy.offline_policy:
            case "FAIL":
                return (_failed(node.id, OFFLINE_FAILED, ErrorKind.DRIVER, at),)
            case "ENROLL_PROVISIONAL" if not progress.nodes[node.id].deferred:
                return (NodeDeferred(at, node.id),)
    raise _refusal(reason)


def _refusal(reason: Hindrance) -> MusterError:
    if reason.code is METHOD_NEEDS_NETWORK:
        return NetworkUnavailable(reason.code)
    error = DeviceUnavailable if reason.code is PROOFING_DEVICE_MISSING else Refused
    return error(reason.code, **reason.detail)


def inputs_of(
    plan: Plan, progress: Progress, node_id: str, entered: Mapping[str, AttributeValue]
) -> dict[str, AttributeValue]:
    """What is bound to a node, as far as it was found: a step that was not needed found nothing."""
    found: dict[str, AttributeValue] = {}
    for binding in plan.nodes[node_id].bindings:
        match binding.source:
            case ContextAttribute(attribute_path=path):
                values, name = progress.started.attributes, path
            case PriorNodeAttribute(node_id=prior, attribute_path=path):
                values, name = progress.by_node.get(prior, {}), path
            case source:
                values, name = entered, source.field_id
        if name in values:
            found[binding.target] = values[name]
    return found


# --- answers ---------------------------------------------------------------------------------------------


def require_awaited(progress: Progress, node_id: str, statuses: Sequence[NodeStatus], at: datetime) -> None:
    """Raises ``Refused`` when the node does not wait for that, or no longer."""
    require_open(progress)
    there = progress.nodes.get(node_id)
    if there is None:
        raise BadInput(NODE_UNKNOWN, node=node_id)
    if there.status.is_over:
        raise Refused(NODE_OVER, node=node_id)
    if there.status not in statuses or there.action is None:
        raise Refused(NOT_AWAITED, node=node_id)
    until = getattr(there.action, "expires_at", None)
    if until is not None and at >= until:
        raise Refused(ACTION_EXPIRED, node=node_id)
    earliest = getattr(there.action, "next_check_at", None)
    if earliest is not None and at < earliest:
        raise Refused(TOO_EARLY, time=rfc3339(earliest))


def require_fields(progress: Progress, node_id: str, fields: Mapping[str, str]) -> None:
    """Raises ``BadInput(FIELDS_WRONG)`` unless the form that is waited for was filled in."""
    action = progress.nodes[node_id].action
    assert isinstance(action, UserInputAction)
    known = {each.id for each in action.fields}
    needed = {each.id for each in action.fields if each.required}
    if not needed <= set(fields) <= known:
        raise BadInput(FIELDS_WRONG, node=node_id, fields=", ".join(sorted(known)))


def answered(
    plan: Plan,
    progress: Progress,
    node_id: str,
    since: int,
    outcome: Outcome,
    hash_of: Hash,
    at: datetime,
    delivery: str = "",
    artifacts: tuple[Artifact, ...] = (),
) -> tuple[ProofingEvent, ...]:
    """What a method said, asked when the node was at ``since``, behind the files it brought, as they are kept.
    Identifiers go no further than here.

    Raises ``Refused(NODE_MOVED_ON | PROOFING_OVER | ...)``: the answer came too late.
    """
    if delivery and delivery in progress.nodes[node_id].deliveries:
        return ()
    require_open(progress)
    there = progress.nodes[node_id]
    if there.since != since or there.status.is_over:
        raise Refused(NODE_MOVED_ON, node=node_id)
    kept = (FilesKept(at, node_id, artifacts),) if artifacts else ()
    match outcome:
        case Pending(action=action, state=state):
            return (*kept, NodeAwaits(at, node_id, action, dict(state), delivery))
        case NotDone(code=code, provider_code=provider_code, retryable=retryable):
            answers = there.answers + (there.status is NodeStatus.DISPATCHED)
            again = retryable and answers < plan.use_case.policy.max_attempts_per_node
            error = ProofingError(ErrorKind.DRIVER, code.name, node_id, provider_code, again)
            return (*kept, NodeFailed(at, node_id, error, delivery))
        case Done():
            return (*kept, _completed(plan, progress, node_id, outcome, hash_of, at, delivery))


def _completed(
    plan: Plan, progress: Progress, node_id: str, done: Done, hash_of: Hash, at: datetime, delivery: str
) -> ProofingEvent:
    method = plan.method_of(plan.nodes[node_id])
    guarded = restriction(method, progress.started.territory).requires_legal_basis
    unfounded = set(guarded) - set(plan.use_case.policy.legal_bases)
    if any(each.type in unfounded for each in done.identifiers):
        return _failed(node_id, LEGAL_BASIS_MISSING, ErrorKind.COMPLIANCE, at, delivery)
    return NodeCompleted(
        at,
        node_id,
        tuple(HashedIdentifier(each.type, hash_of(each)) for each in done.identifiers),
        dict(done.attributes),
        done.assurance,
        done.amr,
        done.evidence,
        delivery,
    )


def digest_of(data: Mapping[str, str]) -> str:
    """By which a callback that comes once more is known."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- consents and choices --------------------------------------------------------------------------------


def entered(
    plan: Plan, progress: Progress, node_id: str, fields: Mapping[str, str], at: datetime
) -> tuple[ProofingEvent, ...] | None:
    """What a form means that is the engine's own: consents, or a choice. Nothing for a method's form."""
    require_open(progress)
    if node_id == CONSENTS:
        return (ConsentCollected(at, _agreed(progress, fields)),)
    node = plan.nodes.get(node_id)
    if node is None or node.kind is not NodeKind.CHOICE:
        return None
    there = progress.nodes[node_id]
    if there.status.is_over:
        raise Refused(NODE_OVER, node=node_id)
    if there.status is not NodeStatus.AWAITING_INPUT and not _may_choose_anew(plan, progress, node, fields):
        raise Refused(NOT_AWAITED, node=node_id)
    if set(fields) != {SELECTION}:
        raise BadInput(FIELDS_WRONG, node=node_id, fields=SELECTION)
    if fields[SELECTION] not in node.children:
        raise BadInput(OPTION_UNKNOWN, node=node_id, options=", ".join(node.children))
    return (*_choices_above(plan, progress, node, at), ChildChosen(at, node_id, fields[SELECTION]))


def _may_choose_anew(plan: Plan, progress: Progress, choice: PlannedNode, fields: Mapping[str, str]) -> bool:
    """Whether a person may still go another way: as long as nothing of the one they chose is done."""
    there = progress.nodes[choice.id]
    if choice.selection is not Selection.USER_SELECT or there.chosen in (None, fields.get(SELECTION)):
        return False
    assert there.chosen is not None
    is_due = there.status in (NodeStatus.READY, NodeStatus.DISPATCHED)
    done = {NodeStatus.COMPLETED, NodeStatus.FAILED}
    return is_due and all(progress.nodes[leaf.id].status not in done for leaf in methods_below(plan, there.chosen))


def _agreed(progress: Progress, fields: Mapping[str, str]) -> tuple[Consent, ...]:
    known = {each.value: each for each in progress.consents_missing}
    if not fields or not set(fields) <= set(known):
        raise BadInput(FIELDS_WRONG, node=CONSENTS, fields=", ".join(known))
    unsaid = [name for name, value in fields.items() if value != "true"]
    if unsaid:
        raise BadInput(CONSENT_VALUE_WRONG, consents=", ".join(unsaid))
    return tuple(known[each] for each in fields)


def settled(
    plan: Plan, events: Sequence[ProofingEvent], around: Surroundings, at: datetime
) -> tuple[ProofingEvent, ...]:
    """The choices that the plan makes by itself, as far as they are due. A choice of which nothing is available
    waits for better times, or fails where the policy says so."""
    made: list[ProofingEvent] = []
    if not any(_is_made_by_itself(node) for node in plan.nodes.values()):
        return ()
    while True:
        progress = fold(plan, [*events, *made])
        if progress.status.is_over:
            return tuple(made)
        events_due = (_settle(plan, progress, node, around, at) for node in _due_choices(plan, progress))
        event = next((each for each in events_due if each is not None), None)
        if event is None:
            return tuple(made)
        made.append(event)


def _due_choices(plan: Plan, progress: Progress) -> list[PlannedNode]:
    return [
        node
        for node in plan.nodes.values()
        if _is_made_by_itself(node)
        and progress.nodes[node.id].status is NodeStatus.READY
        and progress.nodes[node.id].chosen is None
        and not any(_is_open_choice(above, progress) for above in plan.ancestors(node.id))
    ]


def _is_made_by_itself(node: PlannedNode) -> bool:
    return node.kind is NodeKind.CHOICE and node.selection is not Selection.USER_SELECT


def _is_open_choice(node: PlannedNode, progress: Progress) -> bool:
    """A person still has to choose there: what lies below is only offered."""
    return node.kind is NodeKind.CHOICE and progress.nodes[node.id].chosen is None


def _settle(
    plan: Plan, progress: Progress, choice: PlannedNode, around: Surroundings, at: datetime
) -> ProofingEvent | None:
    def can_run(leaf: PlannedNode) -> bool:
        return hindrance(plan, leaf, progress.started.territory, progress.consents, around) is None

    def is_sure(leaf: PlannedNode) -> bool:
        return plan.method_of(leaf).id not in around.downgraded and can_run(leaf)

    scenario = progress.started.scenario
    child = pick(plan, choice, scenario, is_sure) or pick(plan, choice, scenario, can_run)
    if child is not None:
        return ChildChosen(at, choice.id, child)
    if not around.online and plan.use_case.policy.offline_policy == "FAIL" and not progress.consents_missing:
        return _failed(choice.id, NOTHING_AVAILABLE, ErrorKind.GRAPH, at)
    return None


def _failed(node: str, code: Code, kind: ErrorKind, at: datetime, delivery: str = "") -> NodeFailed:
    return NodeFailed(at, node, ProofingError(kind, code.name, node), delivery)
