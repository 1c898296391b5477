"""Enrollments that go on to the national system."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "enrollment_forward",
        sa.Column("registration_id", sa.Text, sa.ForeignKey("enrollment.registration_id"), primary_key=True),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("done_at", sa.Text),
    )
    op.create_index("enrollment_forward_by_time", "enrollment_forward", ["standing", "next_at"])
