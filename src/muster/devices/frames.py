"""One picture from a device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture: ``pixels`` is (height, width, 3) RGB or (height, width) grey, 8 bit.

    ``number`` counts from 0 within one stream, so that a lost or repeated frame can be seen.
    """

    pixels: Pixels
    taken_at: datetime
    number: int = 0
