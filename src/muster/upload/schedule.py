"""When to try a delivery again. Pure.

Each failure doubles the wait, from half a minute to an hour, less a random share: after a network comes
back, a centre's twenty laptops must not all knock in the same second.
"""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
_JITTER = 0.25


def next_attempt(failures: int, now: datetime, *, chance: float) -> datetime:
    """The time of the next try after ``failures`` (1 or more) failed ones; ``chance`` is random, 0..1."""
    doublings: int = min(failures - 1, 10)
    wait: timedelta = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    return now + wait * (1 - _JITTER * chance)
