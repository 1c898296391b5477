"""Who is wrong too often waits, whoever they say they are and whichever process they ask."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from integration.receiver.conftest import Place
from muster.receiver.wrong_attempts import FREE, KEPT, WAIT_S, WrongAttempts


def _both(place: Place) -> list[WrongAttempts]:
    """Of two processes."""
    return [WrongAttempts(place.open().database, place.clock) for _ in range(2)]


def _tried(place: Place, name: str, times: int) -> list[bool]:
    both = _both(place)
    return [both[number % 2].may_try(name) for number in range(times)]


def test_after_some_wrong_attempts_there_is_one_in_a_while(place: Place) -> None:
    assert _tried(place, "erika", FREE + 2) == [True] * FREE + [False] * 2
    for _ in range(2):
        place.pass_time(timedelta(seconds=WAIT_S - 1))
        assert _tried(place, "erika", 2) == [False] * 2
        place.pass_time(timedelta(seconds=1))
        assert _tried(place, "erika", 2) == [True, False]


def test_a_clock_that_is_set_back_makes_nobody_wait_longer_nor_lets_anybody_try_at_once(place: Place) -> None:
    _tried(place, "erika", FREE)
    place.pass_time(-timedelta(days=1))
    assert _tried(place, "erika", 2) == [False] * 2
    place.pass_time(timedelta(seconds=WAIT_S))
    assert _tried(place, "erika", 2) == [True, False]


def test_of_many_at_once_no_more_than_the_free_ones_may_try(place: Place) -> None:
    both = _both(place)
    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(lambda number: both[number % 2].may_try("erika"), range(16)))
    assert sum(tried) == FREE


def test_somebody_else_need_not_wait(small: Place) -> None:
    _tried(small, "erika", FREE)
    assert _tried(small, "max", 1) == [True]


def test_who_was_right_begins_anew(small: Place) -> None:
    _tried(small, "erika", FREE)
    _both(small)[0].forget("erika")
    assert _tried(small, "erika", FREE + 1) == [True] * FREE + [False]


def test_what_was_tried_long_ago_fills_no_table(small: Place) -> None:
    _tried(small, "erika", FREE)
    small.pass_time(KEPT)
    _tried(small, "max", 1)
    assert _both(small)[0].forget_the_old() == 1
    assert _both(small)[0].forget_the_old() == 0
