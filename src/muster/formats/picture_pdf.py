"""PDFs whose pages are one picture each, as scans are kept (ISO 32000-1, 7.3.8, 7.5 and 8.9.5).

::

    catalog -> pages -> page -> picture   (a JPEG as it is, /DCTDecode)
                            `-> contents  (draws it over the whole page)

Written here and not by Pillow, which decodes and compresses a JPEG anew for each PDF it is put into: a page would
lose something with every page that is added after it. Pages keep their true size.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from muster.errors import Code, MalformedData
from muster.formats.pdf_file import PDF_INFO, pdf_file, pdf_stream

PDF_UNREADABLE = Code("PDF_UNREADABLE", "The PDF holds no pages this program can read. Scan the document instead.")

_POINTS_PER_INCH = 72
_COLOURS = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB"}
_LONGEST_DICTIONARY = 8192
_MAXIMUM_PAGES = 500
_DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)

_LENGTH = re.compile(rb"/Length\s+(\d{1,9})(?!\d|\s+\d+\s+R)")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_JPEG_ONLY = re.compile(rb"/Filter\s*(?:/DCTDecode\b|\[\s*/DCTDecode\s*\])")
_BOX = re.compile(rb"/MediaBox\s*\[\s*0(?:\.0*)?\s+0(?:\.0*)?\s+(\d+(?:\.\d+)?)\s+\d+(?:\.\d+)?\s*\]")


@dataclass(frozen=True, slots=True)
class PicturePage:
    """One page: a grey or RGB JPEG and how many of its dots go into an inch."""

    jpeg: bytes
    resolution_dpi: int

    @property
    def size(self) -> tuple[int, int]:
        """Across and down, in dots. Raises ``MalformedData``."""
        return _header(self.jpeg)[:2]


def encode(pages: Sequence[PicturePage]) -> bytes:
    """Raises ``MalformedData`` for a page that is no grey or RGB JPEG."""
    first = 4  # catalog, list of pages, info; then three objects a page
    kids = b" ".join(b"%d 0 R" % (first + 3 * place) for place in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [ %b ] /Count %d >>" % (kids, len(pages)),
        PDF_INFO,
    ]
    for place, page in enumerate(pages):
        objects += _objects(page, first + 3 * place)
    return pdf_file(objects)


def parse(pdf: bytes) -> tuple[PicturePage, ...]:
    """The pages of a PDF of :func:`encode`, or of Pillow. Raises ``MalformedData`` for any other."""
    streams = list(_streams(pdf))
    pictures = tuple(content for between, content in streams if _is_jpeg(_dictionary(between)))
    # Between the streams, so that no octets of a picture are taken for words.
    boxes = [float(each) for between, _ in streams for each in _BOX.findall(between)]
    if not pictures or len(pictures) != len(boxes):
        raise MalformedData(PDF_UNREADABLE)
    return tuple(PicturePage(each, _resolution(each, box)) for each, box in zip(pictures, boxes, strict=True))


def pictures_in(pdf: bytes) -> tuple[bytes, ...]:
    """Every JPEG of a PDF somebody else made, as they stand in it. Raises ``MalformedData`` where there is none,
    or something else that is a picture."""
    told = ((_dictionary(between), content) for between, content in _streams(pdf))
    pictures = [(each, content) for each, content in told if _PICTURE.search(each)]
    if not pictures or not all(_is_jpeg(each) for each, _ in pictures):
        raise MalformedData(PDF_UNREADABLE)
    return tuple(content for _, content in pictures)


def _objects(page: PicturePage, number: int) -> tuple[bytes, bytes, bytes]:
    width, height, mode = _header(page.jpeg)
    if mode not in _COLOURS:
        raise MalformedData(PDF_UNREADABLE)
    across, down = (b"%.4f" % (dots * _POINTS_PER_INCH / page.resolution_dpi) for dots in (width, height))
    draw = b"q %b 0 0 %b 0 0 cm /Picture Do Q" % (across, down)
    return (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [ 0 0 %b %b ] "
        b"/Resources << /XObject << /Picture %d 0 R >> >> /Contents %d 0 R >>"
        % (across, down, number + 1, number + 2),
        pdf_stream(
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace %b /BitsPerComponent 8 "
            b"/Filter /DCTDecode" % (width, height, _COLOURS[mode]),
            page.jpeg,
        ),
        pdf_stream(b"", draw),
    )


def _streams(pdf: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each stream with what stands between it and the one before."""
    if not pdf.startswith(b"%PDF-"):
        raise MalformedData(PDF_UNREADABLE)
    place = 0
    for _ in range(_MAXIMUM_PAGES * 3):
        keyword = pdf.find(b"stream", place)
        if keyword < 0:
            return
        between = pdf[max(place, keyword - _LONGEST_DICTIONARY) : keyword]
        start = keyword + len(b"stream")
        start += 2 if pdf.startswith(b"\r\n", start) else 1
        end = _end(pdf, start, _dictionary(between))
        yield between, pdf[start:end]
        place = pdf.find(b"endstream", end) + len(b"endstream")
    raise MalformedData(PDF_UNREADABLE)


def _dictionary(between: bytes) -> bytes:
    """The stream's own: what stands behind the last object's number."""
    return between[between.rfind(b" obj") + 1 :]


def _end(pdf: bytes, start: int, dictionary: bytes) -> int:
    """By the length that is told where it fits, else before the next ``endstream``: it may stand elsewhere."""
    length = _LENGTH.search(dictionary)
    told = start + int(length[1]) if length else len(pdf)
    if pdf[told : told + 16].lstrip().startswith(b"endstream"):
        return told
    end = pdf.find(b"endstream", start)
    if end < 0:
        raise MalformedData(PDF_UNREADABLE, offset=min(start, len(pdf)))
    line_end = 2 if pdf[end - 2 : end] == b"\r\n" else 1 if pdf[end - 1 : end] in (b"\n", b"\r") else 0
    return end - line_end


def _is_jpeg(dictionary: bytes) -> bool:
    return bool(_PICTURE.search(dictionary) and _JPEG_ONLY.search(dictionary))


def _resolution(jpeg: bytes, points: float) -> int:
    dpi = round(_header(jpeg)[0] * _POINTS_PER_INCH / points) if points else 0
    if dpi < 1:
        raise MalformedData(PDF_UNREADABLE)
    return dpi


def _header(jpeg: bytes) -> tuple[int, int, str]:
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
            return image.width, image.height, image.mode
    except _DAMAGED as error:
        raise MalformedData(PDF_UNREADABLE) from error
