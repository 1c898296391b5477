"""The process a driver runs in: ``python -m muster.devices.host muster_beispiel.driver:BeispielDriver 0.5``.

Started by ``hosted_process``, which says where the driver is and how often to give a sign of life. The driver's
devices are served over standard input and output; a library that breaks takes nothing but this process along.

Rules:

1. One thread looks for devices, one belongs to each device that is open: whatever is done with it is done there.
   The first one reads, and calls nobody.
2. Pictures of a preview are sent one at a time, the next when the last was seen; in between the newest waits.
3. No key is here: what has to be signed is signed by whoever asked, and nobody is believed here (no authorities).
4. It ends with its parent, however that ends.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pkgutil import resolve_name
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any

from muster.clock import utc_now
from muster.devices import authors, capabilities
from muster.devices.api import DEVICE_FAILED, DeviceContext, DeviceDescriptor, Driver, why_not
from muster.devices.capabilities import Called
from muster.devices.frames import Frame
from muster.devices.own_process import own_pipes
from muster.devices.wire import Ended, Garbled, Message, Piece, Pipes
from muster.devices.wire_values import pack, pack_error, unpack
from muster.domain.biometrics import Attestation
from muster.errors import CANCELLED, Cancelled, DeviceUnavailable, MusterError

ATTEST = "attest"
Carried = tuple[timedelta, str, timedelta]
"""What of a ``DeviceContext`` is carried: how far its clock is ahead of the system's, environment, allowed lag."""

_LOOK_EVERY_S = 1.0
_ENDS_WITHIN_S = 1.0
_PR_SET_PDEATHSIG = 1


class Call:
    """One call under way: whether it is to stop, what may be shown of it, what was answered."""

    def __init__(self, number: int, pipes: Pipes) -> None:
        self.number = number
        self.cancel = Event()
        self.is_over = False
        self._pipes = pipes
        self._showing = Lock()
        self._may_show = True
        self._newest: Message | None = None
        self._answers: SimpleQueue[Message] = SimpleQueue()
        self._asking = Lock()

    def function(self, name: str, called: Called) -> Callable[..., Any]:
        if called.shows:
            return lambda frame: self._show(name, frame)
        return lambda *values: self.ask(name, values, called)

    def _show(self, name: str, frame: Frame) -> None:
        pieces: list[Piece] = []
        said = [name, pack(frame, Frame, pieces)]  # here, where the driver is told what is wrong with it
        message = Message("frame", self.number, said, pieces)
        with self._showing:
            if not self._may_show:
                self._newest = None if self.is_over else message
                return
            self._may_show = False
        self._pipes.send(message)

    def seen(self) -> None:
        """The last one was looked at."""
        with self._showing:
            newest, self._newest = self._newest, None
            self._may_show = newest is None and not self.is_over
        if newest is not None:
            self._pipes.send(newest)

    def ask(self, name: str, values: Sequence[Any], called: Called) -> Any:
        """Call a function on the other side. Raises ``Cancelled`` where that fails."""
        with self._asking:
            pieces: list[Piece] = []
            said = [pack(value, hint, pieces) for value, hint in zip(values, called.takes, strict=True)]
            self._pipes.send(Message("ask", self.number, [name, said], pieces))
            answer = self._answers.get()
        if answer.kind == "unanswered":
            raise Cancelled(CANCELLED)
        return None if called.gives is None else unpack(answer.said, called.gives, answer.pieces)

    def answered(self, message: Message) -> None:
        self._answers.put(message)

    def done(self, said: Any, pieces: Sequence[Piece] = ()) -> None:
        self._end(Message("done", self.number, said, pieces))

    def failed(self, error: MusterError) -> None:
        self._end(Message("failed", self.number, pack_error(error)))

    def _end(self, last: Message) -> None:
        with self._showing:
            self.is_over, self._may_show, self._newest = True, False, None
        self._pipes.send(last)


class _FarSigner:
    """Implements ``devices.api.Signer``: the key is on the other side."""

    def __init__(self, current: Callable[[], Call]) -> None:
        self._current = current

    def attest(self, **values: Any) -> tuple[Attestation, str]:
        names, called = capabilities.signing()
        signed: tuple[Attestation, str] = self._current().ask(ATTEST, [values[name] for name in names], called)
        return signed


class _Opened(Thread):
    """A device from opening to closing; its calls come one after the other."""

    def __init__(self, driver: Driver, descriptor: DeviceDescriptor, context: Carried, opening: Call) -> None:
        super().__init__(name=f"device-{opening.number}", daemon=True)
        self._driver = driver
        # It knows its devices by its own name, which need not be that of its entry point.
        self._descriptor = replace(descriptor, driver=driver.name)
        self._ahead, self._environment, self._lag = context
        self._current = opening
        self._work: SimpleQueue[tuple[Call, Message] | None] = SimpleQueue()
        self.closing: Call | None = None

    def submit(self, call: Call, message: Message) -> None:
        self._work.put((call, message))

    def close(self, call: Call) -> None:
        self.closing = call
        self._current.cancel.set()
        self._work.put(None)

    def run(self) -> None:
        with suppress(Ended):  # nobody is there any more to be told
            try:
                with self._agreed_errors(), self._driver.open(self._descriptor, self._context()) as device:
                    self._opened(device)
                    while (work := self._work.get()) is not None:
                        self._serve(device, *work)
            except MusterError as error:
                (self.closing or self._current).failed(error)
                return
            if self.closing is not None:
                self.closing.done(None)

    def _context(self) -> DeviceContext:
        signer = _FarSigner(lambda: self._current)
        return DeviceContext(
            lambda: utc_now() + self._ahead, signer, environment=self._environment, allowed_lag=self._lag
        )

    def _opened(self, device: object) -> None:
        can = capabilities.of(device)
        pieces: list[Piece] = []
        properties = {
            name: pack(getattr(device, name), hint, pieces) for each in can for name, hint in each.properties
        }
        self._current.done([[each.name for each in can], properties], pieces)

    def _serve(self, device: object, call: Call, message: Message) -> None:
        self._current = call
        capability, name, values = message.said
        try:
            with self._agreed_errors():
                method = next(e for e in capabilities.capabilities()[capability].methods if e.name == name)
                arguments: dict[str, Any] = {
                    each: unpack(said, hint, message.pieces)
                    for (each, hint), said in zip(method.values, values, strict=True)
                }
                arguments |= {each: call.function(each, called) for each, called in method.functions.items()}
                if method.cancel is not None:
                    arguments[method.cancel] = call.cancel
                result = getattr(device, name)(**arguments)
                pieces: list[Piece] = []
                said = pack(result, method.gives, pieces)
        except MusterError as error:
            call.failed(error)
        else:
            call.done(said, pieces)

    @contextmanager
    def _agreed_errors(self) -> Iterator[None]:
        """What a driver's library raises beside ours is a fault of its device."""
        try:
            yield
        except (MusterError, Ended) as error:
            authors.tell(error)
            raise
        except Exception as error:  # a stranger's library has errors of its own
            authors.tell(error)
            raise DeviceUnavailable(DEVICE_FAILED, kind=self._descriptor.kind.value) from error


class Host:
    """Reads what the program wants and gives it to the threads."""

    def __init__(self, pipes: Pipes, sign_of_life_s: float) -> None:
        self._pipes = pipes
        self._every_s = sign_of_life_s
        self._looking_since: float | None = None
        self._driver: Driver | None = None
        self._calls: dict[int, Call] = {}
        self._opened: dict[int, _Opened] = {}

    def serve(self, where: str) -> None:
        """Returns when the other side is gone or wants no more."""
        Thread(target=self._give_signs_of_life, name="signs-of-life", daemon=True).start()
        Thread(target=self._look_on, args=(where,), name="looking", daemon=True).start()
        with suppress(Ended, Garbled):
            while True:
                self._take(self._pipes.receive())
        self._leave()

    def _give_signs_of_life(self) -> None:
        with suppress(Ended):
            while True:
                since = self._looking_since
                looking_ms = 0 if since is None else round(1000 * (time.monotonic() - since))
                self._pipes.send(Message("alive", 0, looking_ms))
                time.sleep(self._every_s)

    def _look_on(self, where: str) -> None:
        with suppress(Ended):
            driver = self._loaded(where)
            told: object = None
            while driver is not None:
                said, pieces = self._looked(driver)
                if said != told:
                    self._pipes.send(Message(*said, pieces))
                    told = said
                time.sleep(_LOOK_EVERY_S)

    def _loaded(self, where: str) -> Driver | None:
        what = "loading"
        try:
            made = resolve_name(where)
            what = "starting"
            self._driver = made()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - said to whoever asks why there is no device
            authors.tell(error)
            self._pipes.send(Message("broken", 0, why_not(error, what)))
        return self._driver

    def _looked(self, driver: Driver) -> tuple[tuple[str, int, Any], list[Piece]]:
        pieces: list[Piece] = []
        self._looking_since = time.monotonic()
        try:
            found = [pack(each, DeviceDescriptor, pieces) for each in driver.find()]
            return ("found", 0, found), pieces
        except Exception as error:  # noqa: BLE001 - the contract says "raises nothing"; who broke it is said
            authors.tell(error)
            return ("unfound", 0, why_not(error, "looking for devices")), []
        finally:
            self._looking_since = None

    def _take(self, message: Message) -> None:
        """``device`` is the number of the call that opened it."""
        self._calls = {number: each for number, each in self._calls.items() if not each.is_over}
        if message.kind == "open":
            self._open(message)
        elif message.kind == "call":
            device, *said = message.said
            call = self._begun(message.call)
            self._opened[device].submit(call, Message("call", message.call, said, message.pieces))
        elif message.kind == "close":
            self._opened.pop(message.said).close(self._begun(message.call))
        else:
            self._tell(message)

    def _open(self, message: Message) -> None:
        call = self._begun(message.call)
        if self._driver is None:
            call.failed(DeviceUnavailable(DEVICE_FAILED, kind="device"))
            return
        descriptor = unpack(message.said[0], DeviceDescriptor, message.pieces)
        context = unpack(message.said[1], Carried, message.pieces)
        self._opened = {number: each for number, each in self._opened.items() if each.is_alive()}
        self._opened[message.call] = _Opened(self._driver, descriptor, context, call)
        self._opened[message.call].start()

    def _begun(self, number: int) -> Call:
        self._calls[number] = Call(number, self._pipes)
        return self._calls[number]

    def _tell(self, message: Message) -> None:
        call = self._calls.get(message.call)
        if call is None:  # it was over already
            return
        if message.kind == "cancel":
            call.cancel.set()
        elif message.kind == "seen":
            call.seen()
        else:
            call.answered(message)

    def _leave(self) -> None:
        """Give the devices back, as far as that does not take long."""
        for call in self._calls.values():
            call.cancel.set()
            call.answered(Message("unanswered", call.number))
        until = time.monotonic() + _ENDS_WITHIN_S
        for number, opened in self._opened.items():
            opened.close(Call(number, self._pipes))
            opened.join(max(0.0, until - time.monotonic()))
        close = getattr(self._driver, "close", None)
        if close is not None:
            with suppress(Exception):  # it ends here, with or without the driver's consent
                close()


def main(where: str, sign_of_life_s: float) -> None:
    _end_with_parent()
    Host(own_pipes(), sign_of_life_s).serve(where)
    os._exit(0)  # without waiting for threads that hang in a library


def _end_with_parent() -> None:
    """Our input closes with it: enough, unless a library holds the interpreter's lock. Linux ends us then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for the program, which ends us
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
