"""Signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from muster.errors import MusterError
from muster.ui import theme
from muster.ui.language import say, say_error, tr
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Card, Choice, Note, button, code_box, label, password_box

if TYPE_CHECKING:
    from muster.ui.background import Background
    from muster.ui.session import Session
    from muster.workstation.desk import Desk


class SignInPage(Page):
    where = "sign-in"
    signed_in = Signal()

    def __init__(self, session: Session, background: Background) -> None:
        super().__init__()
        self._session = session
        self._background = background
        station = session.read_nameplate()
        column = QVBoxLayout(self)
        column.addStretch(2)
        card = Card(margin=32, spacing=12)
        card.setFixedWidth(theme.px(440))
        card.column.addWidget(label(tr("Sign in"), "title"))
        numbers = {"center": station.center, "machine": station.machine}
        card.column.addWidget(label(tr("Centre {center}, machine {machine}", **numbers), "subtitle"))
        card.column.addWidget(label(tr("User name")))
        self.user_id = Choice(tr("User name"))
        self.user_id.addItems(list(station.operators))
        card.column.addWidget(self.user_id)
        card.column.addWidget(label(tr("Password")))
        self.password = password_box(tr("Password"))
        self.password.returnPressed.connect(self._sign_in)
        card.column.addWidget(self.password)
        self.code = code_box()
        self.code.returnPressed.connect(self._sign_in)
        if session.takes_codes:
            card.column.addWidget(label(tr("Code of your authenticator, if you have one")))
            card.column.addWidget(self.code)
        self.note = Note()
        card.column.addWidget(self.note)
        self.sign_in = button(tr("Sign in"), primary=True)
        self.sign_in.clicked.connect(self._sign_in)
        card.column.addWidget(self.sign_in)
        self._demo = session.demo_passwords()
        if self._demo:
            filled_in = tr("Demo station: the password is filled in. Enroll invented people only.")
            self.note.say(f"{filled_in} {tr('Hints, at the top, says on every page what to do.')}")
            self.user_id.currentTextChanged.connect(self._fill_demo)
            self._fill_demo(self.user_id.currentText())
        else:
            card.column.addWidget(label(say(station.protection), "soft"))
        row = QHBoxLayout()  # an alignment flag would keep the note from growing with its text
        row.addStretch(1)
        row.addWidget(card)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)

    def enter(self) -> None:
        (self.sign_in if self._demo else self.password).setFocus()

    def _fill_demo(self, user_id: str) -> None:
        self.password.setText(self._demo.get(user_id, ""))

    def _sign_in(self) -> None:
        if not self.sign_in.isEnabled():
            return
        self.sign_in.setEnabled(False)
        self.busy.emit(True)
        user_id, password, code = self.user_id.currentText(), self.password.text(), self.code.text()
        self._background.run(
            self, "store", lambda: self._session.sign_in(user_id, password, code), self._done, self._failed
        )

    def _done(self, desk: Desk) -> None:
        self.password.clear()
        self.code.clear()
        self.signed_in.emit()

    def _failed(self, error: MusterError) -> None:
        self.sign_in.setEnabled(True)
        self.busy.emit(False)
        self.note.say(say_error(error), "bad")
        self.password.selectAll()
        self.password.setFocus()
