"""What cannot be undone is pressed twice."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from muster.ui.widgets.asked_twice import AskedTwice


def test_the_first_press_asks_and_only_the_second_after_a_moment_counts(qtbot: QtBot) -> None:
    link = AskedTwice("Discard", "For good?")
    qtbot.addWidget(link)
    link.show()
    confirmed: list[bool] = []
    link.confirmed.connect(lambda: confirmed.append(True))
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert link.text() == "For good?"
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)  # the second half of a double click
    assert not confirmed
    link._think()  # the moment is over
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert confirmed
    link._forget()
    assert link.text() == "Discard"


@pytest.mark.qt_log_ignore("propagateSizeHints")  # the platform without a screen says so
def test_the_keyboard_that_asked_answers(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    link, neighbour = AskedTwice("Discard", "For good?"), QPushButton("Without hints")
    row.addWidget(link)
    row.addWidget(neighbour)
    window.show()
    link.setFocus()
    qtbot.keyClick(link, Qt.Key.Key_Space)
    assert window.focusWidget() is link
    link._think()
    with qtbot.waitSignal(link.confirmed):
        qtbot.keyClick(link, Qt.Key.Key_Space)
