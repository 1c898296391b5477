"""A field to sign in, with a mouse, a finger or a pen. Signature pads present themselves as pens."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QTabletEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from muster.ui import theme
from muster.ui.reimplemented import reimplemented
from muster.workstation.person_screen import Handwriting, Point

_PEN = 3.0
_HINT_BASELINE = 0.72


class SignaturePad(QWidget):
    """``written`` whenever something was added or everything was taken away. Strokes keep the pressure and the
    times that the pointer reports."""

    written = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(QSize(theme.px(320), theme.px(110)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._strokes: list[list[Point]] = []
        self._begun_ms: int | None = None
        self._is_down = False

    @property
    def handwriting(self) -> Handwriting | None:
        """Nothing while nobody wrote."""
        made = Handwriting(self.width(), self.height(), tuple(map(tuple, self._strokes)))
        return made if made.is_written else None

    def clear(self) -> None:
        self._strokes, self._begun_ms, self._is_down = [], None, False
        self.update()
        self.written.emit()

    # Pointers. A pen that is understood here sends no mouse events beside.

    @reimplemented
    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()
        kind = event.type()
        if kind is QEvent.Type.TabletPress:
            self._begin(event.position(), event.timestamp(), event.pressure())
        elif kind is QEvent.Type.TabletMove:
            self._go_on(event.position(), event.timestamp(), event.pressure())
        elif kind is QEvent.Type.TabletRelease:
            self._end()

    @reimplemented
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._begin(event.position(), event.timestamp(), event.points()[0].pressure())

    @reimplemented
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._go_on(event.position(), event.timestamp(), event.points()[0].pressure())

    @reimplemented
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._end()

    def _begin(self, place: QPointF, at_ms: int, pressure: float) -> None:
        if self._begun_ms is None:
            self._begun_ms = at_ms
        self._is_down = True
        self._strokes.append([])
        self._go_on(place, at_ms, pressure)

    def _go_on(self, place: QPointF, at_ms: int, pressure: float) -> None:
        if not self._is_down or self._begun_ms is None:
            return
        x, y = min(max(place.x(), 0.0), float(self.width())), min(max(place.y(), 0.0), float(self.height()))
        told = pressure if 0 < pressure <= 1 else 1.0
        self._strokes[-1].append(Point(round(x, 1), round(y, 1), max(0, at_ms - self._begun_ms), round(told, 3)))
        self.update()
        self.written.emit()

    def _end(self) -> None:
        self._is_down = False

    @reimplemented
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.colours()
        painter.setPen(QPen(QColor(colours.edge), 1.5))
        painter.setBrush(QColor(colours.paper))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        line = self.height() * _HINT_BASELINE
        painter.setPen(QPen(QColor(colours.line), 1.5))
        painter.drawLine(QPointF(20, line), QPointF(self.width() - 20, line))
        for stroke in self._strokes:
            for start, end in pairwise(stroke):
                painter.setPen(_pen(end.pressure))
                painter.drawLine(QPointF(start.x, start.y), QPointF(end.x, end.y))
        painter.end()


def _pen(pressure: float) -> QPen:
    width = _PEN * (0.4 + 0.6 * pressure)
    return QPen(QColor(theme.colours().ink), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
