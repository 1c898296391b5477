"""The encrypted file and the one way to change it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import verify
from muster.clock import Clock
from muster.domain.lifecycle import DemographicsEntered
from muster.domain.registration import RegistrationId
from muster.durable import DISK_FULL, DISK_UNWRITABLE
from muster.errors import NotAuthentic, StorageUnavailable
from muster.store import database as database_module
from muster.store.bringing_forward import DATABASE_NEWER
from muster.store.carbon_copy import StoredEvent
from muster.store.database import (
    DATABASE_BUSY,
    DATABASE_UNREADABLE,
    Database,
    Work,
)
from muster.store.event_codec import encode

Around = Callable[[], AbstractContextManager[Any]]
StartRegistration = Callable[[Work, int], RegistrationId]

_PAGE = 4096


def _note(database: Database, value: str) -> None:
    """One complete change."""
    with database.work() as work:
        work.settings.put("note", value)
        work.record(AuditEvent.STATION_CREATED, actor="erika")


def _noted(database: Database) -> str | None:
    with database.read() as work:
        return work.settings.get("note")


def _records(database: Database) -> int:
    with database.audit_log() as log:
        return len(list(log.all()))


def _flip(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[page * _PAGE + 100] ^= 1
    path.write_bytes(content)


# Opening


def test_a_wrong_key_is_refused(path: Path, clock: Clock) -> None:
    with pytest.raises(NotAuthentic) as refusal:
        Database.open(path, bytes(32), clock)
    assert refusal.value.code is DATABASE_UNREADABLE


def test_a_wrong_key_changes_nothing(path: Path, clock: Clock) -> None:
    before = path.read_bytes()
    with pytest.raises(NotAuthentic):
        Database.open(path, bytes(32), clock)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"this is no database" * 1000, id="another file"),
        pytest.param(b"short", id="shorter than a page"),
        pytest.param(os.urandom(4096 * 3), id="random pages"),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    tmp_path: Path, key: bytes, clock: Clock, content: bytes
) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(content)
    with pytest.raises(NotAuthentic) as refusal:
        Database.open(path, key, clock)
    assert refusal.value.code is DATABASE_UNREADABLE
    assert path.read_bytes() == content


def test_a_plain_database_is_not_taken_for_ours(tmp_path: Path, key: bytes, clock: Clock) -> None:
    path = tmp_path / "plain.db"
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE setting (name TEXT, value TEXT)")
    plain.close()
    with pytest.raises(NotAuthentic):
        Database.open(path, key, clock)


@pytest.mark.parametrize("page", [0, 1])
def test_a_flipped_bit_in_the_first_pages_is_found_on_opening(
    path: Path, key: bytes, clock: Clock, page: int
) -> None:
    _flip(path, page)
    with pytest.raises(NotAuthentic) as refusal:
        Database.open(path, key, clock)
    assert refusal.value.code is DATABASE_UNREADABLE


def test_a_flipped_bit_in_a_later_page_is_found_when_the_page_is_read(
    path: Path, key: bytes, clock: Clock
) -> None:
    database = Database.open(path, key, clock)
    _note(database, "x" * 100_000)
    database.close()
    _flip(path, path.stat().st_size // _PAGE - 5)
    database = Database.open(path, key, clock)
    with pytest.raises(NotAuthentic) as refusal:
        _noted(database)
    assert refusal.value.code is DATABASE_UNREADABLE
    database.close()


def test_a_missing_folder_is_a_matter_of_the_disk_not_of_the_key(tmp_path: Path, key: bytes, clock: Clock) -> None:
    with pytest.raises(StorageUnavailable) as refusal:
        Database.open(tmp_path / "nowhere" / "muster.db", key, clock)
    assert refusal.value.code is DISK_UNWRITABLE


def test_data_of_a_newer_version_is_refused_and_left_alone(
    path: Path, key: bytes, clock: Clock, around: Around
) -> None:
    with around() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(StorageUnavailable) as refusal:
        Database.open(path, key, clock)
    assert refusal.value.code is DATABASE_NEWER
    assert path.read_bytes() == before


_OPEN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from muster.store.database import Database
sys.stdin.readline()
Database.open(Path(sys.argv[1]), bytes(range(32)), lambda: datetime.now(UTC)).close()
"""


def test_two_programs_may_create_the_database_at_once(tmp_path: Path, key: bytes, clock: Clock) -> None:
    path = tmp_path / "muster.db"
    programs = [_program(_OPEN, path), _program(_OPEN, path)]
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    said = [program.communicate(timeout=60)[1] for program in programs]
    assert [program.returncode for program in programs] == [0, 0], said
    database = Database.open(path, key, clock)
    _note(database, "one")
    database.close()


def test_what_was_committed_is_there_after_closing_and_opening(path: Path, key: bytes, clock: Clock) -> None:
    database = Database.open(path, key, clock)
    _note(database, "kept")
    database.close()
    again = Database.open(path, key, clock)
    assert _noted(again) == "kept"
    again.close()


def test_every_connection_waits_for_the_disk_and_overwrites_what_it_deletes(database: Database) -> None:
    with database.read() as work:
        pragma = work.settings._connection.exec_driver_sql
        said = {
            name: pragma(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store")
        }
    full, memory = 2, 2
    assert said == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": memory,
    }


# What lies on the disk


def test_the_files_hold_no_readable_name_before_and_after_closing(
    database: Database, path: Path, start: StartRegistration
) -> None:
    with database.work() as work:
        registration_id = start(work, 1)
        name = DemographicsEntered(database._clock(), {"fullName": "Erika Mustermann"})
        work.registrations.append(registration_id, name)
        work.record(AuditEvent.DEMOGRAPHICS_ENTERED, actor="officer1", subject=registration_id.text)
    open_files = b"".join(each.read_bytes() for each in path.parent.iterdir())
    database.close()
    closed_file = path.read_bytes()
    assert len(open_files) > len(closed_file) > 4096
    for content in (open_files, closed_file):
        assert b"Mustermann" not in content
        assert b"DemographicsEntered" not in content
        assert b"CREATE TABLE" not in content
        assert b"SQLite format 3" not in content


def test_plain_sqlite_cannot_read_the_file(path: Path) -> None:
    plain = sqlite3.connect(path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        plain.execute("SELECT * FROM sqlite_master")
    plain.close()


# Changes and their audit records


def test_a_change_without_an_audit_record_is_refused_and_undone(database: Database) -> None:
    with pytest.raises(RuntimeError, match="without an audit record"), database.work() as work:
        work.settings.put("note", "unseen")
    assert _noted(database) is None


def test_an_exception_undoes_both_the_change_and_its_audit_record(database: Database) -> None:
    _note(database, "before")
    with pytest.raises(ZeroDivisionError), database.work() as work:
        work.settings.put("note", "after")
        work.record(AuditEvent.STATION_CREATED, actor="erika")
        raise ZeroDivisionError
    assert (_noted(database), _records(database)) == ("before", 1)


def test_the_chain_goes_on_soundly_after_an_undone_change(database: Database) -> None:
    _note(database, "one")
    with pytest.raises(ZeroDivisionError), database.work() as work:
        work.record(AuditEvent.STATION_CREATED, actor="erika")
        raise ZeroDivisionError
    _note(database, "two")
    with database.audit_log() as log:
        assert verify(log.all()).valid
        assert [record.sequence for record in log.all()] == [1, 2]


def test_a_refused_row_does_not_carry_its_content_into_the_error(
    database: Database, start: StartRegistration
) -> None:
    event = DemographicsEntered(database._clock(), {"fullName": "Erika Mustermann"})
    with pytest.raises(IntegrityError) as refusal, database.work() as work:
        registration_id = start(work, 1)
        work.registrations._insert(registration_id, StoredEvent(1, *encode(event)))  # as the start
    assert "Mustermann" not in str(refusal.value)


def test_a_blob_of_no_registration_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.work() as work:
        work.settings._connection.exec_driver_sql(
            "INSERT INTO blob VALUES ('name', '10001100020000120260301120000', 'digest', 1)"
        )


# Readers


def test_what_is_written_while_reading_is_undone(database: Database) -> None:
    with database.read() as work:
        work.settings.put("note", "unseen")
        work.record(AuditEvent.STATION_CREATED, actor="erika")
        assert work.settings.get("note") == "unseen"
    assert (_noted(database), _records(database)) == (None, 0)


def test_what_is_written_before_an_exception_while_reading_is_undone(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.read() as work:
        work.settings.put("note", "unseen")
        raise ZeroDivisionError
    assert _noted(database) is None


def test_a_reader_neither_waits_for_a_writer_nor_sees_its_uncommitted_work(database: Database) -> None:
    _note(database, "before")
    with database.work() as work:
        work.settings.put("note", "after")
        work.record(AuditEvent.STATION_CREATED, actor="erika")
        assert (_noted(database), _records(database)) == ("before", 1)
    assert (_noted(database), _records(database)) == ("after", 2)


def test_a_reader_keeps_its_view_while_others_commit(database: Database) -> None:
    _note(database, "before")
    with database.read() as work:
        assert work.settings.get("note") == "before"
        _note(database, "after")
        assert work.settings.get("note") == "before"
    assert _noted(database) == "after"


# Writers


def test_two_writers_wait_for_each_other(database: Database) -> None:
    order: list[str] = []
    first_is_in, failures = threading.Event(), []

    def write(name: str, *, go: threading.Event | None) -> None:
        try:
            if go is not None:
                assert go.wait(10)
            with database.work() as work:
                order.append(f"{name} in")
                count = int(work.settings.get("note") or 0)
                first_is_in.set()
                threading.Event().wait(0.2)  # time for the other to come between, if it could
                work.settings.put("note", str(count + 1))
                work.record(AuditEvent.STATION_CREATED, actor=name)
                order.append(f"{name} out")
        except BaseException as error:  # noqa: BLE001 - looked at below
            failures.append(error)

    threads = [
        threading.Thread(target=write, args=("erika",), kwargs={"go": None}),
        threading.Thread(target=write, args=("max",), kwargs={"go": first_is_in}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failures == []
    assert order == ["erika in", "erika out", "max in", "max out"]
    assert _noted(database) == "2"


def test_many_threads_lose_no_change_and_break_no_chain(database: Database) -> None:
    def write(name: str) -> None:
        for _ in range(5):
            with database.work() as work:
                work.settings.put("note", str(int(work.settings.get("note") or 0) + 1))
                work.record(AuditEvent.STATION_CREATED, actor=name)

    threads = [threading.Thread(target=write, args=(f"thread {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert _noted(database) == "20"
    with database.audit_log() as log:
        verdict = verify(log.all())
    assert (verdict.records, verdict.valid) == (20, True)


def test_a_writer_that_waits_in_vain_is_told_that_the_data_is_in_use(
    path: Path, key: bytes, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_MS", 50)
    one, other = Database.open(path, key, clock), Database.open(path, key, clock)
    with one.work() as work:
        work.record(AuditEvent.STATION_CREATED, actor="erika")
        with pytest.raises(StorageUnavailable) as refusal, other.work():
            pass
    assert refusal.value.code is DATABASE_BUSY
    _note(other, "later")
    one.close()
    other.close()


# A full disk


def test_a_full_database_is_reported_and_the_change_undone(database: Database) -> None:
    _note(database, "before")
    with pytest.raises(StorageUnavailable) as refusal, database.work() as work:
        pragma = work.settings._connection.exec_driver_sql
        pages = pragma("PRAGMA page_count").scalar_one()
        pragma(f"PRAGMA max_page_count = {pages}")
        work.record(AuditEvent.STATION_CREATED, actor="erika")
        work.settings.put("note", "x" * 1_000_000)
    assert refusal.value.code is DISK_FULL
    assert (_noted(database), _records(database)) == ("before", 1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a disk of a megabyte needs root on Linux")
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "muster-test", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("this system lets nobody mount a disk of a megabyte")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_reported_nothing_is_lost_and_work_goes_on_once_there_is_space(
    small_disk: Path, key: bytes, clock: Clock
) -> None:
    database = Database.open(small_disk / "muster.db", key, clock)
    _note(database, "before")
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space"), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(4096))
    with pytest.raises(StorageUnavailable) as refusal:
        _note(database, "x" * 500_000)
    assert refusal.value.code is DISK_FULL
    assert (_noted(database), _records(database)) == ("before", 1)
    ballast.unlink()
    _note(database, "after")
    with database.audit_log() as log:
        assert verify(log.all()).records == 2
    database.close()


# Power cuts


def _program(source: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", source, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


_DIE_IN_THE_MIDDLE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from muster.audit.catalogue import AuditEvent
from muster.store.database import Database

database = Database.open(Path(sys.argv[1]), bytes(range(32)), lambda: datetime.now(UTC))
with database.work() as work:
    work.settings.put("note", "before")
    work.record(AuditEvent.STATION_CREATED, actor="erika")
with database.work() as work:
    work.settings.next_sequence()
    work.settings.put("note", "x" * 8_000_000)  # more than fits in memory: pages reach the disk before the commit
    work.record(AuditEvent.STATION_CREATED, actor="max")
    print("in the middle", flush=True)
    sys.stdin.readline()
"""


def test_a_program_killed_in_the_middle_of_a_change_leaves_the_state_before_it(
    path: Path, key: bytes, clock: Clock
) -> None:
    program = _program(_DIE_IN_THE_MIDDLE, path)
    assert program.stdout is not None
    assert program.stdout.readline() == "in the middle\n"
    wal = path.with_name("muster.db-wal").stat().st_size
    program.kill()
    program.communicate(timeout=10)
    assert wal > 1_000_000
    database = Database.open(path, key, clock)
    assert _noted(database) == "before"
    with database.read() as work:
        assert work.settings.get("registration_sequence") is None
    with database.audit_log() as log:
        assert [record.actor for record in log.all()] == ["erika"]
        assert verify(log.all()).valid
    _note(database, "after")
    database.close()


_START_REGISTRATIONS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from muster.audit.catalogue import AuditEvent
from muster.domain.lifecycle import Started
from muster.domain.registration import Process, RegistrationId
from muster.store.database import Database

clock = lambda: datetime.now(UTC)
database = Database.open(Path(sys.argv[1]), bytes(range(32)), clock)
while True:
    with database.work() as work:
        sequence, now = work.settings.next_sequence(), clock()
        registration_id = RegistrationId.compose("10001", "10002", sequence, now)
        work.registrations.start(registration_id, Started(now, Process.NEW, ("eng",), "officer1", 0.1))
        work.record(AuditEvent.REGISTRATION_STARTED, actor="officer1", subject=registration_id.text)
    print(sequence, flush=True)
"""


def test_a_program_killed_at_any_moment_loses_no_committed_registration_and_repeats_no_number(
    path: Path, key: bytes, clock: Clock
) -> None:
    used: list[int] = []
    for _ in range(2):
        program = _program(_START_REGISTRATIONS, path)
        assert program.stdout is not None
        told = [int(program.stdout.readline()) for _ in range(15)]
        program.kill()
        rest = program.communicate(timeout=10)[0]
        told += [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        assert told[0] > max(used, default=0)
        used += told
        database = Database.open(path, key, clock)
        with database.read() as work:
            kept = sorted(int(state.id.text[10:15]) for state, _ in work.registrations.drafts())
        with database.audit_log() as log:
            subjects = [record.subject for record in log.all()]
            assert verify(log.all()).valid
        database.close()
        assert set(used) <= set(kept)
        assert kept == list(range(1, len(kept) + 1))
        assert len(subjects) == len(kept)
        used = kept
