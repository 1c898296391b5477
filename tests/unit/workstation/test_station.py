"""Setting a station up, and opening it with a password."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from muster.clock import utc_now
from muster.crypto import key_slots
from muster.domain.operators import Role
from muster.errors import BadInput, KeyUnavailable, NotAuthentic, SignInRefused, StorageUnavailable
from muster.workstation import station as station_module
from muster.workstation.data_folder import DataFolder
from muster.workstation.policy import Policy
from muster.workstation.station import NewOperator, NewStation, Station
from unit.workstation.desks import OFFICER, SUPERVISOR, blob_files, desk_at, make_station, with_database_key


def _refused(data: Path, new: NewStation) -> str:
    with pytest.raises(BadInput) as caught:
        Station.create(data, new, utc_now)
    return caught.value.code.name


@pytest.mark.parametrize(
    "name", ["", "e", "e" * 51, "erika mustermann", "erika/../max", "erika\n", "...", "erika@example"]
)
def test_a_user_name_that_cannot_be_used_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    data = tmp_path / "station"
    assert _refused(data, NewStation(NewOperator(name, "long enough"), SUPERVISOR)) == "USER_NAME_UNUSABLE"
    assert not data.exists()


def test_a_password_of_seven_characters_is_too_short(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        Station.create(tmp_path / "s", NewStation(OFFICER, NewOperator("max", "1234567")), utc_now)
    assert caught.value.code.name == "PASSWORD_TOO_SHORT"
    assert "8" in caught.value.sentence
    assert not (tmp_path / "s").exists()


def test_a_deployment_may_ask_for_longer_passwords() -> None:
    with pytest.raises(BadInput) as caught:
        OFFICER.check(Policy(minimum_password_length=60))
    assert "60" in caught.value.sentence


def test_officer_and_supervisor_are_two_people(tmp_path: Path) -> None:
    both = NewStation(OFFICER, NewOperator("ERIKA", "another password"))
    assert _refused(tmp_path / "s", both) == "OPERATORS_MUST_DIFFER"


@pytest.mark.parametrize(
    ("center", "machine"), [("12", "10001"), ("10001", "1000A"), ("", ""), ("10001", "100011")]
)
def test_a_station_number_without_five_digits_is_refused_before_anything_is_written(
    tmp_path: Path, center: str, machine: str
) -> None:
    new = NewStation(OFFICER, SUPERVISOR, center, machine)
    assert _refused(tmp_path / "s", new) == "STATION_NUMBERS_UNUSABLE"
    assert not (tmp_path / "s").exists()


def test_a_second_station_in_the_same_folder_is_refused_and_changes_nothing(root: Path) -> None:
    before = (root / "station.json").read_bytes()
    assert _refused(root, NewStation(OFFICER, SUPERVISOR)) == "STATION_EXISTS"
    assert (root / "station.json").read_bytes() == before


def test_a_folder_without_a_station_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        Station.at(tmp_path, utc_now)
    assert caught.value.code.name == "STATION_ABSENT"


_DAMAGE: dict[str, Any] = {
    "empty": b"",
    "cut off": b'{"format": 1, "center": "100',
    "not text": b"\xff\xfe\x00\x80",
    "a list": b"[]",
    "no slots": b'{"center": "10001", "machine": "10001", "demo": false}',
    "slots that are none": b'{"key_slots": [5], "center": "10001", "machine": "10001", "demo": false}',
    "a slot without a salt": (
        b'{"key_slots": [{"user_id": "erika", "kdf": {}, "wrapped_key": "00"}],'
        b' "center": "10001", "machine": "10001", "demo": false}'
    ),
    "a centre that is none": b'{"key_slots": [], "center": "1", "machine": "10001", "demo": false}',
    "nobody who may sign in": b'{"key_slots": [], "center": "10001", "machine": "10001", "demo": false}',
    "brackets without end": b"[" * 100_000,
}


@pytest.mark.parametrize("damage", _DAMAGE)
def test_a_damaged_station_file_is_refused_with_a_sentence(tmp_path: Path, damage: str) -> None:
    (tmp_path / "station.json").write_bytes(_DAMAGE[damage])
    with pytest.raises(BadInput) as caught:
        Station.at(tmp_path, utc_now)
    assert caught.value.code.name == "STATION_UNREADABLE"


_WRONG_VALUES: dict[str, tuple[tuple[str | int, ...], Any]] = {
    "memory as text": (("key_slots", 0, "kdf", "memory_kib"), "64"),
    "negative memory": (("key_slots", 0, "kdf", "memory_kib"), -64),
    "memory beyond any station's": (("key_slots", 1, "kdf", "memory_kib"), 2**40),
    "no iterations": (("key_slots", 0, "kdf", "iterations"), 0),
    "half an iteration": (("key_slots", 0, "kdf", "iterations"), 1.5),
    "no lanes": (("key_slots", 1, "kdf", "lanes"), 0),
    "a cost nobody knows": (("key_slots", 0, "kdf", "secret"), 1),
    "costs that are none": (("key_slots", 0, "kdf"), 5),
    "another function": (("key_slots", 0, "kdf", "name"), "scrypt"),
    "a salt that is too short": (("key_slots", 0, "salt"), "00"),
    "a salt that is no hexadecimal": (("key_slots", 0, "salt"), "salt"),
    "a number for a name": (("key_slots", 0, "user_id"), 5),
    "a word for yes or no": (("demo",), "false"),
}


@pytest.mark.parametrize("case", _WRONG_VALUES)
def test_a_wrong_value_in_the_station_file_is_damage_and_no_breakdown_at_sign_in(root: Path, case: str) -> None:
    path, value = _WRONG_VALUES[case]
    content = json.loads((root / "station.json").read_text())
    part = content
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    (root / "station.json").write_text(json.dumps(content))
    with pytest.raises(BadInput) as caught:
        Station.at(root, utc_now)
    assert caught.value.code.name == "STATION_UNREADABLE"


def test_a_file_in_the_folders_place_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Sir or Madam")
    with pytest.raises(BadInput) as caught:
        Station.at(tmp_path / "letter", utc_now)
    assert caught.value.code.name == "DATA_FOLDER_IS_FILE"


def test_a_station_file_that_the_disk_does_not_hand_out_is_something_missing(tmp_path: Path) -> None:
    (tmp_path / "station.json").mkdir()
    with pytest.raises(StorageUnavailable) as caught:
        Station.at(tmp_path, utc_now)
    assert caught.value.code.name == "DATA_FOLDER_UNREADABLE"


def test_a_key_file_that_the_disk_does_not_hand_out_is_something_missing(root: Path) -> None:
    (root / "keys" / "device.sealed").unlink()
    (root / "keys" / "device.sealed").mkdir()
    with pytest.raises(StorageUnavailable) as caught:
        Station.at(root, utc_now).unlock(OFFICER.user_id, OFFICER.password)
    assert caught.value.code.name == "DATA_FOLDER_UNREADABLE"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(root: Path) -> None:
    station = Station.at(root, utc_now)
    answers = []
    for user_id, password in (("erika", "wrong password"), ("nobody", OFFICER.password), ("erika", "")):
        with pytest.raises(SignInRefused) as caught:
            station.unlock(user_id, password)
        answers.append(str(caught.value))
    assert len(set(answers)) == 1


def test_one_operators_password_does_not_open_for_another(root: Path) -> None:
    with pytest.raises(SignInRefused):
        Station.at(root, utc_now).unlock(OFFICER.user_id, SUPERVISOR.password)


def test_a_slot_written_under_another_name_does_not_open(root: Path) -> None:
    content = json.loads((root / "station.json").read_text())
    content["key_slots"][1]["user_id"] = "mallory"
    (root / "station.json").write_text(json.dumps(content))
    with pytest.raises(SignInRefused):
        Station.at(root, utc_now).unlock("mallory", SUPERVISOR.password)


def test_an_operator_who_was_taken_off_the_list_is_refused_although_the_slot_opens(root: Path) -> None:
    with_database_key(root, "DELETE FROM operator WHERE user_id = ?", "max")
    with pytest.raises(SignInRefused):
        Station.at(root, utc_now).unlock(SUPERVISOR.user_id, SUPERVISOR.password)


def test_a_changed_machine_key_is_refused(root: Path) -> None:
    sealed = bytearray((root / "keys" / "machine.sealed").read_bytes())
    sealed[40] ^= 1
    (root / "keys" / "machine.sealed").write_bytes(sealed)
    with pytest.raises(NotAuthentic):
        Station.at(root, utc_now).unlock(OFFICER.user_id, OFFICER.password)


def test_the_device_key_does_not_pass_for_the_machine_key(root: Path) -> None:
    (root / "keys" / "machine.sealed").write_bytes((root / "keys" / "device.sealed").read_bytes())
    with pytest.raises(NotAuthentic):
        Station.at(root, utc_now).unlock(OFFICER.user_id, OFFICER.password)


def test_a_missing_key_file_is_said_to_be_missing(root: Path) -> None:
    (root / "keys" / "machine.sealed").unlink()
    with pytest.raises(KeyUnavailable) as caught:
        Station.at(root, utc_now).unlock(OFFICER.user_id, OFFICER.password)
    assert caught.value.code.name == "KEY_FILE_MISSING"


def test_a_database_of_another_station_is_refused(root: Path, tmp_path: Path) -> None:
    other = make_station(tmp_path / "other").folder
    for path in root.glob("muster.db*"):
        path.unlink()
    (root / "muster.db").write_bytes(other.database.read_bytes())
    with pytest.raises(NotAuthentic) as caught:
        Station.at(root, utc_now).unlock(OFFICER.user_id, OFFICER.password)
    assert caught.value.code.name == "NOTHING_TO_REBUILD_FROM"


def test_each_operator_opens_the_station_as_who_they_are(root: Path) -> None:
    station = Station.at(root, utc_now)
    roles = {}
    for person in (OFFICER, SUPERVISOR):
        unlocked = station.unlock(person.user_id, person.password)
        unlocked.database.close()
        roles[unlocked.operator.user_id] = unlocked.operator.roles
    assert roles == {"erika": {Role.OFFICER}, "max": {Role.SUPERVISOR, Role.ADMINISTRATOR}}


def test_a_user_name_is_found_whatever_its_case_and_blanks(root: Path) -> None:
    unlocked = Station.at(root, utc_now).unlock(" Erika ", OFFICER.password)
    unlocked.database.close()
    assert unlocked.operator.user_id == "erika"


def test_each_password_of_a_station_costs_what_rfc_9106_recommends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those it was made with and those set later. Other tests make cheap ones, some for as long as they run."""
    monkeypatch.setattr(station_module, "make_slot", key_slots.make_slot)
    station = Station.create(tmp_path / "made", NewStation(OFFICER, SUPERVISOR), utc_now)
    station.put_slot("anton", "another long password", bytes(32))
    slots = json.loads(station.folder.station.read_bytes())["key_slots"]
    assert {each["user_id"] for each in slots} == {OFFICER.user_id, SUPERVISOR.user_id, "anton"}
    real = {"name": "argon2id", "memory_kib": 65536, "iterations": 3, "lanes": 4}
    assert [each["kdf"] for each in slots] == [real] * 3


def test_confirming_a_password_refuses_a_wrong_one(root: Path) -> None:
    station = Station.at(root, utc_now)
    station.confirm(OFFICER.user_id, OFFICER.password)
    with pytest.raises(SignInRefused):
        station.confirm(OFFICER.user_id, OFFICER.password + " ")


def test_the_stations_file_holds_neither_password_nor_key_in_clear(root: Path) -> None:
    unlocked = Station.at(root, utc_now).unlock(OFFICER.user_id, OFFICER.password)
    unlocked.database.close()
    text = (root / "station.json").read_bytes()
    assert OFFICER.password.encode() not in text
    clear = unlocked.machine_key.to_pkcs8()
    assert not any(clear[:64] in path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_the_public_key_file_belongs_to_the_machine_key(root: Path) -> None:
    unlocked = Station.at(root, utc_now).unlock(OFFICER.user_id, OFFICER.password)
    unlocked.database.close()
    assert (root / "keys" / "machine.pub.pem").read_bytes() == unlocked.machine_key.public_pem


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX systems")
def test_only_the_owner_can_look_into_the_stations_folders(root: Path, tmp_path: Path) -> None:
    made = make_station(tmp_path / "made").folder
    for folder in (made.root, made.root / "keys", made.blobs, made.outbox):
        assert folder.stat().st_mode & 0o077 == 0
    assert made.machine_key.stat().st_mode & 0o077 == 0


def test_a_set_up_that_was_interrupted_is_no_station_and_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "station"

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(station_module, "_station_json", power_cut)  # everything else is written by then
        with pytest.raises(KeyboardInterrupt):
            make_station(data)
    assert (data / "muster.db").exists()
    assert not Station.exists(data)
    make_station(data)
    with desk_at(data) as desk:
        assert desk.trail.verify().valid
    assert not list(data.rglob("*.part"))


def test_a_full_disk_during_set_up_leaves_no_station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageUnavailable) as caught:
            make_station(tmp_path / "station")
    assert caught.value.code.name == "DISK_FULL"
    assert not Station.exists(tmp_path / "station")


def test_a_new_set_up_does_not_keep_an_older_receivers_key(tmp_path: Path) -> None:
    old = tmp_path / "station" / "receiver"
    old.mkdir(parents=True)
    (old / "server.pem").write_text("an older receiver's")
    make_station(tmp_path / "station")
    assert not old.exists()


def test_a_new_stations_trail_begins_with_its_creation_and_its_operators(root: Path) -> None:
    with desk_at(root) as desk:
        oldest = desk.trail.newest_first(100)[::-1]
    assert [record.event for record in oldest] == ["MUS-STA-001", "MUS-STA-002", "MUS-STA-002", "MUS-AUT-001"]
    assert oldest[0].detail == {"center": "10001", "machine": "10001", "demo": "false", "machine_key": "local"}


def test_a_real_station_has_no_credentials_lying_about(root: Path) -> None:
    assert Station.at(root, utc_now).demo_credentials() is None
    assert not DataFolder(root).demo_credentials.exists()


def test_a_demo_stations_passwords_are_made_up_anew_and_lie_beside_its_data(tmp_path: Path) -> None:
    station = Station.create(tmp_path / "demo", NewStation.for_demo(), utc_now)
    credentials = station.demo_credentials()
    assert credentials is not None
    assert [user for user, _ in credentials] == ["officer", "supervisor"] == list(station.operators)
    station.confirm(*credentials[0])
    assert NewStation.for_demo().officer.password != credentials[0][1]


def test_signing_in_sweeps_files_that_no_row_names(root: Path) -> None:
    (root / "blobs" / "0123456789abcdef").write_bytes(b"left by a crash")
    (root / "blobs" / ".fedcba.part").write_bytes(b"half")
    (root / "outbox" / "nobody-knows-it.zip").write_bytes(b"left by a crash")
    (root / "outbox" / ".half.zip.part").write_bytes(b"half")
    with desk_at(root):
        pass
    assert blob_files(root) == []
    kept = root / "outbox" / "unclaimed" / "nobody-knows-it.zip"
    assert [each for each in (root / "outbox").rglob("*") if each.is_file()] == [kept]


def test_signing_in_and_out_is_on_record(root: Path) -> None:
    with desk_at(root):
        pass
    with desk_at(root) as desk:
        newest = desk.trail.newest_first(4)
    assert [(record.event, record.actor) for record in newest] == [
        ("MUS-AUT-001", "erika"),
        ("MUS-AUD-001", "erika"),  # the session signed by the machine key
        ("MUS-AUT-002", "erika"),
        ("MUS-AUT-001", "erika"),
    ]


@pytest.mark.parametrize("content", [None, b"", b"{}", b"[5]", b'[{"user_id": "officer"}]', b"\xff"])
def test_a_demo_station_without_its_passwords_says_so(tmp_path: Path, content: bytes | None) -> None:
    station = Station.create(tmp_path / "demo", NewStation.for_demo(), utc_now)
    station.folder.demo_credentials.unlink()
    if content is not None:
        station.folder.demo_credentials.write_bytes(content)
    with pytest.raises(KeyUnavailable) as caught:
        station.demo_credentials()
    assert caught.value.code.name == "DEMO_PASSWORDS_MISSING"


@pytest.mark.parametrize("where", ["blobs/0123456789abcdef", "outbox/packet.zip"])
def test_a_station_whose_station_file_is_gone_is_not_set_up_anew(root: Path, where: str) -> None:
    (root / "station.json").rename(root / "station.json.old")
    (root / where).write_bytes(b"sealed")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert _refused(root, NewStation(OFFICER, SUPERVISOR)) == "STATION_INCOMPLETE"
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_new_set_up_removes_the_database_and_nothing_that_is_called_like_it(tmp_path: Path) -> None:
    data = tmp_path / "station"
    data.mkdir()
    leftovers = ("muster.db", "muster.db-wal", "muster.db-shm")
    for name in (*leftovers, "muster.db.backup", "muster.db-2025"):
        (data / name).write_bytes(b"somebody's")
    with desk_at(make_station(data).folder.root) as desk:
        assert desk.trail.verify().valid
    for name in ("muster.db.backup", "muster.db-2025"):
        assert (data / name).read_bytes() == b"somebody's"


@pytest.mark.parametrize("where", ["packets/one.zip", "accepted/one.json"])
def test_a_receiver_that_accepted_packets_is_left_as_it_is(tmp_path: Path, where: str) -> None:
    receiver = tmp_path / "station" / "receiver"
    (receiver / where).parent.mkdir(parents=True)
    (receiver / where).write_bytes(b"accepted")
    (receiver / "server.pem").write_bytes(b"the key that opens it")
    make_station(tmp_path / "station")
    assert (receiver / where).read_bytes() == b"accepted"
    assert (receiver / "server.pem").read_bytes() == b"the key that opens it"
