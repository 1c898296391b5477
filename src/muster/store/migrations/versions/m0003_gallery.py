"""Faces to search among, and what searches found."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "gallery",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("whose", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("kept_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("whose", "name", "network"),
        sqlite_autoincrement=True,
    )
    op.create_index("gallery_by_age", "gallery", ["kept_at"])
    op.create_table(
        "duplicate_look",
        sa.Column("registration_id", sa.Text, sa.ForeignKey("registration.id"), primary_key=True),
        sa.Column("looked_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
