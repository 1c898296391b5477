"""The store: a step made durable, long queues, uploads, the audit trail.

A station with ten thousand packets stands beside one with a hundred: what is measured is how much the queue costs.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import canonical, link, verify_stored
from muster.bench import uploading
from muster.bench.measuring import Clock, Rounds, Row
from muster.clock import utc_now
from muster.domain.applicant import LocalizedText
from muster.domain.delivery import DeliveryState, OutboxEntry
from muster.domain.lifecycle import Sealed, Started
from muster.domain.registration import Process, RegistrationId
from muster.store import tables
from muster.store.audit_log import AuditLog, row_of
from muster.store.database import Database, Work
from muster.workstation.demo import demo_station
from muster.workstation.desk import Desk, sign_in
from muster.workstation.server import NoServer
from muster.workstation.station import Station

_RECORDS = 1_000_000
_LONG, _SHORT = 10_000, 100
_SHOWN = 50
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
    with _signed_in(station) as desk:
        drafts = cycle([desk.enrollment.start().id for _ in range(10)])  # none grows longer than a person's
        streets = count(1)

        def step() -> None:
            desk.enrollment.keep_draft(
                next(drafts), {"addressLine1": LocalizedText.of(eng=f"{next(streets)} Street")}
            )

        bare = _Bare(folder / "bare.db")
        yield rounds.compare(
            "a step made durable, with its audit record and its copy",
            step,
            "one row committed by SQLCipher, synced",
            bare.commit_one,
            repeat=60,
            clock=Clock.WALL,
        )
        bare.close()


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

    def commit_one(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO step (body) VALUES (?)", (self._body,))
        self._connection.execute("COMMIT")

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
        _fill_queue(stations[packets], packets)
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


def _fill_queue(station: Station, packets: int) -> None:
    """Sealed registrations and the files of their packets, as a week without a network leaves them."""
    begun = utc_now() - timedelta(days=7)
    with _signed_in(station) as desk, desk._database.work() as work:
        for number in range(1, packets + 1):
            at = begun + timedelta(seconds=number)
            registration_id = RegistrationId.compose("10001", "10001", number, at)
            _seal(work, registration_id, at)
            work.record(AuditEvent.PACKET_SEALED, actor="officer", subject=registration_id.text)
    for number in range(1, packets + 1):
        name = RegistrationId.compose("10001", "10001", number, begun + timedelta(seconds=number)).text
        (station.folder.outbox / f"{name}.zip").write_bytes(b"sealed")


def _seal(work: Work, registration_id: RegistrationId, at: datetime) -> None:
    packet_id = registration_id.text
    work.registrations.start(registration_id, Started(at, Process.NEW, ("eng",), "officer", 0.1))
    work.registrations.append(registration_id, Sealed(at, packet_id, "A" * 64, 1_500_000))
    entry = OutboxEntry(packet_id, registration_id, DeliveryState.APPROVED, 0, 1_500_000, "A" * 64, at, None, None)
    work.outbox.add(entry, Process.NEW, ("eng",))


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
            yield rounds.compare(
                "the newest thousand audit records",
                lambda: log.newest_first(1000),
                "a thousand JSON documents read",
                lambda: [json.loads(canonical(record)) for record in newest],
            )
    finally:
        bare.close()
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
