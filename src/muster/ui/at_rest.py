"""What the window takes while nobody does anything: a station in a village lives on a battery.

Works without a display, on a demo station in a temporary folder, with the simulated devices.

    MUSTER_SIMULATED_FAULTS=camera=empty_chair python -m muster.ui.at_rest [--seconds N]

prints one JSON document: ``home``, the first page after signing in, and ``preview``, a camera that shows an empty
chair. Of each the share of one processor in percent, drivers in processes of their own included, and how often a
second the window's process woke up. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from muster import processes
from muster.ui.timed_run import TimedRun, timed_run

_SETTLED = 0.5  # as long again: pages are loaded, devices looked for, a first round is made after signing in
_THREADS = Path("/proc/self/task")
_WOKEN = "voluntary_ctxt_switches:"


@dataclass(frozen=True, slots=True)
class AtRest:
    """``wakeups_per_s`` counts all threads: each wait that ended, waiting for the interpreter included."""

    processor_percent: float
    wakeups_per_s: float


def measure(run: TimedRun, for_s: float) -> AtRest:
    """Whatever the window shows now, left alone."""
    run.let_be(_SETTLED * for_s)
    began, used, woken = time.monotonic(), _used_s(os.getpid()), _woken()
    run.let_be(for_s)
    took = time.monotonic() - began
    return AtRest(100 * (_used_s(os.getpid()) - used) / took, max(0, _woken() - woken) / took)


def _used_s(pid: int) -> float:
    """Processor time of a process and of all it started that still run."""
    return (processes.used_s(pid) or 0.0) + sum(map(_used_s, processes.started_by(pid)))


def _woken() -> int:
    """proc(5); a thread that ended takes its count with it."""
    count = 0
    for each in _THREADS.glob("*/status"):
        try:
            lines = each.read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:  # it ended meanwhile
            continue
        count += sum(int(line.removeprefix(_WOKEN)) for line in lines if line.startswith(_WOKEN))
    return count


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    told = argparse.ArgumentParser(description="Leave the window alone, and tell what it takes.")
    told.add_argument("--seconds", type=float, default=20, help="How long each page is left alone.")
    asked = told.parse_args()
    with timed_run() as run:
        run.watch.stop()  # it beats, which is no rest
        run.sign_in()
        home = measure(run, asked.seconds)
        run.start_capture()
        preview = measure(run, asked.seconds)
    print(json.dumps({"home": asdict(home), "preview": asdict(preview)}))  # noqa: T201 - that is what it is for
    return 0


if __name__ == "__main__":
    sys.exit(main())
