"""Reading picture files that people hand in, with a sentence for whatever is wrong with them."""

from __future__ import annotations

import io
import struct
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from muster.errors import BadInput, Code

FILE_EMPTY = Code("FILE_EMPTY", "The file is empty. Choose another one, or scan the page again.")
PICTURE_UNREADABLE = Code("PICTURE_UNREADABLE", "The file is not a picture this program can read.")
PICTURE_TRUNCATED = Code("PICTURE_TRUNCATED", "The picture is cut off or damaged. Copy it again.")
PICTURE_SEVERAL_PAGES = Code(
    "PICTURE_SEVERAL_PAGES", "The file holds several pages or pictures. Choose one that holds a single page."
)
PICTURE_TOO_LARGE = Code("PICTURE_TOO_LARGE", "The picture is too large. Use at most 64 million pixels.")

_MAXIMUM_PIXELS = 64_000_000
# What scanners, cameras and phones write. Not everything Pillow knows: its EPS reader starts Ghostscript.
_FORMATS = ("JPEG", "PNG", "TIFF", "JPEG2000", "WEBP", "BMP", "GIF", "PPM")
# Telephones put previews and depth maps behind the photograph; in any other file a second picture is a page.
_ONE_PHOTOGRAPH = "MPO"
_TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow's readers raise over damaged bytes (UnidentifiedImageError is an OSError): the list is what
# fuzzing found, a struct.error over a JPEG's EXIF among it.
_DAMAGED = (
    OSError, ValueError, SyntaxError, EOFError, MemoryError, RuntimeError, LookupError, TypeError, struct.error,
)  # fmt: skip


def read_picture(content: bytes, *, enough_px: int = 0) -> NDArray[np.uint8]:
    """(h, w, 3) RGB of a JPEG, PNG or another common picture file, turned as its EXIF says.

    ``enough_px``: a JPEG whose longer side need be no longer may come as its half, quarter or eighth, which is
    sooner decoded.

    What is transparent lies on white, as paper is. A file of several pages is refused: the others would be lost.
    Raises ``BadInput`` with one of the codes above; nothing else, whatever the bytes.
    """
    if not content:
        raise BadInput(FILE_EMPTY)
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except _TOO_LARGE as error:
        raise BadInput(PICTURE_TOO_LARGE) from error
    except _DAMAGED as error:
        raise BadInput(PICTURE_UNREADABLE) from error
    with image:
        if image.width * image.height > _MAXIMUM_PIXELS:
            raise BadInput(PICTURE_TOO_LARGE)
        try:
            if enough_px:
                share = enough_px / max(image.size)
                image.draft(None, (ceil(image.width * share), ceil(image.height * share)))
            several = image.format != _ONE_PHOTOGRAPH and getattr(image, "n_frames", 1) > 1
            pixels = None if several else _rgb(ImageOps.exif_transpose(image))
        except _DAMAGED as error:
            raise BadInput(PICTURE_TRUNCATED) from error
    if pixels is None:
        raise BadInput(PICTURE_SEVERAL_PAGES)
    return pixels


def as_rgb(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A grey picture with its one channel three times."""
    return np.repeat(pixels[:, :, np.newaxis], 3, axis=2) if pixels.ndim == 2 else pixels


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I;16"):  # Pillow cuts 16 bit grey off at 255: a scanned page would come out white
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return np.stack([grey] * 3, axis=-1)
    if image.has_transparency_data or image.mode in ("LA", "PA"):
        seen = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(seen, mask=seen)
        return np.asarray(paper)
    return np.asarray(image.convert("RGB"))
