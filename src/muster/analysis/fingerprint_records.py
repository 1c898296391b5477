"""The picture in a finger record, as everything here that looks at fingers wants it."""

from __future__ import annotations

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_ridges import at_500_dpi
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_pixels import pixels_in

_PER_CENTIMETRE = 2


def standard_pixels(record: FingerRecord) -> Pixels:
    """The picture in a record, (h, w) grey at 500 dpi."""
    inch = 2.54 if record.scale_unit == _PER_CENTIMETRE else 1.0
    across, down = record.image_resolution
    return at_500_dpi(pixels_in(record), across * inch, down * inch)
