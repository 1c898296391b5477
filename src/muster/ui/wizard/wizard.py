"""The frame around the steps: the list at the side, the page in the middle.

Which step is next is the registration's own answer (a fold over its events), asked after every page, so that a
resumed registration stands where it was left and a change sends the officer back to the check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from muster.domain.lifecycle import Registration
from muster.domain.operators import Action, Way
from muster.domain.registration import Process, RegistrationId, Step
from muster.errors import MusterError
from muster.ui import names, theme
from muster.ui.background import Background
from muster.ui.capture.page import CapturePage
from muster.ui.language import say_finding, tr
from muster.ui.pages.page import UPDATE_DETAILS, Page
from muster.ui.person.display import PersonDisplay
from muster.ui.turns import in_turns, later, polishing
from muster.ui.widgets.parts import button, label, mark
from muster.ui.wizard.consent import ConsentPage
from muster.ui.wizard.demographics import DemographicsPage
from muster.ui.wizard.documents import DocumentsPage
from muster.ui.wizard.introducer import IntroducerPage
from muster.ui.wizard.preview import PreviewPage
from muster.ui.wizard.proofing import ProofingPage
from muster.ui.wizard.signature import SignaturePage
from muster.ui.wizard.step_page import StepPage
from muster.workstation.capture_lane import is_capture
from muster.workstation.desk import Desk
from muster.workstation.person_screen import languages_of
from muster.workstation.reference import label_in

_RAIL_WIDTH = 210


class Wizard(Page):
    """``left`` when the officer puts the draft away, ``refused`` when the person did not agree; ``sent`` with what
    came of the finished registration; ``ready`` when there is a page to be seen, first of all.

    ``step`` is the one to begin with, by default the first that is not done. ``guided`` with what is to be seen of
    a capture, for the person's screen.
    """

    ready = Signal()
    left = Signal()
    refused = Signal()
    sent = Signal(object)
    failed = Signal(object)
    guided = Signal(object)

    def __init__(
        self,
        desk: Desk,
        background: Background,
        registration: Registration,
        window_language: str,
        person: PersonDisplay,
        step: Step | None = None,
    ) -> None:
        super().__init__()
        self._person = person
        person.speak(languages_of(registration)[0])
        self.guided.connect(person.guide)
        self._desk = desk
        self._background = background
        self._registration = registration
        self._window_language = window_language
        self._ways_to_sign: tuple[Way, ...] = ()
        self._steps: dict[Step, QPushButton] = {}
        self.page: StepPage | None = None
        self.step = step or self._next_step(registration)
        row = QVBoxLayout(self) if theme.is_large() else QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail())
        self._place = QVBoxLayout()
        row.addLayout(self._place, 1)
        if self.step is Step.SIGNATURE:  # which has something to read before
            self.show_step(self.step)
        else:
            self._put(self.step, registration)

    def enter(self) -> None:
        if self.page is not None:
            self.page.enter()

    def _rail(self) -> QFrame:
        """At the side; in very large type above the page, the steps by their signs alone."""
        rail = QFrame()
        self._rail_frame = rail
        rail.setObjectName("rail")
        column = QHBoxLayout(rail) if theme.is_large() else QVBoxLayout(rail)
        column.setContentsMargins(12, 16, 12, 14)
        column.setSpacing(3)
        if not theme.is_large():
            rail.setFixedWidth(theme.px(_RAIL_WIDTH))
            column.addWidget(label(self._what(), "soft"))
        number = label(self._registration.id.text[10:15], "number")
        number.setToolTip(self._registration.id.text)
        column.addWidget(number)
        column.addSpacing(8)
        usual = self._desk.enrollment.plan(self._registration.started.process)
        for step in Step:  # an introducer may be asked for on the way
            if step not in usual and step is not Step.INTRODUCER:
                continue
            if is_capture(step) and any(is_capture(each) for each in self._steps):
                continue  # one page takes them all
            made = QPushButton()
            made.setObjectName("step")
            made.clicked.connect(partial(self.show_step, step))
            column.addWidget(made)
            self._steps[step] = made
        column.addStretch(1)
        if not theme.is_large():
            column.addWidget(label(tr("Everything is kept as you go."), "soft"))
        away = button(tr("Put away for now"))
        away.clicked.connect(self.put_away)
        column.addWidget(away)
        return rail

    def _what(self) -> str:
        process = self._registration.started.process
        if process is Process.NEW:
            return tr("Registration")
        return label_in(self._desk.enrollment.process_labels(process), self._window_language, process.value)

    @property
    def registration(self) -> RegistrationId:
        return self._registration.id

    @property
    def _plan(self) -> tuple[Step, ...]:
        return self._desk.enrollment.steps(self._registration)

    def _next_step(self, registration: Registration) -> Step:
        """The first step that is not done; the signature when all are (a seal that was interrupted)."""
        plan = self._desk.enrollment.steps(registration)
        return registration.next_step(plan) or plan[-1]

    def go_on(self) -> None:
        """Show the first step that is not done."""
        self._reload(lambda registration: self._put(self._next_step(registration), registration))

    def show_step(self, step: Step, *_: object) -> None:
        self._reload(partial(self._put, step))

    def _reload(self, show: Callable[[Registration], None]) -> None:
        """Read the registration, and what its signature may be, on the lane behind what the page leaves to be kept
        there."""
        if self.page is not None:
            self.page.leave()
        self.setEnabled(False)
        self.busy.emit(True)
        desk, registration_id = self._desk, self._registration.id

        def read() -> tuple[Registration, tuple[Way, ...]]:
            return desk.enrollment.registration(registration_id), desk.own_ways(Action.SIGN)

        def go_on(told: tuple[Registration, tuple[Way, ...]]) -> None:
            registration, self._ways_to_sign = told
            show(registration)

        self._background.run(self, "store", read, go_on, self.failed.emit)

    def _put(self, step: Step, registration: Registration) -> None:
        """Made in turns of the event loop and laid out in another: all at once would take too long."""
        self._registration, self.step = registration, step
        later(self, partial(self._begin, step, registration))

    def _begin(self, step: Step, registration: Registration) -> None:
        try:
            page = self._make(step)
        except MusterError as error:
            self.failed.emit(error)
            return
        page.hide()
        in_turns(self, self._finish(page), partial(self._lay, step, registration, page), self.failed.emit)

    def _finish(self, page: StepPage) -> Iterator[None]:
        page.setParent(self)  # styled here at once, and not when it is shown
        yield
        yield from page.pieces()
        yield from polishing(page)

    def _lay(self, step: Step, registration: Registration, page: StepPage) -> None:
        is_first = self.page is None
        self.setEnabled(True)
        self.busy.emit(False)
        self._person.withdraw()
        if self.page is not None:
            self.page.hide()
            self._place.removeWidget(self.page)
            self.page.deleteLater()
        self.step, self.page = step, page
        self.page.completed.connect(self.go_on)
        self.page.changed.connect(self._page_changed)
        self.page.busy.connect(self._page_busy)
        self._place.addWidget(self.page)
        self.page.show()
        self._refresh(registration)
        if self.isVisible():
            self.page.enter()
        is_update = registration.started.process is Process.UPDATE
        self.where = UPDATE_DETAILS if is_update and step is Step.DEMOGRAPHICS else step
        self.turned.emit()
        if is_first:
            later(self, self.ready.emit)

    def _page_changed(self) -> None:
        if self.page is None:
            return
        registration = self.page.registration
        self._refresh(registration)
        if self.isEnabled() and isinstance(self.page, CapturePage) and self._asks_for_less(registration):
            self.go_on()

    def _asks_for_less(self, registration: Registration) -> bool:
        """Whether what was captured makes up for what the lane would take besides: a face for both eyes."""
        before, now = (
            tuple(filter(is_capture, self._desk.enrollment.steps(each)))
            for each in (self._registration, registration)
        )
        return now != before and all(map(registration.is_done, now))

    def _page_busy(self, busy: bool) -> None:
        self._rail_frame.setEnabled(not busy)
        self.busy.emit(busy)

    def _make(self, step: Step) -> StepPage:
        enrollment, background, registration = self._desk.enrollment, self._background, self._registration
        if step is Step.CONSENT:
            consent = ConsentPage(enrollment, background, registration, self._person)
            consent.refused.connect(self.refused)
            return consent
        if step is Step.DEMOGRAPHICS:
            take = self._desk.pre_registrations.take
            details = DemographicsPage(
                enrollment, background, registration, self._window_language, take, in_pieces=True
            )
            details.documents_wanted.connect(partial(self.show_step, Step.DOCUMENTS))
            return details
        if step is Step.DOCUMENTS:
            take = self._desk.pre_registrations.take
            return DocumentsPage(enrollment, background, registration, self._window_language, take)
        if step is Step.PROOFING:
            proofing = ProofingPage(enrollment, background, registration, self._window_language)
            proofing.away.connect(self.put_away)
            return proofing
        if is_capture(step):
            desk = self._desk
            lane = CapturePage(
                enrollment,
                background,
                registration,
                self._plan,
                desk.devices,
                desk.speech,
                step=step,
                in_pieces=True,
            )
            lane.step_changed.connect(self._lane_moved)
            lane.guided.connect(self.guided)
            return lane
        if step is Step.INTRODUCER:
            introducer = IntroducerPage(self._desk, background, registration)
            introducer.guided.connect(self.guided)
            return introducer
        if step is Step.PREVIEW:
            preview = PreviewPage(enrollment, background, registration, self._window_language, self._person)
            preview.step_wanted.connect(self.show_step)
            return preview
        signature = SignaturePage(self._desk, background, registration, self._ways_to_sign)
        signature.sent.connect(self.sent)
        return signature

    def _lane_moved(self, step: Step) -> None:
        self.step = step

    def _refresh(self, registration: Registration) -> None:
        plan = self._desk.enrollment.steps(registration)
        reachable, place = True, 0
        early = registration.is_done(Step.CONSENT)  # documents and shared records fill in the details before them
        for step, made in self._steps.items():
            captures = is_capture(step)
            asked = any(map(is_capture, plan)) if captures else step in plan
            made.setVisible(asked)
            if not asked:
                continue
            place += 1
            name = tr("Captures") if captures else names.step_name(step)
            is_now = is_capture(self.step) if captures else step is self.step
            done = all(map(registration.is_done, filter(is_capture, plan) if captures else (step,)))
            sign = "✓" if done else str(place)
            _name_step(made, sign, name)
            may = done or reachable or (step in (Step.DOCUMENTS, Step.PROOFING) and early)
            made.setEnabled(may and not is_now)
            mark(made, "now", value=is_now)
            reachable = reachable and done
        self._warn_of_size(registration)

    def _warn_of_size(self, registration: Registration) -> None:
        """While captures are made: at the step where something can be done about it."""
        finding = self._desk.enrollment.size_of(registration).finding
        made = self._steps.get(Step.DOCUMENTS)
        if made is None:
            return
        words = say_finding(finding) if finding else ""
        made.setAccessibleDescription(words)
        mark(made, "warning", value=finding is not None)
        if finding:
            _name_step(made, "⚠", names.step_name(Step.DOCUMENTS))
        if finding or not theme.is_large():
            made.setToolTip(words)

    def put_away(self) -> None:
        if not self._registration.is_untouched:
            self.left.emit()
            return
        self.setEnabled(False)
        put_away = partial(self._desk.enrollment.put_away, self._registration.id)
        self._background.run(self, "store", put_away, lambda nothing: self.left.emit(), self.failed.emit)

    def leave(self) -> None:
        if self.page is not None:
            self.page.leave()
        self._desk.enrollment.let_go_portrait()


def _name_step(step: QPushButton, sign: str, name: str) -> None:
    step.setText(sign if theme.is_large() else f"{sign}   {name}")
    step.setAccessibleName(name)
    if theme.is_large():
        step.setToolTip(name)
