"""Bringing an older database forward: numbered steps, a copy before the first of them, all of them or none.

Rules:

1. Before anything is changed the database is copied as it is, encrypted as it is, into ``backups/`` beside it; the
   newest few are kept.
2. The steps run in one transaction together with the audit record that says so. What fails leaves the database as
   it was; should it not be, the copy is put back.
3. There is no way back: data of a newer version are refused.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.clock import Clock
from muster.errors import Code, MusterError, StorageUnavailable
from muster.store.audit_log import AuditLog

DATABASE_NEWER = Code(
    "DATABASE_NEWER", "The station's data was written by a newer version of Muster. Update the program."
)
MIGRATION_FAILED = Code(
    "MIGRATION_FAILED",
    "The station's data could not be brought into this version's form ({kind}). They are as they were: use the "
    "version of before, and tell your administrator.",
)

_COPIED = ("", "-wal")  # what a database is made of while somebody holds its write lock
_PROGRAM = "muster"  # the actor of what nobody asked for


class Translated(Protocol):
    def __call__(self) -> AbstractContextManager[None]: ...


def bring_forward(
    engine: sa.Engine, path: Path, clock: Clock, steps: Path, backups_kept: int, translated: Translated
) -> None:
    """Run the steps that are missing. Alembic is imported only when there are some.

    Raises ``StorageUnavailable(DATABASE_NEWER | MIGRATION_FAILED | DISK_FULL ...)``.
    """
    newest = max(each.name[1:5] for each in (steps / "versions").glob("m*.py"))
    with translated():
        current = _version(engine)
    if current == newest:
        return
    if current is not None and current > newest:
        raise StorageUnavailable(DATABASE_NEWER)
    if current is None:
        with translated():
            _run(engine, clock, steps, None, newest)
        return
    backup = _back_up(engine, path, current, clock, translated)
    try:
        with translated():
            _run(engine, clock, steps, current, newest)
    except Exception as error:  # whatever a step raises, everything is put back
        _restore_unless(engine, path, current, backup)
        if isinstance(error, MusterError):
            raise
        raise StorageUnavailable(MIGRATION_FAILED, kind=type(error).__name__) from error
    _keep_newest(backup.parent, backups_kept)


def _version(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        current = _stored(connection)
        connection.rollback()
    return current


def _stored(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))


def _run(engine: sa.Engine, clock: Clock, steps: Path, current: str | None, newest: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(steps))
    with engine.begin() as connection:
        if current is not None and _stored(connection) != current:
            return  # another program was here first
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if current is None:
            return
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise ValueError("a row that points nowhere")
        change = {"before": current, "after": newest}
        AuditLog(connection).append(
            at=clock(), event=AuditEvent.DATABASE_BROUGHT_FORWARD.id, actor=_PROGRAM, subject="", detail=change
        )


def _back_up(engine: sa.Engine, path: Path, current: str, clock: Clock, translated: Translated) -> Path:
    """A copy of the database, made while nobody can write. The name tells the form it has and when."""
    folder = path.parent / "backups"
    backup = folder / f"{path.stem}-{current}-{clock():%Y%m%dT%H%M%S%f}.db"
    with durable.disk_errors():
        folder.mkdir(mode=0o700, exist_ok=True)
        with translated(), _nobody_writes(engine):
            for end in reversed(_COPIED):  # the database last: it is the backup, whole once it is there
                source = path.with_name(path.name + end)
                if source.exists() and source.stat().st_size:
                    _copy(source, backup.with_name(backup.name + end))
    return backup


@contextmanager
def _nobody_writes(engine: sa.Engine) -> Iterator[None]:
    with engine.begin():
        yield


def _copy(source: Path, target: Path) -> None:
    temporary = target.with_name(f".{target.name}{durable.UNFINISHED}")
    try:
        shutil.copyfile(source, temporary)
        temporary.chmod(0o600)
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    durable.sync_folder(target.parent)


def _restore_unless(engine: sa.Engine, path: Path, current: str, backup: Path) -> None:
    """Put the copy back unless the database is still in its ``current`` form."""
    try:
        if _version(engine) == current:
            return
    except Exception:  # noqa: BLE001, S110 - whatever it says now, the copy is what is to be there
        pass
    engine.dispose()
    with durable.disk_errors():
        for end in (*_COPIED, "-shm"):
            copy, target = backup.with_name(backup.name + end), path.with_name(path.name + end)
            target.unlink(missing_ok=True)
            if copy.exists():
                _copy(copy, target)


def _keep_newest(folder: Path, count: int) -> None:
    backups = sorted(folder.glob("*.db"), key=lambda each: each.stat().st_mtime_ns)
    for old in backups[: max(len(backups) - count, 0)]:
        for end in _COPIED:
            old.with_name(old.name + end).unlink(missing_ok=True)
