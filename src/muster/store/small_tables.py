"""The tables that neither registrations nor packets tell of, as plain values and back.

Copied are only those without which a rebuilt station could not go on: operators, settings, what travels by hand,
jobs, and tokens that only the person could give again. Not copied is what the server has (master data,
pre-registrations), and what is there to warn and soon over (the gallery of faces).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from muster.store.tables import metadata

_SMALL = ("operator", "setting", "carried", "job", "sharing_token")
_TOLD_OF = (
    "registration",
    "registration_event",
    "blob",
    "outbox",
    "outbox_total",
    "audit",
    "proofing_plan",
    "proofing",
    "proofing_event",
    "proofing_record",
)  # by the rest of the carbon copy

Rows = dict[str, list[dict[str, Any]]]


def small_tables() -> tuple[sa.Table, ...]:
    return tuple(metadata.tables[name] for name in _SMALL if name in metadata.tables)


def other_tables() -> tuple[sa.Table, ...]:
    """What has no copy, in an order in which rows can be put back."""
    return tuple(table for table in metadata.sorted_tables if table.name not in (*_SMALL, *_TOLD_OF))


def dump_small_tables(connection: sa.Connection) -> Rows:
    """JSON's own kinds of values."""
    return {
        table.name: [_plain(row._mapping) for row in connection.execute(table.select())]
        for table in small_tables()
    }


def load_rows(connection: sa.Connection, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert what is not there yet, as far as the columns are known; returns how many rows could not be."""
    refused = 0
    for row in rows:
        values = {name: _value(value) for name, value in row.items() if name in table.c}
        try:
            with connection.begin_nested():
                connection.execute(table.insert().prefix_with("OR IGNORE").values(**values))
        except sa.exc.DatabaseError:
            refused += 1
    return refused


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): {"hex": value.hex()} if isinstance(value, bytes) else value for name, value in row.items()}


def _value(value: Any) -> Any:
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
