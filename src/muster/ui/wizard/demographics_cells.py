"""One field of the form as it is drawn: its name, its boxes or list, where its value is from, and what is asked
about it; and the cards such fields lie in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from itertools import combinations, product

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from muster.domain.prefill import PrefilledField
from muster.ui import theme
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented
from muster.ui.widgets.date_entry import DateEntry
from muster.ui.widgets.origin_mark import OriginMark
from muster.ui.widgets.parts import Card, Choice, empty, label, mark
from muster.ui.widgets.place_search import PlaceSearch
from muster.ui.wizard.demographics_presenter import CHECKED, LIST_KINDS, Need, Place
from muster.workstation.forms import FieldKind, FormField
from muster.workstation.reference import Language

_COLUMNS = 2
_ROWS_APART = 6
_MOST_TRIED = 10


@dataclass(frozen=True, slots=True)
class CellWords:
    """What all cells of a page are made with. ``age_words`` by today and the day of birth."""

    languages: tuple[Language, ...]
    locale: QLocale
    today: Callable[[], date]
    age_words: Callable[[date, date], str]

    @property
    def are_several(self) -> bool:
        return len(self.languages) > 1


class FormBox(QLineEdit):
    """``left`` when the keyboard goes elsewhere in the window, also where nothing was typed."""

    left = Signal()

    @reimplemented
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.left.emit()


class FieldCell(QWidget):
    """``edited`` brings the language (empty where there is one box) and the text, ``chosen`` the code of a list's
    entry, ``left`` the language of the box, ``handle_chosen`` whether the person shall sign in by it."""

    edited = Signal(str, str)
    chosen = Signal(str)
    left = Signal(str)
    handle_chosen = Signal(bool)

    def __init__(self, field: FormField, name: str, words: CellWords) -> None:
        super().__init__()
        self.field, self._name, self._words = field, name, words
        self.boxes: dict[str, QLineEdit] = {}
        self.list: Choice | None = None
        self.tick: QCheckBox | None = None
        self.date: DateEntry | None = None
        self.name = label(name)
        self.suggested: dict[str, QWidget] = {}
        self._heads: dict[str, QHBoxLayout] = {}
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(theme.px(theme.CLOSE))
        self.grid.setVerticalSpacing(theme.px(2))
        self._fill()
        if field.is_handle:
            self.grid.addWidget(self.handle, 3, 0, 1, self._width)
        self.need(Need(field.required))

    # Made at the first need: a form opens sooner without what most of its fields never show.

    @cached_property
    def origin(self) -> OriginMark:
        made = OriginMark()
        list(self._heads.values())[-1].addWidget(made)
        return made

    @cached_property
    def problem(self) -> QLabel:
        made = label("", "finding")
        made.hide()
        self.grid.addWidget(made, 2, 0, 1, self._width)
        return made

    @cached_property
    def handle(self) -> QCheckBox:
        made = QCheckBox(tr("To sign in with elsewhere"))
        made.toggled.connect(self.handle_chosen)
        return made

    @cached_property
    def lines(self) -> QVBoxLayout:
        made = QVBoxLayout()
        made.setSpacing(theme.px(theme.TIGHT))
        self.grid.addLayout(made, 4, 0, 1, self._width)
        return made

    @property
    def _width(self) -> int:
        return max(1, self.grid.columnCount())

    @property
    def is_wide(self) -> bool:
        return is_wide(self.field)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """What takes the keyboard, in its order."""
        only = self.list or self.tick
        return (only,) if only is not None else tuple(self.boxes.values())

    @property
    def places(self) -> tuple[Place, ...]:
        """The field, with the language of each of those."""
        return tuple((self.field.id, language) for language in self.boxes or ("",))

    @property
    def box_at(self) -> dict[Place, QLineEdit]:
        return {(self.field.id, language): box for language, box in self.boxes.items()}

    @property
    def tab_order(self) -> tuple[QWidget, ...]:
        """Those and what belongs to them."""
        if self.date is not None:
            return self.date.box, self.date.calendar, self.date.by_age
        return (*self.widgets, self.handle) if self.field.is_handle else self.widgets

    def widget_for(self, language: str) -> QWidget:
        """The box of the language, or what there is."""
        return self.boxes.get(language) or self.widgets[0]

    def _fill(self) -> None:
        kind = self.field.kind
        if kind is FieldKind.LOCALIZED:
            for column, language in enumerate(self._words.languages):
                self._add_language(column, language)
            return
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        self._heads[""] = head
        self.grid.addLayout(head, 0, 0)
        self.grid.addWidget(self._only_widget(), 1, 0, Qt.AlignmentFlag.AlignTop)

    def _only_widget(self) -> QWidget:
        if self.field.kind in LIST_KINDS:
            self.list = Choice(self._name)
            self.list.activated.connect(self._picked)
            return self.list
        if self.field.kind is FieldKind.CHECKED:
            self.tick = QCheckBox(tr("Yes"))
            self.tick.setAccessibleName(self._name)
            self.tick.toggled.connect(lambda on: self.edited.emit("", CHECKED if on else ""))
            return self.tick
        if self.field.kind is FieldKind.DATE:
            age_words = self._words.age_words if self.field.is_birth_date else None
            self.date = DateEntry(self._name, self._words.locale, self._words.today, age_words)
            self.date.edited.connect(partial(self.edited.emit, ""))
            self.date.box.editingFinished.connect(partial(self.left.emit, ""))
            self.boxes[""] = self.date.box
            return self.date
        box = self._box(None)
        box.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        return box

    def _add_language(self, column: int, language: Language) -> None:
        tag = self.name if column == 0 else label(language.name, "soft")
        head = QHBoxLayout()
        head.addWidget(tag, 1)
        self._heads[language.code] = head
        self.grid.addLayout(head, 0, column)
        box = self._box(language)
        right = Qt.LayoutDirection.RightToLeft
        box.setLayoutDirection(right if language.right_to_left else Qt.LayoutDirection.LeftToRight)
        if self._words.are_several:
            box.setPlaceholderText(language.name)
        self.grid.addWidget(box, 1, column)
        self.grid.setColumnStretch(column, 1)

    def _box(self, language: Language | None) -> FormBox:
        code = language.code if language else ""
        box = FormBox()
        box.setAccessibleName(f"{self._name} {language.name if language else ''}".strip())
        box.textEdited.connect(partial(self.edited.emit, code))
        box.left.connect(partial(self.left.emit, code))
        self.boxes[code] = box
        return box

    def _picked(self, index: int) -> None:
        if self.list is not None:
            self.chosen.emit(self.list.itemData(index))

    # Showing

    def show_text(self, language: str, text: str, *, suggested: bool = False) -> None:
        if self.date is not None:
            if self.date.kept() != text:
                self.date.show_text(text)
            return
        if self.tick is not None:
            self.tick.blockSignals(True)
            self.tick.setChecked(text == CHECKED)
            self.tick.blockSignals(False)
            return
        box = self.boxes[language]
        if box.text() != text:
            box.setText(text)
            box.setCursorPosition(0)
        if bool(box.property("suggested")) != suggested:
            mark(box, "suggested", value=suggested)
            box.setAccessibleDescription(tr("suggested") if suggested else "")
            self._say_suggested(language, suggested=suggested)

    def _say_suggested(self, language: str, *, suggested: bool) -> None:
        """Slanted letters alone say nothing to many."""
        if language not in self.suggested:
            made = label(tr("suggested"), "origin", wrap=False)
            self._heads[language].insertWidget(1, made)
            self.suggested[language] = made
        self.suggested[language].setVisible(suggested)

    def need(self, need: Need) -> None:
        star = " *" if need else ""
        either = tr("one of the two is enough") if need is Need.ONE_OF_TWO else ""
        if self.field.kind is FieldKind.TEXT:  # in its box: beside the name the page becomes higher
            self.boxes[""].setPlaceholderText(either)
        elif either:
            star += f"  ·  {either}"
        first = f"  ·  {self._words.languages[0].name}" if self.is_wide and self._words.are_several else ""
        self.name.setText(f"{self._name}{star}{first}")

    def offer(self, entries: Iterable[tuple[str, str]], code: str) -> None:
        """The entries of the list, code and words, and which of them is chosen."""
        if self.list is None:
            return
        self.list.clear()
        self.list.addItem("", "")
        for each, words in entries:
            self.list.addItem(words, each)
        self.list.setCurrentIndex(max(0, self.list.findData(code)))
        self.list.setEnabled(self.list.count() > 1)

    def tell_origin(self, filled: PrefilledField | None) -> None:
        if filled is None and "origin" not in self.__dict__:
            return
        self.origin.tell(filled)
        for widget in self.widgets:
            if not widget.property("suggested"):
                widget.setAccessibleDescription(self.origin.said)

    def tell_problem(self, words: str, wrong: Mapping[str, bool], *, mild: bool = False) -> None:
        """``wrong`` by language: which boxes are framed. ``mild`` is what only asks to look again."""
        for language, is_wrong in wrong.items():
            widget = self.widget_for(language)
            if bool(widget.property("wrong")) != is_wrong:
                mark(widget, "wrong", value=is_wrong)
        if not words and "problem" not in self.__dict__:
            return
        if bool(self.problem.property("mild")) != mild:
            mark(self.problem, "mild", value=mild)
        self.problem.setText(f"⚠ {words}" if mild and words else words)
        self.problem.setVisible(bool(words))

    def ask(self, *lines: QWidget) -> None:
        """In place of what was asked before."""
        empty(self.lines)
        for line in lines:
            self.lines.addWidget(line)


class SearchCell(QWidget):
    """What fills a whole chain of lists, beside the first of them."""

    def __init__(self, box: PlaceSearch) -> None:
        super().__init__()
        self._box = box
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(2))
        column.addWidget(label(tr("Find a place"), "soft"))
        column.addWidget(box)

    @property
    def tab_order(self) -> tuple[QWidget, ...]:
        return (self._box,)


def is_wide(field: FormField) -> bool:
    """Whether its cell goes over both columns of a card."""
    return field.kind is FieldKind.LOCALIZED


def weight(fields: Iterable[FormField], *, has_search: bool) -> int:
    """How high a card of these usually is, in halves of a row: what is asked of few people does not count."""
    usual = (field for field in fields if field.visible is None)
    return sum(_COLUMNS if is_wide(field) else 1 for field in usual) + has_search + 1


def in_two_columns(heights: Sequence[int]) -> tuple[list[int], list[int]]:
    """Which of these stand in the first column, which in the second, so that the form is as low as can be; among
    equals what keeps their order best when the first is read down and then the second."""
    if len(heights) > _MOST_TRIED:
        half = len(heights) // 2
        return list(range(half)), list(range(half, len(heights)))

    def side(seconds: tuple[bool, ...], *, second: bool) -> list[int]:
        return [place for place, each in enumerate(seconds) if each is second]

    def cost(seconds: tuple[bool, ...]) -> tuple[int, int]:
        higher = max(sum(heights[each] for each in side(seconds, second=second)) for second in (False, True))
        return higher, sum(before and not after for before, after in combinations(seconds, 2))

    tried = product((False, True), repeat=len(heights))
    best = min((each for each in tried if not any(each[:1])), key=cost)  # the first stays where reading begins
    return side(best, second=False), side(best, second=True)


class GroupCard(Card):
    """Cells in two columns, wide ones over both. What is hidden leaves no hole, and whoever types keeps the
    keyboard: cells are moved, never made anew. ``search`` stands above the first list of places. Made with nothing
    in it: what is put into a card that has its place already is styled once, a whole card that is moved anew."""

    def __init__(self, title: str, search: SearchCell | None = None) -> None:
        super().__init__(margin=theme.px(theme.GAP), spacing=theme.px(theme.TIGHT))
        self.cells: list[FieldCell] = []
        self.search = search
        if title:
            self.column.addWidget(label(title, "section"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(theme.CLOSE))
        self._grid.setVerticalSpacing(theme.px(_ROWS_APART))
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)
        if search is not None:
            search.setParent(self)
        self.column.addLayout(self._grid)
        self._shown: tuple[str, ...] | None = None

    def add(self, cell: FieldCell) -> None:
        cell.setParent(self)
        self.cells.append(cell)

    def show_only(self, shown: Iterable[str]) -> None:
        wanted = set(shown)
        here = tuple(cell.field.id for cell in self.cells if cell.field.id in wanted)
        if here == self._shown:
            return
        self._shown = here
        for widget in (*self.cells, *((self.search,) if self.search else ())):
            self._grid.removeWidget(widget)
        place = 0
        for widget, is_wide in self._in_order(wanted):
            place += place % _COLUMNS if is_wide else 0
            row, column = divmod(place, _COLUMNS)
            width = _COLUMNS if is_wide else 1
            self._grid.addWidget(widget, row, column, 1, width, Qt.AlignmentFlag.AlignTop)
            place += width
        for cell in self.cells:
            cell.setVisible(cell.field.id in wanted)
        if self.search is not None:
            self.search.setVisible(
                any(cell.field.level is not None for cell in self.cells if cell.field.id in wanted)
            )
        self.setVisible(bool(here))

    def _in_order(self, wanted: Collection[str]) -> Iterator[tuple[FieldCell | SearchCell, bool]]:
        """What is seen, and whether it goes over both columns."""
        search = self.search
        for cell in self.cells:
            if cell.field.id not in wanted:
                continue
            if search is not None and cell.field.level is not None:
                yield search, False
                search = None
            yield cell, cell.is_wide

    @property
    def tab_order(self) -> Iterator[QWidget]:
        for widget, _ in self._in_order({cell.field.id for cell in self.cells}):
            yield from widget.tab_order
