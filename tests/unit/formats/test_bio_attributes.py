from __future__ import annotations

import pytest

from muster.formats.bio_attributes import SUBTYPES, type_of


@pytest.mark.parametrize("name", ["", "Face", "leftindex", "Left IndexFinger", "unknown"])
def test_a_name_mosip_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        type_of(name)


@pytest.mark.parametrize(
    "attribute, bir_type, subtype",
    [
        ("leftIndex", "Finger", "Left IndexFinger"),
        ("leftMiddle", "Finger", "Left MiddleFinger"),
        ("leftRing", "Finger", "Left RingFinger"),
        ("leftLittle", "Finger", "Left LittleFinger"),
        ("leftThumb", "Finger", "Left Thumb"),
        ("rightIndex", "Finger", "Right IndexFinger"),
        ("rightMiddle", "Finger", "Right MiddleFinger"),
        ("rightRing", "Finger", "Right RingFinger"),
        ("rightLittle", "Finger", "Right LittleFinger"),
        ("rightThumb", "Finger", "Right Thumb"),
        ("leftEye", "Iris", "Left"),
        ("rightEye", "Iris", "Right"),
        ("face", "Face", ""),
    ],
)
def test_attributes_have_the_words_of_the_wire(attribute: str, bir_type: str, subtype: str) -> None:
    assert (type_of(attribute), SUBTYPES[attribute]) == (bir_type, subtype)


def test_there_are_ten_fingers_two_eyes_and_a_face() -> None:
    assert sorted(type_of(name) for name in SUBTYPES) == ["Face", *["Finger"] * 10, "Iris", "Iris"]
