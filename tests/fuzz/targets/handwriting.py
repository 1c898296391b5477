"""Signatures by hand, as a sealed file that was changed would hold them."""

from collections.abc import Iterator
from pathlib import Path

from muster.errors import MalformedData
from muster.formats.handwriting import Handwriting, Point

REFUSALS = (MalformedData,)
WORDS = (b'"strokes":[[[', b'"width":', b"1e309", b"null", b"-0.0")


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield Handwriting(300, 100, ((Point(10, 50, 0, 0.5), Point(250, 40, 40, 0.7)),)).encode()
    yield b'{"width":1,"height":1,"strokes":[]}'


def run(content: bytes) -> None:
    written = Handwriting.parse(content)
    if written.is_written:
        assert Handwriting.parse(written.encode()).width == written.width
    if written.width * written.height < 10_000:
        written.draw()
