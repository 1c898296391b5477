"""The server's clock beside ours.

A sign-in that is more than five minutes off is answered with the same "Invalid Request" as a wrong password
(trap 17), so the difference is found out, and said, before the password goes anywhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from muster.clock import Clock
from muster.errors import Code, Unavailable
from muster.formats.mosip_login import is_on_time

CLOCK_OFF = Code(
    "CLOCK_OFF",
    "This computer's clock is {minutes} minutes off the server's. Set its date, time and time zone, then sign "
    "in again.",
)


class ServerClock:
    """What was last heard counts until something newer is: not every answer says the time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead: timedelta | None = None

    def hear(self, server_time: datetime | None) -> None:
        if server_time is not None:
            self._ahead = server_time - self._clock()

    def check(self) -> None:
        """Raises ``Unavailable(CLOCK_OFF)``; nothing when the server's time was never heard."""
        now = self._clock()
        if self._ahead is not None and not is_on_time(now, now + self._ahead):
            raise Unavailable(CLOCK_OFF, minutes=round(abs(self._ahead) / timedelta(minutes=1)))
