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

_held = threading.Lock()
_living: set[int] = set()


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
        gc.enable()


def _collect_what_is_due() -> None:
    """The oldest generation that has grown past its limit, as the interpreter itself would."""
    if _held.locked():
        return
    due = [
        generation
        for generation, (count, limit) in enumerate(zip(gc.get_count(), gc.get_threshold(), strict=True))
        if limit and count > limit
    ]
    if due:
        gc.collect(due[-1])


@contextmanager
def held() -> Iterator[None]:
    """Nothing is collected anywhere meanwhile."""
    with _held:
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if was_enabled:
                gc.enable()
