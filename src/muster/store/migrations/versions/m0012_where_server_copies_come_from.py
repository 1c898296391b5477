"""Where each copy of what the server sent came from, who had it fetched or brought it, and who signed it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    for name in ("source", "taken_by", "signer"):  # of those that are here already nobody knows
        op.add_column("server_copy", sa.Column(name, sa.Text, nullable=False, server_default=""))
