"""A test of one device in twenty seconds, told in plain words, with what to do where something is amiss.

Rules:

1. What is tried follows from what a device can do (``device_trials``); a new driver needs nothing for it.
2. A line is a finding: a code, its sentence, numbers. A report holds lines and what devices and drivers say of
   themselves, and never a picture, a record or a place.
3. It comes to its end, whatever a driver does: one that hangs is said to, and left behind.
"""

from __future__ import annotations

import json
import platform
import queue
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from muster import __version__
from muster.clock import Clock, rfc3339
from muster.devices.api import (
    DEVICE_BUSY,
    DEVICE_FAILED,
    CaptureRequest,
    DeviceContext,
    DeviceDescriptor,
    DeviceHealth,
    DeviceStatus,
)
from muster.devices.catalogue import Catalogue
from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import Attestation
from muster.errors import Code, DeviceUnavailable, MusterError
from muster.workstation.device_choices import DEVICE_UNKNOWN
from muster.workstation.device_trials import Trial, tried

TESTED_FOUND = Code("TESTED_FOUND", "The {kind} is connected.")
TESTED_FIRMWARE = Code("TESTED_FIRMWARE", "It works with firmware {firmware}.")
TESTED_CERTIFICATE = Code("TESTED_CERTIFICATE", "Its certificate is good until {date}.")
TESTED_CERTIFICATE_ENDS = Code(
    "TESTED_CERTIFICATE_ENDS", "Its certificate ends on {date}. Ask the device's maker for a new one in time."
)
TESTED_CERTIFICATE_ENDED = Code(
    "TESTED_CERTIFICATE_ENDED",
    "Its certificate ended on {date}. Connect the computer to the internet and restart the device's program; if "
    "that does not help, ask the device's maker.",
)
TESTED_CLOCK = Code("TESTED_CLOCK", "Its clock agrees with this computer's.")
TESTED_CLOCK_OFF = Code(
    "TESTED_CLOCK_OFF",
    "Its clock is {seconds} s off this computer's. Set the clocks, then restart the device's program.",
)
TESTED_OPENS = Code("TESTED_OPENS", "It can be taken into use, after {seconds} s.")
TESTED_OPENS_AGAIN = Code("TESTED_OPENS_AGAIN", "It was given back and can be taken into use again.")
TESTED_HANGS = Code(
    "TESTED_HANGS",
    "The test did not end within {seconds} s. Unplug the {kind}, restart this program, and give this report to "
    "the maker of its driver.",
)

LONGEST_S = 20.0
_ENDS_SOON = timedelta(days=30)
_LOOK_UP_S = 0.05

Tell = Callable[[Finding], None]


@dataclass(frozen=True, slots=True)
class TestedDevice:
    """One device and what was found, in the order it was tried."""

    id: str
    kind: str
    driver: str
    make: str
    model: str
    serial: str
    address: str
    capabilities: tuple[str, ...]
    findings: tuple[Finding, ...]
    seconds: float

    __test__ = False  # a name that a test framework would take for its own

    @property
    def is_well(self) -> bool:
        return not any(each.severity is Severity.BLOCKS for each in self.findings)


class _NobodySigns:
    """Lent to devices that are only tried: what they hand out is let go. Implements ``devices.api.Signer``."""

    def attest(self, *, request: CaptureRequest, **_: object) -> tuple[Attestation, str]:
        return Attestation("", "", "", ""), request.previous_hash


class DeviceDoctor:
    """``context`` is whom the station believes; without one, every device is tried that is there."""

    def __init__(self, catalogue: Catalogue, clock: Clock, context: DeviceContext | None = None) -> None:
        self._catalogue = catalogue
        self._clock = clock
        trust = context.trust if context else None
        self._context = DeviceContext(clock, _NobodySigns(), trust)

    def test(self, device_id: str, tell: Tell = lambda finding: None, cancel: Event | None = None) -> TestedDevice:
        """Try one; ``tell`` is called with each finding as it comes. Raises ``DeviceUnavailable(DEVICE_UNKNOWN)``
        for an id that is not there."""
        device = next((each for each in self._catalogue.find() if each.id == device_id), None)
        if device is None:
            raise DeviceUnavailable(DEVICE_UNKNOWN, name=device_id)
        begun = time.monotonic()
        findings: list[Finding] = []
        for finding in self._within_time(device, cancel or Event()):
            findings.append(finding)
            tell(finding)
        return TestedDevice(
            device.id,
            device.kind.value,
            device.driver,
            device.make,
            device.model,
            device.serial,
            device.address,
            device.capabilities,
            tuple(findings),
            round(time.monotonic() - begun, 1),
        )

    def ids(self) -> tuple[str, ...]:
        return tuple(each.id for each in self._catalogue.find())

    def report(self, tested: Sequence[TestedDevice]) -> bytes:
        """For support: JSON."""
        content = {
            "muster": __version__,
            "system": platform.platform(),
            "python": platform.python_version(),
            "at": rfc3339(self._clock()),
            "drivers": [asdict(each) for each in self._catalogue.drivers],
            "devices": [told(each) for each in tested],
        }
        return json.dumps(content, indent=2).encode()

    def _within_time(self, device: DeviceDescriptor, cancel: Event) -> Iterator[Finding]:
        """In a thread of its own, which is left behind when the device never comes back from a call."""
        trial, found = Trial(device.kind), queue.SimpleQueue[Finding | None]()

        def work() -> None:
            for each in self._tested(device, trial):
                found.put(each)
            found.put(None)

        Thread(target=work, name="device-test", daemon=True).start()
        until = time.monotonic() + LONGEST_S
        while time.monotonic() < until:
            if cancel.is_set():
                trial.stop()
            try:
                finding = found.get(timeout=_LOOK_UP_S)
            except queue.Empty:
                continue
            if finding is None:
                return
            yield finding
        trial.stop()
        yield trial.bad(TESTED_HANGS, seconds=round(LONGEST_S))

    def _tested(self, device: DeviceDescriptor, trial: Trial) -> Iterator[Finding]:
        yield trial.good(TESTED_FOUND)
        yield from _condition(device.health or DeviceHealth(), trial, self._clock(), self._context.allowed_lag)
        if device.status is not DeviceStatus.READY:
            busy = device.status is DeviceStatus.BUSY
            yield device.problem or trial.bad(DEVICE_BUSY if busy else DEVICE_FAILED)
            return
        try:
            begun = time.monotonic()
            with self._catalogue.open(device, self._context) as opened:
                yield trial.good(TESTED_OPENS, seconds=round(time.monotonic() - begun, 1))
                yield from tried(opened, trial)
            with self._catalogue.open(device, self._context):
                pass
            yield trial.good(TESTED_OPENS_AGAIN)
        except MusterError as error:
            yield Finding(error.code, detail=error.detail)
        except Exception:  # noqa: BLE001 - a stranger's library has errors of its own, and that is what is tested
            yield trial.bad(DEVICE_FAILED)


def _condition(health: DeviceHealth, trial: Trial, now: datetime, allowed: timedelta) -> Iterator[Finding]:
    """What a device tells of itself, as far as it does."""
    if health.firmware:
        yield trial.good(TESTED_FIRMWARE, firmware=health.firmware)
    ends = health.certificate_expires_at
    if ends is not None:
        date = f"{ends:%Y-%m-%d}"
        if ends <= now:
            yield trial.bad(TESTED_CERTIFICATE_ENDED, date=date)
        elif ends - now <= _ENDS_SOON:
            yield trial.strange(TESTED_CERTIFICATE_ENDS, date=date)
        else:
            yield trial.good(TESTED_CERTIFICATE, date=date)
    if health.clock_offset is not None:
        off = abs(health.clock_offset)
        if off > allowed:
            yield trial.bad(TESTED_CLOCK_OFF, seconds=round(off.total_seconds()))
        else:
            yield trial.good(TESTED_CLOCK)


def told(tested: TestedDevice) -> dict[str, object]:
    """For a report, and for scripts."""
    about = {name: value for name, value in asdict(tested).items() if name != "findings"}
    findings = [
        {"severity": each.severity.value, "code": each.code.name, "sentence": each.sentence}
        for each in tested.findings
    ]
    return {**about, "well": tested.is_well, "findings": findings}
