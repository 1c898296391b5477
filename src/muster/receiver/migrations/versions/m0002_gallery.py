"""The gallery that a center's stations share."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "gallery_template",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("network", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("ref_id", sa.Text, nullable=False),
        sa.Column("kept_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("subject", "network", name="gallery_template_of"),
        sqlite_autoincrement=True,
    )
    op.create_index("gallery_template_by_time", "gallery_template", ["kept_at"])
    kind = "halfvec" if _has_pgvector(op.get_bind()) else "bytea" if _is_postgresql(op.get_bind()) else "BLOB"
    op.execute(
        f"CREATE TABLE gallery_vector (network TEXT NOT NULL, number BIGINT NOT NULL, vector {kind} NOT NULL, "
        "PRIMARY KEY (network, number))"
    )


def _is_postgresql(connection: sa.Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _has_pgvector(connection: sa.Connection) -> bool:
    """Made ready where the server has it and lets us; an administrator may have done so before."""
    if not _is_postgresql(connection):
        return False
    there = sa.text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")
    if connection.scalar(there) is None:
        return False
    try:
        with connection.begin_nested():
            connection.execute(sa.text("CREATE EXTENSION IF NOT EXISTS vector"))
    except sa.exc.DBAPIError:
        return False
    return True
