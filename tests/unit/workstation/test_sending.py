"""In which order packets go, how fast, and whether at all just now."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from muster.domain.delivery import DeliveryState, OutboxEntry, PersonTold, ServerStatus
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, NetworkUnavailable, Refused
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.sending import SLOW_LINE, in_order
from unit.workstation.desks import desk_at, with_database_key

Sealed = tuple[Path, RegistrationId, str]
_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _entry(name: str, *, hour: int = 0, size: int = 1000, attempts: int = 0, risk: int = 0) -> OutboxEntry:
    return OutboxEntry(
        packet_id=name,
        registration_id=RegistrationId("10001100020000120260301120000"),
        state=DeliveryState.APPROVED,
        attempts=attempts,
        size=size,
        digest="D",
        sealed_at=_NOON + timedelta(hours=hour),
        next_attempt=None,
        last_problem=None,
        risk=risk,
    )


def _names(entries: list[OutboxEntry]) -> list[str]:
    return [each.packet_id for each in entries]


def test_the_oldest_goes_first_where_nothing_else_tells_packets_apart() -> None:
    assert _names(in_order([_entry("late", hour=2), _entry("early")], None)) == ["early", "late"]


def test_what_a_reviewer_should_see_soon_goes_before_what_is_older() -> None:
    assert _names(in_order([_entry("early"), _entry("risky", hour=2, risk=3)], None)) == ["risky", "early"]


def test_small_packets_go_first_on_a_slow_line_and_only_there() -> None:
    entries = [_entry("large", size=4_000_000), _entry("small", hour=2, size=90_000)]
    assert _names(in_order(entries, SLOW_LINE - 1)) == ["small", "large"]
    assert _names(in_order(entries, SLOW_LINE)) == ["large", "small"]


def test_what_the_server_stumbled_over_waits_behind_the_others_however_risky() -> None:
    assert _names(in_order([_entry("bad", attempts=2, risk=9), _entry("good", hour=5)], None)) == ["good", "bad"]


def test_a_pause_outlives_the_program_and_nothing_is_sent_by_itself(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    root, _, packet_id = sealed
    with desk_at(root, receiver) as desk:
        desk.sending.pause()
    with desk_at(root, receiver) as desk:
        assert desk.following.round() == ()
        with pytest.raises(NetworkUnavailable) as caught:
            desk.sync.deliver(packet_id)
        (entry,) = desk.sync.outbox()
    assert caught.value.code.name == "SENDING_PAUSED"
    assert (entry.state, entry.attempts, entry.last_problem) == (DeliveryState.APPROVED, 0, None)


def test_somebody_who_asks_hears_that_sending_is_paused_and_after_continuing_it_goes(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    with desk_at(sealed[0], receiver) as desk:
        desk.sending.pause()
        with pytest.raises(NetworkUnavailable):
            desk.sync.deliver_all(due_only=False)
        desk.sending.go_on()
        assert len(desk.sync.deliver_all(due_only=False)) == 1


def test_before_anything_was_sent_nobody_tells_how_long_it_takes(sealed: Sealed) -> None:
    with desk_at(sealed[0]) as desk:
        outlook = desk.sync.outlook()
    assert (outlook.packets, outlook.takes, outlook.line_bytes_per_second) == (1, None, None)
    assert outlook.octets > 100_000


def test_a_limit_is_kept_to_and_tells_how_long_what_waits_will_take(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    root, _, packet_id = sealed
    with desk_at(root, receiver) as desk:
        octets = desk.sync.outlook().octets
        desk.sending.limit(octets // 1024)
        takes = desk.sync.outlook().takes
        began = time.monotonic()
        desk.sync.deliver(packet_id)
        took = time.monotonic() - began
        line = desk.sending.line()
    assert takes is not None and timedelta(seconds=0.9) < takes < timedelta(seconds=1.1)
    assert took > 0.95
    assert line is not None and line < 1.05 * octets


@pytest.mark.parametrize("kilobytes", [-1, 2**31])
def test_a_limit_that_is_none_is_refused(root: Path, kilobytes: int) -> None:
    with desk_at(root) as desk, pytest.raises(BadInput) as caught:
        desk.sending.limit(kilobytes)
    assert caught.value.code.name == "PACE_UNUSABLE"


def test_a_person_who_was_told_to_come_again_does_not_stay_first_for_ever(
    sealed: Sealed,
) -> None:
    root, _, packet_id = sealed
    with_database_key(root, "UPDATE outbox SET state = 'PUSHED', server_status = 'REREGISTER'")
    with desk_at(root) as desk:
        before = desk.sync.outbox()[0].needs_somebody
        desk.sync.note_told(packet_id, PersonTold.INFORMED)
        (entry,) = desk.sync.outbox()
    assert (before, entry.needs_somebody, entry.person_told) == (True, False, PersonTold.INFORMED)


def test_nobody_is_told_to_come_again_whom_the_server_does_not_want(sealed: Sealed) -> None:
    root, _, packet_id = sealed
    with desk_at(root) as desk, pytest.raises(Refused) as caught:
        desk.sync.note_told(packet_id, PersonTold.INFORMED)
    assert caught.value.code.name == "PERSON_NOT_WANTED"


def test_a_packet_given_up_needs_somebody_whoever_was_told() -> None:
    told = replace(_entry("x"), person_told=PersonTold.INFORMED, server_status=ServerStatus.REREGISTER)
    assert replace(told, state=DeliveryState.GIVEN_UP).needs_somebody
