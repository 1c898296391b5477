"""The person's details, in the languages of the registration."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from muster.domain.assessment import Finding
from muster.domain.lifecycle import Registration
from muster.domain.registration import Process, RegistrationId
from muster.errors import MusterError
from muster.ui.background import Background
from muster.ui.language import say_finding, tr
from muster.ui.widgets.parts import Card, Choice, button, label, mark, scrolling
from muster.ui.wizard.demographics_presenter import DemographicsPresenter
from muster.ui.wizard.step_page import StepPage
from muster.workstation.enrollment import Enrollment
from muster.workstation.forms import FieldKind, FormField
from muster.workstation.pre_registrations import Prefilled
from muster.workstation.reference import Labels, Language, label_in

_KEEP_AFTER_MS = 4_000
_ROWS_OF_A_FIELD = 3  # name, box, what is wrong with it
_BOOKING_WIDTH = 260
_LIST_KINDS = (FieldKind.CHOICE, FieldKind.LOCALIZED_CHOICE)

TakeBooking = Callable[[RegistrationId, str], Prefilled]


def _what_to_ask(process: Process) -> str:
    if process is Process.UPDATE:
        return tr("Type the number from the person's card, then only what has changed. Leave the rest empty.")
    if process is Process.LOST:
        return tr("Ask what the person remembers: each detail helps to find the number. None is required.")
    return tr("Ask the person, or copy from a document. What is marked with * must be there.")


class DemographicsPage(StepPage):
    def __init__(
        self,
        enrollment: Enrollment,
        background: Background,
        registration: Registration,
        window_language: str,
        take_booking: TakeBooking,
    ) -> None:
        super().__init__(enrollment, background, registration)
        self._take_booking = take_booking
        self._window_language = window_language
        known = {language.code: language for language in enrollment.languages_offered}
        languages = [known[code] for code in registration.started.languages]
        self.presenter = DemographicsPresenter(
            enrollment.form(registration.started.process), languages, registration.demographics
        )
        self.boxes: dict[tuple[str, str], QLineEdit] = {}
        self.lists: dict[str, Choice] = {}
        self._problems: dict[str, QWidget] = {}
        self._several = len(languages) > 1
        self._is_unkept = False
        self.booking, self.fetch = QLineEdit(), button(tr("Fetch"))
        self.column.addLayout(self._top(registration.started.process))
        self.column.addWidget(scrolling(self._form()), 1)
        self.next = button(tr("Next"), primary=True)
        self.next.clicked.connect(self._submit)
        self.foot(self.next)
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.setInterval(_KEEP_AFTER_MS)
        self._keeping.timeout.connect(self._keep)

    def enter(self) -> None:
        next(iter(self.boxes.values())).setFocus()

    def leave(self) -> None:
        """Keep what was typed since the last pause, whatever is still missing."""
        self._keeping.stop()
        if self._is_unkept:
            self._keep()

    def _top(self, process: Process) -> QHBoxLayout:
        """Title and, beside it so that the form keeps its height, what a pre-registration needs."""
        row, words = QHBoxLayout(), QVBoxLayout()
        words.setSpacing(12)
        words.addWidget(label(tr("Details"), "title"))
        words.addWidget(label(_what_to_ask(process), "subtitle"))
        row.addLayout(words, 1)
        if process is Process.NEW:
            row.addLayout(self._booking_row())
        return row

    def _booking_row(self) -> QHBoxLayout:
        """For who filled in the form at home. Enter in its box fetches and does not go on."""
        row = QHBoxLayout()
        row.setSpacing(8)
        self.booking.setAccessibleName(tr("Number of the pre-registration"))
        self.booking.setPlaceholderText(tr("Number of the pre-registration"))
        self.booking.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.booking.setFixedWidth(_BOOKING_WIDTH)
        self.booking.returnPressed.connect(self._fetch_booking)
        self.fetch.clicked.connect(self._fetch_booking)
        row.addWidget(label(tr("Filled in at home?"), "soft", wrap=False))
        row.addWidget(self.booking)
        row.addWidget(self.fetch)
        return row

    def _fetch_booking(self) -> None:
        """What was typed is kept first, so that it is there to stay."""
        number = self.booking.text()
        if not number.strip() or not self.fetch.isEnabled():
            return
        self._keeping.stop()
        self._is_unkept = False
        self.fetch.setEnabled(False)
        self.note.say(tr("Fetching …"))
        values = self.presenter.values()

        def fetch() -> Prefilled:
            self.enrollment.keep_draft(self.registration.id, values)
            return self._take_booking(self.registration.id, number)

        self.work("network", fetch, self._booking_taken)

    def _booking_taken(self, taken: Prefilled) -> None:
        self.registration = taken.registration
        self.fetch.setEnabled(True)
        self.booking.clear()
        self.presenter.take(taken.registration.demographics)
        for (name, language), box in self.boxes.items():
            box.setText(self.presenter.text(name, language))
        for name in self.lists:
            self._fill(self.presenter.fields[name])
        said = tr(
            "{fields} details filled in, {documents} documents attached. What you had typed was left as it is.",
            fields=len(taken.filled),
            documents=len(taken.documents),
        )
        if taken.kept:
            said += " " + tr("Ask about: {fields}.", fields=self._names(taken.kept))
        if taken.to_be_scanned:
            said += " " + tr("Some documents cannot be read here: scan them.")
        self.note.say(said, "warn" if taken.kept or taken.to_be_scanned else "good")
        self.changed.emit()

    def _names(self, field_ids: tuple[str, ...]) -> str:
        return ", ".join(self._label(self.presenter.fields[each].labels, each) for each in field_ids)

    def fail(self, error: MusterError) -> None:
        super().fail(error)
        self.fetch.setEnabled(True)

    def _form(self) -> QWidget:
        content = QWidget()
        columns = QHBoxLayout(content)
        columns.setContentsMargins(0, 0, 6, 0)
        columns.setSpacing(16)
        sides = [QVBoxLayout(), QVBoxLayout()]
        heights = [0, 0]
        for group, fields in self._groups().items():
            shorter = heights.index(min(heights))
            sides[shorter].addWidget(self._card(group, fields))
            heights[shorter] += len(fields) + 1
        for side in sides:
            side.setSpacing(14)
            side.addStretch(1)
            columns.addLayout(side, 1)
        return content

    def _groups(self) -> dict[str, list[FormField]]:
        groups: dict[str, list[FormField]] = {}
        for field in self.presenter.fields.values():
            groups.setdefault(self._label(field.group_labels, field.group), []).append(field)
        return groups

    def _card(self, title: str, fields: list[FormField]) -> Card:
        card = Card(spacing=6)
        card.column.addWidget(label(title, "section"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        place = (0, 0)
        for field in fields:
            place = self._add_field(grid, field, *place)
        card.column.addLayout(grid)
        return card

    def _add_field(self, grid: QGridLayout, field: FormField, row: int, column: int) -> tuple[int, int]:
        """A localized field takes a row, one box a language; others take half of one. Returns what is free."""
        star = " *" if field.required else ""
        first = f"  ·  {self.presenter.languages[0].name}" if self._several else ""
        localized = field.kind is FieldKind.LOCALIZED
        name = label(self._label(field.labels, field.id) + star + (first if localized else ""))
        problem = label("", "finding")
        problem.hide()
        self._problems[field.id] = problem
        if not localized:
            grid.addWidget(name, row, column)
            widget = self._list(field) if field.kind in _LIST_KINDS else self._box(field, None)
            grid.addWidget(widget, row + 1, column)
            grid.addWidget(problem, row + 2, column)
            return (row, 1) if column == 0 else (row + _ROWS_OF_A_FIELD, 0)
        row += _ROWS_OF_A_FIELD * column
        grid.addWidget(name, row, 0)
        for place, language in enumerate(self.presenter.languages):
            if place:
                grid.addWidget(label(language.name, "soft"), row, place)
            grid.addWidget(self._box(field, language), row + 1, place)
        grid.addWidget(problem, row + 2, 0, 1, 2)
        return row + _ROWS_OF_A_FIELD, 0

    def _box(self, field: FormField, language: Language | None) -> QLineEdit:
        code = language.code if language else ""
        box = QLineEdit(self.presenter.text(field.id, code))
        box.setAccessibleName(f"{self._label(field.labels, field.id)} {language.name if language else ''}".strip())
        if language is not None:
            right = language.right_to_left
            direction = Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight
            box.setLayoutDirection(direction)
            if self._several:
                box.setPlaceholderText(language.name)
        elif field.kind is FieldKind.DATE:
            box.setPlaceholderText(tr("year/month/day"))
            box.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        else:
            box.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        box.setCursorPosition(0)
        box.textEdited.connect(partial(self._typed, field.id, code))
        self.boxes[field.id, code] = box
        return box

    def _list(self, field: FormField) -> Choice:
        box = Choice(self._label(field.labels, field.id))
        self.lists[field.id] = box
        self._fill(field)
        box.activated.connect(partial(self._chosen, field.id))
        return box

    def _fill(self, field: FormField) -> None:
        box = self.lists[field.id]
        box.clear()
        box.addItem("", "")
        for choice in self.presenter.choices(field):
            box.addItem(self._label(choice.labels, choice.code), choice.code)
        box.setCurrentIndex(max(0, box.findData(self.presenter.text(field.id))))
        box.setEnabled(box.count() > 1)

    def _label(self, labels: Labels, otherwise: str) -> str:
        return label_in(labels, self._window_language, otherwise)

    def _typed(self, field_id: str, language: str, text: str) -> None:
        for follower in self.presenter.type(field_id, language, text):
            self.boxes[follower].setText(text)
        self._after_change(field_id)

    def _chosen(self, field_id: str, index: int) -> None:
        for below in self.presenter.choose(field_id, self.lists[field_id].itemData(index)):
            self._fill(self.presenter.fields[below])
        self._after_change(field_id)

    def _after_change(self, field_id: str) -> None:
        self._show_problem(field_id)
        self._is_unkept = True
        self._keeping.start()

    def _keep(self) -> None:
        self._is_unkept = False
        values = self.presenter.values()
        work: Callable[[], Registration] = lambda: self.enrollment.keep_draft(self.registration.id, values)  # noqa: E731
        self.work("store", work, self._kept)

    def _kept(self, registration: Registration) -> None:
        self.registration = registration

    def _submit(self) -> None:
        self._keeping.stop()
        self.next.setEnabled(False)
        values = self.presenter.values()
        self.work(
            "store",
            lambda: self.enrollment.enter_demographics(self.registration.id, values),
            self._checked,
        )

    def _checked(self, findings: tuple[Finding, ...]) -> None:
        self.next.setEnabled(True)
        self.presenter.note_problems(findings)
        for field_id in self.presenter.fields:
            self._show_problem(field_id)
        if not findings:
            self._is_unkept = False
            self.note.clear()
            self.completed.emit()
            return
        self._keep()
        self.note.say(tr("Something is missing or not right: see the fields with a red frame."), "bad")
        self._focus(findings[0].field)

    def _show_problem(self, field_id: str) -> None:
        first = None
        for name, language in self._places(field_id):
            finding = self.presenter.problem(name, language)
            widget = self.boxes.get((name, language)) or self.lists[name]
            mark(widget, "wrong", value=finding is not None)
            first = first or finding
        problem = self._problems[field_id]
        problem.setText(say_finding(first) if first else "")  # type: ignore[attr-defined]
        problem.setVisible(first is not None)

    def _places(self, field_id: str) -> list[tuple[str, str]]:
        if field_id in self.lists:
            return [(field_id, "")]
        return [place for place in self.boxes if place[0] == field_id]

    def _focus(self, name: str) -> None:
        field_id, _, language = name.partition(".")
        widget = self.boxes.get((field_id, language)) or self.lists.get(field_id)
        if widget is None:
            places = self._places(field_id) if field_id in self.presenter.fields else []
            widget = self.boxes.get(places[0]) if places else None
        if widget is not None:
            widget.setFocus()
