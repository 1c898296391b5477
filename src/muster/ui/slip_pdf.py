"""The acknowledgement slip on paper.

Laid out by Qt, because Arabic and Devanagari need a shaping engine and most PDF libraries have none. One A5 page:
photograph and QR code, then the slip in each of the person's languages.
"""

from __future__ import annotations

import html
import io
import os
from pathlib import Path

import numpy as np
import segno
from PySide6.QtCore import QMarginsF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from muster import durable
from muster.errors import Code, Unavailable
from muster.ui import theme
from muster.ui.application import prepared_application
from muster.workstation.reference import is_right_to_left
from muster.workstation.slip import Slip, SlipSection

SLIP_NOT_PRINTED = Code(
    "SLIP_NOT_PRINTED", "The printer did not take the slip. Look whether it is on and has paper, and print again."
)

_RESOLUTION_DPI = 300
_MARGIN_MM = 10.0


def write(slip: Slip, path: Path) -> None:
    """Write the slip as PDF; the file is there whole or not at all. Works without a display."""
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        write.application = prepared_application()  # type: ignore[attr-defined]
    from PySide6.QtCore import QBuffer, QIODevice

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION_DPI)
    writer.setTitle(slip.registration_id)
    writer.setCreator("Muster")
    writer.setPageLayout(_layout())
    painter = QPainter(writer)
    _draw(slip, painter, QSizeF(writer.width(), writer.height()), _RESOLUTION_DPI)
    painter.end()
    buffer.close()
    durable.write(path, bytes(buffer.data().data()))


def print_on(slip: Slip, printer: QPrinter) -> None:
    """Raises ``Unavailable`` when the printer does not take it: Qt draws into nothing then, and says nothing."""
    printer.setPageLayout(_layout())
    painter = QPainter()
    if not painter.begin(printer):
        raise Unavailable(SLIP_NOT_PRINTED)
    page = printer.pageRect(QPrinter.Unit.DevicePixel)
    _draw(slip, painter, QSizeF(page.width(), page.height()), printer.resolution())
    if not painter.end():
        raise Unavailable(SLIP_NOT_PRINTED)


def picture(slip: Slip, dpi: int = 130) -> np.ndarray:
    """The page as (h, w, 3) RGB pixels, for the screen."""
    size = QPageSize(QPageSize.PageSizeId.A5).sizePixels(dpi)
    image = QImage(size, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.white)
    margin = _MARGIN_MM / 25.4 * dpi
    painter = QPainter(image)
    painter.translate(margin, margin)
    _draw(slip, painter, QSizeF(size.width() - 2 * margin, size.height() - 2 * margin), dpi)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def _layout() -> QPageLayout:
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A5),
        QPageLayout.Orientation.Portrait,
        margins,
        QPageLayout.Unit.Millimeter,
    )


def _draw(slip: Slip, painter: QPainter, size: QSizeF, dpi: int) -> None:
    """Lay out at 96 dpi and scale, so that paper and screen break lines alike."""
    scale = dpi / 96
    document = QTextDocument()
    font = QApplication.font()
    font.setPixelSize(12)
    document.setDefaultFont(font)
    document.setDocumentMargin(0)
    document.addResource(QTextDocument.ResourceType.ImageResource, QUrl("photo"), _image(slip.photo_png))
    document.addResource(QTextDocument.ResourceType.ImageResource, QUrl("code"), _image(_qr(slip.qr_text)))
    document.setTextWidth(size.width() / scale)
    document.setHtml(_html(slip))
    painter.save()
    painter.scale(scale, scale)
    document.drawContents(painter)
    painter.restore()


def _image(png: bytes) -> QImage:
    return QImage.fromData(png) if png else QImage(1, 1, QImage.Format.Format_RGB888)


def _qr(text: str) -> bytes:
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=8, border=2)
    return buffer.getvalue()


def _html(slip: Slip) -> str:
    photo = '<img src="photo" height="120">' if slip.photo_png else ""
    sections = "".join(map(_section, slip.sections))
    return (
        f'<table width="100%"><tr><td>{photo}</td>'
        f'<td align="right"><img src="code" width="120" height="120"></td></tr></table>{sections}'
    )


def _section(section: SlipSection) -> str:
    right = is_right_to_left(section.language)
    direction, side = ("rtl", "right") if right else ("ltr", "left")
    rows = "".join(_row(*row, direction, side) for row in section.rows)
    return (
        f'<hr><p dir="{direction}" align="{side}" style="font-size:15px; font-weight:600; margin:4px 0;">'
        f"{html.escape(section.title)}</p>"
        f'<table width="100%" dir="{direction}" cellpadding="2">{rows}</table>'
        f'<p dir="{direction}" align="{side}" style="font-size:10px; color:{theme.LIGHT.soft_ink}; margin:4px 0;">'
        f"{html.escape(section.footer)}</p>"
    )


def _row(name: str, value: str, direction: str, side: str) -> str:
    cells = [
        f'<td width="38%" align="{side}" style="color:{theme.LIGHT.soft_ink};">{html.escape(name)}</td>',
        f'<td align="{side}"><b>{html.escape(value)}</b></td>',
    ]
    # QTextDocument lays table columns out from the left whatever the direction says.
    return f"<tr>{''.join(reversed(cells) if direction == 'rtl' else cells)}</tr>"
