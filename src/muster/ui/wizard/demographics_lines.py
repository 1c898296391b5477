"""The lines that may stand below a field: what a document says otherwise, and a word that is not wanted.

Each asks one question with its answers beside it, in the place where it came up, and leaves the rest of the form
to be typed on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from muster.domain.prefill import Conflict, PrefilledField
from muster.ui import theme
from muster.ui.language import tr
from muster.ui.widgets.origin_mark import origin_source, sureness_words
from muster.ui.widgets.parts import button, label


class _Line(QFrame):
    """A sentence, and below it the answers."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self.setObjectName("question")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*(theme.px(theme.CLOSE),) * 4)
        self.column.setSpacing(theme.px(theme.TIGHT))
        self.words = label(sentence)
        self.answers = QHBoxLayout()
        self.answers.setSpacing(theme.px(theme.CLOSE))
        self.answers.addStretch(1)
        self.column.addWidget(self.words)
        self.column.addLayout(self.answers)

    def offer(self, words: str, pressed: Callable[[], None]) -> QPushButton:
        made = button(words)
        made.setObjectName("small")
        made.setAccessibleDescription(self.words.text())
        made.clicked.connect(pressed)
        self.answers.insertWidget(self.answers.count() - 1, made)
        return made


class ConflictLine(_Line):
    """``said`` and ``standing`` are the two values as the officer reads them."""

    taken = Signal()
    kept = Signal()

    def __init__(self, conflict: Conflict, said: str, standing: str) -> None:
        super().__init__(
            tr(
                "{source} says {said}; here it says {standing}.",
                source=origin_source(conflict.said.origin),
                said=_apart(said),
                standing=_apart(standing),
            )
        )
        self.take = self.offer(tr("Take it"), self.taken.emit)
        self.keep = self.offer(tr("Keep mine"), self.kept.emit)


class OfferLine(_Line):
    """What a source read for an empty field, not surely enough to be filled in by itself."""

    taken = Signal()

    def __init__(self, offered: PrefilledField, said: str) -> None:
        super().__init__(
            tr(
                "{source} says {said} ({sure}).",
                source=origin_source(offered.origin),
                said=_apart(said),
                sure=sureness_words(offered.sureness),
            )
        )
        self.take = self.offer(tr("Take it"), self.taken.emit)


def _apart(value: str) -> str:
    """Unicode's isolates: a date in the middle of Arabic keeps its year in front, an Arabic name its own way."""
    return f"\u2068{value}\u2069"


class BlockedWordLine(_Line):
    """``kept`` brings why the word stays; ``written_differently`` asks for the box."""

    kept = Signal(str)
    written_differently = Signal()

    def __init__(self, sentence: str, reason: str = "") -> None:
        super().__init__(sentence)
        self.reason = QLineEdit(reason)
        self.reason.setPlaceholderText(tr("Why it stays"))
        self.reason.setAccessibleName(tr("Why it stays"))
        self.reason.hide()
        self.column.insertWidget(1, self.reason)
        self.differently = self.offer(tr("Write differently"), self.written_differently.emit)
        self.keep = self.offer(tr("Keep it, because …"), self._keep)
        self.reason.returnPressed.connect(self._keep)

    def _keep(self) -> None:
        """First press asks for the reason, the next gives it."""
        if self.reason.isHidden():
            self.reason.show()
            self.keep.setText(tr("Keep it"))
            self.reason.setFocus()
        elif self.reason.text().strip():
            self.kept.emit(self.reason.text().strip())
        else:
            self.reason.setFocus()
