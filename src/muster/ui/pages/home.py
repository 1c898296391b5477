"""The desk: begin, go on with what was put away, see what waits for a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from muster.domain.delivery import DeliveryState, OutboxEntry, Outlook, PersonTold, Receipt
from muster.domain.lifecycle import Registration
from muster.domain.operators import Permission
from muster.domain.registration import Process, RegistrationId
from muster.domain.review import Standing
from muster.errors import MusterError
from muster.ui import names, shortcuts, theme
from muster.ui.background import Background
from muster.ui.finishing import look_again
from muster.ui.language import say, say_error, tr
from muster.ui.pages.page import Page
from muster.ui.turns import DRAWN_MS
from muster.ui.widgets.asked_twice import AskedTwice
from muster.ui.widgets.limit_meter import LimitMeter
from muster.ui.widgets.parts import Card, Choice, Note, button, empty, label, link, scrolling, sign
from muster.workstation.desk import Desk
from muster.workstation.devices_desk import DeviceStatusLine
from muster.workstation.enrollment import DraftSummary
from muster.workstation.reference import label_in
from muster.workstation.repair import DATABASE_WAS_REBUILT

_GO_ROUND_MS = 60_000
_SHOWN = 50
_SEARCH_AFTER_MS = 200  # after the last key


@dataclass(frozen=True, slots=True)
class OutboxView:
    """Each packet that is shown and whether its slip can still be printed; how many there are, and what waits."""

    lines: tuple[tuple[OutboxEntry, bool], ...]
    count: int
    outlook: Outlook


class HomePage(Page):
    """``opened`` with the registration to work on, ``slip_wanted`` with a finished one."""

    where = "home"
    opened = Signal(object)
    slip_wanted = Signal(object)
    people_wanted = Signal()
    policy_wanted = Signal()
    devices_wanted = Signal()
    review_wanted = Signal()
    trail_wanted = Signal()
    figures_wanted = Signal(bool)
    administration_wanted = Signal()

    def __init__(self, desk: Desk, background: Background, window_language: str) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._window_language = window_language
        self.processes: dict[Process, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(26, 20, 26, 18)
        column.setSpacing(14)
        self._add_head(column)
        self.note = Note()
        column.addWidget(self.note)
        if desk.rebuilt is not None:
            self.note.say(say(DATABASE_WAS_REBUILT, {"folder": desk.rebuilt.quarantine}), "warn")
        columns = QVBoxLayout() if theme.is_large() else QHBoxLayout()
        columns.setSpacing(16)
        left, right = QVBoxLayout(), QVBoxLayout()
        left.setSpacing(14)
        right.setSpacing(14)
        left.addWidget(self._new_card(window_language))
        left.addWidget(self._devices_card())
        left.addWidget(self._limits_card())
        left.addStretch(1)
        right.addWidget(self._search_box())
        right.addWidget(self._drafts_card(), 1)
        right.addWidget(self._outbox_card(), 1)
        columns.addLayout(left, 2)
        columns.addLayout(right, 3)
        column.addLayout(columns, 1)
        self._devices_changed = background.from_elsewhere(self, lambda change: self._look_at_devices())
        self._stop_listening: Callable[[], None] | None = None
        self._drawn = QTimer(self)  # the page would wait for what begins on lanes and in processes of their own
        self._drawn.setSingleShot(True)
        self._drawn.setInterval(DRAWN_MS)
        self._drawn.timeout.connect(self._begin)
        self._rounds = QTimer(self)
        self._rounds.setInterval(_GO_ROUND_MS)
        self._rounds.timeout.connect(self._go_round)
        self.refresh()

    def _add_head(self, column: QVBoxLayout) -> None:
        """Who works here, and the ways to the other pages."""
        welcome = label(tr("Welcome, {name}", name=self._desk.operator.user_id), "title")
        head = QHBoxLayout()
        if theme.is_large():
            column.addWidget(welcome)
            head.addStretch(1)
        else:
            head.addWidget(welcome, 1)
        self.review, self.trail = button(tr("Review")), button(tr("Trail"))
        for each, wanted in ((self.review, self.review_wanted), (self.trail, self.trail_wanted)):
            each.clicked.connect(wanted)
            head.addWidget(each)
            # Never shown before it has a place: it would be a window of its own, and take the keyboard.
            if not self._desk.access.offers(Permission.REVIEW):
                each.hide()
        reviews = self._desk.access.offers(Permission.REVIEW)
        self.figures = button(tr("Figures") if reviews else tr("My figures"))
        self.figures.clicked.connect(partial(self._open_figures, not reviews))
        head.addWidget(self.figures)
        if not (reviews or self._desk.access.offers(Permission.REGISTER)):
            self.figures.hide()
        self.people = button(tr("People"))
        self.people.clicked.connect(self.people_wanted)
        if not self._desk.access.offers(Permission.MANAGE_OPERATORS):
            self.people.hide()
        head.addWidget(self.people)
        self.policy = button(tr("Proof of identity"))
        self.policy.clicked.connect(self.policy_wanted)
        head.addWidget(self.policy)
        self.administration = button(tr("Administration"))
        self.administration.clicked.connect(self.administration_wanted)
        head.addWidget(self.administration)
        if self._desk.access.offers(Permission.CHANGE_SETTINGS):
            shortcuts.add(self, "Ctrl+,", tr("Administration"), self.administration_wanted.emit)
        else:
            self.policy.hide()
            self.administration.hide()
        column.addLayout(head)

    def _open_figures(self, own: bool, *_: object) -> None:
        self.figures_wanted.emit(own)

    def enter(self) -> None:
        self.start.setFocus()
        if self._stop_listening is None:
            self._stop_listening = self._desk.devices.listen(self._devices_changed)
        self._drawn.start()
        self._rounds.start()

    def _begin(self) -> None:
        self._look_at_devices()
        # While there is a network: the first packet cannot be sealed without the server's certificate.
        self._background.run(self, "network", self._desk.sync.prepare, lambda nothing: None, lambda error: None)
        self._go_round()

    def leave(self) -> None:
        if self._drawn.isActive():  # whoever was that quick: it is of use to the next page, too
            self._drawn.stop()
            self._begin()
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        self._rounds.stop()

    def _go_round(self) -> None:
        """Send and ask what is due; what goes wrong stands in the outbox. On a lane of its own: a slow upload must
        not keep a signature waiting."""
        self._background.run(self, "outbox", self._desk.following.round, self._went_round, self._went_round)
        self._background.run(self, "outbox", self._desk.jobs.run_due, self._went_round, self._went_round)

    def _went_round(self, outcome: object) -> None:
        self._look_at_outbox()

    def _new_card(self, window_language: str) -> Card:
        card = Card(margin=22, spacing=12)
        card.column.addWidget(label(tr("New registration"), "section"))
        grid = QGridLayout()
        self.languages = (Choice(tr("Language")), Choice(tr("Second language")))
        first = window_language
        second = "fra" if first != "fra" else "eng"
        for place, (box, title, chosen) in enumerate(
            zip(self.languages, (tr("Language"), tr("Second language")), (first, second), strict=True)
        ):
            if place == 1:
                box.addItem(tr("none"), "")
            for language in self._desk.enrollment.languages_offered:
                box.addItem(language.name, language.code)
            box.setCurrentIndex(max(box.findData(chosen), 0))  # a window's language need not be one of the data's
            grid.addWidget(label(title, "soft"), 0, place)
            grid.addWidget(box, 1, place)
        card.column.addLayout(grid)
        self.start = button(tr("Start a new registration"), primary=True)
        self.start.clicked.connect(partial(self._start, Process.NEW))
        card.column.addWidget(self.start)
        card.column.addLayout(self._other_processes(window_language))
        card.column.addLayout(self._request_row())
        return card

    def _other_processes(self, window_language: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for process in self._desk.enrollment.processes():
            if process is Process.NEW:
                continue
            labels = self._desk.enrollment.process_labels(process)
            made = button(label_in(labels, window_language, process.value))
            if process is Process.BIOMETRIC_CORRECTION:
                made.clicked.connect(self._ask_for_request)
            else:
                made.clicked.connect(partial(self._start, process))
            row.addWidget(made)
            self.processes[process] = made
        return row

    def _request_row(self) -> QHBoxLayout:
        """Under the button that needs it: which request of the server a correction answers."""
        row = QHBoxLayout()
        self.request = QLineEdit()
        self.request.setAccessibleName(tr("Number of the request"))
        self.request.setPlaceholderText(tr("Number of the request"))
        self.request.returnPressed.connect(partial(self._start, Process.BIOMETRIC_CORRECTION))
        self.correct = button(tr("Begin"))
        self.correct.clicked.connect(partial(self._start, Process.BIOMETRIC_CORRECTION))
        row.addWidget(self.request, 1)
        row.addWidget(self.correct)
        for each in (self.request, self.correct):
            each.hide()
        return row

    def _ask_for_request(self) -> None:
        for each in (self.request, self.correct):
            each.show()
        self.request.setFocus()

    def _devices_card(self) -> Card:
        card = Card(margin=22)
        head = QHBoxLayout()
        head.addWidget(label(tr("Devices"), "section"), 1)
        self.devices = link(tr("Choose and test"))
        self.devices.clicked.connect(self.devices_wanted)
        head.addWidget(self.devices)
        card.column.addLayout(head)
        self._devices = QGridLayout()
        self._devices.setColumnStretch(2, 1)
        self._devices.setHorizontalSpacing(14)
        self._devices.setVerticalSpacing(8)
        card.column.addLayout(self._devices)
        return card

    def _limits_card(self) -> Card:
        """Without a title: there is little room, and its lines say what they are."""
        card = Card(margin=14)
        card.setAccessibleName(tr("How long this station can go on"))
        self.limits = LimitMeter()
        card.column.addWidget(self.limits)
        return card

    def _search_box(self) -> QLineEdit:
        """Over what was put away and what was sealed, by name or number: sealed packets keep no name."""
        self.search = QLineEdit()
        self.search.setAccessibleName(tr("Find a registration by its number or by the person's name"))
        self.search.setPlaceholderText(tr("Find a registration by its number or by the person's name"))
        self.search.setClearButtonEnabled(True)
        self._searching = QTimer(self)
        self._searching.setSingleShot(True)
        self._searching.setInterval(_SEARCH_AFTER_MS)
        self._searching.timeout.connect(self._read_lists)
        self.search.textEdited.connect(lambda _: self._searching.start())
        self.search.textChanged.connect(lambda text: None if text else self._searching.start())
        QShortcut(QKeySequence.StandardKey.Find, self, self.search.setFocus)
        return self.search

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
        self.pause = link(tr("Pause"))
        self.pause.clicked.connect(self._pause_or_go_on)
        head.addWidget(self.pause)
        head.addWidget(self.send)
        card.column.addLayout(head)
        self.outlook = label("", "soft")
        self.outlook.hide()
        card.column.addWidget(self.outlook)
        content = QWidget()
        self._outbox = QGridLayout(content)
        self._outbox.setContentsMargins(0, 0, 4, 0)
        self._outbox.setColumnStretch(0, 1)
        card.column.addWidget(scrolling(content, clear=True), 1)
        return card

    def refresh(self) -> None:
        self._read_lists()
        self._background.run(self, "store", self._desk.limits.all, self.limits.show_limits, self._fail)
        if not self.review.isHidden():
            self._background.run(self, "store", self._desk.review.counts, self._show_review, self._fail)
        self._look_at_devices()

    def _read_lists(self) -> None:
        words = self.search.text()
        drafts = partial(self._desk.enrollment.drafts, words)
        self._background.run(self, "store", drafts, self._show_drafts, self._fail)
        self._look_at_outbox()

    def _show_review(self, counts: dict[Standing, int]) -> None:
        waiting = counts.get(Standing.WAITING, 0)
        self.review.setText(tr("Review ({count})", count=waiting) if waiting else tr("Review"))

    def _look_at_outbox(self) -> None:
        read = partial(self._read_outbox, self.search.text())
        self._background.run(self, "store", read, self._show_outbox, self._fail)

    def _read_outbox(self, words: str) -> OutboxView:
        """First what needs somebody, or what is looked for. Runs on a lane."""
        entries, count = self._desk.sync.page(_SHOWN)
        if words.strip():
            entries = self._desk.sync.find(words, _SHOWN)
            count = len(entries)
        with_slip = self._desk.enrollment.with_slip([entry.registration_id for entry in entries])
        lines = tuple((entry, entry.registration_id in with_slip) for entry in entries)
        return OutboxView(lines, count, self._desk.sync.outlook())

    def _look_at_devices(self) -> None:
        if self.isVisible() or not self._devices.count():
            self._background.run(self, "devices", self._desk.devices.by_kind, self._show_devices, self._fail)

    @property
    def shows_devices(self) -> bool:
        return self._devices.count() > 0

    def _show_devices(self, lines: tuple[DeviceStatusLine, ...]) -> None:
        empty(self._devices)
        for row, line in enumerate(lines):
            self._devices.addWidget(sign("good" if line.ready else "bad"), row, 0)
            self._devices.addWidget(label(tr(line.kind).capitalize(), wrap=False), row, 1)
            self._devices.addWidget(label(_device_words(line), "soft"), row, 2)

    def _show_drafts(self, drafts: tuple[DraftSummary, ...]) -> None:
        empty(self._drafts)
        for row, draft in enumerate(drafts):
            name = draft.applicant_name or tr("no name yet")
            where = names.step_name(draft.next_step) if draft.next_step else tr("ready to be sealed")
            text = tr("{name} · next: {step} · {time}", name=name, step=where, time=_local(draft.changed_at))
            if draft.process is not Process.NEW:
                labels = self._desk.enrollment.process_labels(draft.process)
                text = f"{label_in(labels, self._window_language, draft.process.value)} · {text}"
            self._drafts.addWidget(self._draft_words(draft, text), row, 0)
            resume = button(tr("Go on"))
            resume.clicked.connect(partial(self._resume, draft.id))
            self._drafts.addWidget(resume, row, 1)
            discard = AskedTwice(tr("Discard"), tr("Discard for good?"))
            discard.confirmed.connect(partial(self._discard, draft.id))
            self._drafts.addWidget(discard, row, 2)
        if not drafts:
            nothing = tr("Nothing found.") if self.search.text().strip() else tr("Nothing.")
            self._drafts.addWidget(label(nothing, "soft"), 0, 0)
        self._drafts.setRowStretch(len(drafts) + 1, 1)

    def _draft_words(self, draft: DraftSummary, text: str) -> QLabel:
        """With what keeps it from being sealed, where something does."""
        problem = self._desk.finishing.problem_of(draft.id) if draft.next_step is None else None
        return label(text) if problem is None else label(f"{text}\n{say_error(problem)}", "finding")

    def _show_outbox(self, view: OutboxView) -> None:
        entries = view.lines
        empty(self._outbox)
        for row, (entry, has_slip) in enumerate(entries):
            self._outbox.addWidget(label(entry.registration_id.text, wrap=False), 2 * row, 0)
            tone = "finding" if entry.needs_somebody else "soft"
            self._outbox.addWidget(label(names.delivery_words(entry), tone, wrap=False), 2 * row, 1)
            if has_slip:
                slip = link(tr("Slip"))
                slip.clicked.connect(partial(self._open_slip, entry))
                self._outbox.addWidget(slip, 2 * row, 2)
            if entry.state is DeliveryState.GIVEN_UP:
                again = link(tr("Send again"))
                again.clicked.connect(partial(self._send_again, entry.packet_id))
                self._outbox.addWidget(again, 2 * row, 3)
            if entry.needs_somebody and entry.state is DeliveryState.PUSHED:
                told = link(tr("Was told"))
                told.clicked.connect(partial(self._was_told, entry.packet_id))
                self._outbox.addWidget(told, 2 * row, 3)
            if entry.last_problem and entry.state is not DeliveryState.PUSHED:
                self._outbox.addWidget(label(names.problem_words(entry), "finding"), 2 * row + 1, 0, 1, 4)
        if not entries:
            looked_for = bool(self.search.text().strip())
            nothing = tr("Nothing found. What is sealed has a number and no name any more: look by the number.")
            self._outbox.addWidget(label(nothing if looked_for else tr("Nothing."), "soft"), 0, 0, 1, 4)
        elif view.count > len(entries):
            more = tr("{count} older ones", count=view.count - len(entries))
            self._outbox.addWidget(label(more, "soft"), 2 * _SHOWN, 0)
        self._outbox.setRowStretch(2 * len(entries) + 1, 1)
        paused = view.outlook.terms.is_paused
        self.send.setVisible(view.outlook.packets > 0 and not paused)
        self.pause.setVisible(view.outlook.packets > 0 or paused)
        self.pause.setText(tr("Continue sending") if paused else tr("Pause"))
        self.pause.setProperty("paused", paused)
        self.outlook.setText(names.outlook_words(view.outlook))
        self.outlook.setVisible(bool(self.outlook.text()))

    def _pause_or_go_on(self) -> None:
        sending = self._desk.sending
        work = sending.go_on if self.pause.property("paused") else sending.pause
        self._background.run(self, "store", work, lambda nothing: self.refresh(), self._fail)

    def _was_told(self, packet_id: str, *_: object) -> None:
        work = partial(self._desk.sync.note_told, packet_id, PersonTold.INFORMED)
        self._background.run(self, "store", work, lambda nothing: self.refresh(), self._fail)

    def _open_slip(self, entry: OutboxEntry, *_: object) -> None:
        self._background.run(
            self, "store", partial(look_again, self._desk, entry), self.slip_wanted.emit, self._fail
        )

    def _start(self, process: Process, *_: object) -> None:
        self.setEnabled(False)
        request = self.request.text() if process is Process.BIOMETRIC_CORRECTION else None
        chosen = [str(box.currentData()) for box in self.languages]
        languages = tuple(dict.fromkeys(code for code in chosen if code))
        self._background.run(
            self,
            "store",
            lambda: self._desk.enrollment.start(languages, process, request),
            self._opened,
            self._fail,
        )

    def _resume(self, registration_id: RegistrationId, *_: object) -> None:
        self.setEnabled(False)
        self._background.run(
            self, "store", lambda: self._desk.enrollment.resume(registration_id), self._opened, self._fail
        )

    def _opened(self, registration: Registration) -> None:
        self.opened.emit(registration)

    def _discard(self, registration_id: RegistrationId) -> None:
        work = partial(self._desk.enrollment.discard, registration_id, "discarded by the officer")
        self._background.run(self, "store", work, lambda nothing: self.refresh(), self._fail)

    def _send(self) -> None:
        self.send.setEnabled(False)
        self.note.say(tr("Sending …"))
        work = partial(self._desk.sync.deliver_all, due_only=False)
        self._background.run(self, "network", work, self._sent, self._fail)

    def _send_again(self, packet_id: str, *_: object) -> None:
        self.send.setEnabled(False)
        self.note.say(tr("Sending …"))

        def again() -> tuple[Receipt, ...]:
            self._desk.sync.try_again(packet_id)
            return self._desk.sync.deliver_all(due_only=False)

        self._background.run(self, "network", again, self._sent, self._fail)

    def _sent(self, receipts: tuple[Receipt, ...]) -> None:
        self.send.setEnabled(True)
        accepted = len(receipts)
        if accepted == 1:
            self.note.say(tr("One packet was accepted by the server."), "good")
        elif accepted:
            self.note.say(tr("{count} packets were accepted by the server.", count=accepted), "good")
        else:
            self.note.say(tr("No packet was accepted. See the outbox for the reason."), "warn")
        self.refresh()

    def _fail(self, error: MusterError) -> None:
        self.setEnabled(True)
        self.send.setEnabled(True)
        self.note.say(say_error(error), "bad")
        read = partial(self._read_outbox, self.search.text())
        self._background.run(self, "store", read, self._show_outbox, lambda again: None)


def _device_words(line: DeviceStatusLine) -> str:
    """Which it is, or what is the matter with it."""
    if line.finding is not None:
        return names.finding_words(line.finding)
    return line.name if line.ready else tr(line.problem)


def _local(moment: object) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"  # type: ignore[attr-defined]
