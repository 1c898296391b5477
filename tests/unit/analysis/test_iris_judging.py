"""One eye: what cannot be judged, what is wrong with it, its quality, and which of two captures is the better."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import cv2
import numpy as np
import pytest

from muster.analysis.api import Pixels
from muster.analysis.iris_judging import (
    QUALITY,
    IrisJudge,
    judge_iris,
    look_at_iris,
    meets,
)
from muster.analysis.iris_measures import (
    CONCENTRICITY,
    GAZE,
    MEASURES,
    RADIUS,
    RATIO,
    SHARPNESS,
    USABLE_AREA,
)
from muster.analysis.iris_side import SIDE, EyeSide
from muster.domain.assessment import Assessment, Finding, NotAssessed, Score, Severity, blocking
from muster.domain.biometrics import BiometricAttribute
from muster.errors import Code
from muster_simulated.pictures import Pictures, fade
from simulators.eyes import Eye, closed, draw

OPEN = Eye()


def eye(**changes: Any) -> Pixels:
    picture: Pixels = draw(replace(OPEN, **changes)).picture
    return picture


def codes(assessment: Assessment) -> set[str]:
    return {each.code.name for each in assessment.findings}


def raw(assessment: Assessment, measure: str) -> float:
    score = assessment[measure]
    assert isinstance(score, Score)
    return score.raw


@pytest.fixture(scope="module")
def plain() -> Assessment:
    return judge_iris(eye())


ROUND = np.hypot(*np.mgrid[-240:240, -320:320])
STRANGE = {
    "nothing": np.zeros((0, 0), np.uint8),
    "one pixel": np.zeros((1, 1), np.uint8),
    "one pixel wide": np.full((400, 1), 30, np.uint8),
    "ten pixels": np.full((10, 10), 200, np.uint8),
    "black": np.zeros((480, 640), np.uint8),
    "white": np.full((480, 640), 255, np.uint8),
    "grey, RGB": np.full((480, 640, 3), 128, np.uint8),
    "20 megapixels": np.full((5000, 4000, 3), 90, np.uint8),
    "a gradient": np.tile(np.linspace(0, 255, 640), (480, 1)).astype(np.uint8),
    "noise": np.random.default_rng(1).integers(0, 256, (480, 640), dtype=np.uint8),
    "stripes": np.tile(np.repeat([0, 255], 10), (480, 32)).astype(np.uint8),
    "half black": np.repeat(np.array([[0, 255]], np.uint8), [320, 320], axis=1).repeat(480, axis=0),
    "a ball": np.where(ROUND < 60, 10, 200).astype(np.uint8),
    "a ball at the border": np.roll(np.where(ROUND < 60, 10, 200), 300, axis=1).astype(np.uint8),
    "a tall strip": np.tile(np.array([[90, 91]], np.uint8), (1900, 60)),
}


@pytest.mark.parametrize("picture", STRANGE.values(), ids=STRANGE)
def test_what_is_no_eye_is_told_and_never_raises(picture: Pixels) -> None:
    assessment = judge_iris(picture)
    assert isinstance(assessment[QUALITY], NotAssessed)
    assert blocking(assessment.findings)


@pytest.mark.parametrize("picture", ["face", "empty_chair"])
def test_a_photograph_of_something_else_shows_no_eye(picture: str) -> None:
    assert codes(judge_iris(Pictures().photograph(picture))) == {"IRIS_ABSENT"}


def test_a_finger_is_no_eye() -> None:
    assert codes(judge_iris(Pictures().sample(BiometricAttribute.LEFT_INDEX))) == {"IRIS_ABSENT"}


def test_what_was_not_judged_has_a_reason_for_every_measure() -> None:
    assessment = judge_iris(STRANGE["black"])
    assert {each.measure for each in assessment.measures} == {QUALITY, *MEASURES, SIDE}
    assert all(isinstance(each, NotAssessed) for each in assessment.measures)


def test_a_closed_eye_is_told_from_no_eye() -> None:
    assert codes(judge_iris(closed())) == {"IRIS_EYE_CLOSED"}


def test_an_eye_in_colour_is_judged_as_its_grey_picture(plain: Assessment) -> None:
    assert judge_iris(np.repeat(eye()[:, :, np.newaxis], 3, axis=2)) == plain


def test_judging_does_not_change_the_picture() -> None:
    picture = eye()
    before = picture.copy()
    judge_iris(picture)
    np.testing.assert_array_equal(picture, before)


def test_an_open_sharp_eye_has_nothing_wrong(plain: Assessment) -> None:
    quality = plain.value(QUALITY)
    assert quality is not None
    assert quality > 90
    assert plain.findings == ()


def test_every_measure_is_there_under_its_name(plain: Assessment) -> None:
    assert [each.measure for each in plain.measures] == [QUALITY, *MEASURES, SIDE]


@pytest.mark.parametrize("side", [BiometricAttribute.LEFT_EYE, BiometricAttribute.RIGHT_EYE])
def test_the_simulated_eyes_are_of_use(side: BiometricAttribute) -> None:
    assessment = judge_iris(Pictures().sample(side))
    assert meets(assessment, 60)
    assert assessment.findings == ()


def test_a_simulated_eye_that_is_faded_is_not_of_use() -> None:
    assessment = judge_iris(fade(Pictures().sample(BiometricAttribute.LEFT_EYE), 0.22))
    assert not meets(assessment, 60)
    assert codes(assessment) == {"IRIS_FAINT"}


WRONG = {
    "IRIS_COVERED": eye(upper_lid=-0.25, lower_lid=0.7),
    "IRIS_GAZE_ASIDE": eye(gaze_deg=30.0, gaze_towards_deg=10.0),
    "IRIS_TOO_FAR": eye(radius=60.0),
    "IRIS_CUT_OFF": eye(x=122.0),
    "IRIS_TOO_CLOSE": eye(radius=236.0, lashes=0, upper_lid=-1.0),
    "IRIS_MOVED": eye(motion_px=12),
    "IRIS_BLURRED": eye(blur_px=3.5),
    "IRIS_FAINT": eye(contrast=0.25),
    "IRIS_LAMPS": eye(glare=((0.55, 0.3, 0.15), (-0.55, 0.2, 0.15))),
    "IRIS_PUPIL_WIDE": eye(pupil=0.74),
    "IRIS_PUPIL_NARROW": eye(pupil=0.17),
}


@cache
def judged_wrong(code: str) -> Assessment:
    return judge_iris(WRONG[code])


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_said_and_nothing_else(code: str) -> None:
    assert codes(judged_wrong(code)) == {code}


@pytest.mark.parametrize("code", ["IRIS_GAZE_ASIDE", "IRIS_MOVED", "IRIS_BLURRED", "IRIS_FAINT", "IRIS_TOO_FAR"])
def test_what_is_wrong_costs_quality(code: str, plain: Assessment) -> None:
    quality, best = judged_wrong(code).value(QUALITY), plain.value(QUALITY)
    assert quality is not None
    assert best is not None
    assert quality < best - 20


def test_nothing_wrong_with_an_eye_blocks() -> None:
    """What is enough is the policy's: a person whose eyes are so is not to be sent home by an analyser."""
    assert not any(blocking(judged_wrong(code).findings) for code in WRONG)


def test_radius_ratio_and_place_of_the_pupil_are_as_drawn() -> None:
    assessment = judge_iris(eye(radius=110.0, pupil=0.45, pupil_off=(0.06, 0.0)))
    assert raw(assessment, RADIUS) == pytest.approx(110, abs=1.5)
    assert raw(assessment, RATIO) == pytest.approx(45, abs=1)
    assert raw(assessment, CONCENTRICITY) == pytest.approx(94, abs=1)


def test_the_area_that_is_seen_is_as_drawn() -> None:
    drawn = draw(replace(OPEN, upper_lid=-0.4))
    assert raw(judge_iris(drawn.picture), USABLE_AREA) == pytest.approx(100 * drawn.usable_share, abs=5)


@pytest.mark.parametrize("degrees", [22, 30, 38])
def test_an_eye_that_looks_aside_is_read_to_within_two_degrees(degrees: float) -> None:
    assert raw(judge_iris(eye(gaze_deg=degrees, gaze_towards_deg=40.0)), GAZE) == pytest.approx(degrees, abs=2)


def test_the_less_sharp_the_lower_the_sharpness() -> None:
    found = [raw(judge_iris(eye(blur_px=blur)), SHARPNESS) for blur in (1.0, 2.0, 4.0)]
    assert found == sorted(found, reverse=True)


def test_a_picture_of_twice_the_size_gives_the_same_ratio_and_twice_the_radius(plain: Assessment) -> None:
    twice = judge_iris(np.asarray(cv2.resize(eye(), None, fx=2, fy=2), np.uint8))
    assert raw(twice, RADIUS) == pytest.approx(2 * raw(plain, RADIUS), rel=0.02)
    assert raw(twice, RATIO) == pytest.approx(raw(plain, RATIO), abs=1)


# --- left or right


def test_a_lid_that_falls_to_the_right_is_over_a_right_eye() -> None:
    assert look_at_iris(eye(tilt=0.15)).side is EyeSide.RIGHT


def test_a_mirrored_right_eye_looks_like_a_left_one() -> None:
    assert look_at_iris(np.ascontiguousarray(eye(tilt=0.15)[:, ::-1])).side is EyeSide.LEFT


def test_level_lids_do_not_tell_the_side() -> None:
    reading = look_at_iris(eye())
    assert reading.side is None
    answer = reading.assessment[SIDE]
    assert isinstance(answer, NotAssessed)
    assert answer.reason.name == "EYE_SIDE_UNTOLD"


def test_no_eye_has_no_side() -> None:
    assert look_at_iris(STRANGE["black"]).side is None


# --- good enough


def judged(quality: float | None, *wrong: Finding) -> Assessment:
    if quality is None:
        return Assessment((NotAssessed(QUALITY, Code("A", "b.")),), wrong)
    return Assessment((Score(QUALITY, quality, quality),), wrong)


WARNING, BLOCK = Finding(Code("W", "w."), Severity.WARNS), Finding(Code("B", "b."))


def test_an_eye_is_good_enough_from_the_threshold_on() -> None:
    assert meets(judged(60), 60)
    assert not meets(judged(59), 60)
    assert not meets(judged(90, BLOCK), 60)
    assert not meets(judged(None), 0)


def test_the_analyser_has_the_name_of_its_score(plain: Assessment) -> None:
    assert plain[IrisJudge.name] == plain[QUALITY]
