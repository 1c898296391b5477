"""Times as Java's JSON writers leave them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.formats.java_times import moment_of, time_text


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "2026-02-30T00:00:00Z",
        "2026-01-02T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        True,
        None,
        float("inf"),
        10**30,
        -(10**30),
        [],
        [2026, 1, 2, 3],
        [2026, 1, 2, 3, 4, 5, 6, 7],
        [2026, 1, 2, 3, 4, 5, -1],
        [2026, 1, 2, 3, 4, 5, 10**9],
        [2026, 13, 2, 3, 4],
        [2026, 1, 2, 3, True],
        ["2026", 1, 2, 3, 4],
        [10**30, 1, 2, 3, 4],
        {},
        {"date": {"year": 2026, "month": 1, "day": 2}},
        {"date": [2026, 1, 2], "time": {}},
        {"date": {"year": 2026, "month": 1}, "time": {}},
        {"date": {"year": 2026, "month": 1, "day": 2}, "time": {"hour": None}},
    ],
)
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        time_text(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"),
        ("2023-05-03T11:04:05.0166982", "2023-05-03T11:04:05.0166982Z"),
        ("2026-01-02T03:04:05+05:30", "2026-01-02T03:04:05+05:30"),
        ("2026-01-02T03:04", "2026-01-02T03:04:00.000Z"),
        ("2026-01-02", "2026-01-02T00:00:00.000Z"),
        ([2026, 1, 2, 3, 4], "2026-01-02T03:04:00.000Z"),
        ([2026, 1, 2, 3, 4, 5], "2026-01-02T03:04:05.000Z"),
        ([2026, 1, 2, 3, 4, 5, 678_000_000], "2026-01-02T03:04:05.678Z"),
        ([2023, 5, 3, 11, 4, 5, 16_698_200], "2023-05-03T11:04:05.0166982Z"),
        (1767323045, "2026-01-02T03:04:05.000Z"),
        (1767323045.678, "2026-01-02T03:04:05.678Z"),
        (1767323045678, "2026-01-02T03:04:05.678Z"),
        (-1.5, "1969-12-31T23:59:58.500Z"),
        (
            {
                "date": {"year": 2026, "month": 1, "day": 2},
                "time": {"hour": 3, "minute": 4, "second": 5, "nano": 678_000_001},
            },
            "2026-01-02T03:04:05.678000001Z",
        ),
    ],
)
def test_a_time_is_read_in_every_form_to_its_last_digit(value: object, text: str) -> None:
    assert time_text(value) == text


def test_the_moment_is_in_utc() -> None:
    assert moment_of("2026-01-02T03:04:05+05:30") == datetime(2026, 1, 1, 21, 34, 5, tzinfo=UTC)


@given(st.datetimes(), st.integers(0, 999_999_999))
def test_what_was_read_is_a_moment_and_read_again_the_same(moment: datetime, nano: int) -> None:
    numbers = [*moment.timetuple()[:6], nano]
    text = time_text(numbers)
    assert time_text(text) == text
    assert moment_of(text) == moment.replace(microsecond=nano // 1000, tzinfo=UTC)
