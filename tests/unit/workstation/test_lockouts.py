"""Who was wrong too often waits, whatever is done to the program and the clock."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from muster.errors import SignInRefused, StorageUnavailable
from muster.file_lock import ByRegions, FileLock
from muster.workstation.lockouts import KeptPatience, Lockouts, Patience, Uptime
from simulators.windows_locks import Msvcrt

_PATIENCE = Patience(free=3, first_wait_s=30, longest_wait_s=100)


@dataclass
class Computer:
    """Its clock can be set, its uptime cannot."""

    clock: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    up_s: float = 1000.0
    boot: str = "first"

    def wait(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)
        self.up_s += seconds

    def restart(self) -> None:
        self.boot, self.up_s = f"{self.boot} again", 10.0


@pytest.fixture
def computer() -> Computer:
    return Computer()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lockouts.json"


def _at(path: Path, computer: Computer, lock: FileLock | None = None) -> Lockouts:
    """What a program that starts now knows."""
    return Lockouts(
        path,
        lambda: ("erika", "max"),
        lambda: computer.clock,
        _PATIENCE,
        lambda: Uptime(computer.boot, computer.up_s),
        lock,
    )


def _wrong(path: Path, computer: Computer, times: int, user_id: str = "erika") -> None:
    for _ in range(times):
        _at(path, computer).begin(user_id)


def _waits(path: Path, computer: Computer, user_id: str = "erika") -> bool:
    try:
        _at(path, computer).begin(user_id)
    except SignInRefused as error:
        assert error.code.name == "SIGN_IN_LATER"
        return True
    return False


def test_three_wrong_attempts_are_free_and_the_next_has_to_wait(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 3)
    with pytest.raises(SignInRefused) as caught:
        _at(path, computer).begin("erika")
    assert dict(caught.value.detail) == {"minutes": 0, "seconds": 31}


def test_the_wait_doubles_with_every_wrong_attempt_up_to_the_longest(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 3)
    for wait_s in (30, 60, 100, 100):
        computer.wait(wait_s - 1)
        assert _waits(path, computer)
        computer.wait(1)
        assert not _waits(path, computer)


def test_an_attempt_that_was_cut_off_counts_as_a_wrong_one(path: Path, computer: Computer) -> None:
    for _ in range(3):
        _at(path, computer).begin("erika")  # and the program is killed
    assert _waits(path, computer)


def test_being_right_begins_anew(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 2)
    lockouts = _at(path, computer)
    lockouts.begin("erika")
    lockouts.succeeded("erika")
    _wrong(path, computer, 2)
    assert not _waits(path, computer)


def test_a_device_that_failed_costs_no_attempt(path: Path, computer: Computer) -> None:
    for _ in range(5):
        lockouts = _at(path, computer)
        lockouts.begin("erika")
        lockouts.gave_up("erika")
    assert not _waits(path, computer)


def test_one_persons_mistakes_are_not_anothers(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 3)
    assert not _waits(path, computer, "max")


def test_a_name_is_the_same_in_capitals(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 3)
    assert _waits(path, computer, " ERIKA ")


def test_the_wait_goes_on_after_a_restart(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 3)
    computer.restart()
    assert _waits(path, computer)
    computer.wait(30)
    assert not _waits(path, computer)


@pytest.mark.parametrize("set_by", [timedelta(days=-365), timedelta(days=365)])
def test_setting_the_clock_changes_nothing_while_the_computer_runs(
    path: Path, computer: Computer, set_by: timedelta
) -> None:
    _wrong(path, computer, 3)
    computer.clock += set_by
    assert _waits(path, computer)
    computer.wait(30)
    assert not _waits(path, computer)


def test_a_clock_set_back_before_a_restart_begins_the_wait_again_and_no_more(
    path: Path, computer: Computer
) -> None:
    _wrong(path, computer, 3)
    computer.clock -= timedelta(days=365)
    computer.restart()
    assert _waits(path, computer)
    computer.wait(29)
    assert _waits(path, computer)
    computer.wait(1)
    assert not _waits(path, computer)


def test_somebody_nobody_knows_has_to_wait_in_the_same_way(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 3, "mallory")
    assert _waits(path, computer, "mallory")


def test_a_name_nobody_has_is_not_written_down(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 1, "correct horse battery")
    assert b"horse" not in path.read_bytes()


def test_a_file_made_unreadable_costs_everybody_one_wait(path: Path, computer: Computer) -> None:
    path.write_bytes(b"{")
    assert _waits(path, computer)
    computer.wait(30)
    assert not _waits(path, computer)


def test_the_trail_hears_of_every_wrong_attempt_once(path: Path, computer: Computer) -> None:
    _wrong(path, computer, 2)
    lockouts = _at(path, computer)
    lockouts.begin("erika")
    lockouts.succeeded("erika")
    assert lockouts.take_untold() == (("erika", 2, "2026-03-01T12:00:00.000Z"),)
    assert lockouts.take_untold() == ()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[" * 5000, '{"free": 1000000}', '{"free": 3.5}', '{"longest_wait_s": 0}', '{"more": 1}'],
)
def test_a_patience_that_somebody_wrote_into_the_file_past_the_bounds_says_nothing(path: Path, text: str) -> None:
    path.write_text(text)
    assert KeptPatience(path).read(Patience(free=4)) == Patience(free=4)


@pytest.mark.skipif(os.name == "nt", reason="Windows' own way is played on top of flock")
def test_an_attempt_lets_the_next_program_count_at_once(path: Path, computer: Computer) -> None:
    """On Windows a file that is closed may be locked for some time yet."""

    def nobody_waits(_: float) -> None:
        raise TimeoutError

    lock = ByRegions(Msvcrt(), nobody_waits)
    _at(path, computer, lock).begin("erika")
    _at(path, computer, lock).begin("erika")
    assert _at(path, computer, lock).take_untold() == (("erika", 2, "2026-03-01T12:00:00.000Z"),)


def test_an_attempt_that_cannot_be_counted_is_the_disks_fault(path: Path, computer: Computer) -> None:
    system = Msvcrt()
    system.broken = errno.EIO
    with pytest.raises(StorageUnavailable) as caught:
        _at(path, computer, ByRegions(system)).begin("erika")
    assert caught.value.code.name == "DISK_UNWRITABLE"


def test_attempts_that_cannot_be_read_are_the_disks_fault(path: Path, computer: Computer) -> None:
    path.mkdir()
    with pytest.raises(StorageUnavailable) as caught:
        _at(path, computer).begin("erika")
    assert caught.value.code.name == "DISK_UNWRITABLE"
