"""Writing a file so that after return it is there whole, and before that not at all.

Temporary file in the same folder, fsync, rename, fsync of the folder. A crash leaves at most a
``.name.part`` that nobody reads.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muster.errors import Code, StorageUnavailable

DISK_FULL = Code(
    "DISK_FULL", "The disk is full. Free some space and try again; everything entered so far is kept."
)
DISK_UNWRITABLE = Code(
    "DISK_UNWRITABLE", "The station's folder cannot be written. Check the disk and its permissions."
)

UNFINISHED = ".part"
_OWNER_ONLY = 0o600


def write(path: Path, content: bytes, *, mode: int = _OWNER_ONLY) -> None:
    """Write ``content`` to ``path`` durably, replacing what was there.

    Raises ``StorageUnavailable(DISK_FULL | DISK_UNWRITABLE)``; then ``path`` holds what it held before (or, if
    only the very last step failed, already all of ``content``), never a part.
    """
    publish(prepare(path, content, mode=mode), path)


def prepare(path: Path, content: bytes, *, mode: int = _OWNER_ONLY) -> Path:
    """Write ``content`` to a file of its own beside ``path`` and return that, to be published or removed.

    The name is random: two writers of one path must not write into one file.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    with disk_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
    return temporary


def publish(temporary: Path, path: Path) -> None:
    """Give a prepared file its name."""
    with disk_errors():
        try:
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in ``folder`` durable."""
    if os.name == "nt":  # a folder cannot be opened there; NTFS journals the rename itself
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def disk_errors() -> Iterator[None]:
    """``OSError`` inside the block leaves as ``StorageUnavailable``."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise StorageUnavailable(DISK_FULL if full else DISK_UNWRITABLE) from error
