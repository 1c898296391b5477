"""When to try a delivery again, and when to ask what became of it. Pure.

Each failure doubles the wait, from half a minute to an hour, less a random share: after a network comes
back, a centre's twenty laptops must not all knock in the same second. A server that says how long it wants to be
left alone is believed, up to a day.

What becomes of a packet takes a server hours or days, so questions begin after ten minutes and grow to half a day
apart.
"""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_ASKED_FOR = timedelta(days=1)
FIRST_QUESTION = timedelta(minutes=10)
LONGEST_SILENCE = timedelta(hours=12)
_JITTER = 0.25
_MOST_DOUBLINGS = 10


def next_attempt(
    failures: int, now: datetime, *, chance: float, asked_to_wait: timedelta = timedelta(0)
) -> datetime:
    """The time of the next try after ``failures`` (1 or more) failed ones; ``chance`` is random, 0..1.

    ``asked_to_wait`` is what the server said; then the random share comes on top.
    """
    wait = _doubled(FIRST_WAIT, failures - 1, LONGEST_WAIT) * (1 - _JITTER * chance)
    asked = min(asked_to_wait, LONGEST_ASKED_FOR) * (1 + _JITTER * chance)
    return now + max(wait, asked)


def next_question(asked: int, now: datetime, *, chance: float) -> datetime:
    """When to ask about a packet that was asked about ``asked`` times (0 or more)."""
    return now + _doubled(FIRST_QUESTION, asked, LONGEST_SILENCE) * (1 - _JITTER * chance)


def _doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    doublings: int = min(times, _MOST_DOUBLINGS)
    wait: timedelta = first * 2**doublings
    return min(wait, most)
