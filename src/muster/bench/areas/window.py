"""What an officer waits for at the window: until it is there, while it answers nobody, for the next person.

The window is driven in a process of its own (``python -m muster.ui.timed_run``), offscreen; the devices are twenty
times as fast as with a person before them, which makes none of this quicker. That the loop was blocked is told
twice: by the wall clock, and in processor time of the window's thread, which is what the window itself took. Where
it was then stands beside it, and how long a loop in which nothing happens was blocked on this machine meanwhile.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from muster.bench.measuring import Clock, Rounds, Row
from muster.bench.starting import python
from muster.clock import utc_now
from muster.workstation.demo import demo_station

FELT_MS = 50.0
NEXT_READY_MS = 500.0
_TIMED_RUN = "muster.ui.timed_run"
_EMPTY = """
import os
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.show()
application.processEvents()
os._exit(0)
"""
# The command as it is typed, ended where somebody could begin to type a password.
_OURS = """
import os, sys
import muster.ui
from PySide6.QtWidgets import QApplication
def drawn(*_):
    QApplication.processEvents()
    os._exit(0)
QApplication.exec = drawn
from muster.main import main
main()
"""
_REGISTRATIONS = 3
_WINDOW = "/muster/ui/"


def rows(rounds: Rounds) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        demo_station(Path(folder), utc_now)
        ours = partial(python, "-c", _OURS, "--data", folder)
        empty = partial(python, "-c", _EMPTY)
        for first in (ours, empty):  # which compiles
            first()
        yield rounds.compare("window open, to sign in", ours, "an empty window of Qt", empty, repeat=3)
    told = timed(1 if rounds.once else _REGISTRATIONS)
    blocked = [each["blocked"] for each in told]
    for name, clock, figure in (
        ("window blocked longest, a registration", Clock.WALL, "wall"),
        ("the same, its own work", Clock.CPU, "own"),
    ):
        longest = max(blocked, key=itemgetter(f"{figure}_ms"))
        felt = f"what nobody feels{_place(longest[f'{figure}_where'])}"
        yield Row.of(name, [each[f"{figure}_ms"] for each in blocked], "ms", felt, FELT_MS, clock)
    bare = [each["bare_ms"] for each in told]
    yield Row.of("a loop in which nothing happens, beside it", bare, "ms", "the same", FELT_MS, Clock.WALL)
    ready = [each["next_ready_ms"] for each in told]
    yield Row.of("signed, until the next person's page", ready, "ms", "half a second", NEXT_READY_MS, Clock.WALL)


def _place(stack: Sequence[str]) -> str:
    """The innermost line of the window in it; nothing where the loop itself waited."""
    ours = [each.partition(_WINDOW)[2] for each in stack if _WINDOW in each and "timed_run" not in each]
    return f" ({ours[-1]})" if ours else ""


def timed(count: int) -> list[dict[str, Any]]:
    """What ``muster.ui.timed_run`` tells of each registration."""
    lines = python("-m", _TIMED_RUN, "--count", str(count)).splitlines()
    return [json.loads(line) for line in lines]
