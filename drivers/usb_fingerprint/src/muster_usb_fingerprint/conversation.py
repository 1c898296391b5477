"""What a reader and the station say to each other, without a wire between them.

The protocol of a reader is a generator: it yields what is to be done next and is sent what came of it, until it
returns the picture. So it needs no hardware, no clock and no thread, and is tested with bytes alone
(``nb1010``, ``aes3500``); ``transport`` carries the bytes, ``scanning`` puts the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from muster.devices.frames import Pixels


@dataclass(frozen=True, slots=True)
class Send:
    """One transfer to the reader, whole: where it ends is part of what it says."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Receive:
    """One answer of exactly ``length`` bytes; ``for_finger`` the reader keeps silent until one is there."""

    length: int
    for_finger: bool = False


@dataclass(frozen=True, slots=True)
class NoFinger:
    """None is there; look again in ``again_s``."""

    again_s: float


Scan = Generator[Send | Receive | NoFinger, bytes, Pixels]


class Garbled(Exception):
    """What came is not what the protocol says; beginning anew may help. Holds no byte of it."""


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of reader. ``scan`` is given the numbers its requests shall have and returns one picture, (h, w)
    grey, ridges dark, at ``resolution_dpi``."""

    name: str
    vendor_id: int
    product_id: int
    make: str
    model: str
    resolution_dpi: int
    out_endpoint: int
    in_endpoint: int
    scan: Callable[[Iterator[int]], Scan]
