"""Playing a use case: how it stands, and what the chosen step is made to answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from muster.errors import MusterError
from muster.ui.language import say_finding, tr
from muster.ui.proofing import words
from muster.ui.widgets.parts import Card, button, empty, label
from muster.workstation.proofing_play import DrawnNode, Play, Played
from muster.workstation.proofing_view import CHOICE, METHOD, ExecutionView, NodeView


class PlayPanel(QWidget):
    """``moved`` after every move, ``refused`` with the reason why one changed nothing."""

    moved = Signal()
    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.play: Play | None = None
        self._node: DrawnNode | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        self._state_card, self._step_card = Card(margin=18), Card(margin=18)
        self._fill_state_card(self._state_card)
        self._fill_step_card(self._step_card)
        column.addWidget(self._state_card)
        column.addWidget(self._step_card)

    @property
    def view(self) -> ExecutionView | None:
        """How it stands; nothing while the use case has faults."""
        return self.play.view() if self.play is not None else None

    def show_step(self, node: DrawnNode | None) -> None:
        self._node = node
        self._refresh()

    def begin(self, play: Play | None) -> None:
        """Play another one; none for a use case with faults."""
        self.play, self._node = play, None
        if play is not None:
            play.online = self.online.isChecked()
        self._refresh()

    def _fill_state_card(self, card: Card) -> None:
        self.state = label("", "section")
        self.next, self.reached, self.needed = label(""), label("", "soft"), label("", "soft")
        self.agree = button(tr("The person agrees"))
        self.agree.clicked.connect(lambda: self._move(lambda play: play.agree()))
        self.online = QCheckBox(tr("There is a network"))
        self.online.setChecked(True)
        self.online.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.online.toggled.connect(self._network_changed)
        self.reset = button(tr("From the beginning"))
        self.reset.clicked.connect(lambda: self._move(lambda play: play.reset()))
        self.over = button(tr("Time runs out"))
        self.over.clicked.connect(lambda: self._move(lambda play: play.run_out_of_time()))
        for each in (self.state, self.next, self.reached, self.needed, self.agree, self.online):
            card.column.addWidget(each)
        row = QHBoxLayout()
        row.addWidget(self.reset)
        row.addWidget(self.over)
        row.addStretch(1)
        card.column.addLayout(row)

    def _fill_step_card(self, card: Card) -> None:
        self.step_title = label("", "section")
        self._told = QVBoxLayout()
        card.column.addWidget(self.step_title)
        card.column.addLayout(self._told)
        self.outcomes = {
            Played.SUCCEEDS: button(tr("It succeeds")),
            Played.FAILS: button(tr("It fails")),
            Played.WAITS: button(tr("It waits")),
            Played.FAILS_FOR_NOW: button(tr("It fails for now")),
        }
        grid = QGridLayout()
        for at, (played, pressed) in enumerate(self.outcomes.items()):
            pressed.clicked.connect(partial(self._let_answer, played))
            grid.addWidget(pressed, at // 2, at % 2)
        card.column.addLayout(grid)
        self.take = button(tr("The person chooses this"))
        self.take.clicked.connect(self._take)
        card.column.addWidget(self.take)

    # Showing

    def _refresh(self) -> None:
        view = self.view
        self._state_card.setVisible(view is not None)
        self._step_card.setVisible(self._node is not None)
        if view is not None:
            self._show_state(view)
        if self._node is not None:
            self._show_chosen(self._node, view)

    def _show_state(self, view: ExecutionView) -> None:
        self.state.setText(tr("State: {state}", state=words.execution_words(view.status)))
        self.next.setText(_next_words(view))
        self.next.setVisible(bool(self.next.text()))
        reached = words.assurance_words(words.asked_of(view.assurance, view.minimum))
        self.reached.setText(tr("Shown so far: {level}", level=reached))
        self.needed.setText(tr("Needed: {level}", level=words.assurance_words(view.minimum)))
        self.agree.setVisible(bool(view.consents_missing))
        self.over.setEnabled(not view.status.is_over)

    def _show_chosen(self, node: DrawnNode, view: ExecutionView | None) -> None:
        there = next((each for each in view.nodes if each.place == node.place), None) if view is not None else None
        self.step_title.setText(words.drawn_title(node))
        empty(self._told)
        for text in _told(node, there):  # a label each: every line begins where its own language does
            self._told.addWidget(label(text, "soft"))
        is_open = there is not None and not there.status.is_over
        for pressed in self.outcomes.values():
            pressed.setVisible(node.kind == METHOD and there is not None)
            pressed.setEnabled(is_open)
        self.take.setVisible(view is not None and is_open and _choice_above(view, node) is not None)

    # Moves

    def _let_answer(self, played: Played, *_: object) -> None:
        node = self._node
        if node is not None:
            self._move(lambda play: play.answer(node.id, played))

    def _take(self) -> None:
        node, view = self._node, self.view
        choice = _choice_above(view, node) if node is not None and view is not None else None
        if node is not None and choice is not None:
            self._move(lambda play: play.choose(choice, node.id))

    def _network_changed(self, there: bool) -> None:
        def change(play: Play) -> None:
            play.online = there

        self._move(change)

    def _move(self, move: Callable[[Play], None]) -> None:
        if self.play is None:
            return
        refusal: MusterError | None = None
        try:
            move(self.play)
        except MusterError as error:
            refusal = error
        self._refresh()
        self.moved.emit()
        if refusal is not None:
            self.refused.emit(refusal)


def _next_words(view: ExecutionView) -> str:
    names = {each.id: words.title(each) for each in view.nodes}
    if view.status.is_over:
        return words.error_words(view.errors[-1]) if view.errors else ""
    if view.consents_missing:
        agreed = " · ".join(words.consent_name(each) for each in view.consents_missing)
        return tr("First the person agrees to: {names}", names=agreed)
    following = [names[each] for each in view.next]
    following += [names[each.node] for each in view.awaited if each.node in names and each.node not in view.next]
    return tr("Next: {names}", names=" · ".join(following)) if following else ""


def _told(node: DrawnNode, there: NodeView | None) -> list[str]:
    told = [tr("In the file: {name}", name=node.id)] if node.id != words.drawn_title(node) else []
    if node.method_type:
        told.append(words.method_words(node.method_type))
        told.append(tr("Can prove: {level}", level=words.assurance_words(node.gives)))
    if there is not None:
        told.append(words.status_words(there.status))
        if there.hindrance and not there.status.is_over:
            told.append(words.hindrance_words(there))
    return [*told, *(say_finding(each) for each in node.findings)]


def _choice_above(view: ExecutionView, node: DrawnNode) -> str | None:
    """The choice that still waits for a person, of which this is one way."""
    asked = (each for each in view.nodes if each.kind == CHOICE and not each.chosen)
    return next((each.id for each in asked if node.id in each.children), None)
