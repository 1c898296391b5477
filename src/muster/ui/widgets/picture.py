"""Showing a picture that may change twenty-five times a second."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from muster.ui import theme
from muster.ui.reimplemented import reimplemented


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
    """Keeps the picture's shape."""

    def __init__(self, placeholder: str = "", minimum: QSize | None = None) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._placeholder = placeholder
        self.setMinimumSize(minimum or QSize(160, 120))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_pixels(self, pixels: np.ndarray | None) -> None:
        self._image = None if pixels is None else image_of(pixels)
        self.update()

    def say(self, placeholder: str) -> None:
        """Show words instead of a picture."""
        self._placeholder, self._image = placeholder, None
        self.update()

    @property
    def has_picture(self) -> bool:
        return self._image is not None

    @reimplemented
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
