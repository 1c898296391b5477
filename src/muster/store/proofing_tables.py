"""The tables of identity proofing, as the newest migration leaves them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from muster.store.tables import metadata

proofing_plan = Table(
    "proofing_plan", metadata, Column("digest", Text, primary_key=True), Column("text", Text, nullable=False)
)

proofing = Table(
    "proofing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("plan_digest", Text, ForeignKey("proofing_plan.digest"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    # A shortcut for the list of what can be gone on with, derived from the events in the same transaction.
    Column("is_open", Integer, nullable=False),
)
Index("proofing_by_subject", proofing.c.subject)

proofing_event = Table(
    "proofing_event",
    metadata,
    Column("proofing_id", Text, ForeignKey("proofing.id"), nullable=False),
    # Two programs that append at once collide on the number: the second one fails, nothing is mixed.
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("proofing_id", "number"),
)

proofing_record = Table(
    "proofing_record",
    metadata,
    Column("proofing_id", Text, ForeignKey("proofing.id"), nullable=False),
    Column("rule", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    # The keyed hash of the identifier a record is about; empty where it is about none.
    Column("digest", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("proofing_id", "rule", "number"),
)
Index("proofing_record_by_digest", proofing_record.c.digest)
