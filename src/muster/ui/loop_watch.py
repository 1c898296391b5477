"""How long the window answered nobody: a heart that beats in the event loop, and somebody beside it who listens.

Between two beats the loop does one thing. Where that takes long, the thread beside notes where it is, once, so
that it can be mended. Processor time of the window's own thread stands beside the wall clock's: on a machine that
does other things as well only the former is the window's fault.
"""

from __future__ import annotations

import faulthandler
import re
import tempfile
import threading
import time
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, QTimer

FELT_MS = 50.0
"""What is over sooner nobody feels."""
_BEAT_MS = 1
_LISTEN_S = 0.005
_FRAMES_TOLD = 10
_FRAME = re.compile(r'File "(.*)", line (\d+) in (.*)')


@dataclass(frozen=True, slots=True)
class Blocked:
    """The longest time between two beats by the wall clock, and the longest in processor time of the window's
    thread: not always the same two. Each with the stack, innermost last; empty where nobody would have felt it."""

    wall_ms: float = 0.0
    wall_where: tuple[str, ...] = ()
    own_ms: float = 0.0
    own_where: tuple[str, ...] = ()


class LoopWatch(QObject):
    """Made and used in the window's thread. Beats from the start."""

    def __init__(self) -> None:
        super().__init__()
        self._watched = threading.get_ident()
        self._longest = Blocked()
        self._noted: tuple[int, tuple[str, ...]] = (0, ())
        self._beats = 1
        self._last = (time.monotonic(), time.thread_time())
        self._heart = QTimer(self)
        self._heart.setTimerType(Qt.TimerType.PreciseTimer)
        self._heart.timeout.connect(self._beat)
        self._heart.start(_BEAT_MS)
        self._ended = threading.Event()
        self._listener = threading.Thread(target=self._listen, name="loop-watch", daemon=True)
        self._listener.start()

    def take(self) -> Blocked:
        """The longest since the last time this was asked, what goes on just now included."""
        self._beat()
        longest, self._longest = self._longest, Blocked()
        return longest

    def stop(self) -> None:
        self._heart.stop()
        self._ended.set()
        self._listener.join()

    def _beat(self) -> None:
        now, (wall, own) = (time.monotonic(), time.thread_time()), self._last
        wall_ms, own_ms = (now[0] - wall) * 1000, (now[1] - own) * 1000
        beat, noted = self._noted
        where = noted if beat == self._beats else ()
        if wall_ms > self._longest.wall_ms:
            self._longest = replace(self._longest, wall_ms=wall_ms, wall_where=where)
        if own_ms > self._longest.own_ms:
            self._longest = replace(self._longest, own_ms=own_ms, own_where=where)
        self._beats += 1
        self._last = now

    def _listen(self) -> None:
        while not self._ended.wait(_LISTEN_S):
            beat, (wall, _) = self._beats, self._last
            if (time.monotonic() - wall) * 1000 <= FELT_MS or self._noted[0] == beat:
                continue
            self._noted = (beat, self._stack())

    def _stack(self) -> tuple[str, ...]:
        """Of the watched thread, innermost last. Told by the interpreter in one go: to walk through the frames of
        a thread that runs on meanwhile ends the process now and then."""
        with tempfile.TemporaryFile() as told:
            faulthandler.dump_traceback(told)
            told.seek(0)
            threads = told.read().decode("utf-8", "replace").split("\n\n")
        mine = next((each for each in threads if f"0x{self._watched:016x} " in each.partition("\n")[0]), "")
        frames = [_FRAME.sub(r"\1:\2 \3", line.strip()) for line in mine.splitlines()[1:]]
        return tuple(reversed(frames[:_FRAMES_TOLD]))
