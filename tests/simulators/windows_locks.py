"""``msvcrt.locking`` as Microsoft's pages have it, played by the lock that this system knows."""

from __future__ import annotations

import errno
import os
import sys


class Msvcrt:
    """An octet belongs to one open file, which may not lock it twice, until that is closed. ``broken`` is what it
    fails with."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self) -> None:
        self.broken: int | None = None
        self._mine: set[int] = set()

    def locking(self, fd: int, mode: int, nbytes: int, /) -> None:
        assert (os.lseek(fd, 0, os.SEEK_CUR), nbytes) == (0, 1)
        if self.broken is not None:
            raise OSError(self.broken, "no lock")
        if sys.platform == "win32":
            raise NotImplementedError
        import fcntl

        if mode == self.LK_UNLCK:
            if fd not in self._mine:
                raise PermissionError(errno.EACCES, "not locked")
            self._mine.remove(fd)
            fcntl.flock(fd, fcntl.LOCK_UN)
            return
        if fd in self._mine:
            raise PermissionError(errno.EACCES, "locked")
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermissionError(errno.EACCES, "locked") from None
        self._mine.add(fd)
