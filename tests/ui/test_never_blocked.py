"""That a window which answers nobody is noticed, and that the timed run goes through."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import closing

import pytest
from conftest_ui import quick_devices as quick_devices  # noqa: PLC0414 - used by being there
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from muster.ui.bare_loop import BareLoop
from muster.ui.loop_watch import FELT_MS, LoopWatch
from muster.ui.timed_run import timed_run


def _work_long() -> None:
    end = time.thread_time() + 0.3  # long enough for the listener to be let in on a busy machine
    while time.thread_time() < end:
        pass


def _wait_long() -> None:
    time.sleep(0.1)


def test_what_works_long_in_the_loop_is_named_and_timed_by_both_clocks(qapp: QApplication, qtbot: QtBot) -> None:
    watch = LoopWatch()
    QTimer.singleShot(5, _work_long)
    qtbot.wait(30)
    blocked = watch.take()
    watch.stop()
    assert blocked.wall_ms >= blocked.own_ms >= 100
    assert "_work_long" in blocked.own_where[-1]


def test_what_only_waits_took_none_of_the_windows_own_time(qapp: QApplication, qtbot: QtBot) -> None:
    watch = LoopWatch()
    QTimer.singleShot(5, _wait_long)
    qtbot.wait(30)
    blocked = watch.take()
    watch.stop()
    assert blocked.wall_ms >= 100
    assert "_wait_long" in blocked.wall_where[-1]
    assert blocked.own_ms < FELT_MS


def test_each_look_begins_anew(qapp: QApplication, qtbot: QtBot) -> None:
    watch = LoopWatch()
    _wait_long()
    assert watch.take().wall_ms >= 100
    qtbot.wait(5)
    later = watch.take()
    watch.stop()
    assert later.wall_ms < 100


@pytest.mark.skipif(sys.platform == "win32", reason="a process that is stopped and goes on")
def test_a_loop_beside_tells_how_long_the_machine_let_it_wait() -> None:
    with closing(BareLoop()) as bare:
        os.kill(bare.pid, signal.SIGSTOP)
        _wait_long()
        os.kill(bare.pid, signal.SIGCONT)
        assert bare.take_ms() >= 90
        assert bare.take_ms() < 90


@pytest.mark.usefixtures("quick_devices")
def test_the_timed_run_enrolls_one_person_after_the_other() -> None:
    with timed_run() as run:
        (told,) = run.registrations(1)
    assert told.blocked.wall_ms > 0
    assert told.bare_ms > 0
    assert told.next_ready_ms > 0
