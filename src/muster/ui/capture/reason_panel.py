"""Why: a list of reasons to press and a line for a comment, in the page instead of a dialog before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from muster.ui import theme
from muster.ui.language import tr
from muster.ui.widgets.parts import Button, button, empty, label, link


@dataclass(frozen=True, slots=True)
class Reason:
    """``value`` is what is sent; one that says little in itself asks for a comment."""

    words: str
    value: object
    needs_comment: bool = False


class ReasonPanel(QWidget):
    """``chosen`` with the reason's value and the comment; ``dismissed`` when it was not meant."""

    chosen = Signal(object, str)
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.reasons: list[Button] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(theme.CLOSE))
        self.title = label("", "section")
        self.never_mind = link(tr("Never mind"))
        self.never_mind.clicked.connect(self.dismissed)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.never_mind)
        column.addLayout(top)
        self.extra = QGridLayout()
        column.addLayout(self.extra)
        self.comment = QLineEdit()
        self.comment.setMaxLength(200)
        self.comment.setAccessibleName(tr("Comment"))
        column.addWidget(self.comment)
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.px(theme.CLOSE))
        column.addLayout(self._grid)
        column.addStretch(1)
        self._needing: list[Button] = []
        self.comment.textChanged.connect(self._look_at_comment)

    def ask(self, title: str, reasons: Sequence[Reason], *, with_comment: bool = True) -> None:
        self.title.setText(title)
        self.comment.clear()
        self.comment.setVisible(with_comment)
        needed = any(each.needs_comment for each in reasons)
        self.comment.setPlaceholderText(
            tr("Comment; needed for another reason") if needed else tr("Comment, if there is one")
        )
        empty(self._grid)
        self.reasons, self._needing = [], []
        for place, reason in enumerate(reasons):
            made = button(reason.words)
            made.setObjectName("choice")
            made.clicked.connect(partial(self._choose, reason))
            self._grid.addWidget(made, place // 2, place % 2)
            self.reasons.append(made)
            if reason.needs_comment:
                self._needing.append(made)
        self._look_at_comment()
        if self.reasons:
            self.reasons[0].setFocus()

    def _look_at_comment(self, *_: object) -> None:
        for each in self._needing:
            each.setEnabled(bool(self.comment.text().strip()))

    def _choose(self, reason: Reason, *_: object) -> None:
        self.chosen.emit(reason.value, self.comment.text().strip())
