"""Times as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.clock import parse_rfc3339, rfc3339, utc_now

_MOMENTS = st.integers(-(10**9), 10**10).flatmap(
    lambda second: st.integers(0, 999_999).map(
        lambda microsecond: datetime.fromtimestamp(second, UTC).replace(microsecond=microsecond)
    )
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-01-02",
        "2026-02-29T00:00:00Z",
        "2026-01-02T25:00:00Z",
        pytest.param("2026-01-02T03:04:05", id="no zone"),
        pytest.param("0001-01-01T00:00:00+05:00", id="before the first year once in UTC"),
        pytest.param("9999-12-31T23:59:59-05:00", id="after the last year once in UTC"),
    ],
)
def test_what_is_no_moment_is_refused_with_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_rfc3339(text)


def test_a_moment_is_written_with_milliseconds_and_a_z() -> None:
    assert rfc3339(datetime(2026, 1, 2, 3, 4, 5, 678_999, UTC)) == "2026-01-02T03:04:05.678Z"


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(999, 12, 31, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
    ],
)
def test_every_moment_of_the_calendar_can_be_read_again(moment: datetime) -> None:
    written = rfc3339(moment)
    assert len(written) == len("2026-01-02T03:04:05.678Z")
    assert parse_rfc3339(written).date() == moment.date()


def test_a_moment_of_another_zone_is_written_in_utc() -> None:
    moment = datetime(2026, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert rfc3339(moment) == "2025-12-31T20:00:00.000Z"


def test_an_offset_is_read_and_turned_into_utc() -> None:
    moment = parse_rfc3339("2026-01-01T01:30:00+05:30")
    assert moment == datetime(2025, 12, 31, 20, 0, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)


@given(_MOMENTS)
def test_reading_gives_back_the_written_moment_to_the_millisecond(moment: datetime) -> None:
    read = parse_rfc3339(rfc3339(moment))
    assert timedelta(0) <= moment - read < timedelta(milliseconds=1)


@given(st.lists(_MOMENTS))
def test_written_moments_sort_like_moments(moments: list[datetime]) -> None:
    assert sorted(map(rfc3339, moments)) == [rfc3339(moment) for moment in sorted(moments)]


def test_now_knows_its_zone() -> None:
    assert utc_now().utcoffset() == timedelta(0)
