"""Reading picture files that people hand in, with a sentence for whatever is wrong with them."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from muster.errors import BadInput, Code

FILE_EMPTY = Code("FILE_EMPTY", "The file is empty. Choose another one, or scan the page again.")
PICTURE_UNREADABLE = Code("PICTURE_UNREADABLE", "The file is not a picture this program can read.")
PICTURE_TRUNCATED = Code("PICTURE_TRUNCATED", "The picture is cut off or damaged. Copy it again.")
PICTURE_TOO_LARGE = Code("PICTURE_TOO_LARGE", "The picture is too large. Use at most 64 million pixels.")

_MAXIMUM_PIXELS = 64_000_000


def read_picture(content: bytes) -> NDArray[np.uint8]:
    """(h, w, 3) RGB of a JPEG, PNG or whatever else Pillow reads, turned as its EXIF says.

    Raises ``BadInput`` with one of the codes above; nothing else, whatever the bytes.
    """
    if not content:
        raise BadInput(FILE_EMPTY)
    try:
        image = Image.open(io.BytesIO(content))
    except Image.DecompressionBombError as error:
        raise BadInput(PICTURE_TOO_LARGE) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise BadInput(PICTURE_UNREADABLE) from error
    with image:
        if image.width * image.height > _MAXIMUM_PIXELS:
            raise BadInput(PICTURE_TOO_LARGE)
        try:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
            raise BadInput(PICTURE_TRUNCATED) from error
