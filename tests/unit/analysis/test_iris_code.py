"""Whether two pictures are of one iris."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from muster.analysis.api import Pixels
from muster.analysis.iris_code import IrisCode, IrisMatch, match
from muster.analysis.iris_judging import look_at_iris
from muster.domain.assessment import NotAssessed
from muster.domain.biometrics import BiometricAttribute
from muster_simulated.pictures import Pictures
from simulators.eyes import Eye, draw

LEFT, RIGHT = BiometricAttribute.LEFT_EYE, BiometricAttribute.RIGHT_EYE
AGAIN = Eye(
    seed=1, take=1, radius=104, x=290, y=262, pupil=0.5, pupil_off=(0.03, -0.02), upper_lid=-0.55, lashes=60,
    roll_deg=11, blur_px=2.0, noise=4.0, contrast=0.7, glare=((0.3, 0.1, 0.06), (-0.2, -0.2, 0.05)),
)  # fmt: skip


def code_of(picture: Pixels) -> IrisCode:
    code = look_at_iris(picture).code
    assert code is not None
    return code


def code(eye: Eye) -> IrisCode:
    return code_of(draw(eye).picture)


def agreement(a: IrisCode, b: IrisCode) -> float:
    found = match(a, b)
    assert isinstance(found, IrisMatch)
    return found.score.raw


@pytest.fixture(scope="module")
def first() -> IrisCode:
    return code(Eye(seed=1))


def test_what_shows_no_iris_has_no_code() -> None:
    assert look_at_iris(np.zeros((480, 640), np.uint8)).code is None


def test_two_irises_of_which_nothing_in_common_is_seen_are_not_compared(first: IrisCode) -> None:
    blind = replace(first, known=np.zeros_like(first.known))
    answer = match(first, blind)
    assert isinstance(answer, NotAssessed)
    assert answer.reason.name == "IRIS_TOO_LITTLE"


def test_an_iris_is_itself(first: IrisCode) -> None:
    assert agreement(first, first) == 1


def test_an_iris_taken_again_turned_with_a_wider_pupil_farther_and_less_sharp_is_known(first: IrisCode) -> None:
    found = match(first, code(AGAIN))
    assert isinstance(found, IrisMatch)
    assert found.is_match


def test_it_is_known_because_the_turn_is_made_up_for(first: IrisCode) -> None:
    much = code(replace(Eye(seed=1), roll_deg=60))
    assert agreement(first, much) < 0.7


def test_an_iris_that_looks_aside_is_known(first: IrisCode) -> None:
    assert agreement(first, code(Eye(seed=1, take=2, gaze_deg=25, gaze_towards_deg=15))) > 0.7


@pytest.mark.parametrize("seed", range(2, 8))
def test_another_iris_is_not_the_same(seed: int, first: IrisCode) -> None:
    assert agreement(first, code(replace(AGAIN, seed=seed))) < 0.7


def test_the_order_does_not_matter(first: IrisCode) -> None:
    other = code(AGAIN)
    assert agreement(first, other) == pytest.approx(agreement(other, first), abs=1e-6)


def test_what_is_hidden_is_not_compared(first: IrisCode) -> None:
    changed = np.where(first.known, first.real, ~first.real)
    assert agreement(first, replace(first, real=changed)) == 1


def test_the_simulated_eyes_are_two() -> None:
    left, right = (code_of(Pictures().sample(each)) for each in (LEFT, RIGHT))
    assert agreement(left, right) < 0.7
