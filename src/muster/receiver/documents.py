"""What stations are told, for all processes of a hub: the files of a ``served`` folder, published.

A file that lies in a hub's own ``served`` folder goes before the one that was published.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import sqlalchemy as sa

from muster.clock import Clock, rfc3339
from muster.crypto.sealing import Sealer
from muster.errors import BadInput, Code
from muster.receiver.database import Database
from muster.receiver.tables import document

SERVED_FILE_DAMAGED = Code(
    "SERVED_FILE_DAMAGED", "A file that stations would be told is no JSON: {file}. None was taken."
)

_NAME = re.compile(r"(pre_registrations/)?[0-9A-Za-z_]{1,60}\.json")


class Documents:
    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock

    def publish(self, folder: Path) -> int:
        """All of them in place of all that were published before, at once. How many. Raises
        ``BadInput(SERVED_FILE_DAMAGED)``, ``StorageUnavailable``."""
        found = {}
        for path in sorted(folder.rglob("*.json")):
            name = path.relative_to(folder).as_posix()
            if _NAME.fullmatch(name):
                found[name] = _checked(path)
        now = rfc3339(self._clock())
        rows = [
            {"name": name, "changed_at": now, "sealed": self._sealer.seal(content, name)}
            for name, content in found.items()
        ]
        with self._database.writing() as connection:
            connection.execute(sa.delete(document))
            if rows:
                connection.execute(sa.insert(document), rows)
        return len(rows)

    def content(self, name: str) -> bytes | None:
        with self._database.reading() as connection:
            sealed = connection.scalar(sa.select(document.c.sealed).where(document.c.name == name))
        return None if sealed is None else self._sealer.open(sealed, name)

    def names(self, folder: str) -> list[str]:
        query = sa.select(document.c.name).where(document.c.name.startswith(f"{folder}/", autoescape=True))
        with self._database.reading() as connection:
            return list(connection.scalars(query.order_by(document.c.name)))


def _checked(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(SERVED_FILE_DAMAGED, file=path.name) from error
    return content
