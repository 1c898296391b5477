"""When the interpreter looks for what nobody holds any more: in the window's thread, between turns of its loop.

By itself it does so on whatever thread makes objects just then. On a lane that ends widgets of pages that are gone
there, in C++ as well, while the window is at them: PySide leaves to the window's thread only what is of its own
classes, not what is of classes derived from them.
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
_settled = threading.Event()


class Collecting(QObject):
    """From the first one on nowhere else is collected, for as long as the process lasts: what a window leaves
    behind when it is closed is of that kind too. Made in the window's thread, by what brings lanes to a window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        timer = QTimer(self)
        timer.timeout.connect(_collect_what_is_due)
        timer.start(_EVERY_MS)


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
    with _held:
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            yield
            stay()
        finally:
            if was_enabled:
                gc.enable()


def stay() -> None:
    """What is there now stays to the end."""
    gc.freeze()


def settle() -> None:
    """The last of it is loaded and stays as well. What is there besides from now on is little."""
    if not _settled.is_set():
        stay()
        _settled.set()
