"""Packets that travel on a drive: handed over, taken once, sent on, and known to have arrived."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from muster import base64url
from muster.clock import utc_now
from muster.crypto.jws import sign_with_key, unverified_payload
from muster.crypto.signing import SigningKey, key_index_of
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, MusterError, NetworkUnavailable, NotAuthentic, Refused, StorageUnavailable
from muster.formats.handover import HandoverList
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.server import NoServer, Server
from muster.workstation.station import Station
from receivers import accepted, kept_packet
from unit.workstation.desks import (
    QUICK,
    SUPERVISOR,
    SetClock,
    desk_at,
    make_station,
    outbox_files,
    with_database_key,
)

Sealed = tuple[Path, RegistrationId, str]


@contextmanager
def _supervisor_at(root: Path, server: Server | None = None) -> Iterator[Desk]:
    station = Station.at(root, utc_now)
    with sign_in(
        station, SUPERVISOR.user_id, SUPERVISOR.password, server or NoServer(), utc_now, policy=QUICK
    ) as desk:
        yield desk


def _fingerprint(drive: Path) -> str:
    return key_index_of(_content(drive).key)


def _list_of(drive: Path) -> Path:
    (file,) = drive.glob("*.handover")
    return file


def _content(drive: Path) -> HandoverList:
    return HandoverList.parse(unverified_payload(_list_of(drive).read_text()))


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory, sealed_station: Sealed) -> Path:
    """A station that handed over, its drive, a station that knows it, and one that does not. Only to be copied."""
    around = tmp_path_factory.mktemp("drives")
    shutil.copytree(sealed_station[0], around / "station")
    with desk_at(around / "station") as desk:
        desk.handing_over.export(around / "drive")
    make_station(around / "carrier")
    shutil.copytree(around / "carrier", around / "trusting")
    with _supervisor_at(around / "trusting") as desk:
        desk.carrying.accept_station(around / "drive", _fingerprint(around / "drive"))
    return around


@pytest.fixture
def drive(_made: Path, sealed_station: Sealed, tmp_path: Path) -> Path:
    """What the first station handed over."""
    return Path(shutil.copytree(_made / "drive", tmp_path / "drive"))


@pytest.fixture
def first(_made: Path, sealed_station: Sealed, tmp_path: Path) -> Sealed:
    """The station the drive comes from."""
    root = Path(shutil.copytree(_made / "station", tmp_path / "station"))
    return root, *sealed_station[1:]


@pytest.fixture
def trusting(_made: Path, tmp_path: Path) -> Path:
    """A second station that knows the first one's key."""
    return Path(shutil.copytree(_made / "trusting", tmp_path / "trusting"))


@pytest.fixture
def carrier(_made: Path, tmp_path: Path) -> Path:
    """One that does not."""
    return Path(shutil.copytree(_made / "carrier", tmp_path / "carrier"))


def _taking(root: Path, drive: Path) -> MusterError:
    with desk_at(root) as desk:
        with pytest.raises(MusterError) as caught:
            desk.carrying.take(drive)
        assert desk.carrying.packets() == ()
    return caught.value


def test_with_nothing_to_send_nothing_is_handed_over(root: Path, tmp_path: Path) -> None:
    with desk_at(root) as desk, pytest.raises(Refused) as caught:
        desk.handing_over.export(tmp_path / "drive")
    assert caught.value.code.name == "NOTHING_TO_HAND_OVER"
    assert not (tmp_path / "drive").exists()


def test_a_drive_that_cannot_be_written_changes_nothing(sealed: Sealed, tmp_path: Path) -> None:
    (tmp_path / "drive").write_bytes(b"a file where the drive should be")
    with desk_at(sealed[0]) as desk:
        with pytest.raises(StorageUnavailable):
            desk.handing_over.export(tmp_path / "drive")
        (entry,) = desk.sync.outbox()
    assert entry.handed_over_at is None


def test_a_drive_pulled_out_before_the_list_was_written_holds_nothing(trusting: Path, drive: Path) -> None:
    _list_of(drive).unlink()
    assert _taking(trusting, drive).code.name == "DRIVE_WITHOUT_LIST"


def test_a_drive_that_is_not_there_is_a_sentence(trusting: Path, drive: Path) -> None:
    assert _taking(trusting, drive / "elsewhere").code.name == "DRIVE_UNREADABLE"


def test_a_list_cut_off_anywhere_is_refused(trusting: Path, drive: Path) -> None:
    whole = _list_of(drive).read_text()
    for length in (0, 1, len(whole) // 3, len(whole) // 2, len(whole) - 300, len(whole) - 2):
        _list_of(drive).write_text(whole[:length])
        assert _taking(trusting, drive).code.name == "LIST_CHANGED"


def test_a_list_that_says_something_else_than_was_signed_is_refused(trusting: Path, drive: Path) -> None:
    content = _content(drive)
    head, _, signature = _list_of(drive).read_text().split(".")
    changed = replace(content, packets=(replace(content.packets[0], size=1),)).encode()
    _list_of(drive).write_text(f"{head}.{base64url.encode(changed)}.{signature}")
    assert isinstance(_taking(trusting, drive), NotAuthentic)


def test_a_list_of_a_station_nobody_knows_is_refused_with_its_fingerprint(carrier: Path, drive: Path) -> None:
    error = _taking(carrier, drive)
    assert (error.code.name, error.detail["fingerprint"]) == ("STATION_NOT_TRUSTED", _fingerprint(drive))


def test_a_stranger_who_signs_the_same_list_with_a_key_of_his_own_is_refused(trusting: Path, drive: Path) -> None:
    stranger = SigningKey.generate()
    content = replace(_content(drive), key=stranger.signing_public)
    _list_of(drive).write_text(sign_with_key(stranger, content.encode(), stranger.key_index))
    assert _taking(trusting, drive).code.name == "STATION_NOT_TRUSTED"


def test_an_officer_cannot_have_a_station_trusted(carrier: Path, drive: Path) -> None:
    with desk_at(carrier) as desk, pytest.raises(Refused):
        desk.carrying.accept_station(drive, _fingerprint(drive))


def test_a_fingerprint_that_signed_nothing_here_is_not_accepted(carrier: Path, drive: Path) -> None:
    with _supervisor_at(carrier) as desk, pytest.raises(BadInput) as caught:
        desk.carrying.accept_station(drive, "ab" + _fingerprint(drive)[2:])
    assert caught.value.code.name == "ANOTHER_KEY_SIGNED"


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda path: path.unlink(), "CARRIED_MISSING"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "CARRIED_DAMAGED"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x00"), "CARRIED_DAMAGED"),
    ],
)
def test_a_bad_file_has_its_reason_and_is_not_taken(
    trusting: Path, drive: Path, first: Sealed, harm: object, code: str
) -> None:
    harm(drive / f"{first[2]}.zip")  # type: ignore[operator]
    with desk_at(trusting) as desk:
        taken = desk.carrying.take(drive)
        assert desk.carrying.packets() == ()
    assert (taken.new, taken.known) == ((), ())
    assert {packet: each.name for packet, each in taken.refused.items()} == {first[2]: code}


def test_the_same_drive_twice_is_taken_once(trusting: Path, drive: Path, first: Sealed) -> None:
    with desk_at(trusting) as desk:
        once, again = desk.carrying.take(drive), desk.carrying.take(drive)
        assert len(desk.carrying.packets()) == 1
    assert (once.new, once.known) == ((first[2],), ())
    assert (again.new, again.known) == ((), (first[2],))


def test_what_a_station_handed_over_itself_is_known_there(drive: Path, first: Sealed) -> None:
    with _supervisor_at(first[0]) as desk:
        desk.carrying.accept_station(drive, _fingerprint(drive))
        taken = desk.carrying.take(drive)
    assert (taken.new, taken.known) == ((), (first[2],))


def test_another_file_under_a_number_that_came_before_is_refused(
    trusting: Path, drive: Path, first: Sealed
) -> None:
    with desk_at(trusting) as desk:
        desk.carrying.take(drive)
    with_database_key(trusting, "UPDATE carried SET digest = 'F'")
    with desk_at(trusting) as desk:
        taken = desk.carrying.take(drive)
    assert [each.name for each in taken.refused.values()] == ["CARRIED_DIFFERS"]


def test_without_a_network_what_was_taken_waits_and_says_why(trusting: Path, drive: Path) -> None:
    with desk_at(trusting) as desk:
        desk.carrying.take(drive)
        with pytest.raises(NetworkUnavailable):
            desk.carrying.forward()
        (packet,) = desk.carrying.packets()
    assert packet.state is DeliveryState.APPROVED


def test_the_carrier_brings_the_sealed_bytes_to_the_server_and_keeps_no_copy(
    trusting: Path, drive: Path, first: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    with desk_at(trusting, receiver) as desk:
        desk.carrying.take(drive)
        assert desk.carrying.forward() == 1
        (packet,) = desk.carrying.packets()
        assert desk.carrying.forward(due_only=False) == 0
    there = kept_packet(new_station.folder.receiver, first[2])
    assert there.read_bytes() == (first[0] / "outbox" / f"{first[2]}.zip").read_bytes()
    assert packet.state is DeliveryState.PUSHED
    assert list((trusting / "carried").iterdir()) == []


def test_what_the_server_refused_for_good_goes_when_somebody_asks(
    trusting: Path, drive: Path, first: Sealed, receiver: EmbeddedReceiver
) -> None:
    with desk_at(trusting, receiver) as desk:
        desk.carrying.take(drive)
        path = trusting / "carried" / f"{first[2]}.zip"
        whole = path.read_bytes()
        path.write_bytes(whole[:-1])
        assert desk.carrying.forward() == 0
        assert [each.state for each in desk.carrying.packets()] == [DeliveryState.GIVEN_UP]
        assert desk.carrying.forward(due_only=False) == 0
        path.write_bytes(whole)
        assert desk.carrying.try_again(first[2])
        assert desk.carrying.forward() == 1
        assert not desk.carrying.try_again(first[2])


def test_the_first_station_learns_of_the_delivery_and_sends_nothing_twice(
    trusting: Path, drive: Path, first: Sealed, receiver: EmbeddedReceiver
) -> None:
    with desk_at(trusting, receiver) as desk:
        desk.carrying.take(drive)
        desk.carrying.forward()
    clock = SetClock(utc_now() + timedelta(hours=1))
    with desk_at(first[0], receiver, clock=clock) as desk:
        receipts = desk.following.round()
        (entry,) = desk.sync.outbox()
    assert receipts == ()
    assert entry.state is DeliveryState.PUSHED
    assert entry.server_status is not None
    assert outbox_files(first[0]) == [f"{first[2]}.zip"]


def test_a_drive_that_is_lost_costs_days_and_no_packet(
    drive: Path, first: Sealed, receiver: EmbeddedReceiver
) -> None:
    with desk_at(first[0], receiver) as desk:
        (entry,) = desk.sync.outbox()
        assert desk.sync.deliver_all() == ()
    assert not entry.is_due(utc_now() + timedelta(days=6))
    assert entry.is_due(utc_now() + timedelta(days=8))
    with_database_key(first[0], "UPDATE outbox SET next_attempt = '2026-01-01T00:00:00.000Z'")
    with desk_at(first[0], receiver) as desk:
        assert len(desk.sync.deliver_all()) == 1


def test_somebody_who_asks_need_not_wait_for_the_drive(
    drive: Path, first: Sealed, receiver: EmbeddedReceiver
) -> None:
    with desk_at(first[0], receiver) as desk:
        assert len(desk.sync.deliver_all(due_only=False)) == 1


def test_when_both_bring_it_the_second_is_told_that_it_is_there(
    trusting: Path, drive: Path, first: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    with desk_at(trusting, receiver) as desk:
        desk.carrying.take(drive)
        desk.carrying.forward()
    with desk_at(first[0], receiver) as desk:
        (receipt,) = desk.sync.deliver_all(due_only=False)
    assert receipt.duplicate
    assert len(accepted(new_station.folder.receiver)) == 1


def test_the_list_says_nothing_of_the_person(drive: Path) -> None:
    said = unverified_payload(_list_of(drive).read_text()).decode()
    assert "Mustermann" not in said and "@" not in said
