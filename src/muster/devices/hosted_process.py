"""One process of a driver, seen from the program: what is called in it, what it says, and how it is ended.

Rules:

1. Whoever calls a device waits in its own thread, which is also the one its functions are called in, and never
   longer than ``Patience`` allows. No sign of life, a call that takes too long, a message that is none: each ends
   the process, and whoever waits for it is told with a code below.
2. Nothing it says is believed beyond its form (``wire``, ``wire_values``).
3. Signing is done here, for the call that is under way and for nobody else.
4. What it prints is dropped, since libraries print what they like; ``MUSTER_DRIVER_STDERR=1`` shows it.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Condition, Event, Lock, Thread
from typing import Any, TypeVar, cast

from muster import errors
from muster.clock import utc_now
from muster.devices.api import Device, DeviceContext, DeviceDescriptor, DeviceKind, Signer
from muster.devices.capabilities import Called, Method, capabilities, signing
from muster.devices.host import ATTEST, Carried
from muster.devices.wire import Ended, Garbled, Message, Piece, Pipes
from muster.devices.wire_values import pack, unpack, unpack_error
from muster.errors import Code, DeviceUnavailable, MusterError

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

STDERR_VARIABLE = "MUSTER_DRIVER_STDERR"

T = TypeVar("T")
Heard = Callable[[Sequence[DeviceDescriptor], str | None], None]
"""Told what devices are there, or why none can be found."""

_ERRORS = {
    name: each for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, MusterError)
}
_POLL_S = 0.02  # how soon it is seen that somebody wants to stop
_PIPE_OCTETS = 1024 * 1024  # a picture goes through in a few pieces
_TIMEOUT = "timeout_s"  # what the seam calls it, as a parameter or in a request
_MOST_DEVICES = 100
_MOST_UNREAD = 4
_LONGEST_PROBLEM = 200


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
        self._process = _started(where, patience.silent_s / 6)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._pipes = Pipes(self._process.stdout, self._process.stdin)  # type: ignore[arg-type]  # unbuffered
        self._numbers = itertools.count(1)
        self._guard = Lock()  # guards the two below
        self._calls: dict[int, _Waiting] = {}
        self.ending: Code | None = None
        """Why it is to end, once that is so."""
        self._is_over = Event()
        self._lives = False
        self._has_answered = False
        self._reader = Thread(target=self._read, name=f"driver-process-{self.pid}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_at_work(self) -> bool:
        """Whether it has looked for its devices, and is not to end."""
        return self._has_answered and self.ending is None

    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> HostedDevice:
        """Raises ``DeviceUnavailable``, and what the driver raises."""
        pieces: list[Piece] = []
        carried = (context.clock() - utc_now(), context.environment, context.allowed_lag)
        said = [pack(descriptor, DeviceDescriptor, pieces), pack(carried, Carried, pieces)]
        asked = Asked(descriptor.kind, self._patience.opening_s, functions=_signing_by(context.signer))

        def opened(number: int, answer: Message) -> HostedDevice:
            names, properties = _told_of_device(answer)
            return HostedDevice(self, self._patience, descriptor.kind, context.signer, number, names, properties)

        return self.call(asked, "open", said, pieces, opened)

    def call(
        self, asked: Asked, kind: str, said: Any, pieces: Sequence[Piece], read: Callable[[int, Message], T]
    ) -> T:
        """What ``read`` makes of the call's number and answer. Raises ``DeviceUnavailable``, and what the driver
        raises."""
        number, waiting = next(self._numbers), _Waiting()
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

    def _answer(self, asked: Asked, number: int, waiting: _Waiting) -> Message:
        """Its last message. ``failure`` is what a function of the caller's raised: for the caller, once the driver
        has ended the call. Raises ``Ended``, ``Garbled`` as well."""
        heard_at, stopped_at, failure = time.monotonic(), None, None
        while True:
            if stopped_at is None and (failure or asked.is_cancelled):
                stopped_at = time.monotonic()
                self._pipes.send(Message("cancel", number))
            message = waiting.next(_POLL_S)
            if message is None:
                self._still_waits(asked, heard_at, stopped_at)
            elif message.kind in ("done", "failed"):
                if failure is not None:
                    raise failure
                if message.kind == "done":
                    return message
                raise unpack_error(message.said, _ERRORS)
            else:
                answer, failure = _called(asked, message, failure)
                self._pipes.send(answer)
                heard_at = time.monotonic()

    def _still_waits(self, asked: Asked, heard_at: float, stopped_at: float | None) -> None:
        if stopped_at is None:
            late = time.monotonic() - heard_at > asked.allowed_s
        else:
            late = time.monotonic() - stopped_at > self._patience.stopping_s
        if late:
            self.condemn(DRIVER_SILENT)
        if self.ending is not None:
            raise self._unavailable(asked)

    def condemn(self, why: Code) -> None:
        """It is to end, and everybody who waits for it is told."""
        with self._guard:
            self.ending = self.ending or why
            waiting = list(self._calls.values())
        self._is_over.set()
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
            self._heard(devices, None)
        elif message.kind in ("unfound", "broken") and isinstance(message.said, str):
            self._has_answered = message.kind == "unfound"
            self._heard((), message.said[:_LONGEST_PROBLEM])
            if message.kind == "broken":
                self.condemn(DRIVER_BROKEN)
        else:
            raise Garbled("no such message")

    # For whoever keeps it, in the thread that began it

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
        _kill(self._process)
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


class HostedDevice:
    """A device that is open in a process."""

    def __init__(
        self,
        process: HostedProcess,
        patience: Patience,
        kind: DeviceKind,
        signer: Signer,
        number: int,
        names: Sequence[str],
        properties: Mapping[str, Any],
    ) -> None:
        self._process = process
        self._patience = patience
        self._kind = kind
        self._signer = signer
        self._number = number
        self.device = cast(Device, _stand_in(tuple(names))(self, properties))

    def call(self, capability: str, method: Method, arguments: Mapping[str, Any]) -> Any:
        pieces: list[Piece] = []
        values = [pack(arguments[name], hint, pieces) for name, hint in method.values]
        functions = {name: (called, arguments[name]) for name, called in method.functions.items()}
        asked = Asked(
            self._kind,
            self._allowed_s(method, arguments),
            arguments[method.cancel] if method.cancel else None,
            {**functions, **_signing_by(self._signer)},
        )
        said = [self._number, capability, method.name, values]
        return self._process.call(
            asked, "call", said, pieces, lambda _, last: unpack(last.said, method.gives, last.pieces)
        )

    def _allowed_s(self, method: Method, arguments: Mapping[str, Any]) -> float:
        told = [arguments[_TIMEOUT]] if _TIMEOUT in arguments else []
        told += [getattr(each, _TIMEOUT) for each in arguments.values() if hasattr(each, _TIMEOUT)]
        if told:
            return float(max(told)) + self._patience.beyond_timeout_s
        return self._patience.between_pictures_s if method.lasts else self._patience.call_s

    def close(self) -> None:
        """Raises ``DeviceUnavailable``, and what the driver raises."""
        asked = Asked(self._kind, self._patience.stopping_s)
        self._process.call(asked, "close", self._number, (), lambda _, last: None)


class _StandIn:
    """What a caller holds: has the properties of the device, and its methods (``_stand_in``)."""

    def __init__(self, opened: HostedDevice, properties: Mapping[str, Any]) -> None:
        self._opened = opened
        vars(self).update(properties)


@lru_cache(maxsize=64)
def _stand_in(names: tuple[str, ...]) -> type[_StandIn]:
    """The type of devices that can do what ``names`` say, so that ``isinstance`` tells."""
    methods = {each.name: _forwarded(name, each) for name in names for each in capabilities()[name].methods}
    return type(f"Hosted{''.join(names)}", (_StandIn,), methods)


def _forwarded(capability: str, method: Method) -> Callable[..., Any]:
    def forwarded(self: _StandIn, *args: Any, **kwargs: Any) -> Any:
        bound = method.signature.bind(self, *args, **kwargs)
        bound.apply_defaults()
        return self._opened.call(capability, method, bound.arguments)

    return forwarded


@dataclass(frozen=True, slots=True)
class Asked:
    """Who calls: the kind of device for the sentence, how long it may be quiet, what it may call meanwhile."""

    kind: DeviceKind
    allowed_s: float
    cancel: Event | None = None
    functions: Mapping[str, tuple[Called, Callable[..., Any]]] = field(default_factory=dict)

    @property
    def is_cancelled(self) -> bool:
        return self.cancel is not None and self.cancel.is_set()


class _Waiting:
    """What came for one call: of pictures the newest, of everything else all."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._frame: Message | None = None
        self._others: deque[Message] = deque()
        self._is_woken = False

    def put(self, message: Message) -> None:
        """Raises ``Garbled`` for more than anybody waits for."""
        with self._changed:
            if message.kind == "frame":
                self._frame = message
            elif len(self._others) < _MOST_UNREAD:
                self._others.append(message)
            else:
                raise Garbled("more than was asked")
            self._changed.notify_all()

    def wake(self) -> None:
        with self._changed:
            self._is_woken = True
            self._changed.notify_all()

    def next(self, seconds: float) -> Message | None:
        with self._changed:
            self._changed.wait_for(lambda: self._frame or self._others or self._is_woken, seconds)
            if self._frame is not None:
                frame, self._frame = self._frame, None
                return frame
            return self._others.popleft() if self._others else None


def _called(asked: Asked, message: Message, failure: Exception | None) -> tuple[Message, Exception | None]:
    """Call the function that is wanted, unless one has failed before; the answer, and what was raised.

    Raises ``Garbled``.
    """
    try:
        name, values = message.said
        called, function = asked.functions[name]
        packed = [values] if message.kind == "frame" else values
        taken = [unpack(said, hint, message.pieces) for said, hint in zip(packed, called.takes, strict=True)]
    except (ValueError, TypeError, LookupError) as error:
        raise Garbled("no such function") from error
    if called.shows is not (message.kind == "frame"):
        raise Garbled("another kind of function")
    pieces: list[Piece] = []
    said = None
    if failure is None:
        try:
            given = function(*taken)
            said = None if called.gives is None else pack(given, called.gives, pieces)
        except Exception as error:  # noqa: BLE001 - raised again when the driver is out of it
            failure = error
    if called.shows:
        return Message("seen", message.call), failure
    return Message("unanswered" if failure else "answered", message.call, said, pieces), failure


def _told_of_device(answer: Message) -> tuple[Sequence[str], Mapping[str, Any]]:
    """What the device that was opened can do, and its properties. Raises ``Garbled``."""
    try:
        names, properties = answer.said
        hints = {name: hint for each in names for name, hint in capabilities()[each].properties}
        return names, {name: unpack(properties[name], hint, answer.pieces) for name, hint in hints.items()}
    except (ValueError, TypeError, LookupError) as error:
        raise Garbled("no device") from error


def _signing_by(signer: Signer) -> dict[str, tuple[Called, Callable[..., Any]]]:
    names, called = signing()
    return {ATTEST: (called, lambda *values: signer.attest(**dict(zip(names, values, strict=True))))}


def _started(where: str, sign_of_life_s: float) -> subprocess.Popen[bytes]:
    """Raises ``OSError``."""
    # -P: nothing that lies in the current folder is taken for a module.
    command = [sys.executable, "-P", "-m", "muster.devices.host", where, str(sign_of_life_s)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get(STDERR_VARIABLE) == "1" else subprocess.DEVNULL,
        bufsize=0,
        start_new_session=True,  # what the driver itself starts ends with it
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if sys.platform == "linux" and process.stdout is not None:
        import fcntl

        with suppress(OSError):  # more than a user may have; slower, no more
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_OCTETS)
    return process


def _kill(process: subprocess.Popen[bytes]) -> None:
    """It and what it started; nothing happens to one whose end was seen."""
    if process.returncode is not None:
        return
    if sys.platform == "win32":
        process.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
