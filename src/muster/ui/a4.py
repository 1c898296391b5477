"""Pages of A4 as PDF, laid out by Qt out of HTML; signed elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QApplication

from muster.ui.application import prepared_application

_RESOLUTION_DPI = 300
_MARGIN_MM = 15.0
_POINTS = 9


def pages_of(title: Callable[[], str], html: Callable[[QTextDocument], str]) -> bytes:
    """In the window's language; both are asked for when it is known. ``html`` may add pictures to the document it
    is for. Works without a display."""
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        pages_of.application = prepared_application()  # type: ignore[attr-defined]
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION_DPI)
    writer.setTitle(title())
    writer.setCreator("Muster")
    margin = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    size = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, margin, QPageLayout.Unit.Millimeter))
    document = QTextDocument()
    font = QApplication.font()
    font.setPointSizeF(_POINTS)
    document.setDefaultFont(font)
    document.setHtml(html(document))
    document.print_(writer)
    buffer.close()
    return bytes(buffer.data().data())
