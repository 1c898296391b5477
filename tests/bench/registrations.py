"""Registration after registration at one window: does it grow, or become slow?

    python tests/bench/registrations.py --count 300

A line for each registration: how long the window was blocked, how long the next person waited, what the process
holds. At the end the last third is compared with the second tenth, when everything had been used: exit status 1
when it holds more. Linux only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Sequence

from muster.ui.rehearsal import Rehearsed, rehearsing

HEADING = "number blocked_ms own_ms next_ready_ms resident_mib"
_MORE_MEMORY = 1.05
_MORE_MIB = 10.0  # what an allocator keeps for the next time


def line(each: Rehearsed) -> str:
    return (
        f"{each.number:>6} {each.blocked.wall_ms:>10.1f} {each.blocked.own_ms:>6.1f} "
        f"{each.next_ready_ms:>13.1f} {each.resident_mib:>12.1f}"
    )


def growth(resident_mib: Sequence[float]) -> str:
    """In words, or nothing where it stayed as it was."""
    count = len(resident_mib)
    early = resident_mib[count // 10 : max(count // 5, count // 10 + 1)]
    late = resident_mib[-max(count // 3, 1) :]
    before, after = statistics.median(early), statistics.median(late)
    grew = after > before * _MORE_MEMORY + _MORE_MIB
    return f"resident_mib: {before:.1f}, then {after:.1f}" if grew else ""


def main() -> int:
    told = argparse.ArgumentParser(description="Enroll invented people at one window, and look whether it grows.")
    told.add_argument("--count", type=int, default=300)
    asked = told.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("MUSTER_SIMULATED_SPEED", "20")
    print(HEADING, flush=True)
    held = []
    with rehearsing() as rehearsal:
        for each in rehearsal.registrations(asked.count):
            print(line(each), flush=True)
            held.append(each.resident_mib)
    found = growth(held)
    print(found or "It holds no more than at the beginning.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
