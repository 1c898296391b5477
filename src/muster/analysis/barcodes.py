"""Two-dimensional codes on a document: PDF417, QR, Micro QR, Aztec, Data Matrix. Reading is zxing-cpp's.

What a code says is the person's data: it is handed on and never logged. Some cards repeat their machine-readable
zone in a code; ``zone_in`` finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from muster.analysis.api import Pixels
from muster.errors import MalformedData
from muster.formats.mrz import Mrz, MrzType, parse

_FORMATS = ("PDF417", "QRCode", "MicroQRCode", "Aztec", "DataMatrix")
_FIRST = "ACIPV"  # of a zone (Doc 9303 parts 4 to 7)
_SMALLEST_SIDE = 16
_PIXELS_AT_MOST = 12_000_000


@dataclass(frozen=True, slots=True)
class Barcode:
    """``format`` in the words of its standard, ``content`` its octets, ``text`` what they say, ``place`` its
    corners."""

    format: str
    content: bytes
    text: str
    place: tuple[tuple[int, int], ...]


def read_barcodes(pixels: Pixels) -> tuple[Barcode, ...]:
    """The codes in (h, w, 3) RGB or (h, w) grey, whichever way round; none where there are none."""
    height, width = pixels.shape[:2]
    if min(height, width) < _SMALLEST_SIDE:
        return ()
    step = 1
    while height * width // step**2 > _PIXELS_AT_MOST:
        step += 1
    zxing = _zxing()
    formats = [getattr(zxing.BarcodeFormat, name) for name in _FORMATS]
    plain = zxing.TextMode.Plain  # otherwise line ends would come as <LF>
    found = zxing.read_barcodes(pixels[::step, ::step].copy(), formats=formats, text_mode=plain)
    return tuple(_barcode(each, step) for each in found if each.valid)


def zone_in(barcodes: tuple[Barcode, ...]) -> Mrz | None:
    """A machine-readable zone that a code repeats."""
    return next((zone for each in barcodes for zone in _zones(each.text)), None)


def _zones(text: str) -> Iterator[Mrz]:
    letters = "".join(text.split())
    for kind in MrzType:
        length = kind.rows * kind.columns
        for start in (at for at in range(len(letters) - length + 1) if letters[at] in _FIRST):
            rows = [letters[start + row * kind.columns :][: kind.columns] for row in range(kind.rows)]
            try:
                zone = parse(rows)
            except MalformedData:
                continue
            if zone.is_valid:
                yield zone


def _barcode(found: Any, step: int) -> Barcode:
    corners = (
        found.position.top_left, found.position.top_right, found.position.bottom_right, found.position.bottom_left,
    )  # fmt: skip
    return Barcode(
        found.format.name,
        bytes(found.bytes),
        found.text,
        tuple((each.x * step, each.y * step) for each in corners),
    )


@cache
def _zxing() -> Any:
    import zxingcpp

    return zxingcpp
