"""Small named values the station keeps: the sequence counter, the pinned server certificate."""

from __future__ import annotations

import sqlalchemy as sa

from muster.store.tables import setting

SEQUENCE = "registration_sequence"
_LAST_SEQUENCE = 99_999


class Settings:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> str | None:
        value: str | None = self._connection.scalar(sa.select(setting.c.value).where(setting.c.name == name))
        return value

    def put(self, name: str, value: str) -> None:
        self._connection.execute(sa.delete(setting).where(setting.c.name == name))
        self._connection.execute(setting.insert().values(name=name, value=value))

    def next_sequence(self) -> int:
        """The next registration number, 1 to 99999, then 1 again (MOSIP's ``rid_seq``).

        Committed with the registration it belongs to, so a crash can neither lose nor repeat one.
        """
        last = int(self.get(SEQUENCE) or 0)
        following = 1 if last >= _LAST_SEQUENCE else last + 1
        self.put(SEQUENCE, str(following))
        return following
