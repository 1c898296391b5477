"""How near a limit is, and whether a trip fits in before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from muster.domain.limits import Limit, Unit, nearest_first, trip

_NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
_PACKETS = Limit("packets", 100, 500, Unit.PACKETS, a_person=1)
_AGE = Limit("age", 10, 30, Unit.DAYS, a_day=1)


def test_what_is_reached_blocks_now() -> None:
    assert Limit("x", 5, 5, Unit.DAYS, a_day=1).foreseen(0, _NOW).blocks_at == _NOW
    assert Limit("x", 5, 0, Unit.DAYS).is_reached


def test_packets_are_foreseen_by_people_and_ages_by_days() -> None:
    assert _PACKETS.foreseen(40, _NOW).blocks_at == _NOW + timedelta(days=10)
    assert _AGE.foreseen(40, _NOW).blocks_at == _NOW + timedelta(days=20)


def test_where_nothing_grows_nothing_is_foreseen() -> None:
    assert _PACKETS.foreseen(0, _NOW).blocks_at is None


def test_beyond_the_calendar_nothing_is_foreseen() -> None:
    assert Limit("disk", 0, 1e12, Unit.MEGABYTES, a_person=1).foreseen(0.001, _NOW).blocks_at is None


def test_a_trip_that_fits_in_is_fine() -> None:
    assert trip((_PACKETS, _AGE), 3, 120).is_fine


def test_a_trip_is_stopped_by_what_is_reached_on_it_and_by_nothing_else() -> None:
    assert trip((_PACKETS, _AGE), 3, 400).stops == ("packets",)
    assert trip((_PACKETS, _AGE), 20, 399).stops == ("age",)
    assert trip((_PACKETS, _AGE), 25, 500).stops == ("packets", "age")


def test_the_soonest_comes_first_and_then_what_is_used_up_most() -> None:
    far, near = _AGE.foreseen(0, _NOW), _PACKETS.foreseen(200, _NOW)
    half, little = Limit("half", 5, 10, Unit.DAYS), Limit("little", 1, 10, Unit.DAYS)
    assert nearest_first([little, far, half, near]) == (near, far, half, little)
