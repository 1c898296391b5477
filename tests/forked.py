"""Starting Muster's programs in processes of their own without waiting a second for the interpreter each time.

One process imports everything once and is then forked for each start: the same main function with the same
arguments, environment, folder and pipes, in a process that can be killed like any other. What a start from nothing
takes and imports is tested elsewhere (``architecture/test_startup.py``).

This file is both sides: imported by tests, and run as the process that is forked (``serve``).
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

import judged_once
from cheap_passwords import cheap_passwords

# What commands import on their way; one that is missing here costs time and nothing else.
_IMPORTED_ONCE = (
    "muster.main", "muster.receiver.__main__", "muster.workstation.script", "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlcipher3.dbapi2", "alembic.command", "cv2", "onnxruntime", "jsonschema", "lxml.etree", "PIL.Image",
    "uvicorn", "starlette.applications", "muster_simulated.driver", "muster.receiver.app",
)  # fmt: skip
_LENGTH = struct.Struct("!I")


# --- the tests' side -------------------------------------------------------------------------------------


class Started:
    """A program that runs; what tests need of ``subprocess.Popen``."""

    def __init__(self, answers: socket.socket, stdin: IO[str] | None, stdout: IO[str], stderr: IO[str]) -> None:
        self._answers = answers
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr
        self.pid = int(_read(answers)["pid"])
        self.returncode: int | None = None

    def communicate(self, timeout: float) -> tuple[str, str]:
        """Everything it says to its end. Raises ``TimeoutExpired``."""
        said: dict[str, str] = {}
        readers = [
            threading.Thread(target=lambda name=name, pipe=pipe: said.__setitem__(name, pipe.read()))
            for name, pipe in (("out", self.stdout), ("err", self.stderr))
        ]
        for each in readers:
            each.start()
        try:
            self.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            for each in readers:
                each.join()
            self.close()
        return said["out"], said["err"]

    def wait(self, timeout: float) -> int:
        if self.returncode is None:
            self._answers.settimeout(timeout)
            try:
                self.returncode = int(_read(self._answers)["status"])
            except TimeoutError as error:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout) from error
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        for each in (self.stdin, self.stdout, self.stderr):
            if each is not None:
                each.close()
        self._answers.close()

    def __enter__(self) -> Started:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait(60)
        self.close()


def start(
    program: str | Path, *arguments: object, environment: Mapping[str, str] | None = None, stdin: bool = False
) -> Started:
    """A module's name as behind ``python -m``, or a script. Nobody is at its keyboard, or a pipe (``stdin``)."""
    ours, theirs = zip(os.pipe(), os.pipe(), strict=True)
    keyboard = os.pipe() if stdin else (os.open(os.devnull, os.O_RDONLY), None)
    answers = socket.socket(socket.AF_UNIX)
    answers.connect(f"\0{_served()}")
    asked: dict[str, Any] = {
        "program": str(program),
        "arguments": [str(each) for each in arguments],
        "environment": {**os.environ, "PYTHONIOENCODING": "utf-8", **(environment or {})},
        "folder": str(Path.cwd()),
    }
    content = json.dumps(asked).encode()
    socket.send_fds(answers, [_LENGTH.pack(len(content))], [keyboard[0], *theirs])
    answers.sendall(content)
    for each in (keyboard[0], *theirs):
        os.close(each)
    out, err = (open(each, encoding="utf-8") for each in ours)  # noqa: SIM115, PTH123 - closed with what is started
    write = None if keyboard[1] is None else open(keyboard[1], "w", encoding="utf-8")  # noqa: SIM115, PTH123
    return Started(answers, write, out, err)


_SERVER: list[str] = []


def _served() -> str:
    """The name of the socket it answers on; started at the first use, it ends with this process."""
    if not _SERVER:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        _SERVER.append(process.stdout.readline().strip())
        atexit.register(process.kill)
    return _SERVER[0]


# --- the side that is forked -----------------------------------------------------------------------------


def serve() -> None:
    """Answers on a socket without a name in any folder until the test that started it ends."""
    for each in _IMPORTED_ONCE:
        with suppress(ImportError):
            import_module(each)
    with ExitStack() as lasting:
        lasting.enter_context(cheap_passwords())
        if judged_once.in_this_run():
            lasting.enter_context(judged_once.judging_once())
        gc.freeze()  # what is there now is shared with every process to come, as long as nobody counts it
        _answer()


def _answer() -> None:
    listening = socket.socket(socket.AF_UNIX)
    name = f"muster-forked-{os.getpid()}"
    listening.bind(f"\0{name}")
    listening.listen()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for what sees a program through
    print(name, flush=True)
    while listening in select.select([listening, sys.stdin], [], [])[0]:
        asking, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _see_through(asking)
        asking.close()


def _see_through(asking: socket.socket) -> NoReturn:
    """Between the program and the test: starts it, waits, and says how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, pipes, _, _ = socket.recv_fds(asking, _LENGTH.size, 3, socket.MSG_WAITALL)
    asked = json.loads(asking.recv(_LENGTH.unpack(head)[0], socket.MSG_WAITALL))
    child = os.fork()
    if child == 0:
        asking.close()
        _become(asked, pipes)
    for each in pipes:
        os.close(each)
    with suppress(OSError):  # the test has gone
        _write(asking, {"pid": child})
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        _write(asking, {"status": status})
    os._exit(0)


def _become(asked: dict[str, Any], pipes: Sequence[int]) -> NoReturn:
    """The program, as the interpreter would run it."""
    for stream, pipe in enumerate(pipes):
        os.dup2(pipe, stream)
        os.close(pipe)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the old one may hold what was read
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv[1:] = asked["arguments"]
    status: object = 0
    try:
        if asked["program"].endswith(".py"):
            sys.argv[0] = asked["program"]
            sys.path.insert(0, str(Path(asked["program"]).parent))
            runpy.run_path(asked["program"], run_name="__main__")
        else:
            runpy.run_module(asked["program"], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        status = ended.code
    except BaseException:  # noqa: BLE001 - what the interpreter does with it
        traceback.print_exc()
        status = 1
    if isinstance(status, str):
        print(status, file=sys.stderr)
    threading._shutdown()  # type: ignore[attr-defined] - waits for threads, as the end of an interpreter does
    atexit._run_exitfuncs()
    for each in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            each.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)


# --- both sides ------------------------------------------------------------------------------------------


def _write(connection: socket.socket, what: dict[str, Any]) -> None:
    content = json.dumps(what).encode()
    connection.sendall(_LENGTH.pack(len(content)) + content)


def _read(connection: socket.socket) -> dict[str, Any]:
    (length,) = _LENGTH.unpack(_exactly(connection, _LENGTH.size))
    content = json.loads(_exactly(connection, length))
    assert isinstance(content, dict)
    return content


def _exactly(connection: socket.socket, count: int) -> bytes:
    content = b""
    while len(content) < count:
        more = connection.recv(count - len(content))
        assert more, "the process that is forked has ended"
        content += more
    return content


if __name__ == "__main__":
    serve()
