"""A button with a title and words below it, as high as they need."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout

from muster.ui.widgets.parts import Button, label

_WIDTH = 280


class LargeButton(Button):
    """Speaks its title; what stands below it is its description, also to a screen reader."""

    def __init__(self, title: str, words: str = "", warning: str = "", *, width: int = _WIDTH) -> None:
        super().__init__()
        self._width = width
        self.setObjectName("large")
        self.setAutoDefault(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(title)
        self.setAccessibleDescription(" ".join(each for each in (words, warning) if each))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(18, 14, 18, 14)
        self.column.setSpacing(4)
        for text, name in ((title, "section"), (words, "soft"), (warning, "finding")):
            if text:
                line = label(text, name)
                line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                self.column.addWidget(line)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(48, self.column.totalHeightForWidth(width))

    def sizeHint(self) -> QSize:
        return QSize(self._width, self.heightForWidth(self._width))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
