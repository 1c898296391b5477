"""How near the station is to what would stop it: the nearest limit, and what else is near, in words and a bar."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QProgressBar, QWidget

from muster.domain.limits import Limit
from muster.ui import names, theme
from muster.ui.widgets.parts import empty, label, mark

_MOST = 3
_BAR_WIDTH = 90
_BAR_HEIGHT = 8  # as high as a line it looks like a box to type into
_NEAR = 0.8  # of a limit used up: time to do something about it


class LimitMeter(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(12)
        self._rows.setVerticalSpacing(6)
        self._rows.setColumnStretch(0, 1)

    def show_limits(self, limits: Sequence[Limit]) -> None:
        """The nearest come first."""
        empty(self._rows)
        shown = [each for place, each in enumerate(limits) if place == 0 or each.share >= _NEAR][:_MOST]
        for row, limit in enumerate(shown):
            words = names.limit_words(limit)
            near = limit.share >= _NEAR
            self._rows.addWidget(label(words, "finding" if near else "soft"), row, 0)
            bar = QProgressBar()
            bar.setTextVisible(False)
            bar.setFixedSize(theme.px(_BAR_WIDTH), theme.px(_BAR_HEIGHT))
            bar.setRange(0, 100)
            bar.setValue(round(100 * limit.share))
            bar.setAccessibleName(words)
            mark(bar, "poor", value=near)
            self._rows.addWidget(bar, row, 1)
