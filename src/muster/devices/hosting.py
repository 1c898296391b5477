"""Drivers in processes of their own: what breaks there is a fault of a device, never of the program.

``HostedDriver`` is a driver like any other. Behind it is a process (``hosted_process``) that is started in the
background, watched, ended when it breaks, and started anew; a device that is in use then fails with a code of
``hosted_process``. ``find`` answers with what the process said last: it looks once a second by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from math import ceil
from threading import Condition, Lock, Thread

from muster.devices.api import Device, DeviceContext, DeviceDescriptor, DeviceKind, DeviceStatus
from muster.devices.hosted_device import HostedDevice
from muster.devices.hosted_process import (
    DRIVER_BROKEN,
    DRIVER_GARBLED,
    DRIVER_RESTS,
    DRIVER_SILENT,
    DRIVER_STOPPED,
    DRIVER_STUCK,
    HostedProcess,
    Patience,
)
from muster.domain.assessment import Finding
from muster.errors import Code, DeviceUnavailable, MusterError

_LOG = logging.getLogger(__name__)
_ENDED = {
    DRIVER_STOPPED: "its process broke off",
    DRIVER_SILENT: "its process did not answer any more and was ended",
    DRIVER_GARBLED: "its process answered nonsense and was ended",
}
_FOR_GOOD = 20  # failures after which the pause is the longest
_STARTS_S = 1.0  # within which a process has looked for its devices, as a rule
_starting = Lock()  # one after the other: all at once they would keep the window from the processors


class HostedDriver:
    """Implements ``devices.api.Driver`` for the driver that ``where`` names (``package.module:callable``)."""

    def __init__(self, name: str, where: str, patience: Patience | None = None) -> None:
        self.name = name
        self._where = where
        self._patience = patience or Patience()
        self._changed = Condition()  # guards all below
        self._keeper: Thread | None = None
        self._closing = False
        self._process: HostedProcess | None = None
        self._resting_until = 0.0
        self._is_stuck = False
        self._is_broken = False
        self._has_answered = False
        self._devices: tuple[DeviceDescriptor, ...] = ()
        self.problem: str | None = None
        """Why it finds nothing, for the list of drivers."""

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        with self._changed:
            return self._process.pid if self._process else None

    def start(self) -> None:
        """Ahead of the first question, which waits for less then."""
        with self._changed:
            if self._keeper is None and not self._closing:
                self._keeper = Thread(target=self._keep, name=f"driver-{self.name}", daemon=True)
                self._keeper.start()

    def settle(self, within_s: float) -> bool:
        """Wait until it knows its devices, for the first time or anew after it broke off; whether there was
        anything to wait for."""
        self.start()
        with self._changed:
            if self._is_decided():
                return False
            self._changed.wait_for(self._is_decided, within_s)
            return True

    def find(self) -> Sequence[DeviceDescriptor]:
        return self.found_within(self._patience.first_answer_s)

    def found_within(self, seconds: float) -> Sequence[DeviceDescriptor]:
        """What is there; waits so long for the first answer of all."""
        self.start()
        with self._changed:
            self._changed.wait_for(lambda: self._has_answered or self._closing, seconds)
            ending = self._process.ending if self._process else None
            return tuple(_out_of_order(each, ending) for each in self._devices) if ending else self._devices

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        """Raises what the driver raises, and ``DeviceUnavailable`` with a code of ``hosted_process``."""
        process = self._running(descriptor.kind)
        opened = HostedDevice(process, self._patience, descriptor, context)
        try:
            yield opened.device
        finally:
            with suppress(MusterError):  # it is given back all the same, or gone with its process
                opened.close()

    def close(self) -> None:
        """End the process, and what keeps it."""
        with self._changed:
            self._closing = True
            process, keeper = self._process, self._keeper
            self._changed.notify_all()
        if process is not None:
            process.condemn(DRIVER_STOPPED)
        if keeper is not None:
            keeper.join()

    def _running(self, kind: DeviceKind) -> HostedProcess:
        """The process, once it knows its devices. Raises ``DeviceUnavailable``."""
        self.start()
        with self._changed:
            self._changed.wait_for(self._is_decided, self._patience.start_s)
            if self._process is not None and self._process.is_at_work:
                return self._process
            code = DRIVER_STUCK if self._is_stuck else DRIVER_BROKEN if self._is_broken else DRIVER_STOPPED
            if code is DRIVER_STOPPED and (seconds := ceil(self._resting_until - time.monotonic())) > 0:
                raise DeviceUnavailable(DRIVER_RESTS, kind=kind.value, seconds=seconds)
            raise DeviceUnavailable(code, kind=kind.value)

    def _is_decided(self) -> bool:
        """Whether waiting longer would help nobody."""
        if self._process is not None:
            return self._process.is_at_work
        rests_s = self._resting_until - time.monotonic()
        return self._closing or self._is_stuck or rests_s > 2 * self._patience.pause_s

    # In the keeper's thread. It lives as long as the driver: Linux ends a process with the thread that began it.

    def _keep(self) -> None:
        failures = 0
        while not self._closing:
            with _starting:
                begun, process = time.monotonic(), None if self._closing else self._begin()
                if process is not None:
                    process.wait_for_answer(_STARTS_S)
            if process is not None:
                ending = process.watch()
                self._end(process, ending)
                if ending is DRIVER_BROKEN:  # nothing heals by itself there
                    failures = _FOR_GOOD
                elif time.monotonic() - begun > self._patience.calm_s:
                    failures = 0
            failures += 1
            self._rest(failures)

    def _begin(self) -> HostedProcess | None:
        try:
            process = HostedProcess(self._where, self._patience, self._heard)
        except OSError as error:  # no memory, no process: as if it had broken off at once
            _LOG.warning("driver %s: its process does not start (%s)", self.name, type(error).__name__)
            return None
        with self._changed:
            self._process = process
        if self._closing:
            process.condemn(DRIVER_STOPPED)
        return process

    def _end(self, process: HostedProcess, ending: Code) -> None:
        with self._changed:
            self._process = None
            self._devices = tuple(_out_of_order(each, ending) for each in self._devices)
            self._has_answered = True
        process.end(politely=self._closing)
        with self._changed:
            self._is_stuck = process.is_there
            self._is_broken = ending is DRIVER_BROKEN  # it has told why
            if not self._is_broken:
                self.problem = f"{_ENDED[ending]} ({process.how_it_ended()})"
            self._changed.notify_all()
        if not self._closing:
            _LOG.warning("driver %s: %s", self.name, self.problem)
        while self._is_stuck and not self._closing:  # nothing else may take its device meanwhile
            with self._changed:
                self._changed.wait_for(lambda: self._closing, self._patience.silent_s / 6)
                self._is_stuck = process.is_there
        process.end(politely=False)

    def _rest(self, failures: int) -> None:
        pause = min(self._patience.pause_s * 2.0 ** min(failures - 1, _FOR_GOOD), self._patience.longest_pause_s)
        with self._changed:
            self._resting_until = time.monotonic() + pause
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closing, pause)

    def _heard(self, devices: Sequence[DeviceDescriptor], problem: str | None) -> None:
        """Called from the reading thread."""
        with self._changed:
            self._devices = tuple(replace(each, driver=self.name) for each in devices)
            self.problem = problem
            self._has_answered = True
            self._changed.notify_all()


def _out_of_order(device: DeviceDescriptor, ending: Code) -> DeviceDescriptor:
    problem = Finding(ending, detail={"kind": device.kind.value})
    return replace(device, status=DeviceStatus.NOT_READY, problem=problem)
