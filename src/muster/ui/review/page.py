"""A supervisor's review: the list at the side, one registration beside it, and a key for everything.

A decision is kept the moment its key is pressed, and the next registration is shown; what was decided counts once
it was signed off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Event

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QListView, QSplitter, QVBoxLayout, QWidget

from muster.domain.lifecycle import Registration
from muster.domain.operators import Action, Factor
from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewLine, Standing
from muster.domain.review_decision import Decision, Reason
from muster.errors import MusterError
from muster.ui import shortcuts, theme
from muster.ui.audit import words
from muster.ui.background import Background
from muster.ui.language import say_error, tr
from muster.ui.pages.page import Page
from muster.ui.review.case_view import CaseView, PictureWanted, Seen, wanted_pictures
from muster.ui.review.list_model import ReviewListModel, TwoLines
from muster.ui.review.presenter import ReviewPresenter
from muster.ui.widgets.parts import Card, Note, button, label, link
from muster.ui.widgets.proof_box import ProofBox
from muster.workstation.desk import Desk
from muster.workstation.duplicate_review import DuplicateReport
from muster.workstation.lanes import STORE
from muster.workstation.proofing_view import ExecutionView
from muster.workstation.proving import Proof
from muster.workstation.review import CarriedCase, SignedOff

_LANE = "review"  # a picture that is read keeps nobody's signature waiting
_AT_ONCE = 100


class ReviewPage(Page):
    """``story_wanted`` and ``evidence_wanted`` with a registration's number."""

    left = Signal()
    story_wanted = Signal(object)
    evidence_wanted = Signal(object)

    def __init__(self, desk: Desk, background: Background, window_language: str) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._cancel = Event()
        self._asked_for: Decision | None = None
        self._reading: RegistrationId | None = None
        self.presenter = ReviewPresenter(desk.operator.user_id)
        self.model = ReviewListModel(self.presenter)
        self.model.wants_more.connect(self._read_more)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px(each) for each in (theme.PAGE, theme.GAP, theme.PAGE, theme.GAP)])
        column.setSpacing(theme.px(theme.CLOSE))
        column.addLayout(self._head())
        self.note = Note()
        column.addWidget(self.note)
        middle = QSplitter(Qt.Orientation.Horizontal)
        self.list = self._list()
        middle.addWidget(self.list)
        self.case = CaseView(window_language)
        self.case.story_wanted.connect(self.story_wanted)
        self.case.evidence_wanted.connect(self.evidence_wanted)
        middle.addWidget(self.case)
        middle.setStretchFactor(1, 1)
        middle.setSizes([theme.px(340), theme.px(960)])
        middle.setChildrenCollapsible(False)
        column.addWidget(middle, 1)
        column.addWidget(self._reasons())
        column.addWidget(self._sign_off_card())
        column.addLayout(self._decisions())
        self._add_keys()
        self.case.show_nothing()
        self._follow()

    # Building

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(tr("Review"), "title", wrap=False))
        self.counts = label("", "soft", wrap=False)
        row.addWidget(self.counts, 1)
        self.unseen = link("")
        self.unseen.clicked.connect(self._approve_unseen)
        row.addWidget(self.unseen)
        self.back = button(tr("Back to the desk"))
        self.back.clicked.connect(self.left)
        row.addWidget(self.back)
        return row

    def _list(self) -> QListView:
        made = QListView()
        made.setModel(self.model)
        made.setItemDelegate(TwoLines(made))
        made.setAccessibleName(tr("Registrations to be reviewed, the riskiest first"))
        made.setUniformItemSizes(True)
        made.setSpacing(theme.px(2))
        made.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        made.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setMinimumWidth(theme.px(260))
        made.selectionModel().currentChanged.connect(self._chosen)
        return made

    def _decisions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        self.decisions = {
            Decision.APPROVE: button(tr("Approve"), primary=True),
            Decision.REJECT: button(tr("Reject")),
            Decision.HOLD: button(tr("Hold")),
            Decision.SEND_BACK: button(tr("Send back")),
        }
        for decision, made in self.decisions.items():
            key = _KEYS[decision]
            made.setToolTip(key)
            made.takes_letter = False
            made.clicked.connect(partial(self.decide, decision))
            row.addWidget(shortcuts_key(key))
            row.addWidget(made)
        row.addStretch(1)
        self.sign_off = button(tr("Sign off"))
        self.sign_off.takes_letter = False
        self.sign_off.clicked.connect(self._ask_sign_off)
        row.addWidget(shortcuts_key("S"))
        row.addWidget(self.sign_off)
        return row

    def _reasons(self) -> Card:
        self.reasons_card = Card(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        self.reasons_title = label("", "section", wrap=False)
        self.reasons_card.column.addWidget(self.reasons_title)
        row = QHBoxLayout()
        self.reasons = {}
        for number, reason in enumerate(Reason, 1):
            made = button(f"{number}  {words.reason_words(reason)}")
            made.clicked.connect(partial(self._because, reason))
            self.reasons[reason] = made
        lines = (list(self.reasons.values())[:4], list(self.reasons.values())[4:])
        for each in lines:
            row = QHBoxLayout()
            for made in each:
                row.addWidget(made)
            row.addStretch(1)
            self.reasons_card.column.addLayout(row)
        self.reasons_card.hide()
        return self.reasons_card

    def _sign_off_card(self) -> Card:
        self.proof_card = Card(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        self.proof_title = label("", "section", wrap=False)
        self.proof_card.column.addWidget(self.proof_title)
        ways = self._desk.own_ways(Action.CONFIRM)
        self.box = ProofBox(tr("Password of {officer}", officer=self._desk.operator.user_id), ways)
        self.box.given.connect(self._sign_off)
        self.box.touch_wanted.connect(self._sign_off_by_touch)
        self.sign = button(tr("Sign"), primary=True)
        self.sign.clicked.connect(self._sign_off)
        self.box.add(self.sign)
        self.proof_card.column.addWidget(self.box)
        self.proof_card.hide()
        return self.proof_card

    def _add_keys(self) -> None:
        for decision, key in _KEYS.items():
            shortcuts.add(self, key, self.decisions[decision].text(), partial(self.decide, decision))
        shortcuts.add(self, ["N", "J"], tr("Next registration"), partial(self.go, 1))
        shortcuts.add(self, ["P", "K"], tr("Previous registration"), partial(self.go, -1))
        shortcuts.add(self, "U", tr("Approve all that need no look"), self._approve_unseen)
        shortcuts.add(self, "S", tr("Sign off"), self._ask_sign_off)
        shortcuts.add(self, "T", tr("Story"), self.case.story.click)
        shortcuts.add(self, "E", tr("Evidence"), self.case.evidence.click)
        shortcuts.add(self, "Escape", tr("Never mind"), self._never_mind)
        for number, reason in enumerate(Reason, 1):
            shortcuts.add(self, str(number), words.reason_words(reason), partial(self._because, reason))

    # The list

    def enter(self) -> None:
        self._cancel = Event()
        self.list.setFocus()
        self.refresh()

    def leave(self) -> None:
        self._cancel.set()
        self.box.clear()

    def refresh(self) -> None:
        def read() -> tuple[tuple[ReviewLine, ...], dict[Standing, int]]:
            return self._desk.review.lines(limit=_AT_ONCE), self._desk.review.counts()

        self._run(read, self._show_list)

    def _read_more(self) -> None:
        offset = sum(not each.station for each in self.presenter.lines)
        self._run(partial(self._desk.review.lines, limit=_AT_ONCE, offset=offset), self.model.add)

    def _show_list(self, read: tuple[tuple[ReviewLine, ...], dict[Standing, int]]) -> None:
        lines, counts = read
        total = sum(count for standing, count in counts.items() if standing.is_open)
        self.model.begin(lines, total)
        self._show_counts(counts)
        if self.presenter.row < 0:
            self.presenter.chosen = None
            self.case.show_nothing()
        self.choose(self.presenter.chosen or self.presenter.next_open() or self.presenter.beside(0))
        if not lines:
            self.note.say(tr("Nothing waits for a review."), "good")
        self._follow()

    def choose(self, registration_id: RegistrationId | None) -> None:
        """Show it; nothing where there is none."""
        self.presenter.chosen = registration_id
        row = self.presenter.row
        if row >= 0:
            index = self.model.index(row)
            self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.list.scrollTo(index)
            self._open(self.presenter.lines[row].registration_id)
        self._follow()

    def go(self, steps: int) -> None:
        self.note.clear()
        self._never_mind()
        self.choose(self.presenter.beside(steps))

    def _chosen(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid() and current.row() < len(self.presenter.lines):
            chosen = self.presenter.lines[current.row()].registration_id
            if chosen != self.presenter.chosen:
                self._never_mind()
                self.choose(chosen)

    # One registration

    def _open(self, registration_id: RegistrationId) -> None:
        if self._reading == registration_id:
            return
        self._reading = registration_id

        def read() -> Seen:
            case = self._desk.review.open(registration_id)
            if isinstance(case, CarriedCase):
                return Seen(case, None, None)
            return Seen(case, self._duplicates(registration_id), self._proof(case.registration))

        self._run(read, self._show_case)

    def _duplicates(self, registration_id: RegistrationId) -> DuplicateReport | None:
        try:
            return self._desk.duplicate_review.one(registration_id)
        except MusterError:  # there was no search, or it is not for this supervisor
            return None

    def _proof(self, registration: Registration) -> ExecutionView | None:
        if registration.proof is None or not registration.proof.execution:
            return None
        try:
            return self._desk.proofing.look(registration.proof.execution)
        except MusterError:
            return None

    def _show_case(self, seen: Seen) -> None:
        if seen.case.line.registration_id != self.presenter.chosen:
            return
        self.case.show_seen(seen)
        self._read_pictures(seen.case.line.registration_id, list(wanted_pictures(self._desk, seen)))
        self._follow()

    def _read_pictures(self, registration_id: RegistrationId, wanted: list[PictureWanted]) -> None:
        """One after the other, as long as nobody went on or away."""
        if not wanted or registration_id != self.presenter.chosen or self._cancel.is_set():
            return
        first, *rest = wanted

        def shown(pixels: np.ndarray | None) -> None:
            if registration_id == self.presenter.chosen and pixels is not None:
                self.case.pictures.add(first.key, first.name, pixels)
            self._read_pictures(registration_id, rest)

        self._background.run(self, _LANE, first.read, shown, lambda error: shown(None))

    # Deciding

    def decide(self, decision: Decision, *_: object) -> None:
        line = self.presenter.line
        if line is None or not self.decisions[decision].isEnabled():
            return
        if decision.needs_reason:
            self._ask_reason(decision)
        else:
            self._keep(line.registration_id, decision, None)

    def _ask_reason(self, decision: Decision) -> None:
        self._never_mind()
        self._asked_for = decision
        self.reasons_title.setText(
            tr("Why is it rejected?") if decision is Decision.REJECT else tr("Why is it sent back?")
        )
        self.reasons_card.show()
        next(iter(self.reasons.values())).setFocus()

    def _because(self, reason: Reason, *_: object) -> None:
        decision, line = self._asked_for, self.presenter.line
        if decision is None or line is None:
            return
        self._never_mind()
        self._keep(line.registration_id, decision, reason)

    def _keep(self, registration_id: RegistrationId, decision: Decision, reason: Reason | None) -> None:
        self._run(partial(self._desk.review.decide, registration_id, decision, reason), self._decided, STORE)

    def _decided(self, line: ReviewLine) -> None:
        self.note.clear()
        self.model.changed(self.presenter.replace(line))
        self.choose(self.presenter.next_open())
        self._count()

    def _approve_unseen(self, *_: object) -> None:
        unseen = self.presenter.approvable_unseen()
        if unseen:
            self._run(partial(self._desk.review.approve, unseen), self._all_decided, STORE)

    def _all_decided(self, lines: tuple[ReviewLine, ...]) -> None:
        for line in lines:
            self.model.changed(self.presenter.replace(line))
        self.choose(self.presenter.next_open())
        self._count()

    def _count(self) -> None:
        self._run(self._desk.review.counts, self._show_counts)

    def _show_counts(self, counts: dict[Standing, int]) -> None:
        self.counts.setText(
            tr(
                "{waiting} waiting · {held} held · {decided} to be signed off",
                waiting=counts.get(Standing.WAITING, 0),
                held=counts.get(Standing.HELD, 0),
                decided=counts.get(Standing.DECIDED, 0),
            )
        )
        self._follow()

    # Signing off

    def _ask_sign_off(self, *_: object) -> None:
        count = len(self.presenter.mine())
        if not count:
            return
        self._never_mind()
        self.proof_title.setText(tr("Sign off ({count})", count=count))
        self.proof_card.show()
        self.box.focus()

    def _sign_off(self, *_: object) -> None:
        if self.box.is_filled:
            proof = self.box.proof()
            self._prove(STORE, lambda: proof)

    def _sign_off_by_touch(self) -> None:
        typed, cancel = self.box.beside(Factor.FINGER), self._cancel
        self.note.say(tr("Touch the fingerprint reader."))
        self._prove("devices", lambda: replace(typed, finger=self._desk.touch(cancel).finger))

    def _prove(self, lane: str, get: Callable[[], Proof]) -> None:
        self.proof_card.setEnabled(False)
        self.busy.emit(True)

        def failed(error: MusterError) -> None:
            self.proof_card.setEnabled(True)
            self.busy.emit(False)
            self.box.clear()
            self.box.focus()
            self._fail(error)

        self._background.run(self, lane, lambda: self._desk.review.sign_off(get()), self._signed_off, failed)

    def _signed_off(self, signed: SignedOff) -> None:
        self.proof_card.setEnabled(True)
        self.busy.emit(False)
        self.presenter.chosen = self._reading = None
        self._never_mind()
        self.refresh()
        if signed.too_late:
            self.note.say(
                tr("{count} were sent meanwhile and wait for you again.", count=len(signed.too_late)), "warn"
            )
        else:
            self.note.say(tr("{count} decisions are signed and count.", count=len(signed.lines)), "good")

    # What may be pressed

    def _never_mind(self) -> None:
        self._asked_for = None
        self.reasons_card.hide()
        self.proof_card.hide()
        self.box.clear()
        self.list.setFocus()

    def _follow(self) -> None:
        line = self.presenter.line
        can = self.presenter.can_decide(line)
        for decision, made in self.decisions.items():
            made.setEnabled(can)
            made.setProperty("now", self.presenter.shows(decision))
        mine = len(self.presenter.mine())
        self.sign_off.setText(tr("Sign off ({count})", count=mine) if mine else tr("Sign off"))
        self.sign_off.setEnabled(bool(mine))
        unseen = len(self.presenter.approvable_unseen())
        self.unseen.setText(tr("Approve {count} that need no look", count=unseen))
        self.unseen.setVisible(unseen > 0)

    def _run(self, work: Callable[[], object], done: Callable[..., None], lane: str = _LANE) -> None:
        self._background.run(self, lane, work, done, self._fail)

    def _fail(self, error: MusterError) -> None:
        self.note.say(say_error(error), "bad")


_KEYS = {Decision.APPROVE: "A", Decision.REJECT: "R", Decision.HOLD: "H", Decision.SEND_BACK: "B"}


def shortcuts_key(text: str) -> QWidget:
    made = label(text, "key", wrap=False)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return made
