"""What a pen or a mouse leaves on the pad."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from muster.ui.widgets.signature_pad import SignaturePad


@pytest.fixture
def pad(qtbot: QtBot) -> SignaturePad:
    made = SignaturePad("Signature")
    made.resize(400, 130)
    qtbot.addWidget(made)
    made.show()
    return made


def _pen(pad: SignaturePad, kind: QEvent.Type, x: float, y: float, pressure: float, at_ms: int) -> bool:
    place = QPointF(x, y)
    device = QPointingDevice.primaryPointingDevice()
    down = Qt.MouseButton.LeftButton
    event = QTabletEvent(
        kind, device, place, place, pressure, 0, 0, 0, 0, 0, Qt.KeyboardModifier.NoModifier, down, down
    )
    event.setTimestamp(at_ms)
    QApplication.sendEvent(pad, event)
    return event.isAccepted()


def test_a_pens_pressure_and_times_are_kept(pad: SignaturePad) -> None:
    assert _pen(pad, QEvent.Type.TabletPress, 10, 50, 0.25, 1000)
    _pen(pad, QEvent.Type.TabletMove, 200, 60, 0.75, 1016)
    _pen(pad, QEvent.Type.TabletRelease, 200, 60, 0.0, 1032)
    written = pad.handwriting
    assert written is not None
    assert [(point.at_ms, point.pressure) for point in written.strokes[0]] == [(0, 0.25), (16, 0.75)]


def test_a_mouse_that_measures_no_pressure_writes_with_all_of_it(pad: SignaturePad, qtbot: QtBot) -> None:
    qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    qtbot.mouseMove(pad, QPoint(120, 90))
    qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(120, 90))
    written = pad.handwriting
    assert written is not None
    assert {point.pressure for point in written.strokes[0]} == {1.0}


def test_what_leaves_the_pad_ends_at_its_edge(pad: SignaturePad) -> None:
    _pen(pad, QEvent.Type.TabletPress, 10, 50, 0.5, 0)
    _pen(pad, QEvent.Type.TabletMove, 9000, -50, 0.5, 5)
    written = pad.handwriting
    assert written is not None
    assert (written.strokes[0][-1].x, written.strokes[0][-1].y) == (400.0, 0.0)


def test_moving_without_pressing_writes_nothing(pad: SignaturePad, qtbot: QtBot) -> None:
    qtbot.mouseMove(pad, QPoint(20, 20))
    qtbot.mouseMove(pad, QPoint(220, 20))
    assert pad.handwriting is None


def test_a_touch_by_accident_is_no_signature_and_clearing_takes_all_away(pad: SignaturePad, qtbot: QtBot) -> None:
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert pad.handwriting is None
    _pen(pad, QEvent.Type.TabletPress, 10, 50, 0.5, 0)
    _pen(pad, QEvent.Type.TabletMove, 200, 50, 0.5, 5)
    with qtbot.waitSignal(pad.written):
        pad.clear()
    assert pad.handwriting is None
