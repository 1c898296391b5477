"""Whether somebody may try a password who was wrong too often: counted in the database, so that guessing at
several processes is no faster than at one.

Every name is treated alike, whether it is somebody's or not.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from muster.clock import Clock, rfc3339
from muster.receiver.database import Database, is_written
from muster.receiver.tables import wrong_attempt

FREE = 5
WAIT_S = 60
KEPT = timedelta(hours=1)
"""After that long without any attempt one begins anew: with as many free ones as come in five minutes else."""


class WrongAttempts:
    """The first ``FREE`` attempts cost nothing; after that there is one every ``WAIT_S``. Whoever tries is named
    by a text that shows nothing of what they typed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def may_try(self, who: str) -> bool:
        """Counts as wrong until :meth:`forget`. Raises ``StorageUnavailable``."""
        now, rows = self._clock(), wrong_attempt.c
        added = self._database.insert(wrong_attempt).values(who=who, times=1, tried_at=rfc3339(now))
        counted = added.on_conflict_do_update(
            index_elements=[rows.who],
            set_={"times": rows.times + 1, "tried_at": rfc3339(now)},
            where=(rows.times < FREE) | (rows.tried_at <= rfc3339(now - timedelta(seconds=WAIT_S))),
        )
        # A clock was set back, or is behind another computer's: counted from now, nobody waits longer than else.
        later = (rows.who == who) & (rows.tried_at > rfc3339(now))
        with self._database.writing() as connection:
            connection.execute(sa.update(wrong_attempt).where(later).values(tried_at=rfc3339(now)))
            return is_written(connection, counted)

    def forget(self, who: str) -> None:
        with self._database.writing() as connection:
            connection.execute(sa.delete(wrong_attempt).where(wrong_attempt.c.who == who))

    def forget_the_old(self) -> int:
        """How many."""
        old = wrong_attempt.c.tried_at <= rfc3339(self._clock() - KEPT)
        with self._database.writing() as connection:
            return connection.execute(sa.delete(wrong_attempt).where(old)).rowcount
