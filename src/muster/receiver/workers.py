"""Several processes that serve one port, watched by the one that started them (uvicorn's supervisor).

A worker that dies is replaced, by one that knows what it knew; one that cannot begin is tried again after a pause,
and the others serve meanwhile. SIGHUP replaces all of them one by one, each new one serving before an old one
ends, so that a new version or new settings cost nobody an answer; settings that cannot be read, or that no worker
can serve by, change nothing. A worker has a minute to begin, unless somebody says something else meanwhile:
another SIGHUP, or to end. What belongs to the one that watches stays until the next start: address and port,
how many workers, which proxies are believed, where TLS has its files, and how long ending may take. SIGTERM lets
them finish and ends them.

What a worker has to know it reads from its environment, as the processes share no memory.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from muster.clock import Clock, utc_now
from muster.errors import BadInput
from muster.receiver.app import create_app
from muster.receiver.guard import HandshakesInTime, Limits, headers_in_time
from muster.receiver.settings import ForwardTo, HubSettings, parse_settings, read_settings
from muster.receiver.storage import Storage

if TYPE_CHECKING:
    from muster.receiver.forwarding import Line

log = structlog.get_logger("muster.receiver")
_ENVIRONMENT = "MUSTER_HUB_WORKER"
_READY_WITHIN_S = 60.0
_PAUSE_S = 2.0  # before one that cannot begin is tried again
_ANSWERS_WITHIN_S = 5.0
_LOOKED_AT_FOR_S = 1.0
_ENDING_S = 5.0  # beyond the time that requests have
_DID_NOT_BEGIN = 3
_TELLING = frozenset(getattr(signal, each) for each in ("SIGHUP", "SIGINT", "SIGTERM") if hasattr(signal, each))
Protocol = headers_in_time(Limits().header_seconds)
"""What uvicorn reads requests with; found by this name."""


def open_storage(data: Path, hub: HubSettings, clock: Clock) -> Storage:
    """Raises ``BadInput``, ``StorageUnavailable``, ``NotAuthentic``."""
    return Storage(data, clock, database=hub.database, objects=hub.objects, center_key=hub.center_key)


def log_to_stderr() -> None:
    """One JSON object a line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )


def options(hub: HubSettings, protocol: object) -> dict[str, Any]:
    """For ``uvicorn.Config``."""
    said: dict[str, Any] = {
        "http": protocol,
        "ws": "none",
        "log_level": "warning",
        "access_log": False,
        "forwarded_allow_ips": hub.proxies,  # always: else the environment would say whom to believe
        # A client that stalls in the middle of an upload must not keep the process alive.
        "timeout_graceful_shutdown": hub.stop_within_s,
    }
    if hub.tls is not None:
        said |= {"ssl_certfile": str(hub.tls.certificate), "ssl_keyfile": str(hub.tls.key)}
        said |= {"loop": f"{HandshakesInTime.__module__}:{HandshakesInTime.__name__}"}
        if hub.tls.client_authorities is not None:
            said |= {"ssl_ca_certs": str(hub.tls.client_authorities), "ssl_cert_reqs": int(ssl.CERT_REQUIRED)}
    return said


def line_to(forward: ForwardTo | None, storage: Storage, clock: Clock) -> Line | None:
    """Where packets go on to. What only that needs is imported only then. Raises ``BadInput``."""
    if forward is None:
        return None
    from muster.receiver.national_line import NationalLine

    return NationalLine(forward, storage, clock)


def check_line(forward: ForwardTo | None) -> None:
    """Raises ``BadInput`` for one that no process could be started with."""
    if forward is not None:
        from muster.receiver.national_line import check

        check(forward)


def serve_with_workers(
    data: Path,
    hub: HubSettings,
    listening: socket.socket,
    ready: Mapping[str, object],
    *,
    login: bool,
    training: bool,
) -> None:
    """Until stopped. Prints ``ready`` once somebody answers."""

    def told(hub: HubSettings) -> str:
        check_line(hub.forward)
        content = {"data": str(data), "login": login, "training": training, "hub": _as_table(hub)}
        return json.dumps(content)

    os.environ[_ENVIRONMENT] = told(hub)
    config = uvicorn.Config(
        "muster.receiver.workers:app",
        factory=True,
        workers=hub.workers,
        **options(hub, "muster.receiver.workers:Protocol"),
    )
    watching = _Watching(config, listening, lambda: told(read_settings(hub.file) if hub.file else hub))
    watching.says_ready = json.dumps(ready)
    watching.run()
    if not watching.has_served:
        raise SystemExit(_DID_NOT_BEGIN)


def app() -> ASGIApp:
    """Of one worker."""
    log_to_stderr()
    told = json.loads(os.environ[_ENVIRONMENT])
    hub = parse_settings(told["hub"], {})
    storage = open_storage(Path(told["data"]), hub, utc_now)
    line = line_to(hub.forward, storage, utc_now)
    return create_app(storage, utc_now, login=told["login"], training=told["training"], hub=hub, line=line)


class _Watching(Multiprocess):
    """``told_anew`` is what workers are told that are started from now on; it raises ``BadInput`` for settings
    that are none."""

    def __init__(self, config: uvicorn.Config, listening: socket.socket, told_anew: Callable[[], str]) -> None:
        super().__init__(config, sockets=[listening])
        self._told_anew = told_anew
        self._beginning: dict[Process, float] = {}  # since when, until they serve
        self._again_at = 0.0
        self.has_served = False
        self.says_ready = ""
        """What is printed once all of them serve."""

    def init_processes(self) -> None:
        self.processes.extend(self._begun() for _ in range(self.processes_num))

    def handle_hup(self) -> None:
        if signal.SIGHUP in self.signal_queue:  # said again meanwhile: once is enough
            return
        before = os.environ[_ENVIRONMENT]
        try:
            os.environ[_ENVIRONMENT] = self._told_anew()
        except BadInput as error:
            log.warning("settings not read again", code=error.code.name)
            return
        if not self._replace_all():
            os.environ[_ENVIRONMENT] = before

    def _replace_all(self) -> bool:
        """Whether any was: then those that are left are replaced when they die, by ones that know the same."""
        replaced = False
        for index, old in enumerate(self.processes):
            new = self._begun()
            if not self._serves_soon(new):
                if not self._may_still_begin(new):  # else it is only that somebody said something else meanwhile
                    log.warning("a new worker does not serve; the others go on")
                self._end(new, killed=True)
                return replaced
            self.processes[index] = new
            self._end(old)
            replaced = True
        return True

    def _serves_soon(self, new: Process) -> bool:
        while not _TELLING.intersection(self.signal_queue) and self._may_still_begin(new):
            if self._serves(new):
                return True
        return False

    def keep_subprocess_alive(self) -> None:
        if self.should_exit.is_set():  # those that end now are not to be replaced
            return
        for index, process in enumerate(self.processes):
            if self._is_well(process):
                continue
            never_served = process in self._beginning
            if never_served and not self.has_served:
                self.should_exit.set()  # whoever started the hub is to hear that it does not work
                return
            if never_served and time.monotonic() < self._again_at:
                continue
            self._again_at = time.monotonic() + _PAUSE_S
            self._end(process, killed=True)
            log.warning("a worker ended and is replaced")
            self.processes[index] = self._begun()
        if self.says_ready and not self._beginning:
            print(self.says_ready, flush=True)
            self.says_ready = ""

    def _is_well(self, process: Process) -> bool:
        if process in self._beginning:
            return self._serves(process) or self._may_still_begin(process)
        return process.is_alive(_ANSWERS_WITHIN_S)

    def _begun(self) -> Process:
        process = Process(self.config, self.sockets)
        self._beginning[process] = time.monotonic()
        process.start()
        return process

    def _serves(self, process: Process) -> bool:
        if not process.is_ready(_LOOKED_AT_FOR_S):
            time.sleep(0.1)  # one that answers "not yet" does so at once
            return False
        if self._beginning.pop(process, None) is not None:
            log.info("a worker serves", pid=process.pid)
        self.has_served = True
        return True

    def _may_still_begin(self, process: Process) -> bool:
        return process.process.is_alive() and time.monotonic() - self._beginning[process] < _READY_WITHIN_S

    def _end(self, process: Process, *, killed: bool = False) -> None:
        """One that does not end in the time it has is killed."""
        if killed:
            process.kill()
        else:
            process.terminate()
            process.process.join(self._ends_within_s)
            process.process.kill()
        process.join()
        self._beginning.pop(process, None)

    def terminate_all(self) -> None:
        for process in self.processes:
            process.kill() if process in self._beginning else process.terminate()

    def join_all(self) -> None:
        ends = time.monotonic() + self._ends_within_s
        for process in self.processes:
            process.process.join(max(ends - time.monotonic(), 0))
            process.process.kill()
            process.join()

    @property
    def _ends_within_s(self) -> float:
        return (self.config.timeout_graceful_shutdown or 0) + _ENDING_S


def _as_table(hub: HubSettings) -> dict[str, Any]:
    """As ``parse_settings`` reads it again."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(each) for name, each in value.items() if each is not None}
        return str(value) if isinstance(value, Path) else value

    table: dict[str, Any] = plain({**asdict(hub), "file": None})
    return table
