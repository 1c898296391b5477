"""Picture codecs of the biometric records: JPEG 2000 lossless to write, whatever devices send to read.

Pixels are numpy arrays, uint8: (height, width) grey or (height, width, 3) RGB.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from muster.errors import Code, MalformedData

IMAGE_UNDECODABLE = Code("IMAGE_UNDECODABLE", "The picture inside the record cannot be decoded.")
IMAGE_TOO_LARGE = Code("IMAGE_TOO_LARGE", "The picture inside the record is larger than any device makes.")

Pixels = NDArray[np.uint8]

_FORMATS = ("JPEG2000", "JPEG", "PNG")
_END_OF_CODESTREAM = b"\xff\xd9"  # cannot occur inside JPEG 2000 packets (ISO/IEC 15444-1 B.10.1)
MAXIMUM_PIXELS = 64_000_000  # a 600 dpi A4 page is 35 million


def encode_jp2_lossless(pixels: Pixels) -> bytes:
    """A JP2 file with the reversible 5/3 wavelet and, for RGB, the reversible colour transform."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG2000", irreversible=False, mct=int(pixels.ndim == 3))
    return buffer.getvalue()


def encode_png(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def decode(content: bytes) -> Pixels:
    """Decode JPEG 2000, JPEG or PNG to grey or RGB.

    The three are what the records' standards know and Pillow reads. Nothing else is tried: Pillow would
    hand PostScript to an interpreter. Raises ``MalformedData`` for anything that is no whole picture, or
    one of more than ``MAXIMUM_PIXELS``.
    """
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MAXIMUM_PIXELS:
                raise MalformedData(IMAGE_TOO_LARGE)
            if image.format == "JPEG2000" and _END_OF_CODESTREAM not in content:
                # A file that ends right behind its headers decodes to a picture of nothing.
                raise MalformedData(IMAGE_UNDECODABLE)
            if image.mode in ("I;16", "I;16B", "I"):  # Pillow's own conversion cuts at 255
                return (np.asarray(image) >> 8).astype(np.uint8)
            grey = image.mode in ("1", "L")
            return np.asarray(image.convert("L" if grey else "RGB"))
    except MalformedData:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MalformedData(IMAGE_TOO_LARGE) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise MalformedData(IMAGE_UNDECODABLE) from error
