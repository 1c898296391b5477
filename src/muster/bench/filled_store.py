"""Stores of any size, as months of work leave them: registrations of invented people, delivered long ago but for
the last ones, and the whole trail of their making, linked and signed.

Rows are written in bulk, past the rules of ``store.database``: what takes months at a counter takes a minute or
two here. What is written is what the store writes: it is read back through the store alone, and the trail
verifies.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from muster.audit import checkpoint
from muster.audit.catalogue import AuditEvent
from muster.clock import rfc3339
from muster.crypto.signing import SigningKey
from muster.domain.biometrics import BiometricAttribute
from muster.domain.delivery import DeliveryState, ServerStatus
from muster.domain.lifecycle import Event, ReviewWanted, Sealed, Signed, Started, Synced, Uploaded
from muster.domain.operators import Operator, Role
from muster.domain.registration import Process, RegistrationId
from muster.domain.review import Flag, ReviewRules, Sign, outset
from muster.store import tables
from muster.store.database import Database
from muster.store.event_codec import encode

BEGUN = datetime(2026, 1, 5, 7, tzinfo=UTC)
OFFICERS = ("erika", "hans", "leila", "amadou", "mei")
SUPERVISOR = "max"
_TOGETHER = 20_000
_EVERY = 2_000  # records between two checkpoints
_UNDECIDED = 200
_SIGNS = (
    (0.06, Flag(Sign.EXCEPTIONS, 3, {"count": 1, "permanent": 1})),
    (0.09, Flag(Sign.FORCED, 3, {"count": 2, "lowest": 21})),
    (0.04, Flag(Sign.QUICK, 2, {"step": "demographics", "seconds": 6, "least": 10})),
    (0.02, Flag(Sign.CONFLICTS, 4, {"count": 1})),
    (0.01, Flag(Sign.SAME_DOCUMENT, 6, {"count": 1})),
    (0.005, Flag(Sign.DUPLICATES, 8, {"count": 1})),
)
_TOLD: tuple[tuple[AuditEvent, dict[str, str]], ...] = (
    (AuditEvent.CONSENT_GIVEN, {"language": "eng"}),
    (AuditEvent.DEMOGRAPHICS_ENTERED, {"fields": "14"}),
    (AuditEvent.DOCUMENT_ATTACHED, {"field": "proofOfIdentity", "pages": "1"}),
    (AuditEvent.LIVENESS_JUDGED, {"outcome": "confirmed"}),
    (AuditEvent.CAPTURE_ATTEMPTED, {"group": "left_slap"}),
    (AuditEvent.SAMPLE_CAPTURED, {}),  # see _sample
    (AuditEvent.SAMPLE_JUDGED, {"attribute": "leftIndex", "measure": "NFIQ 2", "quality": "64.0"}),
    (AuditEvent.CAPTURE_BELOW_THRESHOLD, {"group": "right_slap", "findings": "FINGER_DRY"}),
)
_ATTRIBUTES = tuple(each.value for each in BiometricAttribute)
_DEVICES = ("SL-4711", "SL-4712", "SL-4713")

_T = TypeVar("_T")
Said = tuple[datetime, str, str, str, dict[str, str]]  # when, event, actor, subject, detail


@dataclass(frozen=True, slots=True)
class Filled:
    """``registrations`` in the order they were made."""

    registrations: tuple[RegistrationId, ...]
    records: int
    key: SigningKey


def fill(database: Database, registrations: int, records_each: int = 50, seed: int = 1) -> Filled:
    """Into a new database: as many registrations, each with as many records of the trail."""
    chance, key = random.Random(seed), SigningKey.generate()  # noqa: S311 - nothing secret
    made = tuple(_registration_ids(registrations))
    with database.work() as work:
        for name, role in (*((each, Role.OFFICER) for each in OFFICERS), (SUPERVISOR, Role.SUPERVISOR)):
            work.operators.add(Operator(name, frozenset({role})), BEGUN)
        work.record(AuditEvent.STATION_CREATED, actor=SUPERVISOR)
        newest = work.trail.newest()
    assert newest is not None
    with database.rebuilding() as connection:
        undecided = frozenset(made[-_UNDECIDED:])
        for some in _batches(iter(made), 1_000):
            _insert(connection, _rows(chance, some, undecided))
        said = (
            each
            for made_one in made
            for each in _story(chance, made_one, records_each, waits=made_one in undecided)
        )
        records = _link(connection, said, newest.sequence, newest.digest, key.sign)
    return Filled(made, records, key)


def index(database: Database, told: Callable[[int], None] = lambda left: None) -> None:
    """Let every record be found by its words."""
    while database.index_trail():
        with database.search() as search:
            told(search.behind())


def opened(folder: Path) -> Database:
    """The store in ``folder``, new or as it was left. Its key is no secret."""
    return Database.open(folder / "filled.db", bytes(32), lambda: BEGUN + timedelta(days=365), backups_kept=0)


def _registration_ids(count: int) -> Iterator[RegistrationId]:
    """A hundred a day, one every five minutes."""
    for number in range(count):
        at = BEGUN + timedelta(days=number // 100, minutes=5 * (number % 100))
        yield RegistrationId.compose("10001", "10001", number % 99_999 + 1, at)


def _begun(registration_id: RegistrationId) -> datetime:
    return datetime.strptime(registration_id.text[15:], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _officer(registration_id: RegistrationId) -> str:
    return OFFICERS[int(registration_id.text[10:15]) % len(OFFICERS)]


def _packet(registration_id: RegistrationId) -> tuple[str, str]:
    """Number and digest."""
    digest = hashlib.sha256(registration_id.text.encode()).hexdigest().upper()
    return f"{registration_id}-10001_10001-{registration_id.text[15:]}", digest


_Rows = dict[sa.Table, list[dict[str, object]]]


def _rows(chance: random.Random, made: list[RegistrationId], undecided: frozenset[RegistrationId]) -> _Rows:
    kinds = (tables.registration, tables.registration_event, tables.outbox, tables.review)
    rows: _Rows = {each: [] for each in kinds}
    for each in made:
        begun, waits = _begun(each), each in undecided
        packet_id, digest = _packet(each)
        sealed = begun + timedelta(minutes=4)
        rows[tables.registration].append(
            {"id": each.text, "started_at": rfc3339(begun), "changed_at": rfc3339(sealed), "is_draft": 0}
        )
        for number, event in enumerate(_events(each, begun, sealed, waits=waits), 1):
            kind, body = encode(event)
            rows[tables.registration_event].append(
                {"registration_id": each.text, "number": number, "kind": kind, "body": body}
            )
        rows[tables.outbox].append(_outbox(each, packet_id, digest, sealed, waits=waits))
        rows[tables.review].append(_review(chance, each, packet_id, digest, sealed, waits=waits))
    return rows


def _events(each: RegistrationId, begun: datetime, sealed: datetime, *, waits: bool) -> Iterator[Event]:
    packet_id, digest = _packet(each)
    officer = _officer(each)
    yield Started(begun, Process.NEW, ("eng", "fra"), officer, 0.1)
    yield Signed(sealed, officer, digest.lower(), "c2lnbmF0dXJl")
    yield Sealed(sealed, packet_id, digest, 1_500_000)
    if waits:
        yield ReviewWanted(sealed, packet_id)
    else:
        yield Synced(sealed + timedelta(minutes=1))
        yield Uploaded(sealed + timedelta(minutes=2), "Packet has reached Packet Receiver")


def _outbox(
    each: RegistrationId, packet_id: str, digest: str, sealed: datetime, *, waits: bool
) -> dict[str, object]:
    state = DeliveryState.REGISTERED if waits else DeliveryState.PUSHED
    return {
        "packet_id": packet_id,
        "registration_id": each.text,
        "process": "NEW",
        "languages": "eng,fra",
        "state": state.value,
        "attempts": 0,
        "size": 1_500_000,
        "digest": digest,
        "sealed_at": rfc3339(sealed),
        "server_status": None if waits else ServerStatus.PROCESSED.value,
        "questions": 0,
        "risk": 0,
    }


def _review(
    chance: random.Random, each: RegistrationId, packet_id: str, digest: str, sealed: datetime, *, waits: bool
) -> dict[str, object]:
    seen = tuple(flag for share, flag in _SIGNS if chance.random() < share)
    standing, drawn, must_be_seen = outset(seen, digest, ReviewRules(required=waits))
    return {
        "registration_id": each.text,
        "packet_id": packet_id,
        "sealed_at": rfc3339(sealed),
        "officer": _officer(each),
        "exceptions": sum(flag.sign is Sign.EXCEPTIONS for flag in seen),
        "risk": sum(flag.weight for flag in seen),
        "flags": json.dumps([[flag.sign.value, flag.weight, dict(flag.detail)] for flag in seen]),
        "drawn": int(drawn),
        "must_be_seen": int(must_be_seen),
        "waits": int(waits),
        "standing": standing.value if waits else "closed",
        "assessed_at": rfc3339(sealed),
        "away_km": None,
        "decision": None if waits else "approve",
        "reason": None,
        "decided_by": "" if waits else SUPERVISOR,
        "decided_at": None if waits else rfc3339(sealed),
    }


def _insert(connection: sa.Connection, rows: _Rows) -> None:
    for table, values in rows.items():
        connection.execute(table.insert(), values)


# The trail


def _story(chance: random.Random, each: RegistrationId, records: int, *, waits: bool) -> Iterator[Said]:
    """What an officer leaves behind with one registration; one that waits for review is not sent."""
    begun, officer = _begun(each), _officer(each)
    packet_id, digest = _packet(each)
    yield begun, AuditEvent.REGISTRATION_STARTED.id, officer, each.text, {"process": "NEW"}
    for number in range(records - 3):
        event, detail = _TOLD[number % len(_TOLD)] if chance.random() < 0.9 else _TOLD[-1]
        if event is AuditEvent.SAMPLE_CAPTURED or (number % 3 == 0 and number < 3 * len(_ATTRIBUTES)):
            event, detail = (
                AuditEvent.SAMPLE_CAPTURED,
                _sample(chance, _ATTRIBUTES[number // 3 % len(_ATTRIBUTES)]),
            )
        yield begun + timedelta(seconds=4 * number + 4), event.id, officer, each.text, detail
    sealed = begun + timedelta(minutes=4)
    said = {"packet": packet_id, "sha256": digest, "size": "1500000"}
    yield sealed, AuditEvent.PACKET_SEALED.id, officer, each.text, said
    if waits:
        yield sealed, AuditEvent.REVIEW_ASSESSED.id, officer, each.text, {"packet": packet_id}
    else:
        sent = {"packet": packet_id, "duplicate": "false"}
        yield sealed, AuditEvent.PACKET_UPLOADED.id, officer, each.text, sent


def _sample(chance: random.Random, attribute: str) -> dict[str, str]:
    quality, attempt = chance.randrange(300, 1000) / 10, 1 if chance.random() < 0.85 else 2
    device = _DEVICES[chance.randrange(len(_DEVICES))]
    return {"attribute": attribute, "device": device, "quality": f"{quality}", "attempt": f"{attempt}"}


def _link(
    connection: sa.Connection,
    said: Iterator[Said],
    sequence: int,
    head: str,
    sign: Callable[[bytes], bytes],
) -> int:
    """Store what was said as a chain behind ``head``; returns the number of the last record."""
    raw = connection.connection.driver_connection
    assert raw is not None
    # The time of setting up is later than any of these: the trail of a generator begins with its making.
    insert = "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    number = 0
    for some in _batches(said, _TOGETHER):
        rows: list[tuple[object, ...]] = []
        for at, event, actor, subject, detail in some:
            sequence, head = _append(rows, sequence, head, at, event, actor, subject, detail)
            if sequence % _EVERY == 0:
                number += 1
                signed = checkpoint.detail(number, sequence, head, sign)
                sequence, head = _append(
                    rows, sequence, head, at, AuditEvent.CHECKPOINT.id, SUPERVISOR, "", signed
                )
        raw.executemany(insert, rows)
    return sequence


def _append(
    rows: list[tuple[object, ...]],
    sequence: int,
    previous: str,
    at: datetime,
    event: str,
    actor: str,
    subject: str,
    detail: dict[str, str],
) -> tuple[int, str]:
    """As ``audit.chain.link`` has it, in a quarter of the time: nothing here needs escaping."""
    moment, said = rfc3339(at), json.dumps(detail, sort_keys=True, separators=(",", ":"))
    text = f'[{sequence + 1},"{moment}","{event}","{actor}","{subject}",{said},"{previous}"]'
    digest = hashlib.sha256(text.encode()).hexdigest()
    rows.append((sequence + 1, moment, event, actor, subject, said, previous, digest))
    return sequence + 1, digest


def _batches(items: Iterator[_T], size: int) -> Iterator[list[_T]]:
    while some := list(islice(items, size)):
        yield some
