"""Who is at work on a station's folder: the window, a command, or several of them at once.

Every desk holds the lock shared for its life. Tidying up needs it alone, because a file that nobody names *yet*
looks like one that nobody names any more. Where the lock cannot be shared (Windows), the first one in is alone,
and stays so.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from muster import durable
from muster.file_lock import of_this_system

_LOCK = of_this_system()


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
            return cls(file, is_alone=_take(file.fileno()))

    def share(self) -> None:
        """Let others in: what needed being alone is done."""
        self.is_alone = False
        _LOCK.share(self._file.fileno())

    def alone_again(self) -> bool:
        """Take it alone if nobody else holds it any more: whoever comes meanwhile waits. Otherwise it is held
        shared as before: what the system drops when it says no is taken again."""
        if not _LOCK.can_be_shared:  # somebody may be at work who could not take it
            return self.is_alone
        return _take(self._file.fileno())

    def release(self) -> None:
        self._file.close()


def _take(file: int) -> bool:
    if _LOCK.try_to_take(file):
        return True
    _LOCK.share(file)
    return False
