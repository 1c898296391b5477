"""The carbon copy: what a database is rebuilt from when its file is damaged.

::

    copy/<registration id>      the registration's events, a sealed frame each
    copy/proofings/<number>     the plan, the events and the records of an execution of identity proofing, likewise
    copy/trail/<first record>   the audit trail, a sealed frame for each transaction, a new file every 256 KiB
    copy/tables                 the small tables that nothing else tells of (operators, settings), as of the last
                                sign-in or sign-out

Rules:

1. A frame is appended after its transaction was committed: the copy never holds what did not happen. It is not
   synced to the disk, which would double the price of every step; a power cut may cost its last half minute, and
   costs the database nothing.
2. What a crash kept out of the copy is added at the next sign-in. Because the frame of the trail comes last, a
   record that the trail's copy lacks tells which registrations to look at.
3. Where content is destroyed, its copy is replaced by what is kept.
4. Nobody reads the copy while the database is whole.

A frame: number (4 octets, big-endian), length (4), nonce || AES-256-GCM ciphertext || tag. It is bound to its file
and its number: moved, it does not open. Of two frames with one number the later one counts.
"""

from __future__ import annotations

import json
import os
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from muster import durable
from muster.audit.chain import AuditRecord
from muster.clock import parse_rfc3339, rfc3339
from muster.crypto.sealing import Sealer
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, NotAuthentic, StorageUnavailable

_HEADER = struct.Struct(">II")  # number, length of what follows
_LONGEST_FRAME = 16 * 1024 * 1024
_TRAIL_FILE_BYTES = 256 * 1024
_OWNER_ONLY = 0o600
_EXECUTION = re.compile(r"\w+")  # and nothing that was not written to its end


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A registration's event as the database holds it, or an entry of an execution (``store.proofing_copy``)."""

    number: int
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The events of one registration or execution that the copy holds; ``whole`` is false when something could not
    be read."""

    events: tuple[StoredEvent, ...]
    whole: bool


@dataclass(slots=True)
class Change:
    """What one transaction did to the events of a registration or execution."""

    events: list[StoredEvent]
    replaces: bool = False


class CarbonCopy:
    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._folder = folder
        self._trail = folder / "trail"
        self._proofings = folder / "proofings"
        self._newest = ""
        self._sealer = sealer

    @property
    def exists(self) -> bool:
        return self._trail.is_dir()

    @property
    def has_proofings(self) -> bool:
        """Whether it is of a version that copies them."""
        return self._proofings.is_dir()

    # Writing

    def add(
        self,
        changes: Mapping[RegistrationId, Change],
        proofings: Mapping[str, Change],
        records: Sequence[AuditRecord],
    ) -> None:
        """Append one committed transaction, if there is a copy. What the disk does not take is added at the next
        sign-in."""
        with suppress(OSError, StorageUnavailable):
            trail = self._trail_file(records[0].sequence)
            for registration_id, change in changes.items():
                self._put(self._folder, registration_id.text, change)
            for proofing_id, change in proofings.items():
                self._put(self._proofings, proofing_id, change)
            self._append(self._trail, trail, [_trail_frame(records)])

    def replace(self, registration_id: RegistrationId, events: Iterable[StoredEvent]) -> None:
        """Let the copy hold these events and no others. Raises ``StorageUnavailable``."""
        self._replace(self._folder, registration_id.text, events)

    def replace_proofing(self, proofing_id: str, entries: Iterable[StoredEvent]) -> None:
        """The same for an execution."""
        self._replace(self._proofings, proofing_id, entries)

    def add_records(self, records: Sequence[AuditRecord]) -> None:
        """Raises ``OSError``."""
        if not records:
            return
        self._trail.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._append(self._trail, self._trail_file(records[0].sequence), [_trail_frame(records)])

    def forget_trail(self) -> None:
        """Before the trail is copied anew. Raises ``OSError``."""
        for path in self._trail_files():
            path.unlink()

    def put_tables(self, content: object) -> None:
        """Keep the small tables as they are now. Raises ``StorageUnavailable``."""
        durable.write(self._folder / "tables", self._sealer.seal(json.dumps(content).encode(), "copy/tables"))

    def begin_proofings(self) -> None:
        """Raises ``OSError``."""
        self._proofings.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _put(self, folder: Path, name: str, change: Change) -> None:
        if change.replaces:
            self._replace(folder, name, change.events)
        else:
            self._append(folder, name, map(_event_frame, change.events))

    def _replace(self, folder: Path, name: str, events: Iterable[StoredEvent]) -> None:
        frames = (self._frame(name, *_event_frame(each)) for each in events)
        durable.write(folder / name, b"".join(frames))

    def _trail_file(self, sequence: int) -> str:
        """The newest file while it has room, else a new one that begins here. Raises ``OSError``."""
        if not self._has_room(self._newest):  # another program may have begun the next
            self._newest = max((each.name for each in self._trail.iterdir()), default="")
        if not self._has_room(self._newest):
            self._newest = f"{sequence:010d}"
        return self._newest

    def _has_room(self, name: str) -> bool:
        try:
            return bool(name) and os.stat(f"{self._trail}/{name}").st_size < _TRAIL_FILE_BYTES  # noqa: PTH116
        except FileNotFoundError:
            return False

    def _append(self, folder: Path, name: str, frames: Iterable[tuple[int, bytes]]) -> None:
        content = b"".join([self._frame(name, number, content) for number, content in frames])
        descriptor = os.open(f"{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, _OWNER_ONLY)
        try:
            os.write(descriptor, content)  # one call: frames of two programs do not mix
        finally:
            os.close(descriptor)

    def _frame(self, name: str, number: int, content: bytes) -> bytes:
        sealed = self._sealer.seal(content, _context(name, number))
        return _HEADER.pack(number, len(sealed)) + sealed

    # Reading

    def registrations(self) -> tuple[RegistrationId, ...]:
        return tuple(_ids(each.name for each in self._folder.iterdir())) if self._folder.is_dir() else ()

    def events(self, registration_id: RegistrationId) -> Kept:
        """In their order."""
        return self._events(self._folder / registration_id.text)

    def proofings(self) -> tuple[str, ...]:
        names = (each.name for each in self._proofings.iterdir()) if self.has_proofings else ()
        return tuple(filter(_EXECUTION.fullmatch, names))

    def proofing(self, proofing_id: str) -> Kept:
        """An execution's entries in their order."""
        return self._events(self._proofings / proofing_id)

    def _events(self, path: Path) -> Kept:
        frames, whole = self._frames(path)
        events: dict[int, StoredEvent] = {}
        for number, content in frames:
            kind, body = json.loads(content)
            events[number] = StoredEvent(number, kind, body)
        return Kept(tuple(events[number] for number in sorted(events)), whole)

    def newest_records(self) -> tuple[tuple[AuditRecord, ...], bool]:
        """The records of the newest file in their order; and whether that could be read whole, without a gap."""
        files = self._trail_files()
        if not files:
            return (), True
        records, whole = self._records(files[-1])
        numbers = [each.sequence for each in records]
        return records, whole and numbers == list(range(min(numbers, default=0), max(numbers, default=-1) + 1))

    def all_records(self) -> tuple[dict[int, AuditRecord], bool]:
        """Every record by its number, and whether everything could be read."""
        found: dict[int, AuditRecord] = {}
        everything = True
        for path in self._trail_files():
            records, whole = self._records(path)
            found.update((each.sequence, each) for each in records)
            everything = everything and whole
        return found, everything

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """The small tables as they were kept; none when they cannot be read."""
        try:
            sealed = (self._folder / "tables").read_bytes()
            content: dict[str, list[dict[str, object]]] = json.loads(self._sealer.open(sealed, "copy/tables"))
        except (OSError, NotAuthentic, ValueError):
            return {}
        return content

    def _trail_files(self) -> list[Path]:
        return sorted(self._trail.iterdir()) if self._trail.is_dir() else []

    def _records(self, path: Path) -> tuple[tuple[AuditRecord, ...], bool]:
        frames, whole = self._frames(path)
        records: dict[int, AuditRecord] = {}
        for _, content in frames:
            records.update((each.sequence, each) for each in map(_record, json.loads(content)))
        return tuple(records[number] for number in sorted(records)), whole

    def _frames(self, path: Path) -> tuple[list[tuple[int, bytes]], bool]:
        """What of a file opens, and whether that is all of it."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return [], True
        except OSError:
            return [], False
        frames: list[tuple[int, bytes]] = []
        whole, at = True, 0
        while at < len(content):
            if len(content) - at < _HEADER.size:
                return frames, False
            number, length = _HEADER.unpack_from(content, at)
            at += _HEADER.size
            if length > min(_LONGEST_FRAME, len(content) - at):
                return frames, False
            try:
                frames.append((number, self._sealer.open(content[at : at + length], _context(path.name, number))))
            except NotAuthentic:
                whole = False
            at += length
        return frames, whole


def _event_frame(event: StoredEvent) -> tuple[int, bytes]:
    return event.number, json.dumps([event.kind, event.body]).encode()


def _trail_frame(records: Sequence[AuditRecord]) -> tuple[int, bytes]:
    return records[0].sequence, json.dumps([_plain(each) for each in records]).encode()


def _context(name: str, number: int) -> str:
    return f"copy/{name}/{number}"


def _ids(names: Iterable[str]) -> Iterator[RegistrationId]:
    for name in names:
        with suppress(BadInput):
            yield RegistrationId(name)


def _plain(record: AuditRecord) -> list[object]:
    return [
        record.sequence,
        rfc3339(record.at),
        record.event,
        record.actor,
        record.subject,
        dict(record.detail),
        record.previous,
        record.digest,
    ]


def _record(plain: list[object]) -> AuditRecord:
    sequence, at, event, actor, subject, detail, previous, digest = plain
    return AuditRecord(
        int(str(sequence)),
        parse_rfc3339(str(at)),
        str(event),
        str(actor),
        str(subject),
        dict(detail) if isinstance(detail, dict) else {},
        str(previous),
        str(digest),
    )
