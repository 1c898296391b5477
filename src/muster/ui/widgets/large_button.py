"""A button with a title and words below it, as high as they need."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout

from muster.ui import theme
from muster.ui.reimplemented import reimplemented
from muster.ui.widgets.parts import Button, label

_WIDTH = 280
_LEAST_HEIGHT = 48


class LargeButton(Button):
    """Speaks its title; what stands below it is its description, also to a screen reader."""

    def __init__(self, title: str, words: str = "", warning: str = "", *, width: int = _WIDTH) -> None:
        super().__init__()
        self._width = theme.px(width)
        self.setObjectName("large")
        self.setAutoDefault(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(title)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(18, 14, 18, 14)
        self._column.setSpacing(4)
        self._words, self._warning = label("", "soft"), label("", "finding")
        for line in (label(title, "section"), self._words, self._warning):
            line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._column.addWidget(line)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.say(words, warning)

    def set_margins(self, aside: int, above: int) -> None:
        """Between the words and the edge: for buttons that stand in a row."""
        self._column.setContentsMargins(aside, above, aside, above)
        self.updateGeometry()

    def say(self, words: str, warning: str = "") -> None:
        """What stands below the title."""
        for line, text in ((self._words, words), (self._warning, warning)):
            line.setText(text)
            line.setVisible(bool(text))
        self.setAccessibleDescription(" ".join(each for each in (words, warning) if each))
        self.updateGeometry()

    @reimplemented
    def hasHeightForWidth(self) -> bool:
        return True

    @reimplemented
    def heightForWidth(self, width: int) -> int:
        return max(theme.px(_LEAST_HEIGHT), self._column.totalHeightForWidth(width))

    @reimplemented
    def sizeHint(self) -> QSize:
        return QSize(self._width, self.heightForWidth(self._width))

    @reimplemented
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
