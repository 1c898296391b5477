"""The administrator's page: load a proofing configuration, see what it asks for, play it through, put it to use.

What is wrong stands in a sentence at the step it is about. Playing asks nobody and stores nothing.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from muster.clock import utc_now
from muster.domain.assessment import Finding
from muster.domain.registration import Process
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.language import say_error, say_finding, tr, word
from muster.ui.pages.page import Page
from muster.ui.proofing.graph_view import GraphView
from muster.ui.proofing.play_panel import PlayPanel
from muster.ui.widgets.large_button import LargeButton
from muster.ui.widgets.parts import Card, Choice, Note, button, empty, label, scrolling
from muster.workstation.desk import Desk
from muster.workstation.proofing_configuration import InForce
from muster.workstation.proofing_play import Drawing, DrawnNode, DrawnUseCase, Play, drawing_of

_SIDE_WIDTH = 400


class PolicyPage(Page):
    """``content`` is what is shown, so that the page can be made anew in another language."""

    left = Signal()
    connections_wanted = Signal()

    def __init__(self, desk: Desk, background: Background, content: bytes | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._given = content
        self.content = b""
        self._drawing: Drawing | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 20, 26, 18)
        column.setSpacing(12)
        column.addWidget(label(tr("Proof of identity: what this station asks for"), "title"))
        column.addLayout(self._tools())
        row = QHBoxLayout()
        row.setSpacing(14)
        self.graph = GraphView()
        self.graph.chosen.connect(self._chosen)
        self._graph_area = scrolling(self.graph)
        self._graph_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        row.addWidget(self._graph_area, 1)
        row.addWidget(self._side())
        column.addLayout(row, 1)
        self.note = Note()
        column.addWidget(self.note)
        foot = QHBoxLayout()
        foot.addWidget(label(tr("Playing asks nobody and stores nothing."), "soft"), 1)
        self.use = button(tr("Use at this station"))
        self.use.setEnabled(False)
        self.use.clicked.connect(self._use)
        self.back = button(tr("Back to the desk"), primary=True)
        self.back.clicked.connect(self.left)
        foot.addWidget(self.use)
        foot.addWidget(self.back)
        column.addLayout(foot)

    def enter(self) -> None:
        self.open.setFocus()
        if self._drawing is not None:
            return
        if self._given is not None:
            self.show_content(self._given)
            return
        configuration = self._desk.proofing_configuration
        self._background.run(self, "store", configuration.in_force, self._show_in_force, self._failed)

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        self.open = button(tr("Open a file …"))
        self.open.clicked.connect(self._ask_file)
        self.use_cases = Choice(tr("Use case"))
        self.use_cases.setMinimumWidth(300)
        self.use_cases.currentIndexChanged.connect(self._use_case_chosen)
        self.meant = label("", "soft")
        row.addWidget(self.open)
        row.addWidget(self.use_cases)
        row.addWidget(self.meant, 1)
        self.connections = button(tr("Connections"))
        self.connections.clicked.connect(self.connections_wanted)
        row.addWidget(self.connections)
        return row

    def _side(self) -> QScrollArea:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(12)
        self.faults = Card(margin=18)
        self.faults.hide()
        self.panel = PlayPanel()
        self.panel.hide()
        self.panel.moved.connect(self._moved)
        self.panel.refused.connect(self._refused)
        column.addWidget(self.faults)
        column.addWidget(self.panel)
        column.addStretch(1)
        area = scrolling(content)
        area.setFixedWidth(_SIDE_WIDTH)
        return area

    # What is shown

    def _ask_file(self) -> None:
        kinds = tr("Configurations (*.json);;All files (*)")
        name, _ = QFileDialog.getOpenFileName(self, tr("Proofing configuration"), "", kinds)
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        try:
            content = self._desk.proofing_configuration.read(path)
        except MusterError as error:
            self._failed(error)
            return
        self.show_content(content)

    def _show_in_force(self, found: InForce | None) -> None:
        if found is None:
            self.note.say(tr("This station asks for no proof of identity yet. Open a configuration."))
        else:
            self.show_content(found.content)

    def show_content(self, content: bytes) -> None:
        """Draw it, or say why it cannot be read; what was shown before stays then."""
        try:
            drawing = drawing_of(content)
        except MusterError as error:
            self._failed(error)
            return
        self.note.clear()
        self.content, self._drawing = content, drawing
        self.use_cases.blockSignals(True)
        self.use_cases.clear()
        for each in drawing.use_cases:
            name = word(each.name)
            self.use_cases.addItem(name if each.plan is not None else f"✗ {name}", each.id)
        self.use_cases.blockSignals(False)
        self.meant.setText(_processes_words(drawing.processes))
        self.use.setEnabled(True)
        self._use_case_chosen()

    @property
    def use_case(self) -> DrawnUseCase | None:
        index = self.use_cases.currentIndex()
        return self._drawing.use_cases[index] if self._drawing is not None and index >= 0 else None

    def _use_case_chosen(self, *_: object) -> None:
        use_case = self.use_case
        if use_case is None:
            return
        self.graph.show_graph(use_case.root)
        self.panel.show()
        self.panel.begin(Play(use_case.plan, utc_now()) if use_case.plan is not None else None)
        self._show_faults(use_case)
        self._moved()
        self._go_to(use_case.root.place)

    def _show_faults(self, use_case: DrawnUseCase) -> None:
        empty(self.faults.column)
        found = _all_findings(use_case)
        self.faults.setVisible(bool(found))
        if found:
            told = tr("Faults to be mended: {count}", count=len(found))
            self.faults.column.addWidget(label(told, "section"))
        for place, finding in found:
            made = LargeButton(say_finding(finding), place, width=_SIDE_WIDTH - 60)
            made.setEnabled(bool(place))
            made.clicked.connect(partial(self._show_place, place))
            self.faults.column.addWidget(made)

    def _show_place(self, place: str, *_: object) -> None:
        self._go_to(place)
        self.graph.steps[place].setFocus()

    def _go_to(self, place: str) -> None:
        self.graph.choose(place)
        # Once it has its size: it may just have been drawn.
        QTimer.singleShot(0, self.graph.steps[place], partial(self._bring_into_sight, place))

    def _bring_into_sight(self, place: str) -> None:
        if place in self.graph.steps:
            self._graph_area.ensureWidgetVisible(self.graph.steps[place])

    def _chosen(self, place: str) -> None:
        use_case = self.use_case
        if use_case is not None:
            self.panel.show_step(next(each for each in _flat(use_case.root) if each.place == place))

    def _moved(self) -> None:
        self.note.clear()
        self.graph.tell(self.panel.view)

    def _refused(self, error: MusterError) -> None:
        self.note.say(say_error(error), "warn")

    # Putting it to use

    def _use(self) -> None:
        self.busy.emit(True)
        self.setEnabled(False)
        put = partial(self._desk.proofing_configuration.set, self.content)
        self._background.run(self, "store", put, self._used, self._failed)

    def _used(self, processes: frozenset[Process]) -> None:
        self._let_go()
        if processes:
            self.note.say(tr("It counts from the next sign-in on."), "good")
        else:
            told = tr("Kept. No use case says in its triggers which process it is for, so nobody is asked.")
            self.note.say(told, "warn")

    def _failed(self, error: MusterError) -> None:
        self._let_go()
        self.note.say(say_error(error), "bad")

    def _let_go(self) -> None:
        self.setEnabled(True)
        self.busy.emit(False)


def _all_findings(use_case: DrawnUseCase) -> tuple[tuple[str, Finding], ...]:
    """Each with the place of the step it is about; first those about the whole. One that is about two steps is
    told once."""
    found: dict[int, tuple[str, Finding]] = {id(each): ("", each) for each in use_case.findings}
    for node in _flat(use_case.root):
        for each in node.findings:
            found.setdefault(id(each), (node.place, each))
    return tuple(found.values())


def _flat(node: DrawnNode) -> tuple[DrawnNode, ...]:
    return (node, *(each for child in node.children for each in _flat(child)))


def _processes_words(processes: frozenset[Process]) -> str:
    if not processes:
        return tr("Asked for in no process: no trigger names one.")
    return tr("Asked for in: {processes}", processes=" · ".join(sorted(each.value for each in processes)))
