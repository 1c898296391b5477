"""Which child a choice takes by itself: among those that can succeed here and now, by its policy.

At equal level or cost the first in the configuration. A composite child costs the least it can be done for.
"""

from __future__ import annotations

from collections.abc import Callable

from muster.domain.proofing import Assurance, Scenario
from muster.proofing.assurance import reachable
from muster.proofing.availability import can_succeed, methods_below
from muster.proofing.plan import NodeKind, Plan, PlannedNode, Selection
from muster.proofing.policies import Join

CanRun = Callable[[PlannedNode], bool]


def pick(plan: Plan, choice: PlannedNode, scenario: Scenario, can_run: CanRun) -> str | None:
    """The chosen child, or nothing when none can succeed now."""
    able = [child for child in choice.children if can_succeed(plan, child, can_run)]
    if not able:
        return None
    match choice.selection:
        case Selection.HIGHEST_ASSURANCE:
            return max(able, key=lambda child: _ranks(_best(plan, child, scenario, can_run)))
        case Selection.LOWEST_COST:
            return min(able, key=lambda child: _cost(plan, child, can_run))
        case _:
            return able[0]


def _best(plan: Plan, child: str, scenario: Scenario, can_run: CanRun) -> Assurance:
    best = Assurance()
    for leaf in methods_below(plan, child):
        if can_run(leaf):
            best = best.joined(reachable(plan.method_of(leaf), plan.use_case.policy, scenario))
    return best


def _ranks(assurance: Assurance) -> tuple[int, ...]:
    """eIDAS decides; the other scales only between equals."""
    levels = (assurance.eidas, assurance.ial, assurance.aal, assurance.strength)
    return tuple(-1 if each is None else each.rank for each in levels)


def _cost(plan: Plan, node_id: str, can_run: CanRun) -> float:
    node = plan.nodes[node_id]
    if node.kind is NodeKind.METHOD:
        return plan.method_of(node).cost
    costs = sorted(_cost(plan, child, can_run) for child in node.children if can_succeed(plan, child, can_run))
    match node.kind:
        case NodeKind.CHOICE:
            return costs[0]
        case NodeKind.THRESHOLD:
            return sum(costs[: node.minimum])
        case NodeKind.PARALLEL if node.join is Join.ANY:
            return costs[0]
    return sum(costs)
