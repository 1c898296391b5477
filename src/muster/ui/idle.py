"""How long nobody has touched keyboard, mouse or screen."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from muster.ui.reimplemented import reimplemented
from muster.workstation.uptime import uptime

_TICK_MS = 1_000
_TOUCHES = {
    QEvent.Type.KeyPress,
    QEvent.Type.KeyRelease,  # of keys that a shortcut took away before
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.Wheel,
    QEvent.Type.TouchBegin,
    QEvent.Type.TabletPress,
}


def awake_s() -> float:
    """Goes on while the computer sleeps: a laptop that was closed and carried off is locked when it wakes."""
    running = uptime()
    return running.seconds if running.boot else time.monotonic()


class IdleWatch(QObject):
    """``idle`` every second, with the seconds since the last touch.

    Listens at the windows that the system hands its events to. A filter at the application would be asked about
    each event of each button and label, a thousand for a page, and makes Qt for Python look for what all of them
    are.
    """

    idle = Signal(float)

    def __init__(self, owner: QObject, clock: Callable[[], float] = awake_s) -> None:
        super().__init__(owner)
        self._clock = clock
        self._last = clock()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """At windows that were opened since, too; listening twice is listening once."""
        for window in QGuiApplication.topLevelWindows():
            window.installEventFilter(self)
        self.idle.emit(self._clock() - self._last)

    def touched(self) -> None:
        self._last = self._clock()

    @reimplemented
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES:
            self.touched()
        return False
