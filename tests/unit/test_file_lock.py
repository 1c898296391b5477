"""A lock on a file: one has it alone, others wait, and it ends with whoever had it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from muster.file_lock import ByFlock, ByRegions, FileLock, of_this_system
from simulators.windows_locks import Msvcrt

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows' own way is played on top of flock")


@pytest.fixture(params=["flock", "msvcrt"])
def lock(request: pytest.FixtureRequest) -> FileLock:
    return ByFlock() if request.param == "flock" else ByRegions(Msvcrt())


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """One file, opened twice; something stands in it, and both are at its end."""
    path = tmp_path / "lock"
    path.write_bytes(b"something")
    opened = [os.open(path, os.O_RDWR | os.O_APPEND) for _ in range(2)]
    for each in opened:
        os.lseek(each, 0, os.SEEK_END)
    yield opened[0], opened[1]
    for each in opened:
        os.close(each)


def test_one_has_it_alone(lock: FileLock, files: tuple[int, int]) -> None:
    mine, theirs = files
    assert lock.try_to_take(mine)
    assert not lock.try_to_take(theirs)


def test_what_was_left_can_be_taken(lock: FileLock, files: tuple[int, int]) -> None:
    mine, theirs = files
    lock.take(mine)
    lock.leave(mine)
    assert lock.try_to_take(theirs)


def test_whoever_takes_it_waits_for_whoever_has_it(lock: FileLock, files: tuple[int, int]) -> None:
    mine, theirs = files
    lock.take(mine)
    got = Event()

    def wait() -> None:
        lock.take(theirs)
        got.set()

    with ThreadPoolExecutor() as threads:
        other = threads.submit(wait)
        early = got.wait(0.3)
        lock.leave(mine)
        other.result()
    assert (early, got.is_set()) == (False, True)


def test_it_ends_with_the_process_that_had_it(lock: FileLock, files: tuple[int, int], tmp_path: Path) -> None:
    """Another process takes it, says so and is killed."""
    holding = (
        "import fcntl, sys, time\n"
        "file = open(sys.argv[1], 'ab')\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\n"
        "print('taken', flush=True)\n"
        "time.sleep(600)\n"
    )
    command = [sys.executable, "-c", holding, str(tmp_path / "lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        meanwhile = lock.try_to_take(files[0])
        other.kill()
    assert (meanwhile, lock.try_to_take(files[0])) == (False, True)


def test_flock_is_shared_by_several_and_then_had_by_none_alone(files: tuple[int, int]) -> None:
    lock, (mine, theirs) = ByFlock(), files
    lock.share(mine)
    lock.share(theirs)
    assert lock.can_be_shared and not lock.try_to_take(mine)


def test_flock_shared_by_two_is_lost_to_the_one_who_wanted_it_alone(files: tuple[int, int]) -> None:
    lock, (mine, theirs) = ByFlock(), files
    lock.share(mine)
    lock.share(theirs)
    assert not lock.try_to_take(mine)
    assert lock.try_to_take(theirs)


def test_what_cannot_be_shared_stays_with_who_has_it(files: tuple[int, int]) -> None:
    lock, (mine, theirs) = ByRegions(Msvcrt()), files
    lock.take(mine)
    lock.share(mine)
    assert not lock.can_be_shared and not lock.try_to_take(theirs)


def test_waiting_does_not_hurry(files: tuple[int, int]) -> None:
    """Ten seconds are all that ``LK_LOCK`` of Windows waits, and an update takes minutes."""
    msvcrt, (mine, theirs) = Msvcrt(), files
    other, pauses = ByRegions(msvcrt), []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 200:
            other.leave(mine)

    other.take(mine)
    ByRegions(msvcrt, pause).take(theirs)
    assert len(pauses) == 200 and all(each > 0 for each in pauses)


def test_a_file_that_cannot_be_locked_at_all_is_an_error_and_no_reason_to_wait(files: tuple[int, int]) -> None:
    msvcrt = Msvcrt()
    msvcrt.broken = errno.EINVAL
    with pytest.raises(OSError, match="no lock"):
        ByRegions(msvcrt).take(files[0])


def test_this_system_has_a_lock(files: tuple[int, int]) -> None:
    assert of_this_system().try_to_take(files[0])
    assert not of_this_system().try_to_take(files[1])
