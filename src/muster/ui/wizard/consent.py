"""Reading the consent text to the person and noting the answer."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton

from muster.domain.lifecycle import Registration
from muster.ui.background import Background
from muster.ui.language import tr
from muster.ui.widgets.parts import Card, align, button, empty, label
from muster.ui.wizard.step_page import StepPage
from muster.workstation.enrollment import Enrollment


class ConsentPage(StepPage):
    def __init__(self, enrollment: Enrollment, background: Background, registration: Registration) -> None:
        super().__init__(enrollment, background, registration)
        self.head(tr("Consent"), tr("Read this to the person in a language they understand, then ask."))
        given = registration.consent
        self._language = given.language if given else registration.started.languages[0]
        self._buttons: dict[str, QPushButton] = {}
        choice = QHBoxLayout()
        for language in enrollment.languages_offered:
            made = QPushButton(language.name)
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
        self.agree = button(tr("The person agrees"), primary=True)
        self.agree.clicked.connect(self._agree)
        self.foot(self.agree)
        self._show(self._language)

    def enter(self) -> None:
        self.agree.setFocus()

    def _show(self, code: str) -> None:
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

    def _agree(self) -> None:
        self.agree.setEnabled(False)
        language = self._language
        self.work(
            "store",
            lambda: self.enrollment.give_consent(self.registration.id, language),
            lambda registration: self.completed.emit(),
        )
