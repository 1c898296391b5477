"""A page of plain text as a PDF (ISO 32000-1, 9): for attestations, whose words are ours and in Latin letters.

One of the fourteen fonts that every reader has, so that none has to be embedded. Whatever needs other scripts is
laid out by the window.
"""

from __future__ import annotations

from collections.abc import Sequence

from muster.formats.pdf_file import PDF_INFO, pdf_file, pdf_stream

_WIDTH, _HEIGHT, _MARGIN = 595, 842, 56  # A4, in points
_SIZE, _LEADING = 10, 15
MOST_LINES = (_HEIGHT - 2 * _MARGIN) // _LEADING


def text_pdf(title: str, lines: Sequence[str]) -> bytes:
    """One page. Raises ``ValueError`` for more than it holds, or for other letters than Latin ones."""
    if len(lines) + 2 > MOST_LINES:
        raise ValueError("more lines than one page holds")
    shown = [_shown(title, 14), _shown("", _SIZE), *(_shown(each, _SIZE) for each in lines)]
    text = b"BT %d %d Td %d TL\n%b\nET" % (_MARGIN, _HEIGHT - _MARGIN, _LEADING, b"\n".join(shown))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 %d %d ] " % (_WIDTH, _HEIGHT)
    return pdf_file(
        (
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [ 4 0 R ] /Count 1 >>",
            PDF_INFO,
            page + b"/Resources << /Font << /F 5 0 R >> >> /Contents 6 0 R >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            pdf_stream(b"", text),
        )
    )


def _shown(text: str, size: int) -> bytes:
    try:
        octets = text.encode("cp1252")
    except UnicodeEncodeError as error:
        raise ValueError("letters this font has not") from error
    escaped = octets.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"/F %d Tf (%b) Tj T*" % (size, escaped)
