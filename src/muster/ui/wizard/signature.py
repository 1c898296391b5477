"""The officer's signature, the last thing the officer does for a person: sealing and sending go on behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event

from PySide6.QtCore import Signal

from muster.domain.confirmation import Cause
from muster.domain.lifecycle import Registration
from muster.domain.operators import Action, Factor, Way
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.finishing import Sent
from muster.ui.language import tr
from muster.ui.person.answers import answer_words
from muster.ui.widgets.parts import Card, Choice, button, label
from muster.ui.widgets.proof_box import ProofBox
from muster.ui.wizard.step_page import StepPage
from muster.workstation.desk import Desk
from muster.workstation.proving import Proof
from muster.workstation.submission import SUPERVISOR_NEEDED


class Confirmation(Card):
    """A supervisor confirms what the officer may not decide alone, without ending the officer's session."""

    given = Signal()
    touch_wanted = Signal()

    def __init__(self, desk: Desk, registration: Registration) -> None:
        super().__init__(margin=22, spacing=10)
        self.setObjectName("card")
        self.words = label("", "section")
        self.column.addWidget(self.words)
        self.who = Choice(tr("Supervisor"))
        self.who.addItems(list(desk.supervisors()))
        self.who.setMaximumWidth(300)
        ways = desk.policy.ways[Action.CONFIRM]
        self.box = ProofBox(tr("Password of the supervisor"), ways)
        self.box.given.connect(self.given)
        self.box.touch_wanted.connect(self.touch_wanted)
        self.box.look.hide()  # a supervisor's face is for the camera of the supervisor's own session
        self._desk = desk
        self.who.currentTextChanged.connect(self._chosen)
        self._chosen(self.who.currentText())
        self.confirm = button(tr("Confirm"))
        self.confirm.clicked.connect(self.given)
        self.box.add(self.confirm)
        for answer in registration.answers.values():
            self.column.addWidget(label(answer_words(answer)[0], "soft"))
        for each in (self.who, self.box):
            self.column.addWidget(each)
        if registration.confirmed is not None:
            self.show_confirmed(registration)
        else:
            self.words.setText(_causes_words(desk.enrollment.causes(registration)))

    def _chosen(self, user_id: str) -> None:
        """What this supervisor can show; at a demo station the password, which nobody else there knows."""
        self.box.touch.setVisible(frozenset({Factor.FINGER}) in self._desk.proving.ways(Action.CONFIRM, user_id))
        self.box.password.setText(self._desk.demo_password(user_id))

    @property
    def user_id(self) -> str:
        return self.who.currentText()

    def proof(self) -> Proof:
        return self.box.proof()

    def focus(self) -> None:
        self.box.focus()

    def clear(self) -> None:
        self.box.clear()

    def show_confirmed(self, registration: Registration) -> None:
        assert registration.confirmed is not None
        self.words.setText(tr("Confirmed by {name}.", name=registration.confirmed.operator))
        self.clear()
        for each in (self.who, self.box):
            each.hide()


def _causes_words(causes: tuple[Cause, ...]) -> str:
    words = {
        Cause.EXCEPTION: tr("A finger or an eye is marked as an exception: a supervisor has to confirm it."),
        Cause.FORCED: tr("A poor capture is kept: a supervisor has to confirm it."),
        Cause.ATTESTED: tr("The face was taken on the officer's word: a supervisor has to confirm it."),
        Cause.INTRODUCED: tr("The person who brings the child has to be confirmed by a supervisor."),
    }
    return " ".join(words[cause] for cause in causes)


class SignaturePage(StepPage):
    sent = Signal(object)

    def __init__(
        self, desk: Desk, background: Background, registration: Registration, ways: tuple[Way, ...]
    ) -> None:
        """``ways`` are those in which the officer may sign."""
        super().__init__(desk.enrollment, background, registration)
        self._desk = desk
        self._cancel = Event()
        can_touch = frozenset({Factor.FINGER}) in ways
        self.head(
            tr("Sign"),
            tr("Your password is your signature, and so is one touch.")
            if can_touch
            else tr("Your password is your signature."),
        )
        self.confirmation: Confirmation | None = None
        self._above = self.column.count()
        if self.enrollment.causes(registration) or registration.confirmed:
            self._ask_supervisor()
        card = Card(margin=26, spacing=14)
        words = label(
            tr(
                "I, {officer}, checked who this person is, recorded what I saw, and the person confirmed it.",
                officer=desk.operator.user_id,
            ),
            "spoken",
        )
        card.column.addWidget(words)
        self.box = ProofBox(tr("Password of {officer}", officer=desk.operator.user_id), ways)
        self.box.changed.connect(self._typed)
        self.box.given.connect(self._sign)
        self.box.touch_wanted.connect(self._sign_by_touch)
        self.box.look_wanted.connect(self._sign_by_face)
        self.password = self.box.password
        card.column.addWidget(self.box)
        card.column.addWidget(
            label(
                tr("The registration is then sealed. Nobody can change or read it at this station any more."),
                "soft",
            )
        )
        self.column.addWidget(card)
        self.column.addStretch(1)
        self.sign = button(tr("Sign and send"), primary=True)
        self.sign.clicked.connect(self._sign)
        self.foot(self.sign)
        self._typed()

    def _ask_supervisor(self) -> None:
        if self.confirmation is not None:
            self.confirmation.hide()
            self.confirmation.deleteLater()
        self.confirmation = Confirmation(self._desk, self.registration)
        self.confirmation.given.connect(self._confirm)
        self.confirmation.touch_wanted.connect(self._confirm_by_touch)
        self.column.insertWidget(self._above, self.confirmation)

    @property
    def _is_signed(self) -> bool:
        return self.registration.signed is not None

    def enter(self) -> None:
        self._cancel = Event()
        if self._waits_for_supervisor and self.confirmation is not None:
            self.confirmation.focus()
        elif self._is_signed:  # signed before a crash or while the server's certificate was missing
            self.box.hide()
            self.sign.setText(tr("Seal and send"))
            self.sign.setEnabled(True)
            self.sign.setFocus()
        else:
            self.box.put(self._desk.demo_password(self._desk.operator.user_id))
            self.box.focus()
        self._typed()

    def leave(self) -> None:
        self._cancel.set()
        self.box.clear()

    @property
    def _waits_for_supervisor(self) -> bool:
        return self.confirmation is not None and self.registration.confirmed is None

    def _typed(self) -> None:
        waits = self._waits_for_supervisor
        self.box.setEnabled(not waits)
        self.sign.setEnabled(not waits and (self.box.is_filled or self._is_signed))

    def _confirm(self) -> None:
        assert self.confirmation is not None
        proof = self.confirmation.proof()
        self._ask("store", self.confirmation.user_id, lambda: proof)

    def _confirm_by_touch(self) -> None:
        assert self.confirmation is not None
        user_id, cancel = self.confirmation.user_id, self._cancel
        self.note.say(tr("Touch the fingerprint reader."))
        self._ask("devices", user_id, lambda: self._desk.touch(cancel, user_id))

    def _ask(self, lane: str, user_id: str, get: Callable[[], Proof]) -> None:
        """The supervisor, in the officer's session."""
        self._hold()
        registration_id = self.registration.id
        self.work(lane, lambda: self.enrollment.confirm(registration_id, user_id, get()), self._confirmed)

    def _confirmed(self, registration: Registration) -> None:
        self.registration = registration
        self.busy.emit(False)
        assert self.confirmation is not None
        self.confirmation.show_confirmed(registration)
        self.note.clear()
        self.changed.emit()
        self.enter()

    def _hold(self) -> None:
        """Nothing else while something is under way."""
        self.sign.setEnabled(False)
        self.box.setEnabled(False)
        if self.confirmation is not None:
            self.confirmation.setEnabled(False)
        self.busy.emit(True)

    def _sign_by_touch(self) -> None:
        typed, cancel = self.box.beside(Factor.FINGER), self._cancel
        self.note.say(tr("Touch the fingerprint reader."))
        self._sign_with("devices", lambda: replace(typed, finger=self._desk.touch(cancel).finger))

    def _sign_by_face(self) -> None:
        typed, cancel = self.box.beside(Factor.FACE), self._cancel
        self.note.say(tr("Look into the camera."))
        self._sign_with("devices", lambda: replace(typed, face=self._desk.look(cancel).face))

    def _sign_with(self, lane: str, get: Callable[[], Proof]) -> None:
        self._hold()
        self.work(lane, lambda: self.enrollment.sign(self.registration.id, get()), self._seal)

    def _sign(self) -> None:
        if not self.sign.isEnabled():
            return
        if self._is_signed:
            self._hold()
            self._seal(self.registration)
            return
        proof = self.box.proof()
        self.note.say(tr("Signing …"))
        self._sign_with("store", lambda: proof)

    def _seal(self, registration: Registration) -> None:
        """The slip is made while everything is there to make it of."""
        self.registration = registration
        self.box.clear()
        number = registration.id
        self.work("store", lambda: Sent(number, self.enrollment.slip(number)), self.sent.emit)

    def fail(self, error: MusterError) -> None:
        super().fail(error)
        self.busy.emit(False)
        self.reload()
        self.box.clear()
        if error.code is SUPERVISOR_NEEDED:  # which came to light only by signing
            self._ask_supervisor()
        elif self.confirmation is not None:
            self.confirmation.setEnabled(True)
            self.confirmation.clear()
        self.enter()
