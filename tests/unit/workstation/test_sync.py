"""Bringing packets to a real receiver process, over a network that comes and goes."""

from __future__ import annotations

import shutil
import socket
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from muster.clock import utc_now
from muster.crypto.signing import SigningKey
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId, StationId
from muster.errors import BadInput, NetworkUnavailable, NotAuthentic, Refused
from muster.upload.mosip import MosipTarget, UploadAnswer
from muster.workstation.data_folder import DataFolder
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.server import RemoteServer
from muster.workstation.station import Station
from unit.workstation.desks import SetClock, audited, blob_files, desk_at, outbox_files, with_database_key

Sealed = tuple[Path, RegistrationId, str]


def _free_port() -> int:
    with socket.socket() as probing:
        probing.bind(("127.0.0.1", 0))
        return int(probing.getsockname()[1])


def _accepted(station: Station) -> list[str]:
    return sorted(path.stem for path in (station.folder.receiver / "accepted").iterdir())


def test_a_packet_nobody_sealed_cannot_be_delivered(root: Path) -> None:
    with desk_at(root) as desk, pytest.raises(BadInput) as caught:
        desk.sync.deliver("10001100010000120260301120000-10001_10001-20260301120000")
    assert caught.value.code.name == "PACKET_UNKNOWN"


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
    kept = new_station.folder.receiver / "packets" / f"{packet_id}.zip"
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
    assert list((new_station.folder.receiver / "announced").iterdir()) == []
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
            assert desk.sync.deliver_all() == ()  # not due yet
    finally:
        server.close()
    assert caught.value.code.name == "PACKET_REFUSED"
    assert str(caught.value.detail["server_code"]) in ("KER-PUT-019", "RPR-PKR-015")
    assert (entry.state, entry.attempts) == (DeliveryState.APPROVED, 1)  # announced anew next time
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
