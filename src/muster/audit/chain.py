"""The hash chain over audit records.

Each record's digest covers its own content and the digest of the one before, so that a record edited,
removed, inserted or moved anywhere but at the very end breaks the chain at that place. The end
is held by the head: whoever keeps the last digest (a checkpoint) detects a shortened trail too.

Digest: SHA-256 over the UTF-8 bytes of a JSON array ``[sequence, at, event, actor, subject,
detail-as-sorted-object, previous]`` without spaces and with non-ASCII characters as they are. A
third party can recompute it with a JSON library and ``sha256`` alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from muster.audit.catalogue import AuditEvent
from muster.audit.checkpoint import Signed, holds
from muster.clock import rfc3339

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One audited event. ``event`` is the id in the catalogue, ``actor`` a user id, ``subject`` what
    it is about (a registration id, or empty), ``detail`` codes, counts and digests only, never
    personal data."""

    sequence: int
    at: datetime
    event: str
    actor: str
    subject: str
    detail: Mapping[str, str]
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found. ``first_bad`` is the sequence number of the first record that does not
    fit, ``head`` the digest of the last record that does. The machine key vouches for the records up to
    ``vouched_for``, by its ``checkpoints``; both are 0 where nobody asked. ``end_known`` says that somebody told
    where the trail ends, and that it goes so far."""

    records: int
    valid: bool
    first_bad: int | None
    head: str
    checkpoints: int = 0
    vouched_for: int = 0
    end_known: bool = False


class StoredRecord(NamedTuple):
    """A record as verification wants it: ``text`` is what its digest covers, if everything is as we write it;
    ``checkpoint`` its detail as JSON where it is one; ``record`` gives the whole of it."""

    sequence: int
    text: str
    previous: str
    digest: str
    checkpoint: str | None
    record: Callable[[], AuditRecord]


def link(
    previous: AuditRecord | None,
    *,
    at: datetime,
    event: str,
    actor: str,
    subject: str,
    detail: Mapping[str, str],
) -> AuditRecord:
    """The next record after ``previous`` (or the first one)."""
    sequence = 1 if previous is None else previous.sequence + 1
    before = GENESIS if previous is None else previous.digest
    digest = _digest(sequence, at, event, actor, subject, detail, before)
    return AuditRecord(sequence, at, event, actor, subject, dict(detail), before, digest)


def verify(
    records: Iterable[AuditRecord], *, expected_head: str | None = None, signed: Signed | None = None
) -> Verdict:
    """Walk ``records`` in stored order. ``expected_head``, the head somebody noted, also proves that
    nothing up to it is missing; the trail may have grown since. ``signed`` checks the machine key's signature in
    each checkpoint, and a checkpoint that does not hold is a bad record."""
    return verify_stored(map(_stored, records), expected_head=expected_head, signed=signed)


def verify_stored(
    records: Iterable[StoredRecord], *, expected_head: str | None = None, signed: Signed | None = None
) -> Verdict:
    """The same over rows, for a million of them: a record is put together only when its text does not fit."""
    count, head, first_bad = 0, GENESIS, None
    checkpoints = vouched_for = 0
    head_met = expected_head in (None, GENESIS)
    sha256 = hashlib.sha256
    for sequence, text, previous, digest, checkpoint, record in records:
        count += 1
        if first_bad is not None:
            continue
        good = sequence == count and previous == head and sha256(text.encode()).hexdigest() == digest
        if not (good or _reads_well(record, count, head)):
            first_bad = sequence
            continue
        if checkpoint is not None and signed is not None:
            if not holds(_detail(checkpoint), checkpoints + 1, count - 1, head, signed):
                first_bad = sequence
                continue
            checkpoints, vouched_for = checkpoints + 1, count - 1
        head = digest
        head_met = head_met or head == expected_head
    if first_bad is None and not head_met:
        first_bad = count + 1
    end_known = first_bad is None and expected_head is not None
    return Verdict(count, first_bad is None, first_bad, head, checkpoints, vouched_for, end_known)


def canonical(record: AuditRecord) -> str:
    """The text a record's digest covers."""
    return _canonical(
        record.sequence,
        rfc3339(record.at),
        record.event,
        record.actor,
        record.subject,
        record.detail,
        record.previous,
    )


def _stored(record: AuditRecord) -> StoredRecord:
    is_checkpoint = record.event == AuditEvent.CHECKPOINT.id
    return StoredRecord(
        record.sequence,
        canonical(record),
        record.previous,
        record.digest,
        json.dumps(dict(record.detail)) if is_checkpoint else None,
        lambda: record,
    )


def _detail(checkpoint: str) -> Mapping[str, str]:
    content = json.loads(checkpoint)
    return content if isinstance(content, dict) else {}


def _reads_well(record: Callable[[], AuditRecord], expected_sequence: int, previous: str) -> bool:
    """The slow way: a record of before, written with other blanks, is as good."""
    try:
        return _fits(record(), expected_sequence, previous)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False


def _fits(record: AuditRecord, expected_sequence: int, previous: str) -> bool:
    if record.sequence != expected_sequence or record.previous != previous:
        return False
    return record.digest == _digest(
        record.sequence,
        record.at,
        record.event,
        record.actor,
        record.subject,
        record.detail,
        record.previous,
    )


def _digest(
    sequence: int,
    at: datetime,
    event: str,
    actor: str,
    subject: str,
    detail: Mapping[str, str],
    previous: str,
) -> str:
    text = _canonical(sequence, rfc3339(at), event, actor, subject, detail, previous)
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(
    sequence: int, at: str, event: str, actor: str, subject: str, detail: Mapping[str, str], previous: str
) -> str:
    content = [sequence, at, event, actor, subject, dict(sorted(detail.items())), previous]
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)
