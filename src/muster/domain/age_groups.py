"""Infant, minor, adult: which of them somebody is on a day. The ranges are data of the deployment.

MOSIP's property ``mosip.regproc.packet.classifier.tagging.agegroup.ranges`` says them as
``{'INFANT':'0-5','MINOR':'6-17','ADULT':'18-200'}``; both ends belong to the group. Ranges that overlap would make
it chance which rules count, so they are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from muster.errors import BadInput, Code

AGE_GROUPS_UNREADABLE = Code(
    "AGE_GROUPS_UNREADABLE",
    "The age groups cannot be read. They are written like {example}. Ask your administrator.",
)
AGE_GROUPS_OVERLAP = Code(
    "AGE_GROUPS_OVERLAP",
    "The age groups {first} and {second} overlap: nobody can tell which rules count. Ask your administrator.",
)

PROPERTY = "mosip.regproc.packet.classifier.tagging.agegroup.ranges"
_EXAMPLE = "'INFANT':'0-5','MINOR':'6-17','ADULT':'18-200'"
_ONE = re.compile(
    r"""\s*["']?([A-Za-z_]{1,40})["']?\s*:\s*["']?([0-9]{1,3})\s*-\s*([0-9]{1,3})["']?\s*""", re.ASCII
)


@dataclass(frozen=True, slots=True)
class AgeRange:
    """From the first to the last year of life, both included."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class AgeGroups:
    ranges: tuple[AgeRange, ...]

    def __post_init__(self) -> None:
        ordered = sorted(self.ranges, key=lambda each: each.first)
        for below, above in pairwise(ordered):
            if above.first <= below.last:
                raise BadInput(AGE_GROUPS_OVERLAP, first=below.name, second=above.name)

    @classmethod
    def parse(cls, text: str) -> AgeGroups:
        """MOSIP's property. Raises ``BadInput``."""
        parts = text.strip().removeprefix("{").removesuffix("}").split(",")
        found = [_ONE.fullmatch(each) for each in parts]
        ranges = [AgeRange(each[1], int(each[2]), int(each[3])) for each in found if each]
        names = {each.name for each in ranges}
        if len(names) != len(parts) or any(each.first > each.last for each in ranges):
            raise BadInput(AGE_GROUPS_UNREADABLE, example=_EXAMPLE)
        return cls(tuple(ranges))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.ranges)

    def of_age(self, years: int) -> str | None:
        return next((each.name for each in self.ranges if each.first <= years <= each.last), None)

    def of_birth(self, born: str, today: date) -> str | None:
        """The group of who was born then (``year/month/day``); nothing where that is no date that has been."""
        years = age_in_years(born, today)
        return None if years is None else self.of_age(years)


AGE_GROUPS = AgeGroups((AgeRange("INFANT", 0, 5), AgeRange("MINOR", 6, 17), AgeRange("ADULT", 18, 200)))

_DATE = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})", re.ASCII)


def age_in_years(born: str, today: date) -> int | None:
    """Completed years on ``today``; nothing for what is no date (``year/month/day``) or lies ahead."""
    parts = _DATE.fullmatch(born)
    if parts is None:
        return None
    year, month, day = (int(each) for each in parts.groups())
    try:
        date(year, month, day)
    except ValueError:
        return None
    if (year, month, day) > (today.year, today.month, today.day):
        return None
    # Who was born on the 29th of February is a year older on the 1st of March of a common year.
    return today.year - year - ((today.month, today.day) < (month, day))
