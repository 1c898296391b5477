"""A part of this program in a process of its own: starting it, being it, ending it.

Both sides talk over a pair of pipes (``wire``). Of the program's environment such a process gets everything but
the secrets of services (``MUSTER_SECRET_*``); it ends where its standard input does, so it outlives nobody.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import suppress

from muster.devices.wire import Pipes

_SECRETS = "MUSTER_SECRET_"  # of services; no such part has one to ask for
_PIPE_OCTETS = 1024 * 1024  # a picture goes through in a few pieces
_NICER = 10  # a tenth of the weight of a program that is not


def start(module: str, *words: str, is_heard: bool) -> subprocess.Popen[bytes]:
    """Run ``module`` of this program; what it prints to standard error is shown or dropped. Raises ``OSError``."""
    process = subprocess.Popen(
        # -P: nothing that lies in the current folder is taken for a module.
        [sys.executable, "-P", "-m", module, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if is_heard else subprocess.DEVNULL,
        bufsize=0,
        env={name: value for name, value in os.environ.items() if not name.upper().startswith(_SECRETS)},
        # What it starts itself ends with it, and an interrupt is meant for the program. Not a session of its own:
        # Linux shares processors out between sessions, so that no nicer process of another one would give way.
        process_group=None if sys.platform == "win32" else 0,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    give_way(process.pid)
    if sys.platform == "linux" and process.stdout is not None:
        import fcntl

        with suppress(OSError):  # more than a user may have; slower, no more
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_OCTETS)
    return process


def give_way(pid: int) -> None:
    """To whoever waits at the window: where processors are few, the program comes before its parts."""
    if sys.platform != "win32":
        with suppress(OSError):  # gone already, or not ours to say
            os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, 0) + _NICER)


def pipes_to(process: subprocess.Popen[bytes]) -> Pipes:
    """Our ends, of one that :func:`start` started."""
    assert process.stdin is not None
    assert process.stdout is not None
    return Pipes(process.stdout, process.stdin)  # type: ignore[arg-type]  # unbuffered


def own_pipes() -> Pipes:
    """Its ends: standard input and output, under other numbers. A library that prints must not print into
    messages."""
    inlet, outlet = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    os.close(nowhere)
    return Pipes(io.FileIO(inlet, "rb"), io.FileIO(outlet, "wb"))


def kill(process: subprocess.Popen[bytes]) -> None:
    """It and what it started; nothing happens to one whose end was seen."""
    if process.returncode is not None:
        return
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
