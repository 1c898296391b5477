from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from muster.analysis.irises import iris_contrast
from muster.domain.assessment import NotAssessed, Score

Grey = NDArray[np.uint8]


def eye(contrast: float = 1.0) -> Grey:
    """A dark disc in a grey ring on white, 640 by 480."""
    y, x = np.mgrid[:480, :640]
    radius = np.hypot(x - 320, y - 240)
    picture = np.select([radius < 60, radius < 150], [15.0, 110.0], 225.0)
    return (128 + (picture - 128) * contrast).astype(np.uint8)


def value(pixels: Grey) -> float:
    score = iris_contrast(pixels)
    assert isinstance(score, Score)
    return score.value


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (480, 199), (199, 640)])
def test_a_picture_too_small_to_hold_an_iris_is_not_judged(shape: tuple[int, int]) -> None:
    answer = iris_contrast(np.zeros(shape, np.uint8))
    assert isinstance(answer, NotAssessed)
    assert answer.reason.name == "EYE_PICTURE_TOO_SMALL"


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_dark_room_and_a_blinding_light_score_nothing(level: int) -> None:
    assert value(np.full((480, 640), level, np.uint8)) == 0


def test_the_smallest_picture_that_is_judged_has_200_pixels_a_side() -> None:
    assert value(np.zeros((200, 200), np.uint8)) == 0


def test_a_well_lit_eye_scores_high() -> None:
    assert value(eye()) > 70


def test_a_dim_eye_scores_less_than_a_well_lit_one() -> None:
    assert value(eye(contrast=0.2)) < 30 < value(eye())


def test_what_lies_at_the_border_does_not_count() -> None:
    framed = np.full((480, 640), 128, np.uint8)
    framed[:80], framed[-80:], framed[:, :106], framed[:, -106:] = 0, 255, 0, 255
    assert value(framed) == 0


def test_no_contrast_scores_more_than_100() -> None:
    checkers = np.indices((300, 300)).sum(axis=0) % 2 * 255
    assert value(checkers.astype(np.uint8)) == 100
