"""A page stays where it belongs when its window grows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from muster.ui.widgets.room import Room


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_a_page_fills_its_window_from_the_edge_in_either_direction(
    qtbot: QtBot, direction: Qt.LayoutDirection
) -> None:
    room = Room()
    room.setLayoutDirection(direction)
    qtbot.addWidget(room)
    room.resize(600, 400)
    page = QWidget()
    room.put(page)
    room.show()
    for width in (900, 500, 800):
        room.resize(width, 400)
        QApplication.processEvents()
        assert page.mapTo(room, QPoint(0, 0)) == QPoint(0, 0)
        assert page.width() == width
