"""Judging fingers and eyes in a process of its own, for whoever has a window (decision 54).

Finding minutiae, NFIQ 2 and templates are Python for the larger part: in the window's own process they take turns
with the window at the interpreter. Here the window's thread and they share nothing but the computer, and a network
that breaks takes no window along.

Rules:

1. Calls come one after the other, each from a lane. The process is started by the first one.
2. One that broke off, answered nonsense or kept silent is started anew and asked once more; then whoever asked is
   told. What the one before it had seen is looked at again.
3. What it saw is in its memory only, and ends with the session.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from threading import Lock, Timer
from typing import Any

from muster.analysis.api import Pixels
from muster.devices.own_process import kill, pipes_to, start
from muster.devices.wire import Ended, Garbled, Message, Piece, Pipes
from muster.devices.wire_values import pack, unpack, unpack_error
from muster.domain.assessment import Finding
from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import RegistrationId
from muster.errors import Code, Unavailable
from muster.workstation.judging_host import DONE, FAILED, signature
from muster.workstation.sample_judging import Judged

JUDGING_BROKE_OFF = Code(
    "JUDGING_BROKE_OFF", "Judging this capture broke off twice. Take it again; if that happens again, tell your "
    "administrator.",
)  # fmt: skip

_HOST = "muster.workstation.judging_host"
_LONGEST_S = 90.0  # the first finger on a slow computer takes 20
_ENDING_S = 2.0
_TIMES = 2


class JudgeBeside:
    """Implements ``sample_judging.Judge``. Every call raises ``Unavailable`` besides, where the process cannot be
    started or breaks off time after time."""

    def __init__(self, longest_s: float = _LONGEST_S) -> None:
        self._longest_s = longest_s
        self._asking = Lock()
        self._guard = Lock()  # guards the two below
        self._running: tuple[subprocess.Popen[bytes], Pipes] | None = None
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        running = self._running
        return None if running is None else running[0].pid

    def load_once(self) -> None:
        self._ask("load_once")

    def begin(self, registration_id: RegistrationId) -> None:
        self._ask("begin", registration_id)

    def look(self, attribute: BiometricAttribute, record: bytes) -> Judged:
        judged: Judged = self._ask("look", attribute, record)
        return judged

    def see(self, attribute: BiometricAttribute, pixels: Pixels) -> Judged:
        judged: Judged = self._ask("see", attribute, pixels)
        return judged

    def remember(self, record: bytes, judged: Judged) -> None:
        self._ask("remember", record, judged)

    def same_twice(self, one: Judged, other: Judged) -> Finding | None:
        finding: Finding | None = self._ask("same_twice", one, other)
        return finding

    def close(self) -> None:
        """From any thread: who is asking is told that it broke off."""
        with self._guard:
            self._is_closed = True
            if self._running is not None:
                kill(self._running[0])
        with self._asking:
            self._end()

    def _ask(self, method: str, *values: Any) -> Any:
        takes, gives = signature(method)
        pieces: list[Piece] = []
        said = [pack(value, hint, pieces) for value, hint in zip(values, takes, strict=True)]
        with self._asking:
            for _ in range(_TIMES):
                try:
                    answer = self._answer(Message(method, 0, said, pieces))
                    if answer.kind == DONE:
                        return unpack(answer.said, gives, answer.pieces)
                    if answer.kind == FAILED:
                        error = unpack_error(answer.said)
                        break
                except (Ended, Garbled):
                    pass
                self._end()
            else:
                error = Unavailable(JUDGING_BROKE_OFF)
        raise error

    def _answer(self, message: Message) -> Message:
        """Raises ``Ended``, ``Garbled``, and ``Unavailable`` where there is nobody to be asked."""
        process, pipes = self._started()
        too_long = Timer(self._longest_s, kill, (process,))
        too_long.start()
        try:
            pipes.send(message)
            return pipes.receive()
        finally:
            too_long.cancel()

    def _started(self) -> tuple[subprocess.Popen[bytes], Pipes]:
        with self._guard:
            if self._is_closed:
                raise Unavailable(JUDGING_BROKE_OFF)
            if self._running is None:
                try:
                    process = start(_HOST, is_heard=True)
                except OSError as error:
                    raise Unavailable(JUDGING_BROKE_OFF) from error
                self._running = process, pipes_to(process)
            return self._running

    def _end(self) -> None:
        with self._guard:
            running, self._running = self._running, None
        if running is None:
            return
        process, pipes = running
        kill(process)
        pipes.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_ENDING_S)
