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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

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
    fit, ``head`` the digest of the last record that does."""

    records: int
    valid: bool
    first_bad: int | None
    head: str


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


def verify(records: Iterable[AuditRecord], *, expected_head: str | None = None) -> Verdict:
    """Walk ``records`` in stored order. ``expected_head``, the head somebody noted, also proves that
    nothing up to it is missing; the trail may have grown since."""
    count, head, first_bad = 0, GENESIS, None
    head_met = expected_head in (None, GENESIS)
    for record in records:
        count += 1
        if first_bad is None and _fits(record, count, head):
            head = record.digest
            head_met = head_met or head == expected_head
        elif first_bad is None:
            first_bad = record.sequence
    if first_bad is None and not head_met:
        first_bad = count + 1
    return Verdict(records=count, valid=first_bad is None, first_bad=first_bad, head=head)


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
    content = [sequence, rfc3339(at), event, actor, subject, dict(sorted(detail.items())), previous]
    canonical = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
