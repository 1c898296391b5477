"""An older database is brought forward as a whole or not at all, with a copy of it before."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import verify
from muster.clock import Clock
from muster.errors import StorageUnavailable
from muster.store import database as database_module
from muster.store.database import Database
from unit.store.conftest import Around

_STEPS = database_module._MIGRATIONS
_NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = {before!r}


def upgrade() -> None:
    op.add_column("setting", sa.Column("more", sa.Text))
    {then}
"""

Version = Callable[[str], None]


def _newest() -> str:
    return max(each.name[1:5] for each in (_STEPS / "versions").glob("m*.py"))


@pytest.fixture
def version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Version]:
    """The program's next version: one more step, that does ``then`` after its work."""

    def install(then: str) -> None:
        folder = tmp_path / "steps"
        shutil.copytree(_STEPS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "versions" / "m9001_next.py").write_text(_NEXT.format(before=_newest(), then=then))
        monkeypatch.setattr(database_module, "_MIGRATIONS", folder)

    yield install


def _columns(around: Around) -> set[str]:
    with around() as connection:
        return {row[1] for row in connection.execute("PRAGMA table_info(setting)")}


def _backups(path: Path) -> list[Path]:
    return sorted((path.parent / "backups").glob("*.db"))


def test_a_step_that_fails_leaves_everything_as_it_was(
    path: Path, key: bytes, clock: Clock, around: Around, version: Version
) -> None:
    version("raise KeyError('name')")
    with pytest.raises(StorageUnavailable) as refusal:
        Database.open(path, key, clock)
    assert refusal.value.code.name == "MIGRATION_FAILED"
    assert "KeyError" in refusal.value.sentence
    assert _columns(around) == {"name", "value"}


def test_a_step_that_fails_after_it_committed_is_undone_from_the_copy(
    path: Path, key: bytes, clock: Clock, around: Around, version: Version
) -> None:
    version("op.get_bind().exec_driver_sql('UPDATE alembic_version SET version_num = 9000');"
            " op.get_bind().exec_driver_sql('COMMIT'); raise KeyError('name')")  # fmt: skip
    with pytest.raises(StorageUnavailable):
        Database.open(path, key, clock)
    assert _columns(around) == {"name", "value"}


def test_a_step_that_leaves_a_row_pointing_nowhere_is_undone(
    path: Path, key: bytes, clock: Clock, around: Around, version: Version
) -> None:
    version(
        "op.get_bind().exec_driver_sql('PRAGMA defer_foreign_keys = ON');"
        """ op.get_bind().exec_driver_sql("INSERT INTO blob VALUES ('name', 'nobody', 'digest', 1)")"""
    )
    with pytest.raises(StorageUnavailable) as refusal:
        Database.open(path, key, clock)
    assert refusal.value.code.name == "MIGRATION_FAILED"
    assert _columns(around) == {"name", "value"}


def test_the_program_of_before_goes_on_after_a_failed_step(
    path: Path, key: bytes, clock: Clock, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    version("raise KeyError('name')")
    with pytest.raises(StorageUnavailable):
        Database.open(path, key, clock)
    monkeypatch.setattr(database_module, "_MIGRATIONS", _STEPS)
    Database.open(path, key, clock).close()


def test_a_copy_of_before_lies_encrypted_beside_the_database_and_opens_with_its_key(
    path: Path, key: bytes, clock: Clock, version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database.open(path, key, clock)
    with database.work() as work:
        work.settings.put("note", "Mustermann")
        work.record(AuditEvent.STATION_CREATED, actor="erika")
    version("pass")
    Database.open(path, key, clock).close()  # while the other still has its log open
    database.close()
    (backup,) = _backups(path)
    assert backup.name.startswith(f"muster-{_newest()}-")
    assert b"Mustermann" not in b"".join(each.read_bytes() for each in backup.parent.iterdir())
    if sys.platform != "win32":
        assert (backup.stat().st_mode & 0o777, backup.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    monkeypatch.setattr(database_module, "_MIGRATIONS", _STEPS)
    copy = Database.open(backup, key, clock)
    with copy.read() as work:
        assert work.settings.get("note") == "Mustermann"
    copy.close()


def test_bringing_forward_is_on_record_in_a_chain_that_holds(
    path: Path, key: bytes, clock: Clock, version: Version
) -> None:
    version("pass")
    database = Database.open(path, key, clock)
    with database.audit_log() as log:
        newest = log.newest()
        assert verify(log.all()).valid
    database.close()
    assert newest is not None
    assert (newest.event, dict(newest.detail)) == ("MUS-STA-005", {"before": _newest(), "after": "9001"})


def test_only_the_newest_copies_are_kept(path: Path, key: bytes, clock: Clock, version: Version) -> None:
    (path.parent / "backups").mkdir()
    for number in range(4):
        (path.parent / "backups" / f"muster-0001-{number}.db").write_bytes(b"older")
    version("pass")
    Database.open(path, key, clock, backups_kept=2).close()
    assert [each.read_bytes() == b"older" for each in _backups(path)] == [True, False]


def test_a_new_database_and_one_of_today_are_not_copied(path: Path, key: bytes, clock: Clock) -> None:
    Database.open(path, key, clock).close()
    Database.open(path.parent / "new.db", key, clock).close()
    assert not (path.parent / "backups").exists()


def test_a_copy_that_finds_no_room_stops_the_change(
    path: Path, key: bytes, clock: Clock, around: Around, version: Version
) -> None:
    version("pass")
    (path.parent / "backups").write_bytes(b"a file in the way")
    with pytest.raises(StorageUnavailable) as refusal:
        Database.open(path, key, clock)
    assert refusal.value.code.name == "DISK_UNWRITABLE"
    assert _columns(around) == {"name", "value"}


def test_a_database_of_the_first_version_is_brought_to_the_newest(
    tmp_path: Path, key: bytes, clock: Clock
) -> None:
    path = tmp_path / "first.db"
    engine = database_module._engine(path, key)
    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    Database.open(path, key, clock).close()
    assert [each.name[:12] for each in _backups(path)] == ["first-0001-2"]
