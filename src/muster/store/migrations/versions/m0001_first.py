"""The first schema: registrations as events, sealed blobs, outbox, audit chain."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "setting",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text),
    )
    op.create_table(
        "operator",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
    )
    op.create_table(
        "registration",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.Column("is_draft", sa.Integer, nullable=False),
    )
    op.create_table(
        "registration_event",
        sa.Column("registration_id", sa.Text, sa.ForeignKey("registration.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("registration_id", "number"),
    )
    op.create_table(
        "blob",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("registration_id", sa.Text, sa.ForeignKey("registration.id"), nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
    )
    op.create_index("blob_by_registration", "blob", ["registration_id"])
    op.create_table(
        "outbox",
        sa.Column("packet_id", sa.Text, primary_key=True),
        sa.Column("registration_id", sa.Text, sa.ForeignKey("registration.id"), nullable=False),
        sa.Column("process", sa.Text, nullable=False),
        sa.Column("languages", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("sealed_at", sa.Text, nullable=False),
        sa.Column("next_attempt", sa.Text),
        sa.Column("last_problem", sa.Text),
        sa.Column("server_status", sa.Text),
    )
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("audit_by_subject", "audit", ["subject", "sequence"])
