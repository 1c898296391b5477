"""``muster policy`` in this process: settings that are looked at, tried, changed and taken back."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest
from typer.testing import Result

from muster.clock import utc_now
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.workstation import station as station_module
from muster.workstation.station import NewStation, Station
from unit.cli.test_app import run


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("policy") / "station"
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))
        Station.create(root, NewStation.for_demo(), utc_now)
    return root


@pytest.fixture
def data(tmp_path: Path, _made: Path) -> Path:
    """A demo station at which nothing was changed."""
    shutil.copytree(_made, tmp_path / "station")
    return tmp_path / "station"


def _policy(data: Path, *arguments: object) -> Result:
    user_id, _ = (Station.at(data, utc_now).demo_credentials() or ())[1]
    return run("policy", *arguments, "--user", user_id, "--data", data)


def test_an_officer_is_refused_with_a_sentence(data: Path) -> None:
    ran = run("policy", "set", "attempts=5", "--because", "more patience", "--data", data)
    assert ran.exit_code == 1 and "[SUPERVISOR_ONLY]" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("set", "attempts", "--because", "x"), "SETTING_NOT_WRITTEN"),
        (("set", "attempts=many", "--because", "x"), "SETTING_VALUE_WRONG"),
        (("set", "attempts=5", "--because", "x", "--from", "soon"), "MOMENT_UNREADABLE"),
        (("diff", "0", "7"), "POLICY_VERSION_UNKNOWN"),
    ],
)
def test_what_cannot_be_done_is_bad_input(data: Path, arguments: tuple[object, ...], code: str) -> None:
    ran = _policy(data, *arguments, "--json")
    assert ran.exit_code == 2
    assert json.loads(ran.stdout)["error"]["code"] == code


def test_settings_are_changed_shown_compared_and_taken_back(data: Path) -> None:
    assert _policy(data, "received").stdout == "the server sent nothing yet\n"
    made = _policy(data, "set", "attempts=5", "review.look_from=6", "--because", "more patience", "--json")
    assert made.exit_code == 0 and json.loads(made.stdout)["number"] == 1
    shown = _policy(data, "show")
    assert shown.exit_code == 0
    changed = [line.split()[1] for line in shown.stdout.splitlines() if line.startswith("*")]
    assert changed == ["attempts", "review.look_from"]
    told = _policy(data, "diff", "0", "1")
    assert [line.split() for line in told.stdout.splitlines()] == [
        ["attempts", "3", "->", "5"],
        ["review.look_from", "5", "->", "6"],
    ]
    assert _policy(data, "go-back", "0", "--because", "no difference").exit_code == 0
    (newest, first) = json.loads(_policy(data, "history", "--json").stdout)["versions"]
    assert (newest["counts"], newest["values"], first["because"]) == (True, {}, "more patience")


def test_a_rehearsal_changes_nothing(data: Path) -> None:
    ran = _policy(data, "rehearse", "finger_threshold=60", "--days", "7", "--json")
    assert ran.exit_code == 0
    said = json.loads(ran.stdout)
    assert (said["registrations"], said["differing"]) == (0, [])
    assert said["changes"] == [{"name": "finger_threshold", "was": 40, "becomes": 60}]
    assert _policy(data, "history").stdout == "nothing was changed here\n"


def test_a_rehearsal_says_of_what_nothing_was_kept_that_would_tell(data: Path) -> None:
    told = _policy(data, "rehearse", "idle_notice_min=2")
    why = "when it was told that the screen is about to lock is not kept"
    assert told.stdout == f"cannot be told of idle_notice_min: {why}\n"
    both = json.loads(_policy(data, "rehearse", "idle_notice_min=2", "finger_threshold=60", "--json").stdout)
    assert (both["untold"], both["untold_because"]) == (["idle_notice_min"], {"idle_notice_min": why})
    assert (both["limits"], both["sign_ins"]) == (None, None)


def test_wrong_passwords_and_limits_are_rehearsed_from_the_trail_alone(data: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password")
    user_id, _ = (Station.at(data, utc_now).demo_credentials() or ())[1]
    for _ in range(3):
        run("policy", "show", "--user", user_id, "--password-file", wrong, "--data", data)
    tried = ("rehearse", "patience.free=3", "limits.packets_waiting=10")
    said = json.loads(_policy(data, *tried, "--json").stdout)
    assert (said["sign_ins"]["wrong"], said["sign_ins"]["rows"]) == (3, 1)
    (row,) = said["sign_ins"]["differing"]
    assert (row["name"], row["wrong"], row["now"]["times"], row["then"]["longest_s"]) == (user_id, 3, 0, 30)
    assert (said["limits"]["begun"], said["limits"]["days"], said["untold"]) == (0, [], [])
    lines = _policy(data, *tried).stdout.splitlines()
    assert "the station would have stopped on 0 more days" in lines[0]
    assert "1 rows would differ" in lines[1] and lines[2].endswith("wrong 3 times, longest wait 0 s -> 30 s")


def test_locks_of_the_screen_and_what_is_kept_are_rehearsed_as_far_as_they_can_be_told(data: Path) -> None:
    shorter = _policy(data, "rehearse", "idle_lock_min=5").stdout
    assert shorter.endswith("the screen locked by itself 0 times: nobody can tell how many more\n")
    lines = _policy(data, "rehearse", "idle_lock_min=30", "packet_kept_for_days=3").stdout.splitlines()
    assert lines[0].endswith("0 would not have come")
    assert lines[1].startswith("destroyed at once: 0 packets (0 octets) and 0 faces")
