"""The wallet of ``peers/wallet`` as a process of its own: others' libraries, and the lies a test asks for."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PEER = Path(__file__).parents[1] / "peers" / "wallet"


class Wallet:
    def __init__(self, running: subprocess.Popen[str]) -> None:
        self._running = running

    def opens(self, link: str, *credentials: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """What came of it: the question it saw, and the status and body that its answer was answered with."""
        said = self.tries(link, *credentials, **lies)
        assert "error" not in said, said["error"]
        return said

    def tries(self, link: str, *credentials: dict[str, Any], **lies: Any) -> dict[str, Any]:
        """``error`` is why it did not come to an answer."""
        assert self._running.stdin is not None and self._running.stdout is not None
        command = {"link": link, "credentials": credentials, "lies": lies}
        self._running.stdin.write(json.dumps(command) + "\n")
        self._running.stdin.flush()
        said: dict[str, Any] = json.loads(self._running.stdout.readline())
        return said


@contextmanager
def real_wallet() -> Iterator[Wallet]:
    """Skips where Node or its packages are absent."""
    if shutil.which("node") is None or not (PEER / "node_modules" / "@openid4vc").is_dir():
        pytest.skip("the wallet's npm packages are not installed (packaging/bootstrap.py test)")
    with subprocess.Popen(
        ["node", "wallet.mjs"],
        cwd=PEER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        try:
            yield Wallet(running)
        finally:
            assert running.stdin is not None
            running.stdin.close()
