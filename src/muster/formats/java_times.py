"""A time in JSON, in every form Java's writers give it; what comes out is the text XML and RFC 3339 have.

==============================================  =======================================================
``"2026-01-02T03:04:05.0166982"``               text, with its zone or in UTC
``[2026, 1, 2, 3, 4, 5, 16698200]``             year to nanosecond; seconds and nanoseconds may be left out
``1767323045.678`` or ``1767323045678``         since 1970, in seconds or milliseconds
``{"date": {"year": ...}, "time": {...}}``      year, month, day; hour, minute, second, nano
==============================================  =======================================================

Fractions of a second are kept to the last digit, which a ``datetime`` could not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from muster.clock import rfc3339

_XML_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# As seconds the year 5138, as milliseconds March 1973: neither is when somebody was enrolled.
_MILLISECONDS_FROM = 10**11
_DATE, _TIME = ("year", "month", "day"), ("hour", "minute", "second", "nano")


def time_text(value: object) -> str:
    """``value`` as text with its zone. Raises ``ValueError`` for what is no time."""
    try:
        if isinstance(value, str):
            return _of_text(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return rfc3339(_EPOCH + timedelta(seconds=value if abs(value) < _MILLISECONDS_FROM else value / 1000))
        if isinstance(value, list):
            return _of_numbers(value)
        if isinstance(value, dict):
            return _of_parts(value)
    except OverflowError as error:
        raise ValueError("a time outside the calendar") from error
    raise ValueError("no time")


def moment_of(text: str) -> datetime:
    """What :func:`time_text` returned, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _of_text(text: str) -> str:
    moment = datetime.fromisoformat(text)
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    in_utc = zoned.astimezone(UTC)
    if not _XML_TIME.fullmatch(text):
        return rfc3339(in_utc)
    return text if moment.tzinfo else f"{text}Z"


def _of_numbers(numbers: Sequence[object]) -> str:
    whole = [each for each in numbers if isinstance(each, int) and not isinstance(each, bool)]
    if len(whole) != len(numbers) or not 5 <= len(whole) <= 7:
        raise ValueError("no time")
    *until_second, nano = (*whole, 0, 0)[:7]
    if not 0 <= nano < 10**9:
        raise ValueError("no fraction of a second")
    year, month, day, hour, minute, second = until_second
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    fraction = f"{nano:09d}"
    fraction = fraction[:3] + fraction[3:].rstrip("0")
    return f"{moment.replace(tzinfo=None).isoformat()}.{fraction}Z"


def _of_parts(parts: dict[str, object]) -> str:
    date, time = parts.get("date"), parts.get("time")
    if not isinstance(date, dict) or not isinstance(time, dict):
        raise ValueError("no time")
    return _of_numbers([*(date.get(name) for name in _DATE), *(time.get(name, 0) for name in _TIME)])
