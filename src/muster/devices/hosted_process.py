"""One process of a driver, seen from the program: what is called in it, what it says, and how it is ended.

Rules:

1. Whoever calls a device waits in its own thread, which is also the one its functions are called in, and never
   longer than ``Patience`` allows. No sign of life, a call that takes too long, a message that is none: each ends
   the process, and whoever waits for it is told with a code below.
2. Nothing it says is believed beyond its form (``wire``, ``wire_values``).
3. Signing is done here, for the call that is under way and for nobody else.
4. What it prints is dropped, since libraries print what they like; ``MUSTER_DRIVER_STDERR=1`` shows it.
5. No secret of a service is in its environment (``own_process``).
"""

from __future__ import annotations

import itertools
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from muster.devices import authors
from muster.devices.api import DeviceDescriptor
from muster.devices.hosted_call import Asked, Waiting, called_back
from muster.devices.own_process import kill, pipes_to, start
from muster.devices.wire import Ended, Garbled, Message, Piece
from muster.devices.wire_values import unpack, unpack_error
from muster.errors import Code, DeviceUnavailable

DRIVER_STOPPED = Code(
    "DRIVER_STOPPED", "The driver of the {kind} broke off and is started anew. Try again in a moment."
)
DRIVER_SILENT = Code(
    "DRIVER_SILENT",
    "The driver of the {kind} does not answer any more and is started anew. Try again in a moment.",
)
DRIVER_GARBLED = Code(
    "DRIVER_GARBLED", "The driver of the {kind} answered nonsense and is started anew. Try again in a moment."
)
DRIVER_RESTS = Code(
    "DRIVER_RESTS",
    "The driver of the {kind} broke off several times. It is started again in {seconds} s; meanwhile unplug "
    "the {kind} and plug it in again.",
)
DRIVER_STUCK = Code(
    "DRIVER_STUCK",
    "The driver of the {kind} hangs and cannot be ended. Unplug the {kind}; if that does not help, restart the "
    "computer.",
)
DRIVER_BROKEN = Code("DRIVER_BROKEN", "The driver of the {kind} cannot be started. Ask your administrator.")

T = TypeVar("T")
Heard = Callable[[Sequence[DeviceDescriptor], str | None], None]
"""Told what devices are there, or why none can be found."""

_POLL_S = 0.02  # how soon it is seen that somebody wants to stop
_MOST_DEVICES = 100
_LONGEST_PROBLEM = 400


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a process may take for what, and how soon it is started anew; all in seconds."""

    first_answer_s: float = 0.45
    start_s: float = 20.0
    silent_s: float = 3.0
    looking_s: float = 15.0
    opening_s: float = 30.0
    stopping_s: float = 5.0  # once it was told to; a driver promises two
    between_pictures_s: float = 15.0  # of a stream, which has no other end
    beyond_timeout_s: float = 15.0  # of a call that says itself how long it may take
    call_s: float = 180.0  # of any other, from the last picture on
    ending_s: float = 2.0
    pause_s: float = 0.5  # before it is started anew, doubled each time until one was calm for so long:
    calm_s: float = 60.0
    longest_pause_s: float = 30.0


class HostedProcess:
    """From its start to its end. Runs the driver that ``where`` names."""

    def __init__(self, where: str, patience: Patience, heard: Heard) -> None:
        """``heard`` is called from a thread of this process'. Raises ``OSError``."""
        self._patience = patience
        self._heard = heard
        sign_of_life_s = patience.silent_s / 6
        self._process = start("muster.devices.host", where, str(sign_of_life_s), is_heard=authors.is_asked_for())
        self._pipes = pipes_to(self._process)
        self._numbers = itertools.count(1)
        self._guard = Lock()  # guards the two below
        self._calls: dict[int, Waiting] = {}
        self.ending: Code | None = None
        """Why it is to end, once that is so."""
        self._is_over = Event()
        self._lives = False
        self._has_answered = False
        self._has_looked = Event()  # or never will
        self._reader = Thread(target=self._read, name=f"driver-process-{self.pid}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_at_work(self) -> bool:
        """Whether it has looked for its devices, and is not to end."""
        return self._has_answered and self.ending is None

    def call(
        self, asked: Asked, kind: str, said: Any, pieces: Sequence[Piece], read: Callable[[int, Message], T]
    ) -> T:
        """What ``read`` makes of the call's number and answer. Raises ``DeviceUnavailable``, and what the driver
        raises."""
        number, waiting = next(self._numbers), Waiting()
        with self._guard:
            if self.ending is not None:
                raise self._unavailable(asked)
            self._calls[number] = waiting
        try:
            self._pipes.send(Message(kind, number, said, pieces))
            return read(number, self._answer(asked, number, waiting))
        except Ended as error:
            self._is_over.wait(self._patience.silent_s)  # the reader learns why at the same moment
            raise self._unavailable(asked) from error
        except Garbled as error:
            self.condemn(DRIVER_GARBLED)
            raise self._unavailable(asked) from error
        finally:
            with self._guard:
                del self._calls[number]

    def _answer(self, asked: Asked, number: int, waiting: Waiting) -> Message:
        """Its last message. ``failure`` is what a function of the caller's raised: for the caller, once the driver
        has ended the call. Raises ``Ended``, ``Garbled`` as well."""
        heard_at, stopped_at, failure = time.monotonic(), None, None
        while True:
            if stopped_at is None and (failure or asked.is_cancelled):
                stopped_at = time.monotonic()
                self._pipes.send(Message("cancel", number))
            self._in_time(asked, heard_at, stopped_at)
            message = waiting.next(_POLL_S)
            if message is None:
                if self.ending is not None:
                    raise self._unavailable(asked)
            elif message.kind in ("done", "failed"):
                if failure is not None:
                    raise failure
                if message.kind == "done":
                    return message
                raise unpack_error(message.said)
            else:
                answer, failure = called_back(asked, message, failure)
                if message.kind == "frame":
                    waiting.seen()
                self._pipes.send(answer)
                heard_at = time.monotonic()

    def _in_time(self, asked: Asked, heard_at: float, stopped_at: float | None) -> None:
        if stopped_at is None:
            late = time.monotonic() - heard_at > asked.allowed_s
        else:
            late = time.monotonic() - stopped_at > self._patience.stopping_s
        if late:
            self.condemn(DRIVER_SILENT)
            raise self._unavailable(asked)

    def condemn(self, why: Code) -> None:
        """It is to end, and everybody who waits for it is told."""
        with self._guard:
            self.ending = self.ending or why
            waiting = list(self._calls.values())
        self._is_over.set()
        self._has_looked.set()
        for each in waiting:
            each.wake()

    def _unavailable(self, asked: Asked) -> DeviceUnavailable:
        return DeviceUnavailable(self.ending or DRIVER_STOPPED, kind=asked.kind.value)

    # In the reading thread

    def _read(self) -> None:
        try:
            while True:
                self._take(self._pipes.receive())
        except Ended:
            self.condemn(DRIVER_STOPPED)
        except Garbled:
            self.condemn(DRIVER_GARBLED)

    def _take(self, message: Message) -> None:
        """Raises ``Garbled``."""
        self._lives = True
        if message.kind in ("frame", "ask", "done", "failed"):
            with self._guard:
                waiting = self._calls.get(message.call)
            if waiting is not None:
                waiting.put(message)
        elif self.ending is not None:  # nobody listens any more
            return
        elif message.kind == "alive":
            if not isinstance(message.said, int):
                raise Garbled("no sign of life")
            if message.said > 1000 * self._patience.looking_s:
                self.condemn(DRIVER_SILENT)
        elif message.kind == "found":
            if not isinstance(message.said, list) or len(message.said) > _MOST_DEVICES:
                raise Garbled("no devices")
            devices = [unpack(said, DeviceDescriptor, message.pieces) for said in message.said]
            self._has_answered = True
            self._has_looked.set()
            self._heard(devices, None)
        elif message.kind in ("unfound", "broken") and isinstance(message.said, str):
            self._has_answered = message.kind == "unfound"
            self._has_looked.set()
            self._heard((), message.said[:_LONGEST_PROBLEM])
            if message.kind == "broken":
                self.condemn(DRIVER_BROKEN)
        else:
            raise Garbled("no such message")

    # For whoever keeps it, in the thread that began it

    def wait_for_answer(self, within_s: float) -> None:
        """Until it has looked for its devices, or it is over."""
        self._has_looked.wait(within_s)

    def watch(self) -> Code:
        """Why it is over; waits for that. Turns are counted, not seconds: a computer that slept blames nobody."""
        turn_s, silent_s, heard_at = self._patience.silent_s / 12, 0.0, 0.0
        while not self._is_over.wait(turn_s):
            silent_s = 0.0 if self._pipes.heard_at != heard_at else silent_s + turn_s
            heard_at = self._pipes.heard_at
            if silent_s > (self._patience.silent_s if self._lives else self._patience.start_s):
                self.condemn(DRIVER_SILENT)
        return self.ending or DRIVER_STOPPED

    def end(self, *, politely: bool) -> None:
        """Afterwards it is not there any more, unless the system itself cannot end it."""
        if politely and self._pipes.end_sending(_POLL_S):
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self._patience.ending_s)
        kill(self._process)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(self._patience.ending_s)
        self._reader.join(self._patience.ending_s)
        if not self._reader.is_alive():
            self._pipes.close()

    @property
    def is_there(self) -> bool:
        return self._process.poll() is None

    def how_it_ended(self) -> str:
        code = self._process.poll()
        if code is None:
            return "still there"
        return f"exit status {code}" if code >= 0 else f"signal {-code}"
