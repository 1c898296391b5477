"""Figures: which there are, one of them drawn and in numbers, and what it says in a sentence.

A supervisor sees everybody's; an officer the own ones, beside the team's median.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from muster.errors import MusterError
from muster.ui import shortcuts, theme
from muster.ui.background import Background
from muster.ui.dashboard import words
from muster.ui.dashboard.figures_pdf import lay_out
from muster.ui.dashboard.plot import FigurePlot
from muster.ui.dashboard.table import FigureTable
from muster.ui.language import say_error, tr
from muster.ui.pages.page import Page
from muster.ui.reimplemented import reimplemented
from muster.ui.widgets.parts import Card, Choice, Note, button, label, scrolling
from muster.workstation.desk import Desk
from muster.workstation.figures import Figure, FigureName

_LANE = "figures"
_DAYS = (7, 30, 90)
_USUAL_DAYS = 30
_LINE = 34  # pixels at 100 %


class FiguresPage(Page):
    """``own`` shows nobody's but the operator's."""

    left = Signal()

    def __init__(self, desk: Desk, background: Background, *, own: bool = False) -> None:
        super().__init__()
        self._desk = desk
        self._background = background
        self._own = own
        self._asked = self._answered = 0
        self._is_counting = False
        self.figure: Figure | None = None
        self.ask_where: Callable[[str, str], str] = self._ask_where
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px(each) for each in (theme.PAGE, theme.GAP, theme.PAGE, theme.GAP)])
        column.setSpacing(theme.px(theme.CLOSE))
        column.addLayout(self._head())
        middle = QHBoxLayout()
        middle.setSpacing(theme.px(theme.GAP))
        self.list = self._list()
        middle.addWidget(self.list)
        middle.addWidget(self._shown(), 1)
        column.addLayout(middle, 1)
        self.note = Note()
        column.addWidget(self.note)
        self.list.currentRowChanged.connect(self.read)

    # Building

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(theme.CLOSE))
        row.addWidget(label(tr("My figures") if self._own else tr("Figures"), "title", wrap=False), 1)
        self.days = Choice(tr("When"))
        for days in _DAYS:
            self.days.addItem(tr("in the last {days} days", days=days), days)
        self.days.addItem(tr("at any time"), 0)
        self.days.setCurrentIndex(_DAYS.index(_USUAL_DAYS))
        self.days.activated.connect(self.read)
        row.addWidget(self.days)
        self.csv = button(tr("Write the numbers"))
        self.csv.setToolTip(tr("The table that is shown, as a file for a spreadsheet (CSV)"))
        self.csv.clicked.connect(self._write_csv)
        row.addWidget(self.csv)
        self.pdf = button(tr("Write a report"))
        self.pdf.setToolTip(tr("All figures of these days as one signed file (PDF)"))
        self.pdf.clicked.connect(self._compose_pdf)
        row.addWidget(self.pdf)
        self.back = button(tr("Back to the desk"))
        self.back.clicked.connect(self.left)
        row.addWidget(self.back)
        return row

    def _list(self) -> QListWidget:
        made = QListWidget()
        made.setAccessibleName(tr("Which figure"))
        made.setFixedWidth(theme.px(210))
        for name in FigureName:
            if name.is_own == self._own:
                item = QListWidgetItem(words.figure_name(name))
                item.setData(Qt.ItemDataRole.UserRole, name)
                item.setSizeHint(QSize(0, theme.px(_LINE)))
                made.addItem(item)
        return made

    def _shown(self) -> QWidget:
        card = Card(margin=theme.px(theme.GAP), spacing=theme.px(theme.CLOSE))
        self.title = label("", "section", wrap=False)
        card.column.addWidget(self.title)
        self.said = Note()
        card.column.addWidget(self.said)
        self.both = QSplitter(Qt.Orientation.Vertical if theme.is_large() else Qt.Orientation.Horizontal)
        self.both.setChildrenCollapsible(False)
        self.plot = FigurePlot()
        self.both.addWidget(scrolling(self.plot, clear=True))
        self.table = FigureTable()
        self.both.addWidget(self.table)
        self.both.setSizes([theme.px(520), theme.px(520)])
        card.column.addWidget(self.both, 1)
        card.column.addStretch(0)
        shortcuts.add(self, "Ctrl+Down", tr("Next figure"), partial(self._go, 1))
        shortcuts.add(self, "Ctrl+Up", tr("Figure before"), partial(self._go, -1))
        return card

    @reimplemented
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "plot"):
            self.plot.redraw()

    # Reading

    def enter(self) -> None:
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self.list.setFocus()
        self._is_counting = True
        self._run(partial(self._desk.figures.begin, own=self._own), self._counted)

    @property
    def name(self) -> FigureName:
        name = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        assert isinstance(name, FigureName)
        return name

    @property
    def is_reading(self) -> bool:
        """Whether what is shown is not yet what was asked for."""
        return self._is_counting or self._answered != self._asked

    def read(self, *_: object) -> None:
        self._asked += 1
        self._run(partial(self._read, self.days.currentData(), self.name), partial(self._show, self._asked))

    def _read(self, days: int, name: FigureName) -> Figure:
        """Runs on a lane: asks no widget. ``days`` 0 is at any time."""
        figures = self._desk.figures
        first, last = figures.days()
        return figures.figure(name, last - timedelta(days=days - 1) if days else first, last)

    def _counted(self, left: int) -> None:
        """What was never counted takes a while; what was so far is shown meanwhile."""
        if left:
            self.note.say(tr("{count} older records are still being counted.", count=left))
            self._run(self._desk.figures.go_on_counting, self._counted)
            return
        self._is_counting = False
        self.note.clear()
        self.read()

    def _show(self, asked: int, figure: Figure) -> None:
        if asked != self._asked:  # another one was wanted meanwhile
            return
        self._answered = asked
        self.figure = figure
        self.title.setText(words.figure_name(figure.name))
        tone = "warn" if any(each.asks for each in figure.said) else "plain"
        self.said.say("\n".join(map(words.said_words, figure.said)), tone)
        self.both.setVisible(bool(figure.rows))
        self.plot.show_figure(figure)
        self.table.show_figure(figure)
        self.csv.setEnabled(bool(figure.rows))

    def _go(self, by: int) -> None:
        self.list.setCurrentRow(min(max(self.list.currentRow() + by, 0), self.list.count() - 1))

    # Files

    def _write_csv(self, *_: object) -> None:
        figure = self.figure
        if figure is None:
            return
        path = self.ask_where(f"{figure.name.value}.csv", "CSV (*.csv)")
        if path:
            write = partial(self._desk.figures.write_csv, figure, Path(path))
            self._run(write, lambda nothing: self._written(Path(path)))

    def _compose_pdf(self, *_: object) -> None:
        path = self.ask_where("my-figures.pdf" if self._own else "figures.pdf", "PDF (*.pdf)")
        if path:
            self.pdf.setEnabled(False)
            names = [self.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.list.count())]
            read = partial(self._read, self.days.currentData())
            self._run(lambda: tuple(map(read, names)), partial(self._write_pdf, Path(path)))

    def _write_pdf(self, path: Path, figures: tuple[Figure, ...]) -> None:
        """Laid out in the window's thread, where its letters are; signed in a lane."""
        laid_out = lay_out(figures, self._desk.station.ref_id)
        write = partial(self._desk.figures.write_pdf, figures, laid_out, path)
        self._run(write, lambda nothing: self._written(path))

    def _written(self, path: Path) -> None:
        self.pdf.setEnabled(True)
        self.note.say(tr("The figures are written: {file}", file=path.name), "good")

    def _ask_where(self, name: str, kinds: str) -> str:
        path, _ = QFileDialog.getSaveFileName(self, tr("Write figures"), name, kinds)
        return path

    def _run(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._background.run(self, _LANE, work, done, self._fail)

    def _fail(self, error: MusterError) -> None:
        self.pdf.setEnabled(True)
        self.note.say(say_error(error), "bad")
