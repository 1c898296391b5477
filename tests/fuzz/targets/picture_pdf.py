"""PDFs of pictures: those of this program, and those that scanners and telephones make."""

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from fuzz.typed import assert_well_typed
from muster.formats.picture_pdf import PicturePage, encode, parse, pictures_in

LONGEST = 8192
WORDS = (
    b"stream\n", b"endstream", b" obj\n", b"/MediaBox [ 0 0 72 72 ]", b"/Subtype /Image", b"/Filter /DCTDecode",
    b"/Filter [ /DCTDecode ]", b"/Length 7", b"/Length 8 0 R", b"/Length 999999999", b"%PDF-1.4\n",
)  # fmt: skip


def seeds(reference: Path | None) -> Iterator[bytes]:
    buffer = io.BytesIO()
    Image.new("L", (16, 16)).save(buffer, "JPEG")
    page = PicturePage(buffer.getvalue(), 200)
    yield encode([page])
    yield encode([page, page])
    yield encode([page]).replace(b"/Length", b"/Lenght")
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, "PDF")
    yield buffer.getvalue()


def run(content: bytes) -> None:
    pages = parse(content)
    for page in pages:
        assert_well_typed(page)
    assert parse(encode(pages)) == pages
    assert set(pictures_in(content)) >= {each.jpeg for each in pages}
