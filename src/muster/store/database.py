"""Opening the encrypted database, bringing it forward, and the one way to change it.

Rules:

1. The key is raw (32 octets, derived from the station key), so opening costs no key stretching.
2. ``synchronous=FULL`` with WAL: when a commit returns, it survives a power cut.
3. A write transaction begins with ``BEGIN IMMEDIATE``; two writers wait for each other, never mix.
4. :class:`Work` refuses to commit a change without an audit record, so "every state change and its
   audit record share one transaction" cannot be forgotten.
5. What was committed goes into the carbon copy, from which a damaged database is rebuilt.
6. Deleted rows are overwritten (``secure_delete``), temporary tables live in memory only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as sqlcipher

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.clock import Clock
from muster.domain.registration import RegistrationId
from muster.durable import DISK_FULL, DISK_UNWRITABLE, disk_errors
from muster.errors import BadInput, Code, MusterError, NotAuthentic, StorageUnavailable
from muster.store.audit_log import AuditLog
from muster.store.audit_search import AuditSearch
from muster.store.blobs import BlobRows
from muster.store.bringing_forward import bring_forward
from muster.store.carbon_copy import CarbonCopy
from muster.store.carried import CarriedRows
from muster.store.carried_review import CarriedReviewRows
from muster.store.figures import FigureRows, Local
from muster.store.gallery import GalleryRows
from muster.store.jobs import JobRows
from muster.store.operators import Operators
from muster.store.outbox import OutboxRows
from muster.store.pre_registrations import PreRegistrationRows
from muster.store.prepared import Prepared
from muster.store.proofings import Proofings
from muster.store.registrations import FoldedStates, Registrations
from muster.store.review import ReviewRows
from muster.store.server_copies import ServerCopies
from muster.store.settings import Settings
from muster.store.sharing import SharingRows
from muster.store.small_tables import dump_small_tables

DATABASE_BUSY = Code("DATABASE_BUSY", "Another program is using the station's data. Try again in a moment.")
DATABASE_UNREADABLE = Code(
    "DATABASE_UNREADABLE", "The station's database cannot be opened: it is damaged or the key is wrong."
)
DATABASE_CLOSED = Code("DATABASE_CLOSED", "You are signed out. Sign in again.")

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_TIMEOUT_MS = 5_000
_LOOK_AGAIN_S = 0.02
DATABASE_FILES = ("", "-wal", "-shm")  # what SQLite keeps beside a database, by what it appends
_READ_ONLY = "muster_read_only"
_BEGIN_READING, _BEGIN_WRITING = Prepared(sa.text("BEGIN")), Prepared(sa.text("BEGIN IMMEDIATE"))
_LOOKED_AT = 100  # the newest records; what they are about may be missing in the copy after a power cut
_RECORDS_TOGETHER = 200


class Work:
    """One transaction: what changes, and the audit record that says so."""

    def __init__(self, connection: sa.Connection, clock: Clock, known: FoldedStates | None = None) -> None:
        self._connection = connection
        self._clock = clock
        self.trail = AuditLog(connection)
        self.records: list[AuditRecord] = []
        self.registrations = Registrations(connection, known)
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
        self.review = ReviewRows(connection)
        self.carried_review = CarriedReviewRows(connection)
        self.sharing = SharingRows(connection)

    def record(self, event: AuditEvent, *, actor: str, subject: str = "", **detail: str) -> AuditRecord:
        """Append to the audit trail. ``detail`` holds codes, counts and digests, never personal data."""
        record = self.trail.append(at=self._clock(), event=event.id, actor=actor, subject=subject, detail=detail)
        self.records.append(record)
        return record

    @property
    def is_complete(self) -> bool:
        return bool(self.records)


class Database:
    """The station's encrypted database file."""

    def __init__(self, path: Path, engine: sa.Engine, clock: Clock, copy: CarbonCopy | None = None) -> None:
        self._path = path
        self._engine = engine
        self._clock = clock
        self._copy = copy
        self._states = FoldedStates()
        self._telling = _Telling(path)
        self._closed = False

    @classmethod
    def open(
        cls, path: Path, key: bytes, clock: Clock, *, backups_kept: int = 3, copy: CarbonCopy | None = None
    ) -> Database:
        """Open or create the file and bring it forward.

        Raises ``NotAuthentic`` for a wrong key or a damaged file, ``StorageUnavailable`` when the disk
        does not let us, the file is a newer version's or cannot be brought forward.
        """
        engine = _engine(path, key)
        try:
            bring_forward(engine, path, clock, _MIGRATIONS, backups_kept, lambda: _TRANSLATED)
        except MusterError:
            engine.dispose()
            raise
        return cls(path, engine, clock, copy)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A write transaction: committed when the block ends, undone when it raises."""
        since = self._states.times_forgotten
        self._require_open()
        with self._telling, self._engine.connect() as connection, connection.begin():
            work = Work(connection, self._clock, self._states)
            yield work
            if not work.is_complete:
                raise RuntimeError("a change without an audit record")
        self._remember(work.registrations, since)
        if self._copy is not None:
            self._copy.add(work.registrations.changes, work.proofings.changes, work.records)

    @contextmanager
    def read(self) -> Iterator[Work]:
        """A consistent view that waits for no writer. Whatever is written through it is undone."""
        since = self._states.times_forgotten
        with self._reading() as connection:
            work = Work(connection, self._clock, self._states)
            yield work
        if not work.registrations.changes:  # as the rules say, they were undone
            self._remember(work.registrations, since)

    @contextmanager
    def audit_log(self) -> Iterator[AuditLog]:
        """The trail, for reading."""
        with self._reading() as connection:
            yield AuditLog(connection)

    @contextmanager
    def search(self) -> Iterator[AuditSearch]:
        """The trail's words, for reading."""
        with self._reading() as connection:
            yield AuditSearch(connection)

    def index_trail(self) -> int:
        """Let the next records be found by their words; returns how many there were. No change of what the station
        knows, hence without an audit record."""
        self._require_open()
        with self._telling, self._engine.connect() as connection, connection.begin():
            return AuditSearch(connection).catch_up()

    @contextmanager
    def figures(self) -> Iterator[FigureRows]:
        """How much was done and how well, for reading."""
        with self._reading() as connection:
            yield FigureRows(connection)

    def count_figures(self, local: Local) -> int:
        """Let the next records count in the figures; returns how many there were. No change of what the station
        knows either."""
        self._require_open()
        with self._telling, self._engine.connect() as connection, connection.begin():
            return FigureRows(connection).catch_up(local)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        self._require_open()
        with self._telling, self._engine.connect() as connection:
            connection.execution_options(**{_READ_ONLY: True})
            connection.begin()
            yield connection
            connection.rollback()

    def _remember(self, registrations: Registrations, since: int) -> None:
        self._states.forget(each for each, change in registrations.changes.items() if change.replaces)
        self._states.keep(registrations.folded.values(), since)

    @contextmanager
    def rebuilding(self) -> Iterator[sa.Connection]:
        """A transaction without the rules, for whoever puts rows back that were there before."""
        with _TRANSLATED, self._engine.begin() as connection:
            yield connection

    # Whether it is whole, and its copy

    @property
    def size(self) -> int:
        """Octets of the file, its log aside."""
        return self._path.stat().st_size

    @property
    def is_suspect(self) -> bool:
        """Whether damage was met while working with it."""
        return suspicion(self._path).exists()

    def is_whole(self) -> bool:
        """Read all of it: every page authentic and every table sound. A second for 300 megabytes."""
        with self._telling, self._engine.connect() as connection:
            if connection.exec_driver_sql("PRAGMA cipher_integrity_check").first() is not None:
                return False
            sound = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok"
            connection.rollback()
        if sound:
            suspicion(self._path).unlink(missing_ok=True)
        return sound

    def is_behind_its_copy(self) -> bool:
        """Whether the carbon copy tells of more than the database: its log was lost, or it is an older one."""
        if self._copy is None:
            return False
        records, _ = self._copy.newest_records()  # the copy first: the database may only be ahead of it
        if not records:
            return False
        with self.audit_log() as log:
            ours = log.at(records[-1].sequence)
        return ours is None or ours.digest != records[-1].digest

    def complete_copy(self) -> None:
        """Bring the carbon copy up to what the database says. Only for somebody who is alone at the station.

        Raises ``StorageUnavailable``.
        """
        if self._copy is None:
            return
        records, whole = self._copy.newest_records()
        with disk_errors(), self._reading() as connection:
            work, log = Work(connection, self._clock), AuditLog(connection)
            if not (self._copy.exists and whole and records):
                self._copy_everything(work, log)
            else:
                missing = log.after(records[-1].sequence)
                looked_at = (*records[-_LOOKED_AT:], *missing)
                for subject in {each.subject for each in looked_at}:
                    self._copy_registration(work, subject)
                self._copy_proofings(work, looked_at)
                self._copy.add_records(missing)
            self._copy_tables(connection)

    def keep_tables(self) -> None:
        """Copy the small tables, where they changed. Raises ``StorageUnavailable``."""
        if self._copy is not None and self._copy.exists:
            with self._reading() as connection:
                self._copy_tables(connection)

    def _copy_everything(self, work: Work, log: AuditLog) -> None:
        assert self._copy is not None
        self._copy.forget_trail()
        for registration_id in work.registrations.ids():
            self._copy_registration(work, registration_id.text)
        self._copy_proofings(work, ())
        for records in batched(log.all(), _RECORDS_TOGETHER):
            self._copy.add_records(records)

    def _copy_registration(self, work: Work, subject: str) -> None:
        assert self._copy is not None
        try:
            registration_id = RegistrationId(subject)
        except BadInput:
            return  # a record about something else
        stored, kept = work.registrations.stored(registration_id), self._copy.events(registration_id)
        if stored and not (kept.whole and kept.events == stored):
            self._copy.replace(registration_id, stored)

    def _copy_proofings(self, work: Work, records: Iterable[AuditRecord]) -> None:
        """Those that the copy does not know at all, and those that ``records`` are about."""
        assert self._copy is not None
        self._copy.begin_proofings()
        looked_at = set(work.proofings.ids()).difference(self._copy.proofings())
        looked_at.update(each.detail.get("execution", "") for each in records)
        for subject in {each.subject for each in records} - {""}:
            looked_at.update(work.proofings.of_subject(subject))
        for proofing_id in looked_at:
            stored, kept = work.proofings.stored(proofing_id), self._copy.proofing(proofing_id)
            if stored and not (kept.whole and kept.events == stored):
                self._copy.replace_proofing(proofing_id, stored)

    def _copy_tables(self, connection: sa.Connection) -> None:
        assert self._copy is not None
        now = dump_small_tables(connection)
        if now != self._copy.tables():
            self._copy.put_tables(now)

    def close(self) -> None:
        """Nothing can be read any more, whoever still holds this object."""
        self._closed = True
        self._states.clear()
        self._engine.dispose()

    def _require_open(self) -> None:
        if self._closed:
            raise StorageUnavailable(DATABASE_CLOSED)


def batched(records: Iterable[AuditRecord], size: int) -> Iterator[tuple[AuditRecord, ...]]:
    remaining = iter(records)
    while batch := tuple(islice(remaining, size)):
        yield batch


def suspicion(path: Path) -> Path:
    """The mark that damage was met in the database at ``path``."""
    return path.with_name(f"{path.name}.suspect")


def connector(path: Path, key: bytes, *, create: bool = False) -> Callable[[], sqlcipher.Connection]:
    """What opens the file at ``path`` as it is."""
    where = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"

    def connect() -> sqlcipher.Connection:
        # SQLAlchemy hands a pooled connection to one thread at a time.
        connection = sqlcipher.connect(where, uri=True, check_same_thread=False, isolation_level=None)
        # SQLCipher otherwise writes to stderr what it thinks of a wrong key.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        return connection

    return connect


def _engine(path: Path, key: bytes) -> sa.Engine:
    bare = connector(path, key, create=True)

    def connect() -> sqlcipher.Connection:
        connection = bare()
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
        "sqlite://",
        module=sqlcipher,
        creator=connect,
        poolclass=QueuePool,
        pool_use_lifo=True,
        hide_parameters=True,
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
    (_BEGIN_READING if reading else _BEGIN_WRITING)(connection)


class _Translating:
    """Around what asks the database something: its errors leave in the station's words; SQL and its parameters are
    cut off."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        if error is not None and (ours := _in_our_words(error)) is not None:
            raise ours from None


class _Telling(_Translating):
    """The same; damage is remembered for the next sign-in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __exit__(self, kind: object, error: BaseException | None, where: object) -> None:
        if error is None:
            return
        ours = error if isinstance(error, MusterError) else _in_our_words(error)
        # SQLCipher calls the first damaged page damage, and what is asked of it afterwards a failing disk.
        if ours is not None and ours.code in (DATABASE_UNREADABLE, DISK_UNWRITABLE):
            with suppress(OSError):
                suspicion(self._path).touch()
        super().__exit__(kind, error, where)


_TRANSLATED = _Translating()


def _in_our_words(error: BaseException) -> MusterError | None:
    if isinstance(error, OperationalError):
        text = str(error.orig).lower()
        if "full" in text:
            return StorageUnavailable(DISK_FULL)
        if "locked" in text or "busy" in text:
            return StorageUnavailable(DATABASE_BUSY)
        if "readonly" in text or "unable to open" in text or "i/o error" in text:
            return StorageUnavailable(DISK_UNWRITABLE)
        return None
    if isinstance(error, DatabaseError):
        text = str(error.orig).lower()
        return NotAuthentic(DATABASE_UNREADABLE) if "not a database" in text or "malformed" in text else None
    # Raised by the first statements on a fresh connection, before SQLAlchemy wraps anything.
    return NotAuthentic(DATABASE_UNREADABLE) if isinstance(error, sqlcipher.DatabaseError) else None
