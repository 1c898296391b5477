"""What cannot be undone is pressed twice."""

from __future__ import annotations

from PySide6.QtCore import Qt
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
    link.setEnabled(True)  # the moment is over
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)
    assert confirmed
    link._forget()
    assert link.text() == "Discard"
