"""A new database out of what is left: the readable rows of the damaged one, the carbon copy, and the files.

Rules:

1. The damaged file and its log are moved into ``quarantine/``, never deleted.
2. The new database stands beside the old one, whole and closed, before it takes its name; a crash at any moment
   leaves something that is found damaged, or missing, and rebuilt at the next sign-in.
3. Of a registration the copy counts, where it is whole, else both together as far as they make sense.
4. A packet that nothing tells of stays where it is; one whose registration is known goes on from there: once a
   supervisor approved it, where neither its row nor its events tell that it was sealed.
5. What could not be saved is counted, by kind, and goes into the trail.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from muster import durable
from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord
from muster.clock import Clock, rfc3339
from muster.domain.delivery import DeliveryState
from muster.domain.lifecycle import BlobRef, Event, OfIntroducer, Registration, ReviewWanted, Sealed, fold
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, MusterError, NotAuthentic
from muster.store import tables
from muster.store.audit_log import AuditLog, read_record
from muster.store.carbon_copy import CarbonCopy, StoredEvent
from muster.store.database import DATABASE_FILES, Database, connector, suspicion
from muster.store.event_codec import decode
from muster.store.proofings import Proofings
from muster.store.rebuilding_proofings import PutBack, put_back
from muster.store.registrations import Registrations
from muster.store.review import ReviewRows
from muster.store.salvage import Salvage
from muster.store.settings import SEQUENCE, Settings
from muster.store.small_tables import load_rows, other_tables, small_tables

NOTHING_TO_REBUILD_FROM = Code(
    "NOTHING_TO_REBUILD_FROM",
    "The station's database is damaged, and too little is left to rebuild it from. Nothing was changed: put the "
    "station's folder back from your backup.",
)

_PROGRAM = "muster"  # the actor of what nobody asked for


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What became of a damaged database. All but the first three count what could not be saved."""

    quarantine: str
    registrations: int
    packets: int
    registrations_lost: int  # known by name, and nothing else of them left
    registrations_shortened: int  # their last steps are missing
    proofings_lost: int  # the same of proofs of identity
    proofings_shortened: int
    pictures_lost: int  # files that are named and not there
    packets_lost: int  # not delivered, and their file is not there
    packets_unclaimed: int  # files that belong to no registration we know
    records_lost: int  # of the audit trail
    rows_lost: int  # of everything else
    incomplete: tuple[str, ...]  # tables of which nobody can say how much is missing

    @property
    def saved_everything(self) -> bool:
        counted = (getattr(self, each.name) for each in fields(self) if each.name.endswith(_LOSSES))
        return not any(counted) and not self.incomplete

    def losses(self) -> tuple[tuple[int | str, str], ...]:
        """What could not be saved: how much, and what."""
        counted = ((getattr(self, name), what) for name, what in _LOST.items())
        return *((count, what) for count, what in counted if count), *(
            (table, "may be incomplete") for table in self.incomplete
        )


_LOST = {
    "registrations_lost": "registrations are known by number only",
    "registrations_shortened": "registrations lack their last steps",
    "proofings_lost": "proofs of identity are known by number only",
    "proofings_shortened": "proofs of identity lack their last steps",
    "pictures_lost": "pictures are missing: take them again",
    "packets_lost": "packets that were not delivered are missing",
    "packets_unclaimed": "packets belong to no registration that is known; they are kept",
    "records_lost": "records of the audit trail are missing",
    "rows_lost": "other entries could not be read",
}
_LOSSES = ("_lost", "_shortened", "_unclaimed")


@dataclass(frozen=True, slots=True)
class Remains:
    """Where everything lies that a database is rebuilt from."""

    database: Path
    key: bytes
    copy: CarbonCopy
    blobs: Path
    outbox: Path


class _Rebuilding:
    def __init__(self, remains: Remains, clock: Clock) -> None:
        self._remains = remains
        self._clock = clock
        self._salvage = Salvage(connector(remains.database, remains.key))
        self._lost: dict[str, int] = {each.name: 0 for each in fields(Rebuilt) if each.name.endswith(_LOSSES)}
        self._incomplete: list[str] = []
        self._proofings = PutBack()
        self._to_review: list[RegistrationId] = []

    def run(self) -> Rebuilt:
        path = self._remains.database
        fresh = path.with_name(f"{path.name}.rebuilt")
        _remove(fresh)
        database = Database.open(fresh, self._remains.key, self._clock)
        name = f"{self._clock():%Y%m%dT%H%M%S%f}"
        try:
            registrations, packets = self._fill(database, name)
            with database.read() as work:
                named = work.blobs.names()
                if not work.operators.all():
                    raise NotAuthentic(NOTHING_TO_REBUILD_FROM)
        except BaseException:  # whatever stopped it, half a database must not stay
            database.close()
            _remove(fresh)
            raise
        finally:
            database.close()
            self._salvage.close()
        quarantine = path.parent / "quarantine" / name
        with durable.disk_errors():
            self._take_place(fresh, quarantine)
            _move_unnamed(self._remains.blobs, named, quarantine / "blobs")
        for proofing_id, entries in self._proofings.shortened.items():  # they go on with numbers the copy has
            self._remains.copy.replace_proofing(proofing_id, entries)
        return Rebuilt(
            f"quarantine/{name}", registrations, packets, **self._lost, incomplete=tuple(self._incomplete)
        )

    def _fill(self, database: Database, name: str) -> tuple[int, int]:
        with database.rebuilding() as connection:
            states = self._registrations(connection)
            packets = self._packets(connection, states)
            self._put_proofings_back(connection, states)
            self._tables(connection, states)
            log = AuditLog(connection)
            self._trail(log)
            counts = {each: str(count) for each, count in self._lost.items() if count}
            if self._incomplete:
                counts["incomplete"] = " ".join(self._incomplete)
            log.append(
                at=self._clock(),
                event=AuditEvent.DATABASE_REBUILT.id,
                actor=_PROGRAM,
                subject="",
                detail={"quarantine": name, "registrations": str(len(states)), "packets": str(packets), **counts},
            )
        return len(states), packets

    def _rows(self, table: str, *, told_of: bool) -> list[dict[str, Any]]:
        """What can be read; ``told_of``: whether the copy knows the rest."""
        salvaged = self._salvage.rows(table)
        if not salvaged.whole and not told_of:
            self._incomplete.append(table)
        return salvaged.rows

    @property
    def _has_copy(self) -> bool:
        return self._remains.copy.exists

    # Registrations

    def _registrations(self, connection: sa.Connection) -> dict[RegistrationId, Registration]:
        stored = self._stored_events()
        named = set(_ids(row["id"] for row in self._rows("registration", told_of=self._has_copy)))
        states: dict[RegistrationId, Registration] = {}
        for registration_id in sorted(
            {*stored, *named, *self._remains.copy.registrations()}, key=lambda i: i.text
        ):
            events = self._events_of(registration_id, stored.get(registration_id, {}))
            if not events:
                self._lost["registrations_lost"] += 1
                continue
            states[registration_id] = self._insert(connection, registration_id, events)
        return states

    def _stored_events(self) -> dict[RegistrationId, dict[int, StoredEvent]]:
        stored: dict[RegistrationId, dict[int, StoredEvent]] = {}
        for row in self._rows("registration_event", told_of=self._has_copy):
            for registration_id in _ids([row["registration_id"]]):
                event = StoredEvent(row["number"], row["kind"], row["body"])
                stored.setdefault(registration_id, {})[event.number] = event
        return stored

    def _events_of(self, registration_id: RegistrationId, stored: Mapping[int, StoredEvent]) -> list[StoredEvent]:
        """The copy's where that is whole and no older; else all there are, up to where they stop making sense."""
        kept = self._remains.copy.events(registration_id)
        copied = {each.number: each for each in kept.events}
        if copied and kept.whole and max(copied) >= max(stored, default=0):
            together = copied
        else:
            together = {**stored, **copied}
        events = [together[number] for number in sorted(together)]
        sound = _sound(registration_id, events)
        self._lost["registrations_shortened"] += bool(sound) and len(sound) < len(events)
        return sound

    def _insert(
        self, connection: sa.Connection, registration_id: RegistrationId, events: list[StoredEvent]
    ) -> Registration:
        decoded = [decode(each.kind, each.body) for each in events]
        state = fold(registration_id, decoded)
        connection.execute(
            tables.registration.insert().values(
                id=registration_id.text,
                started_at=rfc3339(state.started.at),
                changed_at=rfc3339(decoded[-1].at),
                is_draft=int(state.is_draft),
            )
        )
        connection.execute(
            tables.registration_event.insert(),
            [
                {"registration_id": registration_id.text, "number": e.number, "kind": e.kind, "body": e.body}
                for e in events
            ],
        )
        for ref in {ref.name: ref for event in decoded for ref in _blobs_of(event)}.values():
            self._name(connection, registration_id, ref)
        return state

    def _name(self, connection: sa.Connection, registration_id: RegistrationId, ref: BlobRef) -> None:
        if not (self._remains.blobs / ref.name).exists():
            self._lost["pictures_lost"] += 1
        connection.execute(
            tables.blob.insert().values(
                name=ref.name, registration_id=registration_id.text, digest=ref.digest, size=ref.size
            )
        )

    # Packets

    def _packets(self, connection: sa.Connection, states: dict[RegistrationId, Registration]) -> int:
        rows = {row["packet_id"]: row for row in self._rows("outbox", told_of=self._has_copy)}
        files = {each.stem: each for each in self._remains.outbox.glob("*.zip")}
        claimed = 0
        for registration_id, known in states.items():
            state = known if known.sealed else self._adopt(connection, known, files, rows)
            sealed = state.sealed
            if sealed is None:
                continue
            row = rows.get(sealed.packet_id) or _row_of(registration_id, state, sealed)
            claimed += 1
            if load_rows(connection, tables.outbox, [row]):
                load_rows(connection, tables.outbox, [_row_of(registration_id, state, sealed)])
            is_there = files.pop(sealed.packet_id, None) is not None
            if not is_there and row["state"] != DeliveryState.PUSHED.value and not row.get("destroyed_at"):
                self._lost["packets_lost"] += 1
        carried = {row["packet_id"] for row in self._salvage.rows("carried").rows}
        carried |= {str(row["packet_id"]) for row in self._remains.copy.tables().get("carried", [])}
        self._lost["packets_unclaimed"] += len(files.keys() - carried)
        return claimed

    def _adopt(
        self,
        connection: sa.Connection,
        state: Registration,
        files: Mapping[str, Path],
        rows: Mapping[str, Mapping[str, Any]],
    ) -> Registration:
        """With a packet that was sealed when what is left of its registration does not know it yet: sealing
        another would be one too many. One that was sent back is none of its packets any more.

        Unless its row tells, nobody knows whether it had to be approved and was: what the server configured may be
        lost too. Then it has to be.
        """
        registrations = Registrations(connection)
        sent_back = {each.packet_id for each in registrations.events(state.id) if isinstance(each, Sealed)}
        for packet_id, path in files.items():
            if packet_id.startswith(f"{state.id}-") and packet_id not in sent_back:
                content = path.read_bytes()
                at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                digest = hashlib.sha256(content).hexdigest().upper()
                registrations.append(state.id, Sealed(at, packet_id, digest, len(content)))
                if packet_id not in rows:
                    registrations.append(state.id, ReviewWanted(at, packet_id))
                    self._to_review.append(state.id)
                return registrations.load(state.id)
        return state

    # The rest

    def _put_proofings_back(
        self, connection: sa.Connection, states: Mapping[RegistrationId, Registration]
    ) -> None:
        copy = self._remains.copy
        rows = partial(self._rows, told_of=copy.has_proofings)
        self._proofings = put_back(Proofings(connection), copy, rows)
        self._lost["proofings_lost"] += self._proofings.lost
        self._lost["proofings_shortened"] += len(self._proofings.shortened)
        known = {each.text: each for each in states}
        for subject, ref in self._proofings.files:
            if subject in known:
                self._name(connection, known[subject], ref)

    def _tables(self, connection: sa.Connection, states: Mapping[RegistrationId, Registration]) -> None:
        kept = self._remains.copy.tables()
        for table in small_tables():
            rows = self._rows(table.name, told_of=table.name in kept)
            self._lost["rows_lost"] += load_rows(connection, table, [*rows, *kept.get(table.name, [])])
        for table in other_tables():
            self._lost["rows_lost"] += load_rows(connection, table, self._rows(table.name, told_of=False))
        for registration_id in self._to_review:  # what was thought of it before is no answer
            ReviewRows(connection).remove(registration_id)
        self._continue_numbers(connection, states)

    def _continue_numbers(self, connection: sa.Connection, states: Mapping[RegistrationId, Registration]) -> None:
        """No registration number twice: the counter goes on behind the newest registration's at least."""
        if not states:
            return
        newest = max(states.values(), key=lambda state: state.started.at)
        sequence = int(newest.id.text[10:15])
        settings = Settings(connection)
        settings.put(SEQUENCE, str(max(sequence, int(settings.get(SEQUENCE) or 0))))

    def _trail(self, log: AuditLog) -> None:
        records, _ = self._remains.copy.all_records()
        for row in self._rows("audit", told_of=self._has_copy):
            with suppress(ValueError, TypeError, KeyError):
                record = read_record(row)
                records.setdefault(record.sequence, record)
        ordered = [records[number] for number in sorted(records)]
        for record in ordered:
            log.put_back(record)
        self._lost["records_lost"] += _gaps(ordered)

    # Files

    def _take_place(self, fresh: Path, quarantine: Path) -> None:
        path = self._remains.database
        quarantine.mkdir(mode=0o700, parents=True)
        for end in DATABASE_FILES:
            old = path.with_name(path.name + end)
            if old.exists():
                os.link(old, quarantine / old.name)  # under both names until the new one has its place
        durable.sync_folder(quarantine)
        for end in DATABASE_FILES[1:]:
            path.with_name(path.name + end).unlink(missing_ok=True)
        fresh.replace(path)
        suspicion(path).unlink(missing_ok=True)
        durable.sync_folder(path.parent)


def rebuild(remains: Remains, clock: Clock) -> Rebuilt:
    """Put a new database in the place of a damaged or missing one. Only for somebody who is alone at the station.

    Raises ``StorageUnavailable``, and ``NotAuthentic`` when not even who works here is left; then everything lies
    where it lay.
    """
    return _Rebuilding(remains, clock).run()


def _sound(registration_id: RegistrationId, events: list[StoredEvent]) -> list[StoredEvent]:
    """The longest beginning that reads and folds; none without a start."""
    sound: list[StoredEvent] = []
    decoded: list[Event] = []
    for event in events:
        try:
            decoded.append(decode(event.kind, event.body))
            fold(registration_id, decoded)
        except (ValueError, MusterError):
            return sound
        sound.append(event)
    return sound


def _blobs_of(event: Event) -> Iterator[BlobRef]:
    captured = event.what if isinstance(event, OfIntroducer) else event
    for each in fields(captured):
        value = getattr(captured, each.name)
        if isinstance(value, BlobRef):
            yield value


def _row_of(registration_id: RegistrationId, state: Registration, sealed: Sealed) -> dict[str, Any]:
    """An outbox row as the events tell it: what was tried and heard since is asked for again."""
    delivered = DeliveryState.PUSHED if state.uploaded else None
    announced = DeliveryState.SYNCED if state.synced else DeliveryState.APPROVED
    if state.is_rejected:
        announced = DeliveryState.REJECTED
    elif state.awaits_approval:
        announced = DeliveryState.REGISTERED
    return {
        "packet_id": sealed.packet_id,
        "registration_id": registration_id.text,
        "process": state.started.process.value,
        "languages": ",".join(state.started.languages),
        "state": (delivered or announced).value,
        "attempts": 0,
        "size": sealed.size,
        "digest": sealed.digest,
        "sealed_at": rfc3339(sealed.at),
        "questions": 0,
        "risk": state.risk,
    }


def _move_unnamed(folder: Path, named: Collection[str], to: Path) -> None:
    """Pictures whose registration lost the step they belong to: no longer of use here, nor ours to delete."""
    unnamed = [each for each in folder.iterdir() if each.is_file() and each.name not in named]
    if unnamed:
        to.mkdir(mode=0o700)
        for path in unnamed:
            path.replace(to / path.name)


def _gaps(records: list[AuditRecord]) -> int:
    """How many numbers are missing up to the newest."""
    return records[-1].sequence - len(records) if records else 0


def _ids(texts: Any) -> Iterator[RegistrationId]:
    for text in texts:
        with suppress(BadInput):
            yield RegistrationId(text)


def _remove(path: Path) -> None:
    for end in DATABASE_FILES:
        path.with_name(path.name + end).unlink(missing_ok=True)
