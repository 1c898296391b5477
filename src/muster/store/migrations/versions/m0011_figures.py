"""How much was done and how well, counted by the day out of the trail."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "figure_count",
        *_texts("kind", "day", "what", "officer"),
        *_numbers("number"),
        sa.PrimaryKeyConstraint("kind", "day", "what", "officer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_time",
        *_texts("day", "what", "officer"),
        *_numbers(*(f"class{place}" for place in range(18))),
        sa.PrimaryKeyConstraint("day", "what", "officer"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "figure_sample",
        *_texts("day", "officer", "device", "attribute", "measure"),
        *_numbers("taken", "first", "forced"),
        sa.Column("total", sa.Float, nullable=False),
        *_numbers(*(f"class{place}" for place in range(10))),
        sa.PrimaryKeyConstraint("day", "officer", "device", "attribute", "measure"),
        sqlite_with_rowid=False,
    )
    op.create_table("figure_upto", sa.Column("sequence", sa.Integer, primary_key=True))


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]
