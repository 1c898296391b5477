"""Operators with several roles, blocked ones, and their authenticators.

Until now a supervisor was whoever looked after the station: each becomes an administrator as well, or nobody could
add or remove anybody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE operator RENAME COLUMN role TO roles")
    op.execute(
        "UPDATE operator SET roles = 'REGISTRATION_ADMIN REGISTRATION_SUPERVISOR'"
        " WHERE roles = 'REGISTRATION_SUPERVISOR'"
    )
    op.add_column("operator", sa.Column("blocked_at", sa.Text))
    op.add_column("operator", sa.Column("authenticator", sa.LargeBinary))
    op.add_column("operator", sa.Column("last_code_step", sa.Integer))
