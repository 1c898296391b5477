"""The desk: begin, go on with what was put away, see what waits for a network."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from muster.domain.delivery import DeliveryState, OutboxEntry, Receipt
from muster.domain.lifecycle import Registration
from muster.domain.registration import RegistrationId
from muster.errors import MusterError
from muster.ui import names
from muster.ui.background import Background
from muster.ui.language import say_error, tr
from muster.ui.widgets.parts import Card, Note, button, empty, label, link, scrolling
from muster.workstation.desk import Desk
from muster.workstation.devices_desk import DeviceStatusLine
from muster.workstation.enrollment import DraftSummary

_LOOK_AGAIN_MS = 3_000
_SHOWN = 8


class HomePage(QWidget):
    """``opened`` with the registration to work on."""

    opened = Signal(object)

    def __init__(self, desk: Desk, background: Background, window_language: str) -> None:
        super().__init__()
        self.setObjectName("ground")
        self._desk = desk
        self._background = background
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 20, 26, 18)
        column.setSpacing(14)
        column.addWidget(label(tr("Welcome, {name}", name=desk.operator.user_id), "title"))
        self.note = Note()
        column.addWidget(self.note)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(14)
        right.setSpacing(14)
        left.addWidget(self._new_card(window_language))
        left.addWidget(self._devices_card())
        left.addStretch(1)
        right.addWidget(self._drafts_card(), 1)
        right.addWidget(self._outbox_card(), 1)
        columns.addLayout(left, 2)
        columns.addLayout(right, 3)
        column.addLayout(columns, 1)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_AGAIN_MS)
        self._timer.timeout.connect(self._look_at_devices)
        self._timer.start()
        self.refresh()
        self.start.setFocus()

    def _new_card(self, window_language: str) -> Card:
        card = Card(margin=22, spacing=12)
        card.column.addWidget(label(tr("New registration"), "section"))
        grid = QGridLayout()
        self.languages = (QComboBox(), QComboBox())
        first = window_language
        second = "fra" if first != "fra" else "eng"
        for place, (box, title, chosen) in enumerate(
            zip(self.languages, (tr("Language"), tr("Second language")), (first, second), strict=True)
        ):
            if place == 1:
                box.addItem(tr("none"), "")
            for language in self._desk.enrollment.languages_offered:
                box.addItem(language.name, language.code)
            box.setCurrentIndex(box.findData(chosen))
            grid.addWidget(label(title, "soft"), 0, place)
            grid.addWidget(box, 1, place)
        card.column.addLayout(grid)
        self.start = button(tr("Start a new registration"), primary=True)
        self.start.clicked.connect(self._start)
        card.column.addWidget(self.start)
        return card

    def _devices_card(self) -> Card:
        card = Card(margin=22)
        card.column.addWidget(label(tr("Devices"), "section"))
        self._devices = QGridLayout()
        self._devices.setColumnStretch(2, 1)
        self._devices.setHorizontalSpacing(14)
        self._devices.setVerticalSpacing(8)
        card.column.addLayout(self._devices)
        return card

    def _drafts_card(self) -> Card:
        card = Card(margin=22)
        card.column.addWidget(label(tr("Put away, to be finished"), "section"))
        content = QWidget()
        self._drafts = QGridLayout(content)
        self._drafts.setContentsMargins(0, 0, 4, 0)
        self._drafts.setColumnStretch(0, 1)
        card.column.addWidget(scrolling(content, clear=True), 1)
        return card

    def _outbox_card(self) -> Card:
        card = Card(margin=22)
        head = QHBoxLayout()
        head.addWidget(label(tr("Outbox"), "section"), 1)
        self.send = button(tr("Send now"))
        self.send.clicked.connect(self._send)
        head.addWidget(self.send)
        card.column.addLayout(head)
        content = QWidget()
        self._outbox = QGridLayout(content)
        self._outbox.setContentsMargins(0, 0, 4, 0)
        self._outbox.setColumnStretch(0, 1)
        card.column.addWidget(scrolling(content, clear=True), 1)
        return card

    def refresh(self) -> None:
        self._show_drafts(self._desk.enrollment.drafts())
        self._show_outbox(self._desk.sync.outbox())
        self._look_at_devices()

    def _look_at_devices(self) -> None:
        if self.isVisible() or not self._devices.count():
            self._background.run(self, "devices", self._desk.devices.by_kind, self._show_devices, self._fail)

    @property
    def shows_devices(self) -> bool:
        return self._devices.count() > 0

    def _show_devices(self, lines: tuple[DeviceStatusLine, ...]) -> None:
        empty(self._devices)
        for row, line in enumerate(lines):
            sign = label("✓" if line.ready else "✗", wrap=False)
            sign.setStyleSheet(f"font-weight: 700; color: {'#1b6b3a' if line.ready else '#a61b1b'};")
            self._devices.addWidget(sign, row, 0)
            self._devices.addWidget(label(tr(line.kind).capitalize(), wrap=False), row, 1)
            self._devices.addWidget(label(line.name if line.ready else tr(line.problem), "soft"), row, 2)

    def _show_drafts(self, drafts: tuple[DraftSummary, ...]) -> None:
        empty(self._drafts)
        for row, draft in enumerate(drafts[:_SHOWN]):
            name = draft.applicant_name or tr("no name yet")
            where = names.step_name(draft.next_step) if draft.next_step else tr("ready to be sealed")
            text = tr("{name} · next: {step} · {time}", name=name, step=where, time=_local(draft.changed_at))
            self._drafts.addWidget(label(text), row, 0)
            resume = button(tr("Go on"))
            resume.clicked.connect(partial(self._resume, draft.id))
            self._drafts.addWidget(resume, row, 1)
            discard = link(tr("Discard"))
            discard.clicked.connect(partial(self._ask_discard, draft.id, discard))
            self._drafts.addWidget(discard, row, 2)
        if not drafts:
            self._drafts.addWidget(label(tr("Nothing."), "soft"), 0, 0)
        self._drafts.setRowStretch(len(drafts) + 1, 1)

    def _show_outbox(self, entries: tuple[OutboxEntry, ...]) -> None:
        empty(self._outbox)
        for row, entry in enumerate(entries[:_SHOWN]):
            number = label(entry.registration_id.text, wrap=False)
            self._outbox.addWidget(number, row, 0)
            self._outbox.addWidget(label(names.state_name(entry.state), "soft", wrap=False), row, 1)
        if not entries:
            self._outbox.addWidget(label(tr("Nothing."), "soft"), 0, 0)
        self._outbox.setRowStretch(len(entries) + 1, 1)
        self.send.setVisible(any(entry.state is not DeliveryState.PUSHED for entry in entries))

    def _start(self) -> None:
        self.start.setEnabled(False)
        chosen = [str(box.currentData()) for box in self.languages]
        languages = tuple(dict.fromkeys(code for code in chosen if code))
        self._background.run(
            self, "store", lambda: self._desk.enrollment.start(languages), self._opened, self._fail
        )

    def _resume(self, registration_id: RegistrationId, *_: object) -> None:
        self._background.run(
            self, "store", lambda: self._desk.enrollment.resume(registration_id), self._opened, self._fail
        )

    def _opened(self, registration: Registration) -> None:
        self._timer.stop()
        self.opened.emit(registration)

    def _ask_discard(self, registration_id: RegistrationId, asked: QWidget, *_: object) -> None:
        """The same link asks once more instead of a dialog that is clicked away unread."""
        if asked.property("asked"):
            work = partial(self._desk.enrollment.discard, registration_id, "discarded by the officer")
            self._background.run(self, "store", work, lambda nothing: self.refresh(), self._fail)
            return
        asked.setProperty("asked", True)
        asked.setText(tr("Discard for good?"))  # type: ignore[attr-defined]

    def _send(self) -> None:
        self.send.setEnabled(False)
        self.note.say(tr("Sending …"))
        work = partial(self._desk.sync.deliver_all, due_only=False)
        self._background.run(self, "network", work, self._sent, self._fail)

    def _sent(self, receipts: tuple[Receipt, ...]) -> None:
        self.send.setEnabled(True)
        self.note.say(tr("{count} packets were accepted by the server.", count=len(receipts)), "good")
        self.refresh()

    def _fail(self, error: MusterError) -> None:
        self.start.setEnabled(True)
        self.send.setEnabled(True)
        self.note.say(say_error(error), "bad")
        self._show_outbox(self._desk.sync.outbox())


def _local(moment: object) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"  # type: ignore[attr-defined]
