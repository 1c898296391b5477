"""What an officer waits for at the window: until it is there, while it answers nobody, for the next person.

The window is driven in a process of its own (``python -m muster.ui.rehearsal``), offscreen; the devices are twenty
times as fast as with a person before them, which makes none of this quicker. That the loop was blocked is told
twice: by the wall clock, and in processor time of the window's thread, which is what the window itself took. What
blocked longest is told by running the rehearsal by hand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from muster.bench.measuring import Clock, Rounds, Row
from muster.clock import utc_now
from muster.workstation.demo import demo_station

FELT_MS = 50.0
NEXT_READY_MS = 500.0
_REHEARSAL = "muster.ui.rehearsal"
_EMPTY = """
import os
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
window.show()
application.processEvents()
os._exit(0)
"""
_REGISTRATIONS = 3


def rows(rounds: Rounds) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        demo_station(Path(folder), utc_now)
        ours = partial(_python, "-m", _REHEARSAL, "--open", folder)
        empty = partial(_python, "-c", _EMPTY)
        yield rounds.compare("window open, to sign in", ours, "an empty window of Qt", empty, repeat=3)
    told = rehearsed(1 if rounds.once else _REGISTRATIONS)
    felt, blocked = "what nobody feels", [each["blocked"] for each in told]
    walls, own = [each["wall_ms"] for each in blocked], [each["own_ms"] for each in blocked]
    yield Row.of("window blocked longest, a registration", walls, "ms", felt, FELT_MS, Clock.WALL)
    yield Row.of("the same, its own work", own, "ms", felt, FELT_MS, Clock.CPU)
    ready = [each["next_ready_ms"] for each in told]
    yield Row.of("signed, until the next person's page", ready, "ms", "half a second", NEXT_READY_MS, Clock.WALL)


def rehearsed(count: int) -> list[dict[str, Any]]:
    """What ``muster.ui.rehearsal`` tells of each registration."""
    lines = _python("-m", _REHEARSAL, "--count", str(count)).splitlines()
    return [json.loads(line) for line in lines]


def _python(*arguments: str) -> str:
    settings = {"QT_QPA_PLATFORM": "offscreen", "MUSTER_SIMULATED_SPEED": "20", **os.environ}
    ran = subprocess.run([sys.executable, *arguments], env=settings, stdout=subprocess.PIPE, text=True, check=True)
    return ran.stdout
