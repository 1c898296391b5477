"""That work in turns lets others be answered in between, and ends with whom it is for."""

from __future__ import annotations

import time
from collections.abc import Iterator

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from muster.errors import MusterError, StorageUnavailable
from muster.store.database import DATABASE_BUSY
from muster.ui.turns import in_turns, later


def _never(error: MusterError) -> None:
    raise AssertionError(error)


def test_between_two_pieces_and_before_the_end_others_are_answered(qapp: QApplication, qtbot: QtBot) -> None:
    owner, others = QObject(), QTimer()
    answered: list[int] = []
    seen: list[int] = []
    others.timeout.connect(lambda: answered.append(1))
    others.start(1)

    def pieces() -> Iterator[None]:
        for _ in range(3):
            time.sleep(0.015)
            seen.append(len(answered))
            yield

    in_turns(owner, pieces(), lambda: seen.append(len(answered)), _never)
    qtbot.waitUntil(lambda: len(seen) == 4)
    assert seen == sorted(set(seen))


def test_short_pieces_are_not_waited_for_one_by_one(qapp: QApplication, qtbot: QtBot) -> None:
    owner, others = QObject(), QTimer()
    answered: list[int] = []
    done: list[int] = []
    others.timeout.connect(lambda: answered.append(1))
    others.start(1)
    in_turns(owner, iter(range(10_000)), lambda: done.append(len(answered)), _never)
    qtbot.waitUntil(lambda: bool(done))
    assert done[0] < 1_000


def test_nothing_is_done_for_who_is_gone(qapp: QApplication, qtbot: QtBot) -> None:
    owner = QObject()
    done: list[str] = []
    in_turns(owner, iter(range(3)), lambda: done.append("in turns"), _never)
    later(owner, lambda: done.append("later"))
    shiboken6.delete(owner)
    qtbot.wait(20)
    assert done == []


def test_a_piece_that_fails_is_told_and_nothing_is_done(qapp: QApplication, qtbot: QtBot) -> None:
    owner = QObject()
    done: list[str] = []
    told: list[MusterError] = []

    def pieces() -> Iterator[None]:
        yield
        raise StorageUnavailable(DATABASE_BUSY)

    in_turns(owner, pieces(), lambda: done.append("in turns"), told.append)
    qtbot.waitUntil(lambda: bool(told))
    qtbot.wait(20)
    assert (done, told[0].code) == ([], DATABASE_BUSY)
