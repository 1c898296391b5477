"""A date, typed or picked, with what it means below it: the day in words and the age.

The box takes what :mod:`muster.ui.typed_dates` understands and shows the form that is kept once it is left. Of
whom only the age is known, that is typed. The calendar asks for decade, year, month and day: four presses for
any birthday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from PySide6.QtCore import QLocale, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from muster.ui import theme
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented
from muster.ui.typed_dates import Order, age_on, as_kept, born_at_age, decades, order_of, read_age, read_date
from muster.ui.widgets.parts import empty, label, link

_OLDEST = 200  # years, as the form's own check
_DECADES_SHOWN = 12
_DAYS_COLUMNS = 7
_CALENDAR_WIDTH = 34
_COLUMNS = 4
_MONTHS = range(1, 13)


def custom_of_system() -> Order:
    """Whether the station's regional settings write the day or the month first."""
    return order_of(QLocale.system().dateFormat(QLocale.FormatType.ShortFormat))


class DateEntry(QWidget):
    """``edited`` brings what the form keeps: ``1990/05/31``, or what was typed while that is no day yet.

    ``age_words`` says an age in the window's words ("age 36, adult"), by today and the day of birth. Without it
    the date is not one of birth: nobody's age is told or asked.
    """

    edited = Signal(str)

    def __init__(
        self,
        name: str,
        locale: QLocale,
        today: Callable[[], date],
        age_words: Callable[[date, date], str] | None = None,
    ) -> None:
        super().__init__()
        self._locale, self._today, self._age_words = locale, today, age_words
        self.order = custom_of_system()
        self.box = QLineEdit()
        self.box.setAccessibleName(name)
        self.box.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.calendar = QPushButton("▾")
        self.calendar.setObjectName("attached")
        self.calendar.setFixedWidth(theme.px(_CALENDAR_WIDTH))
        self.calendar.setAccessibleName(tr("Choose from a calendar"))
        self.calendar.setToolTip(tr("Choose from a calendar"))
        self.calendar.clicked.connect(self.open_calendar)
        self.words = label("", "soft")
        self.by_age = link("")
        self.by_age.clicked.connect(self._turn)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.box, 1)
        row.addWidget(self.calendar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(self.by_age)
        self.setFocusProxy(self.box)
        self.box.textEdited.connect(self._typed)
        self.box.editingFinished.connect(self._left)
        self._is_age = False
        self._say_how()
        self._tell()

    @property
    def takes_age(self) -> bool:
        """Whether the box asks for an age instead of a day."""
        return self._is_age

    def show_text(self, text: str) -> None:
        """Show what is kept, without saying that it was edited."""
        if self._is_age:
            self._is_age = False
            self._say_how()
        self.box.setText(text)
        self.box.setCursorPosition(0)
        self._tell()

    def kept(self) -> str:
        """What the form keeps of what stands here now."""
        day = self.day()
        return as_kept(day) if day else self.box.text().strip()

    def day(self) -> date | None:
        if not self._is_age:
            return read_date(self.box.text(), self.order)
        years = read_age(self.box.text(), _OLDEST)
        return None if years is None else born_at_age(self._today(), years)

    @reimplemented
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt and the arrow down, as for a list."""
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def open_calendar(self) -> None:
        """Below the box, at the decade of what stands there."""
        picker = DatePicker(self._locale, self._today(), self)
        picker.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        picker.picked.connect(self._picked)
        picker.adjustSize()
        right_to_left = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = self.width() - picker.width() if right_to_left else 0
        picker.move(self.mapToGlobal(QPoint(left, self.box.height() + 2)))
        picker.show()

    @reimplemented
    def hideEvent(self, event: QHideEvent) -> None:
        """A screen that is locked shows nothing of the form."""
        super().hideEvent(event)
        for picker in self.findChildren(DatePicker):
            picker.close()

    def _picked(self, day: date) -> None:
        self.show_text(as_kept(day))
        self.edited.emit(self.kept())
        self.box.setFocus()

    def _typed(self) -> None:
        self._tell()
        self.edited.emit(self.kept())

    def _left(self) -> None:
        """As it is kept, so that nobody wonders which of two numbers was the month."""
        day = self.day()
        if day is not None:
            self.show_text(as_kept(day))

    def _turn(self) -> None:
        """From the day to the age and back; what stood there goes with the way it was asked."""
        self._is_age = not self._is_age
        self.box.clear()
        self._say_how()
        self._typed()
        self.box.setFocus()

    def _say_how(self) -> None:
        hint = tr("Age in years") if self._is_age else _order_words(self.order)
        self.box.setPlaceholderText(hint)
        self.box.setAccessibleDescription(hint)
        self.by_age.setText(tr("The date is known") if self._is_age else tr("Only the age is known"))

    def _tell(self) -> None:
        """The day in words tells a day from a month that was mixed up; the age, one year from another."""
        day = self.day()
        self.words.setVisible(day is not None)
        self.by_age.setVisible(day is None and self._age_words is not None)
        if day is None:
            self.words.clear()
            return
        words = [f"{day.day} {self._locale.monthName(day.month)} {day.year}"]
        if self._age_words is not None:
            is_born = age_on(self._today(), day) is not None
            words.append(self._age_words(self._today(), day) if is_born else tr("in the future"))
        self.words.setText(" · ".join(words))


def _order_words(order: Order) -> str:
    return tr("month/day/year") if order is Order.MONTH_FIRST else tr("day/month/year")


class DatePicker(QFrame):
    """Decade, then year, month and day; each press narrows, the way back stands at the top."""

    picked = Signal(object)

    def __init__(self, locale: QLocale, latest: date, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self._locale, self._latest = locale, latest
        self.back = link("")
        self.back.clicked.connect(self._go_back)
        self.places = QGridLayout()
        self.places.setSpacing(4)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.addWidget(self.back)
        column.addLayout(self.places)
        self.choices: list[QPushButton] = []
        self._chosen: list[int] = []
        self._offer()

    def _go_back(self) -> None:
        if self._chosen:
            self._chosen.pop()
            self._offer()

    def _choose(self, number: int) -> None:
        self._chosen.append(number)
        if len(self._chosen) < len(("decade", "year", "month", "day")):
            self._offer()
            return
        _, year, month, day = self._chosen
        self.close()
        self.picked.emit(date(year, month, day))

    def _offer(self) -> None:
        match self._chosen:
            case []:
                first_years = decades(self._latest.year, _OLDEST)[:_DECADES_SHOWN]
                self._fill(((f"{each}–{each + 9}", each) for each in first_years), tr("Which years?"))
            case [decade]:
                last = min(decade + 9, self._latest.year)
                self._fill(((str(each), each) for each in range(decade, last + 1)), f"‹  {decade}–{decade + 9}")
            case [_, year]:
                self._fill(((self._locale.monthName(each), each) for each in _MONTHS), f"‹  {year}")
            case [_, year, month]:
                days = range(1, _days_in(year, month) + 1)
                words = f"‹  {self._locale.monthName(month)} {year}"
                self._fill(((str(each), each) for each in days), words, _DAYS_COLUMNS)

    def _fill(self, choices: Iterable[tuple[str, int]], title: str, columns: int = _COLUMNS) -> None:
        empty(self.places)
        self.back.setText(title)
        self.back.setEnabled(bool(self._chosen))
        self.choices = []
        for place, (words, number) in enumerate(choices):
            made = QPushButton(words)
            made.setObjectName("choice")
            made.clicked.connect(partial(self._choose, number))
            self.places.addWidget(made, place // columns, place % columns)
            self.choices.append(made)
        self.choices[0].setFocus()
        self.adjustSize()


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days
