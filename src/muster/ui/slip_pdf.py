"""The acknowledgement slip on paper: A5 and A4, and rolls of 80 and 58 mm.

Laid out by Qt, because Arabic and Devanagari need a shaping engine and most PDF libraries have none. A sheet has
the photograph, the number's code and the signed code above, then the slip in each of the person's languages, made
smaller until it fits on one page; what was made while practising says so from corner to corner. A roll has no
photograph, is black alone, and is as long as it has to be. The signed code also stands in the PDF's metadata as
text, for programs that cannot look.
"""

from __future__ import annotations

import html
import io
import math
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import segno
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
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
from muster.workstation.slip import Paper, Slip, SlipSection

SLIP_NOT_PRINTED = Code(
    "SLIP_NOT_PRINTED", "The printer did not take the slip. Look whether it is on and has paper, and print again."
)

_RESOLUTION_DPI = 300
_LAYOUT_DPI = 96
_MM_PER_INCH = 25.4
_SMALLEST = 0.55  # below that nobody reads it; then a second page would be the smaller evil
_METADATA = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier>{code}</dc:identifier>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """All in millimetres; ``height`` is None for a roll. ``scale`` enlarges what is laid out for A5."""

    width: float
    height: float | None
    margin: float
    scale: float = 1.0


_SHEETS = {
    Paper.A5: _Sheet(148, 210, 10),
    Paper.A4: _Sheet(210, 297, 14, 1.4),
    Paper.ROLL_80: _Sheet(80, None, 4),
    Paper.ROLL_58: _Sheet(58, None, 4.5, 0.9),
}
_ONE_COLUMN = 2
_CODE_MM = 38  # the signed code: half a millimetre a module, which a telephone reads from thermal paper


def write(slip: Slip, path: Path, paper: Paper = Paper.A5) -> None:
    """Write the slip as PDF; the file is there whole or not at all. Works without a display."""
    durable.write(path, content(slip, paper))


def content(slip: Slip, paper: Paper = Paper.A5) -> bytes:
    """The slip as PDF, one page. Works without a display."""
    if QGuiApplication.instance() is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        content.application = prepared_application()  # type: ignore[attr-defined]
    page = _Page(slip, paper)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_RESOLUTION_DPI)
    writer.setTitle(slip.registration_id)
    writer.setCreator("Muster")
    if slip.signed_text:
        writer.setDocumentXmpMetadata(QByteArray(_METADATA.format(code=slip.signed_text).encode()))
    writer.setPageLayout(page.layout)
    painter = QPainter(writer)
    page.draw(painter, _RESOLUTION_DPI)
    painter.end()
    buffer.close()
    return bytes(buffer.data().data())


def size_mm(slip: Slip, paper: Paper) -> tuple[float, float]:
    """Width and height of the page."""
    page = _Page(slip, paper)
    return page.width_mm, page.height_mm


def print_on(slip: Slip, printer: QPrinter, paper: Paper = Paper.A5) -> None:
    """Raises ``Unavailable`` when the printer does not take it: Qt draws into nothing then, and says nothing."""
    page = _Page(slip, paper)
    printer.setPageLayout(page.layout)
    painter = QPainter()
    if not painter.begin(printer):
        raise Unavailable(SLIP_NOT_PRINTED)
    page.draw(painter, printer.resolution())
    if not painter.end():
        raise Unavailable(SLIP_NOT_PRINTED)


def picture(slip: Slip, dpi: int = 130, paper: Paper = Paper.A5) -> np.ndarray:
    """The page as (h, w, 3) RGB pixels, for the screen."""
    page = _Page(slip, paper)
    pixels = dpi / _MM_PER_INCH
    image = QImage(round(page.width_mm * pixels), round(page.height_mm * pixels), QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.translate(page.sheet.margin * pixels, page.sheet.margin * pixels)
    page.draw(painter, dpi)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


class _Page:
    """A slip laid out for one paper, at 96 dpi and then scaled, so that paper and screen break lines alike."""

    def __init__(self, slip: Slip, paper: Paper) -> None:
        self.sheet = sheet = _SHEETS[paper]
        self._document = document = QTextDocument()
        font = QApplication.font()
        font.setPixelSize(12)
        document.setDefaultFont(font)
        document.setDocumentMargin(0)
        for name, png in _pictures(slip).items():
            document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), _image(png))
        inner_width = (sheet.width - 2 * sheet.margin) / _MM_PER_INCH * _LAYOUT_DPI
        self._scale = sheet.scale
        self._text = _html_of_roll if paper.is_roll else _html_of_sheet
        self._across = "" if paper.is_roll or not slip.sections else slip.sections[0].training
        self._lay_out(slip, inner_width)
        if sheet.height is not None:
            inner_height = (sheet.height - 2 * sheet.margin) / _MM_PER_INCH * _LAYOUT_DPI
            while document.size().height() * self._scale > inner_height and self._scale > _SMALLEST:
                self._scale *= 0.96
                self._lay_out(slip, inner_width)
        self.width_mm = sheet.width
        self.used_mm = document.size().height() * self._scale / _LAYOUT_DPI * _MM_PER_INCH + 2 * sheet.margin
        self.height_mm = sheet.height or self.used_mm

    def _lay_out(self, slip: Slip, inner_width: float) -> None:
        """The codes are as large on paper however small the words get."""
        code_px = round(_CODE_MM / _MM_PER_INCH * _LAYOUT_DPI / self._scale)
        self._document.setTextWidth(inner_width / self._scale)
        self._document.setHtml(self._text(slip, code_px))

    @property
    def layout(self) -> QPageLayout:
        margin = self.sheet.margin
        size = QPageSize(
            QSizeF(self.width_mm, self.height_mm),
            QPageSize.Unit.Millimeter,
            "",
            QPageSize.SizeMatchPolicy.ExactMatch,
        )
        return QPageLayout(
            size,
            QPageLayout.Orientation.Portrait,
            QMarginsF(margin, margin, margin, margin),
            QPageLayout.Unit.Millimeter,
        )

    def draw(self, painter: QPainter, dpi: int) -> None:
        scale = dpi / _LAYOUT_DPI * self._scale
        painter.save()
        painter.scale(scale, scale)
        if self._across:
            self._draw_across(painter)
        self._document.drawContents(painter)
        painter.restore()

    def _draw_across(self, painter: QPainter) -> None:
        """Under the words, from corner to corner, pale enough to read them."""
        assert self.sheet.height is not None
        unit = _LAYOUT_DPI / _MM_PER_INCH / self._scale
        width, height = ((side - 2 * self.sheet.margin) * unit for side in (self.sheet.width, self.sheet.height))
        diagonal = math.hypot(width, height)
        font = QFont(self._document.defaultFont())
        font.setBold(True)
        font.setPixelSize(round(diagonal / 12))
        fits = diagonal * 0.6 / QFontMetricsF(font).horizontalAdvance(self._across)
        font.setPixelSize(round(font.pixelSize() * min(1.0, fits)))
        painter.save()
        painter.translate(width / 2, height / 2)
        painter.rotate(-math.degrees(math.atan2(height, width)))
        painter.setFont(font)
        pale = QColor(_INK)
        pale.setAlphaF(_PALE)
        painter.setPen(pale)
        painter.drawText(
            QRectF(-diagonal / 2, -diagonal / 8, diagonal, diagonal / 4),
            Qt.AlignmentFlag.AlignCenter,
            self._across,
        )
        painter.restore()


def _pictures(slip: Slip) -> dict[str, bytes]:
    return {
        "photo": slip.photo_png,
        "code": _qr(slip.qr_text),
        "signed": _qr(slip.signed_text) if slip.signed_text else b"",
        "signature": slip.signature_png,
    }


def _image(png: bytes) -> QImage:
    return QImage.fromData(png) if png else QImage(1, 1, QImage.Format.Format_RGB888)


def _qr(text: str) -> bytes:
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=8, border=4)
    return buffer.getvalue()


# On paper, whatever the window looks like.
_INK, _SOFT = theme.LIGHT.ink, theme.LIGHT.soft_ink
_PALE = 0.1
_BLACK = QColor(Qt.GlobalColor.black).name()


def _html_of_sheet(slip: Slip, code_px: int) -> str:
    photo = f'<img src="photo" height="{code_px}">' if slip.photo_png else ""
    first = slip.sections[0] if slip.sections else None
    small = round(code_px * 0.66)
    cells = [
        f'<td width="34%" valign="middle">{photo}</td>',
        _code_cell("code", small, first.number if first else ""),
    ]
    if slip.signed_text:
        cells.append(_code_cell("signed", code_px, first.check if first else ""))
    sections = _beside([_section(each, _INK, _SOFT) for each in slip.sections])
    signature = _signature(slip, first) if slip.signature_png else ""
    return f'<table width="100%" cellpadding="0"><tr>{"".join(cells)}</tr></table>{sections}{signature}'


def _html_of_roll(slip: Slip, code_px: int) -> str:
    sections = "".join(_section(each, _BLACK, _BLACK) for each in slip.sections)
    first = slip.sections[0] if slip.sections else None
    codes = [("signed", code_px, first.check if first else "")] if slip.signed_text else []
    codes.append(("code", round(code_px * 0.55), first.number if first else ""))
    pictures = "".join(
        f'<p align="center" style="margin:4px 0;"><img src="{name}" width="{side}" height="{side}"><br>'
        f'<span style="font-size:10px;">{html.escape(words)}</span></p>'
        for name, side, words in codes
    )
    return f"{sections}<hr>{pictures}"


def _beside(sections: list[str]) -> str:
    """Up to two languages one below the other; more in two columns."""
    if len(sections) <= _ONE_COLUMN:
        return "".join(sections)
    pairs = [sections[place : place + 2] for place in range(0, len(sections), 2)]
    rows = "".join(
        "<tr>" + "".join(f'<td width="50%" valign="top">{each}</td>' for each in pair) + "</tr>" for pair in pairs
    )
    return f'<table width="100%" cellspacing="0" cellpadding="4">{rows}</table>'


def _code_cell(name: str, side: int, words: str) -> str:
    return (
        f'<td align="center" valign="middle"><img src="{name}" width="{side}" height="{side}"><br>'
        f'<span style="font-size:9px; color:{_SOFT};">{html.escape(words)}</span></td>'
    )


def _signature(slip: Slip, first: SlipSection | None) -> str:
    words = html.escape(first.signature) if first else ""
    return (
        f'<hr><table width="100%"><tr><td style="color:{_SOFT};" valign="middle">{words}</td>'
        f'<td align="right"><img src="signature" height="48"></td></tr></table>'
    )


def _section(section: SlipSection, ink: str, soft: str) -> str:
    right = is_right_to_left(section.language)
    direction, side = ("rtl", "right") if right else ("ltr", "left")
    rows = "".join(_row(*row, direction, side, soft) for row in section.rows)
    steps = "".join(
        _line(f"{place}. {words}", direction, side, 10, ink) for place, words in enumerate(section.steps, 1)
    )
    training = _line(section.training, direction, side, 13, ink, weight=600) if section.training else ""
    heading = _line(section.next, direction, side, 11, ink, weight=600) if section.steps else ""
    return (
        f"<hr>{training}{_line(section.title, direction, side, 15, ink, weight=600)}"
        f'<table width="100%" dir="{direction}" cellpadding="1">{rows}</table>'
        f"{heading}{steps}{_line(section.footer, direction, side, 10, soft)}"
    )


def _line(words: str, direction: str, side: str, size: int, colour: str, *, weight: int = 400) -> str:
    return (
        f'<p dir="{direction}" align="{side}" style="font-size:{size}px; font-weight:{weight}; color:{colour}; '
        f'margin:2px 0;">{html.escape(words)}</p>'
    )


def _row(name: str, value: str, direction: str, side: str, soft: str) -> str:
    cells = [
        f'<td width="38%" align="{side}" style="color:{soft};">{html.escape(name)}</td>',
        f'<td align="{side}"><b>{html.escape(value)}</b></td>',
    ]
    # QTextDocument lays table columns out from the left whatever the direction says.
    return f"<tr>{''.join(reversed(cells) if direction == 'rtl' else cells)}</tr>"
