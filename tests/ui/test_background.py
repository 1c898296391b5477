"""From the window to the lanes and back: what comes back, and on which thread what was needed for it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

import pytest
import shiboken6
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from muster.errors import INTERNAL_FAULT, BadInput, Code, MusterError
from muster.ui.background import Background
from muster.workstation.lanes import Lanes

LANE = "store"
NO = Code("BACKGROUND_TEST_REFUSED", "No.")
T = TypeVar("T")


class Held:
    """Something of a page. Notes on which thread the last of it went."""

    def __init__(self, ended_on: set[int]) -> None:
        self._ended_on = ended_on

    def __del__(self) -> None:
        self._ended_on.add(threading.get_ident())

    def work(self) -> int:
        return 1

    def fail(self) -> int:
        raise BadInput(NO)

    def done(self, result: object) -> None: ...


@pytest.fixture
def lanes() -> Iterator[Lanes]:
    with Lanes() as lanes:
        yield lanes


@pytest.fixture
def background(qtbot: QtBot, lanes: Lanes) -> Background:
    return Background(lanes)


def test_a_result_comes_back_in_the_windows_thread(background: Background, qtbot: QtBot) -> None:
    owner, told = QObject(), []
    background.run(
        owner, LANE, threading.get_ident, lambda lane: told.append((lane, threading.get_ident())), told.append
    )
    qtbot.waitUntil(lambda: told != [])
    ((lane, here),) = told
    assert here == threading.get_ident() != lane


def test_an_error_comes_back_as_one(background: Background, qtbot: QtBot) -> None:
    owner: QObject = QObject()
    errors: list[MusterError] = []

    def refuse() -> None:
        raise BadInput(NO)

    background.run(owner, LANE, refuse, lambda result: None, errors.append)
    qtbot.waitUntil(lambda: errors != [])
    assert errors[0].code is NO


def test_a_fault_of_ours_is_a_sentence_and_goes_to_the_log(background: Background, qtbot: QtBot) -> None:
    owner = QObject()
    errors: list[MusterError] = []

    def divide() -> float:
        return 1 / 0

    with qtbot.capture_exceptions() as raised:
        background.run(owner, LANE, divide, lambda result: None, errors.append)
        qtbot.waitUntil(lambda: errors != [])
        qtbot.waitUntil(lambda: raised != [])
    assert errors[0].code is INTERNAL_FAULT
    assert raised[0][0] is ZeroDivisionError


def test_whoever_is_gone_is_told_nothing(background: Background, qtbot: QtBot, lanes: Lanes) -> None:
    owner, told = QObject(), []
    asked = threading.Event()
    background.run(owner, LANE, asked.wait, told.append, told.append)
    shiboken6.delete(owner)
    asked.set()
    after = QObject()
    background.run(after, LANE, lambda: "after", told.append, told.append)
    qtbot.waitUntil(lambda: told != [])
    assert told == ["after"]


class SlowToForget(Lanes):
    """Holds on to what it was given until it is told to let go, long after it did it."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()
        self.threads: list[threading.Thread] = []

    def submit(self, lane: str, work: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()

        def do(work: Callable[[], T], future: Future[T]) -> None:
            try:
                future.set_result(work())
            except MusterError as error:
                future.set_exception(error)
            self.let_go.wait()

        self.threads.append(threading.Thread(target=do, args=(work, future), daemon=True))
        self.threads[-1].start()
        return future


@pytest.mark.parametrize("work", ["work", "fail"])
def test_what_was_needed_ends_in_the_windows_thread_however_late_a_lane_lets_go(qtbot: QtBot, work: str) -> None:
    lanes = SlowToForget()
    background = Background(lanes)
    owner, ended_on = QObject(), set[int]()
    held = Held(ended_on)
    background.run(owner, LANE, getattr(held, work), held.done, held.done)
    del held
    qtbot.waitUntil(lambda: ended_on != set(), timeout=2_000)
    lanes.let_go.set()
    for each in lanes.threads:
        each.join()
    assert ended_on == {threading.get_ident()}


def test_other_threads_tell_the_window_until_whoever_listens_is_gone(background: Background, qtbot: QtBot) -> None:
    owner, other = QObject(), QObject()
    told: list[str] = []
    tell = background.from_elsewhere(owner, told.append)
    tell_other = background.from_elsewhere(other, told.append)
    for each in (tell, tell_other):
        threading.Thread(target=each, args=("once",)).start()
    qtbot.waitUntil(lambda: told == ["once", "once"])
    shiboken6.delete(owner)
    tell("again")
    tell_other("again")
    qtbot.waitUntil(lambda: len(told) > 2)
    qtbot.wait(20)
    assert told == ["once", "once", "again"]
