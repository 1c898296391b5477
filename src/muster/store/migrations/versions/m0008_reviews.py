"""What a supervisor has to look at, which documents were seen before, and the words of the trail to search by."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("registration_id", sa.Text, sa.ForeignKey("registration.id"), primary_key=True),
        sa.Column("packet_id", sa.Text, nullable=False),
        sa.Column("sealed_at", sa.Text, nullable=False),
        sa.Column("officer", sa.Text, nullable=False),
        sa.Column("exceptions", sa.Integer, nullable=False),
        sa.Column("risk", sa.Integer, nullable=False),
        sa.Column("flags", sa.Text, nullable=False),
        sa.Column("drawn", sa.Integer, nullable=False),
        sa.Column("must_be_seen", sa.Integer, nullable=False),
        sa.Column("waits", sa.Integer, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("assessed_at", sa.Text, nullable=False),
        sa.Column("away_km", sa.Float),
        sa.Column("decision", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.Text),
    )
    op.create_index("review_by_risk", "review", ["standing", sa.text("risk DESC"), "sealed_at", "registration_id"])
    op.create_index("review_by_officer", "review", ["officer", "sealed_at", "exceptions"])
    op.create_index("review_by_age", "review", ["sealed_at", "exceptions"])
    op.create_table(
        "document_mark",
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("registration_id", sa.Text, sa.ForeignKey("registration.id"), nullable=False),
        sa.PrimaryKeyConstraint("mark", "registration_id"),
    )
    op.execute(
        "CREATE VIRTUAL TABLE audit_words USING fts5("
        "words, content='', detail=none, columnsize=0, tokenize=\"unicode61 tokenchars '_'\")"
    )
    op.create_table("audit_words_upto", sa.Column("sequence", sa.Integer, primary_key=True))
