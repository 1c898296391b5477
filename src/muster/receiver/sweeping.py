"""Objects that no row names: what a process left that was killed between the two, and packets sent anew since.

Names are never given twice, so what has had no row for longer than any upload takes will never get one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from muster.receiver.database import Database
from muster.receiver.objects import Objects
from muster.receiver.tables import forward, packet

# Longer than any upload takes: what lies there shorter may be about to get its row.
GRACE = timedelta(hours=6)
_TOGETHER = 500


def sweep(database: Database, objects: Objects, now: datetime, grace: timedelta = GRACE) -> int:
    """How many were removed. Raises ``StorageUnavailable``."""
    swept = 0
    for prefix, named in (("packets/", packet.c.object_name), ("forwards/", forward.c.object_name)):
        old = [each.name for each in objects.listed(prefix) if now - each.changed_at > grace]
        for at in range(0, len(old), _TOGETHER):
            names = old[at : at + _TOGETHER]
            with database.reading() as connection:
                kept = set(connection.scalars(sa.select(named).where(named.in_(names))))
            for name in set(names) - kept:
                objects.delete(name)
                swept += 1
    return swept
