"""The store: a step made durable, long queues, uploads, the audit trail.

A station with ten thousand packets stands beside one with a hundred: what is measured is how much the queue costs.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from uuid import uuid4

from sqlcipher3 import dbapi2 as sqlcipher

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.audit.chain import canonical, link, verify_stored
from muster.bench import uploading
from muster.bench.measuring import Clock, Rounds, Row
from muster.bench.memory import can_weigh, growth_in_a_fresh_process
from muster.bench.queued import fill_queue
from muster.clock import utc_now
from muster.crypto.sealing import Sealer
from muster.domain.applicant import LocalizedText
from muster.domain.biometrics import Attestation, BiometricAttribute, DigitalId, SampleFacts
from muster.domain.lifecycle import SampleCaptured
from muster.domain.registration import RegistrationId
from muster.store import tables
from muster.store.audit_log import AuditLog, row_of
from muster.store.database import Database
from muster.workstation.demo import demo_station
from muster.workstation.desk import Desk, sign_in
from muster.workstation.journal import Entry
from muster.workstation.server import NoServer
from muster.workstation.station import Station

_RECORDS = 1_000_000
_LONG, _SHORT = 10_000, 100
_SHOWN = 50
_STEPS_BEFORE = 50
_SAMPLE_OCTETS = 60_000
_KEY = bytes(32)
_BEGUN = datetime(2026, 3, 1, tzinfo=UTC)


def rows(rounds: Rounds) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        yield from _steps(rounds, Path(folder))
        yield from _queues(rounds, Path(folder))
        yield from uploading.rows(rounds, Path(folder))
        yield from _trail(rounds, Path(folder))


# A step


def _steps(rounds: Rounds, folder: Path) -> Iterator[Row]:
    station = demo_station(folder / "steps", utc_now)
    bare = _Bare(folder / "bare.db")
    with _signed_in(station) as desk:
        begun = [desk.enrollment.start().id for _ in range(10)]
        text = _text_step(desk, begun)
        row = "one row committed by SQLCipher, synced"
        yield rounds.compare(
            "a step made durable, with its audit record and its copy",
            text,
            row,
            bare.commit_one,
            repeat=60,
            clock=Clock.WALL,
        )
        sealed = f"a record of {_SAMPLE_OCTETS // 1000} kB sealed into a synced file, and {row}"
        yield rounds.compare(
            "a captured sample made durable",
            _capture_step(desk, begun),
            sealed,
            lambda: bare.seal_and_commit(folder),
            repeat=60,
            clock=Clock.WALL,
        )
        for _ in range(0 if rounds.once else len(begun) * _STEPS_BEFORE):
            text()
        yield rounds.compare(
            f"a step of a registration that has {_STEPS_BEFORE} behind it",
            text,
            "a step of a new one",
            _text_step(desk, [desk.enrollment.start().id for _ in range(40)]),
            repeat=60,
            clock=Clock.WALL,
        )
    bare.close()


def _text_step(desk: Desk, drafts: Sequence[RegistrationId]) -> Callable[[], object]:
    """What is typed into a form, by turns into these drafts."""
    turn, streets = cycle(drafts), count(1)
    return lambda: desk.enrollment.keep_draft(
        next(turn), {"addressLine1": LocalizedText.of(eng=f"{next(streets)} Street")}
    )


def _capture_step(desk: Desk, drafts: Sequence[RegistrationId]) -> Callable[[], object]:
    """A finger that a device gave, by turns into these drafts; what judges it is no cost of the store."""
    turn, journal, record = cycle(drafts), desk.enrollment._journal, os.urandom(_SAMPLE_OCTETS)
    device = DigitalId("S-1", "Mark", "One", "Finger", "Slap", "Provider", "PID")
    signature = Attestation("device data", "s" * 350, "0" * 64, "0.9.5")
    facts = SampleFacts(
        attribute=BiometricAttribute.LEFT_INDEX,
        quality=71.0,
        attempts=1,
        forced=False,
        captured_at=utc_now(),
        device=device,
        device_code="D-1",
        device_service_version="0.9.5",
        attestation=signature,
    )

    def step() -> None:
        registration_id = next(turn)
        kept = journal.keep(registration_id, record)
        detail = {"attribute": "leftIndex", "quality": "71", "sha256": kept.digest}
        event = SampleCaptured(utc_now(), facts, kept)
        journal.commit(registration_id, Entry(event, AuditEvent.SAMPLE_CAPTURED, detail, kept))

    return step


class _Bare:
    def __init__(self, path: Path) -> None:
        self._connection = sqlcipher.connect(str(path), isolation_level=None)
        for statement in (
            f"PRAGMA key = \"x'{_KEY.hex()}'\"",
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE IF NOT EXISTS step (number INTEGER PRIMARY KEY, body TEXT)",
        ):
            self._connection.execute(statement)
        self._body = "x" * 500
        self._record = os.urandom(_SAMPLE_OCTETS)
        self._cipher = Sealer(_KEY, "bench")

    def commit_one(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO step (body) VALUES (?)", (self._body,))
        self._connection.execute("COMMIT")

    def seal_and_commit(self, folder: Path) -> None:
        name = uuid4().hex
        durable.write(folder / name, self._cipher.seal(self._record, name))
        hashlib.sha256(self._record).hexdigest()  # what names it in event, row and audit record
        self.commit_one()

    def hash_and_read(self, count: int) -> None:
        """What nobody can leave out who verifies so many records."""
        content = b"x" * 300
        for _ in self._connection.execute("SELECT sequence, digest FROM audit LIMIT ?", (count,)):
            hashlib.sha256(content).hexdigest()

    def close(self) -> None:
        self._connection.close()


# Queues


def _queues(rounds: Rounds, folder: Path) -> Iterator[Row]:
    stations = {}
    for packets in (_SHORT, _LONG if not rounds.once else 1000):
        stations[packets] = demo_station(folder / f"queue-{packets}", utc_now)
        with _signed_in(stations[packets]) as desk:
            fill_queue(desk, stations[packets], packets, b"sealed")
        _signed_in(stations[packets]).close()  # the carbon copy of what was put there behind its back
    short, long = stations.values()
    yield rounds.compare(
        f"sign-in, {max(stations):,} packets queued",
        lambda: _signed_in(long).close(),
        f"the same with {_SHORT}",
        lambda: _signed_in(short).close(),
        repeat=5,
    )
    with _signed_in(short) as few, _signed_in(long) as many:
        yield rounds.compare(
            f"the queue's page, {max(stations):,} packets, 100 times",
            lambda: _pages(many),
            f"the same with {_SHORT}",
            lambda: _pages(few),
        )


def _pages(desk: Desk) -> None:
    for _ in range(100):
        entries, _count = desk.sync.page(_SHOWN)
        desk.enrollment.with_slip([each.registration_id for each in entries])
        desk.sync.outlook()


# The trail


def _trail(rounds: Rounds, folder: Path) -> Iterator[Row]:
    records = _RECORDS if not rounds.once else 2000
    path = folder / "trail.db"
    _fill_trail(path, records)
    database = Database.open(path, _KEY, utc_now)
    bare = _Bare(path)
    try:
        with database.audit_log() as log:
            newest = log.newest_first(1000)
            yield rounds.compare(
                f"{records:,} audit records verified",
                lambda: _verified(log, records),
                "as many SHA-256 of 300 octets and rows read",
                lambda: bare.hash_and_read(records),
                repeat=1,
            )
            if can_weigh() and not rounds.once:
                yield _weighed(path, records)
            yield rounds.compare(
                "the newest thousand audit records",
                lambda: log.newest_first(1000),
                "a thousand JSON documents read",
                lambda: [json.loads(canonical(record)) for record in newest],
            )
    finally:
        bare.close()
        database.close()


def _weighed(path: Path, records: int) -> Row:
    few, all_of_them = (
        growth_in_a_fresh_process(partial(_verify_first, path, 1000), partial(_verify_first, path, each)) / 1e6
        for each in (records // 10, records)
    )
    against = f"the same with {records // 10:,}"
    return Row.of(f"peak memory, {records:,} audit records verified", [all_of_them], "MB", against, few)


def _verify_first(path: Path, records: int) -> None:
    database = Database.open(path, _KEY, utc_now)
    with database.audit_log() as log:
        verify_stored(islice(log.to_verify(), records))
    database.close()


def _verified(log: AuditLog, count: int) -> None:
    verdict = verify_stored(log.to_verify())
    if not verdict.valid or verdict.records != count:
        raise ValueError("a trail that does not hold is not measured")


def _fill_trail(path: Path, count: int) -> None:
    """Records as an enrollment leaves them, written past the rules for time's sake."""
    database = Database.open(path, _KEY, utc_now)
    last = None
    with database.rebuilding() as connection:
        rows = []
        for number in range(1, count + 1):
            last = link(
                last,
                at=_BEGUN + timedelta(seconds=number),
                event=AuditEvent.SAMPLE_CAPTURED.id,
                actor="officer",
                subject=f"1000110001{number // 40 % 100_000:05d}20260301120000",
                detail={"attribute": "leftIndex", "quality": "71", "sha256": "0" * 64},
            )
            rows.append(row_of(last))
            if len(rows) == 10_000 or number == count:
                connection.execute(tables.audit.insert(), rows)
                rows = []
    database.close()


def _signed_in(station: Station) -> Desk:
    ((user_id, password), *_) = station.demo_credentials() or ()
    return sign_in(station, user_id, password, NoServer(), utc_now)
