"""What nobody holds any more is looked for in the window's thread, and nowhere else."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt, QThread
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from muster.ui import collecting
from muster.ui.collecting import Collecting, loading, settle

MANY = 100_000  # objects at once, of which the interpreter takes notice at some hundred


class Ring:
    """Holds itself, and notes on which thread it ends."""

    def __init__(self, ended_on: list[int]) -> None:
        self.itself = self
        self.ended_on = ended_on

    def __del__(self) -> None:
        self.ended_on.append(threading.get_ident())


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[QObject]:
    monkeypatch.setattr(collecting, "_settled", threading.Event())
    monkeypatch.setattr(collecting, "_EVERY_MS", 250)
    gc.collect()
    window = QObject()
    Collecting(window)
    yield window
    shiboken6.delete(window)
    gc.unfreeze()


def busy_elsewhere() -> list[list[int]]:
    """A lane that makes a lot of objects, all of them still held."""
    made: list[list[int]] = []
    lane = threading.Thread(target=lambda: made.extend([number] for number in range(MANY)))
    lane.start()
    lane.join()
    return made


def test_it_is_found_in_the_windows_thread_whatever_another_is_busy_with(window: QObject, qtbot: QtBot) -> None:
    ended_on: list[int] = []
    Ring(ended_on)
    made = busy_elsewhere()
    assert ended_on == []
    qtbot.waitUntil(lambda: ended_on != [])
    assert ended_on == [threading.get_ident()]
    assert len(made) == MANY


def test_what_lived_long_is_found_as_well_once_everything_is_loaded(window: QObject, qtbot: QtBot) -> None:
    ended_on: list[int] = []
    settle()
    old = Ring(ended_on)
    gc.collect()  # which it outlives, so that it counts as old
    del old
    made: list[object] = []

    def busy_and_found() -> bool:
        made.append(busy_elsewhere())
        return bool(ended_on)

    qtbot.waitUntil(busy_and_found, timeout=30_000)


def test_a_widget_that_holds_itself_ends_in_the_windows_thread(window: QObject, qtbot: QtBot) -> None:
    """On a lane PySide ends it there, for its class is not PySide's own."""

    class Page(QWidget):
        itself: QWidget

    ended_in: list[QThread] = []
    page = Page()
    page.itself = page
    page.destroyed.connect(lambda: ended_in.append(QThread.currentThread()), Qt.ConnectionType.DirectConnection)
    del page
    made = busy_elsewhere()
    assert ended_in == []
    qtbot.waitUntil(lambda: ended_in != [])
    assert ended_in == [window.thread()]
    assert len(made) == MANY


def test_what_a_closed_window_leaves_is_not_left_to_the_lanes() -> None:
    window = QObject()
    Collecting(window)
    shiboken6.delete(window)
    ended_on: list[int] = []
    Ring(ended_on)
    made = busy_elsewhere()
    assert ended_on == []
    assert len(made) == MANY


def test_nothing_is_looked_for_while_something_is_loaded(window: QObject, qtbot: QtBot) -> None:
    ended_on: list[int] = []
    with loading():
        Ring(ended_on)
        made = busy_elsewhere()
        qtbot.wait(600)
        assert ended_on == []
        gc.collect()  # or it would stay as well
    assert len(made) == MANY


def test_what_was_loaded_is_left_alone_and_the_interpreter_goes_on_as_before() -> None:
    before = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > before
