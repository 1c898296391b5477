"""How long tokens live with which records are shared again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from muster.domain.sharing import SharingToken, TokenStanding, final_day_after

GIVEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TOKEN = SharingToken("1", "records", "", GIVEN, GIVEN, final_day_after(GIVEN))


@pytest.mark.parametrize(
    ("days", "standing"),
    [
        (-1, TokenStanding.DUE),  # a clock that is behind: the service is asked
        (0, TokenStanding.FRESH),
        (59, TokenStanding.FRESH),
        (60, TokenStanding.DUE),
        (61, TokenStanding.DUE),
        (89, TokenStanding.DUE),
        (90, TokenStanding.OVERDUE),
        (91, TokenStanding.OVERDUE),
        (730, TokenStanding.OVERDUE),
        (731, TokenStanding.FINAL),
    ],
)
def test_a_token_is_due_after_sixty_days_and_overdue_after_ninety(days: int, standing: TokenStanding) -> None:
    # 2028 is a leap year: two years are 731 days.
    assert TOKEN.standing(GIVEN + timedelta(days=days)) is standing


def test_two_years_are_those_of_the_calendar() -> None:
    assert final_day_after(GIVEN) == GIVEN.replace(year=2028)
    assert final_day_after(datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2030, 2, 28, tzinfo=UTC)


def test_a_token_that_is_final_lives_on_without_being_renewed() -> None:
    renewed = replace(TOKEN, renewed_at=TOKEN.final_at - timedelta(days=10))
    assert renewed.renewal_at is None
    assert renewed.dies_at == TOKEN.final_at + timedelta(days=80)


def test_what_was_put_off_by_a_clock_that_is_set_back_meanwhile_is_tried_at_once() -> None:
    put_off = replace(TOKEN, next_try=GIVEN + timedelta(hours=1))
    assert not put_off.is_tried(GIVEN)
    assert put_off.is_tried(GIVEN + timedelta(hours=1))
    assert put_off.is_tried(GIVEN - timedelta(days=30))


def test_whoever_is_refused_is_dead_at_any_age() -> None:
    dead = replace(TOKEN, refused=True)
    assert {dead.standing(GIVEN), dead.standing(TOKEN.final_at)} == {TokenStanding.DEAD}
    assert dead.renewal_at is None
