"""The audit trail's rows: appended, never changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord, StoredRecord, link
from muster.clock import parse_rfc3339, rfc3339
from muster.store.prepared import Prepared
from muster.store.tables import audit

_BATCH = 10_000
# What a record's digest covers (audit.chain). All but the detail is quoted: no two records have one text.
_TEXTS = """
SELECT sequence,
       '[' || sequence || ',' || json_quote(at) || ',' || json_quote(event) || ',' || json_quote(actor) || ','
           || json_quote(subject) || ',' || detail || ',' || json_quote(previous) || ']',
       previous, digest, CASE WHEN event = ? THEN detail END
FROM audit ORDER BY sequence
"""

_COLUMNS = tuple(column.name for column in audit.columns)
_ADD = Prepared(audit.insert())
# Not a parameter: SQLite plans a statement anew when one of those says how many rows.
_NEWEST = Prepared(audit.select().order_by(audit.c.sequence.desc()).limit(sa.literal_column("1")))


class AuditLog:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def append(
        self, *, at: datetime, event: str, actor: str, subject: str, detail: Mapping[str, str]
    ) -> AuditRecord:
        """Link the next record to the newest one and store it."""
        record = link(self.newest(), at=at, event=event, actor=actor, subject=subject, detail=detail)
        self.put_back(record)
        return record

    def put_back(self, record: AuditRecord) -> None:
        """Store a record as it was linked."""
        _ADD(self._connection, **row_of(record))

    def newest(self) -> AuditRecord | None:
        row = _NEWEST.first(self._connection)
        return None if row is None else read_record(dict(zip(_COLUMNS, row, strict=True)))

    def all(self) -> Iterator[AuditRecord]:
        """Every record in order, read in batches."""
        query = audit.select().order_by(audit.c.sequence)
        for row in self._connection.execution_options(yield_per=_BATCH).execute(query):
            yield _record(row)

    def to_verify(self) -> Iterator[StoredRecord]:
        """Every record in order, its text put together by the database: four times as quick as from rows."""
        raw = self._connection.connection.driver_connection
        if raw is None:
            raise ValueError("a connection that was closed")
        for sequence, text, previous, digest, checkpoint in raw.execute(_TEXTS, (AuditEvent.CHECKPOINT.id,)):
            yield StoredRecord(sequence, text, previous, digest, checkpoint, partial(self._there, sequence))

    def _there(self, sequence: int) -> AuditRecord:
        record = self.at(sequence)
        if record is None:
            raise ValueError("a record that went away")
        return record

    def newest_checkpoint(self) -> AuditRecord | None:
        query = audit.select().where(audit.c.event == AuditEvent.CHECKPOINT.id)
        row = self._connection.execute(query.order_by(audit.c.sequence.desc()).limit(1)).one_or_none()
        return None if row is None else _record(row)

    def newest_first(self, limit: int) -> tuple[AuditRecord, ...]:
        query = audit.select().order_by(audit.c.sequence.desc()).limit(limit)
        return tuple(_record(row) for row in self._connection.execute(query))

    def after(self, sequence: int) -> tuple[AuditRecord, ...]:
        """The records that follow this one, in order."""
        query = audit.select().where(audit.c.sequence > sequence).order_by(audit.c.sequence)
        return tuple(_record(row) for row in self._connection.execute(query))

    def at(self, sequence: int) -> AuditRecord | None:
        row = self._connection.execute(audit.select().where(audit.c.sequence == sequence)).one_or_none()
        return None if row is None else _record(row)

    def first_at(self, moment: datetime, *, inclusive: bool = True) -> int:
        """The number of the first record from then on, halving: records lie in the order of their times but for a
        clock that was set back, which costs nobody more than some records beside the border."""
        newest = int(self._connection.scalar(sa.select(sa.func.max(audit.c.sequence))) or 0)
        text, low, high = rfc3339(moment), 1, newest + 1
        while low < high:
            middle = (low + high) // 2
            query = sa.select(audit.c.at).where(audit.c.sequence >= middle).order_by(audit.c.sequence).limit(1)
            at = self._connection.scalar(query)
            later = at is None or (at >= text if inclusive else at > text)
            low, high = (low, middle) if later else (middle + 1, high)
        return low

    def from_on(self, sequence: int, events: Collection[AuditEvent]) -> Iterator[AuditRecord]:
        """The records of these kinds from that one on, in order, read in batches: two seconds for a million that
        are passed over."""
        wanted = (audit.c.sequence >= sequence) & audit.c.event.in_([each.id for each in events])
        query = audit.select().where(wanted).order_by(audit.c.sequence)
        for row in self._connection.execution_options(yield_per=_BATCH).execute(query):
            yield _record(row)

    def of_station_before(self, sequence: int, events: Collection[AuditEvent]) -> Iterator[AuditRecord]:
        """Those about no registration before that one, the newest first."""
        wanted = (audit.c.subject == "") & (audit.c.sequence < sequence)
        query = audit.select().where(wanted, audit.c.event.in_([each.id for each in events]))
        for row in self._connection.execute(query.order_by(audit.c.sequence.desc())):
            yield _record(row)

    def last_before(self, sequence: int, events: Collection[AuditEvent], among: int) -> AuditRecord | None:
        """The newest of these kinds among so many records before that one."""
        wanted = (audit.c.sequence < sequence) & (audit.c.sequence >= sequence - among)
        query = audit.select().where(wanted, audit.c.event.in_([each.id for each in events]))
        row = self._connection.execute(query.order_by(audit.c.sequence.desc()).limit(1)).one_or_none()
        return None if row is None else _record(row)

    def about(self, subject: str, events: Collection[AuditEvent] = ()) -> tuple[AuditRecord, ...]:
        """The records about one registration, in order; where ``events`` are named, those alone."""
        query = audit.select().where(audit.c.subject == subject).order_by(audit.c.sequence)
        if events:
            query = query.where(audit.c.event.in_([each.id for each in events]))
        return tuple(_record(row) for row in self._connection.execute(query))


def row_of(record: AuditRecord) -> dict[str, object]:
    """The columns of a record."""
    return {
        "sequence": record.sequence,
        "at": rfc3339(record.at),
        "event": record.event,
        "actor": record.actor,
        "subject": record.subject,
        # As the digest has it, so that verifying need not read it first.
        "detail": json.dumps(record.detail, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "previous": record.previous,
        "digest": record.digest,
    }


def read_record(row: Mapping[str, Any]) -> AuditRecord:
    """A record from its columns. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else."""
    return AuditRecord(
        sequence=row["sequence"],
        at=parse_rfc3339(row["at"]),
        event=row["event"],
        actor=row["actor"],
        subject=row["subject"],
        detail=json.loads(row["detail"]),
        previous=row["previous"],
        digest=row["digest"],
    )


def _record(row: sa.Row[tuple[object, ...]]) -> AuditRecord:
    return read_record({str(name): value for name, value in row._mapping.items()})
