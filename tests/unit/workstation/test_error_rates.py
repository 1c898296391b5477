import pytest

from muster.workstation.error_rates import ErrorRate, Scores


def test_of_nothing_there_is_no_rate() -> None:
    assert ErrorRate.of(0, 0) is None
    empty = Scores.of([], [])
    assert empty.fmr(0.5) is None
    assert empty.fnmr(0.5) is None
    assert empty.equal_error is None


def test_of_one_kind_only_there_is_no_equal_error() -> None:
    assert Scores.of([0.9], []).equal_error is None
    assert Scores.of([], [0.1]).equal_error is None


# From tables of Clopper and Pearson's one-sided bound; the first two are 3 / n, nearly.
@pytest.mark.parametrize(
    ("wrong", "n", "at_most"),
    [(0, 100, 0.0295), (0, 1000, 0.00299), (1, 10, 0.3942), (5, 100, 0.1023), (3, 3, 1.0)],
)
def test_the_bound_is_clopper_and_pearsons(wrong: int, n: int, at_most: float) -> None:
    found = ErrorRate.of(wrong, n)
    assert found is not None
    assert found.at_most == pytest.approx(at_most, rel=0.01)


def test_a_score_at_the_threshold_is_a_match() -> None:
    scores = Scores.of([0.4, 0.5, 0.3], [0.4, 0.1, 0.39, 0.2])
    missed, matched = scores.fnmr(0.4), scores.fmr(0.4)
    assert missed is not None
    assert matched is not None
    assert (missed.wrong, missed.n) == (1, 3)
    assert (matched.wrong, matched.n) == (1, 4)


def test_heaps_that_do_not_touch_have_no_equal_error_between_them() -> None:
    found = Scores.of([0.6, 0.7, 0.9], [0.1, 0.2]).equal_error
    assert found is not None
    assert found.rate == 0
    assert 0.2 < found.threshold <= 0.6


def test_one_of_ten_on_each_side_is_an_equal_error_of_a_tenth() -> None:
    genuine = [0.2, *(0.6 + number / 100 for number in range(9))]
    impostor = [0.8, *(0.3 + number / 100 for number in range(9))]
    found = Scores.of(genuine, impostor).equal_error
    assert found is not None
    assert found.rate == pytest.approx(0.1)


def test_the_trade_off_goes_from_accepting_all_to_refusing_all() -> None:
    false_matches, misses = Scores.of([0.2, 0.6, 0.9], [0.1, 0.3, 0.7]).det
    assert (false_matches[0], misses[0]) == (1, 0)
    assert (false_matches[-1], misses[-1]) == (0, 1)
    assert (false_matches[1:] <= false_matches[:-1]).all()
    assert (misses[1:] >= misses[:-1]).all()
