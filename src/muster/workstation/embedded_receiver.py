"""The receiving server beside the workstation, as a process of its own: for the demo and for training.

Started at the first use, on a free port of the loopback interface; ends when the workstation does, however it
does: it watches its standard input, which closes with us.
"""

from __future__ import annotations

import json
import subprocess
import sys
from threading import Lock

from muster.devices.own_process import give_way
from muster.domain.registration import StationId
from muster.errors import Code, NetworkUnavailable
from muster.workstation.data_folder import DataFolder
from muster.workstation.server import ServerTerms

RECEIVER_FAILED = Code("RECEIVER_FAILED", "The built-in receiver did not start. Packets stay in the outbox.")

_STOP_WITHIN_S = 5.0


class EmbeddedReceiver:
    """Implements ``workstation.server.Server``."""

    terms = ServerTerms()

    def __init__(self, folder: DataFolder, station: StationId) -> None:
        self._folder = folder
        self._station = station
        self._lock = Lock()
        self._running: subprocess.Popen[str] | None = None
        self._url = ""

    def url(self) -> str:
        """Start it when it is not running. Raises ``NetworkUnavailable``."""
        with self._lock:
            if self._running is not None and self._running.poll() is not None:
                ended, self._running = self._running, None
                _stop(ended)
            if self._running is None:
                self._start()
            return self._url

    def _start(self) -> None:
        self._folder.receiver.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable, "-m", "muster.receiver",
            "--data", str(self._folder.receiver),
            "--port", "0",
            "--machine", f"{self._station.ref_id}={self._folder.machine_public_key}",
            "--encrypt-to", f"{self._station.ref_id}={self._folder.machine_encryption_key}",
            "--training",
            "--exit-with-parent",
        ]  # fmt: skip
        with (self._folder.receiver / "receiver.log").open("ab") as log:
            running = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )
        give_way(running.pid)
        try:
            assert running.stdout is not None
            self._url = json.loads(running.stdout.readline())["url"]
        except (ValueError, KeyError) as error:
            _stop(running)
            raise NetworkUnavailable(RECEIVER_FAILED) from error
        self._running = running

    def close(self) -> None:
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            _stop(running)


def _stop(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None and running.stdout is not None
    running.stdin.close()
    try:
        running.wait(_STOP_WITHIN_S)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
    running.stdout.close()
