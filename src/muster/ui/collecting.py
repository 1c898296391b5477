"""When the interpreter looks for what nobody holds any more: in the window's thread, between turns of its loop.

By itself it does so on whatever thread makes objects just then. On a lane that would end what belongs to pages
that are gone while the window asks something of it, and now and then the whole process.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 250
_ROUNDS = 4  # about as many as a registration takes

_held = threading.Lock()
_living: set[int] = set()
_settled = threading.Event()


class Collecting(QObject):
    """As long as one lives, nowhere else is collected. Made in the window's thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        name = id(self)
        _living.add(name)
        gc.disable()
        self.destroyed.connect(lambda: _leave(name))
        timer = QTimer(self)
        timer.timeout.connect(_collect_what_is_due)
        timer.start(_EVERY_MS)


def _leave(name: int) -> None:
    _living.discard(name)
    if not _living:
        _settled.clear()
        _enable_where_nobody_lives()


def _enable_where_nobody_lives() -> None:
    if not _living and not _held.locked():
        gc.enable()


def _collect_what_is_due() -> None:
    """The youngest when they are as many as the interpreter itself would let come together, and after some times
    all, so that a page that is gone is not kept for the rest of the morning."""
    if _held.locked():
        return
    (young, rounds, _), (many, *_) = gc.get_count(), gc.get_threshold()
    if young > many:
        gc.collect(0 if rounds < _ROUNDS else 2 if _settled.is_set() else 1)


@contextmanager
def loading() -> Iterator[None]:
    """Nothing is collected meanwhile, and what is there afterwards stays to the end: else all of it would be
    looked at again and again, now and later, and the window answer nobody for a tenth of a second each time."""
    try:
        with _held:
            gc.disable()
            yield
            gc.freeze()
    finally:
        _enable_where_nobody_lives()


def settle() -> None:
    """The last of it is loaded. What is there besides from now on is little."""
    _settled.set()
