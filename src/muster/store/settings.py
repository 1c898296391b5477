"""Small named values the station keeps: the sequence counter, the pinned server certificate."""

from __future__ import annotations

import sqlalchemy as sa

from muster.store.prepared import Prepared
from muster.store.tables import setting

SEQUENCE = "registration_sequence"
_LAST_SEQUENCE = 99_999

# Several are looked at for every packet that is sent.
_named = setting.c.name == sa.bindparam("which")
_GET = Prepared(sa.select(setting.c.value).where(_named))
_REMOVE = Prepared(sa.delete(setting).where(_named))
_ADD = Prepared(setting.insert())


class Settings:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> str | None:
        found = _GET.first(self._connection, which=name)
        return found[0] if found else None

    def beginning_with(self, first: str) -> dict[str, str]:
        """All whose names begin so."""
        named = setting.c.name.startswith(first, autoescape=True)
        return {row.name: row.value for row in self._connection.execute(setting.select().where(named))}

    def put(self, name: str, value: str) -> None:
        _REMOVE(self._connection, which=name)
        _ADD(self._connection, name=name, value=value)

    def next_sequence(self) -> int:
        """The next registration number, 1 to 99999, then 1 again (MOSIP's ``rid_seq``).

        Committed with the registration it belongs to, so a crash can neither lose nor repeat one.
        """
        last = int(self.get(SEQUENCE) or 0)
        following = 1 if last >= _LAST_SEQUENCE else last + 1
        self.put(SEQUENCE, str(following))
        return following
