"""What document scanners have in common: what goes wrong with them, and how a page is handed out.

The sentences are told for every scanner, whatever it speaks. A page is handed out whole or not at all: what holds
fewer lines than the scanner promised is ``SCAN_INCOMPLETE``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from muster.devices.api import ScannedPage
from muster.devices.frames import Pixels
from muster.errors import Code

SCANNER_JAMMED = Code(
    "SCANNER_JAMMED", "Paper is stuck in the scanner. Take it out, lay the page in again and scan again."
)
FEEDER_EMPTY = Code("FEEDER_EMPTY", "No paper lies in the scanner's feeder. Lay the pages in and scan again.")
SCANNER_COVER_OPEN = Code("SCANNER_COVER_OPEN", "The scanner's cover is open. Close it and scan again.")
SCANNER_DENIED = Code("SCANNER_DENIED", "The scanner does not let this station use it. Ask your administrator.")
SCANNER_NO_MEMORY = Code(
    "SCANNER_NO_MEMORY", "The scanner has no memory left for this page. Switch it off and on, and scan again."
)
SCANNER_LOST = Code(
    "SCANNER_LOST",
    "The scanner cannot be reached any more. Look whether it is switched on and connected, and scan again.",
)
SHEETS_LEFT = Code(
    "SHEETS_LEFT",
    "At most {sheets} sheets are taken at once. If more lie in the feeder, add them as further pages.",
)
SCAN_INCOMPLETE = Code("SCAN_INCOMPLETE", "Only a part of the page arrived from the scanner. Scan it again.")

MAXIMUM_SHEETS = 50  # of a stack
# The sheets of a stack cross to the program in one message (``wire``). Beyond this no further one is drawn in; up
# to it there is still room for one of MAXIMUM_PIXELS, grey and not made smaller.
MAXIMUM_OCTETS = 192 * 1024 * 1024
MAXIMUM_PIXELS = 64_000_000  # as many as a picture from a file may have
LARGEST_PAGE_MM = (216.0, 356.0)  # legal paper; feeders for banners promise metres
_JPEG_QUALITY = 95


def nearest_resolution(offered: Sequence[int], wanted_dpi: int) -> int:
    """The least that is fine enough, else the finest there is. ``offered`` holds at least one."""
    enough = [each for each in offered if each >= wanted_dpi]
    return min(enough) if enough else max(offered)


def is_full(pages: Sequence[ScannedPage]) -> bool:
    """Whether a stack takes no further sheet."""
    return len(pages) >= MAXIMUM_SHEETS or sum(len(each.content) for each in pages) > MAXIMUM_OCTETS


def page_of(
    pixels: Pixels, scanned_dpi: tuple[float, float], wanted_dpi: int, *, is_line_art: bool = False
) -> ScannedPage:
    """The page as it is handed out; made as coarse as was wanted where the scanner knew only finer ones.

    ``pixels`` are (h, w) grey or (h, w, 3) RGB, scanned at (across, down) dots per inch; a page with as many dots
    across as down comes of it. Black and white stays sharp as PNG.
    """
    image = Image.fromarray(pixels)
    dpi = min(wanted_dpi, round(min(scanned_dpi)))
    size = (max(1, round(image.width * dpi / scanned_dpi[0])), max(1, round(image.height * dpi / scanned_dpi[1])))
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    if is_line_art:
        image.save(buffer, "PNG", dpi=(dpi, dpi))
        return ScannedPage(buffer.getvalue(), "png", dpi)
    image.save(buffer, "JPEG", quality=_JPEG_QUALITY, dpi=(dpi, dpi))
    return ScannedPage(buffer.getvalue(), "jpg", dpi)
