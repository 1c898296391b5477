"""A link for what cannot be undone: it asks once more instead of a dialog that is clicked away unread."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy

from muster.ui.widgets.parts import Button

_THINK_MS = 1_000
_FORGET_QUESTION_MS = 8_000


class AskedTwice(Button):
    """``confirmed`` when it was pressed, asked ``question``, and was pressed again after a moment to think."""

    confirmed = Signal()

    def __init__(self, text: str, question: str) -> None:
        super().__init__(text)
        self._text, self._question = text, question
        self._is_asking = False
        self.setObjectName("link")
        self.setAutoDefault(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._pressed)

    def _pressed(self) -> None:
        if self._is_asking:
            self.confirmed.emit()
            return
        self._is_asking = True
        self.setText(self._question)
        self.setEnabled(False)
        QTimer.singleShot(_THINK_MS, self, partial(self.setEnabled, True))
        QTimer.singleShot(_FORGET_QUESTION_MS, self, self._forget)

    def _forget(self) -> None:
        self._is_asking = False
        self.setText(self._text)
