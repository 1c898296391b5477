"""What can still be read of a damaged database.

Pages are authenticated one by one, so damage costs the rows of its pages and no others: a table is read from both
ends up to the damage, and between, row by row. After each damaged page the connection is made anew, because
SQLCipher answers nothing more on one that met it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

_TRIED_EACH = 20_000  # rows between two readable ones that are asked for one by one


@dataclass(slots=True)
class Salvaged:
    """The rows that were read, by column; ``whole`` is false when some may be missing."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    whole: bool = True


class Salvage:
    """``connect`` opens the damaged file for reading."""

    def __init__(self, connect: Callable[[], sqlcipher.Connection]) -> None:
        self._connect = connect
        self._connection: sqlcipher.Connection | None = None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def rows(self, table: str) -> Salvaged:
        """``table`` is one of our own names, never somebody's input."""
        found: dict[int, dict[str, Any]] = {}
        if self._read(f"SELECT rowid AS _at, * FROM {table} ORDER BY rowid", found):  # noqa: S608
            return Salvaged(_ordered(found))
        below = max(found, default=0)
        behind: dict[int, dict[str, Any]] = {}
        self._read(f"SELECT rowid AS _at, * FROM {table} WHERE rowid > {below} ORDER BY rowid DESC", behind)  # noqa: S608
        above = min(behind, default=below + 1)
        for at in range(below + 1, min(above, below + 1 + _TRIED_EACH)):
            self._read(f"SELECT rowid AS _at, * FROM {table} WHERE rowid = {at}", behind)  # noqa: S608
        return Salvaged(_ordered({**found, **behind}), whole=False)

    def _read(self, query: str, found: dict[int, dict[str, Any]]) -> bool:
        """Add what the query gives until it breaks off; whether it came to its end."""
        try:
            if self._connection is None:
                self._connection = self._connect()
            cursor = self._connection.execute(query)
            names = [column[0] for column in cursor.description]
            while True:
                row = cursor.fetchone()
                if row is None:
                    return True
                values = dict(zip(names, row, strict=True))
                found[values.pop("_at")] = values
        except sqlcipher.Error:
            self.close()
            return False


def _ordered(found: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    return [found[at] for at in sorted(found)]
