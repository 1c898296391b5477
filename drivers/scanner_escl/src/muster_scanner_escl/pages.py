"""What a scanner handed out as a document, as pages."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import numpy as np
from PIL import Image

from muster.devices.api import ScannedPage
from muster.devices.scanning import MAXIMUM_PIXELS, SCAN_INCOMPLETE, page_of
from muster.errors import DeviceUnavailable, MalformedData
from muster.formats.picture_pdf import pictures_in
from muster_scanner_escl.problems import ESCL_PICTURE_UNKNOWN
from muster_scanner_escl.words import Format

_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow's readers raise over damaged bytes.
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, RuntimeError, LookupError, TypeError, struct.error)
_EXTENSIONS = {"JPEG": "jpg", "PNG": "png"}


def pages_in(document: bytes, content_type: str, scanned_dpi: int, wanted_dpi: int) -> Iterator[ScannedPage]:
    """Whole pages only. Raises ``DeviceUnavailable``."""
    if content_type != Format.PDF.value and not document.startswith(b"%PDF-"):
        yield _page(document, scanned_dpi, wanted_dpi)
        return
    try:
        pictures = pictures_in(document)
    except MalformedData as error:
        raise DeviceUnavailable(ESCL_PICTURE_UNKNOWN) from error
    for each in pictures:
        yield _page(each, scanned_dpi, wanted_dpi)


def _page(picture: bytes, scanned_dpi: int, wanted_dpi: int) -> ScannedPage:
    """As the scanner made it where it is as was wanted; compressing twice makes nothing better."""
    try:
        image = Image.open(io.BytesIO(picture), formats=tuple(_EXTENSIONS))
    except (*_TOO_LARGE, *_DAMAGED) as error:
        raise DeviceUnavailable(ESCL_PICTURE_UNKNOWN) from error
    with image:
        if image.width * image.height > MAXIMUM_PIXELS:
            raise DeviceUnavailable(ESCL_PICTURE_UNKNOWN)
        try:
            image.load()
        except _DAMAGED as error:  # the end is missing
            raise DeviceUnavailable(SCAN_INCOMPLETE) from error
        if scanned_dpi <= wanted_dpi and image.mode in ("1", "L", "RGB"):
            return ScannedPage(picture, _EXTENSIONS[str(image.format)], scanned_dpi)
        pixels = np.asarray(image if image.mode == "L" else image.convert("RGB"))
        return page_of(pixels, (scanned_dpi, scanned_dpi), wanted_dpi, is_line_art=image.mode == "1")
