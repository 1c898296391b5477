"""Tokens with which a source shares somebody's records again, and how long they live. Pure.

MiTrust's AutoUpdate ("Headless token expiration and refresh"): a token dies ninety days after it was renewed last,
is best renewed after sixty, and cannot be renewed any more two years after it was given. Its moments are those of
the service's clock, as far as the service told the time.

No clock of this computer ends a token: a station that was switched on with a wrong day would lose what only the
person can give again. Past its day a token is asked about all the same; that it is dead says the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

RENEWED_AFTER = timedelta(days=60)
DIES_AFTER = timedelta(days=90)


class TokenStanding(Enum):
    FRESH = "fresh"
    DUE = "due"  # to be renewed
    OVERDUE = "overdue"  # its ninety days are over, by our clock: the service is asked
    FINAL = "final"  # it lives, and is not renewed any more
    DEAD = "dead"  # the service said so


def final_day_after(given_at: datetime) -> datetime:
    """Two years later, where a token does not tell the day itself."""
    try:
        return given_at.replace(year=given_at.year + 2)
    except ValueError:  # the 29th of February
        return given_at.replace(year=given_at.year + 2, day=28)


@dataclass(frozen=True, slots=True)
class SharingToken:
    """What is known of a token but for itself. ``method`` is the method of the proofing configuration that uses
    it, ``subject`` the registration of the person who gave it, empty for one of the station's own. ``refused`` is
    the service's no; ``problem`` the name of our code for what last went wrong, ``next_try`` when it is tried
    again."""

    id: str
    method: str
    subject: str
    given_at: datetime
    renewed_at: datetime
    final_at: datetime
    failures: int = 0
    next_try: datetime | None = None
    problem: str | None = None
    refused: bool = False

    @property
    def renewal_at(self) -> datetime | None:
        """When it is best renewed; None once that is not possible any more."""
        at = self.renewed_at + RENEWED_AFTER
        return at if at < self.final_at and not self.refused else None

    @property
    def dies_at(self) -> datetime:
        return self.renewed_at + DIES_AFTER

    def standing(self, now: datetime) -> TokenStanding:
        """A moment before the token was given is a clock that was wrong, then or now: the service is asked."""
        if self.refused:
            return TokenStanding.DEAD
        if now >= self.final_at:
            return TokenStanding.FINAL
        if now >= self.dies_at:
            return TokenStanding.OVERDUE
        if now >= self.renewed_at + RENEWED_AFTER or now < self.renewed_at:
            return TokenStanding.DUE
        return TokenStanding.FRESH

    def is_asked_about(self, now: datetime) -> bool:
        """Whether the service is asked: our clock alone ends nothing."""
        return self.standing(now) not in (TokenStanding.FRESH, TokenStanding.DEAD)

    def is_tried(self, now: datetime) -> bool:
        """Whether nobody asked for more patience. What was put off by more than any failure is by a day is a clock
        that was set back meanwhile."""
        return self.next_try is None or not now < self.next_try <= now + timedelta(days=1, hours=6)
