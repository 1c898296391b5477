"""Dates as people type them, and what follows from one. No Qt.

Any separator is understood, in any script's digits, and so are eight digits in a row; the year is written with
four digits, since the century of a two-digit year of birth is a guess. Which of day and month comes first is the
station's custom (:class:`Order`) and asked only where both could be either.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import Enum

_PARTS = 3
_DIGITS_IN_A_ROW = 8
_YEAR_DIGITS = 4
_EARLIEST_YEAR = 1800  # whose birthday eight digits may be
_SEPARATED = re.compile(r"([0-9]{1,4})[^0-9]+([0-9]{1,2})[^0-9]+([0-9]{1,4})")


class Order(Enum):
    """In which order a day is written here, where the year does not tell."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class Age:
    """Whole ``years``, and for who is younger than one the whole ``months``."""

    years: int
    months: int


def read_date(text: str, order: Order = Order.DAY_FIRST) -> date | None:
    """The day meant by ``text``, or None while it is none."""
    plain = _ascii_digits(text).strip().rstrip(".")
    if plain.isdigit():
        return _eight_digits(plain, order)
    found = _SEPARATED.fullmatch(plain)
    if found is None:
        return None
    first, middle, last = found.groups()
    if len(first) == _YEAR_DIGITS:
        return _day(first, middle, last)
    return _with_year_last(first, middle, last, order)


def _eight_digits(digits: str, order: Order) -> date | None:
    """``19900531`` or ``31051990``: years of people's lives tell which end the year is at."""
    if len(digits) != _DIGITS_IN_A_ROW:
        return None
    year_first = _day(digits[:4], digits[4:6], digits[6:])
    if year_first is not None and year_first.year >= _EARLIEST_YEAR:
        return year_first
    return _with_year_last(digits[:2], digits[2:4], digits[4:], order)


def _with_year_last(first: str, middle: str, year: str, order: Order) -> date | None:
    if len(year) != _YEAR_DIGITS:
        return None
    day_first, month_first = _day(year, middle, first), _day(year, first, middle)
    if order is Order.MONTH_FIRST:
        return month_first or day_first
    return day_first or month_first


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _ascii_digits(text: str) -> str:
    """With the digits of every script as 0-9."""
    return "".join(str(unicodedata.digit(each, each)) for each in text)


def as_kept(day: date) -> str:
    """As MOSIP writes a date in a form: ``1990/05/31``."""
    return f"{day.year:04}/{day.month:02}/{day.day:02}"


def order_of(short_format: str) -> Order:
    """The order in a locale's short form of a date (``dd/MM/yyyy``)."""
    day, month = short_format.find("d"), short_format.find("M")
    return Order.MONTH_FIRST if 0 <= month < day else Order.DAY_FIRST


def age_on(today: date, born: date) -> Age | None:
    """How old who was born then is; None for who is not born yet. Who was born on 29 February has a birthday on
    1 March in other years."""
    if born > today:
        return None
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return Age(months // 12, months)


def read_age(text: str, oldest: int) -> int | None:
    """An age in whole years, up to ``oldest``."""
    plain = _ascii_digits(text).strip()
    if not plain.isdigit() or len(plain) > 3 or int(plain) > oldest:
        return None
    return int(plain)


def born_at_age(today: date, years: int) -> date:
    """The day that stands for a date of birth nobody knows: 1 January, as MOSIP sets it by default."""
    return date(today.year - years, 1, 1)


def decades(latest: int, oldest_years: int) -> tuple[int, ...]:
    """The first years of the decades to choose a birthday from, the latest first."""
    earliest = latest - oldest_years
    return tuple(range(latest - latest % 10, earliest - earliest % 10 - 1, -10))
