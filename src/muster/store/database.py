"""Opening the encrypted database, bringing it forward, and the one way to change it.

Rules:

1. The key is raw (32 octets, derived from the station key), so opening costs no key stretching.
2. ``synchronous=FULL`` with WAL: when a commit returns, it survives a power cut.
3. A write transaction begins with ``BEGIN IMMEDIATE``; two writers wait for each other, never mix.
4. :class:`Work` refuses to commit a change without an audit record, so "every state change and its
   audit record share one transaction" cannot be forgotten.
5. Deleted rows are overwritten (``secure_delete``), temporary tables live in memory only.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.clock import Clock
from muster.durable import DISK_FULL, DISK_UNWRITABLE
from muster.errors import Code, MusterError, NotAuthentic, StorageUnavailable
from muster.store.audit_log import AuditLog
from muster.store.blobs import BlobRows
from muster.store.bringing_forward import bring_forward
from muster.store.carried import CarriedRows
from muster.store.gallery import GalleryRows
from muster.store.jobs import JobRows
from muster.store.operators import Operators
from muster.store.outbox import OutboxRows
from muster.store.pre_registrations import PreRegistrationRows
from muster.store.proofings import Proofings
from muster.store.registrations import Registrations
from muster.store.server_copies import ServerCopies
from muster.store.settings import Settings

DATABASE_BUSY = Code("DATABASE_BUSY", "Another program is using the station's data. Try again in a moment.")
DATABASE_UNREADABLE = Code(
    "DATABASE_UNREADABLE", "The station's database cannot be opened: it is damaged or the key is wrong."
)
DATABASE_CLOSED = Code("DATABASE_CLOSED", "You are signed out. Sign in again.")

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT_MS = 5_000
_LOOK_AGAIN_S = 0.02
_READ_ONLY = "muster_read_only"


class Work:
    """One transaction: what changes, and the audit record that says so."""

    def __init__(self, connection: sa.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._audit = AuditLog(connection)
        self._audited = False
        self.registrations = Registrations(connection)
        self.blobs = BlobRows(connection)
        self.outbox = OutboxRows(connection)
        self.operators = Operators(connection)
        self.settings = Settings(connection)
        self.gallery = GalleryRows(connection)
        self.carried = CarriedRows(connection)
        self.server_copies = ServerCopies(connection)
        self.jobs = JobRows(connection)
        self.pre_registrations = PreRegistrationRows(connection)
        self.proofings = Proofings(connection)

    def record(self, event: AuditEvent, *, actor: str, subject: str = "", **detail: str) -> AuditRecord:
        """Append to the audit trail. ``detail`` holds codes, counts and digests, never personal data."""
        self._audited = True
        return self._audit.append(at=self._clock(), event=event.id, actor=actor, subject=subject, detail=detail)

    @property
    def is_complete(self) -> bool:
        return self._audited


class Database:
    """The station's encrypted database file."""

    def __init__(self, engine: sa.Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._closed = False

    @classmethod
    def open(cls, path: Path, key: bytes, clock: Clock, *, backups_kept: int = 3) -> Database:
        """Open or create the file and bring it forward.

        Raises ``NotAuthentic`` for a wrong key or a damaged file, ``StorageUnavailable`` when the disk
        does not let us, the file is a newer version's or cannot be brought forward.
        """
        engine = _engine(path, key)
        try:
            bring_forward(engine, path, clock, _MIGRATIONS, backups_kept, _translated)
        except MusterError:
            engine.dispose()
            raise
        return cls(engine, clock)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A write transaction: committed when the block ends, undone when it raises."""
        self._require_open()
        with _translated(), self._engine.begin() as connection:
            work = Work(connection, self._clock)
            yield work
            if not work.is_complete:
                raise RuntimeError("a change without an audit record")

    @contextmanager
    def read(self) -> Iterator[Work]:
        """A consistent view that waits for no writer. Whatever is written through it is undone."""
        with self._reading() as connection:
            yield Work(connection, self._clock)

    @contextmanager
    def audit_log(self) -> Iterator[AuditLog]:
        """The trail, for reading."""
        with self._reading() as connection:
            yield AuditLog(connection)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        self._require_open()
        with _translated(), self._engine.connect() as connection:
            yield connection.execution_options(**{_READ_ONLY: True})
            connection.rollback()

    def close(self) -> None:
        """Nothing can be read any more, whoever still holds this object."""
        self._closed = True
        self._engine.dispose()

    def _require_open(self) -> None:
        if self._closed:
            raise StorageUnavailable(DATABASE_CLOSED)


def _engine(path: Path, key: bytes) -> sa.Engine:
    def connect() -> sqlcipher.Connection:
        # SQLAlchemy hands a pooled connection to one thread at a time.
        connection = sqlcipher.connect(str(path), check_same_thread=False, isolation_level=None)
        # SQLCipher otherwise writes to stderr what it thinks of a wrong key.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        for pragma in (
            f"busy_timeout = {_BUSY_TIMEOUT_MS}",
            "synchronous = FULL",
            "foreign_keys = ON",
            "secure_delete = ON",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _use_wal(connection)
        return connection

    # A row the database refuses may hold a person's name; it must not appear in the error's text.
    engine = sa.create_engine(
        "sqlite://", module=sqlcipher, creator=connect, poolclass=QueuePool, hide_parameters=True
    )
    sa.event.listen(engine, "begin", _begin)
    return engine


def _use_wal(connection: sqlcipher.Connection) -> None:
    """Switch to the write-ahead log. SQLite does not wait here by itself when two programs make a new
    database at once, whatever the busy timeout."""
    give_up = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlcipher.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > give_up:
                raise
            time.sleep(_LOOK_AGAIN_S)
        else:
            return


def _begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def _translated() -> Iterator[None]:
    """The database's errors in the station's words; SQL and its parameters are cut off."""
    try:
        yield
    except OperationalError as error:
        text = str(error.orig).lower()
        if "full" in text:
            raise StorageUnavailable(DISK_FULL) from None
        if "locked" in text or "busy" in text:
            raise StorageUnavailable(DATABASE_BUSY) from None
        if "readonly" in text or "unable to open" in text or "i/o error" in text:
            raise StorageUnavailable(DISK_UNWRITABLE) from None
        raise
    except DatabaseError as error:
        if "not a database" in str(error.orig).lower() or "malformed" in str(error.orig).lower():
            raise NotAuthentic(DATABASE_UNREADABLE) from None
        raise
    except sqlcipher.DatabaseError:
        # Raised by the first statements on a fresh connection, before SQLAlchemy wraps anything.
        raise NotAuthentic(DATABASE_UNREADABLE) from None
