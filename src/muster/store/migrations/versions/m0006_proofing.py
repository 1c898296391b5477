"""Executions of identity proofing, the plans they follow, and what was written of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "proofing_plan",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "proofing",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("plan_digest", sa.Text, sa.ForeignKey("proofing_plan.digest"), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.Column("is_open", sa.Integer, nullable=False),
    )
    op.create_index("proofing_by_subject", "proofing", ["subject"])
    op.create_table(
        "proofing_event",
        sa.Column("proofing_id", sa.Text, sa.ForeignKey("proofing.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("proofing_id", "number"),
    )
    op.create_table(
        "proofing_record",
        sa.Column("proofing_id", sa.Text, sa.ForeignKey("proofing.id"), nullable=False),
        sa.Column("rule", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("proofing_id", "rule", "number"),
    )
    op.create_index("proofing_record_by_digest", "proofing_record", ["digest"])
