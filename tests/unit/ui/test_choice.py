"""A list to choose from shows what there is to choose."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from muster.ui import theme
from muster.ui.widgets.parts import Choice


@pytest.mark.qt_log_ignore("This plugin does not support")
@pytest.mark.parametrize("zoom", [100, 200])
def test_every_row_of_a_short_list_is_seen_whole(qtbot: QtBot, qapp: QApplication, zoom: int) -> None:
    theme.apply(qapp, theme.Look(zoom=zoom))
    try:
        window = QWidget()
        qtbot.addWidget(window)
        list_ = Choice("User name")
        list_.addItems(["officer", "supervisor", "administrator"])
        QVBoxLayout(window).addWidget(list_)
        window.show()
        list_.showPopup()
        rows = sum(list_.view().sizeHintForRow(row) for row in range(3))
        qtbot.waitUntil(lambda: list_.view().viewport().height() >= rows)
        assert list_.view().verticalScrollBar().maximum() == 0
        list_.hidePopup()
    finally:
        theme.apply(qapp, theme.Look())
