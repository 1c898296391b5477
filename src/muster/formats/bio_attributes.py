"""MOSIP's names of fingers, eyes and the face: ``bioAttributes`` in schemas, types and subtypes on the wire.

The types and subtypes are the same in SBI (section 3 of the SBI notes) and in CBEFF (section 5 of the
packet notes), spacing included: ``Left IndexFinger``, but ``Left Thumb``.
"""

from __future__ import annotations

from collections.abc import Mapping

SUBTYPES: Mapping[str, str] = {
    "leftIndex": "Left IndexFinger",
    "leftMiddle": "Left MiddleFinger",
    "leftRing": "Left RingFinger",
    "leftLittle": "Left LittleFinger",
    "leftThumb": "Left Thumb",
    "rightIndex": "Right IndexFinger",
    "rightMiddle": "Right MiddleFinger",
    "rightRing": "Right RingFinger",
    "rightLittle": "Right LittleFinger",
    "rightThumb": "Right Thumb",
    "leftEye": "Left",
    "rightEye": "Right",
    "face": "",
}


def type_of(attribute: str) -> str:
    """``Finger``, ``Iris`` or ``Face``. Raises ``KeyError`` for a name MOSIP does not have."""
    return {"": "Face", "Left": "Iris", "Right": "Iris"}.get(SUBTYPES[attribute], "Finger")
