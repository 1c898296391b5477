"""Slaps: every finger by its name, the other hand, a finger missing, one too many, a hand that is turned."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_judging import look_at_finger
from muster.analysis.fingerprint_matching import match
from muster.analysis.fingerprint_slaps import Hand, Slap, segment
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from slaps import GLASS, fingers_of, simulated, slap

A, LEFT, RIGHT, THUMBS = BiometricAttribute, CaptureGroup.LEFT_SLAP, CaptureGroup.RIGHT_SLAP, CaptureGroup.THUMBS
OTHER = {LEFT: RIGHT, RIGHT: LEFT}


def names(found: Slap) -> tuple[BiometricAttribute | None, ...]:
    return tuple(each.attribute for each in found.fingers)


def codes(found: Slap) -> list[str]:
    return [each.code.name for each in found.findings]


STRANGE = {
    "nothing": np.zeros((0, 0), np.uint8),
    "one pixel wide": np.zeros((900, 1), np.uint8),
    "black": np.zeros((900, 900), np.uint8),
    "noise": np.random.default_rng(2).integers(0, 256, (900, 900), dtype=np.uint8),
    "RGB": np.full((900, 900, 3), 200, np.uint8),
    "25 megapixels": np.zeros((5000, 5000), np.uint8),
    "stripes": np.tile(np.repeat([0, 255], 5), (900, 90)).astype(np.uint8),
}


@pytest.mark.parametrize("picture", STRANGE.values(), ids=STRANGE)
def test_what_is_no_slap_is_told_and_never_raises(picture: Pixels) -> None:
    assert codes(segment(picture, LEFT))


def test_an_empty_glass_asks_for_the_hand() -> None:
    assert codes(segment(slap(()), LEFT)) == ["SLAP_EMPTY"]


def test_nothing_is_asked_of_a_hand_whose_fingers_are_all_exceptions() -> None:
    assert codes(segment(slap(()), LEFT, LEFT.attributes)) == []


@pytest.mark.parametrize("turned", [-20, 0, 20])
@pytest.mark.parametrize("hand", [LEFT, RIGHT])
def test_four_fingers_have_their_names_however_the_hand_is_turned(hand: CaptureGroup, turned: int) -> None:
    found = segment(slap(fingers_of(hand), turned_deg=turned), hand)
    assert names(found) == fingers_of(hand)
    assert codes(found) == []
    assert found.rotation_deg == pytest.approx(turned, abs=4)


@pytest.mark.parametrize("hand", [LEFT, RIGHT])
def test_the_other_hand_is_told_and_no_finger_has_a_name(hand: CaptureGroup) -> None:
    found = segment(slap(fingers_of(OTHER[hand])), hand)
    assert codes(found) == ["SLAP_WRONG_HAND"]
    assert names(found) == (None,) * 4
    assert found.hand is (Hand.RIGHT if hand is LEFT else Hand.LEFT)


@pytest.mark.parametrize("missing", RIGHT.attributes)
def test_a_missing_finger_that_is_no_exception_is_told(missing: BiometricAttribute) -> None:
    found = segment(slap([each for each in fingers_of(RIGHT) if each is not missing]), RIGHT)
    assert codes(found) == ["SLAP_FINGERS_MISSING"]
    assert found.findings[0].detail == {"seen": 3, "wanted": 4}
    assert set(names(found)) == {None}


@pytest.mark.parametrize("missing", LEFT.attributes)
def test_the_others_have_their_names_where_the_missing_finger_is_an_exception(missing: BiometricAttribute) -> None:
    rest = tuple(each for each in fingers_of(LEFT) if each is not missing)
    found = segment(slap(rest), LEFT, {missing})
    assert names(found) == rest
    assert codes(found) == []


def test_three_fingers_without_the_little_one_say_nothing_of_the_hand() -> None:
    rest = fingers_of(RIGHT)[:3]
    assert segment(slap(rest), RIGHT, {A.RIGHT_LITTLE}).hand is None


def test_a_finger_that_is_marked_as_missing_and_is_there_is_told() -> None:
    found = segment(slap(fingers_of(LEFT)), LEFT, {A.LEFT_RING})
    assert codes(found) == ["SLAP_MISSING_FINGER_SEEN"]


def test_five_fingers_are_too_many() -> None:
    found = segment(slap((*fingers_of(LEFT), A.LEFT_INDEX), apart=285), LEFT)
    assert codes(found) == ["SLAP_TOO_MANY"]


@pytest.mark.parametrize("turned", [-15, 0, 15])
def test_both_thumbs_have_their_names(turned: int) -> None:
    found = segment(slap(THUMBS.attributes, apart=600, turned_deg=turned), THUMBS)
    assert names(found) == THUMBS.attributes
    assert codes(found) == []


def test_fingers_that_touch_are_taken_apart() -> None:
    found = segment(slap(fingers_of(LEFT), apart=265), LEFT)
    assert names(found) == fingers_of(LEFT)


def test_a_lower_joint_is_no_finger_of_its_own() -> None:
    glass = slap(fingers_of(RIGHT))
    joint = simulated(A.RIGHT_THUMB)[120:320, 40:300]
    glass[850:1050, 460:720] = joint
    found = segment(glass, RIGHT)
    assert names(found) == fingers_of(RIGHT)
    assert found.fingers[1].size[1] < 500


def test_a_hand_that_lies_far_askew_is_told_and_used_all_the_same() -> None:
    found = segment(slap(fingers_of(LEFT), turned_deg=29, apart=320), LEFT)
    assert codes(found) == ["SLAP_TURNED"]
    assert names(found) == fingers_of(LEFT)


def test_dirt_on_the_glass_is_no_finger() -> None:
    glass = slap(fingers_of(LEFT))
    cv2.circle(glass, (1500, 1350), 25, 40, -1)
    assert names(segment(glass, LEFT)) == fingers_of(LEFT)


def test_a_finger_cut_out_of_a_turned_slap_is_that_finger() -> None:
    picture = segment(slap(fingers_of(LEFT), turned_deg=18), LEFT).picture(A.LEFT_INDEX)
    assert picture is not None
    original, cut = (look_at_finger(each).template for each in (simulated(A.LEFT_INDEX), picture))
    assert match(original, cut).score.raw > 0.4


def test_a_finger_outside_the_picture_is_filled_up_with_glass() -> None:
    found = segment(slap(fingers_of(LEFT), turned_deg=-20), LEFT)
    assert all(each.picture[0, 0] == GLASS for each in found.fingers)
