"""Nobody is alone on a station's folder while somebody is at work there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from muster.workstation.station_lock import StationLock


@pytest.fixture
def come(tmp_path: Path) -> Iterator[Callable[[], StationLock]]:
    """Somebody takes the lock of the one folder, with a file of their own."""
    with ExitStack() as all_gone:

        def take() -> StationLock:
            lock = StationLock.take(tmp_path / ".lock")
            all_gone.callback(lock.release)
            return lock

        yield take


def test_who_cannot_have_it_alone_again_is_still_at_work_there(come: Callable[[], StationLock]) -> None:
    """The system lets go of a lock before it asks whether it can be had alone."""
    working = come()
    working.share()
    other = come()
    assert not working.alone_again()
    other.release()
    assert not come().is_alone


@pytest.mark.skipif(os.name == "nt", reason="somebody may be at work who could not take it")
def test_the_last_one_there_keeps_others_out_when_alone_again(
    come: Callable[[], StationLock], tmp_path: Path
) -> None:
    working = come()
    working.share()
    come().release()
    assert working.alone_again()
    working.release()
    assert come().is_alone
