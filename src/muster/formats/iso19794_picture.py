"""What the picture inside a finger, face or iris record says about itself, without decoding it.

Read are the headers of JPEG 2000 (ISO/IEC 15444-1 A.5, A.6.1 and I.5), JPEG, PNG and WSQ. A JPEG 2000 picture
counts as lossless when every main header says that the reversible 5/3 wavelet was used: whether an encoder then
threw bit planes away cannot be told from the file. Nothing here raises: a picture that cannot be read is
described as one of no size, so that a record with a bad picture can still be shown.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from muster.errors import MalformedData
from muster.formats.iso19794_4 import FingerCompression, FingerRecord
from muster.formats.iso19794_5 import FaceRecord
from muster.formats.iso19794_6 import IrisImageFormat
from muster.formats.iso19794_record import Record
from muster.formats.octets import RECORD_TRUNCATED, Reader

_JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
_CODESTREAM = b"\xff\x4f\xff\x51"
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END_OF_IMAGE = b"\xff\xd9"
_SRGB, _GREYSCALE = 16, 17  # EnumCS of the colour specification box
_JPEG_FRAMES = frozenset(range(0xFFC0, 0xFFD0)) - {0xFFC4, 0xFFC8, 0xFFCC}
_SIZ, _COD, _COC, _START_OF_TILE = 0xFF51, 0xFF52, 0xFF53, 0xFF90
_WSQ_FRAME, _START_OF_SCAN, _WSQ_BLOCK = 0xFFA2, 0xFFDA, 0xFFA3


class Codec(Enum):
    JP2 = "jp2"
    JPEG2000_CODESTREAM = "j2k"
    JPEG = "jpeg"
    PNG = "png"
    WSQ = "wsq"
    RAW = "raw"
    UNKNOWN = "unknown"


class Colour(Enum):
    GREY = "grey"
    RGB = "rgb"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Picture:
    """``width`` and ``height`` are 0 when the picture's header cannot be read. ``is_whole`` says that the header
    was read and, for JPEG 2000, that the end of the codestream is there.

    ``is_plain``, of JPEG 2000 alone: what the codestream decodes to are the pixels. All components are sampled one
    to one, and a JP2 file has no palette, profile or order of channels that is to be applied afterwards.
    """

    codec: Codec
    width: int = 0
    height: int = 0
    colour: Colour = Colour.OTHER
    bit_depth: int = 0
    is_lossless: bool = False
    is_whole: bool = False
    is_plain: bool = False


def picture_in(record: Record) -> Picture:
    """The record's picture. Raw pixels have no header: their size is the one that the record states.

    They are looked for first, and count as such when their length is what the size asks for: a white corner of a
    raw picture may begin like a codec's signature.
    """
    if _is_raw(record):
        depth = 8 if isinstance(record, FaceRecord) else record.bit_depth
        return Picture(Codec.RAW, record.width, record.height, Colour.GREY, depth, is_lossless=True, is_whole=True)
    return describe(record.image)


def describe(image: bytes) -> Picture:
    """By the picture's own header. Takes at most 20 times the picture's length, for nothing but boxes."""
    for signature, codec, read in (
        (_JP2_SIGNATURE, Codec.JP2, _jp2),
        (_CODESTREAM, Codec.JPEG2000_CODESTREAM, _codestream),
        (b"\xff\xd8\xff", Codec.JPEG, _jpeg),
        (_PNG_SIGNATURE, Codec.PNG, _png),
        (b"\xff\xa0\xff", Codec.WSQ, _wsq),
    ):
        if image.startswith(signature):
            try:
                return read(image)
            except MalformedData:
                return Picture(codec)
    return Picture(Codec.UNKNOWN)


def codestream_of(image: bytes) -> bytes:
    """The JPEG 2000 codestream: the first in a JP2 file, or ``image`` itself. Raises ``MalformedData``."""
    if not image.startswith(_JP2_SIGNATURE):
        return image
    for kind, start, end in _boxes(image, 0, len(image)):
        if kind == b"jp2c":
            return image[start:end]
    raise MalformedData(RECORD_TRUNCATED, offset=len(image))


def _is_raw(record: Record) -> bool:
    return len(record.image) in _raw_lengths(record)


def _raw_lengths(record: Record) -> set[int]:
    """Octets of the pixels if the record says that they are raw: one or two for each, or packed without a gap
    between pixels, where some begin each row at an octet and some do not."""
    if isinstance(record, FaceRecord):
        return set()
    count, depth = record.width * record.height, record.bit_depth
    if count == 0 or not 1 <= depth <= 16:
        return set()
    if isinstance(record, FingerRecord) and record.compression == FingerCompression.PACKED:
        return {-(-count * depth // 8), -(-record.width * depth // 8) * record.height}
    says_so = (
        record.compression == FingerCompression.NONE
        if isinstance(record, FingerRecord)
        else record.image_format == IrisImageFormat.MONO_RAW
    )
    return {count * (1 if depth <= 8 else 2)} if says_so else set()


# --- JPEG 2000 ---------------------------------------------------------------------------------------------


def _jp2(image: bytes) -> Picture:
    colour_space, has_palette, says_all = 0, False, True
    for kind, start, end in _boxes(image, 0, len(image)):
        if kind == b"jp2h":
            inner = [(name, image[at:to]) for name, at, to in _boxes(image, start, end)]
            has_palette = b"pclr" in dict(inner)
            colour_space = _enumerated(dict(inner).get(b"colr", b""))
            says_all = sorted(name for name, _ in inner if name != b"res ") == [b"colr", b"ihdr"]
        if kind == b"jp2c":
            found = _codestream(image[start:end])
            fits = not has_palette and colour_space in _COLOUR_SPACES[found.colour]
            colour = found.colour if fits else Colour.OTHER
            is_plain = found.is_plain and says_all and fits and colour_space != 0
            return replace(found, codec=Codec.JP2, colour=colour, is_plain=is_plain)
    return Picture(Codec.JP2)


# 0: the file leaves it open, or describes it with a profile.
_COLOUR_SPACES = {Colour.GREY: {0, _GREYSCALE}, Colour.RGB: {0, _SRGB}, Colour.OTHER: frozenset[int]()}


def _boxes(image: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each box's content. A length of 1 stands for a longer one, 0 for "to the end"."""
    while at < end:
        reader = Reader(image[at : min(at + 16, end)])
        length, kind = reader.unpack("I4s")
        if length == 1:
            length = reader.one("Q")
        elif length == 0:
            length = end - at
        if length < reader.offset:
            return
        yield kind, at + reader.offset, min(at + length, end)
        at += length


def _enumerated(colour_box: bytes) -> int:
    """EnumCS of a ``colr`` box of method 1; 0 for any other."""
    if len(colour_box) < 7 or colour_box[0] != 1:
        return 0
    return int.from_bytes(colour_box[3:7], "big")


def _codestream(stream: bytes) -> Picture:
    width = height = depth = 0
    is_plain = False
    colour, wavelets = Colour.OTHER, []
    for marker, body in _segments(stream, {_START_OF_TILE}):
        if marker == _SIZ:
            reader = Reader(body)
            # Rsiz u16, then Xsiz, Ysiz, XOsiz, YOsiz, four fields of the tiles, Csiz u16
            _, x1, y1, x0, y0, _, _, _, _, components = reader.unpack("HIIIIIIIIH")
            width, height = max(0, x1 - x0), max(0, y1 - y0)
            each = [reader.unpack("BBB") for _ in range(components)]  # Ssiz, XRsiz, YRsiz
            depths = {depth for depth, _, _ in each}
            is_plain = {(across, down) for _, across, down in each} == {(1, 1)}
            depth = depths.pop() + 1 if len(depths) == 1 else 0  # the sign bit makes it more than any depth
            colour = _by_components(components)
        elif marker == _COD:  # Scod u8, progression u8, layers u16, transform u8, levels to style 4 u8, wavelet
            wavelets.append(Reader(body).unpack("9sB")[1])
        elif marker == _COC:  # component u8, Scoc u8, levels to style 4 u8, wavelet
            wavelets.append(Reader(body).unpack("6sB")[1])
    is_whole = width > 0 and height > 0 and bool(wavelets) and _END_OF_IMAGE in stream
    is_lossless = bool(wavelets) and all(each == 1 for each in wavelets)
    return Picture(Codec.JPEG2000_CODESTREAM, width, height, colour, depth, is_lossless, is_whole, is_plain)


def _by_components(count: int) -> Colour:
    return {1: Colour.GREY, 3: Colour.RGB}.get(count, Colour.OTHER)


# --- the others --------------------------------------------------------------------------------------------


def _segments(stream: bytes, until: set[int]) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each segment behind the first marker."""
    reader = Reader(stream)
    reader.take(2)
    while True:
        marker = reader.one("H")
        if marker in until:
            return
        length = reader.one("H")
        if marker < 0xFF00 or length < 2:
            return
        yield marker, reader.take(length - 2)


def _jpeg(image: bytes) -> Picture:
    for marker, body in _segments(image, {_START_OF_SCAN}):
        if marker in _JPEG_FRAMES:
            depth, height, width, components = struct.unpack(">BHHB", Reader(body).take(6))
            return Picture(Codec.JPEG, width, height, _by_components(components), depth, is_whole=True)
    return Picture(Codec.JPEG)


def _wsq(image: bytes) -> Picture:
    for marker, body in _segments(image, {_WSQ_BLOCK}):
        if marker == _WSQ_FRAME:  # black u8, white u8, height u16, width u16
            _, _, height, width = Reader(body).unpack("BBHH")
            return Picture(Codec.WSQ, width, height, Colour.GREY, 8, is_whole=True)
    return Picture(Codec.WSQ)


def _png(image: bytes) -> Picture:
    reader = Reader(image)
    _, kind, width, height, depth, colour_type = reader.unpack("8s4x4sIIBB")
    if kind != b"IHDR":
        return Picture(Codec.PNG)
    colour = {0: Colour.GREY, 2: Colour.RGB}.get(colour_type, Colour.OTHER)
    return Picture(Codec.PNG, width, height, colour, depth, is_lossless=True, is_whole=True)
