"""PDFs of scanned pages: every page comes back as the octets that went in, and other readers see the same."""

from __future__ import annotations

import io
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as some
from PIL import Image
from pypdf import PdfReader

from muster.errors import MalformedData
from muster.formats.picture_pdf import PicturePage, encode, parse, pictures_in


@cache
def jpeg(colour: str = "navy", width: int = 60, height: int = 40, mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).convert(mode).save(buffer, "JPEG")
    return buffer.getvalue()


PAGES = (PicturePage(jpeg(), 200), PicturePage(jpeg("olive", 30, 90, "L"), 150))
PDF = encode(PAGES)
PICTURE = b"<< /Type /XObject /Subtype /Image /Filter %b /Length %b >>\nstream\n%b\nendstream\nendobj\n"


def foreign(picture_filter: bytes = b"/DCTDecode", length: bytes = b"8 0 R", content: bytes = b"") -> bytes:
    content = content or jpeg()
    return b"%PDF-1.7\n5 0 obj\n" + PICTURE % (picture_filter, length, content) + b"%%EOF\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(jpeg(), id="a picture"),
        pytest.param(b"%PDF-1.7\n%%EOF\n", id="no pages"),
        pytest.param(PDF[: PDF.index(b"endstream") - 5], id="cut off"),
        pytest.param(PDF.replace(b"/MediaBox", b"/CropBox", 1), id="a page of no size"),
        pytest.param(PDF.replace(b"[ 0 0 21.6000", b"[ 0 0 00.0000"), id="a page of no width"),
        pytest.param(PDF.replace(jpeg(), b"x" * len(jpeg())), id="no picture in the page"),
        pytest.param(b"%PDF-1.4\n" + b"<< >> stream\nendstream\n" * 5000, id="too many pages"),
    ],
)
def test_what_is_no_pdf_of_pictures_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData, match="PDF_UNREADABLE"):
        parse(content)


@pytest.mark.parametrize(
    "page", [b"", b"GIF89a", jpeg()[:10], jpeg(mode="CMYK")], ids=["none", "other", "cut", "CMYK"]
)
def test_a_page_that_is_no_grey_or_rgb_jpeg_is_refused(page: bytes) -> None:
    with pytest.raises(MalformedData, match="PDF_UNREADABLE"):
        encode([PicturePage(page, 200)])


@given(some.binary(max_size=400))
def test_whatever_the_octets_are_nothing_else_is_raised(content: bytes) -> None:
    for readable in (parse, pictures_in):
        with suppress(MalformedData):  # what stands in a stream nobody has looked at yet
            readable(b"%PDF-1.4\n1 0 obj << /Subtype /Image /Filter /DCTDecode >>" + content)


def test_pages_come_back_as_the_octets_that_went_in() -> None:
    assert parse(PDF) == PAGES
    assert encode(parse(PDF)) == PDF


def test_octets_of_a_picture_are_never_taken_for_the_files_words() -> None:
    comment = b"endstream endobj /MediaBox [ 0 0 7 7 ] stream"
    tricky = jpeg()[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + jpeg()[2:]
    pages = (PicturePage(tricky, 100), PAGES[1])
    assert parse(encode(pages)) == pages


def test_another_reader_sees_the_same_pages_in_their_true_size() -> None:
    pages = PdfReader(io.BytesIO(PDF), strict=True).pages
    assert [(float(each.mediabox.width), float(each.mediabox.height)) for each in pages] == [
        (60 * 72 / 200, 40 * 72 / 200),
        (30 * 72 / 150, 90 * 72 / 150),
    ]
    assert [[picture.image.size for picture in each.images if picture.image] for each in pages] == [
        [(60, 40)],
        [(30, 90)],
    ]


def test_a_page_that_pillow_wrote_is_read_as_well() -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (827, 1169), "teal").save(buffer, "PDF", resolution=100.0)
    (page,) = parse(buffer.getvalue())
    assert (page.size, page.resolution_dpi) == ((827, 1169), 100)


@pytest.mark.parametrize("length", [b"8 0 R", b"99999", b"%d" % len(jpeg())], ids=["elsewhere", "wrong", "right"])
@pytest.mark.parametrize("picture_filter", [b"/DCTDecode", b"[ /DCTDecode ]"])
def test_pictures_of_somebody_elses_pdf_are_taken_out_whole(picture_filter: bytes, length: bytes) -> None:
    assert pictures_in(foreign(picture_filter, length)) == (jpeg(),)


@pytest.mark.parametrize("picture_filter", [b"/FlateDecode", b"[ /FlateDecode /DCTDecode ]", b"/JPXDecode"])
def test_a_picture_that_is_no_jpeg_is_refused_and_not_left_out(picture_filter: bytes) -> None:
    with pytest.raises(MalformedData, match="PDF_UNREADABLE"):
        pictures_in(PDF + foreign(picture_filter))
