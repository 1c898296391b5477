"""Who may work here, and as what. Passwords are not here: they open key slots, nothing else."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from muster.clock import rfc3339
from muster.domain.operators import Operator, Role
from muster.store.tables import operator


class Operators:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, new: Operator, at: datetime) -> None:
        self._connection.execute(
            operator.insert().values(user_id=new.user_id, role=new.role.value, added_at=rfc3339(at))
        )

    def find(self, user_id: str) -> Operator | None:
        query = operator.select().where(operator.c.user_id == user_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Operator(row.user_id, Role(row.role))
