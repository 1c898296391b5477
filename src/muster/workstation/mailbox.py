"""A one-slot mailbox: the newest value wins, nobody waits.

A preview that queues one signal per frame builds a backlog (300 frames at 5 ms of work arrive more
than a second late); a mailbox that a timer empties stays current however slow the reader is.
"""

from __future__ import annotations

from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    def __init__(self) -> None:
        self._lock = Lock()
        self._value: T | None = None

    def put(self, value: T) -> None:
        """Leave ``value``, replacing what nobody took."""
        with self._lock:
            self._value = value

    def take(self) -> T | None:
        """The newest value, once; nothing when it was taken already."""
        with self._lock:
            value, self._value = self._value, None
            return value
