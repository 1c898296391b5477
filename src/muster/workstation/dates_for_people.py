"""Dates as people read them: with the month's name, in the language of the text around them.

A form keeps a date year first, as MOSIP's schema has it (``2001/03/04``), and so does the packet. Somebody who
seldom reads takes that for another day, so whatever is shown to people says ``4 March 2001``. The names lie in
``defaults/month_names.json`` by language (ISO 639-2), taken from Unicode's CLDR as Qt has it; digits are those the
rest of the slip and the screen have. Left out are languages that count in another calendar by the same names
(Tigrinya, Oromo, Sinhala): there a name would say another day than is meant, and year, month and day stay as they
are written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from muster.domain.applicant import DemographicValue
from muster.workstation.form_checking import full_date
from muster.workstation.forms import FieldKind, FormField

_FILE = Path(__file__).parent / "defaults" / "month_names.json"


@dataclass(frozen=True, slots=True)
class _Names:
    """``order`` has places for ``day``, ``month`` and ``year``."""

    order: str
    months: tuple[str, ...]


def date_in_words(day: date, language: str) -> str:
    """In that language (ISO 639-2); year first in one whose names are not known."""
    names = _all().get(language)
    if names is None:
        return day.isoformat()
    return names.order.format(day=day.day, month=names.months[day.month - 1], year=day.year)


def moment_in_words(at: datetime, language: str) -> str:
    """``at`` in UTC, which it says."""
    return f"{date_in_words(at.date(), language)} · {at:%H:%M} UTC"


def day_in(field: FormField, value: DemographicValue) -> date | None:
    """The whole date that was entered; none where the field is none of dates, or holds anything else."""
    return full_date(value) if field.kind is FieldKind.DATE and isinstance(value, str) else None


def has_month_names(language: str) -> bool:
    return language in _all()


def languages_with_month_names() -> tuple[str, ...]:
    return tuple(_all())


@cache
def _all() -> Mapping[str, _Names]:
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    return {language: _Names(said["order"], tuple(said["months"])) for language, said in content.items()}
