"""Everything that was recorded, on one page, and on the person's screen: is this right?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import BiometricAttribute, BiometricException, Modality
from muster.domain.lifecycle import Registration
from muster.domain.person import Question, Reply
from muster.domain.registration import Step
from muster.errors import MusterError
from muster.ui import names, shortcuts, theme
from muster.ui.background import Background
from muster.ui.evidence.assurance_panel import AssurancePanel
from muster.ui.language import say, say_finding, tr
from muster.ui.person.answers import answer_words
from muster.ui.person.display import TURN_KEY, PersonDisplay
from muster.ui.widgets.parts import Card, Note, button, label, link, mark, scrolling
from muster.ui.widgets.picture import PictureView
from muster.ui.widgets.size_meter import SizeMeter
from muster.ui.wizard.step_page import StepPage
from muster.workstation.capture_lane import SampleState
from muster.workstation.captures_asked import CAPTURES_LEFT_OUT
from muster.workstation.enrollment import Enrollment
from muster.workstation.evidence import AssuranceView
from muster.workstation.person_screen import Pixels, Shown, languages_of
from muster.workstation.reference import is_right_to_left, label_in
from muster.workstation.samples import CaptureOutcome
from muster.workstation.slip import PORTRAIT_PX
from muster.workstation.summary import Summary, SummaryLine

_ACROSS = 6


class PreviewPage(StepPage):
    step_wanted = Signal(Step)

    def __init__(
        self,
        enrollment: Enrollment,
        background: Background,
        registration: Registration,
        window_language: str,
        person: PersonDisplay,
    ) -> None:
        super().__init__(enrollment, background, registration)
        self._window_language = window_language
        self._person = person
        self.pictures: dict[BiometricAttribute, PictureView] = {}
        self.introducer_pictures: dict[BiometricAttribute, PictureView] = {}
        self.told: dict[BiometricAttribute, QLabel] = {}
        self.introducer_told: dict[BiometricAttribute, QLabel] = {}
        self.photo: PictureView | None = None
        self.assurance: AssurancePanel | None = None
        head = QHBoxLayout()  # one line: everything below is to be seen without scrolling
        head.setSpacing(theme.px(theme.WIDE))
        head.addWidget(label(tr("Check"), "title", wrap=False))
        head.addWidget(label(tr("Go through it with the person. Press a part to change it."), "subtitle"), 1)
        self.column.addLayout(head)
        summary = enrollment.summary_of(registration)
        self._unjudged = (summary.unjudged, summary.introducer_unjudged)
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 6, 0)
        columns.setSpacing(theme.px(theme.GAP))
        self.column.addWidget(scrolling(content), 1)
        right = QVBoxLayout()
        right.setSpacing(theme.px(theme.CLOSE))
        asked = enrollment.steps(registration)
        if Step.DEMOGRAPHICS in asked:
            left = QVBoxLayout()
            columns.addLayout(left, 1)
            left.addWidget(self._details(summary))
            left.addStretch(1)
        columns.addLayout(right, 1)
        right.addWidget(self._biometrics(summary))
        if Step.INTRODUCER in asked:
            right.addWidget(self._introducer(summary))
        if Step.DOCUMENTS in asked:
            right.addWidget(self._papers(summary))
        if Step.PROOFING in asked:
            right.addWidget(self._proof())
        right.addStretch(1)
        self.meter = SizeMeter()
        self.meter.show_size(enrollment.size_of(registration))
        self.confirm = button(tr("The person confirms"), primary=True)
        self.confirm.clicked.connect(self._confirm)
        self.turn = button(tr("Show to the person ({key})", key=TURN_KEY))
        self.turn.clicked.connect(person.turn)
        shortcuts.add(self, TURN_KEY, tr("Show to the person"), person.turn_or_back)
        self.warning = Note()
        self.column.addWidget(self.warning)
        self.foot(self.meter, self.turn, self.confirm)
        person.changed.connect(self._say_where)

    def enter(self) -> None:
        self.confirm.setFocus()
        number = self.registration.id
        for captures, pictures in (
            (self.enrollment, self.pictures),
            (self.enrollment.introducer, self.introducer_pictures),
        ):
            for attribute, view in pictures.items():
                read = partial(captures.sample_picture, number, attribute, enough_px=PORTRAIT_PX)
                if pictures is self.pictures and attribute is BiometricAttribute.FACE:
                    read = partial(self.enrollment.portrait, number)  # decoded once, for the person's screen, too
                self.work("store", read, view.show_pixels)
        if self.photo is not None:
            self.work(
                "store", partial(self.enrollment.exception_photo, self.registration.id), self.photo.show_pixels
            )
        self.work("store", self._what_to_show, self._ask)
        self._judge_the_rest()
        self.work("judging", partial(self.enrollment.prefill.look_over, self.registration.id), self._warn)

    # What was captured and not judged, as a crash leaves it

    def _judge_the_rest(self) -> None:
        """Beside, one piece of work each: until then the number that the device gave is not shown for ours."""
        unjudged, self._unjudged = self._unjudged, ((), ())
        for captures, attributes in zip((self.enrollment, self.enrollment.introducer), unjudged, strict=True):
            for each in attributes:
                look = partial(captures.judge, self.registration.id, each)
                self.background.run(self, "judging", look, self._judged, self._was_not_judged)

    def _judged(self, outcome: CaptureOutcome) -> None:
        refused = next((each for each in outcome.samples if not each.accepted), None)
        if refused is not None:
            name = names.attribute_name(refused.attribute)
            said = " ".join(map(say_finding, refused.findings))
            self.note.say(tr("{name}: {quality}", name=name, quality=said), "warn")
        # In the lane in which the person's answer is written down: no older state comes behind that.
        self.work("store", partial(self.enrollment.registration, self.registration.id), self._stands)

    def _stands(self, registration: Registration) -> None:
        self.registration = registration
        self._tell(self.enrollment.summary_of(registration))
        self.changed.emit()

    def _was_not_judged(self, error: MusterError) -> None:
        """The device's number counts then; where it may not, it is said when the person confirms."""
        summary = self.enrollment.summary_of(self.registration)
        self._tell(replace(summary, unjudged=(), introducer_unjudged=()))

    def _tell(self, summary: Summary) -> None:
        """What became of each finger and eye, under its picture."""
        _tell(self.told, summary.captured, summary.unjudged)
        _tell(self.introducer_told, summary.introducer, summary.introducer_unjudged)

    def _warn(self, findings: tuple[Finding, ...]) -> None:
        """What documents say otherwise, and what came of comparing portraits: nothing that stops."""
        form = self.enrollment.form(self.registration.started.process)
        names = {each.id: label_in(each.labels, self._window_language, each.id) for each in form}
        lines = [f"{names[each.field]}: {say_finding(each)}" for each in findings if each.field in names]
        lines += [say_finding(each) for each in findings if each.field not in names]
        warns = any(each.severity is not Severity.INFORMS for each in findings)
        self.warning.say("\n".join(lines), "warn" if warns else "good")

    def leave(self) -> None:
        self._person.withdraw()

    # On the person's screen

    def _what_to_show(self) -> tuple[Shown, Pixels | None]:
        """Runs on a lane: the picture of the face has to be opened."""
        state = self.enrollment.registration(self.registration.id)
        shown = self.enrollment.person.data(state, languages_of(state)[0])
        has_face = BiometricAttribute.FACE in state.samples
        return shown, self.enrollment.portrait(state.id) if has_face else None

    def _ask(self, page: tuple[Shown, Pixels | None]) -> None:
        self._show_to_person(page)
        self._say_where()

    def _show_to_person(self, page: tuple[Shown, Pixels | None]) -> None:
        if not self.confirm.isEnabled():  # confirmed meanwhile
            return
        shown, picture = page
        self._person.speak(shown.language)
        self._person.ask(self, shown, partial(self._answered, shown), picture)

    def _say_where(self) -> None:
        answer = self.registration.answers.get(Question.DATA)
        if answer is not None:
            self.note.say(*answer_words(answer))
        elif self._person.has_own_screen:
            self.note.say(tr("The person checks this on their screen and answers there; or you ask them."))
        else:
            self.note.clear()

    def _answered(self, shown: Shown, agrees: bool, *_: object) -> None:
        own = self._person.has_own_screen
        self.confirm.setEnabled(False)
        self._person.say("thanks_right" if agrees else "tell")

        def work() -> Registration:
            return self.enrollment.person.answer_data(self.registration.id, shown, is_right=agrees, own_screen=own)

        self.work("store", work, self._taken)

    def _taken(self, registration: Registration) -> None:
        """Their yes is the end of the check; after their no it is corrected and shown again."""
        self.registration = registration
        self._say_where()
        self.changed.emit()
        if registration.answers[Question.DATA].reply is Reply.RIGHT:
            self._confirm()
        else:
            self.confirm.setEnabled(True)

    def _titled(self, title: str, step: Step) -> Card:
        card = Card(margin=theme.px(theme.GAP), spacing=theme.px(6))
        head = QHBoxLayout()
        head.addWidget(label(title, "section"), 1)
        change = link(tr("Change"))
        change.clicked.connect(partial(self.step_wanted.emit, step))
        head.addWidget(change)
        card.column.addLayout(head)
        return card

    def _details(self, summary: Summary) -> Card:
        card = self._titled(tr("Details"), Step.DEMOGRAPHICS)
        self._fill(card, summary.lines, tr("Nothing was filled in."))
        return card

    def _papers(self, summary: Summary) -> Card:
        card = self._titled(tr("Documents"), Step.DOCUMENTS)
        self._fill(card, summary.documents, tr("No document was added."))
        return card

    def _proof(self) -> Card:
        card = self._titled(tr("Proof of identity"), Step.PROOFING)
        self.assurance = panel = AssurancePanel(brief=True, bare=True)
        card.column.addWidget(panel)

        def shown(view: AssuranceView) -> None:
            panel.show_level(view.level, view.upgrade_paths)

        self.work("store", partial(self.enrollment.proof.evidence.assurance, self.registration.id), shown)
        return card

    def _fill(self, card: Card, lines: Sequence[SummaryLine], otherwise: str) -> None:
        if not lines:
            card.column.addWidget(label(otherwise, "soft"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(theme.px(3))
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for row, line in enumerate(lines):
            name = label_in(line.labels, self._window_language, line.field)
            grid.addWidget(label(name, "soft"), row, 0, Qt.AlignmentFlag.AlignTop)
            values = line.read_in(self._window_language)
            texts = values if len({text for _, text in values}) > 1 else values[:1]
            for place, (language, text) in enumerate(texts):
                width = 1 if len(texts) > 1 else 2
                grid.addWidget(_text(language, text), row, 1 + place, 1, width, Qt.AlignmentFlag.AlignTop)
        card.column.addLayout(grid)

    def _biometrics(self, summary: Summary) -> Card:
        card = self._titled(tr("Face, fingers and eyes"), Step.FACE)
        for exception in summary.exceptions:
            card.column.addWidget(label(_exception(exception)))
        faces = QGridLayout()
        faces.setVerticalSpacing(2)
        face = next((each for each in summary.captured if each[0] is BiometricAttribute.FACE), None)
        if face is not None:
            self.pictures[BiometricAttribute.FACE] = _portrait()
            faces.addWidget(self.pictures[BiometricAttribute.FACE], 0, 0)
        if summary.has_exception_photo:
            self.photo = _portrait()
            faces.addWidget(self.photo, 0, 1)
            faces.addWidget(label(tr("Face"), "soft"), 1, 0)
            faces.addWidget(label(tr("Photo of the exception"), "soft"), 1, 1)
        card.column.addLayout(faces)
        if face is not None and face[2]:
            words = tr("{name}: {quality}", name=tr("Face"), quality=round(face[1]))
            card.column.addWidget(label(words + " · " + tr("kept below the threshold"), "soft"))
        rest = [each for each in summary.captured if each[0].modality is not Modality.FACE]
        card.column.addLayout(_small_pictures(rest, self.pictures, self.told))
        _tell(self.told, summary.captured, summary.unjudged)
        if summary.left_out:
            left_out = label(say(CAPTURES_LEFT_OUT), "soft")
            mark(left_out, "warning", value=True)
            card.column.addWidget(left_out)
        return card

    def _introducer(self, summary: Summary) -> Card:
        card = self._titled(tr("Parent or guardian"), Step.INTRODUCER)
        for exception in summary.introducer_exceptions:
            card.column.addWidget(label(_exception(exception)))
        card.column.addLayout(_small_pictures(summary.introducer, self.introducer_pictures, self.introducer_told))
        _tell(self.introducer_told, summary.introducer, summary.introducer_unjudged)
        return card

    def _confirm(self) -> None:
        """The person's page goes first: an answer while this runs would come behind it."""
        self.confirm.setEnabled(False)
        self._person.withdraw()
        self.background.run(
            self,
            "store",
            lambda: self.enrollment.confirm_preview(self.registration.id),
            lambda registration: self.completed.emit(),
            self._not_confirmed,
        )

    def _not_confirmed(self, error: MusterError) -> None:
        """Whoever has not answered yet may again."""
        self.fail(error)
        if Question.DATA not in self.registration.answers:
            self.work("store", self._what_to_show, self._show_to_person)

    def fail(self, error: MusterError) -> None:
        super().fail(error)
        self.confirm.setEnabled(True)


def _small_pictures(
    captured: Sequence[tuple[BiometricAttribute, float, bool]],
    pictures: dict[BiometricAttribute, PictureView],
    told: dict[BiometricAttribute, QLabel],
) -> QGridLayout:
    """``pictures`` gets a view for each, to be filled once it was opened, ``told`` what stands under it."""
    grid = QGridLayout()
    grid.setSpacing(8)
    for place, (attribute, _, _) in enumerate(captured):
        cell = QVBoxLayout()
        view = PictureView("", QSize(theme.px(56), theme.px(44)))
        view.setFixedHeight(theme.px(44))
        pictures[attribute] = view
        cell.addWidget(view)
        told[attribute] = label("", "small")
        told[attribute].setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        cell.addWidget(told[attribute])
        cell.addStretch(1)
        grid.addLayout(cell, place // _ACROSS, place % _ACROSS)
    return grid


def _tell(
    told: Mapping[BiometricAttribute, QLabel],
    captured: Sequence[tuple[BiometricAttribute, float, bool]],
    unjudged: Collection[BiometricAttribute],
) -> None:
    """Under each picture its quality; of what is being judged, and of what was set aside, that it is so."""
    counts = {attribute: (quality, forced) for attribute, quality, forced in captured}
    for attribute, words in told.items():
        quality, forced = counts.get(attribute, (0.0, False))
        if attribute not in counts:
            how = names.sample_state_name(SampleState.POOR)
        elif attribute in unjudged:
            how = names.sample_state_name(SampleState.JUDGING)
        else:
            how = str(round(quality))
        said = tr("{name}: {quality}", name=names.attribute_name(attribute), quality=how)
        words.setText(said + (" · " + tr("kept below the threshold") if forced else ""))


def _portrait() -> PictureView:
    view = PictureView("", QSize(theme.px(150), theme.px(96)))
    view.setFixedHeight(theme.px(96))
    return view


def _text(language: str, text: str) -> QLabel:
    words = label(text)
    if language:
        right = is_right_to_left(language)
        words.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
    return words


def _exception(exception: BiometricException) -> str:
    shown = {reason: words for reason, words, _ in names.exception_reasons(exception.attribute.modality)}
    return tr(
        "{name}: cannot be captured ({reason})",
        name=names.attribute_name(exception.attribute),
        reason=shown.get(exception.reason, exception.reason),
    )
