"""Which methods can run here and now, and why the others cannot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from muster.domain.proofing import Consent
from muster.errors import Code
from muster.proofing.definitions import Method, OtpMethodDefinition, TerritoryRestriction
from muster.proofing.plan import NodeKind, Plan, PlannedNode
from muster.proofing.policies import Join
from muster.proofing.progress import consents_of

METHOD_DISABLED = Code("METHOD_DISABLED", "This way of proving who somebody is is switched off.")
METHOD_NOT_HERE = Code("METHOD_NOT_HERE", "This station cannot do this step: {type} is not installed.")
METHOD_PROHIBITED = Code(
    "METHOD_PROHIBITED", "This way of proving who somebody is may not be used in {territory}."
)
CONSENT_MISSING = Code("CONSENT_MISSING", "The person has to agree first: {consents}.")
PROOFING_DEVICE_MISSING = Code("PROOFING_DEVICE_MISSING", "The device for this step is not connected: {device}.")
METHOD_NEEDS_NETWORK = Code(
    "METHOD_NEEDS_NETWORK", "This step needs a network. It waits: go on with it when there is one."
)

METHOD_DOWNGRADED = Code(
    "METHOD_DOWNGRADED",
    "The service for this step does not answer just now. Take another way, or try again later.",
)

_WITHOUT_NETWORK = frozenset({"document", "biometric", "claim_match", "vouch"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the station has at this moment: a network, kinds of devices, and methods by their type. ``downgraded``
    are methods, by their id, whose service was not there lately."""

    online: bool
    methods: frozenset[str]
    devices: frozenset[str] = frozenset()
    downgraded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hindrance:
    code: Code
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.code.say(self.detail)


def hindrance(
    plan: Plan, node: PlannedNode, territory: str, given: Collection[Consent], around: Surroundings
) -> Hindrance | None:
    """Why this method node cannot run; nothing when it can."""
    method = plan.method_of(node)
    missing = [each.value for each in consents_of(plan, node) if each not in given]
    standing = standing_hindrance(method, territory)
    if standing is not None:
        return standing
    if method.type not in around.methods:
        return Hindrance(METHOD_NOT_HERE, {"type": method.type})
    if missing:
        return Hindrance(CONSENT_MISSING, {"consents": ", ".join(missing)})
    if method.device is not None and method.device not in around.devices:
        return Hindrance(PROOFING_DEVICE_MISSING, {"device": method.device})
    if not around.online and not works_offline(method):
        return Hindrance(METHOD_NEEDS_NETWORK)
    if method.id in around.downgraded and plan.use_case.policy.downgraded_services == "REFUSE":
        return Hindrance(METHOD_DOWNGRADED)
    return None


def offered(plan: Plan, node: PlannedNode, around: Surroundings) -> tuple[str, ...]:
    """The children of a choice as they are offered: first those that can succeed without a service that was not
    there lately."""

    def is_sure(child: str) -> bool:
        return can_succeed(plan, child, lambda leaf: plan.method_of(leaf).id not in around.downgraded)

    return tuple(sorted(node.children, key=lambda child: not is_sure(child)))


def standing_hindrance(method: Method, territory: str) -> Hindrance | None:
    """What no waiting changes: the configuration, and the law of the place."""
    if not method.enabled:
        return Hindrance(METHOD_DISABLED)
    applicable = method.compliance.applicable_territories
    elsewhere = territory and applicable is not None and territory not in applicable
    if elsewhere or restriction(method, territory).prohibited:
        return Hindrance(METHOD_PROHIBITED, {"territory": territory})
    return None


def restriction(method: Method, territory: str) -> TerritoryRestriction:
    return method.compliance.territory_restrictions.get(territory, TerritoryRestriction())


def works_offline(method: Method) -> bool:
    if method.offline_capable is not None:
        return method.offline_capable
    by_clock = isinstance(method, OtpMethodDefinition) and method.channel == "authenticator_app"
    return by_clock or method.type in _WITHOUT_NETWORK


def can_succeed(plan: Plan, node_id: str, can_run: Callable[[PlannedNode], bool]) -> bool:
    """Whether enough below a node can run for it to succeed."""
    node = plan.nodes[node_id]
    if node.kind is NodeKind.METHOD:
        return can_run(node)
    able = sum(can_succeed(plan, child, can_run) for child in node.children)
    match node.kind:
        case NodeKind.CHOICE:
            return able >= 1
        case NodeKind.THRESHOLD:
            return able >= node.minimum
        case NodeKind.PARALLEL if node.join is Join.ANY:
            return able >= 1
        case NodeKind.PARALLEL if node.join is Join.BEST_EFFORT:
            return True
    return able == len(node.children)


def methods_below(plan: Plan, node_id: str) -> tuple[PlannedNode, ...]:
    node = plan.nodes[node_id]
    if node.kind is NodeKind.METHOD:
        return (node,)
    return tuple(leaf for child in node.children for leaf in methods_below(plan, child))
