"""The officer's signature; then the packet is sealed and, if there is a network, sent."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal

from muster.domain.delivery import DeliveryState, OutboxEntry, Receipt
from muster.domain.lifecycle import Registration
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.language import say_error, tr
from muster.ui.widgets.parts import Card, button, label, password_box
from muster.ui.wizard.step_page import StepPage
from muster.workstation.desk import Desk
from muster.workstation.proving import Proof
from muster.workstation.slip import Slip


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it: ``receipt`` is there when the server has the packet, else ``problem`` says why not."""

    entry: OutboxEntry
    slip: Slip
    receipt: Receipt | None
    problem: MusterError | None


class SignaturePage(StepPage):
    sent = Signal(object)

    def __init__(self, desk: Desk, background: Background, registration: Registration) -> None:
        super().__init__(desk.enrollment, background, registration)
        self._desk = desk
        self.head(tr("Sign"), tr("Your password is your signature."))
        card = Card(margin=26, spacing=14)
        words = label(
            tr(
                "I, {officer}, checked who this person is, recorded what I saw, and the person confirmed it.",
                officer=desk.operator.user_id,
            ),
            "spoken",
        )
        card.column.addWidget(words)
        card.column.addWidget(label(tr("Password of {officer}", officer=desk.operator.user_id)))
        self.password = password_box(tr("Password of {officer}", officer=desk.operator.user_id))
        self.password.setMaximumWidth(360)
        self.password.textChanged.connect(self._typed)
        self.password.returnPressed.connect(self._sign)
        card.column.addWidget(self.password)
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
        self._typed("")

    @property
    def _is_signed(self) -> bool:
        return self.registration.signed is not None

    def enter(self) -> None:
        if self._is_signed:  # signed before a crash or while the server's certificate was missing
            self.password.hide()
            self.sign.setText(tr("Seal and send"))
            self.sign.setEnabled(True)
            self.sign.setFocus()
        else:
            self.password.setFocus()

    def _typed(self, text: str) -> None:
        self.sign.setEnabled(bool(text) or self._is_signed)

    def _sign(self) -> None:
        if not self.sign.isEnabled():
            return
        self.sign.setEnabled(False)
        self.busy.emit(True)
        if self._is_signed:
            self._seal(self.registration)
            return
        password = self.password.text()
        self.note.say(tr("Signing …"))
        self.work("store", lambda: self.enrollment.sign(self.registration.id, Proof(password)), self._seal)

    def _seal(self, registration: Registration) -> None:
        self.registration = registration
        self.password.clear()
        self.note.say(tr("Sealing the packet and sending it …"))
        self.work("network", lambda: seal_and_send(self._desk, registration), self.sent.emit)

    def fail(self, error: MusterError) -> None:
        super().fail(error)
        self.busy.emit(False)
        self.reload()
        self.enter()
        self.sign.setEnabled(self._is_signed)
        self.password.selectAll()
        self.password.setFocus()


def seal_and_send(desk: Desk, registration: Registration) -> Sent:
    """Runs on a lane. A server that says no or is not there does not undo the seal."""
    entry = desk.enrollment.submit(registration.id)
    slip = desk.enrollment.slip(registration.id)
    try:
        return Sent(entry, slip, desk.sync.deliver(entry.packet_id), None)
    except MusterError as error:
        return Sent(entry, slip, None, error)


def look_again(desk: Desk, entry: OutboxEntry) -> Sent:
    """A finished registration whose slip is wanted once more. Runs on a lane, needs no network."""
    receipt = desk.sync.deliver(entry.packet_id) if entry.state is DeliveryState.PUSHED else None
    return Sent(entry, desk.enrollment.slip(entry.registration_id), receipt, None)


def outcome_words(sent: Sent) -> tuple[str, str]:
    """What became of the packet, and the tone to say it in."""
    if sent.receipt is not None:
        return tr("The server has the packet."), "good"
    if sent.problem is None:  # looked at again, later
        return tr("The packet waits in the outbox."), "plain"
    return say_error(sent.problem), "warn"
