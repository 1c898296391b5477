"""What is plugged in, in an officer's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.clock import utc_now
from muster.devices.api import DeviceDescriptor, DeviceHealth, DeviceKind, DeviceStatus
from muster.devices.catalogue import Catalogue, DriverStatus
from muster.domain.assessment import Finding
from muster.workstation.device_choices import DeviceChoices
from muster.workstation.device_doctor import DeviceDoctor
from muster.workstation.device_watch import DevicesChanged, DeviceWatch

_OPTIONAL = (DeviceKind.CHIP_READER, DeviceKind.LOCATOR)


@dataclass(frozen=True, slots=True)
class DeviceStatusLine:
    """One kind of device for the home page: there and ready to register people, or what is the matter."""

    kind: str
    name: str
    ready: bool
    problem: str
    finding: Finding | None = None  # the same as a sentence, where there is one; also of one that is ready


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One device, or one driver that could not be loaded (``problem`` says why)."""

    id: str
    kind: str
    driver: str
    make: str
    model: str
    serial: str
    status: str
    capabilities: tuple[str, ...]
    problem: str | None
    chosen: bool = False  # at this station, among others of its kind
    address: str = ""
    firmware: str = ""
    certificate_expires_at: datetime | None = None
    clock_offset_s: float | None = None


class DeviceDesk:
    """``choices`` are those of a station, ``doctor`` tests whom it believes; without one, any device."""

    def __init__(
        self, catalogue: Catalogue, choices: DeviceChoices | None = None, doctor: DeviceDoctor | None = None
    ) -> None:
        self.catalogue = catalogue
        self.doctor = doctor or DeviceDoctor(catalogue, utc_now)
        self._choices = choices
        self._watch = DeviceWatch(catalogue.find)

    @classmethod
    def of_this_installation(cls) -> DeviceDesk:
        """Needs no station and nobody signed in. Waits until every driver has looked; close its catalogue, too."""
        catalogue = Catalogue()
        catalogue.settle()
        return cls(catalogue)

    def listen(self, tell: Callable[[DevicesChanged], None]) -> Callable[[], None]:
        """Be told of what is plugged in or pulled out, from a lane; what is returned ends that."""
        return self._watch.listen(tell)

    def choose(self, device_id: str) -> None:
        """Use this one of its kind from now on. Raises ``BadInput``, ``Refused``."""
        assert self._choices is not None, "a station's"
        self._choices.choose(device_id)

    def choose_none(self, kind: str) -> None:
        """Use whichever is ready first. Raises ``Refused``."""
        assert self._choices is not None, "a station's"
        self._choices.choose_none(DeviceKind(kind))

    def close(self) -> None:
        """Tell nobody any more. The catalogue is closed by whoever made it."""
        self._watch.close()

    def devices(self) -> tuple[DeviceLine, ...]:
        """Everything that is plugged in, then every driver that did not load."""
        found = [self._line(each) for each in self._watch.look()]
        return (*found, *(_without(each) for each in self.catalogue.drivers if each.problem))

    def drivers_without_devices(self) -> tuple[str, ...]:
        """The names of those that work and find nothing now."""
        busy = {each.driver for each in self._watch.look()}
        return tuple(each.name for each in self.catalogue.drivers if not each.problem and each.name not in busy)

    def broken_drivers(self) -> tuple[DeviceLine, ...]:
        """Those whose devices are missing though nobody left them out."""
        return tuple(_without(each) for each in self.catalogue.drivers if each.is_broken)

    def problems(self) -> Mapping[str, Finding]:
        """Why devices cannot be used, by their ids, where there is more to say than their status."""
        return {each.id: each.problem for each in self._watch.look() if each.problem is not None}

    def by_kind(self) -> tuple[DeviceStatusLine, ...]:
        """One line for each kind of device a registration needs, and for others that are there."""
        found = self._watch.look()
        kinds = [kind for kind in DeviceKind if kind not in _OPTIONAL or any(each.kind is kind for each in found)]
        return tuple(self._status(kind, [each for each in found if each.kind is kind]) for kind in kinds)

    def kinds_ready(self) -> frozenset[str]:
        """For whatever they serve: a small reader is enough to compare a finger."""
        found = self._watch.look()
        return frozenset(each.kind.value for each in found if each.status is DeviceStatus.READY)

    def _line(self, device: DeviceDescriptor) -> DeviceLine:
        why = device.problem.sentence if device.problem else device.status.value
        health = device.health or DeviceHealth()
        return DeviceLine(
            device.id,
            device.kind.value,
            device.driver,
            device.make,
            device.model,
            device.serial,
            device.status.value,
            device.capabilities,
            problem=None if device.status is DeviceStatus.READY else why,
            chosen=self._choices is not None and self._choices.chosen(device.kind) == device.id,
            address=device.address,
            firmware=health.firmware,
            certificate_expires_at=health.certificate_expires_at,
            clock_offset_s=None if health.clock_offset is None else round(health.clock_offset.total_seconds(), 1),
        )

    def _status(self, kind: DeviceKind, devices: list[DeviceDescriptor]) -> DeviceStatusLine:
        chosen = self._choices.chosen(kind) if self._choices else None
        able = sorted(devices, key=lambda each: (not each.registers, each.id != chosen))
        ready = next((each for each in able if each.status is DeviceStatus.READY), None)
        used = ready or (devices[0] if devices else None)
        if used is None:
            return DeviceStatusLine(kind.value, "", False, "not connected")
        name = f"{used.make} {used.model}"
        if ready is None:
            return DeviceStatusLine(kind.value, name, False, used.status.value, used.problem)
        if not ready.registers:
            return DeviceStatusLine(kind.value, name, False, "for signing in and checks only")
        instead = self._choices.instead(kind, able) if self._choices else None
        return DeviceStatusLine(kind.value, name, True, "", instead)


def _without(driver: DriverStatus) -> DeviceLine:
    """In place of the devices it would find."""
    return DeviceLine("", "driver", driver.name, "", "", "", "Not Loaded", (), driver.problem)
