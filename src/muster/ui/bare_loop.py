"""An event loop in which nothing happens, in a process of its own, under the stopwatch that the window has.

How long it was blocked is the machine's doing: whoever measures the window beside other work, or on a computer
that itself stands still now and then, sees how much of what was measured any window would have waited.
"""

from __future__ import annotations

import subprocess
import sys
import threading

from PySide6.QtCore import QCoreApplication, QObject, Signal

from muster.ui.loop_watch import LoopWatch


class BareLoop:
    """Runs from the start, with the priority of who made it. Close it."""

    def __init__(self) -> None:
        command = [sys.executable, "-P", "-m", __name__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.take_ms()  # it is there

    @property
    def pid(self) -> int:
        return self._process.pid

    def take_ms(self) -> float:
        """The longest time between two of its beats since the last time this was asked."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


class _Asked(QObject):
    """From the thread that listens to the one that beats."""

    again = Signal()
    no_more = Signal()


def main() -> int:
    application = QCoreApplication([])
    watch, asked = LoopWatch(), _Asked()
    asked.again.connect(lambda: print(watch.take().wall_ms, flush=True))  # noqa: T201 - a line is the answer
    asked.no_more.connect(application.quit)

    def listen() -> None:
        for _ in sys.stdin:
            asked.again.emit()
        asked.no_more.emit()

    threading.Thread(target=listen, daemon=True).start()
    application.exec()
    watch.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
