"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.upload.schedule import next_attempt, next_question

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
chances = st.floats(0, 1, allow_nan=False)
failures = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("count", "seconds"),
    [
        (1, 30),
        (2, 60),
        (3, 120),
        (4, 240),
        (5, 480),
        (6, 960),
        (7, 1920),
        (8, 3600),
        (9, 3600),
        (10**6, 3600),
    ],
)
def test_the_wait_doubles_from_half_a_minute_to_an_hour(count: int, seconds: int) -> None:
    assert next_attempt(count, NOW, chance=0.0) == NOW + timedelta(seconds=seconds)


@given(failures, chances)
def test_a_wait_is_never_longer_than_an_hour(count: int, chance: float) -> None:
    assert next_attempt(count, NOW, chance=chance) - NOW <= timedelta(hours=1)


@given(failures, chances)
def test_a_wait_is_never_shorter_than_three_quarters_of_half_a_minute(count: int, chance: float) -> None:
    assert next_attempt(count, NOW, chance=chance) - NOW >= timedelta(seconds=22.5)


@given(failures, chances)
def test_another_failure_never_shortens_the_wait(count: int, chance: float) -> None:
    assert next_attempt(count, NOW, chance=chance) <= next_attempt(count + 1, NOW, chance=chance)


@given(failures)
def test_chance_spreads_attempts_over_a_quarter_of_the_wait(count: int) -> None:
    latest = next_attempt(count, NOW, chance=0.0) - NOW
    earliest = next_attempt(count, NOW, chance=1.0) - NOW
    assert earliest == latest * 0.75


@given(failures, chances, chances)
def test_two_stations_with_different_luck_knock_at_different_times(count: int, one: float, other: float) -> None:
    # Below a millionth of a second both are the same moment.
    if abs(one - other) > 1e-6:
        assert next_attempt(count, NOW, chance=one) != next_attempt(count, NOW, chance=other)


@given(failures, chances, st.floats(0, 86_400))
def test_a_server_is_left_alone_at_least_as_long_as_it_asked(count: int, chance: float, seconds: float) -> None:
    asked = timedelta(seconds=seconds)
    assert next_attempt(count, NOW, chance=chance, asked_to_wait=asked) - NOW >= asked


@given(failures, chances)
def test_nobody_is_made_to_wait_much_longer_than_a_day(count: int, chance: float) -> None:
    asked = timedelta(days=10_000)
    assert next_attempt(count, NOW, chance=chance, asked_to_wait=asked) - NOW <= timedelta(hours=30)


def test_stations_that_were_asked_to_wait_do_not_come_back_in_one_second() -> None:
    lucky, unlucky = (
        next_attempt(1, NOW, chance=chance, asked_to_wait=timedelta(minutes=10)) for chance in (0.0, 1.0)
    )
    assert unlucky - lucky == timedelta(minutes=2.5)


@pytest.mark.parametrize(("asked", "minutes"), [(0, 10), (1, 20), (3, 80), (6, 640), (7, 720), (10**6, 720)])
def test_questions_grow_from_ten_minutes_to_half_a_day_apart(asked: int, minutes: int) -> None:
    assert next_question(asked, NOW, chance=0.0) - NOW == timedelta(minutes=minutes)
    assert next_question(asked, NOW, chance=1.0) - NOW == timedelta(minutes=minutes) * 0.75
