"""Registrations of other stations, to be reviewed here."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "carried_review",
        sa.Column("registration_id", sa.Text, primary_key=True),
        sa.Column("station", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("risk", sa.Integer, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
    )
    op.create_index("carried_review_by_risk", "carried_review", ["standing", sa.text("risk DESC")])
