"""Who decided what about which station, and where those that ask to be let in ask from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("machine", sa.Column("asked_from", sa.Text))
    op.create_table(
        "station_decision",
        sa.Column("decision_id", sa.Text, primary_key=True),
        sa.Column("decided_at", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("ref_id", sa.Text, nullable=False),
        sa.Column("sign_index", sa.Text, nullable=False),
        sa.Column("decided", sa.Text, nullable=False),
    )
    op.create_index("station_decision_by_time", "station_decision", ["decided_at"])
    op.create_index("station_decision_by_key", "station_decision", ["sign_index", "decided_at"])
