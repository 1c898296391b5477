"""What Linux tells of running processes (proc(5)), for whoever measures. Of one that ended it tells nothing, and
elsewhere of none."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_ALL = Path("/proc")
_TICKS = "SC_CLK_TCK"


def held(pid: int, field: str = "VmRSS") -> int:
    """Octets of memory: what it holds, or by another field (``VmHWM``) the most it ever did; 0 unless told."""
    told = b""
    with suppress(OSError):
        told = (_ALL / str(pid) / "status").read_bytes()
    kibibytes = (line.split()[1] for line in told.splitlines() if line.startswith(f"{field}:".encode()))
    return sum(map(int, kibibytes)) * 1024


def used_s(pid: int) -> float | None:
    """Seconds of processor time, the system's for it included."""
    told = _stat(pid)
    return None if told is None else (int(told[11]) + int(told[12])) / os.sysconf(_TICKS)


def started_by(pid: int) -> tuple[int, ...]:
    """The processes that it started and that still run, those that they started not included."""
    return tuple(each for each in _pids() if (told := _stat(each)) is not None and int(told[1]) == pid)


def _pids() -> list[int]:
    with suppress(OSError):
        return [int(each.name) for each in _ALL.iterdir() if each.name.isdecimal()]
    return []


def _stat(pid: int) -> list[bytes] | None:
    """Its fields from the third on: the second is a name with whatever in it."""
    try:
        return (_ALL / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
