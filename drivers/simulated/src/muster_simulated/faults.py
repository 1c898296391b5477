"""What may go wrong on command: ``MUSTER_SIMULATED_FAULTS=fingerprint=poor_quality,camera=empty_chair``.

Read anew at each use, so that a fault can come and go while the program runs, as it does at a desk. A driver in a
process of its own does not see the program's environment change: ``@FILE`` has the faults read from there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from muster.devices.api import DeviceKind, setting_wrong

VARIABLE = "MUSTER_SIMULATED_FAULTS"


class Fault(Enum):
    UNPLUG = "unplug"  # not there
    UNPLUG_MID_CAPTURE = "unplug_mid_capture"  # there, then gone
    BUSY = "busy"  # somebody else has it
    TIMEOUT = "timeout"  # never answers
    POOR_QUALITY = "poor_quality"  # faint prints and eyes, a face too far away
    WRONG_FINGER = "wrong_finger"  # the other hand or eye
    EMPTY_GLASS = "empty_glass"  # nobody's finger
    WET = "wet"  # ridges run into one another
    PARTIAL = "partial"  # only the tips: well in contrast, and of little use
    SAME_FINGER = "same_finger"  # the first of the placement once more in the place of the last
    EMPTY_CHAIR = "empty_chair"
    TWO_FACES = "two_faces"
    JAM = "jam"  # the second sheet gets stuck
    PHOTOGRAPH = "photograph"  # of somebody, held before the camera


Faults = Mapping[DeviceKind, Fault]


def parse(text: str) -> Faults:
    """Read ``kind=fault,kind=fault``; kinds are ``camera``, ``fingerprint``, ``iris``, ``scanner``.

    Raises ``BadInput`` for a word that is neither, so that a typing mistake is not a silent success.
    """
    faults: dict[DeviceKind, Fault] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        kind, _, fault = part.partition("=")
        try:
            faults[DeviceKind[kind.strip().upper()]] = Fault(fault.strip())
        except (KeyError, ValueError):
            raise setting_wrong(VARIABLE, part, "camera=busy,fingerprint=poor_quality") from None
    return faults


def from_environment() -> Faults:
    """Raises ``BadInput``, also for a file that is not there."""
    told = os.environ.get(VARIABLE, "")
    if not told.startswith("@"):
        return parse(told)
    try:
        return parse(Path(told[1:]).read_text("utf-8").strip())
    except OSError:
        raise setting_wrong(VARIABLE, told, "@FILE") from None
