"""What is understood as a date, and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from muster.ui.typed_dates import Age, Order, age_on, as_kept, born_at_age, decades, order_of, read_age, read_date

BORN = date(1990, 5, 31)
TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "text",
    ["", "1990", "31.05", "31.05.90", "90-05-31", "1990/02/30", "31/31/1990", "1990/5/31/1", "0000/00/00", "abc"],
)
def test_what_is_no_whole_date_is_none(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1990/05/31",
        "1990-5-31",
        "1990 5 31",
        "31.05.1990",
        "31.5.1990.",
        "31/05/1990",
        "31 - 5 - 1990",
        "05/31/1990",
        "19900531",
        "31051990",
        "٣١/٥/١٩٩٠",
        "३१-५-१९९०",
    ],
)
def test_a_day_is_understood_however_it_is_written(text: str) -> None:
    assert read_date(text) == BORN


def test_only_where_both_could_be_either_the_custom_decides() -> None:
    assert read_date("03.04.1985", Order.DAY_FIRST) == date(1985, 4, 3)
    assert read_date("03.04.1985", Order.MONTH_FIRST) == date(1985, 3, 4)


def test_the_year_in_front_leaves_nothing_to_custom() -> None:
    assert read_date("1985-04-03", Order.MONTH_FIRST) == date(1985, 4, 3)


def test_what_is_kept_has_always_ten_signs() -> None:
    assert as_kept(date(985, 4, 3)) == "0985/04/03"


@pytest.mark.parametrize(
    ("short", "order"),
    [("dd/MM/yyyy", Order.DAY_FIRST), ("M/d/yy", Order.MONTH_FIRST), ("d MMM yyyy", Order.DAY_FIRST)],
)
def test_the_order_is_read_off_a_locale_s_short_date(short: str, order: Order) -> None:
    assert order_of(short) is order


def test_nobody_has_an_age_before_birth() -> None:
    assert age_on(TODAY, date(2026, 11, 22)) is None


def test_a_year_is_whole_on_the_birthday_only() -> None:
    assert age_on(TODAY, date(1990, 11, 22)) == Age(35, 431)
    assert age_on(TODAY, date(1990, 11, 21)) == Age(36, 432)


def test_who_is_younger_than_a_year_has_months() -> None:
    assert age_on(TODAY, date(2026, 4, 30)) == Age(0, 6)


def test_a_birthday_on_a_leap_day_falls_on_the_first_of_march() -> None:
    assert age_on(date(2025, 2, 28), date(2024, 2, 29)) == Age(0, 11)
    assert age_on(date(2025, 3, 1), date(2024, 2, 29)) == Age(1, 12)


@pytest.mark.parametrize("text", ["", "-1", "36.5", "201", "1990"])
def test_what_is_no_age_is_none(text: str) -> None:
    assert read_age(text, 200) is None


def test_an_age_stands_for_the_first_of_january() -> None:
    assert read_age(" ٣٦ ", 200) == 36
    assert born_at_age(TODAY, 36) == date(1990, 1, 1)


def test_decades_begin_with_ours_and_end_with_the_oldest_person_s() -> None:
    assert decades(2026, 25) == (2020, 2010, 2000)
