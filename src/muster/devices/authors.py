"""For whoever writes a driver: what went wrong in it, with its lines, on standard error.

People at the counter get a sentence, and what a stranger's error says goes into no log: it may hold anything. So
this is silent unless ``MUSTER_DRIVER_STDERR=1`` asks for it.
"""

from __future__ import annotations

import os
import sys
import traceback

from muster.errors import MusterError

STDERR_VARIABLE = "MUSTER_DRIVER_STDERR"

_told: set[str] = set()  # drivers are asked for their devices once a second


def is_asked_for() -> bool:
    return os.environ.get(STDERR_VARIABLE) == "1"


def tell(error: BaseException) -> None:
    """Each traceback once. An agreed error says enough by itself, unless it translates another one."""
    if not is_asked_for() or (isinstance(error, MusterError) and error.__cause__ is None):
        return
    said = "".join(traceback.format_exception(error))
    if said not in _told:
        _told.add(said)
        sys.stderr.write(said)
        sys.stderr.flush()
