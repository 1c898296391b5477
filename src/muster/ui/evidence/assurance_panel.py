"""How sure the station is of who somebody is, and what would make it surer. Nothing else of the evidence: why
something was doubted is not for whoever sits across."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from muster.domain.evidence import LevelOfAssurance, UpgradePath
from muster.ui import theme
from muster.ui.evidence import words
from muster.ui.language import tr
from muster.ui.widgets.parts import Card, empty, label, mark


class Badge(QWidget):
    """A word or two in a colour that says the same."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.words = label("", "badge", wrap=False)
        self.words.setProperty("tone", "plain")  # from the start, or it gets no room around the words
        row.addWidget(self.words)
        row.addStretch(1)

    def say(self, text: str, tone: str) -> None:
        self.words.setProperty("tone", tone)
        mark(self.words, "said", value=True)  # and let the style sheet look again, before it is measured
        self.words.setText(text)


class AssurancePanel(Card):
    """``brief`` leaves out what would raise it, where nothing more is going to be taken. ``bare`` has no edge,
    inside another card."""

    def __init__(self, *, brief: bool = False, bare: bool = False) -> None:
        super().__init__(margin=0 if bare else theme.px(theme.GAP), spacing=theme.px(theme.TIGHT))
        if bare:
            self.setObjectName("")
        self._brief = brief
        self.badge = Badge()
        self.meaning = label("", "soft")
        self._paths = QVBoxLayout()
        self._paths.setSpacing(theme.px(theme.TIGHT))
        self.column.addWidget(self.badge)
        self.column.addWidget(self.meaning)
        self.column.addLayout(self._paths)
        self.hide()

    def show_level(self, level: LevelOfAssurance, paths: tuple[UpgradePath, ...]) -> None:
        self.badge.say(words.level_words(level), words.level_tone(level))
        self.meaning.setText(words.level_meaning(level))
        empty(self._paths)
        told = [] if self._brief else words.what_raises(paths)
        if told:
            self._paths.addWidget(label(tr("What would raise it:"), "group"))
        for each in told:
            self._paths.addWidget(label(each, "soft"))
        self.show()
