"""One's own password, authenticator, finger and face: changed after the password was shown again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from muster.domain.biometrics import BiometricAttribute
from muster.domain.operators import Factor
from muster.errors import MusterError
from muster.ui import names, theme
from muster.ui.background import Background
from muster.ui.language import say_error, tr
from muster.ui.pages.foot import add_foot
from muster.ui.pages.page import Page
from muster.ui.widgets.parts import Card, button, code_box, label, password_box, scrolling
from muster.ui.widgets.qr import qr_code
from muster.workstation.desk import Desk
from muster.workstation.operator_desk import NewAuthenticator
from muster.workstation.proving import Proof

FINGERS = (BiometricAttribute.RIGHT_INDEX, BiometricAttribute.LEFT_INDEX)
_QR_SIDE = 190


class MySignInPage(Page):
    left = Signal()

    def __init__(self, desk: Desk, background: Background) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._cancel = Event()
        self._made: NewAuthenticator | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 20, 26, 18)
        column.setSpacing(12)
        column.addWidget(label(tr("My sign-in"), "title"))
        self.current = password_box(tr("Your password"))
        self.current.setMaximumWidth(theme.px(360))
        column.addWidget(label(tr("Your password: it is needed for every change on this page."), "subtitle"))
        column.addWidget(self.current)
        cards = QWidget()
        grid = QGridLayout(cards)
        grid.setContentsMargins(0, 0, 6, 0)
        grid.setSpacing(14)
        grid.addWidget(self._password_card(), 0, 0)
        grid.addWidget(self._templates_card(), 1, 0)
        grid.addWidget(self._authenticator_card(), 0, 1, 2, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)
        column.addWidget(scrolling(cards), 1)
        self.note, self.back = add_foot(column, self.left)
        self._show_enrolled()

    def enter(self) -> None:
        self.current.setFocus()
        if self._desk.access.missing:
            self.note.say(tr("Set up what this station asks for before you go on."), "warn")

    def leave(self) -> None:
        self._cancel.set()
        self._cancel = Event()
        for box in (self.current, self.new, self.again, self.code):
            box.clear()
        self._forget_authenticator()

    def _password_card(self) -> Card:
        card = Card(margin=22)
        card.column.addWidget(label(tr("New password"), "section"))
        self.new, self.again = password_box(tr("New password")), password_box(tr("Once more"))
        for box, words in ((self.new, tr("New password")), (self.again, tr("Once more"))):
            card.column.addWidget(label(words, "soft"))
            card.column.addWidget(box)
        self.change = button(tr("Change the password"))
        self.change.clicked.connect(self._change_password)
        card.column.addWidget(self.change)
        return card

    def _templates_card(self) -> Card:
        card = Card(margin=22)
        card.column.addWidget(label(tr("Finger and face"), "section"))
        card.column.addWidget(
            label(
                tr(
                    "With a finger you unlock the screen and sign with one touch. Face and fingers are kept "
                    "sealed at this station; the face is also compared with everybody who is registered here."
                ),
                "soft",
            )
        )
        self.fingers = {}
        for finger in FINGERS:
            pressed = button(names.attribute_name(finger))
            pressed.clicked.connect(partial(self._keep_finger, finger))
            self.fingers[finger] = pressed
        self.face = button(tr("Face"))
        self.face.clicked.connect(self._keep_face)
        row = QHBoxLayout()
        for each in (*self.fingers.values(), self.face):
            row.addWidget(each)
        row.addStretch(1)
        card.column.addLayout(row)
        self.enrolled = label("", "soft")
        card.column.addWidget(self.enrolled)
        card.column.addStretch(1)
        return card

    def _authenticator_card(self) -> Card:
        card = Card(margin=22)
        card.column.addWidget(label(tr("Authenticator"), "section"))
        self.authenticator_words = label("", "soft")
        card.column.addWidget(self.authenticator_words)
        self.begin = button(tr("Set up an authenticator"))
        self.begin.clicked.connect(self._begin_authenticator)
        card.column.addWidget(self.begin)
        self.qr = QLabel()
        self.qr.setAccessibleName(tr("Code to be read by your authenticator app"))
        self.qr.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.code = code_box()
        self.finish = button(tr("Done: this is the code"))
        self.finish.clicked.connect(self._finish_authenticator)
        for each in (self.qr, self.code, self.finish):
            card.column.addWidget(each)
            each.hide()
        card.column.addStretch(1)
        return card

    def _show_enrolled(self) -> None:
        factors = self._desk.operators.own_factors
        there = [words for factor, words in _names() if factor in factors]
        self.enrolled.setText(tr("Enrolled: {names}", names=", ".join(there) if there else tr("nothing yet")))
        self.authenticator_words.setText(
            tr("Set up. Setting it up again replaces it.")
            if Factor.CODE in factors
            else tr("An app on your telephone that shows a new code every half minute. It needs no network.")
        )

    def _change_password(self) -> None:
        if self.new.text() != self.again.text():
            self.note.say(tr("The two passwords differ."), "bad")
            self.again.setFocus()
            return
        self._work("store", partial(self._desk.operators.change_own_password, self.new.text()))

    def _keep_finger(self, finger: BiometricAttribute, *_: object) -> None:
        self.note.say(tr("Touch the fingerprint reader."))
        cancel = self._cancel
        self._work("devices", lambda proof: self._desk.enroll_finger(finger, proof, cancel))

    def _keep_face(self) -> None:
        self.note.say(tr("Look into the camera."))
        cancel = self._cancel
        self._work("devices", lambda proof: self._desk.enroll_face(proof, cancel))

    def _begin_authenticator(self) -> None:
        self._made = self._desk.operators.new_authenticator()
        self.qr.setPixmap(qr_code(self._made.uri, theme.px(_QR_SIDE)))
        self.begin.hide()
        for each in (self.qr, self.code, self.finish):
            each.show()
        self.authenticator_words.setText(tr("Read this with your app, then type the code it shows."))
        self.code.setFocus()

    def _finish_authenticator(self) -> None:
        made, code = self._made, self.code.text()
        if made is not None:
            self._work("store", lambda proof: self._desk.operators.set_authenticator(made, code, proof))

    def _forget_authenticator(self) -> None:
        self._made = None
        self.qr.clear()
        self.begin.show()
        for each in (self.qr, self.code, self.finish):
            each.hide()

    def _work(self, lane: str, work: Callable[[Proof], None]) -> None:
        proof = Proof(self.current.text())
        self._enable(enabled=False)
        self._background.run(self, lane, lambda: work(proof), self._done, self._failed)

    def _enable(self, *, enabled: bool) -> None:
        self.setEnabled(enabled)
        self.busy.emit(not enabled)

    def _done(self, nothing: None) -> None:
        self._enable(enabled=True)
        for box in (self.current, self.new, self.again, self.code):
            box.clear()
        self._forget_authenticator()
        self._show_enrolled()
        self.note.say(tr("Kept."), "good")

    def _failed(self, error: MusterError) -> None:
        self._enable(enabled=True)
        self.note.say(say_error(error), "bad")


def _names() -> tuple[tuple[Factor, str], ...]:
    return (
        (Factor.CODE, tr("Authenticator")),
        (Factor.FINGER, tr("Finger")),
        (Factor.FACE, tr("Face")),
    )
