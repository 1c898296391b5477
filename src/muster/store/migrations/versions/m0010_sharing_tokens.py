"""Tokens with which sources share records again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "sharing_token",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("given_at", sa.Text, nullable=False),
        sa.Column("renewed_at", sa.Text, nullable=False),
        sa.Column("final_at", sa.Text, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("next_try", sa.Text),
        sa.Column("problem", sa.Text),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("sharing_token_by_subject", "sharing_token", ["subject"])
