"""Where "now" comes from: a callable handed to whoever needs it, so that tests own the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The system's clock as an aware UTC time."""
    return datetime.now(UTC)


def rfc3339(moment: datetime) -> str:
    """Milliseconds and a Z, as MOSIP and our JSON write times: ``2026-01-02T03:04:05.678Z``."""
    # Not strftime, whose %Y writes the year 999 with three digits on some systems: nobody reads that again.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_rfc3339(text: str) -> datetime:
    """Read what :func:`rfc3339` wrote, or any offset form. Raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # in the first or last hours of the calendar, seen from another zone
        raise ValueError("a time outside the calendar") from error
