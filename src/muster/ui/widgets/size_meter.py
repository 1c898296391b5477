"""How large the packet is going to be, beside how large it may be: one line in words, one bar in colour."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from muster.ui import theme
from muster.ui.language import say_finding, tr
from muster.ui.widgets.parts import label, mark
from muster.workstation.packet_size import PacketSize

_BAR_WIDTH = 220


class SizeMeter(QWidget):
    """Says nothing alarming while all fits; whoever hears the screen hears the words with the bar."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(theme.px(_BAR_WIDTH))
        self.words = label("", "soft")
        row.addWidget(self.bar)
        row.addWidget(self.words, 1)

    def show_size(self, size: PacketSize) -> None:
        self.bar.setRange(0, size.limit)
        self.bar.setValue(min(size.expected, size.limit))
        mark(self.bar, "poor", value=not size.fits)
        finding = size.finding
        words = say_finding(finding) if finding else _calm_words(size)
        self.words.setText(words)
        mark(self.words, "warning", value=finding is not None)
        self.bar.setAccessibleName(words)


def _calm_words(size: PacketSize) -> str:
    limit, now, expected = (_megabytes(each) for each in (size.limit, size.now, size.expected))
    if size.now == size.expected:
        return tr("Size: about {now} MB of {limit} MB that can be sent.", now=now, limit=limit)
    return tr(
        "Size: {now} MB so far, about {expected} MB with all that is to come, of {limit} MB that can be sent.",
        now=now,
        expected=expected,
        limit=limit,
    )


def _megabytes(size: int) -> str:
    whole, tenth = divmod(round(size / 100_000), 10)
    return tr("{whole}.{tenth}", whole=whole, tenth=tenth)
