"""The person reads what is recorded, on their own screen or from the officer's voice, and says yes or no."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from muster.domain.lifecycle import Registration
from muster.errors import MusterError
from muster.ui import shortcuts
from muster.ui.background import Background
from muster.ui.language import tr
from muster.ui.person.display import TURN_KEY, PersonDisplay
from muster.ui.turns import later
from muster.ui.widgets.asked_twice import AskedTwice
from muster.ui.widgets.parts import Button, Card, align, button, empty, label
from muster.ui.wizard.step_page import StepPage
from muster.workstation.enrollment import Enrollment
from muster.workstation.person_screen import Handwriting, Shown


class ConsentPage(StepPage):
    """``refused`` when the person said no: the registration is over."""

    refused = Signal()

    def __init__(
        self, enrollment: Enrollment, background: Background, registration: Registration, person: PersonDisplay
    ) -> None:
        super().__init__(enrollment, background, registration)
        self.head(tr("Consent"), tr("Read this to the person in a language they understand, then ask."))
        self._person = person
        given = registration.consent
        self._language = given.language if given else registration.started.languages[0]
        self._buttons: dict[str, QPushButton] = {}
        choice = QHBoxLayout()
        for language in enrollment.languages_offered:
            made = Button(language.name)
            made.setObjectName("choice")
            made.setCheckable(True)
            made.clicked.connect(partial(self._show, language.code))
            choice.addWidget(made)
            self._buttons[language.code] = made
        choice.addStretch(1)
        self.column.addLayout(choice)
        self._card = Card(margin=26, spacing=14)
        self.column.addWidget(self._card)
        self.column.addStretch(1)
        self.refuse = AskedTwice(tr("The person does not agree"), tr("End the registration? Nothing is kept."))
        self.refuse.confirmed.connect(self._refuse)
        # Where the person has to sign, the officer's word does not stand for it.
        self._must_sign = enrollment.person.must_sign
        self.turn = button(tr("Show to the person ({key})", key=TURN_KEY), primary=self._must_sign)
        self.turn.clicked.connect(person.turn)
        shortcuts.add(self, TURN_KEY, tr("Show to the person"), person.turn_or_back)
        self.agree = button(tr("The person agrees"), primary=True)
        self.agree.clicked.connect(self._agree)
        self.foot(self.refuse, self.turn, *(() if self._must_sign else (self.agree,)))
        self._fill(self._language)
        person.changed.connect(self._say_where)

    def enter(self) -> None:
        (self.turn if self._must_sign else self.agree).setFocus()
        self._say_where()
        later(self, self._ask_if_here)  # the officer's screen comes first

    def leave(self) -> None:
        self._person.withdraw()

    def _show(self, code: str, *_: object) -> None:
        self._fill(code)
        self._ask()

    def _fill(self, code: str) -> None:
        self._language = code
        text = self.enrollment.consent_text(code)
        language = next(each for each in self.enrollment.languages_offered if each.code == code)
        for name, made in self._buttons.items():
            made.setChecked(name == code)
        empty(self._card.column)
        direction = Qt.LayoutDirection.RightToLeft if language.right_to_left else Qt.LayoutDirection.LeftToRight
        self._card.setLayoutDirection(direction)
        lines = [label(text.title, "title"), *(label(paragraph, "spoken") for paragraph in text.paragraphs)]
        for line in lines:
            align(line, right_to_left=language.right_to_left)
            self._card.column.addWidget(line)

    # On the person's screen

    def _ask_if_here(self) -> None:
        if self.isVisible():
            self._ask()

    def _ask(self) -> None:
        self._person.speak(self._language)
        shown = self.enrollment.person.consent(self._language)
        self._person.ask(self, shown, partial(self._answered, shown))
        self._say_where()

    def _say_where(self) -> None:
        if self._must_sign and self._person.has_own_screen:
            self.note.say(tr("The person reads this on their screen and signs there."))
        elif self._must_sign:
            self.note.say(tr("The person signs this themselves: show it to them."))
        elif self._person.has_own_screen:
            self.note.say(tr("The person reads this on their screen and answers there; or you ask them."))
        else:
            self.note.clear()

    def _answered(self, shown: Shown, agrees: bool, signature: Handwriting | None, cannot_sign: bool) -> None:
        own = self._person.has_own_screen
        self._keep(shown, agrees, signature, own_screen=own, cannot_sign=cannot_sign)

    def _keep(
        self,
        shown: Shown,
        agrees: bool,
        signature: Handwriting | None,
        *,
        own_screen: bool,
        cannot_sign: bool = False,
    ) -> None:
        self._hold()

        def work() -> Registration:
            return self.enrollment.person.answer_consent(
                self.registration.id,
                shown,
                agrees=agrees,
                own_screen=own_screen,
                signature=signature,
                cannot_sign=cannot_sign,
            )

        self._person.say("thanks" if agrees else "ended")
        self.work("store", work, self._taken)

    def _taken(self, registration: Registration) -> None:
        if registration.is_draft:
            self.completed.emit()
        else:
            self.refused.emit()

    # By the officer's word

    def _agree(self) -> None:
        self._hold()
        language = self._language
        self.work(
            "store",
            lambda: self.enrollment.give_consent(self.registration.id, language),
            lambda registration: self.completed.emit(),
        )

    def _refuse(self) -> None:
        """By the person's word to the officer."""
        self._keep(self.enrollment.person.consent(self._language), False, None, own_screen=False)

    def _hold(self) -> None:
        for each in (self.agree, self.turn, self.refuse):
            each.setEnabled(False)

    def fail(self, error: MusterError) -> None:
        for each in (self.agree, self.turn, self.refuse):
            each.setEnabled(True)
        self._ask()  # the person's page was answered
        super().fail(error)
