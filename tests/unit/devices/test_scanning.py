"""How a page is handed out."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from muster.devices.api import ScannedPage
from muster.devices.scanning import MAXIMUM_PIXELS, is_full, nearest_resolution, page_of
from muster.devices.wire import MAXIMUM_PIECES


def test_a_stack_is_full_before_one_more_sheet_could_be_too_much_for_a_message() -> None:
    sheet = ScannedPage(bytes(9 * 1024 * 1024), "jpg", 300)
    taken: list[ScannedPage] = []
    while not is_full(taken):
        taken.append(sheet)
    assert len(taken) < 50
    largest = MAXIMUM_PIXELS  # octets, of a grey one that nothing makes smaller
    assert (len(taken) - 1) * len(sheet.content) + largest < MAXIMUM_PIECES


def seen(page: ScannedPage) -> Image.Image:
    return Image.open(io.BytesIO(page.content))


@pytest.mark.parametrize(("wanted", "taken"), [(1, 75), (75, 75), (76, 150), (300, 300), (301, 300)])
def test_the_least_resolution_that_is_fine_enough_is_taken_else_the_finest(wanted: int, taken: int) -> None:
    assert nearest_resolution((150, 75, 300), wanted) == taken


@pytest.mark.parametrize(
    ("scanned_dpi", "dpi", "size"),
    [
        ((200.0, 200.0), 200, (40, 20)),
        ((400.0, 400.0), 200, (20, 10)),
        ((200.0, 400.0), 200, (40, 10)),  # down finer than across
        ((100.0, 100.0), 100, (40, 20)),  # coarser than wanted, and said so
    ],
)
def test_a_page_has_the_resolution_it_says(
    scanned_dpi: tuple[float, float], dpi: int, size: tuple[int, int]
) -> None:
    page = page_of(np.full((20, 40, 3), 200, np.uint8), scanned_dpi, 200)
    assert (page.resolution_dpi, seen(page).size) == (dpi, size)
    assert seen(page).info["dpi"] == (dpi, dpi)


def test_the_narrowest_strip_keeps_a_pixel() -> None:
    assert seen(page_of(np.zeros((50, 1), np.uint8), (600.0, 600.0), 100)).size == (1, 8)


def test_black_and_white_stays_as_sharp_as_it_was() -> None:
    pixels = np.tile(np.array([[0, 255], [255, 0]], np.uint8), (8, 8))
    page = page_of(pixels, (200.0, 200.0), 200, is_line_art=True)
    assert page.format == "png"
    np.testing.assert_array_equal(np.asarray(seen(page)), pixels)
