"""What a hub stands on, each as a process that can be killed and started again, and the hub's own processes.

The processor time of each kind is counted while it runs.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from muster import processes
from simulators.real_store import ACCESS_KEY, BUCKET, SECRET_KEY, program

_READY_WITHIN_S = 60
SECRETS = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


class Started:
    """A process of one command."""

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> None:
        self._command = command
        self._log = log
        self._environment = {**os.environ, **(environment or {})}
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._running is None else self._running.pid

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(self._command, stdout=log, stderr=log, env=self._environment)

    def kill(self) -> None:
        """Without a word of warning."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def wait_for(self, port: int) -> None:
        end = time.monotonic() + _READY_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                assert self._running is not None
                assert self._running.poll() is None, self._log.read_text()[-2000:]
                assert time.monotonic() < end, f"{self._command[0]} does not answer"
                time.sleep(0.05)


class ObjectStore(Started):
    """``rclone serve s3`` over a folder: a store that keeps what it took."""

    def __init__(self, folder: Path) -> None:
        found = program()
        assert found is not None
        self.port = free_port()
        (folder / "objects" / BUCKET).mkdir(parents=True, exist_ok=True)
        command = [
            str(found), "serve", "s3", "--addr", f"127.0.0.1:{self.port}",
            "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}",
            "--config", str(folder / "rclone.conf"), str(folder / "objects"),
        ]  # fmt: skip
        super().__init__(command, folder / "objects.log")

    @property
    def address(self) -> str:
        return f"s3://{BUCKET}?endpoint=http://127.0.0.1:{self.port}"

    def start(self) -> None:
        super().start()
        self.wait_for(self.port)


class Hub(Started):
    """One of the hub's processes."""

    def __init__(self, folder: Path, number: int, database: str, objects: str) -> None:
        self.port = free_port()
        settings = folder / "hub.toml"
        settings.write_text(f'database = "{database}"\nobjects = "{objects}"\n')
        command = [
            sys.executable, "-m", "muster.receiver", "--data", str(folder / "hub"), "--port", str(self.port),
            "--settings", str(settings),
        ]  # fmt: skip
        super().__init__(command, folder / f"hub-{number}.log", SECRETS)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        super().start()
        self.wait_for(self.port)

    def certificate(self) -> bytes:
        asked = f"{self.url}/v1/syncdata/getCertificate?applicationId=REGISTRATION&referenceId=10001_20000"
        with urllib.request.urlopen(asked) as answer:
            told: str = json.load(answer)["response"]["certificate"]
        return told.encode()


class Processors:
    """Seconds of processor time by kind of process since ``begin``, those that died meanwhile included. A process
    that is started later counts from its start."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[int, float]] = {}
        self._before: dict[str, float] = {}

    def begin(self) -> None:
        """What was seen until now was spent on starting."""
        self._before = {kind: sum(seen.values()) for kind, seen in self._seen.items()}

    def look(self, kind: str, pid: int | None, *, with_children: bool = False) -> None:
        if pid is None:
            return
        seen = self._seen.setdefault(kind, {})
        for each in (pid, *(processes.started_by(pid) if with_children else ())):
            used = processes.used_s(each)
            if used is not None:
                seen[each] = used

    def seconds(self, kind: str) -> float:
        return sum(self._seen.get(kind, {}).values()) - self._before.get(kind, 0)
