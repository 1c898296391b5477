"""Statements that every step runs: written with SQLAlchemy, put into words once, run by the driver.

SQLAlchemy takes ten times as long over a statement as SQLite does, even where it remembers the words. That is
nothing for a page of the queue; a step of the enrollment, of which there are eight, is felt beside its commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import Executable
from sqlcipher3 import dbapi2 as sqlcipher

_DIALECT = sqlite.dialect()


class Prepared:
    """One statement; called with a connection whose transaction has begun and parameters, it returns all rows.

    What the database refuses is raised as SQLAlchemy raises it, without the parameters.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement

    def __call__(self, connection: sa.Connection, **values: object) -> list[tuple[Any, ...]]:
        text, names, fixed = self._words
        known = fixed | values if fixed else values
        driver: Any = connection.connection.driver_connection
        try:
            rows: list[tuple[Any, ...]] = driver.execute(text, [known[name] for name in names]).fetchall()
        except sqlcipher.Error as error:
            raise DBAPIError.instance(
                text, None, error, sqlcipher.Error, hide_parameters=True, dialect=connection.dialect
            ) from None
        return rows

    def first(self, connection: sa.Connection, **values: object) -> tuple[Any, ...] | None:
        rows = self(connection, **values)
        return rows[0] if rows else None

    @cached_property
    def _words(self) -> tuple[str, tuple[str, ...], dict[str, object]]:
        """The text, its parameters in their order, and those that were fixed when it was written."""
        compiled = self._statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        fixed: Mapping[str, object] = compiled.params
        names = tuple(compiled.positiontup or ())
        return str(compiled), names, {name: value for name, value in fixed.items() if value is not None}
