"""What the officer is shown of a proof of identity: what is done, what is next, what may be left out. No Qt.

Made from the execution alone. A method is known by what it waits for, never by its name: one that is new needs no
edit here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from muster.domain.proofing import (
    ExecutionStatus,
    NodeStatus,
    PollAction,
    UserInputAction,
)
from muster.workstation.proofing_view import BY_A_PERSON, CHOICE, METHOD, SEQUENCE, ExecutionView, NodeView

_BEST_EFFORT = "BestEffort"


class Stage(Enum):
    CONSENTS = "consents"
    UNDER_WAY = "under way"
    PROVEN = "proven"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list at the side; ``depth`` is how far it stands in, ``is_extra``: nothing is missed
    without it."""

    node: NodeView
    depth: int
    is_now: bool
    is_extra: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What can be begun. ``choice`` is the step of which one is to be chosen, or nothing for steps of which any
    may come first."""

    choice: NodeView | None
    offers: tuple[NodeView, ...]


class ProofingPresenter:
    """``reopened`` is a choice that the person thinks over: its ways are asked for once more."""

    def __init__(self, view: ExecutionView, reopened: str = "") -> None:
        self.view = view
        self._reopened = reopened
        self._nodes = {each.id: each for each in view.nodes}

    @property
    def stage(self) -> Stage:
        status = self.view.status
        if status is ExecutionStatus.COMPLETED:
            return Stage.PROVEN
        if status.is_over:
            return Stage.FAILED
        return Stage.CONSENTS if self.view.consents_missing else Stage.UNDER_WAY

    @property
    def is_owed(self) -> bool:
        """Whether the person may be enrolled now and prove who they are later."""
        return self.view.may_enroll and self.view.status is not ExecutionStatus.COMPLETED

    def rows(self) -> tuple[Row, ...]:
        """From above to below. The outermost sequence goes without saying, and what became superfluous is not told
        step by step."""
        root = self.view.nodes[0]
        hides_root = root.kind == SEQUENCE
        now = {node.id for question in self.questions for node in question.offers}
        now.update(node.id for node in self.waiting)
        rows = []
        for node in self.view.nodes:
            if (node is root and hides_root) or self._is_told_above(node):
                continue
            rows.append(Row(node, node.depth - hides_root, node.id in now, self.is_extra(node)))
        return tuple(rows)

    @property
    def waiting(self) -> tuple[NodeView, ...]:
        """The method steps that wait for somebody, in their order; none before everything is agreed to."""
        if self.stage is not Stage.UNDER_WAY:
            return ()
        return tuple(
            each
            for each in self.view.nodes
            if each.kind == METHOD and each.action is not None and not self._is_below_open_choice(each)
        )

    @property
    def thought_over(self) -> str:
        """The choice that may be made anew: of a person, with another way, and nothing of the chosen one done. Of
        several the outermost."""
        if self.stage is not Stage.UNDER_WAY or self._reopened:
            return ""
        return next((each.id for each in self.view.nodes if self._may_choose_anew(each)), "")

    @property
    def questions(self) -> tuple[Question, ...]:
        """What can be begun or chosen now. Of choices inside choices the outer one is asked first."""
        if self.stage is not Stage.UNDER_WAY:
            return ()
        asked = [
            Question(node, tuple(self._nodes[child] for child in node.children))
            for node in self.view.nodes
            if self._is_open_choice(node) and not self._is_below_open_choice(node)
        ]
        free = tuple(
            node
            for node in self.view.nodes
            if node.kind == METHOD
            and node.status in (NodeStatus.READY, NodeStatus.DISPATCHED)
            and not self._is_below_open_choice(node)
        )
        return (*((Question(None, free),) if free else ()), *asked)

    @property
    def waits_outside(self) -> bool:
        """Whether somebody else has to do something, so that the officer may turn to others meanwhile."""
        return any(not isinstance(node.action, UserInputAction) for node in self.waiting)

    def may_change(self, now: datetime) -> bool:
        """Whether it may stand elsewhere by now though nobody here did anything: somebody outside answered, a
        device was plugged in, the time is over."""
        offered = (node for question in self.questions for node in question.offers)
        return self.waits_outside or now >= self.view.expires_at or not all(map(self.can_be_taken, offered))

    def due_polls(self, now: datetime) -> tuple[str, ...]:
        """The steps whose state elsewhere can be asked for again."""
        return tuple(
            node.id
            for node in self.waiting
            if isinstance(node.action, PollAction) and now >= node.action.next_check_at
        )

    def time_left(self, node: NodeView, now: datetime) -> timedelta:
        """Until the answer comes too late; never below nothing."""
        until = getattr(node.action, "expires_at", None) or self.view.expires_at
        return max(timedelta(0), min(until, self.view.expires_at) - now)

    def is_extra(self, node: NodeView) -> bool:
        """Whether it is asked for and may be left out all the same. One of several ways is no extra: some way has
        to be gone."""
        among_extras = any(above.join == _BEST_EFFORT for above in self._above(node))
        return node.kind == METHOD and node.optional and among_extras and not node.status.is_over

    def methods_below(self, node: NodeView) -> tuple[NodeView, ...]:
        if node.kind == METHOD:
            return (node,)
        return tuple(leaf for child in node.children for leaf in self.methods_below(self._nodes[child]))

    def can_be_taken(self, node: NodeView) -> bool:
        """Whether something keeps it from being begun; of a step made of others, whether all are kept."""
        return any(not leaf.hindrance for leaf in self.methods_below(node))

    def _is_open_choice(self, node: NodeView) -> bool:
        return node.kind == CHOICE and (node.status is NodeStatus.AWAITING_INPUT or node.id == self._reopened)

    def _may_choose_anew(self, node: NodeView) -> bool:
        if node.kind != CHOICE or node.selection != BY_A_PERSON or not node.chosen or len(node.children) < 2:
            return False
        chosen = self.methods_below(self._nodes[node.chosen])
        done = (NodeStatus.COMPLETED, NodeStatus.FAILED)
        is_due = node.status in (NodeStatus.READY, NodeStatus.DISPATCHED)
        return is_due and all(leaf.status not in done for leaf in chosen)

    def _is_below_open_choice(self, node: NodeView) -> bool:
        return any(self._is_open_choice(above) for above in self._above(node))

    def _is_told_above(self, node: NodeView) -> bool:
        return any(above.status in (NodeStatus.SKIPPED, NodeStatus.CANCELLED) for above in self._above(node))

    def _above(self, node: NodeView) -> tuple[NodeView, ...]:
        found = []
        while node.parent:
            node = self._nodes[node.parent]
            found.append(node)
        return tuple(found)
