"""What a hub keeps, on both kinds of engines: once, sealed, and the same for all of its processes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from integration.receiver.conftest import Place, new_place
from muster.domain.delivery import ServerStatus
from muster.errors import BadInput, NotAuthentic, StorageUnavailable
from muster.packet.seal import SealedPacket
from muster.receiver import backup, taking_over
from muster.receiver.center_key import make_center_key
from muster.receiver.database import Database
from muster.receiver.forwarding_queue import LEASE, PacketQueue, Resealed
from muster.receiver.machines import ASKED_FOR, Machine, Standing
from muster.receiver.objects import OBJECT_DAMAGED, open_objects, store
from muster.receiver.one_time_passwords import OneTimePasswords
from muster.receiver.pre_registration import BookingService
from muster.receiver.served import Served
from muster.receiver.sweeping import GRACE, sweep
from muster.receiver.tables import announcement, document, enrollment, metadata, packet
from unit.receiver.counter import REF_ID, Keys, announcement_of


def test_of_ten_who_bring_one_packet_to_two_processes_one_is_first(place: Place, sealed: SealedPacket) -> None:
    both = (place.open(), place.open())
    with ThreadPoolExecutor(10) as pool:
        counts = list(pool.map(lambda n: both[n % 2].accept(sealed.packet_id, sealed.content), range(10)))
    assert sum(counts) == 1
    assert both[1].packet(sealed.packet_id) == sealed.content
    assert len(list(both[0].objects.listed("packets/"))) == 1


def test_bytes_that_came_second_under_a_number_do_not_replace_the_first(
    place: Place, sealed: SealedPacket
) -> None:
    hub = place.open()
    assert hub.accept(sealed.packet_id, sealed.content)
    assert not hub.accept(sealed.packet_id, b"others")
    assert hub.packet(sealed.packet_id) == sealed.content


def test_a_packet_that_is_wanted_again_replaces_the_first_and_only_once(
    place: Place, sealed: SealedPacket
) -> None:
    hub = place.open()
    hub.accept(sealed.packet_id, b"first")
    hub.set_state(sealed.packet_id, ServerStatus.RESEND)
    assert [hub.accept(sealed.packet_id, sealed.content), hub.accept(sealed.packet_id, b"third")] == [True, False]
    assert hub.packet(sealed.packet_id) == sealed.content


def test_what_a_kill_left_between_object_and_row_is_swept_and_what_a_row_names_stays(
    place: Place, sealed: SealedPacket
) -> None:
    hub = place.open()
    store(hub.objects, "packets/killed.0123456789abcdef.zip", b"no row names it")
    hub.accept(sealed.packet_id, sealed.content)
    now = max(each.changed_at for each in hub.objects.listed("packets/"))
    assert sweep(hub.database, hub.objects, now) == 0  # it may be about to get its row
    assert sweep(hub.database, hub.objects, now + GRACE + timedelta(seconds=2)) == 1
    assert hub.packet(sealed.packet_id) == sealed.content


def test_with_another_centers_key_nothing_opens(place: Place) -> None:
    place.open()
    right = place.center_key.read_bytes()
    place.center_key.unlink()
    make_center_key(place.center_key)
    try:
        with pytest.raises(NotAuthentic) as caught:
            place.open_anew()
    finally:
        place.center_key.write_bytes(right)
    assert caught.value.code.name == "CENTER_KEY_WRONG"


def test_no_private_key_lies_in_the_folder_when_the_centers_key_is_elsewhere(place: Place) -> None:
    place.open()
    assert not [path for path in place.folder.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]


def test_every_process_has_the_same_keys(place: Place, keys: Keys) -> None:
    first, second = place.open(), place.open()
    assert first is not second
    assert first.certificate_pem == second.certificate_pem
    assert second.signer.certificate == first.signer.certificate


def test_what_is_announced_and_enrolled_is_unreadable_in_the_database(place: Place, sealed: SealedPacket) -> None:
    hub = place.open()
    hub.announce(sealed.packet_id, announcement_of(sealed.packet_id, sealed, name="Erika Mustermann"))
    hub.enroll(sealed.registration_id, lambda kept: b"Erika Mustermann")
    with hub.database.reading() as connection:
        rows = [*connection.execute(sa.select(announcement)), *connection.execute(sa.select(enrollment))]
    assert len(rows) == 2
    assert not [row for row in rows if b"Mustermann" in repr(tuple(row)).encode()]
    found = hub.announcement(sealed.packet_id)
    assert found is not None and found["name"] == "Erika Mustermann"


def test_two_who_add_to_one_enrollment_at_once_both_count(place: Place, sealed: SealedPacket) -> None:
    both = (place.open(), place.open())

    def add(n: int) -> None:
        both[n % 2].enroll(sealed.registration_id, lambda kept: (kept or b"") + b"+")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(12)))
    assert both[0].enrollment(sealed.registration_id) == b"+" * 12


def test_what_became_of_packets_is_asked_by_packet_and_by_registration(place: Place, sealed: SealedPacket) -> None:
    hub, rid = place.open(), sealed.registration_id
    refused, announced = f"{rid}-10001_10002-20260102031501", f"{rid}-10001_10002-20260102031502"
    hub.announce(announced, {})
    hub.reject(refused, 1, "X", "x")
    assert hub.states([announced, refused, "a\0b"]) == {
        announced: ServerStatus.UPLOAD_PENDING,
        refused: ServerStatus.REJECTED,
    }
    hub.accept(sealed.packet_id, sealed.content)
    assert hub.states_by_registration([rid]) == {rid: ServerStatus.ACCEPTED}
    hub.set_state(sealed.packet_id, ServerStatus.REREGISTER)
    assert hub.states_by_registration([rid, "none"]) == {rid: ServerStatus.REREGISTER}


def test_a_one_time_password_counts_once_at_whichever_process(place: Place) -> None:
    passwords = [
        OneTimePasswords(hub.database, hub.center_key.sealer("x")) for hub in (place.open(), place.open())
    ]
    passwords[0].keep("erika", "123456", place.now)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: passwords[n % 2].takes("erika", "123456", place.now), range(4)))
    assert sum(taken) == 1


def test_tries_of_a_one_time_password_count_at_whichever_process(place: Place) -> None:
    passwords = [
        OneTimePasswords(hub.database, hub.center_key.sealer("x")) for hub in (place.open(), place.open())
    ]
    passwords[0].keep("erika", "123456", place.now)
    assert not any(passwords[n % 2].takes("erika", "000000", place.now) for n in range(3))
    assert not passwords[0].takes("erika", "123456", place.now)


def test_one_process_at_a_time_holds_a_job_and_another_when_its_time_is_over(place: Place) -> None:
    first, second = place.open().database, place.open().database
    minute = timedelta(minutes=1)
    assert first.hold("job", place.now, minute)
    assert not second.hold("job", place.now, minute)
    assert first.hold("job", place.now, minute)
    place.pass_time(2 * minute)
    assert second.hold("job", place.now, minute)
    second.let_go("job")
    assert first.hold("job", place.now, minute)


def test_a_machine_that_asks_is_unknown_until_somebody_approves_it(place: Place, keys: Keys) -> None:
    hub, stranger = place.open(), Machine(keys.stranger.key.public_der, keys.stranger.key.public_der)
    assert hub.known.ask("10001_10003", stranger) is Standing.ASKED
    assert hub.machine("10001_10003") is None
    hub.known.decide("10001_10003", Standing.APPROVED, "erika")
    assert hub.machine("10001_10003") == stranger
    assert hub.known.ask("10001_10003", stranger) is Standing.APPROVED


def test_who_asked_and_was_not_looked_at_is_forgotten_after_a_day(place: Place, keys: Keys) -> None:
    hub, stranger = place.open(), Machine(keys.stranger.key.public_der, keys.stranger.key.public_der)
    for ref_id in ("10001_10003", "10001_10004", "10001_10005"):
        hub.known.ask(ref_id, stranger)
    hub.known.decide("10001_10004", Standing.APPROVED, "erika")
    hub.known.decide("10001_10005", Standing.BARRED, "erika")
    place.pass_time(ASKED_FOR - timedelta(seconds=1))
    assert hub.known.forget_the_old() == 0
    place.pass_time(timedelta(seconds=1))
    assert hub.known.forget_the_old() == 1
    assert [each.ref_id for each in hub.known.all()] == [REF_ID, "10001_10004", "10001_10005"]


def test_a_strangers_key_does_not_replace_a_known_stations(place: Place, keys: Keys) -> None:
    hub, stranger = place.open(), Machine(keys.stranger.key.public_der, keys.stranger.key.public_der)
    assert hub.known.ask(REF_ID, stranger) is Standing.BARRED
    assert hub.machine_key(REF_ID) == keys.machine.key.public_pem


# Backup and restore


def test_a_backup_of_one_kind_of_engines_is_restored_on_the_other(
    place: Place, sealed: SealedPacket, tmp_path: Path
) -> None:
    hub = place.open()
    hub.announce(sealed.packet_id, {"name": "Erika Mustermann"})
    hub.accept(sealed.packet_id, sealed.content)
    made = backup.back_up(hub.database, hub.objects, tmp_path / "hub.zip", place.clock)
    assert b"Mustermann" not in (tmp_path / "hub.zip").read_bytes()

    other = new_place(tmp_path / "other" / "hub", place.keys)
    other.center_key.write_bytes(place.center_key.read_bytes())
    database, objects = Database.open(f"sqlite:///{other.folder / 'hub.db'}"), open_objects(other.folder.as_uri())
    assert backup.restore(database, objects, tmp_path / "hub.zip") == made
    again = other.open_anew()
    assert again.packet(sealed.packet_id) == sealed.content
    assert again.announcement(sealed.packet_id) == {"name": "Erika Mustermann"}
    assert again.machine_key(REF_ID) == place.keys.machine.key.public_pem
    with pytest.raises(BadInput) as caught:
        backup.restore(database, objects, tmp_path / "hub.zip")
    assert caught.value.code.name == "HUB_NOT_EMPTY"
    again.close()


def test_a_backup_needs_nothing_that_was_sealed_for_the_national_system_and_it_is_sealed_anew(
    place: Place, sealed: SealedPacket, tmp_path: Path
) -> None:
    hub = place.open()
    hub.forwards = PacketQueue(hub.database, place.clock)
    hub.accept(sealed.packet_id, sealed.content)
    # As when it was sent between the rows and the objects: the row names what is gone.
    due = hub.forwards.take()
    assert due is not None
    hub.forwards.sealed(due, Resealed("forwards/gone.0123456789abcdef.zip", "00", 9))
    place.pass_time(LEASE)
    made = backup.back_up(hub.database, hub.objects, tmp_path / "hub.zip", place.clock)
    assert made.objects == 1
    database = Database.open(f"sqlite:///{tmp_path / 'other.db'}")
    backup.restore(database, open_objects((tmp_path / "other").as_uri()), tmp_path / "hub.zip")
    due = PacketQueue(database, place.clock).take()
    assert due is not None
    assert (due.number, due.resealed) == (sealed.packet_id, None)
    database.close()


def test_a_backup_that_lost_rows_leaves_an_empty_hub(small: Place, sealed: SealedPacket, tmp_path: Path) -> None:
    hub = small.open()
    hub.announce(sealed.packet_id, {})
    backup.back_up(hub.database, hub.objects, tmp_path / "hub.zip", small.clock)
    with zipfile.ZipFile(tmp_path / "hub.zip") as whole, zipfile.ZipFile(tmp_path / "short.zip", "w") as short:
        for name in whole.namelist():
            short.writestr(name, b"" if name == "rows/announcement.jsonl" else whole.read(name))
    database = Database.open(f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(BadInput) as caught:
        backup.restore(database, open_objects((tmp_path / "other").as_uri()), tmp_path / "short.zip")
    assert caught.value.code.name == "HUB_BACKUP_UNREADABLE"
    backup.restore(database, open_objects((tmp_path / "other").as_uri()), tmp_path / "hub.zip")
    database.close()


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hub.zip").write_bytes(content)
    database = Database.open(f"sqlite:///{tmp_path / 'hub.db'}")
    with pytest.raises(BadInput) as caught:
        backup.restore(database, open_objects(tmp_path.as_uri()), tmp_path / "hub.zip")
    assert caught.value.code.name == "HUB_BACKUP_UNREADABLE"


# What stations are told


def test_what_was_published_is_told_by_every_process_and_is_sealed(place: Place, tmp_path: Path) -> None:
    first, second = place.open(), place.open()
    (tmp_path / "pre_registrations").mkdir()
    (tmp_path / "configuration.json").write_text('{"globalConfiguration": {"a": "Mustermann"}}')
    (tmp_path / "pre_registrations" / "20260315000014.json").write_text('{"appointment-date": "2026-01-02"}')
    (tmp_path / "notes.txt").write_text("not for stations")
    assert first.documents.publish(tmp_path) == 2
    assert Served(second.folder, second.documents).configuration() == {"globalConfiguration": {"a": "Mustermann"}}
    booked = BookingService(second, place.clock).ids(
        b'{"request": {"fromDate": "2026-01-02", "toDate": "2026-01-02"}}'
    )
    assert list(booked["response"]["preRegistrationIds"]) == ["20260315000014"]
    with second.database.reading() as connection:
        assert b"Mustermann" not in repr(connection.execute(document.select()).all()).encode()
    (tmp_path / "configuration.json").unlink()
    assert second.documents.publish(tmp_path) == 1
    assert "registrationConfiguration" in Served(first.folder, first.documents).configuration()


def test_of_files_of_which_one_is_damaged_none_is_published(small: Place, tmp_path: Path) -> None:
    (tmp_path / "configuration.json").write_text("{}")
    (tmp_path / "users.json").write_text("{")
    with pytest.raises(BadInput) as caught:
        small.open().documents.publish(tmp_path)
    assert caught.value.code.name == "SERVED_FILE_DAMAGED"
    assert small.open().documents.content("configuration.json") is None


# What engines refuse


@pytest.mark.parametrize("address", ["", "nonsense", "mysql://x/y", "sqlite://", "postgresql+asyncpg://x/y"])
def test_a_database_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(BadInput) as caught:
        Database.open(address)
    assert caught.value.code.name == "HUB_DATABASE_URL_UNUSABLE"


@pytest.mark.parametrize("address", ["", "/srv/hub", "http://x", "s3://", "file://elsewhere/x"])
def test_a_place_for_packets_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(BadInput) as caught:
        open_objects(address)
    assert caught.value.code.name == "OBJECTS_URL_UNUSABLE"


@pytest.mark.parametrize("name", ["", "/x", "../x", "a//b", "a/../b", "a b", ".hidden"])
def test_a_name_that_leaves_the_store_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput):
        open_objects(tmp_path.as_uri()).put(name, b"")


def test_a_database_nobody_answers_for_is_said_to_be_away() -> None:
    with pytest.raises(StorageUnavailable) as caught:
        Database.open("postgresql://127.0.0.1:1/hub")
    assert caught.value.code.name == "HUB_DATABASE_UNAVAILABLE"


def test_a_store_nobody_answers_for_is_said_to_be_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    objects = open_objects("s3://b?endpoint=http://127.0.0.1:1")
    assert not objects.is_answering()
    with pytest.raises(StorageUnavailable) as caught:
        objects.put("a", b"b")
    assert caught.value.code.name == "OBJECTS_UNAVAILABLE"


def test_a_store_that_keeps_something_else_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = open_objects(tmp_path.as_uri())
    objects.put("packets/a.zip", b"half")
    monkeypatch.setattr("muster.durable.publish", lambda prepared, path: prepared.unlink())  # a disk that lies
    with pytest.raises(NotAuthentic) as caught:
        store(objects, "packets/a.zip", b"whole")
    assert caught.value.code is OBJECT_DAMAGED


def test_tables_of_a_newer_version_are_left_alone(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'hub.db'}"
    database = Database.open(address)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageUnavailable) as caught:
        Database.open(address)
    assert caught.value.code.name == "HUB_DATABASE_NEWER"


def test_the_steps_lead_to_the_tables_that_are_described(place: Place) -> None:
    hub = place.open()
    with hub.database.reading() as connection:
        found = sa.inspect(connection)
        there = {
            name: {each["name"] for each in found.get_columns(name)}
            for name in found.get_table_names()
            if name in metadata.tables and not name.startswith("gallery_")
        }
    described = {
        name: {each.name for each in table.columns}
        for name, table in metadata.tables.items()
        if not name.startswith("gallery_")
    }
    assert there == described


# A receiver's folder of before


def test_a_folder_of_before_becomes_rows_once_and_its_files_go(place: Place, sealed: SealedPacket) -> None:
    hub, rid = place.open(), sealed.registration_id
    second = f"{rid}-10001_10002-20260102031501"
    record = {
        "packetId": sealed.packet_id,
        "registrationId": rid,
        "receivedAt": "2026-01-02T03:15:00.000Z",
        "size": 9,
    }
    files = {
        "machines/10001_10009.pem": place.keys.stranger.key.public_pem,
        f"announced/{sealed.packet_id}.json": json.dumps({"packetId": sealed.packet_id}).encode(),
        f"packets/{sealed.packet_id}.zip": sealed.content,
        f"accepted/{sealed.packet_id}.json": json.dumps(record).encode(),
        f"rejected/{second}.json": json.dumps({**record, "code": "X", "message": "x"}).encode(),
        f"states/{sealed.packet_id}.txt": b"PROCESSED\n",
        f"enrollments/{rid}.json": b"{}",
    }
    for name, content in files.items():
        (place.folder / name).parent.mkdir(exist_ok=True)
        (place.folder / name).write_bytes(content)
    assert taking_over.take_over(hub) == len(files) - 1  # the packet is no record
    assert hub.packet(sealed.packet_id) == sealed.content
    row = hub.accepted(sealed.packet_id)
    assert row is not None
    assert (row["digest"], row["size"]) == (hashlib.sha256(sealed.content).hexdigest(), sealed.size)
    assert (hub.rejected_ids(), hub.state(sealed.packet_id)) == ((second,), ServerStatus.PROCESSED)
    assert hub.machine_key("10001_10009") == place.keys.stranger.key.public_pem
    assert hub.enrollment(rid) == b"{}"
    assert taking_over.take_over(hub) == 0
    left = {path.relative_to(place.folder).parts[0] for path in place.folder.rglob("*") if path.is_file()}
    assert left <= {"hub.db", "hub.db-wal", "hub.db-shm", "packets"}


def test_killed_after_a_packet_of_before_went_elsewhere_the_next_start_goes_on(
    large: Place, sealed: SealedPacket
) -> None:
    hub = large.open()
    record = large.folder / "accepted" / f"{sealed.packet_id}.json"
    lies_here = large.folder / "packets" / f"{sealed.packet_id}.zip"
    for path, content in ((record, b'{"receivedAt": "2026-01-02T03:15:00.000Z"}'), (lies_here, sealed.content)):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    left = record.read_bytes()
    assert taking_over.take_over(hub) == 1
    assert not lies_here.exists()
    record.parent.mkdir(exist_ok=True)
    record.write_bytes(left)  # as the kill left it
    assert taking_over.take_over(hub) == 1
    assert hub.packet(sealed.packet_id) == sealed.content


def test_a_packet_of_before_that_the_database_knows_already_stays_as_it_is(
    small: Place, sealed: SealedPacket
) -> None:
    hub = small.open()
    hub.accept(sealed.packet_id, sealed.content)
    (small.folder / "accepted").mkdir(exist_ok=True)
    (small.folder / "accepted" / f"{sealed.packet_id}.json").write_text("{}")
    assert taking_over.take_over(hub) == 1
    assert hub.packet(sealed.packet_id) == sealed.content


def test_a_record_of_before_whose_packet_is_gone_stops_the_start(tmp_path: Path, keys: Keys) -> None:
    place = new_place(tmp_path / "place" / "hub", keys)
    (place.folder / "accepted").mkdir()
    (place.folder / "accepted" / "1000110002.json").write_text('{"receivedAt": "2026-01-02T03:15:00.000Z"}')
    with pytest.raises(BadInput):
        taking_over.take_over(place.open())
    with place.open().database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(packet)) == 0
