"""Codes on documents are read whichever way round, and a zone inside one is found."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from muster.analysis.api import Pixels
from muster.analysis.barcodes import Barcode, read_barcodes, zone_in
from unit.analysis.document_scenes import CARD_LINES, PASSPORT_LINES, blurred, page

FORMATS = ["PDF417", "QRCode", "Aztec", "DataMatrix"]


def code(format_: str, text: str, scale: int = 4) -> Pixels:
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, format_))
    return np.array(made.to_image(scale=scale, add_quiet_zones=True))


def on_page(picture: Pixels) -> Pixels:
    """The code in the middle of a card, in colour."""
    card = page("card").copy()
    height, width = picture.shape[:2]
    top, left = (card.shape[0] - height) // 2, (card.shape[1] - width) // 2
    card[top : top + height, left : left + width] = picture[..., np.newaxis]
    return card


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_code_on_a_card_is_read_whichever_way_round(format_: str, turns: int) -> None:
    scene = np.rot90(on_page(code(format_, "MUSTERMANN<<ERIKA", 2)), turns)
    (found,) = read_barcodes(np.ascontiguousarray(scene))
    assert (found.format, found.text, found.content) == (format_, "MUSTERMANN<<ERIKA", b"MUSTERMANN<<ERIKA")


def test_where_the_code_lies_is_told_in_the_pictures_own_pixels() -> None:
    large = np.repeat(np.repeat(on_page(code("QRCode", "x" * 40)), 6, 0), 6, 1)
    (found,) = read_barcodes(large)
    middle = np.mean(found.place, axis=0)
    assert middle == pytest.approx((large.shape[1] / 2, large.shape[0] / 2), abs=40)


def test_a_code_that_cannot_be_read_is_none() -> None:
    assert read_barcodes(blurred(on_page(code("PDF417", "x" * 100, 2)), 6)) == ()


@pytest.mark.parametrize("lines", [PASSPORT_LINES, CARD_LINES])
@pytest.mark.parametrize("between", ["", "\n", "\r\n"])
def test_a_zone_in_a_code_is_found(lines: tuple[str, ...], between: str) -> None:
    text = "Utopia " + between.join(lines) + " 12"
    zone = zone_in((Barcode("QRCode", b"", "nothing", ()), Barcode("PDF417", b"", text, ())))
    assert zone is not None
    assert zone.lines == lines


def test_a_zone_with_a_wrong_digit_is_none() -> None:
    changed = PASSPORT_LINES[0] + PASSPORT_LINES[1].replace("8", "7", 1)
    assert zone_in((Barcode("QRCode", b"", changed, ()),)) is None
