"""The fold, against a second reading of the rules: objects that tell each other what happened to them.

What is compared are thousands of random graphs, and the outcomes of their methods in random order. The engine
finds everything from the facts, whenever it is asked; the reading here moves step by step, each node deciding as
it hears of a child. ``MUSTER_PROOFING_GRAPHS`` asks for more of them.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from muster.domain.proofing import ErrorKind, ExecutionStatus, NodeStatus, ProofingError
from muster.errors import Refused
from muster.proofing.commands import answered, dispatched, entered
from muster.proofing.events import NodeFailed, ProofingEvent
from muster.proofing.method import NotDone
from muster.proofing.plan import Plan
from muster.proofing.progress import Progress, fold
from simulators.scripted_method import SCRIPTED_NO
from unit.proofing.graphs import (
    NOON,
    ONLINE,
    Json,
    choice,
    method,
    parallel,
    plan,
    sequence,
    start,
    succeeded,
    threshold,
)

GRAPHS = int(os.environ.get("MUSTER_PROOFING_GRAPHS", "900"))


# --- a second reading ------------------------------------------------------------------------------------


@dataclass
class Told:
    """A node that is told things. ``end`` is None, "yes" or "no"; ``gone``: nobody waits for it any more."""

    graph: Json
    children: list[Told] = field(default_factory=list)
    end: str | None = None
    gone: bool = False
    touched: bool = False
    picked: Told | None = None

    @classmethod
    def of(cls, graph: Json) -> Told:
        return cls(graph, [cls.of(child) for child in graph.get("children", ())])

    def all(self) -> list[Told]:
        return [self, *(below for child in self.children for below in child.all())]

    def leave(self) -> None:
        """Everything here that has no end stays without one."""
        for each in self.all():
            each.gone = each.gone or each.end is None

    def path_to(self, node: str) -> list[Told] | None:
        if self.graph.get("nodeId") == node:
            return [self]
        for child in self.children:
            path = child.path_to(node)
            if path is not None:
                return [self, *path]
        return None

    def hear(self, child: Told) -> None:
        """A child has come to an end."""
        ends = [each.end for each in self.children]
        yes, no, waiting = ends.count("yes"), ends.count("no"), ends.count(None)
        match self.graph["_type"]:
            case "SequenceNode":
                if child.end == "no":
                    self.come_to("no")
                elif waiting == 0:
                    self.come_to("yes")
            case "ChoiceNode":
                self.come_to(str(child.end))
            case "ThresholdNode":
                patient = self.graph.get("failurePolicy") == "ContinueOnFailure"
                self._count(yes, waiting, self.graph["minimumSuccesses"], patient)
            case "ParallelNode":
                join = self.graph.get("joinPolicy", "All")
                on_failure = self.graph.get("failurePolicy", "FailFast")
                if join == "BestEffort":
                    if waiting == 0:
                        self.come_to("yes")
                elif on_failure == "WaitForAll" and waiting:
                    return
                else:
                    needed = len(ends) if join == "All" else 1
                    self._count(yes, waiting, needed, on_failure == "ContinueOnFailure")
        assert yes + no + waiting == len(ends)

    def _count(self, yes: int, waiting: int, needed: int, patient: bool) -> None:
        if yes >= needed:
            self.come_to("yes")
        elif yes + waiting < needed and not (patient and waiting):
            self.come_to("no")

    def come_to(self, end: str) -> None:
        self.end = end
        for child in self.children:
            child.leave()

    def open_methods(self) -> list[str]:
        """The methods a person could begin or go on with now."""
        if self.end or self.gone:
            return []
        if not self.children:
            return [self.graph["nodeId"]]
        match self.graph["_type"]:
            case "SequenceNode":
                due = [next(each for each in self.children if each.end is None)]
            case "ChoiceNode" if self.picked is not None:
                due = [self.picked]
            case _:
                due = self.children
        return [name for each in due for name in each.open_methods()]

    def begin(self, node: str) -> None:
        path = self.path_to(node)
        assert path is not None
        for above, below in pairwise(path):
            above.touched = True
            if above.graph["_type"] == "ChoiceNode" and above.picked is None:
                above.picked = below
                for other in above.children:
                    if other is not below:
                        other.leave()
        path[-1].touched = True

    def finish(self, node: str, end: str) -> None:
        path = self.path_to(node)
        assert path is not None
        path[-1].come_to(end)
        for above, below in reversed(list(pairwise(path))):
            if below.end is not None and above.end is None:
                above.hear(below)

    def status(self) -> str:
        if self.end:
            return "COMPLETED" if self.end == "yes" else "FAILED"
        if self.gone:
            return "CANCELLED" if self.touched else "SKIPPED"
        return "open"


# --- random graphs and orders ----------------------------------------------------------------------------


def random_graph(dice: random.Random, depth: int = 3) -> Json:
    names = iter(range(1000))

    def grow(room: int) -> Json:
        if room == 0 or dice.random() < 0.3:
            return method(f"m{next(names)}")
        children = [grow(room - 1) for _ in range(dice.randint(1, 4))]
        on_failure = dice.choice(["FailFast", "WaitForAll", "ContinueOnFailure"])
        match dice.randrange(5):
            case 0:
                return sequence(*children)
            case 1:
                return choice(*children)
            case 2:
                return threshold(dice.randint(1, len(children)), *children, failurePolicy=on_failure)
            case _:
                return parallel(
                    *children, joinPolicy=dice.choice(["All", "Any", "BestEffort"]), failurePolicy=on_failure
                )

    return grow(depth)


def statuses(plan_: Plan, progress: Progress) -> dict[str, str]:
    """What is over by its status, all else as open."""
    there = {node: progress.nodes[node].status for node in plan_.nodes}
    return {node: each.value if each.is_over else "open" for node, each in there.items()}


def expected(plan_: Plan, told: Told) -> dict[str, str]:
    return dict(zip(plan_.nodes, (each.status() for each in told.all()), strict=True))


def open_methods(plan_: Plan, progress: Progress) -> set[str]:
    open_ = {NodeStatus.READY, NodeStatus.DISPATCHED, NodeStatus.AWAITING_INPUT}
    return {leaf.id for leaf in plan_.leaves() if progress.nodes[leaf.id].status in open_}


def play(seed: int) -> tuple[Plan, list[ProofingEvent]]:
    """One graph to its end, compared at every event."""
    dice = random.Random(seed)
    graph = random_graph(dice)
    plan_, told = plan(graph), Told.of(graph)
    events: list[ProofingEvent] = [start(plan_)]
    while True:
        progress = fold(plan_, events)
        assert statuses(plan_, progress) == expected(plan_, told), (seed, graph)
        assert open_methods(plan_, progress) == set(told.open_methods()), (seed, graph)
        if told.end is not None:
            right = {"yes": ExecutionStatus.COMPLETED, "no": ExecutionStatus.FAILED}[told.end]
            # A best effort that found nothing proves nothing.
            assert progress.status is (right if progress.results else ExecutionStatus.FAILED)
            return plan_, events
        node = dice.choice(told.open_methods())
        if not told.path_to(node)[-1].touched or dice.random() < 0.1:  # type: ignore[index]
            events += dispatched(plan_, progress, node, ONLINE, NOON)
            told.begin(node)
        elif dice.random() < 0.6:
            events.append(succeeded(node))
            told.finish(node, "yes")
        else:
            events.append(NodeFailed(NOON, node, ProofingError(ErrorKind.DRIVER, "SCRIPTED_NO", node)))
            told.finish(node, "no")


@pytest.mark.parametrize("part", range(3))
def test_the_fold_and_a_second_reading_of_the_rules_agree_at_every_event(part: int) -> None:
    for seed in range(part, GRAPHS, 3):
        play(seed)


def test_what_is_decided_stays_decided() -> None:
    for seed in range(GRAPHS // 10):
        plan_, events = play(seed)
        before: dict[str, str] = {}
        for number in range(1, len(events) + 1):
            now = statuses(plan_, fold(plan_, events[:number]))
            assert {node: now[node] for node, status in before.items() if status != "open"} == {
                node: status for node, status in before.items() if status != "open"
            }
            before = now


def test_no_command_gets_past_an_end() -> None:
    for seed in range(GRAPHS // 10):
        plan_, events = play(seed)
        progress = fold(plan_, events)
        for node in plan_.leaves():
            with pytest.raises(Refused):
                dispatched(plan_, progress, node.id, ONLINE, NOON)
            with pytest.raises(Refused):
                answered(plan_, progress, node.id, progress.nodes[node.id].since, NotDone(SCRIPTED_NO), str, NOON)
            with pytest.raises(Refused):
                entered(plan_, progress, node.id, {}, NOON)


def test_a_node_that_is_not_due_cannot_be_begun() -> None:
    for seed in range(GRAPHS // 10):
        plan_, events = play(seed)
        for number in range(1, len(events)):
            progress = fold(plan_, events[:number])
            due = open_methods(plan_, progress)
            for leaf in plan_.leaves():
                if leaf.id not in due:
                    with pytest.raises(Refused):
                        dispatched(plan_, progress, leaf.id, ONLINE, NOON)
