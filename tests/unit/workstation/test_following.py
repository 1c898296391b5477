"""What becomes of packets after they were delivered, at a real receiver process that decides as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.domain.delivery import DeliveryState, OutboxEntry, ServerStatus
from muster.domain.registration import RegistrationId
from muster.errors import NetworkUnavailable, Refused
from muster.receiver.storage import Storage
from muster.upload.mosip import MosipTarget
from muster.upload.transport import SERVER_REFUSED
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.station import Station
from receivers import kept_packet
from unit.workstation.desks import (
    QUICK,
    SetClock,
    audited,
    blob_files,
    desk_at,
    outbox_files,
    with_database_key,
)

Sealed = tuple[Path, RegistrationId, str]
Delivered = tuple[Path, RegistrationId, str]


@pytest.fixture
def delivered(sealed: Sealed, receiver: EmbeddedReceiver) -> Delivered:
    """A station whose one packet the server has."""
    root, _, packet_id = sealed
    with desk_at(root, receiver) as desk:
        desk.sync.deliver(packet_id)
    return sealed


@pytest.fixture
def server(new_station: Station, receiver: EmbeddedReceiver) -> Storage:
    """The receiver's folder, where what becomes of a packet is decided."""
    return Storage(new_station.folder.receiver, utc_now)


def _entry(desk: Desk) -> OutboxEntry:
    (entry,) = desk.sync.outbox()
    return entry


def _received(station: Station, packet_id: str) -> bytes:
    return kept_packet(station.folder.receiver, packet_id).read_bytes()


# Asking


def test_without_a_network_the_question_is_put_off_and_said_to_have_failed(delivered: Delivered) -> None:
    root, _, _ = delivered
    later = SetClock(utc_now() + timedelta(hours=1))
    with desk_at(root, clock=later) as desk:
        with pytest.raises(NetworkUnavailable):
            desk.following.ask()
        desk.following.ask()  # not due, so nobody is asked
        record = desk.trail.newest_first(1)[0]
        entry = _entry(desk)
    assert (record.event, record.detail["code"], record.detail["answered"]) == (
        "MUS-PKT-010",
        "SERVER_NOT_SET",
        "0",
    )
    assert (entry.state, entry.questions) == (DeliveryState.PUSHED, 1)
    assert entry.next_question is not None and entry.next_question > later()


def test_nobody_asks_about_a_packet_in_its_first_minutes(delivered: Delivered, receiver: EmbeddedReceiver) -> None:
    root, _, _ = delivered
    with desk_at(root, receiver) as desk:
        desk.following.ask()
        assert _entry(desk).questions == 0
        desk.following.ask(due_only=False)
        assert _entry(desk).questions == 1


def test_nobody_asks_about_a_packet_the_server_has_not_got(sealed: Sealed, receiver: EmbeddedReceiver) -> None:
    root, _, _ = sealed
    with desk_at(root, receiver) as desk:
        desk.following.ask(due_only=False)
        assert _entry(desk).questions == 0


@pytest.mark.parametrize(
    ("decided", "heard"),
    [
        (None, ServerStatus.ACCEPTED),
        (ServerStatus.PROCESSING, ServerStatus.PROCESSING),
        (ServerStatus.REJECTED, ServerStatus.REJECTED),
        (ServerStatus.REREGISTER, ServerStatus.REREGISTER),
        (ServerStatus.UIN_GENERATED, ServerStatus.UIN_GENERATED),
    ],
)
def test_the_servers_word_is_kept_beside_the_stations_own(
    delivered: Delivered,
    receiver: EmbeddedReceiver,
    server: Storage,
    decided: ServerStatus | None,
    heard: ServerStatus,
) -> None:
    root, registration_id, packet_id = delivered
    if decided is not None:
        server.set_state(packet_id, decided)
    with desk_at(root, receiver) as desk:
        desk.following.ask(due_only=False)
        entry = _entry(desk)
        record = desk.trail.about(registration_id)[-1]
    assert (entry.state, entry.server_status) == (DeliveryState.PUSHED, heard)
    assert (record.event, record.detail["status"]) == ("MUS-PKT-011", heard.value)


def test_the_same_word_twice_is_on_record_once(delivered: Delivered, receiver: EmbeddedReceiver) -> None:
    root, registration_id, _ = delivered
    with desk_at(root, receiver) as desk:
        desk.following.ask(due_only=False)
        since = _entry(desk).status_since
        desk.following.ask(due_only=False)
        assert audited(desk, registration_id).count("MUS-PKT-011") == 1
        assert _entry(desk).status_since == since


def test_after_its_last_word_the_server_is_asked_no_more(
    delivered: Delivered, receiver: EmbeddedReceiver, server: Storage
) -> None:
    root, _, packet_id = delivered
    server.set_state(packet_id, ServerStatus.REREGISTER)
    with desk_at(root, receiver) as desk:
        desk.following.ask(due_only=False)
    with desk_at(root) as desk:  # no server at all
        desk.following.ask(due_only=False)
        assert _entry(desk).questions == 1


def test_a_server_that_does_not_tell_about_registrations_leaves_the_packet_accepted(
    delivered: Delivered, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _, _ = delivered

    def closed(self: MosipTarget, registration_ids: object) -> Mapping[str, ServerStatus]:
        raise Refused(SERVER_REFUSED, status=403)

    monkeypatch.setattr(MosipTarget, "registration_statuses", closed)
    with desk_at(root, receiver) as desk:
        desk.following.ask(due_only=False)
        assert _entry(desk).server_status is ServerStatus.ACCEPTED


def test_packets_are_asked_about_together(
    delivered: Delivered, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id, packet_id = delivered
    for number in range(4):
        columns = "registration_id, process, languages, state, attempts, size, digest, sealed_at, questions"
        with_database_key(
            root,
            f"INSERT INTO outbox (packet_id, {columns}) SELECT ?, {columns} FROM outbox WHERE packet_id = ?",
            f"{registration_id.text}-10001_10001-2026030112000{number}",
            packet_id,
        )
    asked = []
    real = MosipTarget.packet_statuses

    def counting(self: MosipTarget, packet_ids: list[str]) -> dict[str, ServerStatus]:
        asked.append(len(packet_ids))
        return real(self, packet_ids)

    monkeypatch.setattr(MosipTarget, "packet_statuses", counting)
    with desk_at(root, receiver, policy=replace(QUICK, ask_at_once=3)) as desk:
        desk.following.ask(due_only=False)
        heard = {each.packet_id: each.server_status for each in desk.sync.outbox()}
    assert asked == [3, 2]
    assert heard.pop(packet_id) is ServerStatus.ACCEPTED
    assert set(heard.values()) == {None}  # of what the server does not know it says nothing


# Wanted again


@pytest.mark.parametrize("word", [ServerStatus.RESEND, ServerStatus.UPLOAD_PENDING])
def test_a_packet_the_server_wants_again_is_sent_byte_for_byte(
    delivered: Delivered,
    receiver: EmbeddedReceiver,
    server: Storage,
    new_station: Station,
    word: ServerStatus,
) -> None:
    root, registration_id, packet_id = delivered
    before = _received(new_station, packet_id)
    server.set_state(packet_id, word)
    if word is ServerStatus.RESEND:
        kept_packet(new_station.folder.receiver, packet_id).unlink()
    later = SetClock(utc_now() + timedelta(hours=1))
    with desk_at(root, receiver, clock=later) as desk:
        (receipt,) = desk.following.round()
        trail = audited(desk, registration_id)
        entry = _entry(desk)
    assert receipt.duplicate == (word is ServerStatus.UPLOAD_PENDING)  # which it had after all
    assert trail[-3:] == ["MUS-PKT-011", "MUS-PKT-012", "MUS-PKT-003"]
    assert (entry.state, entry.server_status) == (DeliveryState.PUSHED, None)
    assert _received(new_station, packet_id) == before == (root / "outbox" / f"{packet_id}.zip").read_bytes()


def test_a_packet_wanted_again_and_again_is_sent_ever_more_rarely(
    delivered: Delivered, receiver: EmbeddedReceiver, server: Storage
) -> None:
    root, _, packet_id = delivered
    now, gaps = SetClock(utc_now()), []
    with desk_at(root, receiver, clock=now) as desk:
        for _ in range(3):
            server.set_state(packet_id, ServerStatus.RESEND)
            due = _entry(desk).next_question
            assert due is not None
            gaps.append(due - now())
            now.moment = due
            assert len(desk.following.round()) == 1
    assert gaps == sorted(gaps)
    assert gaps[-1] > 2 * gaps[0]


def test_a_packet_wanted_again_whose_file_is_gone_waits_for_a_person(
    delivered: Delivered, receiver: EmbeddedReceiver, server: Storage
) -> None:
    root, _, packet_id = delivered
    server.set_state(packet_id, ServerStatus.RESEND)
    (root / "outbox" / f"{packet_id}.zip").unlink()
    later = SetClock(utc_now() + timedelta(hours=1))
    with desk_at(root, receiver, clock=later) as desk:
        assert desk.following.round() == ()
        entry = _entry(desk)
    assert (entry.state, entry.last_problem) == (DeliveryState.GIVEN_UP, "PACKET_FILE_MISSING")


def test_a_round_leaves_the_slip_to_be_printed_until_its_hours_are_over(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    root, _, _ = sealed
    now = SetClock(utc_now())
    with desk_at(root, receiver, clock=now) as desk:
        assert len(desk.following.round()) == 1
        assert blob_files(root)
        now.forward(hours=QUICK.slip_kept_for_h, seconds=1)
        desk.following.round()
    assert blob_files(root) == []


# The sealed bytes


def test_a_processed_packet_is_destroyed_when_its_days_are_over_and_not_before(
    delivered: Delivered, receiver: EmbeddedReceiver, server: Storage
) -> None:
    root, registration_id, packet_id = delivered
    server.set_state(packet_id, ServerStatus.PROCESSED)
    now = SetClock(utc_now())
    with desk_at(root, receiver, clock=now) as desk:
        desk.following.ask(due_only=False)
        now.forward(days=30, seconds=-1)
        desk.following.destroy_processed()
        assert outbox_files(root) == [f"{packet_id}.zip"]
        now.forward(seconds=1)
        desk.following.destroy_processed()
        desk.following.destroy_processed()
        assert audited(desk, registration_id).count("MUS-PKT-013") == 1
        assert _entry(desk).destroyed_at is not None
        with pytest.raises(Refused) as caught:
            desk.sync.try_again(packet_id)
    assert outbox_files(root) == []
    assert caught.value.code.name == "PACKET_DONE_WITH"


@pytest.mark.parametrize("status", [None, ServerStatus.ACCEPTED, ServerStatus.REREGISTER])
def test_a_packet_the_server_has_not_processed_is_never_destroyed(
    delivered: Delivered, receiver: EmbeddedReceiver, status: ServerStatus | None
) -> None:
    root, _, packet_id = delivered
    long_ago = "2020-01-01T00:00:00.000Z"
    with_database_key(root, "UPDATE outbox SET server_status = ?, status_since = ?", status, long_ago)
    with desk_at(root, receiver) as desk:
        desk.following.destroy_processed()
        with pytest.raises(Refused) as caught:
            desk._submission.destroy_packet(packet_id)
    assert caught.value.code.name == "PACKET_STILL_NEEDED"
    assert outbox_files(root) == [f"{packet_id}.zip"]


def test_a_policy_that_keeps_everything_destroys_nothing(delivered: Delivered) -> None:
    root, _, packet_id = delivered
    with_database_key(
        root, "UPDATE outbox SET server_status = 'PROCESSED', status_since = '2020-01-01T00:00:00.000Z'"
    )
    with desk_at(root, policy=replace(QUICK, packet_kept_for_days=None)) as desk:
        desk.following.destroy_processed()
    assert outbox_files(root) == [f"{packet_id}.zip"]
