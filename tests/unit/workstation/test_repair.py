"""A database that is damaged, gone or older than it was is put aside and rebuilt at sign-in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from leon import leon_script
from muster.clock import utc_now
from muster.domain.delivery import DeliveryState
from muster.domain.operators import Operator
from muster.domain.proofing import ExecutionStatus
from muster.domain.registration import RegistrationId, Step
from muster.domain.review import ReviewRules
from muster.domain.review_decision import Decision, Reason
from muster.errors import KeyUnavailable, NotAuthentic, StorageUnavailable
from muster.store.rebuilding import Rebuilt
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.proving import Proof
from muster.workstation.station import Station
from muster.workstation.station_lock import StationLock
from simulators.scripted_method import ScriptedMethod
from unit.proofing.graphs import method, plan
from unit.workstation.desks import (
    OFFICER,
    QUICK,
    SUPERVISOR,
    blob_files,
    desk_at,
    make_station,
    play,
    with_database_key,
)

_PAGE = 4096

# Nothing weighs so much, and nothing is drawn, that anybody would have to look.
_UNREVIEWED = replace(QUICK, review=ReviewRules(sample=0, look_from=100))

Damage = Callable[[Path], None]


def _flip(path: Path, page: int) -> None:
    content = bytearray(path.read_bytes())
    content[page * _PAGE + 100] ^= 1
    path.write_bytes(content)


def _flip_every(path: Path) -> None:
    for page in range(1, path.stat().st_size // _PAGE):
        _flip(path, page)


_DAMAGE: dict[str, Damage] = {
    "first page": lambda path: _flip(path, 0),
    "a page of the schema": lambda path: _flip(path, 1),
    "a page of a table": lambda path: _flip(path, path.stat().st_size // _PAGE - 2),
    "every page but the first": _flip_every,
    "cut off in the middle": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "another file": lambda path: path.write_bytes(b"no database at all " * 1000),
}


def _state(desk: Desk) -> object:
    """Everything an officer sees, and the trail up to the sign-in."""
    return desk.enrollment.drafts(), desk.sync.outbox(), desk.trail.newest_first(1000)[::-1]


@pytest.fixture(scope="module")
def worked_at_once(
    sealed_station: tuple[Path, RegistrationId, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, RegistrationId]:
    """A station with one sealed packet and one draft. Only to be copied."""
    root = tmp_path_factory.mktemp("worked") / "station"
    shutil.copytree(sealed_station[0], root)
    with desk_at(root) as desk:
        draft = play(desk, stop_after=Step.FACE)
    return root, draft


@pytest.fixture
def worked_at(worked_at_once: tuple[Path, RegistrationId], tmp_path: Path) -> Path:
    shutil.copytree(worked_at_once[0], tmp_path / "station")
    return tmp_path / "station"


def _quarantined(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "quarantine").rglob("*") if path.is_file())


@pytest.mark.parametrize("damage", _DAMAGE)
def test_nothing_is_lost_whatever_happened_to_the_file(worked_at: Path, damage: str) -> None:
    with desk_at(worked_at) as desk:
        drafts, outbox, trail = _state(desk)
    _DAMAGE[damage](worked_at / "muster.db")

    with desk_at(worked_at) as desk:
        rebuilt = desk.rebuilt
        assert rebuilt is not None
        assert (rebuilt.registrations, rebuilt.packets) == (2, 1)
        assert _losses(rebuilt) == {}
        assert desk.enrollment.drafts() == drafts
        assert desk.sync.outbox() == outbox
        now = desk.trail.newest_first(1000)[::-1]
        assert now[: len(trail)] == trail
        assert desk.trail.verify().valid
        assert "MUS-STA-006" in [each.event for each in now[len(trail) :]]
    if damage != "gone":
        assert "muster.db" in _quarantined(worked_at)


def _losses(rebuilt: Rebuilt) -> dict[str, int]:
    names = [name for name in Rebuilt.__dataclass_fields__ if name.endswith(("_lost", "_shortened", "_unclaimed"))]
    return {name: getattr(rebuilt, name) for name in names if getattr(rebuilt, name)}


def test_the_draft_goes_on_at_the_same_finger_and_the_packet_is_delivered(
    worked_at: Path, worked_at_once: tuple[Path, RegistrationId]
) -> None:
    _flip_every(worked_at / "muster.db")
    with desk_at(worked_at) as desk:
        draft = worked_at_once[1]
        state = desk.enrollment.registration(draft)
        assert state.next_step() is Step.LEFT_SLAP
        assert play(desk, resume=draft) == draft


@pytest.fixture(scope="module")
def leon_once(
    new_station: Station, running_receiver: EmbeddedReceiver, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, RegistrationId]:
    """A station at which a child whom his mother brings was signed. Only to be copied."""
    root = tmp_path_factory.mktemp("leon") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root) as desk:
        return root, play(desk, script=leon_script())


@pytest.fixture
def leon(leon_once: tuple[Path, RegistrationId], tmp_path: Path) -> tuple[Path, RegistrationId]:
    shutil.copytree(leon_once[0], tmp_path / "station")
    return tmp_path / "station", leon_once[1]


def test_what_was_captured_of_an_introducer_is_not_lost(
    leon: tuple[Path, RegistrationId], receiver: EmbeddedReceiver
) -> None:
    root, registration_id = leon
    before = blob_files(root)
    (root / "muster.db").unlink()
    with desk_at(root, receiver) as desk:
        assert desk.rebuilt is not None
        assert _losses(desk.rebuilt) == {}
        assert blob_files(root) == before
        assert desk.enrollment.submit(registration_id).registration_id == registration_id


def test_a_missing_picture_of_an_introducer_is_told(leon: tuple[Path, RegistrationId]) -> None:
    root, registration_id = leon
    with desk_at(root) as desk:
        thumb = next(iter(desk.enrollment.registration(registration_id).introducer.samples.values()))
    (root / "blobs" / thumb.record.name).unlink()
    (root / "muster.db").unlink()
    with desk_at(root) as desk:
        assert desk.rebuilt is not None
        assert _losses(desk.rebuilt) == {"pictures_lost": 1}


def test_a_proof_of_identity_goes_on_where_it_was_and_a_completed_one_is_known(root: Path) -> None:
    one_step = plan(method("a"))
    with desk_at(root) as desk:
        desk.proofing.methods = {"vouch": ScriptedMethod("vouch", {})}
        done = desk.proofing.start(one_step).execution_id
        desk.proofing.dispatch(done, "a")
        going_on = desk.proofing.start(one_step).execution_id
    for path in root.glob("muster.db*"):
        path.unlink()
    with desk_at(root) as desk:
        assert desk.rebuilt is not None
        assert "proofing" not in desk.rebuilt.incomplete
        desk.proofing.methods = {"vouch": ScriptedMethod("vouch", {})}
        assert desk.proofing.get(done).status is ExecutionStatus.COMPLETED
        assert desk.proofing.dispatch(going_on, "a").status is ExecutionStatus.COMPLETED


def test_a_proof_of_identity_whose_copy_is_damaged_is_told_and_not_mixed_with_what_comes_after(root: Path) -> None:
    with desk_at(root) as desk:
        desk.proofing.methods = {"vouch": ScriptedMethod("vouch", {})}
        proofing = desk.proofing.start(plan(method("a"))).execution_id
        desk.proofing.dispatch(proofing, "a")
    copied = root / "copy" / "proofings" / proofing
    content = bytearray(copied.read_bytes())
    content[-1] ^= 1
    copied.write_bytes(content)
    for losses in ({"proofings_shortened": 1}, {}):
        for path in root.glob("muster.db*"):
            path.unlink()
        with desk_at(root) as desk:
            assert desk.rebuilt is not None
            assert _losses(desk.rebuilt) == losses
            assert desk.proofing.get(proofing).status is ExecutionStatus.RUNNING


def test_the_second_sign_in_finds_everything_in_order(worked_at: Path) -> None:
    _flip(worked_at / "muster.db", 1)
    with desk_at(worked_at) as desk:
        assert desk.rebuilt is not None
    with desk_at(worked_at) as desk:
        assert desk.rebuilt is None


def test_a_log_that_was_lost_is_noticed_though_the_file_is_sound(worked_at: Path) -> None:
    """Without its -wal the database is the one of the last checkpoint, and SQLite says nothing."""
    before = (worked_at / "muster.db").read_bytes()
    with desk_at(worked_at) as desk:
        new = desk.enrollment.start().id
    for path in worked_at.glob("muster.db*"):
        path.unlink()
    (worked_at / "muster.db").write_bytes(before)
    with desk_at(worked_at) as desk:
        assert desk.rebuilt is not None
        assert new in [draft.id for draft in desk.enrollment.drafts()]
        assert desk.trail.verify().valid


def test_without_a_carbon_copy_what_can_be_read_is_kept_and_the_rest_is_told(worked_at: Path) -> None:
    shutil.rmtree(worked_at / "copy")
    _flip(worked_at / "muster.db", (worked_at / "muster.db").stat().st_size // _PAGE - 2)
    with desk_at(worked_at) as desk:
        assert desk.rebuilt is not None
        assert not desk.rebuilt.saved_everything
        assert desk.rebuilt.incomplete or _losses(desk.rebuilt)
        record = next(each for each in desk.trail.newest_first(1000) if each.event == "MUS-STA-006")
        assert record.detail["quarantine"] == desk.rebuilt.quarantine.removeprefix("quarantine/")


def test_when_not_even_the_operators_are_left_nothing_is_touched(worked_at: Path) -> None:
    shutil.rmtree(worked_at / "copy")
    _flip_every(worked_at / "muster.db")
    before = (worked_at / "muster.db").read_bytes()
    with pytest.raises(NotAuthentic) as caught, desk_at(worked_at):
        pass
    assert caught.value.code.name == "NOTHING_TO_REBUILD_FROM"
    assert (worked_at / "muster.db").read_bytes() == before
    assert not (worked_at / "quarantine").exists()
    assert list(worked_at.glob("*.rebuilt*")) == []


def test_the_file_of_another_station_is_told_from_damage(worked_at: Path, tmp_path: Path) -> None:
    other = make_station(tmp_path / "other")
    before = (worked_at / "muster.db").read_bytes()
    (worked_at / "station.json").write_bytes(other.folder.station.read_bytes())
    with pytest.raises(KeyUnavailable) as caught, desk_at(worked_at):
        pass
    assert caught.value.code.name == "KEY_OF_ANOTHER_STATION"
    assert (worked_at / "muster.db").read_bytes() == before


def test_nobody_rebuilds_under_somebody_elses_hands(worked_at: Path) -> None:
    _flip(worked_at / "muster.db", 1)
    working = StationLock.take(worked_at / ".lock")
    working.share()
    try:
        with pytest.raises(StorageUnavailable) as caught, desk_at(worked_at):
            pass
    finally:
        working.release()
    assert caught.value.code.name == "DATABASE_BUSY"
    assert not (worked_at / "quarantine").exists()


def test_damage_met_while_working_is_looked_for_at_the_next_sign_in(
    worked_at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.workstation.repair._READ_WHOLE_BYTES", 0)
    last = (worked_at / "muster.db").stat().st_size // _PAGE - 2
    _flip(worked_at / "muster.db", last)
    try:
        with desk_at(worked_at) as desk:
            assert desk.rebuilt is None
            _state(desk)
            desk.trail.verify()
    except (NotAuthentic, StorageUnavailable):
        pass
    assert (worked_at / "muster.db.suspect").exists()
    with desk_at(worked_at) as desk:
        assert desk.rebuilt is not None
    assert not (worked_at / "muster.db.suspect").exists()


def _forget_sealing(root: Path, *, row_too: bool = True) -> None:
    """Neither database nor copy know that anything was sealed."""
    shutil.rmtree(root / "copy")
    if row_too:
        with_database_key(root, "DELETE FROM outbox")
    with_database_key(root, "DELETE FROM registration_event WHERE kind = 'Sealed'")
    (root / "muster.db.suspect").touch()
    _flip(root / "muster.db", (root / "muster.db").stat().st_size // _PAGE - 2)


def test_a_packet_the_database_forgot_is_not_sealed_a_second_time(
    worked_at: Path, sealed_station: tuple[Path, RegistrationId, str]
) -> None:
    _, registration_id, packet_id = sealed_station
    _forget_sealing(worked_at)
    with desk_at(worked_at) as desk:
        assert [each.packet_id for each in desk.sync.outbox()] == [packet_id]
        assert desk.enrollment.submit(registration_id).packet_id == packet_id


def test_a_packet_of_which_nobody_knows_whether_it_was_approved_waits_for_a_supervisor(
    worked_at: Path, sealed_station: tuple[Path, RegistrationId, str]
) -> None:
    """Where the server asks for approval, what it configured may be lost with everything else."""
    registration_id = sealed_station[1]
    _forget_sealing(worked_at)
    with desk_at(worked_at, policy=_UNREVIEWED) as desk:
        assert [each.state for each in desk.sync.outbox()] == [DeliveryState.REGISTERED]
    with desk_at(worked_at, policy=_UNREVIEWED, who=SUPERVISOR) as desk:
        assert [(each.registration_id, each.waits) for each in desk.review.lines()] == [(registration_id, True)]
        desk.review.decide(registration_id, Decision.APPROVE)
        desk.review.sign_off(Proof(SUPERVISOR.password))
        assert [each.state for each in desk.sync.outbox()] == [DeliveryState.APPROVED]


def test_a_packet_whose_row_is_left_stays_what_it_was(worked_at: Path) -> None:
    _forget_sealing(worked_at, row_too=False)
    with desk_at(worked_at) as desk:
        (entry,) = desk.sync.outbox()
        assert entry.state is DeliveryState.APPROVED
        assert not desk.enrollment.registration(entry.registration_id).awaits_approval


def test_a_packet_that_was_sent_back_is_not_taken_up_again(
    worked_at: Path, sealed_station: tuple[Path, RegistrationId, str]
) -> None:
    """The computer stopped after the decision was written down and before the file was deleted."""
    _, registration_id, packet_id = sealed_station
    packet = worked_at / "outbox" / f"{packet_id}.zip"
    content = packet.read_bytes()
    with desk_at(worked_at, who=SUPERVISOR) as desk:
        desk.review.open(registration_id)
        desk.review.decide(registration_id, Decision.SEND_BACK, Reason.POOR_CAPTURE)
        desk.review.sign_off(Proof(SUPERVISOR.password))
    packet.write_bytes(content)
    (worked_at / "muster.db").unlink()
    with desk_at(worked_at) as desk:
        assert desk.rebuilt is not None
        assert desk.sync.outbox() == ()
        assert registration_id in [each.id for each in desk.enrollment.drafts()]
        assert desk.rebuilt.packets_unclaimed == 1


def test_pictures_that_nothing_names_any_more_are_put_aside(worked_at: Path) -> None:
    (worked_at / "blobs" / "0123456789abcdef").write_bytes(b"sealed")
    before = blob_files(worked_at)
    _flip(worked_at / "muster.db", 1)
    with desk_at(worked_at):
        pass
    assert sorted([*blob_files(worked_at), "0123456789abcdef"]) == before
    assert "0123456789abcdef" in _quarantined(worked_at)


def test_no_number_is_given_twice_after_a_rebuild(worked_at: Path) -> None:
    with desk_at(worked_at) as desk:
        last = desk.enrollment.start().id
    (worked_at / "copy" / "tables").unlink()
    with_database_key(worked_at, "DELETE FROM setting")
    _flip(worked_at / "muster.db", (worked_at / "muster.db").stat().st_size // _PAGE - 2)
    with desk_at(worked_at) as desk:
        assert desk.rebuilt is not None
        assert int(desk.enrollment.start().id.text[10:15]) == int(last.text[10:15]) + 1


def test_everything_a_rebuild_leaves_is_sealed(worked_at: Path) -> None:
    _flip(worked_at / "muster.db", 1)
    with desk_at(worked_at):
        pass
    for path in worked_at.rglob("*"):
        if path.is_file() and path.name not in ("station.json", "demo-credentials.json"):
            assert b"Mustermann" not in path.read_bytes(), path


def test_the_operators_stay_who_they_were(worked_at: Path) -> None:
    def operators() -> list[Operator]:
        unlocked = Station.at(worked_at, utc_now).unlock(OFFICER.user_id, OFFICER.password)
        try:
            with unlocked.database.read() as work:
                return list(work.operators.all())
        finally:
            unlocked.database.close()

    before = operators()
    _flip_every(worked_at / "muster.db")
    assert operators() == before
    assert json.loads((worked_at / "station.json").read_text())["format"] == 1
