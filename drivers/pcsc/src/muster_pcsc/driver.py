"""The driver: readers of passport and identity card chips that PC/SC knows.

Environment::

    MUSTER_PCSC_READERS   readers whose name has this in it; all when empty, none when "-"
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event

from muster.devices.api import (
    CHIP_ABSENT,
    CHIP_TAKEN_AWAY,
    DEVICE_ABSENT,
    DEVICE_BUSY,
    DEVICE_FAILED,
    DEVICE_TIMEOUT,
    DEVICE_UNPLUGGED,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
)
from muster.errors import CANCELLED, Cancelled, Code, DeviceUnavailable
from muster_pcsc.winscard import Card, Pcsc, PcscError, ReaderState, Session, State, Status

PCSC_SERVICE_ABSENT = Code(
    "PCSC_SERVICE_ABSENT",
    "The service that chip readers are used through (pcscd) does not run on this computer. Tell your supervisor.",
)
CHIP_UNPOWERED = Code(
    "CHIP_UNPOWERED",
    "There is something on the chip reader that does not answer. Turn the document over, or open it at the page "
    "with the portrait.",
)

_KIND = DeviceKind.CHIP_READER.value
_LOOK_EVERY_S = 0.2
_LEAST_ANSWER = 2
_CODES = {
    Status.UNKNOWN_READER: DEVICE_UNPLUGGED,
    Status.READER_UNAVAILABLE: DEVICE_UNPLUGGED,
    Status.NO_READERS: DEVICE_UNPLUGGED,
    Status.TIMEOUT: DEVICE_TIMEOUT,
    Status.SHARING_VIOLATION: DEVICE_BUSY,
    Status.NO_SMARTCARD: CHIP_TAKEN_AWAY,
    Status.REMOVED_CARD: CHIP_TAKEN_AWAY,
    Status.RESET_CARD: CHIP_TAKEN_AWAY,
    # A document that is moved out of a contactless reader's field is this to many readers before it is gone.
    Status.COMMUNICATION: CHIP_TAKEN_AWAY,
    Status.NOT_TRANSACTED: CHIP_TAKEN_AWAY,
    Status.UNPOWERED_CARD: CHIP_UNPOWERED,
    Status.UNRESPONSIVE_CARD: CHIP_UNPOWERED,
    Status.UNSUPPORTED_CARD: CHIP_UNPOWERED,
    Status.PROTOCOL_MISMATCH: CHIP_UNPOWERED,
    Status.NO_SERVICE: PCSC_SERVICE_ABSENT,
    Status.SERVICE_STOPPED: PCSC_SERVICE_ABSENT,
    Status.INVALID_HANDLE: PCSC_SERVICE_ABSENT,  # it was started anew and knows nothing of before
}
_NOT_YET = (Status.NO_SMARTCARD, Status.REMOVED_CARD, Status.RESET_CARD, Status.COMMUNICATION)
_MUTE = (Status.UNPOWERED_CARD, Status.UNRESPONSIVE_CARD, Status.UNSUPPORTED_CARD, Status.PROTOCOL_MISMATCH)
# "Maker Model [interface] (serial) 00 01": a number that changes with every plugging in, and the slot.
_NAME = re.compile(r"(?P<name>.+?)(?: \[.*?\])?(?: \((?P<serial>[^)]+)\))?(?: [0-9A-F]{2} (?P<slot>[0-9A-F]{2}))?")


class PcscDriver:
    """Implements ``devices.api.Driver``. Where there is no library or no daemon, nothing is found."""

    name = "pcsc"

    def __init__(self, readers: str = "", load: Callable[[], Pcsc] = Pcsc) -> None:
        """``readers`` is what their names have in them."""
        self._readers = readers
        self._load = load
        self._library: Pcsc | None = None

    def find(self) -> Sequence[DeviceDescriptor]:
        if self._readers == "-":
            return ()
        try:
            with self._pcsc().session() as session:
                return [_described(id_, name, _state(session, name)) for id_, name in self._names(session)]
        except (OSError, PcscError):
            return ()

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        try:
            library = self._pcsc()
        except OSError as error:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=_KIND) from error
        with _translated(), library.session() as session:
            name = dict(self._names(session)).get(descriptor.id)
            if name is None:
                raise DeviceUnavailable(DEVICE_ABSENT, kind=_KIND)
            reader = PcscReader(session, name)
            try:
                yield reader
            finally:
                reader.leave_chip()

    def _pcsc(self) -> Pcsc:
        if self._library is None:
            self._library = self._load()
        return self._library

    def _names(self, session: Session) -> list[tuple[str, str]]:
        """Each reader's id and name."""
        seen: Counter[str] = Counter()
        found = []
        for name in session.readers():
            if self._readers in name:
                id_ = _id(name)
                seen[id_] += 1
                found.append((id_ if seen[id_] == 1 else f"{id_}-{seen[id_]}", name))
        return found


class PcscReader:
    """Implements ``devices.api.ChipReader``."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._card: Card | None = None

    def take_chip(self, timeout_s: float, cancel: Event) -> bytes:
        self.leave_chip()
        until = time.monotonic() + timeout_s
        before, code = State.UNAWARE, CHIP_ABSENT
        while not cancel.is_set():
            wait_s = min(_LOOK_EVERY_S, until - time.monotonic())
            if wait_s < 0:
                raise DeviceUnavailable(code, kind=_KIND)
            with _translated():
                now = self._session.state(self._name, other_than=before, timeout_s=wait_s)
            before = now.state
            if now.state & (State.UNKNOWN | State.UNAVAILABLE):
                raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=_KIND)
            if now.state & State.PRESENT:
                code = self._connect()
                if self._card is not None:
                    return now.reset_answer
                before = State.UNAWARE
                cancel.wait(_LOOK_EVERY_S)
        raise Cancelled(CANCELLED)

    def _connect(self) -> Code:
        """Take it; why that did not come about."""
        try:
            self._card = self._session.connect(self._name)
        except PcscError as error:
            if error.status in _MUTE:
                return CHIP_UNPOWERED
            if error.status not in _NOT_YET:
                raise DeviceUnavailable(_code(error), kind=_KIND) from error
        return CHIP_ABSENT

    def transmit(self, command: bytes) -> bytes:
        if self._card is None:
            raise DeviceUnavailable(CHIP_ABSENT, kind=_KIND)
        with _translated():
            answer = self._card.transmit(command)
        if len(answer) < _LEAST_ANSWER:  # some readers notice only afterwards that nothing lies on them
            raise DeviceUnavailable(CHIP_TAKEN_AWAY, kind=_KIND)
        return answer

    def leave_chip(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            card.disconnect()


def from_environment() -> PcscDriver:
    """What the entry point calls."""
    return PcscDriver(os.environ.get("MUSTER_PCSC_READERS", ""))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PcscError as error:
        raise DeviceUnavailable(_code(error), kind=_KIND) from error


def _code(error: PcscError) -> Code:
    return DEVICE_FAILED if error.status is None else _CODES.get(error.status, DEVICE_FAILED)


def _state(session: Session, name: str) -> ReaderState:
    try:
        return session.state(name)
    except PcscError:  # gone since its name was read
        return ReaderState(State.UNAVAILABLE, b"")


def _described(id_: str, name: str, now: ReaderState) -> DeviceDescriptor:
    parts = _parts(name)
    make, _, model = parts["name"].partition(" ")
    return DeviceDescriptor(
        id=id_,
        kind=DeviceKind.CHIP_READER,
        driver=PcscDriver.name,
        make=make,
        model=model or make,
        serial=parts["serial"] or "-",
        status=_status(now.state),
        capabilities=("passport and identity card chips",),
    )


def _status(state: State) -> DeviceStatus:
    if state & (State.UNKNOWN | State.UNAVAILABLE):
        return DeviceStatus.NOT_READY
    return DeviceStatus.BUSY if state & State.EXCLUSIVE else DeviceStatus.READY


def _id(name: str) -> str:
    parts = _parts(name)
    told = " ".join(part for part in (parts["name"], parts["serial"], parts["slot"]) if part)
    return "pcsc-" + re.sub(r"[^a-z0-9]+", "-", told.lower()).strip("-")


def _parts(name: str) -> dict[str, str]:
    found = _NAME.fullmatch(name)
    return {"name": name, "serial": "", "slot": ""} if found is None else found.groupdict("")
