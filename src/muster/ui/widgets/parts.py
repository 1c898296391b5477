"""The few building blocks of every page: labels, buttons, cards, notes."""

from __future__ import annotations

from string import ascii_letters
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFrame,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from muster.ui import theme
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionButton

_LEAST_LIST = 110  # pixels high at 100 %: a few lines


def label(text: str, name: str = "", *, wrap: bool = True) -> QLabel:
    made = QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    align(made, right_to_left=QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft)
    return made


class Elided(QLabel):
    """One line that gives way: what does not fit is behind three dots, and whole in its tooltip."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setToolTip(text)

    @reimplemented
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.drawFrame(painter)  # and the ground that the style sheet gives it
        room = self.contentsRect()
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        to_the_right = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if to_the_right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


def training_band() -> Elided:
    """On every page of a station for invented people, so that nobody takes it for the real one."""
    made = Elided(tr("Training: nothing is sent to a real server"))
    made.setObjectName("training")
    return made


def align(words: QLabel, *, right_to_left: bool) -> None:
    """To the side where lines begin. Qt goes by the text's own direction: in an Arabic window every number and
    Latin name would stand at the wrong side."""
    side = Qt.AlignmentFlag.AlignRight if right_to_left else Qt.AlignmentFlag.AlignLeft
    words.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


_SIGNS = {"good": "✓", "warn": "!", "bad": "✗"}


def sign(kind: str) -> QLabel:
    """``good``, ``warn`` or ``bad``: a mark that says so in its shape as well as in its colour."""
    made = label(_SIGNS[kind], "sign", wrap=False)
    made.setProperty("kind", kind)
    return made


class _ShownButtons(QObject):
    """``changed`` when a button came, went or was renamed anywhere: who gives out letters listens."""

    changed = Signal()


shown_buttons = _ShownButtons()


class Button(QPushButton):
    """A push button deaf to the second half of a double click: that one would land on the next page's button.

    It may have a letter (Alt and the letter press it), shown without being a part of its text.
    """

    def __init__(self, text: str = "") -> None:
        self.letter = ""
        self.takes_letter = True
        super().__init__(text)

    @property
    def spoken(self) -> str:
        return self.text() or self.accessibleName()

    @property
    def has_own_keys(self) -> bool:
        """A key that its page gave it, and shows itself."""
        return not self.takes_letter or (not self.letter and not self.shortcut().isEmpty())

    def give_letter(self, letter: str) -> None:
        """From A to Z, or none."""
        if letter != self.letter:
            self.letter = letter
            self.setShortcut(QKeySequence(f"Alt+{letter}") if letter else QKeySequence())
            self.updateGeometry()
            self.update()

    @reimplemented
    def setText(self, text: str) -> None:
        keys = self.shortcut()
        super().setText(text)  # which forgets the key
        self.setShortcut(keys)
        shown_buttons.changed.emit()

    @reimplemented
    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        option.text = with_letter(self.text(), self.letter)

    @reimplemented
    def sizeHint(self) -> QSize:
        """Where the script has no A to Z, room for the letter also while there is none: nothing jumps then."""
        hint = super().sizeHint()
        if self.text() and not any(each in ascii_letters for each in self.text()):
            hint.setWidth(hint.width() + self.fontMetrics().horizontalAdvance(" (M)"))
        return hint

    @reimplemented
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    @reimplemented
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        shown_buttons.changed.emit()

    @reimplemented
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        shown_buttons.changed.emit()


def with_letter(text: str, letter: str) -> str:
    """``text`` as Qt draws it with ``letter`` underlined: at the start of a word, within one, or behind it all."""
    plain = text.replace("&", "&&")
    if not letter or not text:
        return plain
    places = [at for at, each in enumerate(text) if each.upper() == letter]
    if not places:
        return f"{plain} (&{letter})"
    at = next((each for each in places if each == 0 or text[each - 1] == " "), places[0])
    return f"{text[:at].replace('&', '&&')}&{text[at:].replace('&', '&&')}"


def button(text: str, *, primary: bool = False) -> Button:
    made = Button(text)
    if primary:
        made.setObjectName("primary")
        made.setDefault(True)
    made.setAutoDefault(True)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def link(text: str) -> Button:
    made = Button(text)
    made.setObjectName("link")
    made.setAutoDefault(True)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    return made


class Choice(QComboBox):
    """A list that the mouse wheel scrolls past: rolling over it must not change an answer. It opens below its box:
    what Qt lays over the box is too low for the rows of a style sheet, and cuts the last one."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setItemDelegate(QStyledItemDelegate(self))  # Qt's own for lists knows no style sheet

    @reimplemented
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def password_box(name: str) -> QLineEdit:
    box = QLineEdit()
    box.setEchoMode(QLineEdit.EchoMode.Password)
    box.setAccessibleName(name)
    return box


def code_box() -> QLineEdit:
    """Six digits, shown: they are worth nothing half a minute later."""
    box = QLineEdit()
    box.setAccessibleName(tr("Code of your authenticator"))
    box.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
    box.setMaxLength(7)
    return box


class Card(QFrame):
    """A white panel with its own column."""

    def __init__(self, margin: int = 18, spacing: int = 10) -> None:
        super().__init__()
        self.setObjectName("card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(margin, margin, margin, margin)
        self.column.setSpacing(spacing)


class Note(QLabel):
    """One sentence with a tone: ``plain``, ``good``, ``warn`` or ``bad``. Hidden while it says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", "plain")
        self.hide()

    def say(self, text: str, tone: str = "plain") -> None:
        self.setText(text)
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setVisible(bool(text))
        if self.isVisible():
            from PySide6.QtGui import QAccessible, QAccessibleEvent  # which few pages need at once

            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @reimplemented
    def clear(self) -> None:
        self.say("")


def mark(widget: QWidget, name: str, *, value: bool) -> None:
    """Set a property the style sheet looks at, and let it look again."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def scrolling(content: QWidget, *, clear: bool = False) -> QScrollArea:
    """``clear`` lets what is behind show through, as inside a card."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setMinimumHeight(theme.px(_LEAST_LIST))
    if not theme.is_large():
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if clear:
        area.setObjectName("clear")
    else:
        content.setObjectName("ground")
    put_into(area, content)
    return area


def put_into(area: QScrollArea, content: QWidget) -> None:
    """``setWidget``, with the content's place known to Qt for Python as Qt has it: in the viewport.

    Qt for Python takes the area itself for the parent. Where the collector then finds a page of which something
    within the area holds the page, the content is ended twice, and with it the process.
    """
    area.setWidget(content)
    content.setParent(area.viewport())


def empty(layout: QLayout) -> None:
    """Take everything out of ``layout`` and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        if item is None:
            return
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty(inner)
