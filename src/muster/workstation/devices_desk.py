"""What is plugged in, in an officer's words."""

from __future__ import annotations

from dataclasses import dataclass

from muster.devices.api import DeviceDescriptor, DeviceKind, DeviceStatus
from muster.devices.catalogue import Catalogue

_OPTIONAL = (DeviceKind.CHIP_READER, DeviceKind.LOCATOR)


@dataclass(frozen=True, slots=True)
class DeviceStatusLine:
    """One kind of device for the home page: there and ready to register people, or what is the matter."""

    kind: str
    name: str
    ready: bool
    problem: str


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


class DeviceDesk:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    @classmethod
    def of_this_installation(cls) -> DeviceDesk:
        """Needs no station and nobody signed in."""
        return cls(Catalogue())

    def devices(self) -> tuple[DeviceLine, ...]:
        """Everything that is plugged in, then every driver that did not load."""
        found = [_line(each) for each in self._catalogue.find()]
        broken = [
            DeviceLine("", "driver", each.name, "", "", "", "Not Loaded", (), each.problem)
            for each in self._catalogue.drivers
            if each.problem
        ]
        return (*found, *broken)

    def by_kind(self) -> tuple[DeviceStatusLine, ...]:
        """One line for each kind of device a registration needs, and for others that are there."""
        found = self._catalogue.find()
        kinds = [kind for kind in DeviceKind if kind not in _OPTIONAL or any(each.kind is kind for each in found)]
        return tuple(_status(kind, [each for each in found if each.kind is kind]) for kind in kinds)

    def kinds_ready(self) -> frozenset[str]:
        """For whatever they serve: a small reader is enough to compare a finger."""
        found = self._catalogue.find()
        return frozenset(each.kind.value for each in found if each.status is DeviceStatus.READY)


def _line(device: DeviceDescriptor) -> DeviceLine:
    why = device.problem.sentence if device.problem else device.status.value
    problem = None if device.status is DeviceStatus.READY else why
    return DeviceLine(
        device.id,
        device.kind.value,
        device.driver,
        device.make,
        device.model,
        device.serial,
        device.status.value,
        device.capabilities,
        problem,
    )


def _status(kind: DeviceKind, devices: list[DeviceDescriptor]) -> DeviceStatusLine:
    able = sorted(devices, key=lambda each: not each.registers)
    ready = next((each for each in able if each.status is DeviceStatus.READY), None)
    chosen = ready or (devices[0] if devices else None)
    if chosen is None:
        return DeviceStatusLine(kind.value, "", False, "not connected")
    name = f"{chosen.make} {chosen.model}"
    if ready is not None and not ready.registers:
        return DeviceStatusLine(kind.value, name, False, "for signing in and checks only")
    return DeviceStatusLine(kind.value, name, ready is not None, "" if ready else chosen.status.value)
