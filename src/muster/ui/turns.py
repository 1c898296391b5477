"""Turns of the window's event loop: what takes long is cut into pieces, and between two of them whoever presses or
types something is answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from muster.errors import MusterError

DRAWN_MS = 50
"""A page that was put is drawn by then."""
_NEXT_MS = 1  # a timer of 0 is served in the same turn
_ENOUGH_S = 0.01


def later(owner: QObject, work: Callable[[], object]) -> None:
    """In the next turn, unless ``owner`` is gone by then."""
    QTimer.singleShot(_NEXT_MS, owner, work)


def in_turns(
    owner: QObject,
    pieces: Iterator[object],
    done: Callable[[], object],
    failed: Callable[[MusterError], object],
) -> None:
    """As many of ``pieces`` in each turn as do not take long, from the next one on, then ``done`` in one of its
    own; ``failed`` in its place where a piece raises an error of the tree."""

    def go_on() -> None:
        enough = time.monotonic() + _ENOUGH_S
        try:
            for _ in pieces:
                if time.monotonic() > enough:
                    later(owner, go_on)
                    return
        except MusterError as error:
            failed(error)
            return
        later(owner, done)

    later(owner, go_on)


def polishing(page: QWidget) -> Iterator[None]:
    """Pieces after which the style sheet has been applied to all of a page that is not shown yet. It may get no
    other parent afterwards: that would undo it."""
    for widget in page.findChildren(QWidget):
        widget.ensurePolished()
        yield
