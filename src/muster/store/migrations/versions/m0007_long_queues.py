"""What makes a queue of ten thousand as quick to look at as one of ten: indices, and totals the database keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_MORE = (
    "INSERT INTO outbox_total VALUES (NEW.state, 1, NEW.size) ON CONFLICT (state)"
    " DO UPDATE SET packets = packets + 1, octets = octets + NEW.size"
)
_LESS = "UPDATE outbox_total SET packets = packets - 1, octets = octets - OLD.size WHERE state = OLD.state"


def upgrade() -> None:
    op.create_index("outbox_by_age", "outbox", ["sealed_at"])
    op.create_index("outbox_by_state", "outbox", ["state"])
    op.create_index("outbox_by_status", "outbox", ["server_status"])
    op.create_index("outbox_by_registration", "outbox", ["registration_id"])
    op.create_index("registration_drafts", "registration", ["is_draft", "changed_at"])
    op.create_table(
        "outbox_total",
        sa.Column("state", sa.Text, primary_key=True),
        sa.Column("packets", sa.Integer, nullable=False),
        sa.Column("octets", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO outbox_total SELECT state, count(*), sum(size) FROM outbox GROUP BY state")
    op.execute(f"CREATE TRIGGER outbox_added AFTER INSERT ON outbox BEGIN {_MORE}; END")
    op.execute(f"CREATE TRIGGER outbox_removed AFTER DELETE ON outbox BEGIN {_LESS}; END")
    op.execute(f"CREATE TRIGGER outbox_moved AFTER UPDATE OF state, size ON outbox BEGIN {_LESS}; {_MORE}; END")
