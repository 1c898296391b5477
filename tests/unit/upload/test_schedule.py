"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.upload.schedule import next_attempt

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
