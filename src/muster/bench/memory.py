"""The scales: what a piece of work takes at its peak, everything included.

Counted is the growth of the resident memory of a fresh process from just before the work to its peak: Python's
objects and what libraries take for themselves (libxml2's trees, zlib's windows, OpenSSL's buffers), the result
included. Not counted is what was there before: the interpreter, the imported modules, the input. ``tracemalloc``
would miss the libraries; ``ru_maxrss`` of a started process may be its parent's.

It is the figure of a process that did nothing else before. Where many pictures left the heap in pieces, what is
freed on the way cannot always be used again, and the peak is about one packet higher.

Linux only: nowhere else can the peak be set back.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from muster import processes

_CLEAR = Path("/proc/self/clear_refs")
_SET_PEAK_BACK = "5"  # proc(5)


def can_weigh() -> bool:
    return _CLEAR.exists()


def growth_in_a_fresh_process(prepare: Callable[[], object], work: Callable[[], object]) -> int:
    """Octets that ``work`` takes at its peak. ``prepare`` runs before and loads what is loaded once.

    Both are sent to the process: functions of modules, and ``partial``s of them.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as fresh:
        return fresh.submit(_growth, prepare, work).result()


def _growth(prepare: Callable[[], object], work: Callable[[], object]) -> int:
    prepare()
    gc.collect()
    _CLEAR.write_text(_SET_PEAK_BACK)
    before = processes.held(os.getpid())
    work()
    return processes.held(os.getpid(), "VmHWM") - before
