"""Attempts to sign in at the supervisors' page, for all processes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "wrong_attempt",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("tried_at", sa.Text, nullable=False),
    )
    op.create_index("wrong_attempt_by_time", "wrong_attempt", ["tried_at"])
