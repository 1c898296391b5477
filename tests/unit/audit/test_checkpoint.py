"""Checkpoints hold against somebody who writes the whole chain anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.audit import checkpoint
from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord, Verdict, link, verify

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def _sign(statement: bytes) -> bytes:
    return hashlib.sha256(b"secret" + statement).digest()


def _signed(statement: bytes, signature: bytes) -> bool:
    return signature == _sign(statement)


def _grown(trail: list[AuditRecord], event: AuditEvent, **detail: str) -> list[AuditRecord]:
    newest = trail[-1] if trail else None
    return [*trail, link(newest, at=NOON, event=event.id, actor="erika", subject="", detail=detail)]


def _vouched(trail: list[AuditRecord], number: int, sign: Callable[[bytes], bytes] = _sign) -> list[AuditRecord]:
    newest = trail[-1]
    said = checkpoint.detail(number, newest.sequence, newest.digest, sign)
    return _grown(trail, AuditEvent.CHECKPOINT, **said)


@pytest.fixture
def trail() -> list[AuditRecord]:
    """Signed in (1), out (2), checkpoint (3), in (4), out (5), checkpoint (6), in (7)."""
    trail: list[AuditRecord] = []
    for number in (1, 2):
        trail = _vouched(_grown(_grown(trail, AuditEvent.SIGNED_IN), AuditEvent.SIGNED_OUT), number)
    return _grown(trail, AuditEvent.SIGNED_IN)


def _rewritten(trail: list[AuditRecord], change: Callable[[AuditRecord], AuditRecord | None]) -> list[AuditRecord]:
    """The chain as somebody would write it who changes a record and links all others to it anew."""
    new: list[AuditRecord] = []
    for record in trail:
        changed = change(record)
        if changed is not None:
            last = new[-1] if new else None
            new.append(
                link(
                    last,
                    at=changed.at,
                    event=changed.event,
                    actor=changed.actor,
                    subject=changed.subject,
                    detail=changed.detail,
                )
            )
    return new


def _verdict(trail: list[AuditRecord]) -> Verdict:
    return verify(trail, signed=_signed)


def test_a_record_changed_in_a_chain_that_is_linked_anew_is_found_at_the_next_checkpoint(
    trail: list[AuditRecord],
) -> None:
    forged = _rewritten(trail, lambda record: replace(record, actor="max") if record.sequence == 1 else record)
    assert verify(forged).valid  # the chain alone says nothing
    assert (_verdict(forged).valid, _verdict(forged).first_bad) == (False, 3)


def test_a_record_taken_out_of_a_chain_that_is_linked_anew_is_found(trail: list[AuditRecord]) -> None:
    forged = _rewritten(trail, lambda record: None if record.sequence == 4 else record)
    assert not _verdict(forged).valid


def test_a_checkpoint_taken_out_leaves_a_number_missing(trail: list[AuditRecord]) -> None:
    forged = _rewritten(trail[:3], lambda record: record if record.sequence != 3 else None)
    forged = _vouched(_grown(forged, AuditEvent.SIGNED_IN), 2)
    assert (_verdict(forged).valid, _verdict(forged).first_bad) == (False, 4)


def test_a_checkpoint_by_another_key_is_found(trail: list[AuditRecord]) -> None:
    forged = _vouched(trail, 3, sign=lambda statement: hashlib.sha256(statement).digest())
    assert _verdict(forged).first_bad == 8


@pytest.mark.parametrize("field", ["number", "upto", "head", "signature"])
def test_a_checkpoint_that_says_something_else_is_found(trail: list[AuditRecord], field: str) -> None:
    def change(record: AuditRecord) -> AuditRecord:
        return replace(record, detail={**record.detail, field: "1"}) if record.sequence == 6 else record

    assert _verdict(_rewritten(trail, change)).first_bad == 6


def test_a_checkpoint_that_lacks_something_is_found(trail: list[AuditRecord]) -> None:
    def change(record: AuditRecord) -> AuditRecord:
        return replace(record, detail={}) if record.sequence == 6 else record

    assert _verdict(_rewritten(trail, change)).first_bad == 6


def test_the_verdict_says_up_to_where_the_machine_key_vouches(trail: list[AuditRecord]) -> None:
    verdict = _verdict(trail)
    assert (verdict.valid, verdict.checkpoints, verdict.vouched_for, verdict.records) == (True, 2, 5, 7)


def test_the_statement_is_what_the_documentation_says() -> None:
    assert checkpoint.statement(2, 5, "abc") == b"muster audit checkpoint\n2\n5\nabc"
