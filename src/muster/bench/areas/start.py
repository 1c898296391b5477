"""What it costs to start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from muster.bench.measuring import Rounds, Row

_ALL_BUT_A_COMMAND = "import muster.main as m; from muster.cli.app import build; build(m.QtScreen())"


def rows(rounds: Rounds) -> Iterator[Row]:
    ours, bare = partial(_start, _ALL_BUT_A_COMMAND), partial(_start, "pass")
    yield rounds.compare("start of the command line", ours, "python -c pass", bare, repeat=3)


def _start(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)
