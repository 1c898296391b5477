"""One-time passwords that were sent out, for whichever of the hub's processes is asked next."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa

from muster.clock import rfc3339
from muster.crypto.sealing import Sealer
from muster.receiver.database import Database
from muster.receiver.tables import one_time_password as table

_TRIES = 3


class OneTimePasswords:
    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database = database
        self._sealer = sealer

    def keep(self, user_id: str, text: str, ends: datetime) -> None:
        """In place of one that was sent before."""
        sealed = self._sealer.seal(text.encode(), user_id)
        said = {"sealed": sealed, "ends_at": rfc3339(ends), "tries_left": _TRIES}
        added = self._database.insert(table).values(user_id=user_id, **said)
        with self._database.writing() as connection:
            connection.execute(added.on_conflict_do_update(index_elements=[table.c.user_id], set_=said))

    def takes(self, user_id: str, text: str, now: datetime) -> bool:
        """Whether it is the right one; then it is used up. Each try counts, whichever process it comes to."""
        still_good = (table.c.user_id == user_id, table.c.tries_left > 0, table.c.ends_at >= rfc3339(now))
        tried = sa.update(table).where(*still_good).values(tries_left=table.c.tries_left - 1)
        with self._database.writing() as connection:
            sealed = connection.scalar(tried.returning(table.c.sealed))
        if sealed is None:
            return False
        if not secrets.compare_digest(self._sealer.open(sealed, user_id), text.encode("utf-8", "replace")):
            return False
        used = sa.delete(table).where(table.c.user_id == user_id, table.c.sealed == sealed)
        with self._database.writing() as connection:
            return bool(connection.execute(used).rowcount)
