"""The person's details, in the languages of the registration.

By keyboard: Enter goes to the next field in which nothing stands yet, Ctrl+Enter goes on, Ctrl+K opens a keyboard
on the screen; so does a touch of a box.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property, partial

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QInputDevice, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.assessment import Finding, Severity, blocking
from muster.domain.lifecycle import Registration
from muster.domain.prefill import Conflict, FieldMark, PrefilledField
from muster.domain.registration import Process, RegistrationId, Step
from muster.errors import MusterError
from muster.ui import shortcuts, theme
from muster.ui.background import Background
from muster.ui.language import WINDOW_LANGUAGES, say_finding, tr
from muster.ui.reimplemented import reimplemented
from muster.ui.typed_dates import age_on
from muster.ui.widgets.field_group_choice import FieldGroupChoice
from muster.ui.widgets.on_screen_keyboard import OnScreenKeyboard
from muster.ui.widgets.parts import button, label, scrolling
from muster.ui.widgets.place_search import Place as Found
from muster.ui.widgets.place_search import PlaceSearch
from muster.ui.wizard.demographics_cells import CellWords
from muster.ui.wizard.demographics_form import FormView
from muster.ui.wizard.demographics_lines import BlockedWordLine, ConflictLine, OfferLine
from muster.ui.wizard.demographics_presenter import LIST_KINDS, DemographicsPresenter, Place, SaidElsewhere
from muster.ui.wizard.format_words import format_words
from muster.ui.wizard.step_page import StepPage
from muster.workstation.enrollment import Enrollment
from muster.workstation.form_checking import FIELD_FORMAT, WORD_BLOCKLISTED
from muster.workstation.pre_registrations import Prefilled
from muster.workstation.reference import Labels, label_in

NEXT_KEYS = ("Ctrl+Return", "Ctrl+Enter")
KEYBOARD_KEYS = "Ctrl+K"

_KEEP_AFTER_MS = 4_000
_BOOKING_WIDTH = 260
_ONE_COLUMN_FROM = 150  # per cent
_BESIDE, _BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
_LATIN = "eng"  # what numbers and addresses are typed with

TakeBooking = Callable[[RegistrationId, str], Prefilled]


def _what_to_ask(process: Process) -> str:
    if process is Process.UPDATE:
        return tr(
            "Type the number from the person's card, then press what is to be changed, or fill in only that."
        )
    if process is Process.LOST:
        return tr("Ask what the person remembers: each detail helps to find the number. None is required.")
    return tr("Ask the person, or copy from a document. What is marked with * must be there.")


class DemographicsPage(StepPage):
    """``documents_wanted``: a document is to be read before, so that less is left to be typed.

    Whole at once, unless ``in_pieces``: a long form takes too long for that."""

    documents_wanted = Signal()

    def __init__(
        self,
        enrollment: Enrollment,
        background: Background,
        registration: Registration,
        window_language: str,
        take_booking: TakeBooking,
        *,
        in_pieces: bool = False,
    ) -> None:
        super().__init__(enrollment, background, registration)
        self._take_booking = take_booking
        self._window_language = window_language
        process = registration.started.process
        known = {language.code: language for language in enrollment.languages_offered}
        self._around = enrollment.details.circumstances(process)
        self.presenter = DemographicsPresenter(
            enrollment.form(process),
            [known[code] for code in registration.started.languages],
            self._around,
            {**registration.set_aside, **registration.demographics},
            choices=registration.form_choices,
            suggest=enrollment.details.suggest,
            usual_handles=enrollment.details.usual_handles,
        )
        self.presenter.hear(_said_elsewhere(registration))
        self._is_unkept = False
        self._asked: dict[str, object] = {}
        self._was_left: set[str] = set()
        self._says_what_is_missing = False
        self.booking, self.fetch = QLineEdit(), button(tr("Fetch"))
        self.places = PlaceSearch(self._places_found)
        self.places.chosen.connect(self._place_chosen)
        self.groups: FieldGroupChoice | None = None
        self.column.setSpacing(theme.px(theme.CLOSE))
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.setInterval(_KEEP_AFTER_MS)
        self._keeping.timeout.connect(self._keep)
        self._pieces = self._build(process)
        if not in_pieces:
            deque(self._pieces, 0)

    def pieces(self) -> Iterator[None]:
        return self._pieces

    def enter(self) -> None:
        order = self._order()
        self._focus_on(self.presenter.next_empty(order, None) or next(iter(order), None))

    def leave(self) -> None:
        """Keep what was typed since the last pause, whatever is still missing."""
        self._keeping.stop()
        if self._is_unkept:
            self._keep()

    @cached_property
    def keyboard(self) -> OnScreenKeyboard:
        """Below what scrolls; made when it is first opened."""
        made = OnScreenKeyboard()
        made.closed.connect(self._keyboard_closed)
        self.column.insertWidget(1, made)
        return made

    # Built once

    def _build(self, process: Process) -> Iterator[None]:
        """From the outside in: a widget is styled anew whenever what it lies in is moved."""
        content = QWidget()
        self._area = scrolling(content)
        self.column.addWidget(self._area, 1)
        self._foot()
        yield
        self._fill(content, process)
        yield
        for _ in self._form.pieces():
            yield
        self.cells = self._form.cells
        self.boxes = {place: box for cell in self.cells.values() for place, box in cell.box_at.items()}
        self.lists = {name: cell.list for name, cell in self.cells.items() if cell.list is not None}
        for name, cell in self.cells.items():
            if cell.field.is_handle:
                cell.handle.setChecked(self.presenter.is_handle(name))
            self._show(name)
            for widget in cell.widgets:
                widget.installEventFilter(self)
            yield
        self._form.typed.connect(self._typed)
        self._form.chosen.connect(self._chosen)
        self._form.left.connect(self._left)
        self._form.handle_chosen.connect(self._handle_chosen)
        self._refresh()

    def _fill(self, content: QWidget, process: Process) -> None:
        """All of it scrolls where letters are large or a keyboard is open, so that there is room for the boxes."""
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, theme.px(6), 0)
        column.setSpacing(theme.px(theme.CLOSE))
        column.addLayout(self._top(process))
        if self.presenter.groups:
            column.addWidget(self._group_choice())
        words = CellWords(self.presenter.languages, self._locale(), lambda: self._around.today, self._age_words)
        fields = self.presenter.fields
        self._form = FormView(fields, words, self._label, self.places, in_one_column=_is_magnified())
        column.addWidget(self._form, 1)

    def _top(self, process: Process) -> QBoxLayout:
        """Title and, beside it where there is room so that the form keeps its height, what a pre-registration
        needs."""
        row, words = QBoxLayout(_BELOW if _is_magnified() else _BESIDE), QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(tr("Details"), "title"))
        words.addWidget(label(_what_to_ask(process), "subtitle"))
        row.addLayout(words, 1)
        if process is Process.NEW:
            row.addLayout(self._booking_row())
        return row

    def _booking_row(self) -> QHBoxLayout:
        """For who filled in the form at home. Enter in its box fetches and does not go on."""
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        self.booking.setAccessibleName(tr("Number of the pre-registration"))
        self.booking.setPlaceholderText(tr("Number of the pre-registration"))
        self.booking.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        if not _is_magnified():
            self.booking.setFixedWidth(theme.px(_BOOKING_WIDTH))
        self.booking.returnPressed.connect(self._fetch_booking)
        self.fetch.clicked.connect(self._fetch_booking)
        row.addWidget(label(tr("Filled in at home?"), "soft", wrap=False))
        row.addWidget(self.booking)
        row.addWidget(self.fetch)
        return row

    def _group_choice(self) -> FieldGroupChoice:
        names = {each.name: self._label(each.labels, each.name) for each in self.presenter.groups}
        self.groups = FieldGroupChoice(names, self.presenter.groups_chosen)
        self.groups.changed.connect(self._groups_changed)
        return self.groups

    def _foot(self) -> None:
        self.keys = button(tr("Keyboard"))
        self.keys.setCheckable(True)
        self.keys.setToolTip(f"{tr('A keyboard on the screen')} ({KEYBOARD_KEYS})")
        self.keys.toggled.connect(self._turn_keyboard)
        self.keys.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a press leaves the box that is typed into its focus
        hint = label(tr("Enter: next empty field · Ctrl+Enter: Next"), "soft", wrap=False)
        self.next = button(tr("Next"), primary=True)
        self.next.clicked.connect(self._submit)
        self.read = button(tr("Read a document"))
        self.read.clicked.connect(self.documents_wanted)
        asked = self.enrollment.plan(self.registration.started.process)
        self.foot(hint, self.read, self.keys, self.next)
        self.read.setVisible(Step.DOCUMENTS in asked and not self.registration.documents)
        shortcuts.add(self, NEXT_KEYS, tr("Next"), self._submit)
        shortcuts.add(self, KEYBOARD_KEYS, tr("A keyboard on the screen"), self.keys.toggle)

    # Shown anew after every change

    def _show_all(self) -> None:
        for field in self.presenter.fields.values():
            self._show(field.id)
        self._refresh()

    def _show(self, field_id: str) -> None:
        """What stands in the field."""
        field, cell = self.presenter.fields[field_id], self.cells[field_id]
        if field.kind in LIST_KINDS:
            entries = [(each.code, self._label(each.labels, each.code)) for each in self.presenter.choices(field)]
            cell.offer(entries, self.presenter.text(field_id))
            return
        for _, language in self.presenter.places(field_id):
            suggested = self.presenter.is_suggested(field_id, language)
            cell.show_text(language, self.presenter.text(field_id, language), suggested=suggested)

    def _refresh(self) -> None:
        """Which fields there are, which are needed, where they are from and what is asked about them."""
        shown = self.presenter.shown()
        self._form.show_only(shown)
        marks = self.presenter.marks()
        for field_id, need in shown.items():
            self.cells[field_id].need(need)
            self._show_mark(field_id, marks.get(field_id, FieldMark()))
            self._show_problem(field_id)
        red = [each for each in blocking(self.presenter.problems) if each.field.split(".")[0] in shown]
        if self._says_what_is_missing and not red:
            self._says_what_is_missing = False
            self.note.clear()

    def _show_mark(self, field_id: str, mark: FieldMark) -> None:
        """Lines are made anew only when something else is asked: one may be answered just now."""
        self.cells[field_id].tell_origin(mark.filled)
        finding = next(
            (each for _, each in self._problems_of(field_id) if each and each.code is WORD_BLOCKLISTED), None
        )
        conflicts = self.presenter.open_conflicts(field_id, {field_id: mark})
        asked = (conflicts, mark.suggestion, finding)
        if self._asked.get(field_id, ((), None, None)) == asked:
            return
        self._asked[field_id] = asked
        lines: list[QWidget] = [self._conflict_line(each) for each in conflicts[:1]]
        if mark.suggestion is not None:
            lines.append(self._offer_line(mark.suggestion))
        if finding is not None:
            lines.append(self._blocked_line(finding))
        self.cells[field_id].ask(*lines)

    def _conflict_line(self, conflict: Conflict) -> ConflictLine:
        said, standing = (
            self._in_words(conflict.field, each) for each in (conflict.said.value, conflict.standing)
        )
        line = ConflictLine(conflict, said, standing)
        line.taken.connect(partial(self._take_over, conflict.said))
        line.kept.connect(partial(self._keep_mine, conflict))
        return line

    def _offer_line(self, offered: PrefilledField) -> OfferLine:
        line = OfferLine(offered, self._in_words(offered.field, offered.value))
        line.taken.connect(partial(self._take_over, offered))
        return line

    def _blocked_line(self, finding: Finding) -> BlockedWordLine:
        line = BlockedWordLine(self._say(finding), self.presenter.words_kept.get(finding.field, ""))
        line.kept.connect(partial(self._keep_word, finding))
        line.written_differently.connect(partial(self._focus, finding.field))
        return line

    def _in_words(self, field_id: str, value: DemographicValue) -> str:
        """A value as the officer reads it in the form."""
        if isinstance(value, LocalizedText):
            return value.in_language(self._window_language)
        field = self.presenter.fields[field_id]
        return next((self._label(each.labels, each.code) for each in field.choices if each.code == value), value)

    # What the officer does

    def _typed(self, field_id: str, language: str, text: str) -> None:
        for name, other in self.presenter.type(field_id, language, text):
            suggested = self.presenter.is_suggested(name, other)
            self.cells[name].show_text(other, self.presenter.text(name, other), suggested=suggested)
        self.cells[field_id].show_text(language, text)
        self._after_change()

    def _chosen(self, field_id: str, code: str) -> None:
        for below in self.presenter.choose(field_id, code):
            self._show(below)
        self._after_change()

    def _handle_chosen(self, field_id: str, chosen: bool) -> None:
        self.presenter.choose_handle(field_id, chosen=chosen)
        self._after_change()

    def _left(self, field_id: str, language: str) -> None:
        if self.presenter.confirm(field_id, language):
            self.cells[field_id].show_text(language, self.presenter.text(field_id, language))
            self._after_change()
        if self.presenter.text(field_id, language).strip():
            self._was_left.add(field_id)
            self._look()

    def _look(self) -> None:
        """Beside the typing, so that a slip is told at its field and not at the end."""
        started = self.registration.started
        values, choices = self.presenter.values(), self.presenter.choices_made
        check = partial(self.enrollment.check_demographics, values, started.languages, started.process, choices)
        self.work("checks", check, self._looked)

    def _looked(self, findings: tuple[Finding, ...]) -> None:
        self.presenter.note_looked(findings, self._was_left)
        self._refresh()

    def _place_chosen(self, codes: dict[str, str]) -> None:
        for field_id in self.presenter.choose_chain(codes):
            self._show(field_id)
        self._after_change()
        chain = [field.id for field in self.presenter.fields.values() if field.level is not None]
        filled = [field_id for field_id in chain if self.presenter.text(field_id, "")]
        self._focus_on(self.presenter.next_empty(self._order(), (filled[-1], "") if filled else None))

    def _places_found(self, typed: str) -> list[Found[dict[str, str]]]:
        form = self.presenter.fields.values()
        found = self.enrollment.details.find_places(typed)
        return [Found(each.words(self._window_language), each.values(form)) for each in found]

    def _groups_changed(self, groups: tuple[str, ...]) -> None:
        self.presenter.choose_groups(groups)
        self._after_change()

    def _take_over(self, said: PrefilledField) -> None:
        """What a source says, instead of what stands there; kept for the supervisor."""
        values = self.presenter.values()
        take = partial(self.enrollment.prefill.take, self.registration.id, said, values)
        for field_id in self.presenter.take_over(said):
            self._show(field_id)
        self._after_change()
        self._focus(said.field)
        self.work("store", take, self._heard)

    def _keep_mine(self, conflict: Conflict) -> None:
        self._focus(conflict.field)
        self.work("store", partial(self.enrollment.prefill.keep, self.registration.id, conflict), self._heard)

    def _heard(self, registration: Registration) -> None:
        self.registration = registration
        self.presenter.hear(_said_elsewhere(registration))
        self._refresh()

    def _keep_word(self, finding: Finding, reason: str) -> None:
        self.presenter.keep_word(finding.field, reason)
        self._focus(finding.field)
        self._after_change()

    def _after_change(self) -> None:
        self._refresh()
        self._is_unkept = True
        self._keeping.start()

    def _fetch_booking(self) -> None:
        """What was typed is kept first, so that it is there to stay."""
        number = self.booking.text()
        if not number.strip() or not self.fetch.isEnabled():
            return
        self._keeping.stop()
        self._is_unkept = False
        self.fetch.setEnabled(False)
        self.note.say(tr("Fetching …"))
        values, choices = self.presenter.values(), self.presenter.choices_made

        def fetch() -> Prefilled:
            self.enrollment.keep_draft(self.registration.id, values, choices)
            return self._take_booking(self.registration.id, number)

        self.work("network", fetch, self._booking_taken)

    def _booking_taken(self, taken: Prefilled) -> None:
        self.registration = taken.registration
        self.fetch.setEnabled(True)
        self.booking.clear()
        self.presenter.take(taken.registration.demographics)
        self.presenter.hear(_said_elsewhere(taken.registration))
        self._show_all()
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
        self.next.setEnabled(True)

    def _keep(self) -> None:
        self._is_unkept = False
        values, choices = self.presenter.values(), self.presenter.choices_made
        keep = partial(self.enrollment.keep_draft, self.registration.id, values, choices)
        self.work("store", keep, self._kept)

    def _kept(self, registration: Registration) -> None:
        self.registration = registration

    def _submit(self) -> None:
        if not self.next.isEnabled():
            return
        self._keeping.stop()
        self.next.setEnabled(False)
        values, choices = self.presenter.values(), self.presenter.choices_made
        self.work(
            "store",
            lambda: self.enrollment.enter_demographics(self.registration.id, values, choices),
            self._checked,
        )

    def _checked(self, findings: tuple[Finding, ...]) -> None:
        self.next.setEnabled(True)
        self.presenter.note_problems(findings)
        self._refresh()
        if not blocking(findings):
            self._is_unkept = False
            self.note.clear()
            self.completed.emit()
            return
        self._keep()
        self.note.say(tr("Something is missing or not right: see the fields with a red frame."), "bad")
        self._says_what_is_missing = True
        self._focus(blocking(findings)[0].field)

    # What is wrong

    def _problems_of(self, field_id: str) -> list[tuple[str, Finding | None]]:
        return [
            (language, self.presenter.problem(field_id, language))
            for _, language in self.presenter.places(field_id)
        ]

    def _show_problem(self, field_id: str) -> None:
        problems = self._problems_of(field_id)
        found = [each for _, each in problems if each]
        first = min(found, key=lambda each: each.severity is not Severity.BLOCKS, default=None)
        asks_itself = first is not None and first.code is WORD_BLOCKLISTED
        self.cells[field_id].tell_problem(
            self._say(first) if first and not asks_itself else "",
            {language: bool(each and each.severity is Severity.BLOCKS) for language, each in problems},
            mild=first is not None and first.severity is not Severity.BLOCKS,
        )

    def _say(self, finding: Finding) -> str:
        """In the deployment's own words where it has some."""
        details, process = self.enrollment.details, self.registration.started.process
        own = details.own_sentence(finding, self._window_language)
        if own:
            return own
        field_id, _, language = finding.field.partition(".")
        told = format_words(self.presenter.fields[field_id], language) if finding.code is FIELD_FORMAT else ""
        return told or say_finding(details.named(finding, process, self._window_language))

    # Where the keyboard is

    def _order(self) -> tuple[Place, ...]:
        return self._form.order(self.presenter.shown())

    @reimplemented
    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self._form.place_of(QApplication.focusWidget())
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not plain or here is None:
            super().keyPressEvent(event)
            return
        self._focus_on(self.presenter.next_empty(self._order(), here))

    def _focus_on(self, place: Place | None) -> None:
        """On the field, or on the way to the next page when nothing is left to be filled in."""
        if place is None:
            self.next.setFocus()
            return
        widget = self.cells[place[0]].widget_for(place[1])
        widget.setFocus(Qt.FocusReason.TabFocusReason)

    def _focus(self, name: str) -> None:
        """The field, and the language, that a finding names."""
        field_id, _, language = name.partition(".")
        if field_id in self.cells:
            self._focus_on((field_id, language))

    @reimplemented
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._area.ensureWidgetVisible(watched)
            if self.keys.isChecked():
                self._open_keyboard_for(watched)
        elif isinstance(watched, QLineEdit) and _is_touch(event):
            self.keys.setChecked(True)
            self._open_keyboard_for(watched)
        return super().eventFilter(watched, event)

    def _turn_keyboard(self, on: bool) -> None:
        if not on:
            self.keyboard.hide()
            return
        self._open_keyboard_for(QApplication.focusWidget())

    def _keyboard_closed(self) -> None:
        self.keys.setChecked(False)

    def _open_keyboard_for(self, widget: QObject | None) -> None:
        """With the letters of the box; the form moves up, so that what is typed into stays in sight."""
        place = self._form.place_of(widget)
        self.keyboard.open_for((place[1] if place else "") or _LATIN)
        if isinstance(widget, QWidget) and place is not None:
            QTimer.singleShot(0, self._area, partial(self._area.ensureWidgetVisible, widget))

    # Words

    def _label(self, labels: Labels, otherwise: str) -> str:
        return label_in(labels, self._window_language, otherwise)

    def _locale(self) -> QLocale:
        code = next((each.code for each in WINDOW_LANGUAGES if each.data_code == self._window_language), "en")
        return QLocale(code)

    def _age_words(self, today: date, born: date) -> str:
        age = age_on(today, born)
        if age is None:
            return ""
        words = (
            tr("age {years}", years=age.years) if age.years else tr("age in months: {months}", months=age.months)
        )
        group = self._around.ages.of_age(age.years)
        return f"{words} · {_group_name(group)}" if group else words


def _is_magnified() -> bool:
    """Whether two columns would be too narrow."""
    return theme.px(100) >= _ONE_COLUMN_FROM


def _is_touch(event: QEvent) -> bool:
    """A finger on the screen, which Qt hands on as a mouse's press."""
    if not isinstance(event, QMouseEvent) or event.type() is not QEvent.Type.MouseButtonPress:
        return False
    return event.device().type() is QInputDevice.DeviceType.TouchScreen


def _group_name(group: str) -> str:
    return {"INFANT": tr("infant"), "MINOR": tr("minor"), "ADULT": tr("adult")}.get(group, group.lower())


def _said_elsewhere(registration: Registration) -> SaidElsewhere:
    return SaidElsewhere(registration.said, registration.filled, registration.decided)
