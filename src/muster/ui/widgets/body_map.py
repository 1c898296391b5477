"""A drawing of the fingers or eyes of one placement, each coloured by how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from muster.domain.biometrics import BiometricAttribute, Modality
from muster.ui import theme


class Mark(Enum):
    """How a finger or eye stands, with its line and fill colours."""

    WANTED = (theme.SOFT_INK, "#e4e9ed")
    GOOD = (theme.GOOD, "#9ed3b1")
    POOR = (theme.WARN, "#f3c77b")
    EXCEPTION = (theme.SOFT_INK, "#ffffff")


# Fingertip heights as a hand held up shows them, 0..1, left hand from little to index.
_HEIGHTS = {"little": 0.62, "ring": 0.86, "middle": 0.95, "index": 0.84, "thumb": 0.8}
_ORDER = (
    BiometricAttribute.LEFT_LITTLE,
    BiometricAttribute.LEFT_RING,
    BiometricAttribute.LEFT_MIDDLE,
    BiometricAttribute.LEFT_INDEX,
    BiometricAttribute.LEFT_THUMB,
    BiometricAttribute.RIGHT_THUMB,
    BiometricAttribute.RIGHT_INDEX,
    BiometricAttribute.RIGHT_MIDDLE,
    BiometricAttribute.RIGHT_RING,
    BiometricAttribute.RIGHT_LITTLE,
    BiometricAttribute.LEFT_EYE,
    BiometricAttribute.RIGHT_EYE,
)


def display_order(attribute: BiometricAttribute) -> int:
    """From the little finger of the left hand to that of the right, as hands lie on a table; then the eyes."""
    return _ORDER.index(attribute)


class BodyMap(QWidget):
    """The hand is drawn as its owner sees it, back up, so left stays left in every language."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: Mapping[BiometricAttribute, Mark] = {}
        self.setMinimumSize(QSize(200, 110))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_marks(self, marks: Mapping[BiometricAttribute, Mark]) -> None:
        self._marks = marks
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = [each for each in _ORDER if each in self._marks]
        for place, attribute in enumerate(shown):
            self._draw(painter, attribute, place, len(shown))
        painter.end()

    def _draw(self, painter: QPainter, attribute: BiometricAttribute, place: int, count: int) -> None:
        line, fill = self._marks[attribute].value
        style = Qt.PenStyle.DashLine if self._marks[attribute] is Mark.EXCEPTION else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(line), 2.5, style))
        painter.setBrush(QColor(fill))
        step = min(58.0, self.width() / max(count, 1))
        centre = self.width() / 2 + (place - (count - 1) / 2) * step
        if attribute.modality is Modality.IRIS:
            self._draw_eye(painter, centre + (-24 if place == 0 else 24))
        else:
            height = self.height() * _HEIGHTS[attribute.name.split("_")[1].lower()]
            painter.drawRoundedRect(QRectF(centre - 19, self.height() - height, 38, height + 30), 19, 19)

    def _draw_eye(self, painter: QPainter, centre: float) -> None:
        middle = self.height() / 2
        painter.drawEllipse(QPointF(centre, middle), 42, 26)
        painter.setBrush(QColor(theme.INK))
        painter.drawEllipse(QPointF(centre, middle), 11, 11)
