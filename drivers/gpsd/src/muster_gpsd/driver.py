"""The driver: receivers that gpsd on this computer looks after. Without gpsd there are none, and nothing is wrong.

Environment::

    MUSTER_GPSD   where gpsd listens, "127.0.0.1:2947" by default, none when empty
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Event

from muster.devices.api import (
    DEVICE_ABSENT,
    DEVICE_FAILED,
    DEVICE_TIMEOUT,
    DEVICE_UNPLUGGED,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    Fix,
    setting_wrong,
)
from muster.errors import CANCELLED, Cancelled, DeviceUnavailable
from muster_gpsd.reports import ASK_FOR_DEVICES, Receiver, is_gone, reading_in, receivers_in, watch

KIND = DeviceKind.LOCATOR.value

_USUAL = "127.0.0.1:2947"
_PORTS = range(1, 1 << 16)
_LISTED_WITHIN_S = 0.2
_GLANCE_S = 0.1
_LONGEST_LINE = 1 << 16

Address = tuple[str, int]


class _GpsdGone(Exception):
    """It closed the connection, or was never there."""


class _GpsdAbsurd(Exception):
    """A line without an end."""


class GpsdDriver:
    """Implements ``devices.api.Driver``."""

    name = "gpsd"

    def __init__(self, address: Address | None) -> None:
        self._address = address

    def find(self) -> Sequence[DeviceDescriptor]:
        return [_described(each) for each in self._receivers()]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        receiver = next((each for each in self._receivers() if _described(each).id == descriptor.id), None)
        if self._address is None or receiver is None:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=KIND)
        yield GpsdLocator(self._address, receiver, context)

    def _receivers(self) -> tuple[Receiver, ...]:
        if self._address is None:
            return ()
        until = time.monotonic() + _LISTED_WITHIN_S
        with suppress(_GpsdGone, _GpsdAbsurd), _connected(self._address) as gpsd:
            _say(gpsd, ASK_FOR_DEVICES)
            for line in _lines(gpsd, until, Event()):
                found = receivers_in(line)
                if found is not None:
                    return found
        return ()


class GpsdLocator:
    """Implements ``devices.api.Locator``."""

    def __init__(self, address: Address, receiver: Receiver, context: DeviceContext) -> None:
        self._address = address
        self._receiver = receiver
        self._context = context

    def locate(self, timeout_s: float, cancel: Event) -> Fix:
        until = time.monotonic() + timeout_s
        try:
            with _connected(self._address) as gpsd:
                _say(gpsd, watch(self._receiver.path))
                for line in _lines(gpsd, until, cancel):
                    if is_gone(line, self._receiver.path):
                        raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=KIND)
                    read = reading_in(line)
                    if read is not None and read.path == self._receiver.path:
                        return Fix(read.latitude_deg, read.longitude_deg, read.accuracy_m, self._context.clock())
        except _GpsdGone as error:
            raise DeviceUnavailable(DEVICE_UNPLUGGED, kind=KIND) from error
        except _GpsdAbsurd as error:
            raise DeviceUnavailable(DEVICE_FAILED, kind=KIND) from error
        raise DeviceUnavailable(DEVICE_TIMEOUT, kind=KIND)


@contextmanager
def _connected(address: Address) -> Iterator[socket.socket]:
    try:
        gpsd = socket.create_connection(address, _LISTED_WITHIN_S)
    except OSError as error:
        raise _GpsdGone from error
    with gpsd:
        yield gpsd


def _say(gpsd: socket.socket, order: bytes) -> None:
    try:
        gpsd.sendall(order)
    except OSError as error:
        raise _GpsdGone from error


def _lines(gpsd: socket.socket, until: float, cancel: Event) -> Iterator[bytes]:
    """What is said before ``until``. Raises ``Cancelled``."""
    begun = b""
    while (left_s := until - time.monotonic()) > 0:
        if cancel.is_set():
            raise Cancelled(CANCELLED)
        gpsd.settimeout(min(left_s, _GLANCE_S))
        try:
            said = gpsd.recv(_LONGEST_LINE)
        except TimeoutError:
            continue
        except OSError as error:
            raise _GpsdGone from error
        if not said:
            raise _GpsdGone
        *whole, begun = (begun + said).split(b"\n")
        yield from whole
        if len(begun) > _LONGEST_LINE:
            raise _GpsdAbsurd


def _described(receiver: Receiver) -> DeviceDescriptor:
    return DeviceDescriptor(
        id=f"gpsd-{receiver.path}",
        kind=DeviceKind.LOCATOR,
        driver=GpsdDriver.name,
        make=receiver.driver,
        model=receiver.model,
        serial=receiver.path,
        status=DeviceStatus.READY,
        capabilities=("position",),
        address=receiver.path,
    )


def from_environment() -> GpsdDriver:
    """What the entry point calls. Raises ``BadInput``."""
    told = os.environ.get("MUSTER_GPSD", _USUAL)
    host, _, port = told.rpartition(":")
    if told and not (host and port.isdecimal() and int(port) in _PORTS):
        raise setting_wrong("MUSTER_GPSD", told, _USUAL)
    return GpsdDriver((host.strip("[]"), int(port)) if told else None)
