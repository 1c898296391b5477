"""The tables of the gallery a center's stations share; the same in SQLite and PostgreSQL but for how vectors lie.

With pgvector the column is the database's own kind and is searched there (``muster.gallery.postgres``); without it
octets, searched in the memory of each hub process.

They stand apart from the hub's other tables: no backup holds them, since stations bring what is missing.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

metadata = MetaData()

template = Table(
    "gallery_template",
    metadata,
    # Numbers are never used twice: whoever holds a copy in memory sees by them what came and what went.
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("network", Text, nullable=False),
    Column("subject", Text, nullable=False),  # keyed digest of whose it is
    Column("ref_id", Text, nullable=False),  # the station that brought it
    Column("kept_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # whose it is
    UniqueConstraint("subject", "network", name="gallery_template_of"),
    sqlite_autoincrement=True,
)
Index("gallery_template_by_time", template.c.kept_at)

vector = Table(
    "gallery_vector",
    metadata,
    Column("network", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
