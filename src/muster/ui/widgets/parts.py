"""The few building blocks of every page: labels, buttons, cards, notes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QMouseEvent, QWheelEvent
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
    QVBoxLayout,
    QWidget,
)


def label(text: str, name: str = "", *, wrap: bool = True) -> QLabel:
    made = QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(wrap)
    made.setTextFormat(Qt.TextFormat.PlainText)
    align(made, right_to_left=QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft)
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


class Button(QPushButton):
    """A push button deaf to the second half of a double click: that one would land on the next page's button."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()


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
    """A list that the mouse wheel scrolls past: rolling over it must not change an answer."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def password_box(name: str) -> QLineEdit:
    box = QLineEdit()
    box.setEchoMode(QLineEdit.EchoMode.Password)
    box.setAccessibleName(name)
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
        if text:
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

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
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if clear:
        area.setObjectName("clear")
    else:
        content.setObjectName("ground")
    area.setWidget(content)
    return area


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
