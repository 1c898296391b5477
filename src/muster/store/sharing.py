"""Tokens with which sources share records again: what is known of them, and themselves, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.sharing import SharingToken
from muster.store.tables import metadata

sharing_token = Table(
    "sharing_token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("method", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("given_at", Text, nullable=False),
    Column("renewed_at", Text, nullable=False),
    Column("final_at", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("next_try", Text),
    Column("problem", Text),
    Column("refused", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
Index("sharing_token_by_subject", sharing_token.c.subject)


class SharingRows:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self) -> tuple[SharingToken, ...]:
        """The oldest first."""
        rows = self._connection.execute(
            sharing_token.select().order_by(sharing_token.c.given_at, sharing_token.c.id)
        )
        return tuple(map(_token, rows))

    def of(self, method: str, subject: str) -> SharingToken | None:
        """The newest."""
        mine = (sharing_token.c.method == method) & (sharing_token.c.subject == subject)
        rows = self._connection.execute(
            sharing_token.select().where(mine).order_by(sharing_token.c.given_at.desc())
        )
        row = rows.first()
        return None if row is None else _token(row)

    def sealed(self, token_id: str) -> bytes | None:
        return self._connection.scalar(sa.select(sharing_token.c.sealed).where(sharing_token.c.id == token_id))

    def put(self, token: SharingToken, sealed: bytes | None = None) -> None:
        """Add or change; without ``sealed`` the token itself stays as it is."""
        values = {
            "method": token.method,
            "subject": token.subject,
            "given_at": rfc3339(token.given_at),
            "renewed_at": rfc3339(token.renewed_at),
            "final_at": rfc3339(token.final_at),
            "failures": token.failures,
            "next_try": rfc3339(token.next_try) if token.next_try else None,
            "problem": token.problem,
            "refused": int(token.refused),
            **({} if sealed is None else {"sealed": sealed}),
        }
        mine = sharing_token.c.id == token.id
        if self._connection.execute(sharing_token.update().where(mine).values(**values)).rowcount == 0:
            self._connection.execute(sharing_token.insert().values(id=token.id, **values))

    def forget(self, token_id: str) -> None:
        self._connection.execute(sharing_token.delete().where(sharing_token.c.id == token_id))

    def forget_subject(self, subject: str) -> int:
        """Returns how many there were."""
        mine = sharing_token.c.subject == subject
        return self._connection.execute(sharing_token.delete().where(mine)).rowcount


def _token(row: sa.Row[tuple[object, ...]]) -> SharingToken:
    return SharingToken(
        id=row.id,
        method=row.method,
        subject=row.subject,
        given_at=parse_rfc3339(row.given_at),
        renewed_at=parse_rfc3339(row.renewed_at),
        final_at=parse_rfc3339(row.final_at),
        failures=row.failures,
        next_try=parse_rfc3339(row.next_try) if row.next_try else None,
        problem=row.problem,
        refused=bool(row.refused),
    )
