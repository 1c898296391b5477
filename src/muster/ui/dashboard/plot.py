"""A figure, drawn: bars or lines over time, bars side by side, or a dot in the range it lies in.

Nothing is told by colour alone: series differ in their dashes and carry their names at their ends, and every dot
and bar has its number beside it. In languages that are written from the right, so is the drawing. It is for
looking at: the same numbers stand in the table beside it, which is what the keyboard and a screen reader get.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from muster.ui import theme
from muster.ui.dashboard import words
from muster.ui.language import tr
from muster.ui.reimplemented import reimplemented
from muster.workstation.figures import Column, Figure, Form

_ROW = 30  # pixels at 100 %
_LEAST_HEIGHT = 240
_NUMBERS_WIDE = 46
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
_SYMBOLS = ("o", "s", "t")
_MOST_TICKS = 7
_LEAST_ROWS = 7  # so that one bar alone is a bar
_BETWEEN_NAMES = 0.07  # of the highest value
_HUNDRED = [(each, str(each)) for each in range(0, 101, 20)]
_OF_A_HUNDRED = (Column.AT_LEAST, Column.QUALITY)
_LEFT, _RIGHT = 0.0, 1.0


class FigurePlot(pg.PlotWidget):  # type: ignore[misc]  # pyqtgraph has no types
    """``colours`` are the window's unless others are given, for paper."""

    def __init__(self, colours: theme.Colours | None = None) -> None:
        super().__init__()
        self._paper = colours
        self.figure: Figure | None = None
        self._mirrored = QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
        # Mirrored once, by us: a layout that mirrors its axes as well would put them back.
        self.getPlotItem().setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMenuEnabled(False)
        self.setMouseEnabled(False, False)
        self.hideButtons()
        self.setFrameShape(pg.PlotWidget.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def colours(self) -> theme.Colours:
        return self._paper or theme.colours()

    @reimplemented
    def wheelEvent(self, event: object) -> None:
        """For the page behind: there is nothing here to be turned."""
        event.ignore()  # type: ignore[attr-defined]

    @reimplemented
    def sizeHint(self) -> QSize:
        rows = len(self.figure.rows) if self.figure and self.figure.form is not Form.TIME else 0
        return QSize(theme.px(420), max(theme.px(_LEAST_HEIGHT), theme.px(_ROW) * (rows + 2)))

    @reimplemented
    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None and event.size().width() != event.oldSize().width():  # it is called while being made
            self.redraw()  # how much room words need depends on it

    def show_figure(self, figure: Figure) -> None:
        self.figure = figure
        self.setMinimumHeight(self.sizeHint().height())
        self.redraw()

    def redraw(self) -> None:
        """Also when colours or sizes changed."""
        figure = self.figure
        self.clear()
        if figure is None:
            return
        self.setBackground(self.colours.paper)
        self._dress_axes(figure)
        name = words.figure_name(figure.name)
        self.setAccessibleName(tr("{name}, drawn. The numbers stand in the table.", name=name))
        if not figure.rows:
            return
        if figure.form is Form.TIME:
            self._draw_time(figure)
        elif figure.form is Form.BARS:
            self._draw_bars(figure)
        else:
            self._draw_ranges(figure)

    # Axes

    def _dress_axes(self, figure: Figure) -> None:
        near = "right" if self._mirrored else "left"
        self.getViewBox().invertX(self._mirrored)
        for side in ("left", "right", "top", "bottom"):
            self.showAxis(side, side in (near, "bottom"))
        for side in (near, "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(self.colours.line))
            axis.setTextPen(pg.mkPen(self.colours.soft_ink))
            axis.setStyle(tickFont=self._font(theme.SMALL), tickLength=-4, autoReduceTextSpace=False)
            axis.setTicks(None)
            axis.setZValue(-10)  # behind what is drawn
        self._near = self.getAxis(near)
        self._near.setWidth(theme.px(_NUMBERS_WIDE))
        self.showGrid(x=figure.form is Form.RANGES, y=figure.form is Form.TIME, alpha=0.25)

    def _name_rows(self, figure: Figure) -> None:
        """The first on top."""
        metrics = self._metrics()
        names = [words.label_of(figure, place) for place in range(len(figure.rows))]
        widest = theme.px(190)
        shown = [metrics.elidedText(each, Qt.TextElideMode.ElideMiddle, widest) for each in names]
        self._near.setTicks([[(-place, name) for place, name in enumerate(shown)]])
        width = max(metrics.horizontalAdvance(each) for each in shown)
        self._near.setWidth(width + theme.px(14))
        above = 0.6 if figure.beside is None else 0.9
        self.setYRange(-max(len(names), _LEAST_ROWS) + 0.4, above, padding=0)

    def _name_days(self, days: Sequence[date]) -> None:
        every = max(1, -(-len(days) // _MOST_TICKS))
        ticks = [(each.toordinal(), each.strftime("%m-%d")) for each in days[::every]]
        self.getAxis("bottom").setTicks([ticks])

    # Forms

    def _draw_time(self, figure: Figure) -> None:
        days = [each for row in figure.rows if isinstance(each := row[0], date)]
        places = [each.toordinal() for each in days]
        series = [[_number(row[at]) for row in figure.rows] for at in range(1, len(figure.columns))]
        highest = max((max(each) for each in series), default=0.0) or 1.0
        step = min((b - a for a, b in pairwise(places)), default=1)
        if len(series) == 1:
            bars = pg.BarGraphItem(
                x=places, height=series[0], width=0.8 * step, brush=self.colours.accent, pen=self.colours.accent
            )
            self.addItem(bars)
        else:
            self._draw_lines(figure, places, series)
        self._name_days(days)
        self.setYRange(0, 1.2 * highest, padding=0)
        low, high = places[0] - 0.6 * step, places[-1] + 0.6 * step
        names = [words.column_name(each) for each in figure.columns[1:]] if len(series) > 1 else []
        self.setXRange(low, high + self._room_for(names, high - low), padding=0)

    def _draw_lines(self, figure: Figure, places: Sequence[int], series: Sequence[Sequence[float]]) -> None:
        tones = (self.colours.accent, self.colours.good, self.colours.bad)
        for number, values in enumerate(series):
            tone = tones[number % len(tones)]
            pen = pg.mkPen(tone, width=2, style=_DASHES[number % len(_DASHES)])
            symbol = _SYMBOLS[number % len(_SYMBOLS)]
            self.plot(places, values, pen=pen, symbol=symbol, symbolSize=6, symbolBrush=tone, symbolPen=tone)
        apart = _BETWEEN_NAMES * (max(max(each) for each in series) or 1.0)
        at = -apart / 2
        for number in sorted(range(len(series)), key=lambda each: series[each][-1]):
            at = max(series[number][-1], at + apart)  # names do not stand on each other
            name = words.column_name(figure.columns[number + 1])
            self._write(f" {name}", places[-1], at, tones[number % len(tones)], beside=True)

    def _draw_bars(self, figure: Figure) -> None:
        self._name_rows(figure)
        values = [_number(row[figure.labels]) for row in figure.rows]
        places = [-place for place in range(len(values))]
        bars = pg.BarGraphItem(
            x0=0, y=places, width=values, height=0.6, brush=self.colours.accent, pen=self.colours.accent
        )
        self.addItem(bars)
        for value, place in zip(values, places, strict=True):
            self._write(words.number_words(value), value, place, self.colours.ink, beside=True)
        self.getAxis("bottom").setTicks([[]])  # every bar says how long it is
        highest = max(values) or 1.0
        self.setXRange(0, highest + self._room_for([words.number_words(highest)], highest), padding=0)

    def _draw_ranges(self, figure: Figure) -> None:
        self._name_rows(figure)
        first = figure.labels
        highest = 0.0
        beside = None if figure.beside is None else figure.columns.index(figure.beside)
        for number, row in enumerate(figure.rows):
            point, low, high = (_number(each) for each in row[first : first + 3])
            pen = pg.mkPen(self.colours.edge, width=3)
            self.plot([low, high], [-number, -number], pen=pen)
            self.plot(
                [point],
                [-number],
                pen=None,
                symbol="o",
                symbolSize=theme.px(10),
                symbolBrush=self.colours.accent,
                symbolPen=pg.mkPen(self.colours.paper, width=1),
            )
            end = high if beside is None else max(high, _number(row[beside]))
            self._write(words.number_words(point), end, -number, self.colours.ink, beside=True)
            highest = max(highest, end)
        if beside is not None:
            self._draw_beside(figure, beside)
        if any(each in _OF_A_HUNDRED for each in figure.columns):
            self.getAxis("bottom").setTicks([_HUNDRED])
            highest = 100.0
        self.setXRange(0, highest + self._room_for([words.number_words(99.9)], highest or 1.0), padding=0)

    def _draw_beside(self, figure: Figure, at: int) -> None:
        """What the dots are held against: a stroke across each row, named once."""
        known = [(number, _number(row[at])) for number, row in enumerate(figure.rows) if row[at] is not None]
        for number, value in known:
            pen = pg.mkPen(self.colours.ink, width=2)
            self.plot([value, value], [-number - 0.36, -number + 0.36], pen=pen)
        if known:
            number, value = known[0]
            name = words.column_name(figure.columns[at])
            self._write(name, value, -number + 0.36, self.colours.ink, beside=False)

    def _write(self, text: str, x: float, y: float, tone: str, *, beside: bool) -> None:
        """``beside`` the place, where lines go on; else over it."""
        away = _RIGHT if self._mirrored else _LEFT
        item = pg.TextItem(text, color=QColor(tone), anchor=(away, 0.5) if beside else (0.5, 1.0))
        item.setFont(self._font(theme.SMALL))
        item.setPos(x, y)
        self.addItem(item, ignoreBounds=True)

    def _room_for(self, texts: Sequence[str], span: float) -> float:
        """What has to be added to ``span`` so that the longest of these has its place behind it."""
        wide = max((self._metrics().horizontalAdvance(f"  {each} ") for each in texts), default=0)
        room = max(self.width() - self._near.width() - wide, theme.px(60))
        return span * wide / room

    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(self._font(theme.SMALL))

    def _font(self, size: float) -> QFont:
        font = QFont(QApplication.font())
        font.setPixelSize(theme.px(size))
        return font


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def drawn(figure: Figure, size: QSize, owner: QWidget | None = None) -> FigurePlot:
    """For paper, in light colours."""
    made = FigurePlot(theme.LIGHT)
    made.setParent(owner)
    made.show_figure(figure)
    made.resize(size.width(), max(size.height(), made.sizeHint().height()))
    return made
