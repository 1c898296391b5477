"""The sealed copy beside the database: what is in it, and what damage costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.clock import Clock
from muster.crypto.sealing import Sealer
from muster.domain.lifecycle import DemographicsEntered, Discarded
from muster.domain.registration import RegistrationId
from muster.proofing.materialization import Record
from muster.store import carbon_copy
from muster.store.carbon_copy import CarbonCopy, StoredEvent
from muster.store.database import Database
from unit.proofing.graphs import begun, method, plan, sequence, succeeded
from unit.proofing.graphs import start as begin
from unit.store.conftest import NOON, StartRegistration

ONE = RegistrationId.compose("10001", "10002", 1, NOON)
TWO = RegistrationId.compose("10001", "10002", 2, NOON)
PLAN = plan(sequence(method("a"), method("b")))
_EVENTS = tuple(StoredEvent(number, "Kind", f"body {number}") for number in range(1, 6))


@pytest.fixture
def copy(tmp_path: Path) -> CarbonCopy:
    return CarbonCopy(tmp_path / "copy", Sealer(bytes(32), "copy"))


@pytest.fixture
def copied(path: Path, key: bytes, clock: Clock, copy: CarbonCopy) -> Iterator[Database]:
    """A database whose copy is complete."""
    database = Database.open(path, key, clock, copy=copy)
    with database.work() as work:
        work.record(AuditEvent.STATION_CREATED, actor="erika")
    database.complete_copy()
    yield database
    database.close()


def _start(database: Database, start: StartRegistration, sequence: int = 1) -> RegistrationId:
    with database.work() as work:
        registration_id = start(work, sequence)
        work.record(AuditEvent.REGISTRATION_STARTED, actor="erika", subject=registration_id.text)
    return registration_id


def _enter(database: Database, registration_id: RegistrationId) -> None:
    with database.work() as work:
        work.registrations.append(registration_id, DemographicsEntered(NOON, {"fullName": "Erika Mustermann"}))
        work.record(AuditEvent.DEMOGRAPHICS_ENTERED, actor="erika", subject=registration_id.text)


def _agree(database: Database, copy: CarbonCopy, registration_id: RegistrationId) -> bool:
    with database.read() as work, database.audit_log() as log:
        records, whole = copy.all_records()
        kept = copy.events(registration_id)
        same_trail = [records[number] for number in sorted(records)] == list(log.all())
        return whole and kept.whole and same_trail and kept.events == work.registrations.stored(registration_id)


def test_a_frame_moved_to_another_registration_does_not_open(copy: CarbonCopy, tmp_path: Path) -> None:
    copy.replace(ONE, _EVENTS)
    (tmp_path / "copy" / ONE.text).rename(tmp_path / "copy" / TWO.text)
    kept = copy.events(TWO)
    assert (kept.events, kept.whole) == ((), False)


@pytest.mark.parametrize("at", [4, 20, 60])
def test_a_changed_byte_costs_its_frame_and_is_told(copy: CarbonCopy, tmp_path: Path, at: int) -> None:
    copy.replace(ONE, _EVENTS)
    file = tmp_path / "copy" / ONE.text
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    kept = copy.events(ONE)
    assert not kept.whole
    assert set(kept.events) < set(_EVENTS)


def test_a_file_cut_off_anywhere_gives_what_is_whole_before(copy: CarbonCopy, tmp_path: Path) -> None:
    copy.replace(ONE, _EVENTS)
    file = tmp_path / "copy" / ONE.text
    content = file.read_bytes()
    ends = {len(content) * number // 5 for number in range(6)}
    for length in range(len(content)):
        file.write_bytes(content[:length])
        kept = copy.events(ONE)
        assert kept.events == _EVENTS[: len(kept.events)]
        assert kept.whole == (length in ends)


def test_nothing_in_the_copy_can_be_read(copied: Database, start: StartRegistration, tmp_path: Path) -> None:
    _enter(copied, _start(copied, start))
    copied.keep_tables()
    content = b"".join(each.read_bytes() for each in (tmp_path / "copy").rglob("*") if each.is_file())
    assert len(content) > 1000
    assert b"Mustermann" not in content
    assert b"erika" not in content


def test_every_step_is_in_the_copy_when_it_is_committed(
    copied: Database, copy: CarbonCopy, start: StartRegistration
) -> None:
    registration_id = _start(copied, start)
    _enter(copied, registration_id)
    assert len(copy.events(registration_id).events) == 2
    assert _agree(copied, copy, registration_id)


def test_a_change_that_is_undone_is_not_in_the_copy(
    copied: Database, copy: CarbonCopy, start: StartRegistration
) -> None:
    with pytest.raises(ZeroDivisionError), copied.work() as work:
        start(work, 1)
        work.record(AuditEvent.REGISTRATION_STARTED, actor="erika", subject=ONE.text)
        raise ZeroDivisionError
    assert copy.registrations() == ()
    assert not copied.is_behind_its_copy()


def test_destroyed_content_is_destroyed_in_the_copy(
    copied: Database, copy: CarbonCopy, start: StartRegistration
) -> None:
    registration_id = _start(copied, start)
    _enter(copied, registration_id)
    with copied.work() as work:
        work.registrations.append(registration_id, Discarded(NOON, "erika", "a test"))
        work.registrations.destroy_content(registration_id)
        work.record(AuditEvent.REGISTRATION_DISCARDED, actor="erika", subject=registration_id.text)
    assert [each.kind for each in copy.events(registration_id).events] == ["Started", "Discarded"]
    assert _agree(copied, copy, registration_id)


def test_what_a_crash_kept_out_of_the_copy_is_added(
    path: Path, key: bytes, clock: Clock, copied: Database, copy: CarbonCopy, start: StartRegistration
) -> None:
    before = _start(copied, start)
    without = Database.open(path, key, clock)  # as one that is killed before it writes its copy
    _enter(without, before)
    new = _start(without, start, 2)
    without.close()
    assert not _agree(copied, copy, before)
    copied.complete_copy()
    assert _agree(copied, copy, before)
    assert _agree(copied, copy, new)


def test_a_frame_of_the_trail_that_is_torn_is_made_good(
    copied: Database, copy: CarbonCopy, start: StartRegistration, tmp_path: Path
) -> None:
    registration_id = _start(copied, start)
    (file,) = (tmp_path / "copy" / "trail").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    copied.complete_copy()
    assert _agree(copied, copy, registration_id)


def test_a_database_of_before_there_was_a_copy_is_copied_whole(
    database: Database, path: Path, key: bytes, clock: Clock, copy: CarbonCopy, start: StartRegistration
) -> None:
    registration_id = _start(database, start)
    later = Database.open(path, key, clock, copy=copy)
    later.complete_copy()
    assert _agree(later, copy, registration_id)
    later.close()


def test_the_trails_copy_begins_a_new_file_when_one_is_full(
    copied: Database, copy: CarbonCopy, start: StartRegistration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carbon_copy, "_TRAIL_FILE_BYTES", 500)
    registration_id = _start(copied, start)
    for _ in range(5):
        _enter(copied, registration_id)
    assert len(list((tmp_path / "copy" / "trail").iterdir())) > 1
    assert _agree(copied, copy, registration_id)


def test_a_database_without_its_newest_changes_is_behind_its_copy(
    path: Path, key: bytes, clock: Clock, copied: Database, copy: CarbonCopy, start: StartRegistration
) -> None:
    copied.close()
    old = path.read_bytes()
    database = Database.open(path, key, clock, copy=copy)
    _start(database, start)
    assert not database.is_behind_its_copy()
    database.close()
    path.write_bytes(old)
    restored = Database.open(path, key, clock, copy=copy)
    assert restored.is_behind_its_copy()
    restored.close()


def test_a_copy_that_cannot_be_written_does_not_stop_the_step(
    copied: Database, copy: CarbonCopy, start: StartRegistration, tmp_path: Path
) -> None:
    (tmp_path / "copy" / ONE.text).mkdir()
    assert _start(copied, start) == ONE
    (tmp_path / "copy" / ONE.text).rmdir()
    copied.complete_copy()
    assert _agree(copied, copy, ONE)


def _prove(database: Database, subject: str = "") -> None:
    """An execution, one of its steps, and what was written of it, in a transaction each."""
    with database.work() as work:
        execution = work.proofings.start("one", PLAN, begin(PLAN, subject=subject))
        work.record(AuditEvent.PROOFING_STARTED, actor="erika", subject=subject or "one", execution="one")
    with database.work() as work:
        work.proofings.append(execution, begun("a"), succeeded("a"))
        work.record(AuditEvent.PROOFING_WENT_ON, actor="erika", subject=subject or "one", execution="one")
    with database.work() as work:
        work.proofings.put_records("one", [Record(0, 0, "IdentityMatch", {"node": "a"}, "f0")])
        work.record(AuditEvent.PROOFING_MATERIALIZED, actor="erika", subject=subject or "one", execution="one")


def _same_proofing(database: Database, copy: CarbonCopy) -> bool:
    kept = copy.proofing("one")
    with database.read() as work:
        return kept.whole and bool(kept.events) and kept.events == work.proofings.stored("one")


def test_every_step_of_a_proof_of_identity_is_in_the_copy_when_it_is_committed(
    copied: Database, copy: CarbonCopy, tmp_path: Path
) -> None:
    _prove(copied)
    assert [each.kind for each in copy.proofing("one").events] == [
        "Plan", "ProofingStarted", "NodeDispatched", "NodeCompleted", "Record",
    ]  # fmt: skip
    assert _same_proofing(copied, copy)
    assert b"IdentityMatch" not in (tmp_path / "copy" / "proofings" / "one").read_bytes()


def test_what_was_given_in_a_proof_of_identity_is_destroyed_in_the_copy(
    copied: Database, copy: CarbonCopy
) -> None:
    _prove(copied, ONE.text)
    with copied.work() as work:
        work.proofings.destroy_content(ONE.text, NOON, "max")
        work.record(AuditEvent.REGISTRATION_DISCARDED, actor="max", subject=ONE.text)
    assert [each.kind for each in copy.proofing("one").events] == [
        "Plan", "ProofingStarted", "ProofingCancelled", "Record",
    ]  # fmt: skip
    assert _same_proofing(copied, copy)


def test_a_proof_of_identity_that_a_crash_kept_out_of_the_copy_is_added(
    path: Path, key: bytes, clock: Clock, copied: Database, copy: CarbonCopy
) -> None:
    _prove(copied)
    without = Database.open(path, key, clock)
    with without.work() as work:
        work.proofings.append(work.proofings.load("one"), begun("b"))
        work.record(AuditEvent.PROOFING_WENT_ON, actor="erika", subject="one", execution="one")
    without.close()
    assert not _same_proofing(copied, copy)
    copied.complete_copy()
    assert _same_proofing(copied, copy)


def test_what_a_crash_kept_from_being_destroyed_in_the_copy_is_destroyed_there(
    path: Path, key: bytes, clock: Clock, copied: Database, copy: CarbonCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.store.database._LOOKED_AT", 1)
    _prove(copied, ONE.text)
    with copied.work() as work:
        work.record(AuditEvent.STATION_CREATED, actor="erika")
    without = Database.open(path, key, clock)
    with without.work() as work:
        work.proofings.destroy_content(ONE.text, NOON, "max")
        work.record(AuditEvent.REGISTRATION_DISCARDED, actor="max", subject=ONE.text)
    without.close()
    assert not _same_proofing(copied, copy)
    copied.complete_copy()
    assert _same_proofing(copied, copy)


def test_a_copy_of_before_proofs_of_identity_were_copied_gets_them(
    copied: Database, copy: CarbonCopy, tmp_path: Path
) -> None:
    _prove(copied)
    for _ in range(150):  # more than the newest records tell of
        with copied.work() as work:
            work.record(AuditEvent.STATION_CREATED, actor="erika")
    (tmp_path / "copy" / "proofings" / "one").unlink()
    (tmp_path / "copy" / "proofings").rmdir()
    copied.complete_copy()
    assert _same_proofing(copied, copy)
