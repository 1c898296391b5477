"""Bringing packets to a real receiver process, over a network that comes and goes."""

from __future__ import annotations

import hashlib
import shutil
import socket
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import receivers
from muster.audit.catalogue import AuditEvent
from muster.clock import utc_now
from muster.crypto.signing import SigningKey, certificate_to_pem, self_signed_certificate
from muster.domain.delivery import DeliveryState, OutboxEntry
from muster.domain.registration import Process, RegistrationId, StationId
from muster.errors import BadInput, NetworkUnavailable, NotAuthentic, Refused
from muster.upload.mosip import MosipTarget
from muster.upload.remedies import PacketRefused
from muster.upload.target import Announced, Announcement, UploadAnswer
from muster.upload.transport import SERVER_IN_TROUBLE, ServerBusy
from muster.workstation.data_folder import DataFolder
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.server import RemoteServer
from muster.workstation.station import Station
from unit.upload.wire import Answer, wire_server
from unit.workstation.desks import QUICK, SetClock, audited, blob_files, desk_at, outbox_files, with_database_key

Sealed = tuple[Path, RegistrationId, str]


def _free_port() -> int:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        return int(probing.getsockname()[1])


def _accepted(station: Station) -> list[str]:
    return receivers.accepted(station.folder.receiver)


def test_a_packet_nobody_sealed_cannot_be_delivered(root: Path) -> None:
    with desk_at(root) as desk, pytest.raises(BadInput) as caught:
        desk.sync.deliver("10001100010000120260301120000-10001_10001-20260301120000")
    assert caught.value.code.name == "PACKET_UNKNOWN"


def test_a_packet_is_found_by_digits_of_its_number_and_by_no_name(sealed: Sealed) -> None:
    root, registration_id, packet_id = sealed
    with desk_at(root) as desk:
        for words in (registration_id.text, registration_id.text[5:12], f" {registration_id.text[-6:]} "):
            assert [each.packet_id for each in desk.sync.find(words, 10)] == [packet_id]
        for words in ("", "Erika", "999999999999", "%", "_"):
            assert desk.sync.find(words, 10) == ()


def test_without_a_server_the_packet_stays_and_the_attempt_is_noted(sealed: Sealed) -> None:
    root, registration_id, packet_id = sealed
    before = (root / "outbox" / f"{packet_id}.zip").read_bytes()
    now = SetClock(utc_now())
    with desk_at(root, clock=now) as desk:
        with pytest.raises(NetworkUnavailable) as caught:
            desk.sync.deliver(packet_id)
        (entry,) = desk.sync.outbox()
        record = desk.trail.about(registration_id)[-1]
    assert caught.value.code.name == entry.last_problem == "SERVER_NOT_SET"
    assert (entry.state, entry.attempts) == (DeliveryState.APPROVED, 1)
    assert entry.next_attempt is not None
    assert timedelta(seconds=20) < entry.next_attempt - now() <= timedelta(seconds=30)
    assert (record.event, record.detail["code"]) == ("MUS-PKT-004", "SERVER_NOT_SET")
    assert (root / "outbox" / f"{packet_id}.zip").read_bytes() == before


def test_a_port_nobody_listens_on_is_a_missing_network_and_the_packet_goes_later(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, _, packet_id = sealed
    with desk_at(root, RemoteServer(f"http://127.0.0.1:{_free_port()}")) as desk:
        for _ in range(2):
            with pytest.raises(NetworkUnavailable) as caught:
                desk.sync.deliver(packet_id)
        assert caught.value.code.name == "SERVER_UNREACHABLE"
        assert desk.sync.outbox()[0].attempts == 2
    with desk_at(root, receiver) as desk:
        receipt = desk.sync.deliver(packet_id)
        (entry,) = desk.sync.outbox()
    assert not receipt.duplicate
    assert (entry.state, entry.last_problem) == (DeliveryState.PUSHED, None)
    assert _accepted(new_station) == [packet_id]


def test_something_that_is_no_registration_server_does_not_get_the_packet(sealed: Sealed) -> None:
    root, _, packet_id = sealed
    with socket.create_server(("127.0.0.1", 0)) as listening:  # accepts, and hangs up without a word

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.close()

        other = Thread(target=hang_up)
        other.start()
        with desk_at(root, RemoteServer(f"http://127.0.0.1:{listening.getsockname()[1]}")) as desk:
            with pytest.raises(NetworkUnavailable):
                desk.sync.deliver(packet_id)
            assert desk.sync.outbox()[0].state is DeliveryState.APPROVED
        other.join()


def test_the_server_keeps_exactly_the_sealed_bytes(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, registration_id, packet_id = sealed
    with desk_at(root, receiver) as desk:
        desk.sync.deliver(packet_id)
        assert audited(desk, registration_id)[-3:] == ["MUS-PKT-001", "MUS-PKT-002", "MUS-PKT-003"]
    kept = receivers.kept_packet(new_station.folder.receiver, packet_id)
    assert kept.read_bytes() == (root / "outbox" / f"{packet_id}.zip").read_bytes()


def test_delivering_again_returns_the_receipt_without_asking_the_server(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    root, _, packet_id = sealed
    with desk_at(root, receiver) as desk:
        first = desk.sync.deliver(packet_id)
    with desk_at(root) as desk:  # no server at all
        again = desk.sync.deliver(packet_id)
    assert (again.packet_id, again.status, again.received_at) == (
        first.packet_id,
        first.status,
        first.received_at,
    )


def test_a_packet_the_server_has_already_counts_as_delivered(
    sealed: Sealed, receiver: EmbeddedReceiver, tmp_path: Path
) -> None:
    root, registration_id, packet_id = sealed
    before_the_answer = tmp_path / "before"
    shutil.copytree(root, before_the_answer)  # the station as it is when the answer gets lost
    with desk_at(root, receiver) as desk:
        desk.sync.deliver(packet_id)
    with desk_at(before_the_answer, receiver) as desk:
        receipt = desk.sync.deliver(packet_id)
        assert desk.enrollment.registration(registration_id).uploaded is not None
        assert desk.trail.about(registration_id)[-1].detail["duplicate"] == "true"
        assert desk.sync.outbox()[0].state is DeliveryState.PUSHED
    assert receipt.duplicate


def test_a_server_killed_between_announcement_and_upload_gets_the_packet_when_it_is_back(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id, packet_id = sealed
    server = EmbeddedReceiver(DataFolder(root), StationId("10001", "10001"))
    real = MosipTarget.upload

    def pull_the_plug(self: MosipTarget, packet_id: str, content: bytes) -> UploadAnswer:
        assert server._running is not None
        server._running.kill()
        server._running.wait()
        return real(self, packet_id, content)

    try:
        with desk_at(root, server) as desk:
            with monkeypatch.context() as patch:
                patch.setattr(MosipTarget, "upload", pull_the_plug)
                with pytest.raises(NetworkUnavailable):
                    desk.sync.deliver(packet_id)
            assert desk.sync.outbox()[0].state is DeliveryState.SYNCED
            receipt = desk.sync.deliver(packet_id)
            codes = audited(desk, registration_id)[-3:]
    finally:
        server.close()
    assert not receipt.duplicate
    assert codes == ["MUS-PKT-002", "MUS-PKT-004", "MUS-PKT-003"]  # announced once


def test_a_packet_changed_on_the_disk_is_not_sent(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, registration_id, packet_id = sealed
    path = root / "outbox" / f"{packet_id}.zip"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with desk_at(root, receiver) as desk:
        with pytest.raises(NotAuthentic) as caught:
            desk.sync.deliver(packet_id)
        assert desk.trail.about(registration_id)[-1].detail["code"] == "PACKET_FILE_CHANGED"
    assert caught.value.code.name == "PACKET_FILE_CHANGED"
    assert receivers.announced(new_station.folder.receiver) == []
    assert len(blob_files(root)) == 14  # nothing was destroyed


def test_a_packet_that_is_gone_from_the_disk_does_not_stop_the_round(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    root, _, packet_id = sealed
    (root / "outbox" / f"{packet_id}.zip").unlink()
    with desk_at(root, receiver) as desk:
        assert desk.sync.deliver_all() == ()
        (entry,) = desk.sync.outbox()
    assert (entry.last_problem, entry.attempts) == ("PACKET_FILE_MISSING", 1)
    assert blob_files(root)


def test_a_server_that_knows_another_key_refuses_and_nothing_is_destroyed(sealed: Sealed) -> None:
    root, _, packet_id = sealed
    (root / "keys" / "machine.pub.pem").write_bytes(SigningKey.generate().public_pem)
    server = EmbeddedReceiver(DataFolder(root), StationId("10001", "10001"))
    try:
        with desk_at(root, server) as desk:
            with pytest.raises(Refused) as caught:
                desk.sync.deliver(packet_id)
            (entry,) = desk.sync.outbox()
            assert desk.sync.deliver_all(due_only=False) == ()  # waits for a person
    finally:
        server.close()
    assert caught.value.code.name in ("PACKET_REFUSED", "PACKET_NOT_OPENED")
    assert entry.server_code in ("KER-PUT-019", "RPR-PKR-015")
    assert (entry.state, entry.attempts) == (DeliveryState.GIVEN_UP, 1)
    assert blob_files(root) and outbox_files(root)


def test_a_round_sends_what_is_due_and_destroys_what_arrived(sealed: Sealed, receiver: EmbeddedReceiver) -> None:
    root, registration_id, packet_id = sealed
    with desk_at(root, receiver) as desk:
        (receipt,) = desk.sync.deliver_all()
        assert receipt.packet_id == packet_id
        assert not desk.enrollment.registration(registration_id).samples
        assert desk.sync.deliver_all() == ()
    assert blob_files(root) == []


def test_a_round_leaves_alone_what_is_not_due(sealed: Sealed, receiver: EmbeddedReceiver) -> None:
    root, _, packet_id = sealed
    now = SetClock(utc_now())
    with desk_at(root, clock=now) as desk, pytest.raises(NetworkUnavailable):
        desk.sync.deliver(packet_id)
    with desk_at(root, receiver, clock=now) as desk:
        assert desk.sync.deliver_all() == ()
        now.forward(seconds=31)
        assert [receipt.packet_id for receipt in desk.sync.deliver_all()] == [packet_id]


def test_a_round_stops_at_the_first_missing_network(sealed: Sealed) -> None:
    root, _, _ = sealed
    with desk_at(root) as desk:
        with pytest.raises(NetworkUnavailable):
            desk.sync.deliver_all()
        assert desk.sync.outbox()[0].attempts == 1
    assert blob_files(root)


def test_no_personal_data_reaches_the_trail(sealed: Sealed, receiver: EmbeddedReceiver) -> None:
    root, _, packet_id = sealed
    with desk_at(root, receiver) as desk:
        desk.sync.deliver(packet_id)
    rows = with_database_key(root, "SELECT actor, subject, detail FROM audit")
    text = str(rows)
    assert not any(word in text for word in ("Mustermann", "1984", "Specimen", "mustermann.example", "0123456789"))
    assert "L01X00T47" not in text


# What was announced


def test_a_packet_a_supervisor_rejected_is_announced_as_rejected_and_never_uploaded(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, registration_id, packet_id = sealed
    with_database_key(root, "UPDATE outbox SET state = 'REJECTED'")
    with desk_at(root, receiver) as desk:
        assert desk.sync.deliver_all() == desk.sync.deliver_all() == ()
        assert audited(desk, registration_id).count("MUS-PKT-002") == 1
        assert desk.sync.outbox()[0].state is DeliveryState.REJECTED
    assert _announced(new_station, packet_id)["supervisorStatus"] == "REJECTED"
    assert _accepted(new_station) == []


@pytest.mark.parametrize("state", ["REGISTERED", "REJECTED"])
def test_a_packet_nobody_approved_is_not_delivered(sealed: Sealed, receiver: EmbeddedReceiver, state: str) -> None:
    root, _, packet_id = sealed
    with_database_key(root, "UPDATE outbox SET state = ?", state)
    with desk_at(root, receiver) as desk:
        for act in (desk.sync.deliver, desk.sync.try_again):
            with pytest.raises(Refused) as caught:
                act(packet_id)
            assert caught.value.code.name == "PACKET_NOT_APPROVED"


def test_a_packet_that_waits_for_review_is_left_alone_by_a_round(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, _, _ = sealed
    with_database_key(root, "UPDATE outbox SET state = 'REGISTERED'")
    with desk_at(root, receiver) as desk:
        assert desk.sync.deliver_all(due_only=False) == ()
    assert receivers.announced(new_station.folder.receiver) == []


def test_an_announcement_says_nothing_of_the_person_unless_the_policy_says_so(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, _, packet_id = sealed
    with desk_at(root, receiver) as desk:
        desk.sync.deliver(packet_id)
    entry = _announced(new_station, packet_id)
    assert (entry["name"], entry["phone"], entry["email"]) == (None, None, None)


def test_where_the_policy_says_so_name_and_contact_are_announced(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, _, packet_id = sealed
    with desk_at(root, receiver, policy=replace(QUICK, announce_contact=True)) as desk:
        desk.sync.deliver(packet_id)
    entry = _announced(new_station, packet_id)
    assert entry["name"] == "Erika Mustermann"
    assert "@" in entry["email"] and entry["phone"].isdigit()


def test_a_round_announces_ten_at_once_and_one_bad_packet_is_not_anothers(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _, packet_id = sealed
    sizes = []
    real = MosipTarget.announce_each

    def counting(self: MosipTarget, announcements: Iterable[Announcement], certificate: bytes) -> Announced:
        entries = tuple(announcements)
        sizes.append(len(entries))
        return real(self, entries, certificate)

    monkeypatch.setattr(MosipTarget, "announce_each", counting)
    with desk_at(root, receiver) as desk:
        _add_empty_packets(desk, 10)
        receipts = desk.sync.deliver_all()
        states = Counter(each.state for each in desk.sync.outbox())
    assert sizes == [10, 1]
    assert [each.packet_id for each in receipts] == [packet_id]
    assert states == {DeliveryState.PUSHED: 1, DeliveryState.GIVEN_UP: 10}


def test_a_packet_the_server_stumbled_over_is_announced_alone(
    sealed: Sealed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _, packet_id = sealed
    real = MosipTarget.announce_each

    def stumbling(self: MosipTarget, announcements: Iterable[Announcement], certificate: bytes) -> Announced:
        entries = tuple(announcements)
        if any(each.packet_id != packet_id for each in entries):
            raise ServerBusy(SERVER_IN_TROUBLE, wait=timedelta(0), status=500)
        return real(self, entries, certificate)

    monkeypatch.setattr(MosipTarget, "announce_each", stumbling)
    with desk_at(root, receiver) as desk:
        _add_empty_packets(desk, 1)
        for _ in range(2):
            with pytest.raises(NetworkUnavailable):
                desk.sync.deliver_all(due_only=False)
        states = {each.packet_id: each.state for each in desk.sync.outbox()}
    assert states[packet_id] is DeliveryState.SYNCED


# What follows from a refusal


def test_a_hash_the_server_noted_wrongly_is_repaired_by_announcing_again(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, registration_id, packet_id = sealed
    _announce_elsewhere(root, receiver, new_station, packet_id, {"packetHashValue": "0" * 64})
    with desk_at(root, receiver) as desk:
        assert not desk.sync.deliver(packet_id).duplicate
        assert audited(desk, registration_id)[-3:] == ["MUS-PKT-004", "MUS-PKT-002", "MUS-PKT-003"]
        assert desk.sync.outbox()[0].server_code is None


def test_a_packet_the_server_forgot_is_announced_again(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, _, packet_id = sealed
    with_database_key(root, "UPDATE outbox SET state = 'SYNCED'")
    with desk_at(root, receiver) as desk:
        assert not desk.sync.deliver(packet_id).duplicate
    assert _accepted(new_station) == [packet_id]


def test_what_announcing_again_does_not_repair_waits_for_a_person(
    sealed: Sealed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _, packet_id = sealed
    uploads = _refusing(monkeypatch, "RPR-PKR-009")
    with desk_at(root, receiver) as desk:
        with pytest.raises(PacketRefused):
            desk.sync.deliver(packet_id)
        (entry,) = desk.sync.outbox()
        assert desk.sync.deliver_all(due_only=False) == ()
        with pytest.raises(Refused) as caught:
            desk.sync.deliver(packet_id)
    assert (entry.state, entry.last_problem, entry.server_code) == (
        DeliveryState.GIVEN_UP, "PACKET_NOT_AS_ANNOUNCED", "RPR-PKR-009",
    )  # fmt: skip
    assert caught.value.code.name == "PACKET_GIVEN_UP"
    assert len(uploads) == 2


def test_a_server_that_cannot_take_it_just_now_gets_it_later(
    sealed: Sealed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _, _ = sealed
    now = SetClock(utc_now())
    with desk_at(root, receiver, clock=now) as desk:
        with monkeypatch.context() as patch:
            _refusing(patch, "RPR-PKR-012")
            assert desk.sync.deliver_all() == ()
        (entry,) = desk.sync.outbox()
        assert (entry.state, entry.last_problem) == (DeliveryState.SYNCED, "PACKET_NOT_TAKEN_NOW")
        assert desk.sync.deliver_all() == ()
        now.forward(seconds=31)
        assert len(desk.sync.deliver_all()) == 1


def test_a_packet_that_was_given_up_goes_when_somebody_asks(
    sealed: Sealed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id, packet_id = sealed
    with desk_at(root, receiver) as desk:
        with monkeypatch.context() as patch:
            _refusing(patch, "RPR-PKR-002")
            assert desk.sync.deliver_all() == ()
        assert desk.sync.outbox()[0].state is DeliveryState.GIVEN_UP
        assert blob_files(root)
        desk.sync.try_again(packet_id)
        assert [each.packet_id for each in desk.sync.deliver_all()] == [packet_id]
        trail = audited(desk, registration_id)
    assert [each for each in trail if each in ("MUS-PKT-008", "MUS-PKT-009")] == ["MUS-PKT-008", "MUS-PKT-009"]


def test_a_busy_server_is_left_alone_by_every_packet_as_long_as_it_asked(
    sealed: Sealed,
) -> None:
    root, _, _ = sealed
    now = SetClock(utc_now())
    with wire_server() as wire, desk_at(root, RemoteServer(wire.url), clock=now) as desk:
        wire.will(Answer(429, headers={"Retry-After": "600"}))
        _add_empty_packets(desk, 1)
        with_database_key(root, "UPDATE outbox SET state = 'SYNCED'")
        with pytest.raises(ServerBusy):
            desk.sync.deliver_all()
        now.forward(seconds=599)
        assert desk.sync.deliver_all() == ()
        assert len(wire.received) == 1
        assert all(each.next_attempt and each.next_attempt > now() for each in desk.sync.outbox())


def test_what_the_server_stumbles_over_does_not_stand_in_front_of_the_others(
    sealed: Sealed, receiver: EmbeddedReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _, packet_id = sealed
    real = MosipTarget.upload

    def stumbling(self: MosipTarget, sent: str, content: bytes) -> UploadAnswer:
        if sent == packet_id:
            raise ServerBusy(SERVER_IN_TROUBLE, wait=timedelta(0), status=500)
        return real(self, sent, content)

    monkeypatch.setattr(MosipTarget, "upload", stumbling)
    with desk_at(root, receiver) as desk:
        with pytest.raises(NetworkUnavailable):
            desk.sync.deliver_all()
        _add_empty_packets(desk, 1)
        with pytest.raises(NetworkUnavailable):
            desk.sync.deliver_all(due_only=False)
        states = {each.state for each in desk.sync.outbox() if each.packet_id != packet_id}
    assert states == {DeliveryState.GIVEN_UP}  # the server has looked at it


def test_a_certificate_the_server_changed_is_fetched_anew(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, _, packet_id = sealed
    other = self_signed_certificate(SigningKey.generate(), "Old", utc_now(), 30)
    pem = certificate_to_pem(other).decode()
    with_database_key(root, "UPDATE setting SET value = ? WHERE name = 'server_certificate'", pem)
    with desk_at(root, receiver) as desk:
        with pytest.raises(Refused):
            desk.sync.deliver(packet_id)
        assert desk.sync.outbox()[0].state is DeliveryState.APPROVED
        assert not desk.sync.deliver(packet_id).duplicate


def _announced(station: Station, packet_id: str) -> dict[str, Any]:
    return receivers.announcement(station.folder.receiver, packet_id)


def _announce_elsewhere(
    root: Path, receiver: EmbeddedReceiver, station: Station, packet_id: str, wrong: dict[str, Any]
) -> None:
    """Announced by this station, then noted wrongly by the server."""
    with desk_at(root, receiver) as desk, pytest.MonkeyPatch.context() as patch:
        _refusing(patch, "RPR-PKR-012")
        with pytest.raises(PacketRefused):
            desk.sync.deliver(packet_id)
    receivers.note_wrongly(station.folder.receiver, packet_id, wrong)


def _refusing(patch: pytest.MonkeyPatch, code: str) -> list[str]:
    """Uploads are refused with that code; returns what was tried."""
    tried: list[str] = []

    def refuse(self: MosipTarget, packet_id: str, content: bytes) -> UploadAnswer:
        tried.append(packet_id)
        raise PacketRefused(code)

    patch.setattr(MosipTarget, "upload", refuse)
    return tried


def _add_empty_packets(desk: Desk, count: int) -> None:
    """Packets no server can open, each of a registration of its own."""
    content = b"no packet"
    for number in range(count):
        registration_id = desk.enrollment.start().id
        packet_id = f"{registration_id.text}-10001_10001-2026030112{number:04}"
        desk.folder.packet(packet_id).write_bytes(content)
        entry = OutboxEntry(
            packet_id=packet_id,
            registration_id=registration_id,
            state=DeliveryState.APPROVED,
            attempts=0,
            size=len(content),
            digest=hashlib.sha256(content).hexdigest().upper(),
            sealed_at=utc_now(),
            next_attempt=None,
            last_problem=None,
        )
        with desk._journal.database.work() as work:
            work.outbox.add(entry, Process.NEW, ("eng",))
            work.record(AuditEvent.PACKET_SEALED, actor="erika", subject=registration_id.text)
