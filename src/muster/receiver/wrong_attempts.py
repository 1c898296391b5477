"""How long somebody has to wait who was wrong too often: in this process's memory, by its own clock.

Every name is treated alike, whether it is somebody's or not. Those that were tried longest ago are forgotten when
there are too many; to try so many takes longer than the wait.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

FREE = 5
WAIT_S = 60
_NAMES = 10_000


class WrongAttempts:
    """The first ``FREE`` attempts cost nothing; after that there is one every ``WAIT_S``."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._tried: OrderedDict[str, tuple[int, float]] = OrderedDict()  # how often, and when last
        self._lock = Lock()

    def has_to_wait(self, name: str) -> bool:
        with self._lock:
            times, last = self._tried.get(name, (0, 0.0))
        return times >= FREE and self._seconds() - last < WAIT_S

    def begin(self, name: str) -> None:
        """Counts as wrong until :meth:`forget`."""
        with self._lock:
            times, _ = self._tried.pop(name, (0, 0.0))
            self._tried[name] = times + 1, self._seconds()
            if len(self._tried) > _NAMES:
                self._tried.popitem(last=False)

    def forget(self, name: str) -> None:
        with self._lock:
            self._tried.pop(name, None)
