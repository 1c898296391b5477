"""Registration after registration at one window: does it grow, or become slow?

    python tests/bench/registrations.py --count 300

A line for each registration: how long the window was blocked, and how long a loop in which nothing happens (the
machine's part of it), how long the next person waited, what the process holds and what those do that it started.
Below them the middle one of each column, the one that 95 of a hundred keep below, and the worst, and how often
somebody could have felt it. At the end the last third is compared with the second tenth, when everything had been
used: exit status 1 when it holds more. Linux only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Iterator, Sequence
from math import ceil

from muster.ui.loop_watch import FELT_MS
from muster.ui.timed_run import Timed, timed_run

HEADING = "number blocked_ms own_ms bare_ms next_ready_ms resident_mib started_mib"
_MORE_MEMORY = 1.05
_MORE_MIB = 10.0  # what an allocator keeps for the next time


def line(each: Timed) -> str:
    return _columns(str(each.number), _figures(each))


def summary(told: Sequence[Timed]) -> Iterator[str]:
    columns = [sorted(column) for column in zip(*map(_figures, told), strict=True)]
    for name, share in (("median", 0.5), ("p95", 0.95), ("worst", 1.0)):
        yield _columns(name, [column[ceil(share * len(column)) - 1] for column in columns])


def _figures(each: Timed) -> tuple[float, ...]:
    blocked = each.blocked
    return blocked.wall_ms, blocked.own_ms, each.bare_ms, each.next_ready_ms, each.resident_mib, each.started_mib


def _columns(name: str, figures: Sequence[float]) -> str:
    wall, own, bare, ready, resident, started = figures
    return f"{name:>6} {wall:>10.1f} {own:>6.1f} {bare:>7.1f} {ready:>13.1f} {resident:>12.1f} {started:>11.1f}"


def felt(told: Sequence[Timed]) -> str:
    """How often somebody could have felt it, and how much of that was the window."""
    longer = [each for each in told if each.blocked.wall_ms > FELT_MS]
    ours = sum(each.bare_ms <= FELT_MS for each in longer)
    return f"Above {FELT_MS:.0f} ms: {len(longer)} of {len(told)}, {ours} of them while the bare loop was not."


def growth(name: str, held_mib: Sequence[float]) -> str:
    """In words, or nothing where it stayed as it was."""
    count = len(held_mib)
    early = held_mib[count // 10 : max(count // 5, count // 10 + 1)]
    late = held_mib[-max(count // 3, 1) :]
    before, after = statistics.median(early), statistics.median(late)
    grew = after > before * _MORE_MEMORY + _MORE_MIB
    return f"{name}: {before:.1f}, then {after:.1f}" if grew else ""


def main() -> int:
    told = argparse.ArgumentParser(description="Enroll invented people at one window, and look whether it grows.")
    told.add_argument("--count", type=int, default=300)
    asked = told.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("MUSTER_SIMULATED_SPEED", "20")
    print(HEADING, flush=True)
    told_of: list[Timed] = []
    with timed_run() as run:
        for each in run.registrations(asked.count):
            print(line(each), flush=True)
            told_of.append(each)
    print(*summary(told_of), felt(told_of), sep="\n")
    resident, started = [each.resident_mib for each in told_of], [each.started_mib for each in told_of]
    found = growth("resident_mib", resident) or growth("started_mib", started)
    print(found or "It holds no more than at the beginning.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
