"""A text as a code to be read by a telephone."""

from __future__ import annotations

import segno
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap

_BORDER = 4  # modules; readers look for it


def qr_code(content: str, side: int) -> QPixmap:
    """At least ``side`` pixels wide, each module as many pixels as the others."""
    rows = segno.make(content, error="m").matrix
    modules = len(rows) + 2 * _BORDER
    image = QImage(QSize(modules, modules), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.setPixel(x + _BORDER, y + _BORDER, 0xFF000000)
    scale = max(1, side // modules)
    return QPixmap.fromImage(image.scaled(image.size() * (scale + 1)))
