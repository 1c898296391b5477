"""Settings in versions: what somebody wrote into the database does not count, and who changed what is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from muster.crypto.signing import verify
from muster.domain.biometrics import BiometricAttribute
from muster.domain.review import Sign
from muster.errors import BadInput, MusterError, Refused, SignInRefused
from muster.workstation.desk import Desk, sign_in
from muster.workstation.limits import served_limits
from muster.workstation.lockouts import Patience
from muster.workstation.policy import Policy
from muster.workstation.policy_settings import SETTINGS, ToldFrom, setting
from muster.workstation.policy_versions import ByServer
from muster.workstation.proving import Proof
from muster.workstation.server import NoServer
from muster.workstation.station import Station
from unit.workstation.desks import QUICK, SUPERVISOR, SetClock, desk_at, with_database_key

_PROOF = Proof(SUPERVISOR.password)
_BECAUSE = "Worn fingers in the mountains"


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2026, 3, 2, 8, tzinfo=UTC))


@pytest.fixture
def desk(root: Path, clock: SetClock) -> Iterator[Desk]:
    with desk_at(root, clock=clock, who=SUPERVISOR) as made:
        yield made


def _change(desk: Desk, **changes: str) -> None:
    named = {name.replace("__", "."): text for name, text in changes.items()}
    desk.policy_versions.change(named, _BECAUSE, _PROOF)


def _refused(desk: Desk, **changes: str) -> str:
    with pytest.raises(MusterError) as caught:
        _change(desk, **changes)
    return caught.value.code.name


def _stored(root: Path) -> list[dict[str, object]]:
    ((text,),) = with_database_key(root, "SELECT value FROM setting WHERE name = 'policy_versions'")
    said = json.loads(text)
    assert isinstance(said, list)
    return said


def _store(root: Path, versions: list[dict[str, object]]) -> None:
    with_database_key(root, "UPDATE setting SET value = ? WHERE name = 'policy_versions'", json.dumps(versions))


# What is refused


def test_an_officer_neither_changes_nor_looks(root: Path) -> None:
    with desk_at(root) as desk:
        for action in (desk.policy_versions.history, desk.policy_versions.settings, desk.policy_versions.trouble):
            with pytest.raises(Refused):
                action()  # type: ignore[operator]
        assert _refused(desk, finger_threshold="30") == "SUPERVISOR_ONLY"
        assert desk.policy.finger_threshold == QUICK.finger_threshold


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("finger_threshold", "101"),
        ("finger_threshold", "-1"),
        ("finger_threshold", "40.5"),
        ("finger_threshold", "nan"),
        ("finger_threshold", "never"),
        ("finger_threshold", ""),
        ("review.sample", "1.1"),
        ("review.required", "perhaps"),
        ("face_liveness", "smile"),
        ("drivers", "../../etc"),
        ("review.weights.forced", "21"),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadInput, match="SETTING_VALUE_WRONG"):
        setting(name).parse(text)


def test_what_is_no_setting_no_change_no_reason_or_no_proof_changes_nothing(desk: Desk) -> None:
    assert _refused(desk, permissions="all") == "SETTING_UNKNOWN"
    assert _refused(desk, finger_threshold="101") == "SETTING_VALUE_WRONG"
    assert _refused(desk, finger_threshold="40") == "POLICY_SAME"
    with pytest.raises(BadInput, match="POLICY_REASON_NEEDED"):
        desk.policy_versions.change({"finger_threshold": "30"}, " ", _PROOF)
    with pytest.raises(SignInRefused):
        desk.policy_versions.change({"finger_threshold": "30"}, _BECAUSE, Proof("not the password"))
    assert desk.policy_versions.history() == ()


# What counts


def test_a_change_counts_from_the_next_sign_in_on_and_says_who_made_it(root: Path, clock: SetClock) -> None:
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        _change(desk, finger_threshold="30", review__weights__forced="7", drivers="simulated, sbi")
        assert desk.policy.finger_threshold == 40
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        assert (desk.policy.finger_threshold, desk.policy.review.weights[Sign.FORCED]) == (30, 7)
        assert desk.policy.drivers == {"simulated", "sbi"}
        (line,) = desk.policy_versions.history()
        assert line.holds and line.counts
        assert (line.version.made_by, line.version.because) == (SUPERVISOR.user_id, _BECAUSE)
        (record,) = [each for each in desk.trail.newest_first(50) if each.event == "MUS-POL-001"]
        assert "finger_threshold: 40 > 30" in record.detail["changes"] and _BECAUSE not in str(record)
        assert record.detail["sha256"] == line.version.digest


def test_a_change_counts_from_the_day_it_was_set_for(root: Path, clock: SetClock) -> None:
    monday = clock() + timedelta(days=7)
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        desk.policy_versions.change({"attempts": "5"}, _BECAUSE, _PROOF, monday)
        with pytest.raises(BadInput, match="POLICY_TOO_EARLY"):
            desk.policy_versions.change({"attempts": "4"}, _BECAUSE, _PROOF, clock() - timedelta(days=1))
    with desk_at(root, clock=clock) as desk:
        assert desk.policy.attempts == 3
    clock.forward(days=7)
    with desk_at(root, clock=clock) as desk:
        assert desk.policy.attempts == 5


def test_a_later_change_goes_before_one_that_was_planned_for_another_day(root: Path, clock: SetClock) -> None:
    far = clock() + timedelta(days=5000)
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        desk.policy_versions.change({"attempts": "5"}, _BECAUSE, _PROOF, far)
        made = desk.policy_versions.change({"attempts": "4"}, _BECAUSE, _PROOF)
        assert made.counts_from == clock()
    for _ in range(2):
        with desk_at(root, clock=clock) as desk:
            assert desk.policy.attempts == 4
        clock.moment = far


def test_a_clock_that_was_set_back_brings_no_older_settings_back(root: Path, clock: SetClock) -> None:
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        _change(desk, attempts="5")
        clock.forward(days=30)
        _change(desk, attempts="4")
    clock.forward(days=-15)
    with desk_at(root, clock=clock) as desk:
        assert desk.policy.attempts == 4


def test_a_change_is_taken_back_by_a_new_version(desk: Desk) -> None:
    _change(desk, attempts="5")
    _change(desk, finger_thresholds__leftLittle="25")
    desk.policy_versions.go_back_to(1, "It let too much pass", _PROOF)
    assert desk.policy_versions.diff(1, 3) == ()
    (difference,) = desk.policy_versions.diff(1, 2)
    assert (difference.setting.of, difference.was, difference.becomes) == ("leftLittle", None, 25)
    assert [each.setting.name for each in desk.policy_versions.diff(0, 3)] == ["attempts"]
    with pytest.raises(BadInput, match="POLICY_VERSION_UNKNOWN"):
        desk.policy_versions.diff(1, 4)


def test_what_the_server_decides_goes_before_what_was_set_here() -> None:
    policy = SETTINGS["review.required"].put(Policy(), True)
    by_server = ByServer(approval=False, drivers=frozenset({"sbi"}))
    assert not by_server.over(policy).review.required and by_server.over(policy).drivers == {"sbi"}
    assert by_server.names == {"review.required", "drivers"}
    assert ByServer().over(policy) == policy


# What somebody wrote past the program


def test_a_version_written_into_the_database_does_not_count(root: Path, clock: SetClock) -> None:
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        _change(desk, finger_threshold="50")
        _change(desk, attempts="5")
    first, second = _stored(root)
    _store(root, [first, {**second, "values": {"finger_threshold": 0}}])
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        assert (desk.policy.finger_threshold, desk.policy.attempts) == (50, 3)
        trouble = desk.policy_versions.trouble()
        assert trouble is not None and trouble.detail["number"] == 2
        assert [each.holds for each in desk.policy_versions.history()] == [False, True]


def test_a_version_that_was_taken_out_is_missed_and_a_new_one_mends_it(root: Path, clock: SetClock) -> None:
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        _change(desk, finger_threshold="50")
        _change(desk, finger_threshold="60")
    first, _ = _stored(root)
    _store(root, [first])
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        trouble = desk.policy_versions.trouble()
        assert trouble is not None and trouble.detail["number"] == 2
        _change(desk, finger_threshold="60")
        assert desk.policy_versions.trouble() is None
        assert [each.version.number for each in desk.policy_versions.history()] == [3, 1]


@pytest.mark.parametrize("text", ["{", "5", "[5]", '[{"number": 1}]', '{"a": 1}'])
def test_versions_that_cannot_be_read_keep_nobody_from_working(root: Path, clock: SetClock, text: str) -> None:
    with_database_key(root, "INSERT INTO setting VALUES ('policy_versions', ?)", text)
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        assert desk.policy.finger_threshold == 40
        assert desk.policy_versions.trouble() is not None


def test_what_is_signed_can_be_checked_with_the_stations_key(root: Path, clock: SetClock) -> None:
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        _change(desk, iris_threshold="55")
        (line,) = desk.policy_versions.history()
    key = (root / "keys" / "machine.pub.pem").read_bytes()
    assert verify(key, line.version.statement, line.version.signature)
    assert not verify(key, replace(line.version, made_by="erika").statement, line.version.signature)


def test_every_setting_reads_what_it_says_and_changes_itself_alone() -> None:
    policy = Policy()
    for each in SETTINGS.values():
        assert each.parse(each.text(each.get(policy))) == each.get(policy), each.name
        assert each.put(policy, each.get(policy)) == policy, each.name
    low = SETTINGS["finger_thresholds.leftLittle"].put(policy, 20)
    assert low.threshold(BiometricAttribute.LEFT_LITTLE) == 20
    assert low.threshold(BiometricAttribute.LEFT_RING) == 40


# Limits, wrong passwords and the lock of the screen


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("limits.packets_waiting", "0"),
        ("limits.days_without_sending", "2"),
        ("limits.master_data_age", "never"),
        ("limits.free_megabytes", "10001"),
        ("patience.free", "0"),
        ("patience.first_wait_s", "1"),
        ("patience.longest_wait_s", "3601"),
        ("idle_lock_min", "1"),
        ("idle_lock_min", "never"),
        ("idle_notice_min", "0"),
    ],
)
def test_nobody_can_be_locked_out_by_a_setting_and_no_screen_be_left_open(name: str, text: str) -> None:
    with pytest.raises(BadInput, match="SETTING_VALUE_WRONG"):
        setting(name).parse(text)


def test_a_limit_that_was_set_stops_registrations_from_the_next_sign_in_on(root: Path, clock: SetClock) -> None:
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        _change(desk, limits__packets_waiting="20", limits__master_data_age="200")
    with desk_at(root, clock=clock) as desk:
        limits = {each.name: each.limit for each in desk.limits.all()}
        assert (limits["packets_waiting"], limits["packets_in_review"]) == (20, 100)
        assert (limits["master_data_age"], limits["job_master_data"]) == (200, 200)


def test_a_limit_that_the_server_sets_is_shown_as_its_own_and_what_is_no_number_sets_none() -> None:
    configuration = {"reg_pak_max_cnt_apprv_limit": "40", "packet.maximum.count.offline.frequency": "0", "x": "1"}
    configuration["reg_pak_max_time_apprv_limit"] = "many"
    by_server = ByServer(limits=served_limits(configuration, Policy().limits))
    assert by_server.names == {"limits.packets_in_review"}
    policy = by_server.over(SETTINGS["limits.packets_in_review"].put(Policy(), 5000))
    assert SETTINGS["limits.packets_in_review"].get(policy) == 40


def test_a_patience_that_was_set_counts_before_anybody_has_signed_in_and_is_taken_back(
    root: Path, clock: SetClock
) -> None:
    station = Station.at(root, clock)
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        _change(desk, patience__free="3")
        assert station.patience.read(Patience()) == Patience(free=3)
    for _ in range(3):
        with pytest.raises(SignInRefused, match="SIGN_IN_REFUSED"):
            sign_in(station, SUPERVISOR.user_id, "not the password", NoServer(), clock, policy=QUICK)
    with pytest.raises(SignInRefused, match="SIGN_IN_LATER"):
        sign_in(station, SUPERVISOR.user_id, SUPERVISOR.password, NoServer(), clock, policy=QUICK)
    station.lockouts(Patience()).forget(SUPERVISOR.user_id)
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        desk.policy_versions.go_back_to(0, _BECAUSE, _PROOF)
    assert not station.folder.patience.exists()


def test_a_patience_that_is_planned_is_kept_by_the_first_sign_in_for_which_it_counts(
    root: Path, clock: SetClock
) -> None:
    station, monday = Station.at(root, clock), clock() + timedelta(days=7)
    with desk_at(root, clock=clock, who=SUPERVISOR) as desk:
        desk.policy_versions.change({"patience.free": "7"}, _BECAUSE, _PROOF, monday)
    assert station.patience.read(Patience()) == Patience()
    clock.moment = monday
    with desk_at(root, clock=clock):
        assert station.patience.read(Patience()) == Patience(free=7)


def test_what_no_rehearsal_can_tell_is_named(desk: Desk) -> None:
    tried = desk.policy_versions.try_out({"idle_notice_min": "2", "finger_threshold": "50"})
    assert [each.name for each in tried.untold] == ["idle_notice_min"]
    assert tried.told_from == {ToldFrom.REGISTRATIONS}
    assert not desk.policy_versions.try_out({"limits.free_megabytes": "200"}).told_from
    both = desk.policy_versions.try_out({"patience.free": "4", "limits.packets_waiting": "20"})
    assert both.told_from == {ToldFrom.SIGN_INS, ToldFrom.STATION} and not both.untold
