"""What the server says became of a packet, and when to ask again.

``server_status`` held the sentence of the upload's answer, which stands in the registration's event as well and
was never read here; from now on it holds the word of the status calls.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("UPDATE outbox SET server_status = NULL")
    op.add_column("outbox", sa.Column("server_code", sa.Text))
    op.add_column("outbox", sa.Column("status_since", sa.Text))
    op.add_column("outbox", sa.Column("questions", sa.Integer, nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("next_question", sa.Text))
    op.add_column("outbox", sa.Column("destroyed_at", sa.Text))
