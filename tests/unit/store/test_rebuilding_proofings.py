"""Executions put back from their copy and from what can be read of the damaged database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from muster.audit.catalogue import AuditEvent
from muster.crypto.sealing import Sealer
from muster.domain.evidence import Artifact, ArtifactRole
from muster.domain.lifecycle import BlobRef
from muster.domain.proofing import ExecutionStatus
from muster.proofing.events import FilesKept, ProofingCancelled
from muster.proofing.materialization import Record
from muster.store.carbon_copy import CarbonCopy, StoredEvent
from muster.store.database import Database
from muster.store.proofings import CONTENT_DESTROYED, Proofings
from muster.store.rebuilding_proofings import PutBack, Rows, put_back
from unit.proofing.graphs import NOON, begun, method, plan, sequence, start, succeeded

PLAN = plan(sequence(method("a"), method("b")))
RECORD = Record(1, 2, "IdentityMatch", {"node": "a"}, "f0")


@pytest.fixture
def copy(tmp_path: Path) -> CarbonCopy:
    copy = CarbonCopy(tmp_path / "copy", Sealer(bytes(32), "copy"))
    copy.begin_proofings()
    return copy


@pytest.fixture
def entries(database: Database) -> tuple[StoredEvent, ...]:
    """Of an execution with three events and a record, as a database that is left alone holds them."""
    with pytest.raises(ZeroDivisionError), database.work() as work:
        execution = work.proofings.start("one", PLAN, start(PLAN, subject="s"))
        work.proofings.append(execution, begun("a"), succeeded("a"))
        work.proofings.put_records("one", [RECORD])
        entries = work.proofings.stored("one")
        raise ZeroDivisionError
    return entries


def _nothing(table: str) -> list[dict[str, Any]]:
    del table
    return []


def _rows(entries: tuple[StoredEvent, ...]) -> Rows:
    """The tables as they hold these entries."""
    record = json.dumps(RECORD.body)
    tables: dict[str, list[dict[str, Any]]] = {
        "proofing_plan": [{"digest": PLAN.digest, "text": PLAN.text}],
        "proofing": [{"id": "one", "plan_digest": PLAN.digest}],
        "proofing_event": [
            {"proofing_id": "one", "number": each.number, "kind": each.kind, "body": each.body}
            for each in entries
            if each.kind not in ("Plan", "Record")
        ],
        "proofing_record": [
            {"proofing_id": "one", "rule": 1, "number": 2, "kind": RECORD.kind, "digest": "f0", "body": record}
        ],
    }
    return lambda table: tables[table]


def _put_back(database: Database, copy: CarbonCopy, rows: Rows = _nothing) -> PutBack:
    with database.rebuilding() as connection:
        return put_back(Proofings(connection), copy, rows)


def _stored(database: Database) -> tuple[StoredEvent, ...]:
    with database.read() as work:
        return work.proofings.stored("one")


def _destroyed(database: Database) -> tuple[StoredEvent, ...]:
    with pytest.raises(ZeroDivisionError), database.work() as work:
        execution = work.proofings.start("one", PLAN, start(PLAN, subject="s"))
        work.proofings.append(execution, ProofingCancelled(NOON, "max", CONTENT_DESTROYED))
        work.record(AuditEvent.PROOFING_WENT_ON, actor="max")
        entries = work.proofings.stored("one")
        raise ZeroDivisionError
    return entries


def test_an_execution_without_its_plan_is_lost_and_told(
    database: Database, copy: CarbonCopy, entries: tuple[StoredEvent, ...]
) -> None:
    copy.replace_proofing("one", entries[1:])
    assert _put_back(database, copy) == PutBack(lost=1)
    assert _stored(database) == ()


def test_the_copy_alone_gives_everything_back(
    database: Database, copy: CarbonCopy, entries: tuple[StoredEvent, ...]
) -> None:
    copy.replace_proofing("one", entries)
    assert _put_back(database, copy) == PutBack()
    assert _stored(database) == entries
    with database.read() as work:
        assert work.proofings.open() == (("one", NOON),)
        assert work.proofings.of_subject("s") == ("one",)
        assert work.proofings.matches("IdentityMatch", "f0") == ("one",)


def test_files_that_an_answer_brought_are_told_with_whom_they_are_about(
    database: Database, copy: CarbonCopy
) -> None:
    artifact = Artifact(ArtifactRole.FRONT, "image/jpeg", "f0", 7, kept="0a")
    with pytest.raises(ZeroDivisionError), database.work() as work:
        execution = work.proofings.start("one", PLAN, start(PLAN, subject="s"))
        work.proofings.append(execution, begun("a"), FilesKept(NOON, "a", (artifact,)), succeeded("a"))
        copy.replace_proofing("one", work.proofings.stored("one"))
        raise ZeroDivisionError
    assert _put_back(database, copy).files == [("s", BlobRef("0a", "f0", 7))]


def test_the_rows_alone_give_everything_back(
    database: Database, copy: CarbonCopy, entries: tuple[StoredEvent, ...]
) -> None:
    assert _put_back(database, copy, _rows(entries)) == PutBack()
    assert _stored(database) == entries


def test_a_copy_that_lacks_the_last_step_is_made_good_by_the_rows(
    database: Database, copy: CarbonCopy, entries: tuple[StoredEvent, ...]
) -> None:
    copy.replace_proofing("one", entries[:3])
    assert _put_back(database, copy, _rows(entries)) == PutBack()
    assert _stored(database) == entries


def test_rows_that_lack_the_last_step_are_made_good_by_the_copy(
    database: Database, copy: CarbonCopy, entries: tuple[StoredEvent, ...]
) -> None:
    copy.replace_proofing("one", entries)
    assert _put_back(database, copy, _rows(entries[:2])) == PutBack()
    assert _stored(database) == entries


def test_a_missing_step_ends_what_is_put_back_and_the_copy_goes_on_from_there(
    database: Database, copy: CarbonCopy, entries: tuple[StoredEvent, ...]
) -> None:
    copy.replace_proofing("one", [each for each in entries if each.number != 2])
    assert list(_put_back(database, copy).shortened) == ["one"]
    assert [each.kind for each in _stored(database)] == ["Plan", "ProofingStarted", "Record"]


def test_what_was_destroyed_in_the_copy_does_not_come_back_from_an_older_database(
    database: Database, copy: CarbonCopy, entries: tuple[StoredEvent, ...]
) -> None:
    destroyed = _destroyed(database)
    copy.replace_proofing("one", destroyed)
    _put_back(database, copy, _rows(entries))
    assert _stored(database) == destroyed
    with database.read() as work:
        assert work.proofings.load("one").progress.status is ExecutionStatus.CANCELLED
        assert work.proofings.open() == ()


def test_what_was_destroyed_in_the_database_does_not_come_back_from_an_older_copy(
    database: Database, copy: CarbonCopy, entries: tuple[StoredEvent, ...]
) -> None:
    copy.replace_proofing("one", entries)
    _put_back(database, copy, _rows(_destroyed(database)))
    assert [each.kind for each in _stored(database)] == ["Plan", "ProofingStarted", "ProofingCancelled", "Record"]
