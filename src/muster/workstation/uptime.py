"""How long the computer has been running: a clock that nobody sets."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Uptime:
    """Seconds since ``boot``; an empty ``boot`` where the system does not tell."""

    boot: str
    seconds: float


def uptime() -> Uptime:
    """Counts on while the computer sleeps, where the system has such a clock."""
    try:
        boot = _BOOT_ID.read_text().strip()
    except OSError:
        return Uptime("", 0.0)
    return Uptime(boot, time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.monotonic())
