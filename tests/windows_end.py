"""Windows and pages that tests leave end here: in this thread, between two tests, from the outside in.

A test drops a page as it stands, children, cycles and all. The interpreter's collector takes such a heap apart in
an order of its own, now and then by ending a part in C++ that the page ends once more (PySide 6.11). In the
program no page comes to that: Qt ends it before anybody lets go of it.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

_NEVER_MS = 24 * 3_600_000
_left: list[bool] = []
"""One entry for each test since the last clearing that had a window."""


def only_between_tests() -> None:
    """The window's own collector rests while a test goes on, except where it is tested."""
    collecting = sys.modules.get("muster.ui.collecting")
    if collecting is not None:
        collecting._EVERY_MS = _NEVER_MS  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def ended_behind_a_test() -> Iterator[None]:
    yield
    if not gc.isenabled():
        _left.append(True)
        _end_what_nobody_holds()
        gc.enable()


@pytest.fixture(autouse=True, scope="module")
def ended_behind_a_module() -> Iterator[None]:
    """What fixtures of a module have held until now."""
    yield
    if _left:
        _left.clear()
        _end_what_nobody_holds()


def _end_what_nobody_holds() -> None:
    import shiboken6
    from PySide6.QtWidgets import QWidget

    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
    finally:
        gc.set_debug(0)
    outermost = [
        each
        for each in gc.garbage
        if isinstance(each, QWidget) and shiboken6.isValid(each) and each.parent() is None
    ]
    for each in outermost:
        if shiboken6.isValid(each):  # it may have hung on another
            shiboken6.delete(each)
    del outermost[:]
    gc.garbage.clear()
    gc.collect()
