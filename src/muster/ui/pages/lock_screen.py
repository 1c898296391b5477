"""What covers everything while the screen is locked: who may unlock it, and nothing of what lies beneath."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from muster.domain.operators import Action, Factor
from muster.errors import MusterError
from muster.ui import theme
from muster.ui.background import Background
from muster.ui.language import say_error, tr
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Card, Note, button, label, training_band
from muster.ui.widgets.proof_box import ProofBox
from muster.workstation.desk import Desk
from muster.workstation.proving import Proof


class LockScreen(Page):
    """``unlocked`` by the same operator; ``somebody_else`` wants to work here."""

    unlocked = Signal()
    somebody_else = Signal()

    def __init__(self, desk: Desk, background: Background) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._cancel = Event()
        user_id = desk.operator.user_id
        column = QVBoxLayout(self)
        if desk.is_demo:
            column.addWidget(training_band())
        column.addStretch(2)
        card = Card(margin=32, spacing=12)
        card.setFixedWidth(theme.px(600))
        card.column.addWidget(label(tr("Locked"), "title"))
        card.column.addWidget(
            label(tr("What is open is kept. {name} can go on with it.", name=user_id), "subtitle")
        )
        self.box = ProofBox(tr("Password of {officer}", officer=user_id), desk.own_ways(Action.UNLOCK))
        self.box.given.connect(self._unlock)
        self.box.touch_wanted.connect(self._touch)
        self.box.look_wanted.connect(self._look)
        card.column.addWidget(self.box)
        self.note = Note()
        card.column.addWidget(self.note)
        self.unlock = button(tr("Unlock"), primary=True)
        self.unlock.clicked.connect(self._unlock)
        self.other = button(tr("Somebody else signs in"))
        self.other.clicked.connect(self.somebody_else)
        card.column.addWidget(self.unlock)
        card.column.addWidget(self.other)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)

    def enter(self) -> None:
        self.box.put(self._desk.demo_password(self._desk.operator.user_id))
        self.box.focus()

    def leave(self) -> None:
        self._cancel.set()
        self.box.clear()

    def _unlock(self) -> None:
        proof = self.box.proof()
        self._work("store", lambda: proof)

    def _touch(self) -> None:
        self.note.say(tr("Touch the fingerprint reader."))
        typed, cancel = self.box.beside(Factor.FINGER), self._cancel
        self._work("devices", lambda: replace(typed, finger=self._desk.touch(cancel).finger))

    def _look(self) -> None:
        self.note.say(tr("Look into the camera."))
        typed, cancel = self.box.beside(Factor.FACE), self._cancel
        self._work("devices", lambda: replace(typed, face=self._desk.look(cancel).face))

    def _work(self, lane: str, get: Callable[[], Proof]) -> None:
        if not self.box.isEnabled():
            return
        self._enable(enabled=False)
        self._background.run(self, lane, lambda: self._desk.unlock_screen(get()), self._done, self._failed)

    def _enable(self, *, enabled: bool) -> None:
        for each in (self.box, self.unlock, self.other):
            each.setEnabled(enabled)

    def _done(self, nothing: None) -> None:
        self.unlocked.emit()

    def _failed(self, error: MusterError) -> None:
        self._enable(enabled=True)
        self.box.clear()
        self.note.say(say_error(error), "bad")
        self.box.focus()
