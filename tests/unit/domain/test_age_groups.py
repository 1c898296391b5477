"""Which age group somebody is in on a day, and ranges that cannot be told apart."""

from __future__ import annotations

from datetime import date

import pytest

from muster.domain.age_groups import AGE_GROUPS, AgeGroups, age_in_years
from muster.errors import BadInput

TODAY = date(2026, 3, 1)
MOSIP = "{'INFANT':'0-5','MINOR':'6-17','ADULT':'18-200'}"


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", "INFANT", "'INFANT':'0'", "'INFANT':'5-0'", "'INFANT':'0-5',", "'A':'0-5','A':'6-9'",
        "'A':'-1-5'", "'A':'0-5000'",
    ],
)  # fmt: skip
def test_what_says_no_ranges_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        AgeGroups.parse(text)
    assert refusal.value.code.name == "AGE_GROUPS_UNREADABLE"


@pytest.mark.parametrize("text", ["'A':'0-5','B':'5-9'", "'B':'0-200','A':'10-20'", "'A':'7-7','B':'7-7'"])
def test_ranges_that_overlap_are_refused(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        AgeGroups.parse(text)
    assert refusal.value.code.name == "AGE_GROUPS_OVERLAP"


def test_mosip_s_property_says_what_counts_here_anyway() -> None:
    assert AgeGroups.parse(MOSIP) == AGE_GROUPS == AgeGroups.parse("INFANT:0-5, MINOR:6-17, ADULT:18-200")


@pytest.mark.parametrize(
    ("born", "group"),
    [
        ("2026/03/01", "INFANT"),
        ("2020/03/02", "INFANT"),  # six tomorrow
        ("2020/03/01", "MINOR"),  # six today
        ("2008/03/02", "MINOR"),
        ("2008/03/01", "ADULT"),
        ("1826/03/01", "ADULT"),
        ("1825/03/01", None),
        ("2026/03/02", None),
        ("2026/02/30", None),
        ("2026-03-01", None),
        ("", None),
    ],
)
def test_both_ends_of_a_range_belong_to_it(born: str, group: str | None) -> None:
    assert AGE_GROUPS.of_birth(born, TODAY) == group


def test_who_was_born_on_a_leap_day_is_a_year_older_on_the_first_of_march() -> None:
    assert age_in_years("2020/02/29", date(2026, 2, 28)) == 5
    assert age_in_years("2020/02/29", date(2026, 3, 1)) == 6


def test_ages_between_two_ranges_are_of_no_group() -> None:
    assert AgeGroups.parse("'INFANT':'0-5','ADULT':'18-200'").of_age(10) is None
