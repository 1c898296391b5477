"""What follows from what is known of a packet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from muster.domain.delivery import DeliveryState, OutboxEntry, ServerStatus
from muster.domain.registration import RegistrationId

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DONE = {ServerStatus.PROCESSED, ServerStatus.UIN_GENERATED}
LAST_WORDS = {*DONE, ServerStatus.REREGISTER, ServerStatus.REJECTED}


def _packet(
    state: DeliveryState, status: ServerStatus | None = None, next_question: datetime | None = None
) -> OutboxEntry:
    return OutboxEntry(
        packet_id="packet",
        registration_id=RegistrationId("10001100020000120260301120000"),
        state=state,
        attempts=0,
        size=1,
        digest="C" * 64,
        sealed_at=NOON,
        next_attempt=None,
        last_problem=None,
        server_status=status,
        next_question=next_question,
    )


def test_a_word_nobody_knows_is_some_other() -> None:
    assert ServerStatus("TELEPORTED") is ServerStatus.OTHER


@pytest.mark.parametrize("status", [None, *ServerStatus])
def test_only_a_processed_packet_is_done_with(status: ServerStatus | None) -> None:
    assert _packet(DeliveryState.PUSHED, status).is_done_with == (status in DONE)


@pytest.mark.parametrize("state", [each for each in DeliveryState if each is not DeliveryState.PUSHED])
def test_a_packet_that_is_to_be_sent_again_is_not_done_with_whatever_was_heard(state: DeliveryState) -> None:
    assert not _packet(state, ServerStatus.PROCESSED).is_done_with


@pytest.mark.parametrize("status", [None, *ServerStatus])
def test_the_server_is_asked_until_its_last_word(status: ServerStatus | None) -> None:
    assert _packet(DeliveryState.PUSHED, status).is_to_be_asked(NOON) == (status not in LAST_WORDS)


@pytest.mark.parametrize(("seconds", "asked"), [(-1, True), (0, True), (1, False)])
def test_a_question_waits_for_its_time(seconds: int, asked: bool) -> None:
    packet = _packet(DeliveryState.PUSHED, next_question=NOON + timedelta(seconds=seconds))
    assert packet.is_to_be_asked(NOON) == asked


@pytest.mark.parametrize("state", [each for each in DeliveryState if each is not DeliveryState.PUSHED])
def test_nobody_asks_about_a_packet_the_server_has_not_got(state: DeliveryState) -> None:
    assert not _packet(state).is_to_be_asked(NOON)


def test_somebody_is_needed_for_what_was_given_up_and_for_who_must_come_again() -> None:
    assert _packet(DeliveryState.GIVEN_UP).needs_somebody
    assert _packet(DeliveryState.PUSHED, ServerStatus.REREGISTER).needs_somebody
    assert not _packet(DeliveryState.PUSHED, ServerStatus.REJECTED).needs_somebody
    assert not _packet(DeliveryState.SYNCED).needs_somebody
