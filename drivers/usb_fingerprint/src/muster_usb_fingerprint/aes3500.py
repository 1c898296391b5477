"""AuthenTec AES3500: a touch sensor, 128 x 128 pixels of 4 bits at 500 dpi (6.5 x 6.5 mm).

The station writes the sensor's registers, pairs of register and value. Each transfer is one order to the chip, at
most sixteen pairs, so where one ends matters. Then the chip looks for a finger by itself and answers once there is
one::

    8 x (E0..E7 | 1024 bytes) | DF | 128 bytes of registers

A strip is sixteen rows, column by column, eight bytes a column: the low nibble is the even row, the high one the
odd row. The picture arrives upside down and light on dark. The resolution is its maker's; the ridges of the
recording lie 0.48 mm apart at it, as a person's do.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from muster.devices.frames import Pixels
from muster_usb_fingerprint.conversation import Garbled, Model, Receive, Scan, Send

_SIDE = 128
_STRIPS, _ROWS_A_STRIP = 8, 16
_STRIP = 1 + _SIDE * _ROWS_A_STRIP // 2
_FIRST_STRIP, _REGISTERS = 0xE0, 0xDF
_ANSWER = _STRIPS * _STRIP + 129
_GREY_STEP = 17  # 0..15 over 0..255

_RESET = ("8001", "8000", "81008000", "8002", "8000", "8004", "8000", "8100")
# 82 excitation, 83 finger detection and its debouncing, 85 calibration, 8E gain, 91 and 92 the converter's
# reference, 93 to 96 rows and columns, 97 format, 9A scanning.
_SETTINGS = (
    "80008100 8204 8313 8407 853D 8603 8701 8802 8902 8A33 8B33 8C0F 8D04 8E23 8F07",
    "9000 911C 9208 9300 9407 9500 961F 9704 9828 9900 9A0B 9B00 9C00 9D09 9E53 9F6B",
)
_LOOK = ("80008100", "8104", "8100")


def scan(_: Iterator[int]) -> Scan:
    """Waits for a finger, then takes its picture. Raises ``Garbled``."""
    for order in (*_RESET, *_SETTINGS, *_LOOK):
        yield Send(bytes.fromhex(order))
    return picture_of((yield Receive(_ANSWER, for_finger=True)))


def picture_of(answer: bytes) -> Pixels:
    """(128, 128) grey, upright, ridges dark. Raises ``Garbled``."""
    strips = np.frombuffer(answer, np.uint8, _STRIPS * _STRIP).reshape(_STRIPS, _STRIP)
    if list(strips[:, 0]) != [_FIRST_STRIP + each for each in range(_STRIPS)]:
        raise Garbled("strips are missing or out of order")
    if answer[_STRIPS * _STRIP] != _REGISTERS:
        raise Garbled("the picture does not end with its last strip")
    packed = strips[:, 1:].reshape(_STRIPS, _SIDE, _ROWS_A_STRIP // 2)
    columns = np.stack((packed & 0x0F, packed >> 4), axis=-1).reshape(_STRIPS, _SIDE, _ROWS_A_STRIP)
    light_on_dark = columns.transpose(0, 2, 1).reshape(_SIDE, _SIDE) * np.uint8(_GREY_STEP)
    return np.ascontiguousarray(255 - light_on_dark[::-1, ::-1])


MODEL = Model(
    name="aes3500",
    vendor_id=0x08FF,
    product_id=0x5731,
    make="AuthenTec",
    model="AES3500",
    resolution_dpi=500,
    out_endpoint=0x02,
    in_endpoint=0x81,
    scan=scan,
)
