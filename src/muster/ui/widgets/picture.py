"""Showing a picture that may change twenty-five times a second."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from muster.ui import theme


def image_of(pixels: np.ndarray) -> QImage:
    """A QImage of its own from (h, w) grey or (h, w, 3) RGB, uint8."""
    content = np.ascontiguousarray(pixels)
    height, width = content.shape[:2]
    kind = QImage.Format.Format_Grayscale8 if content.ndim == 2 else QImage.Format.Format_RGB888
    return QImage(content.data, width, height, content.strides[0], kind).copy()


def side_by_side(pictures: list[np.ndarray]) -> np.ndarray:
    """Several grey pictures in one row on white, (h, w)."""
    height = max(each.shape[0] for each in pictures)
    columns = []
    for each in pictures:
        columns += [np.pad(each, ((0, height - each.shape[0]), (0, 16)), constant_values=255)]
    return np.hstack(columns)


class PictureView(QWidget):
    """Keeps the picture's shape. Around ``box``, in the picture's pixels, an oval is drawn, and beside it an arrow
    ``towards`` where the face should go on the screen: right and down, -1 to 1 each."""

    def __init__(self, placeholder: str = "", minimum: QSize | None = None) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._box: tuple[float, float, float, float] | None = None
        self._is_good = True
        self._towards: tuple[int, int] | None = None
        self._placeholder = placeholder
        self.setMinimumSize(minimum or QSize(160, 120))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_pixels(
        self,
        pixels: np.ndarray | None,
        box: tuple[float, float, float, float] | None = None,
        *,
        good: bool = True,
        towards: tuple[int, int] | None = None,
    ) -> None:
        self._image = None if pixels is None else image_of(pixels)
        self._box, self._is_good = box, good
        self._towards = towards
        self.update()

    def say(self, placeholder: str) -> None:
        """Show words instead of a picture."""
        self._placeholder, self._image = placeholder, None
        self.update()

    @property
    def has_picture(self) -> bool:
        return self._image is not None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(theme.colours().line)))
        painter.setBrush(QColor(theme.colours().ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if self._image is None:
            painter.setPen(QColor(theme.colours().soft_ink))
            painter.drawText(
                self.rect().adjusted(16, 16, -16, -16),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                self._placeholder,
            )
        else:
            self._draw_picture(painter, self._image)
        painter.end()

    def _draw_picture(self, painter: QPainter, image: QImage) -> None:
        room = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        scale = min(room.width() / image.width(), room.height() / image.height())
        width, height = image.width() * scale, image.height() * scale
        left, top = room.center().x() - width / 2, room.center().y() - height / 2
        painter.drawImage(QRectF(left, top, width, height), image)
        if self._box is not None:
            x, y, w, h = (each * scale for each in self._box)
            oval = QRectF(left + x, top + y, w, h).marginsAdded(QMarginsF(w / 12, h / 5, w / 12, h / 12))
            painter.setClipRect(QRectF(left, top, width, height))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.LIGHT.good if self._is_good else theme.LIGHT.warn), 4))
            painter.drawEllipse(oval)
            if self._towards is not None:
                _draw_arrow(painter, oval, self._towards)


def _draw_arrow(painter: QPainter, oval: QRectF, towards: tuple[int, int]) -> None:
    """Its tip on the oval's edge. A way in the room, so the same in every language."""
    right, down = towards
    size = max(18.0, oval.width() / 7)
    tip = oval.center() + QPointF(right * (oval.width() / 2 - 6), down * (oval.height() / 2 - 6))
    back = tip - QPointF(right * size, down * size)
    aside = QPointF(down * size * 0.7, right * size * 0.7)
    painter.setPen(QPen(QColor(theme.LIGHT.paper), 2))
    painter.setBrush(QColor(theme.LIGHT.warn))
    painter.drawPolygon(QPolygonF([tip, back + aside, back - aside]))
