"""Values in classes, and what is still known of them."""

from __future__ import annotations

import pytest

from muster.domain.figures import QUALITY_EDGES, TIME_EDGES_S, Spread, place, wilson


def test_of_nothing_there_is_no_median() -> None:
    with pytest.raises(ValueError, match="middle"):
        Spread((0, 10), (0,)).below(0.5)


@pytest.mark.parametrize(("value", "there"), [(-3, 0), (0, 0), (9.9, 0), (10, 1), (99, 9), (100, 9), (250, 9)])
def test_every_value_has_a_class(value: float, there: int) -> None:
    assert place(QUALITY_EDGES, value) == there


def test_the_median_lies_where_half_of_them_are_below() -> None:
    spread = Spread((0, 10, 20, 30), (1, 2, 1))
    assert (spread.below(0.25), spread.median, spread.below(1)) == (10, 15, 30)


def test_a_step_of_ten_minutes_is_the_longest_before_a_pause() -> None:
    assert 600 in TIME_EDGES_S


def test_a_share_of_few_is_less_sure_than_the_same_share_of_many() -> None:
    few, many = wilson(1, 2), wilson(500, 1000)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]


def test_none_and_all_of_some_prove_no_certainty() -> None:
    assert wilson(0, 10) == (0.0, pytest.approx(0.2775, abs=1e-4))
    assert wilson(10, 10) == (pytest.approx(0.7225, abs=1e-4), 1.0)
    assert wilson(0, 0) == (0.0, 1.0)
