"""The hub's database, by its address: SQLite in a file, or PostgreSQL that several hub processes share.

Rules:

1. When a transaction returns, it survives a power cut (SQLite: WAL and ``synchronous=FULL``).
2. Two processes never decide the same thing twice: what may be there once has a unique key and is written with
   ``ON CONFLICT``; nobody looks first and writes later.
3. Bringing the tables forward is done by one process while the others wait; data of a newer version are refused.
4. A database that is away is ``StorageUnavailable``: whoever asked may ask again, and asking again is safe.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from muster.clock import rfc3339
from muster.errors import BadInput, Code, MusterError, StorageUnavailable
from muster.receiver.tables import lease

HUB_DATABASE_URL_UNUSABLE = Code(
    "HUB_DATABASE_URL_UNUSABLE",
    "Write the hub's database as sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
)
HUB_DATABASE_UNAVAILABLE = Code(
    "HUB_DATABASE_UNAVAILABLE", "The hub's database cannot be reached. What was sent is kept at the station."
)
HUB_DATABASE_NEWER = Code(
    "HUB_DATABASE_NEWER", "The hub's data was written by a newer version of Muster. Update the program."
)

_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x6D757374  # any number that nobody else locks in this database
_BUSY_MS = 20_000
_CONNECT_S = 5
_READ_ONLY = "hub_read_only"


class Database:
    """Transactions on one database, from any thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._holder = secrets.token_hex(8)

    @classmethod
    def open(cls, address: str) -> Database:
        """Connect, and bring the tables forward. Raises ``BadInput``, ``StorageUnavailable``."""
        engine = _engine(address)
        try:
            with _told():
                _bring_forward(engine)
        except MusterError:
            engine.dispose()
            raise
        return cls(engine)

    @property
    def is_shared(self) -> bool:
        """Whether processes on other computers may use it, too."""
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: committed when the block ends, undone when it raises. Raises ``StorageUnavailable``."""
        with _told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One state of everything for as long as the block takes; holds up nobody who writes."""
        level = {"isolation_level": "REPEATABLE READ"} if self.is_shared else {}
        with _told(), self._engine.connect() as connection:
            yield connection.execution_options(**{_READ_ONLY: True}, **level)

    def insert(self, table: sa.Table) -> Any:
        """The dialect's own, which knows ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
        return postgresql.insert(table) if self.is_shared else sqlite.insert(table)

    def hold(self, name: str, now: datetime, for_how_long: timedelta) -> bool:
        """Whether this process may do ``name`` now, alone: until then, or until it dies and the time is over.
        Holding it already, it may go on."""
        ends_at, said = rfc3339(now + for_how_long), rfc3339(now)
        added = self.insert(lease).values(name=name, holder=self._holder, ends_at=ends_at)
        taken = added.on_conflict_do_update(
            index_elements=[lease.c.name],
            set_={"holder": self._holder, "ends_at": ends_at},
            where=(lease.c.ends_at < said) | (lease.c.holder == self._holder),
        )
        with self.writing() as connection:
            return is_written(connection, taken)

    def let_go(self, name: str) -> None:
        mine = (lease.c.name == name) & (lease.c.holder == self._holder)
        with self.writing() as connection:
            connection.execute(sa.delete(lease).where(mine))

    def is_answering(self) -> bool:
        try:
            with self.reading() as connection:
                connection.execute(sa.text("SELECT 1"))
        except StorageUnavailable:
            return False
        return True

    def close(self) -> None:
        self._engine.dispose()


def is_written(connection: sa.Connection, written: Any) -> bool:
    """Run an ``INSERT ... ON CONFLICT`` or ``UPDATE``: whether it wrote a row. (Not every driver counts those.)"""
    return connection.execute(written.returning(sa.literal(1))).first() is not None


def database_in(folder: Path) -> str:
    """The address of the database that lies in a folder."""
    return f"sqlite:///{folder / 'hub.db'}"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except (DBAPIError, SQLAlchemyError) as error:
        raise StorageUnavailable(HUB_DATABASE_UNAVAILABLE) from error


def _engine(address: str) -> sa.Engine:
    try:
        url = sa.make_url(address)
        if url.drivername in ("postgres", "postgresql"):
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername == "postgresql+psycopg":
            return sa.create_engine(
                url,
                hide_parameters=True,
                pool_pre_ping=True,
                pool_size=8,
                max_overflow=16,
                connect_args={"connect_timeout": _CONNECT_S},
            )
        if url.drivername == "sqlite" and url.database:
            return _sqlite(url)
    except (SQLAlchemyError, NoSuchModuleError, ImportError) as error:
        raise BadInput(HUB_DATABASE_URL_UNUSABLE) from error
    raise BadInput(HUB_DATABASE_URL_UNUSABLE)


def _sqlite(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url, hide_parameters=True, connect_args={"timeout": _BUSY_MS / 1000, "check_same_thread": False}
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        read_only = connection.get_execution_options().get(_READ_ONLY)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _bring_forward(engine: sa.Engine) -> None:
    """Run the steps that are missing, in one transaction. Alembic is imported only when there are some."""
    newest = max(each.name[1:5] for each in (_MIGRATIONS / "versions").glob("m*.py"))
    with engine.connect() as connection:
        if _version(connection) == newest:
            return
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        current = _version(connection)  # again: another process may have been first
        if current is not None and current > newest:
            raise StorageUnavailable(HUB_DATABASE_NEWER)
        if current != newest:
            _upgrade(connection)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
