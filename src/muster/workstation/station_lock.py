"""Who is at work on a station's folder: the window, a command, or several of them at once.

Every desk holds the lock shared for its life. Tidying up needs it alone, because a file that nobody names *yet*
looks like one that nobody names any more. The lock is the operating system's: it ends with the process, however
that ends, so there is never a stale one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from muster import durable


class StationLock:
    """``is_alone`` says whether nobody else held it when it was taken."""

    def __init__(self, file: IO[bytes], *, is_alone: bool) -> None:
        self._file = file
        self.is_alone = is_alone

    @classmethod
    def take(cls, path: Path) -> StationLock:
        """Wait for whoever is tidying up, never for whoever is working. Raises ``StorageUnavailable``."""
        with durable.disk_errors():
            file = path.open("ab")
        return cls(file, is_alone=_lock(file))

    def share(self) -> None:
        """Let others in: what needed being alone is done."""
        self.is_alone = False
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(self._file, fcntl.LOCK_SH)

    def alone_again(self) -> bool:
        """Take it alone if nobody else holds it any more: whoever comes meanwhile waits."""
        if sys.platform == "win32":
            return self.is_alone
        import fcntl

        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        self._file.close()


def _lock(file: IO[bytes]) -> bool:
    if sys.platform == "win32":  # there is no shared lock there: the first one in is alone, and stays so
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(file, fcntl.LOCK_SH)
        return False
    return True
