"""Master data and pre-registrations from servers, jobs, and packets that travel by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("risk", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("handed_over_at", sa.Text))
    op.add_column("outbox", sa.Column("person_told", sa.Text))
    op.create_table(
        "carried",
        sa.Column("packet_id", sa.Text, primary_key=True),
        sa.Column("came_from", sa.Text, nullable=False),
        sa.Column("came_at", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("announcement", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt", sa.Text),
        sa.Column("last_problem", sa.Text),
        sa.Column("server_code", sa.Text),
    )
    op.create_table(
        "server_copy",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("came_at", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("server_copy_by_kind", "server_copy", ["kind", "number"])
    op.create_table(
        "job",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("last_run", sa.Text),
        sa.Column("last_good_run", sa.Text),
        sa.Column("next_run", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_problem", sa.Text),
    )
    op.create_table(
        "pre_registration",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("appointment", sa.Text, nullable=False),
        sa.Column("updated", sa.Text, nullable=False),
        sa.Column("came_at", sa.Text, nullable=False),
        sa.Column("used_by", sa.Text),
        sa.Column("sealed", sa.LargeBinary),
    )
