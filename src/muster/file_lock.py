"""A lock on a file, between processes and between threads that opened it each by itself. It is the operating
system's and ends with the process, however that ends: there is never a stale one.

===============  ==========================  ============================================================
..               Linux, macOS                Windows
===============  ==========================  ============================================================
what is locked   the open file (``flock``)   its first octet (``msvcrt.locking``), there or not
waiting          the system's                ours: the system's own gives up after ten seconds
shared           by any number               not at all: whoever has it alone keeps it so
===============  ==========================  ============================================================
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from typing import Protocol

_LOOK_AGAIN_AFTER_S = 0.1


class FileLock(Protocol):
    """``file`` is the descriptor of an open one, and stands at its first octet afterwards. What keeps the system
    from locking at all leaves as ``OSError``."""

    @property
    def can_be_shared(self) -> bool: ...

    def take(self, file: int) -> None:
        """Alone; waits for whoever has it, however long that is."""

    def try_to_take(self, file: int) -> bool:
        """Alone, or not at all: what this file shared until then it no longer does, whoever shares it besides."""

    def share(self, file: int) -> None:
        """With whoever else shares it; waits for somebody who has it alone. Nothing where it cannot be shared."""

    def leave(self, file: int) -> None:
        """Let others have it now. Closing the file does so, too, on Windows some time later."""


class ByFlock:
    can_be_shared = True

    def take(self, file: int) -> None:
        self._lock(file, "LOCK_EX")

    def try_to_take(self, file: int) -> bool:
        try:
            self._lock(file, "LOCK_EX", "LOCK_NB")
        except BlockingIOError:
            return False
        return True

    def share(self, file: int) -> None:
        self._lock(file, "LOCK_SH")

    def leave(self, file: int) -> None:
        self._lock(file, "LOCK_UN")

    def _lock(self, file: int, *flags: str) -> None:
        if sys.platform != "win32":
            import fcntl

            os.lseek(file, 0, os.SEEK_SET)
            fcntl.flock(file, sum(getattr(fcntl, each) for each in flags))


class Regions(Protocol):
    """What of ``msvcrt`` is called: ``LK_NBLCK`` fails with EACCES where somebody else has locked the octets that
    begin at the file's position, ``LK_UNLCK`` where this file has not."""

    LK_NBLCK: int
    LK_UNLCK: int

    def locking(self, fd: int, mode: int, nbytes: int, /) -> None: ...


class ByRegions:
    can_be_shared = False

    def __init__(self, regions: Regions, pause: Callable[[float], None] = time.sleep) -> None:
        self._regions, self._pause = regions, pause

    def take(self, file: int) -> None:
        while not self.try_to_take(file):
            self._pause(_LOOK_AGAIN_AFTER_S)

    def try_to_take(self, file: int) -> bool:
        os.lseek(file, 0, os.SEEK_SET)
        try:
            self._regions.locking(file, self._regions.LK_NBLCK, 1)
        except OSError as error:
            if error.errno != errno.EACCES:
                raise
            return False
        return True

    def share(self, file: int) -> None:
        pass

    def leave(self, file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        self._regions.locking(file, self._regions.LK_UNLCK, 1)


def of_this_system() -> FileLock:
    if sys.platform == "win32":
        import msvcrt

        return ByRegions(msvcrt)
    return ByFlock()
