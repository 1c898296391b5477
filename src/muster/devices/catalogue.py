"""Which drivers there are and what is plugged in, with one way to take a device into use.

A driver that cannot be loaded, or that breaks its promise and raises from ``find``, is listed with its
reason; the others go on. Nothing is remembered between calls: what was unplugged a second ago is gone (of a driver
in a process of its own, two seconds ago).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace

from muster.devices import authors
from muster.devices.api import (
    DEVICE_ABSENT,
    DEVICE_BUSY,
    DEVICE_CANNOT_REGISTER,
    DEVICE_FAILED,
    BiometricCapture,
    Camera,
    ChipReader,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    DocumentScanner,
    Driver,
    Locator,
    SlapCapture,
    why_not,
)
from muster.devices.claims import DEVICE_CLAIMED_TWICE, told_apart
from muster.devices.hosting import HostedDriver
from muster.devices.installed import LEFT_OUT, NOT_NAMED, installed_drivers
from muster.errors import DeviceUnavailable, MusterError
from muster.plugins import Plugin

_AT_ONCE_S = 0.45  # what whoever looks first waits at most for processes that begin
_FIRST_ANSWERS_S = 5.0  # what whoever needs a device does
_CAPABILITIES: dict[DeviceKind, tuple[type, ...]] = {
    DeviceKind.CAMERA: (Camera,),
    DeviceKind.FINGERPRINT: (BiometricCapture, SlapCapture),
    DeviceKind.IRIS: (BiometricCapture,),
    DeviceKind.SCANNER: (DocumentScanner,),
    DeviceKind.CHIP_READER: (ChipReader,),
    DeviceKind.LOCATOR: (Locator,),
}


@dataclass(frozen=True, slots=True)
class DriverStatus:
    """One driver: loaded, or with the problem that keeps it from working."""

    name: str
    package: str
    problem: str | None

    @property
    def is_broken(self) -> bool:
        """Not one that is only left out, which somebody wanted."""
        return self.problem not in (None, NOT_NAMED, LEFT_OUT)


class Catalogue:
    """The drivers of this installation, or those of ``plugins``. Closed by whoever made it.

    Whoever tests devices takes ``settle``, then ``find`` and ``drivers``, and ``open`` with what was found.
    """

    def __init__(self, plugins: Sequence[Plugin] | None = None) -> None:
        found = installed_drivers() if plugins is None else plugins
        self._drivers: dict[str, Driver] = {}
        self._status: dict[str, DriverStatus] = {}
        self._preferred: dict[DeviceKind, str] = {}
        for plugin in found:
            self._add(plugin)

    def _add(self, plugin: Plugin) -> None:
        problem: str | None = plugin.problem
        if callable(plugin.loaded):
            try:
                driver = plugin.loaded()
            except Exception as error:  # noqa: BLE001 - a stranger's constructor must not stop the station
                authors.tell(error)
                problem = why_not(error, "starting")
            else:
                problem = _misnamed(plugin.name, driver)
                if problem is None:
                    self._drivers[plugin.name] = driver
        elif problem is None:
            problem = "its entry point is not callable"
        self._status[plugin.name] = DriverStatus(plugin.name, plugin.package, problem)

    @property
    def drivers(self) -> tuple[DriverStatus, ...]:
        return tuple(self._status.values())

    def start(self) -> None:
        """Begin the processes of drivers that have one: a few milliseconds, and the first question is answered
        sooner."""
        for driver in self._hosted():
            driver.start()

    def settle(self, within_s: float = _FIRST_ANSWERS_S) -> bool:
        """Wait until every driver with a process knows its devices, for the first time or anew after it broke off;
        whether there was anything to wait for."""
        self.start()
        until = time.monotonic() + within_s
        waited = [driver.settle(max(0.0, until - time.monotonic())) for driver in self._hosted()]
        return any(waited)

    def prefer(self, kind: DeviceKind, device_id: str | None) -> None:
        """Which device of a kind to open, as long as it is ready; None for whichever."""
        if device_id is None:
            self._preferred.pop(kind, None)
        else:
            self._preferred[kind] = device_id

    def close(self) -> None:
        """Let go of everything: processes, and what drivers watch by themselves."""
        for driver in self._drivers.values():
            close = getattr(driver, "close", None)
            if callable(close):
                with suppress(Exception):  # a stranger's; the others are closed all the same
                    close()

    def _hosted(self) -> Iterator[HostedDriver]:
        return (driver for driver in self._drivers.values() if isinstance(driver, HostedDriver))

    def find(self, kind: DeviceKind | None = None) -> tuple[DeviceDescriptor, ...]:
        """What is plugged in now, of one kind or of all."""
        self.settle(_AT_ONCE_S)
        found = told_apart(_with_kind(device) for name in self._drivers for device in self._find(name))
        return tuple(device for device in found if kind in (None, device.kind))

    def _find(self, name: str) -> Sequence[DeviceDescriptor]:
        status, driver = self._status[name], self._drivers[name]
        if isinstance(driver, HostedDriver):
            self._status[name] = DriverStatus(status.name, status.package, driver.problem)
            return driver.found_within(0.0)
        try:
            devices = tuple(driver.find())  # a generator raises only when it is walked
        except Exception as error:  # noqa: BLE001 - the contract says "raises nothing"; say who broke it and go on
            authors.tell(error)
            self._status[name] = DriverStatus(status.name, status.package, why_not(error, "looking for devices"))
            return ()
        self._status[name] = DriverStatus(status.name, status.package, None)
        return devices

    @contextmanager
    def open(
        self, wanted: DeviceKind | DeviceDescriptor, context: DeviceContext, *, registering: bool = False
    ) -> Iterator[Device]:
        """Take a device into use: the one described, or of a kind the preferred one if it is ready, else the first
        that is. ``registering`` somebody takes one that is made for it.

        Raises ``DeviceUnavailable``; what a driver's ``open`` raises beside our errors comes out as
        ``DEVICE_FAILED``.
        """
        if isinstance(wanted, DeviceKind):
            descriptor = self._choose(wanted, registering)
        else:
            descriptor = self._uncontested(wanted)
        if registering and not descriptor.registers:
            raise DeviceUnavailable(DEVICE_CANNOT_REGISTER, kind=descriptor.kind.value)
        driver = self._drivers.get(descriptor.driver)
        if driver is None:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=descriptor.kind.value)
        with ExitStack() as opened:
            try:
                device = opened.enter_context(driver.open(descriptor, context))
            except MusterError as error:
                authors.tell(error)
                raise
            except Exception as error:  # a stranger's library has errors of its own
                authors.tell(error)
                raise DeviceUnavailable(DEVICE_FAILED, kind=descriptor.kind.value) from error
            if not isinstance(device, _CAPABILITIES[descriptor.kind]):
                raise DeviceUnavailable(DEVICE_FAILED, kind=descriptor.kind.value)
            try:
                yield device
            except Exception as error:  # whatever it was, whoever uses the device says it to people
                authors.tell(error)
                raise

    def _choose(self, kind: DeviceKind, registering: bool) -> DeviceDescriptor:
        found = self.find(kind)
        if not any(each.status is DeviceStatus.READY for each in found) and self.settle():
            found = self.find(kind)
        if not found:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=kind.value)
        if registering:  # where none is fit, any of them says so
            found = tuple(each for each in found if each.registers) or found[:1]
        ready = [device for device in found if device.status is DeviceStatus.READY]
        if not ready:
            if found[0].problem is not None:
                raise DeviceUnavailable(found[0].problem.code, **found[0].problem.detail)
            busy = found[0].status is DeviceStatus.BUSY
            raise DeviceUnavailable(DEVICE_BUSY if busy else DEVICE_FAILED, kind=kind.value)
        preferred = self._preferred.get(kind)
        return next((device for device in ready if device.id == preferred), ready[0])

    def _uncontested(self, wanted: DeviceDescriptor) -> DeviceDescriptor:
        now = next((each for each in self.find(wanted.kind) if each.id == wanted.id), wanted)
        if now.problem is not None and now.problem.code is DEVICE_CLAIMED_TWICE:
            raise DeviceUnavailable(now.problem.code, **now.problem.detail)
        return wanted


def _misnamed(name: str, driver: Driver) -> str | None:
    """Devices are opened by their driver's name: under another one none of them would ever be there."""
    own = getattr(driver, "name", None)
    return None if own == name else f"it calls itself {own}, its entry point {name}: let both be the same"


def _with_kind(device: DeviceDescriptor) -> DeviceDescriptor:
    """Sentences about devices speak of their kind; drivers forget to tell it."""
    if device.problem is None or "kind" in device.problem.detail:
        return device
    detail = {**device.problem.detail, "kind": device.kind.value}
    return replace(device, problem=replace(device.problem, detail=detail))
