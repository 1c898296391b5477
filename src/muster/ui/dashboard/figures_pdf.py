"""Figures on A4: each with what it says, drawn, and in numbers. Laid out by Qt; signed elsewhere."""

from __future__ import annotations

import html
from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, QUrl
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication

from muster.ui.a4 import pages_of
from muster.ui.dashboard import words
from muster.ui.language import tr
from muster.workstation.figures import Column, Figure, Row

_DRAWN, _TIMES_SHARPER, _WIDTH = QSize(700, 240), 2, 640
_MOST_ROWS = 60


def lay_out(figures: Iterable[Figure], station: str) -> bytes:
    """As PDF, in the window's language. Works without a display."""
    return pages_of(lambda: tr("Figures"), lambda document: _html(document, tuple(figures), station))


def _html(document: QTextDocument, figures: tuple[Figure, ...], station: str) -> str:
    first, last = (words.cell_words(each) for each in (figures[0].first, figures[0].last))
    about = tr("Station {station}, from {first} to {last}", station=station, first=first, last=last)
    parts = [f"<h2>{_text(tr('Figures'))}</h2><p>{_text(about)}</p>"]
    for number, figure in enumerate(figures):
        parts += [f"<h3>{_text(words.figure_name(figure.name))}</h3>"]
        parts += [f"<p>{_text(words.said_words(each))}</p>" for each in figure.said]
        if figure.rows:
            name = f"figure{number}"
            document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), _picture(figure))
            parts += [f"<p><img src='{name}' width='{_WIDTH}'></p>", _table(figure)]
    return f"<div dir='{'rtl' if QApplication.isRightToLeft() else 'ltr'}'>{''.join(parts)}</div>"


def _picture(figure: Figure) -> QImage:
    from muster.ui.dashboard.plot import drawn  # which takes a while to import

    plot = drawn(figure, _DRAWN)
    plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    plot.show()
    plot.grab()  # lays it out
    plot.redraw()  # now that it has its size
    plot.grab()
    image = QImage(plot.size() * _TIMES_SHARPER, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    plot.render(painter, QRectF(image.rect()), plot.rect())
    painter.end()
    plot.deleteLater()
    return image


def _table(figure: Figure) -> str:
    headings = "".join(f"<th>{_text(words.column_name(each))}</th>" for each in figure.columns)
    rows = "".join(f"<tr>{_cells(row, figure.columns)}</tr>" for row in figure.rows[-_MOST_ROWS:])
    return f"<table cellspacing='0' cellpadding='3' border='1' width='100%'><tr>{headings}</tr>{rows}</table>"


def _cells(row: Row, columns: tuple[Column, ...]) -> str:
    return "".join(
        f"<td>{_text(words.cell_words(cell, column))}</td>" for cell, column in zip(row, columns, strict=True)
    )


def _text(text: str) -> str:
    return html.escape(text)
