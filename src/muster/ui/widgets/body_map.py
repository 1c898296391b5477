"""A drawing of the fingers or eyes of one placement, each with its quality and marked by how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QLocale, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from muster.domain.biometrics import BiometricAttribute, Modality
from muster.ui import theme


class Mark(Enum):
    """How a finger or eye stands, with the theme's names of its line and fill colours."""

    WANTED = ("soft_ink", "off")
    JUDGING = ("accent", "accent_pale")
    GOOD = ("good", "good_fill")
    POOR = ("warn", "warn_fill")
    EXCEPTION = ("soft_ink", "paper")


@dataclass(frozen=True, slots=True)
class Finger:
    """Or an eye: ``quality`` 0..100 where one is known."""

    mark: Mark
    quality: float | None = None


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
        self._fingers: Mapping[BiometricAttribute, Finger] = {}
        self.setMinimumSize(QSize(200, 124))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_fingers(self, fingers: Mapping[BiometricAttribute, Finger]) -> None:
        self._fingers = fingers
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = [each for each in _ORDER if each in self._fingers]
        for place, attribute in enumerate(shown):
            self._draw(painter, attribute, place, len(shown))
        painter.end()

    def _draw(self, painter: QPainter, attribute: BiometricAttribute, place: int, count: int) -> None:
        finger = self._fingers[attribute]
        line, fill = (getattr(theme.colours(), name) for name in finger.mark.value)
        style = Qt.PenStyle.DashLine if finger.mark is Mark.EXCEPTION else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(line), 2.5, style))
        painter.setBrush(QColor(fill))
        step = min(58.0, self.width() / max(count, 1))
        centre = self.width() / 2 + (place - (count - 1) / 2) * step
        if attribute.modality is Modality.IRIS:
            eye = centre + (-24 if place == 0 else 24)
            self._draw_eye(painter, eye)
            top, middle = self.height() / 2 + 34, eye
        else:
            top = self.height() - self.height() * _HEIGHTS[attribute.name.split("_")[1].lower()]
            painter.drawRoundedRect(QRectF(centre - 19, top, 38, self.height() - top + 30), 19, 19)
            top, middle = top + 12, centre
        self._draw_quality(painter, finger, middle, top, beside=attribute.modality is Modality.IRIS)

    def _draw_eye(self, painter: QPainter, centre: float) -> None:
        middle = self.height() / 2 - 8
        painter.drawEllipse(QPointF(centre, middle), 42, 26)
        painter.setBrush(QColor(theme.colours().ink))
        painter.drawEllipse(QPointF(centre, middle), 11, 11)

    def _draw_quality(self, painter: QPainter, finger: Finger, middle: float, top: float, *, beside: bool) -> None:
        """The number, and a sign that needs no colour under it; for an eye beside it."""
        known = finger.quality is not None and finger.mark in (Mark.GOOD, Mark.POOR)
        painter.setPen(QPen(QColor(theme.colours().ink), 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if known:
            font = painter.font()
            font.setBold(True)
            painter.setFont(font)
            number = QLocale().toString(int(finger.quality or 0))
            painter.drawText(QRectF(middle - 19, top, 38, 18), Qt.AlignmentFlag.AlignCenter, number)
        at = QPointF(middle + 22, top + 9) if known and beside else QPointF(middle, top + (28 if known else 12))
        self._draw_sign(painter, finger.mark, at)

    def _draw_sign(self, painter: QPainter, mark: Mark, at: QPointF) -> None:
        if mark is Mark.GOOD:
            painter.drawPolyline([at + QPointF(-6, 0), at + QPointF(-2, 5), at + QPointF(7, -6)])
        elif mark is Mark.POOR:  # once more: an exclamation mark
            painter.drawLine(at + QPointF(0, -7), at + QPointF(0, 1))
            painter.drawPoint(at + QPointF(0, 6))
        elif mark is Mark.EXCEPTION:
            painter.drawLine(at + QPointF(-6, -6), at + QPointF(6, 6))
            painter.drawLine(at + QPointF(-6, 6), at + QPointF(6, -6))
        elif mark is Mark.JUDGING:
            for off in (-7, 0, 7):
                painter.drawPoint(at + QPointF(off, 0))
