"""The audit trail, for whoever checks it, here or on another computer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from muster import base64url, durable
from muster.audit import checkpoint
from muster.audit.catalogue import AuditEvent
from muster.audit.chain import GENESIS, AuditRecord, verify, verify_stored
from muster.audit.chain import Verdict as Verdict  # noqa: PLC0414 - what the command line prints
from muster.clock import parse_rfc3339, rfc3339
from muster.crypto.machine_key import MachineKey
from muster.crypto.signing import public_pem
from muster.crypto.signing import verify as is_signed
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code
from muster.store.database import Work
from muster.workstation.inspection import read_file
from muster.workstation.journal import Journal

TRAIL_FILE_UNWRITABLE = Code(
    "TRAIL_FILE_UNWRITABLE", "The trail cannot be written to {file}. Name a file in a folder that is there."
)
TRAIL_UNREADABLE = Code("TRAIL_UNREADABLE", "This file is no exported audit trail.")

title_of = AuditEvent.title_of  # for the command line, which sees use cases only
_FORMAT = 1


class AuditTrail:
    def __init__(self, journal: Journal, machine_key: MachineKey) -> None:
        self._journal = journal
        self._database = journal.database
        self._machine_key = machine_key

    def verify(self, expected_head: str | None = None) -> Verdict:
        """Walk the whole chain and check the signature of each checkpoint. ``expected_head`` (a digest noted
        earlier) also shows a cut-off end."""
        signed = partial(is_signed, self._machine_key.signing_public)
        with self._database.audit_log() as log:
            return verify_stored(log.to_verify(), expected_head=expected_head, signed=signed)

    # Neither asks who wants to know: what people are shown goes through ``TrailReading``.

    def about(self, registration_id: RegistrationId) -> tuple[AuditRecord, ...]:
        with self._database.audit_log() as log:
            return log.about(registration_id.text)

    def newest_first(self, limit: int) -> tuple[AuditRecord, ...]:
        with self._database.audit_log() as log:
            return log.newest_first(limit)

    def vouch(self) -> None:
        """Sign the trail up to here. Raises ``KeyUnavailable``, ``StorageUnavailable``."""
        with self._database.work() as work:
            self._vouch(work)

    def _vouch(self, work: Work) -> None:
        newest, last = work.trail.newest(), work.trail.newest_checkpoint()
        if newest is None:
            raise ValueError("a trail without its beginning")
        number = 1 if last is None else int(last.detail["number"]) + 1
        said = checkpoint.detail(number, newest.sequence, newest.digest, self._machine_key.sign)
        work.record(AuditEvent.CHECKPOINT, actor=self._journal.operator.user_id, **said)

    def export(self, path: Path) -> int:
        """Write the whole trail, signed up to its end, for checking elsewhere; returns how many records.

        One JSON document a line: who wrote it, how many records there are and the last one's digest, signed, and
        the public key; then each record as its digest covers it, and its digest behind. Raises ``BadInput`` (no
        file in a folder), ``Refused``, ``StorageUnavailable``, ``KeyUnavailable``.
        """
        self._journal.access.require(Permission.REVIEW)
        if path.is_dir() or not path.absolute().parent.is_dir():
            raise BadInput(TRAIL_FILE_UNWRITABLE, file=str(path))
        with self._database.work() as work:
            work.record(AuditEvent.TRAIL_EXPORTED, actor=self._journal.operator.user_id, file=path.name[:100])
            self._vouch(work)
        head, lines = GENESIS, []
        with self._database.audit_log() as log:
            for record in log.all():
                lines.append(_line(record))
                head = record.digest
        durable.write(path, "\n".join([self._title(len(lines), head), *lines]).encode() + b"\n")
        return len(lines)

    def _title(self, records: int, head: str) -> str:
        station, now = self._journal.station.ref_id, rfc3339(self._journal.now())
        return json.dumps(
            {
                "muster_audit": _FORMAT,
                "station": station,
                "exported_at": now,
                "records": records,
                "head": head,
                "signature": base64url.encode(self._machine_key.sign(_statement(station, now, records, head))),
                "machine_public_key": base64url.encode(self._machine_key.signing_public),
                # The same for openssl, which reads no TPM's form.
                "machine_public_key_pem": public_pem(self._machine_key.signing_public),
            }
        )


def verify_file(path: Path, machine_key: bytes | None = None, expected_head: str | None = None) -> Verdict:
    """Check an exported trail, without its station. Without ``machine_key`` the signatures are checked with the
    key that stands in the file, which proves nothing against whoever wrote the file.

    Where its first line is signed, the trail has to end as that says. Raises ``BadInput``.
    """
    title, *lines = read_file(path).decode("utf-8", "replace").removesuffix("\n").split("\n")
    try:
        content = json.loads(title)
        if content["muster_audit"] != _FORMAT:
            raise ValueError("another format")
        key = machine_key or base64url.decode(content["machine_public_key"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(TRAIL_UNREADABLE) from error
    verdict = verify(_records(lines), expected_head=expected_head, signed=partial(is_signed, key))
    if not verdict.valid or "signature" not in content:  # written before its end was signed
        return verdict
    if _is_end(content, verdict, key):
        return replace(verdict, end_known=True)
    return replace(verdict, valid=False, first_bad=verdict.records + 1, end_known=False)


def _is_end(title: Mapping[str, Any], found: Verdict, key: bytes) -> bool:
    """Whether the station signed that the trail ends where it does."""
    said = _statement(str(title.get("station")), str(title.get("exported_at")), found.records, found.head)
    try:
        return is_signed(key, said, base64url.decode(str(title["signature"])))
    except ValueError:
        return False


def _statement(station: str, exported_at: str, records: int, head: str) -> bytes:
    """What the machine key signs of an export."""
    return f"muster audit export\n{station}\n{exported_at}\n{records}\n{head}".encode()


def _line(record: AuditRecord) -> str:
    return json.dumps(
        [
            record.sequence,
            rfc3339(record.at),
            record.event,
            record.actor,
            record.subject,
            dict(sorted(record.detail.items())),
            record.previous,
            record.digest,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _records(lines: list[str]) -> Iterator[AuditRecord]:
    for line in lines:
        try:
            yield _record(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise BadInput(TRAIL_UNREADABLE) from error


def _record(content: Any) -> AuditRecord:
    sequence, at, event, actor, subject, detail, previous, digest = content
    if not isinstance(detail, dict) or not isinstance(sequence, int):
        raise TypeError("no record")
    return AuditRecord(sequence, parse_rfc3339(at), event, actor, subject, detail, previous, digest)
