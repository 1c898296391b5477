"""A real S3-compatible server over a folder: ``rclone serve s3``, of a package that brings the program along."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCESS_KEY, SECRET_KEY = "muster", "only-for-tests"
BUCKET = "packets"
_READY_WITHIN_S = 30


def program() -> Path | None:
    found = Path(sys.executable).with_name("rclone")
    return found if found.exists() else None


@contextmanager
def real_store(folder: Path) -> Iterator[str]:
    """Where it is reached; one bucket is there."""
    found = program()
    assert found is not None
    (folder / BUCKET).mkdir(parents=True)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    command = [
        str(found), "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}",
        "--config", str(folder / "rclone.conf"), str(folder),
    ]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.kill()
        running.wait(10)


def _wait(port: int) -> None:
    end = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)
        else:
            return
