"""From a finger, face or iris record to pixels, and from pixels into a record, in every codec the records know.

Reading goes by the picture and not by what the record says of it: old samples say lossless around a lossy
picture, and everybody's viewer shows them. Whether the two agree is for ``iso19794_rules``. Only raw pixels have
no header to go by: they are read as the record states them.

Writing takes the code, and ``coding_for`` tells it for a purpose: ``with_pixels(record, pixels,
coding_for(record, Purpose.AUTH))``. A picture that is in a record already is never compressed again. What a code
does not settle stays as it is: an iris for authentication must also be cropped and masked, and say so in its
image type.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import NDArray

from muster.errors import BadInput, Code, MalformedData
from muster.formats import wsq
from muster.formats.image_codec import (
    IMAGE_TOO_LARGE,
    Pixels,
    decode,
    encode_jp2_lossless,
    encode_jp2_lossy,
    encode_jpeg,
    encode_png,
)
from muster.formats.iso19794 import Purpose
from muster.formats.iso19794_4 import FingerCompression, FingerRecord
from muster.formats.iso19794_5 import FaceDataType, FaceRecord
from muster.formats.iso19794_6 import IrisCompression, IrisImageFormat, IrisRecord
from muster.formats.iso19794_picture import Codec, picture_in
from muster.formats.iso19794_record import Record

PICTURE_UNSUITABLE = Code(
    "PICTURE_UNSUITABLE", "This picture does not fit into the record: fingers and irises are grey, faces are RGB."
)

MAXIMUM_PIXELS = 25_000_000  # a camera of 24 megapixels; four fingers at 1000 dpi are 9.6 million
_LARGEST_SIDE = 0xFFFF


@dataclass(frozen=True, slots=True)
class IrisCoding:
    """An iris record says in two places how its picture is compressed."""

    image_format: IrisImageFormat
    compression: IrisCompression


Coding = FingerCompression | FaceDataType | IrisCoding

IRIS_LOSSLESS = IrisCoding(IrisImageFormat.MONO_JPEG2000, IrisCompression.LOSSLESS)
IRIS_LOSSY = IrisCoding(IrisImageFormat.MONO_JPEG2000, IrisCompression.LOSSY)
IRIS_RAW = IrisCoding(IrisImageFormat.MONO_RAW, IrisCompression.LOSSLESS)
IRIS_PNG = IrisCoding(IrisImageFormat.MONO_PNG, IrisCompression.LOSSLESS)


@overload
def coding_for(record: FingerRecord, purpose: Purpose) -> FingerCompression: ...
@overload
def coding_for(record: FaceRecord, purpose: Purpose) -> FaceDataType: ...
@overload
def coding_for(record: IrisRecord, purpose: Purpose) -> IrisCoding: ...


def coding_for(record: Record, purpose: Purpose) -> Coding:
    """The code of table 6.4 of the packet notes. Of the two for a finger's authentication JPEG 2000 is taken: its
    rate can be kept below 15:1, WSQ's cannot."""
    lossless = purpose is Purpose.REGISTRATION
    if isinstance(record, FingerRecord):
        return FingerCompression.JPEG2000_LOSSLESS if lossless else FingerCompression.JPEG2000_LOSSY
    if isinstance(record, FaceRecord):
        return FaceDataType.JPEG2000_LOSSLESS if lossless else FaceDataType.JPEG2000_LOSSY
    return IRIS_LOSSLESS if lossless else IRIS_LOSSY


@overload
def with_pixels(record: FingerRecord, pixels: Pixels, coding: FingerCompression) -> FingerRecord: ...
@overload
def with_pixels(record: FaceRecord, pixels: Pixels, coding: FaceDataType) -> FaceRecord: ...
@overload
def with_pixels(record: IrisRecord, pixels: Pixels, coding: IrisCoding) -> IrisRecord: ...


def with_pixels(record: Record, pixels: Pixels, coding: Coding) -> Record:
    """The record with this picture, its size and its code. Raises ``BadInput``: not grey (a face: not RGB), no
    pixels or too many for the fields, or too small for WSQ."""
    shape = (3,) if isinstance(record, FaceRecord) else ()
    if pixels.ndim < 2 or pixels.shape[2:] != shape or not all(0 < n <= _LARGEST_SIDE for n in pixels.shape[:2]):
        raise BadInput(PICTURE_UNSUITABLE)
    height, width = pixels.shape[:2]
    if isinstance(record, FingerRecord) and isinstance(coding, FingerCompression):
        image = _FINGER_ENCODERS[coding](pixels)
        return replace(record, image=image, width=width, height=height, bit_depth=8, compression=coding)
    if isinstance(record, FaceRecord) and isinstance(coding, FaceDataType):
        image = _FACE_ENCODERS[coding](pixels)
        return replace(record, image=image, width=width, height=height, data_type=coding)
    assert isinstance(record, IrisRecord)
    assert isinstance(coding, IrisCoding)
    return replace(
        record,
        image=_IRIS_ENCODERS[coding](pixels),
        width=width,
        height=height,
        bit_depth=8,
        image_format=coding.image_format,
        properties=record.properties & 0b111111 | coding.compression << 6,
    )


def _raw(pixels: Pixels) -> bytes:
    """At 8 bits per pixel packed and not packed are the same."""
    return pixels.tobytes()


_FINGER_ENCODERS = {
    FingerCompression.NONE: _raw,
    FingerCompression.PACKED: _raw,
    FingerCompression.WSQ: wsq.encode,
    FingerCompression.JPEG: encode_jpeg,
    FingerCompression.JPEG2000_LOSSY: encode_jp2_lossy,
    FingerCompression.JPEG2000_LOSSLESS: encode_jp2_lossless,
    FingerCompression.PNG: encode_png,
}
_FACE_ENCODERS = {
    FaceDataType.JPEG: encode_jpeg,
    FaceDataType.JPEG2000_LOSSY: encode_jp2_lossy,
    FaceDataType.JPEG2000_LOSSLESS: encode_jp2_lossless,
    FaceDataType.PNG: encode_png,
}
_IRIS_ENCODERS = {
    IRIS_LOSSLESS: encode_jp2_lossless,
    IRIS_LOSSY: encode_jp2_lossy,
    IRIS_RAW: _raw,
    IRIS_PNG: encode_png,
}


def pixels_in(record: Record, *, enough_px: int = 0) -> Pixels:
    """``enough_px`` as :func:`~muster.formats.image_codec.decode` has it. Raises ``MalformedData``."""
    picture = picture_in(record)
    if picture.width * picture.height > MAXIMUM_PIXELS:
        raise MalformedData(IMAGE_TOO_LARGE)
    if picture.codec is not Codec.RAW or isinstance(record, FaceRecord):  # faces have no raw code
        return decode(record.image, MAXIMUM_PIXELS, enough_px=enough_px)
    return _grey(_samples(record), record.bit_depth).reshape(record.height, record.width)


def _samples(record: FingerRecord | IrisRecord) -> NDArray[np.uint32]:
    """One number per pixel. The length tells packed rows that begin at an octet from rows without a gap."""
    count, depth = record.width * record.height, record.bit_depth
    if not isinstance(record, FingerRecord) or record.compression != FingerCompression.PACKED or depth in (8, 16):
        return np.frombuffer(record.image, np.uint8 if depth <= 8 else ">u2").astype(np.uint32)
    bits = np.unpackbits(np.frombuffer(record.image, np.uint8))
    if len(record.image) == -(-count * depth // 8):
        bits = bits[: count * depth]
    else:
        bits = bits.reshape(record.height, -1)[:, : record.width * depth].reshape(-1)
    weights = np.left_shift(np.uint32(1), np.arange(depth - 1, -1, -1, dtype=np.uint32))
    return (bits.reshape(count, depth) @ weights).astype(np.uint32)


def _grey(samples: NDArray[np.uint32], depth: int) -> Pixels:
    """All of black to white, whatever the depth: of more than 8 bits the upper 8, less stretched."""
    if depth > 8:
        return (samples >> (depth - 8)).astype(np.uint8)
    most = (1 << depth) - 1
    return (np.minimum(samples, most) * 255 // most).astype(np.uint8)
