"""When each recurring job ran last, whether that went well, and when it is due again."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, Integer, Table, Text

from muster.clock import parse_rfc3339, rfc3339
from muster.domain.jobs import JobRuns
from muster.store.tables import metadata

job = Table(
    "job",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_run", Text),
    Column("last_good_run", Text),
    Column("next_run", Text),
    Column("failures", Integer, nullable=False),
    Column("last_problem", Text),
)


class JobRows:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find(self, name: str) -> JobRuns:
        """A job that never ran is due."""
        row = self._connection.execute(job.select().where(job.c.name == name)).one_or_none()
        if row is None:
            return JobRuns(name)
        return JobRuns(
            name,
            last_run=_moment(row.last_run),
            last_good_run=_moment(row.last_good_run),
            next_run=_moment(row.next_run),
            failures=row.failures,
            last_problem=row.last_problem,
        )

    def put(self, runs: JobRuns) -> None:
        self._connection.execute(job.delete().where(job.c.name == runs.name))
        self._connection.execute(
            job.insert().values(
                name=runs.name,
                last_run=_text(runs.last_run),
                last_good_run=_text(runs.last_good_run),
                next_run=_text(runs.next_run),
                failures=runs.failures,
                last_problem=runs.last_problem,
            )
        )


def _moment(text: str | None) -> datetime | None:
    return parse_rfc3339(text) if text else None


def _text(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
