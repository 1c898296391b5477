"""Proving who the person is, as the station's use case says: the list of steps at the side, what is next in the
middle.

Everything here follows from what a step waits for: a form, a browser, a code to be read, somebody outside. While
it waits the registration can be put away; whoever comes back hours later finds the page where it was, or hears
that the time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from muster.domain.lifecycle import Registration
from muster.domain.proofing import ExecutionStatus, NodeStatus
from muster.errors import MusterError
from muster.ui import theme
from muster.ui.background import Background
from muster.ui.evidence.assurance_panel import AssurancePanel
from muster.ui.language import say_error, tr, word
from muster.ui.proofing import words
from muster.ui.proofing.for_supervisors import ForSupervisors
from muster.ui.proofing.form import YES, ProofingForm
from muster.ui.proofing.shared_documents import SharedDocumentsCard
from muster.ui.proofing.waiting_card import WaitingCard
from muster.ui.widgets.large_button import LargeButton
from muster.ui.widgets.parts import Card, button, empty, label, mark, scrolling
from muster.ui.wizard.proofing_presenter import ProofingPresenter, Question, Row, Stage
from muster.ui.wizard.step_page import StepPage
from muster.workstation.enrollment import Enrollment
from muster.workstation.evidence import AssuranceView
from muster.workstation.proofing_step import ProofStanding
from muster.workstation.proofing_view import CONSENTS, METHOD, SELECTION, ExecutionView, NodeView
from muster.workstation.shared_documents import SharedDocument

ADVANCE_AFTER_MS = 900
_TICK_MS = 1_000
_LANE = "proofing"  # a provider that takes its time keeps nobody else waiting
_LIST_WIDTH = 330
_INDENT = 14


class ProofingPage(StepPage):
    """``away``: the officer turns to something else while a step waits."""

    away = Signal()

    def __init__(
        self, enrollment: Enrollment, background: Background, registration: Registration, window_language: str
    ) -> None:
        super().__init__(enrollment, background, registration)
        self._window_language = window_language
        self._proofing = enrollment.proof.proofing
        self.presenter: ProofingPresenter | None = None
        self._is_asking = False
        self._is_left = True
        self._reopened = ""
        self.agree: QPushButton | None = None
        self.offers: dict[str, LargeButton] = {}
        self.forms: dict[str, ProofingForm] = {}
        self.cards: dict[str, WaitingCard] = {}
        self.head(tr("Proof of identity"), tr("Go through this with the person, one step after the other."))
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._list_card())
        self._content = QWidget()
        self._middle = QVBoxLayout(self._content)
        self._middle.setContentsMargins(0, 0, 6, 0)
        self._middle.setSpacing(12)
        middle = QVBoxLayout()
        middle.setSpacing(theme.px(theme.GAP))
        middle.addWidget(scrolling(self._content), 1)
        self.assurance = AssurancePanel()
        self.documents = SharedDocumentsCard(window_language)
        self.documents.taken.connect(self._take)
        middle.addWidget(self.documents)
        middle.addWidget(self.assurance)
        row.addLayout(middle, 1)
        self.column.addLayout(row, 1)
        self.another = button(tr("Choose another way"))
        self.another.clicked.connect(self._think_over)
        self.go_away = button(tr("Go on with other things"))
        self.go_away.setToolTip(tr("The registration waits on the desk and goes on here."))
        self.go_away.clicked.connect(self.away)
        self.again = button(tr("Begin again"))
        self.again.clicked.connect(self._begin_again)
        self.next = button(tr("Go on"), primary=True)
        self.next.clicked.connect(self._go_on)
        self.foot(self.another, self.go_away, self.again, self.next)
        for each in (self.another, self.go_away, self.again, self.next):
            each.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def enter(self) -> None:
        self._is_left = False
        self._ask(partial(self.enrollment.proof.open, self.registration.id), self._show_standing)
        self._timer.start()

    def leave(self) -> None:
        self._is_left = True
        self._timer.stop()

    # The list at the side

    def _list_card(self) -> Card:
        card = Card(margin=16, spacing=8)
        card.setFixedWidth(theme.px(_LIST_WIDTH))
        self._name = label("", "section")
        card.column.addWidget(self._name)
        content = QWidget()
        self._rows = QVBoxLayout(content)
        self._rows.setContentsMargins(0, 0, 6, 0)
        self._rows.setSpacing(2)
        card.column.addWidget(scrolling(content, clear=True), 1)
        self.enough = label("", "soft")
        card.column.addWidget(self.enough)
        proof = self.enrollment.proof
        self.supervisor = ForSupervisors(may_look=proof.may_see_all, may_cancel=proof.may_cancel)
        self.supervisor.look_wanted.connect(self._look_at_all)
        self.supervisor.cancelled.connect(self._cancel)
        card.column.addWidget(self.supervisor)
        self.supervisor.setVisible(proof.may_see_all or proof.may_cancel)
        return card

    def _show_list(self, presenter: ProofingPresenter) -> None:
        view = presenter.view
        self._name.setText(word(view.use_case_name))
        empty(self._rows)
        for row in presenter.rows():
            self._rows.addWidget(_row_frame(row))
        self._rows.addStretch(1)
        # Whoever registers has one scale, the level below; those of the configuration are a supervisor's.
        self.enough.setText(_enough_words(view.status))
        self.enough.setVisible(bool(self.enough.text()))

    def _show_assurance(self, view: AssuranceView) -> None:
        """What would raise it, as long as something more can be taken."""
        is_over = self.presenter is not None and self.presenter.view.status.is_over
        self.assurance.show_level(view.level, () if is_over else view.upgrade_paths)

    def _offer_documents(self, offers: tuple[SharedDocument, ...]) -> None:
        self.documents.show_offers(offers)
        if offers and self.next.isVisible():
            self.next.setFocus()

    def _take(self, shared: str, slot: str, type_code: str) -> None:
        take = partial(self.enrollment.shared.take, self.registration.id, shared, slot, type_code)
        self._ask(take, self._taken, self._not_taken)

    def _not_taken(self, error: MusterError) -> None:
        self.documents.let_take()
        self.fail(error)

    def _taken(self, registration: Registration) -> None:
        self.registration = registration
        self.changed.emit()
        self._ask(partial(self.enrollment.shared.offers, self.registration.id), self._offer_documents)

    # Where it stands

    def _show_standing(self, standing: ProofStanding) -> None:
        self.registration = standing.registration
        self.changed.emit()
        if standing.view is not None:
            self._show(standing.view)
            return
        self.note.say(tr("Nothing has to be proven for this person."), "good")
        self.next.show()
        self.next.setFocus()

    def _show(self, view: ExecutionView) -> None:
        """Only what changed is drawn anew, and what was typed meanwhile stays."""
        if self.presenter is not None and self.presenter.view == view:
            return
        if self.presenter is not None and self.presenter.view.version != view.version:
            self.note.clear()
            self._reopened = ""
        self._draw(ProofingPresenter(view, self._reopened))

    def _draw(self, presenter: ProofingPresenter) -> None:
        self.presenter, view = presenter, presenter.view
        typed = {node: form.typed() for node, form in self.forms.items()}
        empty(self._middle)
        self.agree, self.offers, self.forms, self.cards = None, {}, {}, {}
        self._show_list(presenter)
        self.supervisor.follow(view)
        if presenter.stage is Stage.CONSENTS:
            self._middle.addWidget(self._consents_card(view))
        for node in presenter.waiting:
            self._middle.addWidget(self._waiting_card(node))
        for question in presenter.questions:
            self._add_question(presenter, question)
        self._middle.addStretch(1)
        for node_id, form in self.forms.items():
            form.put(typed.get(node_id, {}))
        self._show_end(presenter)
        self._ask(partial(self.enrollment.proof.evidence.assurance, self.registration.id), self._show_assurance)
        self._ask(partial(self.enrollment.shared.offers, self.registration.id), self._offer_documents)
        self._tell_time()
        self._focus_first()

    def _show_end(self, presenter: ProofingPresenter) -> None:
        view = presenter.view
        self.another.setVisible(bool(presenter.thought_over))
        self.go_away.setVisible(presenter.waits_outside)
        self.again.setVisible(presenter.stage is Stage.FAILED and not presenter.is_owed)
        self.next.setVisible(view.may_enroll)
        if presenter.stage is Stage.PROVEN:
            self.note.say(tr("This person has shown well enough who they are."), "good")
            if self.registration.proof is None or self.registration.proof.execution != view.execution_id:
                self._ask(partial(self.enrollment.proof.settle, self.registration.id), self._settled)
        elif presenter.is_owed:
            self.note.say(tr("There was no network. The person may be enrolled; the proof is still owed."), "warn")
        elif presenter.stage is Stage.FAILED:
            self.note.say(_ending_words(view), "bad")

    def _settled(self, registration: Registration) -> None:
        self.registration = registration
        self.changed.emit()
        self._ask(partial(self.enrollment.shared.offers, self.registration.id), self._go_on_soon)

    def _go_on_soon(self, offers: tuple[SharedDocument, ...]) -> None:
        """Unless there is something to be taken over: that is offered here alone."""
        self._offer_documents(offers)
        if not offers:
            QTimer.singleShot(ADVANCE_AFTER_MS, self, self._advance)

    def _advance(self) -> None:
        if not self._is_left:
            self.completed.emit()

    def _focus_first(self) -> None:
        first = [card.first() for card in self.cards.values()] + [form.first() for form in self.forms.values()]
        able = [each for each in self.offers.values() if each.isEnabled()]
        ends = [each for each in (self.next, self.again) if not each.isHidden()]
        wanted = next((each for each in (self.agree, *first, *able, *ends) if each is not None), None)
        if wanted is not None:
            wanted.setFocus()

    # Agreeing first

    def _consents_card(self, view: ExecutionView) -> Card:
        card = Card(margin=22, spacing=12)
        card.column.addWidget(label(tr("Read this to the person first, and ask whether they agree."), "section"))
        for consent in view.consents_missing:
            card.column.addWidget(label(words.consent_words(consent), "spoken"))
        self.agree = button(tr("The person agrees"), primary=True)
        fields = {each.value: YES for each in view.consents_missing}
        self.agree.clicked.connect(partial(self._submit, CONSENTS, fields))
        row = QHBoxLayout()
        row.addWidget(self.agree)
        row.addStretch(1)
        card.column.addLayout(row)
        return card

    # What waits, and what can be begun

    def _waiting_card(self, node: NodeView) -> WaitingCard:
        card = WaitingCard(node)
        card.given.connect(partial(self._submit, node.id))
        card.anew.connect(partial(self._begin, node.id, {}))
        self.cards[node.id] = card
        if card.form is not None:
            self.forms[node.id] = card.form
        return card

    def _add_question(self, presenter: ProofingPresenter, question: Question) -> None:
        if question.choice is not None:
            title = tr("Which way does the person choose?")
        elif presenter.waiting:
            title = tr("Meanwhile")
        elif len(question.offers) > 1:
            title = tr("What does the person begin with?")
        else:
            title = tr("Next")
        self._middle.addWidget(label(title, "title"))
        for node in question.offers:
            self._middle.addWidget(self._offer(presenter, question, node))

    def _offer(self, presenter: ProofingPresenter, question: Question, node: NodeView) -> QWidget:
        title = " · ".join(words.title(each) for each in presenter.methods_below(node))
        told = [word(node.description)] if node.description else []
        if node.kind != METHOD:
            told.append(words.title(node))
        if presenter.is_extra(node):
            told.append(tr("Nothing is lost if this does not succeed."))
        if node.status is NodeStatus.DISPATCHED:
            told.append(tr("This was begun and interrupted. Begin it once more."))
        warning = words.error_words(node.error) if node.error else ""
        can_be_taken = presenter.can_be_taken(node)
        if not can_be_taken:
            warning = words.hindrance_words(presenter.methods_below(node)[0])
        if node.asks and question.choice is None and can_be_taken:
            return self._form_to_begin(node, title, told, warning)
        made = LargeButton(title, "\n".join(told), warning)
        made.setEnabled(can_be_taken)
        if question.choice is not None and question.choice.chosen:
            made.clicked.connect(partial(self._choose_anew, question.choice, node.id))
        elif node.kind == METHOD and not node.asks:
            made.clicked.connect(partial(self._begin, node.id, {}))
        elif question.choice is not None:
            made.clicked.connect(partial(self._submit, question.choice.id, {SELECTION: node.id}))
        self.offers[node.id] = made
        return made

    def _form_to_begin(self, node: NodeView, title: str, told: list[str], warning: str) -> Card:
        """A step that wants something to be entered before anybody is asked."""
        card = Card(margin=22, spacing=10)
        for text, name in ((title, "section"), ("\n".join(told), "soft"), (warning, "finding")):
            if text:
                card.column.addWidget(label(text, name))
        form = ProofingForm(node.asks, tr("Begin"))
        form.given.connect(partial(self._begin, node.id))
        form.incomplete.connect(self._incomplete)
        self.forms[node.id] = form
        card.column.addWidget(form)
        return card

    def _incomplete(self) -> None:
        self.note.say(tr("Something is missing in this form."), "bad")

    # Doing

    @property
    def _execution(self) -> str:
        assert self.presenter is not None
        return self.presenter.view.execution_id

    def _begin(self, node: str, values: Mapping[str, str], *_: object) -> None:
        self._command(partial(self._proofing.dispatch, self._execution, node, {**values}))

    def _submit(self, node: str, fields: Mapping[str, str], *_: object) -> None:
        self._command(partial(self._proofing.submit, self._execution, node, fields))

    def _think_over(self) -> None:
        """The person would rather go another way; the one that was begun stands among them."""
        assert self.presenter is not None
        self._reopened = self.presenter.thought_over
        self.note.clear()
        self._draw(ProofingPresenter(self.presenter.view, self._reopened))

    def _choose_anew(self, choice: NodeView, node: str, *_: object) -> None:
        assert self.presenter is not None
        self._reopened = ""
        if node == choice.chosen:
            self._draw(ProofingPresenter(self.presenter.view))
        else:
            self._submit(choice.id, {SELECTION: node})

    def _look_at_all(self) -> None:
        self._ask(partial(self._proofing.get, self._execution), self.supervisor.show_found)

    def _cancel(self, reason: str) -> None:
        self._command(partial(self._proofing.cancel, self._execution, reason))

    def _command(self, command: Callable[[], ExecutionView]) -> None:
        self._enable(enabled=False)
        self.note.say(tr("A moment, please."))
        self._ask(command, self._done, self._refused)

    def _done(self, view: ExecutionView) -> None:
        self._enable(enabled=True)
        self.note.clear()
        self.forms = {}  # what was typed has gone where it belongs
        self._show(view)

    def _refused(self, error: MusterError) -> None:
        """Whatever was refused, it may stand elsewhere by now."""
        self._enable(enabled=True)
        self._ask(partial(self._proofing.look, self._execution), partial(self._show_saying, say_error(error)))

    def _show_saying(self, sentence: str, view: ExecutionView) -> None:
        self._show(view)
        self.note.say(sentence, "bad")
        self._focus_first()

    def _enable(self, *, enabled: bool) -> None:
        self._content.setEnabled(enabled)
        self._is_asking = not enabled

    def _begin_again(self) -> None:
        self._ask(partial(self.enrollment.proof.begin_again, self.registration.id), self._show_standing)

    def _go_on(self) -> None:
        settle = partial(self.enrollment.proof.settle, self.registration.id)
        self._ask(settle, lambda registration: self.completed.emit())

    def _ask(
        self,
        work: Callable[[], object],
        done: Callable[..., None],
        failed: Callable[[MusterError], None] | None = None,
    ) -> None:
        self.background.run(self, _LANE, work, done, failed or self.fail)

    # While it waits

    def _tick(self) -> None:
        """See whether something happened outside, or is to be asked for there."""
        if self.presenter is None or self._is_asking or self.presenter.view.status.is_over:
            return
        self._tell_time()
        now = self.enrollment.proof.now()
        if not self.presenter.may_change(now):
            return
        self._is_asking = True
        due = self.presenter.due_polls(now)
        work = partial(self._poll, due) if due else partial(self._proofing.look, self._execution)
        self._ask(work, self._ticked, self._tick_failed)

    def _poll(self, due: tuple[str, ...]) -> ExecutionView:
        for node in due:
            view = self._proofing.poll(self._execution, node)
        return view

    def _ticked(self, view: ExecutionView) -> None:
        if self._content.isEnabled():  # else something newer is on its way
            self._is_asking = False
            self._show(view)

    def _tick_failed(self, error: MusterError) -> None:
        """Who does not answer now is asked again."""
        self._is_asking = not self._content.isEnabled()
        self.note.say(say_error(error), "warn")

    def _tell_time(self) -> None:
        if self.presenter is not None:
            now = self.enrollment.proof.now()
            for card in self.cards.values():
                card.tell(self.presenter.time_left(card.node, now))


def _row_frame(row: Row) -> QFrame:
    """The sign stands in a column of its own: beside Latin words in an Arabic window it would change sides."""
    node = row.node
    made = QFrame()
    made.setObjectName("row")
    line = QHBoxLayout(made)
    line.setContentsMargins(6, 3, 6, 3)
    line.setSpacing(6)
    line.addSpacing(theme.px(_INDENT) * row.depth)
    sign = label(words.sign(node.status), wrap=False)
    sign.setFixedWidth(theme.px(_INDENT))
    line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    is_method = node.kind == METHOD
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(label(words.title(node), "" if is_method else "group"))
    if is_method:
        more = f" · {tr('need not succeed')}" if row.is_extra else ""
        column.addWidget(label(f"{words.status_words(node.status)}{more}", "soft"))
    line.addLayout(column, 1)
    mark(made, "now", value=row.is_now)
    return made


def _enough_words(status: ExecutionStatus) -> str:
    if status is ExecutionStatus.COMPLETED:
        return tr("This is enough for this registration.")
    return "" if status.is_over else tr("This is not yet enough for this registration.")


def _ending_words(view: ExecutionView) -> str:
    if view.status is ExecutionStatus.EXPIRED:
        return tr("The time for this proof is over. Begin again.")
    if view.status is ExecutionStatus.CANCELLED:
        return tr("A supervisor ended this proof.")
    return words.error_words(view.errors[-1]) if view.errors else tr("This step did not succeed.")
