"""A link for what cannot be undone: it asks once more instead of a dialog that is clicked away unread."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy

from muster.ui.widgets.parts import Button

_THINK_MS = 1_000
_FORGET_QUESTION_MS = 15_000


class AskedTwice(Button):
    """``confirmed`` when it was pressed, asked ``question``, and was pressed again after a moment to think.
    Meanwhile it stays enabled: disabled it would lose the keyboard to its neighbour."""

    confirmed = Signal()

    def __init__(self, text: str, question: str) -> None:
        super().__init__(text)
        self._text, self._question = text, question
        self._is_asking = self.was_thought_over = False
        self.setObjectName("link")
        self.setAutoDefault(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._pressed)

    def _pressed(self) -> None:
        if self._is_asking:
            if self.was_thought_over:
                self.confirmed.emit()
            return
        self._is_asking = True
        self.setText(self._question)
        QTimer.singleShot(_THINK_MS, self, self._think)
        QTimer.singleShot(_FORGET_QUESTION_MS, self, self._forget)

    def _think(self) -> None:
        self.was_thought_over = True

    def _forget(self) -> None:
        self._is_asking = self.was_thought_over = False
        self.setText(self._text)
