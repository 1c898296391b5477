"""What a server said about the world (configuration, master data, schema, users, certificates), as it came.

Versions are appended. The newest of a kind counts; a few older ones stay to be looked back at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from muster.clock import parse_rfc3339, rfc3339
from muster.store.tables import metadata

server_copy = Table(
    "server_copy",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("came_at", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("source", Text, nullable=False, server_default=""),
    Column("taken_by", Text, nullable=False, server_default=""),
    Column("signer", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
Index("server_copy_by_kind", server_copy.c.kind, server_copy.c.number)

_KEPT = 5  # of each kind: the one in use, and some to look back at


class Source(Enum):
    SERVER = "server"
    FILE = "file"  # a set-up file that somebody brought
    NOT_KEPT = ""


@dataclass(frozen=True, slots=True)
class Whence:
    """``taken_by`` is who was signed in when it came; ``signer`` the hex SHA-256 of the certificate of whoever
    signed the server's answers, or the file."""

    source: Source = Source.NOT_KEPT
    taken_by: str = ""
    signer: str = ""


@dataclass(frozen=True, slots=True)
class ServerCopy:
    """``digest`` is the hex SHA-256 of ``content``; ``version`` the server's own word for it."""

    number: int
    kind: str
    version: str
    digest: str
    came_at: datetime
    content: bytes
    whence: Whence = Whence()


class ServerCopies:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(
        self,
        kind: str,
        version: str,
        came_at: datetime,
        content: bytes,
        whence: Whence = Whence(),
        *,
        keep: Collection[int] = (),
    ) -> bool:
        """Keep another version; returns whether it says anything new. Of the old ones some stay, and ``keep``."""
        digest = hashlib.sha256(content).hexdigest()
        newest = self.newest(kind)
        if newest is not None and newest.digest == digest:
            return False
        self._connection.execute(
            server_copy.insert().values(
                kind=kind,
                version=version,
                digest=digest,
                came_at=rfc3339(came_at),
                content=content,
                source=whence.source.value,
                taken_by=whence.taken_by,
                signer=whence.signer,
            )
        )
        self._forget_all_but_some(kind, keep)
        return True

    def newest(self, kind: str) -> ServerCopy | None:
        query = (
            server_copy.select().where(server_copy.c.kind == kind).order_by(server_copy.c.number.desc()).limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _copy(row)

    def newest_of_all(self) -> tuple[ServerCopy, ...]:
        """The newest of each kind, by kind."""
        newest = sa.select(sa.func.max(server_copy.c.number)).group_by(server_copy.c.kind)
        query = server_copy.select().where(server_copy.c.number.in_(newest)).order_by(server_copy.c.kind)
        return tuple(_copy(row) for row in self._connection.execute(query))

    def all(self) -> tuple[ServerCopy, ...]:
        """Every version that stayed, the newest first."""
        rows = self._connection.execute(server_copy.select().order_by(server_copy.c.number.desc()))
        return tuple(map(_copy, rows))

    def find(self, number: int) -> ServerCopy | None:
        row = self._connection.execute(server_copy.select().where(server_copy.c.number == number)).one_or_none()
        return None if row is None else _copy(row)

    def _forget_all_but_some(self, kind: str, keep: Collection[int]) -> None:
        numbers = sa.select(server_copy.c.number).where(server_copy.c.kind == kind)
        kept = numbers.order_by(server_copy.c.number.desc()).limit(_KEPT)
        self._connection.execute(
            server_copy.delete().where(
                server_copy.c.kind == kind, server_copy.c.number.not_in(kept), server_copy.c.number.not_in(keep)
            )
        )


def _copy(row: sa.Row[tuple[object, ...]]) -> ServerCopy:
    whence = Whence(Source(row.source), row.taken_by, row.signer)
    came_at = parse_rfc3339(row.came_at)
    return ServerCopy(row.number, row.kind, row.version, row.digest, came_at, row.content, whence)
