"""The proof of an identity among what happened to a registration."""

from __future__ import annotations

from datetime import UTC, datetime

from muster.domain.lifecycle import (
    BlobRef,
    Event,
    ProofPutTogether,
    ProofTaken,
    Registration,
    ReviewSigned,
    Sealed,
    Started,
    fold,
)
from muster.domain.registration import Process, RegistrationId
from muster.domain.review_decision import Decision

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
STARTED = Started(NOON, Process.NEW, ("eng",), "officer", 0.1)
SEALED = Sealed(NOON, "10002-1", "C" * 64, 1000)
WAITING = ProofPutTogether(NOON, "max", BlobRef("a1", "d4", 4096))
TAKEN = ProofTaken(NOON, "max", "d4", 4096)


def after(*events: Event) -> Registration:
    return fold(RegistrationId("10001100020000120260301120000"), (STARTED, *events))


def test_a_proof_waits_until_it_was_written() -> None:
    assert after(SEALED, WAITING).proof_waiting == WAITING
    done = after(SEALED, WAITING, TAKEN)
    assert (done.proof_waiting, done.proof_taken) == (None, TAKEN)


def test_a_proof_of_a_packet_that_is_sent_back_waits_no_more() -> None:
    sent_back = ReviewSigned(NOON, "max", "10002-1", Decision.SEND_BACK, None, "d" * 64, "signature")
    draft = after(SEALED, WAITING, sent_back)
    assert (draft.is_draft, draft.proof_waiting) == (True, None)
    assert after(SEALED, WAITING, TAKEN, sent_back).proof_taken == TAKEN
