"""Who may work here, and as what. Passwords are not here: they open key slots, nothing else.

The secret of a person's authenticator is sealed though the database is encrypted: whoever gets a dump of it cannot
make codes.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.operators import Operator, Role
from muster.store.prepared import Prepared
from muster.store.tables import operator

# Asked at every step: who was blocked meanwhile does no more.
_FIND = Prepared(
    sa.select(operator.c.user_id, operator.c.roles, operator.c.blocked_at).where(
        operator.c.user_id == sa.bindparam("who")
    )
)


class Operators:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, new: Operator, at: datetime) -> None:
        self._connection.execute(
            operator.insert().values(user_id=new.user_id, roles=_written(new.roles), added_at=rfc3339(at))
        )

    def find(self, user_id: str) -> Operator | None:
        row = _FIND.first(self._connection, who=user_id)
        return None if row is None else _read(*row)

    def all(self) -> tuple[Operator, ...]:
        """In the order of their names."""
        rows = self._connection.execute(operator.select().order_by(operator.c.user_id))
        return tuple(_read(row.user_id, row.roles, row.blocked_at) for row in rows)

    def change(self, changed: Operator) -> None:
        """Other roles, blocked or no longer."""
        blocked_at = None if changed.blocked_at is None else rfc3339(changed.blocked_at)
        self._connection.execute(
            operator.update()
            .where(_is(changed.user_id))
            .values(roles=_written(changed.roles), blocked_at=blocked_at)
        )

    def remove(self, user_id: str) -> None:
        self._connection.execute(operator.delete().where(_is(user_id)))

    def authenticator(self, user_id: str) -> bytes | None:
        """The sealed secret of the person's authenticator, if there is one."""
        sealed: bytes | None = self._connection.scalar(sa.select(operator.c.authenticator).where(_is(user_id)))
        return sealed

    def put_authenticator(self, user_id: str, sealed: bytes | None, step: int | None = None) -> None:
        """Another authenticator, or none; ``step`` is that of the code it was tried with."""
        self._connection.execute(
            operator.update().where(_is(user_id)).values(authenticator=sealed, last_code_step=step)
        )

    def use_code(self, user_id: str, step: int) -> bool:
        """Count the code of this time step as used. False if it, or a later one, was used before."""
        unused = sa.or_(operator.c.last_code_step.is_(None), operator.c.last_code_step < step)
        query = operator.update().where(_is(user_id), unused).values(last_code_step=step)
        return self._connection.execute(query).rowcount == 1


def _is(user_id: str) -> sa.ColumnElement[bool]:
    return operator.c.user_id == user_id


def _written(roles: frozenset[Role]) -> str:
    return " ".join(sorted(role.value for role in roles))


def _read(user_id: str, roles: str, blocked_at: str | None) -> Operator:
    held = frozenset(Role(each) for each in roles.split())
    return Operator(user_id, held, None if blocked_at is None else parse_rfc3339(blocked_at))
