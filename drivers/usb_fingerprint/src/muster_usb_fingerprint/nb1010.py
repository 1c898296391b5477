"""Next Biometrics NB-1010-U: a thermal area sensor, 256 x 180 pixels at 385 dpi (16.9 x 11.9 mm).

A request is answered with sixteen bytes, the picture with 90 blocks of two rows each, unasked::

    request  80 | command | number | 00 | length of all, u32 | payload
    reply    80 | code    | number | 00 | 16, u32            | 8 bytes
    block    80 | 21 | 00 | 00 | 540, u32 | 0, u32 | more, u32 | row, u32 | 256, u32 | 01 | 512 pixels | 00 00 00

Numbers little-endian. The reader only repeats the request's number, by which a late reply is known; ``more`` is 1,
and 0 in the last block; rows count from 1. Ridges are dark, the picture stands upright.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterator

import numpy as np

from muster_usb_fingerprint.conversation import Garbled, Model, NoFinger, Receive, Scan, Send

_COLUMNS, _ROWS = 256, 180
_HEAD = struct.Struct("<BBBxI")
_MARK = 0x80
_REPLY = 16
_LEVEL_AT = 12
_FINGER_ABOVE = 0x30
_LOOK_AGAIN_S = 0.05

_BLOCK = struct.Struct("<BBBxI4xIIIB512s3x")
_BLOCK_CODE = 0x21
_ROWS_A_BLOCK = 2

_FINGER_LEVEL, _LEVEL = 0x38, 0x37
_PREPARE = 0x0D
_CAPTURE = 0x12
_DONE = 0x20
_PREPARATION = bytes.fromhex("00040000")
_WHAT_TO_CAPTURE = struct.pack("<I16xI", 2, 0x20)


def scan(numbers: Iterator[int]) -> Scan:
    """Waits for a finger, then takes its picture. Raises ``Garbled``."""
    while (yield from _ask(numbers, _FINGER_LEVEL, b"", _LEVEL))[_LEVEL_AT] <= _FINGER_ABOVE:
        yield NoFinger(_LOOK_AGAIN_S)
    yield from _ask(numbers, _PREPARE, _PREPARATION, _DONE)
    yield from _ask(numbers, _CAPTURE, _WHAT_TO_CAPTURE, _DONE)
    picture = b""
    for first_row in range(1, _ROWS + 1, _ROWS_A_BLOCK):
        picture += _pixels_of((yield Receive(_BLOCK.size)), first_row)
    return np.frombuffer(picture, np.uint8).reshape(_ROWS, _COLUMNS)


def _ask(
    numbers: Iterator[int], command: int, payload: bytes, code: int
) -> Generator[Send | Receive, bytes, bytes]:
    number = next(numbers) & 0xFF
    yield Send(_HEAD.pack(_MARK, command, number, _HEAD.size + len(payload)) + payload)
    reply = yield Receive(_REPLY)
    if _HEAD.unpack_from(reply) != (_MARK, code, number, _REPLY):
        raise Garbled("another reply than to what was asked")
    return reply


def _pixels_of(block: bytes, first_row: int) -> bytes:
    mark, code, _, length, more, row, columns, _, pixels = _BLOCK.unpack(block)
    if (mark, code, length, columns) != (_MARK, _BLOCK_CODE, _BLOCK.size, _COLUMNS):
        raise Garbled("no block of a picture")
    if row != first_row:
        raise Garbled("rows are missing or out of order")
    if bool(more) == (first_row + _ROWS_A_BLOCK > _ROWS):
        raise Garbled("the picture does not end with its last row")
    return bytes(pixels)


MODEL = Model(
    name="nb1010",
    vendor_id=0x298D,
    product_id=0x1010,
    make="Next Biometrics",
    model="NB-1010-U",
    resolution_dpi=385,
    out_endpoint=0x02,
    in_endpoint=0x83,
    scan=scan,
)
