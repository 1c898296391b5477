"""The picture codecs, which are native: a crash of the process or memory beyond the runner's limit counts too."""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from muster.formats import image_codec

# A blank picture of the size that is really allowed takes a second, and there would be nothing but such inputs.
_MAXIMUM_PIXELS = 1_000_000
_GREY = np.arange(16 * 12, dtype=np.uint8).reshape(16, 12)
_COLOUR = np.dstack([_GREY] * 3)
_SHORT = 3000  # octets of a picture from outside: larger ones only slow everything down
_BOXES = b"jp2h jp2c ihdr colr pclr cmap cdef IHDR IDAT IEND PLTE tRNS iCCP zTXt acTL fcTL Exif"
_MARKERS = "4f51 52 53 90 93 d9 d8 c0 c2 c4 da e1 a0 a2 a3 a4 a5 a6"
WORDS = (*_BOXES.split(), *(bytes.fromhex(f"ff{each}") for each in _MARKERS.split()))


def seeds(reference: Path | None) -> Iterator[bytes]:
    for pixels in (_GREY, _COLOUR):
        yield image_codec.encode_jp2_lossless(pixels)
        yield image_codec.encode_png(pixels)
        yield _written(Image.fromarray(pixels), "JPEG")
        yield _written(Image.fromarray(pixels), "JPEG", progressive=True)
    for mode in ("1", "P", "LA", "RGBA", "I;16"):
        yield _written(Image.new(mode, (9, 7)), "PNG")
    yield _written(Image.fromarray(_COLOUR).convert("CMYK"), "JPEG")
    yield _written(Image.fromarray(_COLOUR), "JPEG2000", tile_size=(8, 8))
    yield image_codec.encode_jp2_lossless(_GREY)[85:]  # without its boxes
    yield png_of(60_000, 60_000)
    yield png_of(1000, 1000)
    yield jp2_larger_than_it_says(50_000)
    for file in sorted((reference / "iso").glob("*.iso")) if reference else ():
        record = file.read_bytes()
        if (at := record.find(b"\x00\x00\x00\x0cjP  ")) > 0 and len(record) - at <= _SHORT:
            yield record[at:]


def run(content: bytes) -> None:
    pixels = image_codec.decode(content, _MAXIMUM_PIXELS)
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 2 or pixels.shape[2:] == (3,)
    assert pixels.shape[0] * pixels.shape[1] <= _MAXIMUM_PIXELS


def _written(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A black picture in few octets."""
    rows = zlib.compress(bytes((width // 8 + 1) * min(height, 1000)), 9)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def jp2_larger_than_it_says(side: int) -> bytes:
    """The file's header says 12 by 16 pixels, the codestream inside many more, in one tile."""
    content = bytearray(image_codec.encode_jp2_lossless(_GREY))
    size = content.index(b"\xff\x4f\xff\x51") + 8
    struct.pack_into(">II8xII", content, size, side, side, side, side)
    return bytes(content)
