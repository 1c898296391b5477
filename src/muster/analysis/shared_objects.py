"""Large libraries loaded without holding the interpreter, so that a window beside goes on."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path


def load_beside(package: str, pattern: str) -> None:
    """Load the files of ``package`` that ``pattern`` names, as ``Path.glob`` reads it; importing it is short then.

    The interpreter itself calls ``dlopen`` with its lock held, a tenth of a second for the largest. Does nothing
    where there is no such file, and on systems other than Linux.
    """
    if sys.platform != "linux" or package in sys.modules:
        return
    spec = find_spec(package)
    system = ctypes.CDLL(None)  # what is called through it is called without the lock
    system.dlopen.argtypes, system.dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for folder in (spec.submodule_search_locations if spec else None) or ():
        with suppress(OSError):
            for file in Path(folder).glob(pattern):
                system.dlopen(os.fsencode(file), os.RTLD_LAZY)  # whatever fails fails again where it is imported
