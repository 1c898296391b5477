"""Picture codecs of the biometric records, both ways: JPEG 2000, WSQ, JPEG, PNG. Raw pixels need none.

Pixels are numpy arrays, uint8: (height, width) grey or (height, width, 3) RGB. Encoding writes what it is given in
the codec it is asked for; which codec a record wants is ``iso19794_pixels``' business.

What ``decode`` makes of pictures that no record should hold: 16 bits are cut to the upper 8; palettes, CMYK and
alpha become RGB; of an animation the first picture; a note that the picture is to be turned (Exif) is not
followed, because a record states the size of the picture as it is stored.
"""

from __future__ import annotations

import io
import os
from contextlib import suppress
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile

from muster.errors import Code, MalformedData
from muster.formats import wsq
from muster.formats.iso19794_picture import Codec, Colour, Picture, codestream_of, describe
from muster.formats.jpeg2000_cost import MAXIMUM_PIECES, pieces_in

IMAGE_UNDECODABLE = Code("IMAGE_UNDECODABLE", "The picture inside the record cannot be decoded.")
IMAGE_TOO_LARGE = Code("IMAGE_TOO_LARGE", "The picture inside the record is larger than any device makes.")
IMAGE_TOO_COSTLY = Code(
    "IMAGE_TOO_COSTLY", "The picture inside the record is cut into more pieces than any device makes."
)

Pixels = NDArray[np.uint8]

_FORMATS = ("JPEG2000", "JPEG", "PNG")
_END_OF_CODESTREAM = b"\xff\xd9"  # cannot occur inside JPEG 2000 packets (ISO/IEC 15444-1 B.10.1)
MAXIMUM_PIXELS = 64_000_000  # a 600 dpi A4 page is 35 million

# For authentication at most 15:1 is allowed (6.4 of the packet notes). The coder keeps below the size it is asked
# for, so it is asked for a little more than a fifteenth: at 12 what comes out lies between 12:1 and 13:1.
LOSSY_RATIO = 12.0
_JPEG_QUALITY = 95
_THREADS = min(4, os.cpu_count() or 1)
_MOST_HALVINGS = 3
_NOT_DECODED = (imagecodecs.Jpeg2kError, NotImplementedError, ValueError, MemoryError)
_SOON_DECODED_PX = 40_000  # in colour: some 10 ms


def encode_jp2_lossless(pixels: Pixels) -> bytes:
    """A JP2 file with the reversible 5/3 wavelet and, for RGB, the reversible colour transform.

    Not by Pillow, which holds the interpreter for as long as it writes: a quarter of a second for a face, in which
    the window could not move. Both write with OpenJPEG, and but for the tiniest pictures the same octets.
    """
    written = imagecodecs.jpeg2k_encode(
        pixels, level=0, codecformat="jp2", reversible=True, mct=pixels.ndim == 3, numthreads=_THREADS
    )
    return bytes(written)


def encode_jp2_lossy(pixels: Pixels, ratio: float = LOSSY_RATIO) -> bytes:
    """A JP2 file with the irreversible 9/7 wavelet, ``ratio`` times smaller than the pixels or a little more.

    A picture of little content needs less than that, and comes out smaller.
    """
    return _saved(
        pixels,
        "JPEG2000",
        irreversible=True,
        mct=int(pixels.ndim == 3),
        quality_mode="rates",
        quality_layers=[ratio],
    )


def encode_jpeg(pixels: Pixels, quality: int = _JPEG_QUALITY) -> bytes:
    """Baseline JPEG with all of the colour kept."""
    return _saved(pixels, "JPEG", quality=quality, subsampling=0)


def encode_png(pixels: Pixels, *, quickly: bool = False) -> bytes:
    """Quickly: a photograph in a quarter of the time and a seventh more octets."""
    return _saved(pixels, "PNG", **({"compress_level": 1} if quickly else {}))


def _saved(pixels: Pixels, form: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def decode(content: bytes, maximum_pixels: int = MAXIMUM_PIXELS, *, enough_px: int = 0) -> Pixels:
    """Decode JPEG 2000, WSQ, JPEG or PNG to grey or RGB.

    The four are what the records' standards know. Nothing else is tried: Pillow would hand PostScript to an
    interpreter. Raises ``MalformedData`` for anything that is no whole picture, one of more than
    ``maximum_pixels``, or one that is small but dear to decode. Takes at most 30 octets for each pixel, however
    few octets the picture has.

    ``enough_px``: a JPEG 2000 picture that need not be larger may come as its half, quarter or eighth, the
    smallest that is as large on its longer side; that takes as small a part of the time.
    """
    picture = describe(content)
    codec = picture.codec
    if codec is Codec.WSQ:
        return wsq.decode(content)
    if codec in (Codec.JP2, Codec.JPEG2000_CODESTREAM):
        _refuse_costly(content)
    for halvings in range(_halvings(picture.width, picture.height, enough_px), 0, -1):
        with suppress(MalformedData):  # it has no picture as small in it, or is none
            return _opened(content, maximum_pixels, halvings)
    if _is_as_captured(picture, maximum_pixels):
        room = np.empty(_shape(picture), np.uint8)
        with suppress(*_NOT_DECODED):  # Pillow has the last word on what is no picture
            return np.asarray(imagecodecs.jpeg2k_decode(codestream_of(content), numthreads=_THREADS, out=room))
    return _opened(content, maximum_pixels)


def _shape(picture: Picture) -> tuple[int, ...]:
    size = picture.height, picture.width
    return (*size, 3) if picture.colour is Colour.RGB else size


def _is_as_captured(picture: Picture, maximum_pixels: int) -> bool:
    """Such as every capture is, so that it can be decoded without holding the interpreter."""
    fits = 0 < picture.width * picture.height <= maximum_pixels
    is_usual = picture.bit_depth == 8 and picture.colour is not Colour.OTHER
    return picture.is_plain and picture.is_whole and is_usual and fits


def _opened(content: bytes, maximum_pixels: int, halvings: int = 0) -> Pixels:
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > maximum_pixels:
                raise MalformedData(IMAGE_TOO_LARGE)
            if image.format == "JPEG2000" and _END_OF_CODESTREAM not in content:
                # A file that ends right behind its headers decodes to a picture of nothing.
                raise MalformedData(IMAGE_UNDECODABLE)
            if isinstance(image, Jpeg2KImageFile):
                image.reduce = halvings
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


def _halvings(width: int, height: int, enough_px: int) -> int:
    """How often it can be halved and is enough still. Of a quarter or an eighth that leaves a remainder Pillow
    and the codec do not agree how large it is. Only Pillow decodes in part, and it holds the interpreter."""
    return next(
        (
            times
            for times in range(_MOST_HALVINGS, 0, -1)
            if 0 < enough_px <= max(width, height) >> times
            and (times == 1 or not (width | height) % (1 << times))
            and width * height >> 2 * times <= _SOON_DECODED_PX
        ),
        0,
    )


def _refuse_costly(content: bytes) -> None:
    try:
        pieces = pieces_in(codestream_of(content))
    except MalformedData as error:
        raise MalformedData(IMAGE_UNDECODABLE) from error
    if pieces > MAXIMUM_PIECES:
        raise MalformedData(IMAGE_TOO_COSTLY)
