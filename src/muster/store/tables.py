"""The tables, as the newest migration leaves them.

Times are RFC 3339 UTC text with milliseconds: they sort, and a person can read a dump.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

setting = Table("setting", metadata, Column("name", Text, primary_key=True), Column("value", Text))

operator = Table(
    "operator",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("roles", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("blocked_at", Text),
    Column("authenticator", LargeBinary),
    Column("last_code_step", Integer),
)

registration = Table(
    "registration",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    # A shortcut for the list of drafts, derived from the events in the same transaction.
    Column("is_draft", Integer, nullable=False),
)
Index("registration_drafts", registration.c.is_draft, registration.c.changed_at)

registration_event = Table(
    "registration_event",
    metadata,
    Column("registration_id", Text, ForeignKey("registration.id"), nullable=False),
    # Two programs that append at once collide on the number: the second one fails, nothing is mixed.
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    PrimaryKeyConstraint("registration_id", "number"),
)

blob = Table(
    "blob",
    metadata,
    Column("name", Text, primary_key=True),
    Column("registration_id", Text, ForeignKey("registration.id"), nullable=False),
    Column("digest", Text, nullable=False),
    Column("size", Integer, nullable=False),
)
Index("blob_by_registration", blob.c.registration_id)

outbox = Table(
    "outbox",
    metadata,
    Column("packet_id", Text, primary_key=True),
    Column("registration_id", Text, ForeignKey("registration.id"), nullable=False),
    Column("process", Text, nullable=False),
    Column("languages", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("sealed_at", Text, nullable=False),
    Column("next_attempt", Text),
    Column("last_problem", Text),
    Column("server_code", Text),
    Column("server_status", Text),
    Column("status_since", Text),
    Column("questions", Integer, nullable=False),
    Column("next_question", Text),
    Column("destroyed_at", Text),
    Column("risk", Integer, nullable=False),
    Column("handed_over_at", Text),
    Column("person_told", Text),
)
Index("outbox_by_age", outbox.c.sealed_at)
Index("outbox_by_state", outbox.c.state)
Index("outbox_by_status", outbox.c.server_status)
Index("outbox_by_registration", outbox.c.registration_id)

# Kept by triggers (migration 7), never written to.
outbox_total = Table(
    "outbox_total",
    metadata,
    Column("state", Text, primary_key=True),
    Column("packets", Integer, nullable=False),
    Column("octets", Integer, nullable=False),
)

gallery = Table(
    "gallery",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("whose", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("kept_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("whose", "name", "network"),
    sqlite_autoincrement=True,
)
Index("gallery_by_age", gallery.c.kept_at)

duplicate_look = Table(
    "duplicate_look",
    metadata,
    Column("registration_id", Text, ForeignKey("registration.id"), primary_key=True),
    Column("looked_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

review = Table(
    "review",
    metadata,
    Column("registration_id", Text, ForeignKey("registration.id"), primary_key=True),
    Column("packet_id", Text, nullable=False),
    Column("sealed_at", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("exceptions", Integer, nullable=False),
    Column("risk", Integer, nullable=False),
    Column("flags", Text, nullable=False),
    Column("drawn", Integer, nullable=False),
    Column("must_be_seen", Integer, nullable=False),
    Column("waits", Integer, nullable=False),
    Column("standing", Text, nullable=False),
    Column("assessed_at", Text, nullable=False),
    Column("away_km", Float),
    Column("decision", Text),
    Column("reason", Text),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", Text),
)
Index("review_by_risk", review.c.standing, review.c.risk.desc(), review.c.sealed_at, review.c.registration_id)
Index("review_by_officer", review.c.officer, review.c.sealed_at, review.c.exceptions)
Index("review_by_age", review.c.sealed_at, review.c.exceptions)

document_mark = Table(
    "document_mark",
    metadata,
    Column("mark", Text, nullable=False),
    Column("registration_id", Text, ForeignKey("registration.id"), nullable=False),
    PrimaryKeyConstraint("mark", "registration_id"),
)

carried_review = Table(
    "carried_review",
    metadata,
    Column("registration_id", Text, primary_key=True),
    Column("station", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("standing", Text, nullable=False),
    Column("risk", Integer, nullable=False),
    Column("decided_by", Text, nullable=False),
)
Index("carried_review_by_risk", carried_review.c.standing, carried_review.c.risk.desc())

# The words of the trail (``audit_words``) are a virtual table: see migration 8 and ``audit_search``.
audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
Index("audit_by_subject", audit.c.subject, audit.c.sequence)
