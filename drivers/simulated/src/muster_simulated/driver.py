"""The driver: four devices that are always plugged in, unless told otherwise.

Environment::

    MUSTER_SIMULATED_IMAGES   a folder of pictures instead of the built-in one
    MUSTER_SIMULATED_FAULTS   see ``faults``
    MUSTER_SIMULATED_SHEETS   how many sheets lie in the scanner's feeder; it has none without
    MUSTER_SIMULATED_SPEED    1 is a person's pace; 20 shortens every wait twenty times
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from muster.devices.api import (
    DEVICE_ABSENT,
    DEVICE_BUSY,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    setting_wrong,
)
from muster.domain.biometrics import DigitalId
from muster.errors import DeviceUnavailable
from muster_simulated import faults
from muster_simulated.camera import SimulatedCamera
from muster_simulated.faults import Fault
from muster_simulated.pictures import Pictures
from muster_simulated.readers import SimulatedFeeder, SimulatedReader, SimulatedScanner

_MAKE = "Muster"
_MODELS = {
    DeviceKind.CAMERA: ("Simulated Camera", "SIMCAMERA0001", "Face", "Full face", ("video",)),
    DeviceKind.FINGERPRINT: ("Simulated Slap Reader", "SIMSLAP000001", "Finger", "Slap", ("slap", "thumbs")),
    DeviceKind.IRIS: ("Simulated Iris Camera", "SIMIRIS000001", "Iris", "Double", ("both eyes",)),
    DeviceKind.SCANNER: ("Simulated Scanner", "SIMSCANNER001", "", "", ("flatbed",)),
}


class SimulatedDriver:
    """Implements ``devices.api.Driver``."""

    name = "simulated"

    def __init__(self, pictures: Pictures, speed: float = 1.0) -> None:
        self._pictures = pictures
        self._speed = speed

    def find(self) -> Sequence[DeviceDescriptor]:
        told = faults.from_environment()
        return [self._describe(kind, told) for kind in _MODELS if told.get(kind) is not Fault.UNPLUG]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        kind = descriptor.kind
        here = next((each for each in self.find() if each.id == descriptor.id), None)
        if here is None:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=kind.value)
        if here.status is DeviceStatus.BUSY:
            raise DeviceUnavailable(DEVICE_BUSY, kind=kind.value)
        self._pictures.check()
        yield self._device(kind, context)

    def _device(self, kind: DeviceKind, context: DeviceContext) -> Device:
        if kind is DeviceKind.SCANNER:
            if sheets := int(os.environ.get("MUSTER_SIMULATED_SHEETS", "0")):
                return SimulatedFeeder(self._pictures, context, self._speed, sheets)
            return SimulatedScanner(self._pictures, context, self._speed)
        if kind is DeviceKind.CAMERA:
            return SimulatedCamera(_digital_id(kind), self._pictures, context, self._speed)
        return SimulatedReader(kind, _digital_id(kind), self._pictures, context, self._speed)

    def _describe(self, kind: DeviceKind, told: faults.Faults) -> DeviceDescriptor:
        model, serial, _, _, capabilities = _MODELS[kind]
        busy = told.get(kind) is Fault.BUSY
        return DeviceDescriptor(
            id=f"simulated-{kind.name.lower()}",
            kind=kind,
            driver=self.name,
            make=_MAKE,
            model=model,
            serial=serial,
            status=DeviceStatus.BUSY if busy else DeviceStatus.READY,
            capabilities=capabilities,
        )


def _digital_id(kind: DeviceKind) -> DigitalId:
    model, serial, type_name, sub_type, _ = _MODELS[kind]
    return DigitalId(serial, _MAKE, model, type_name, sub_type, "Muster", "MUSTER")


def from_environment() -> SimulatedDriver:
    """What the entry point calls. Raises ``BadInput``."""
    folder = os.environ.get("MUSTER_SIMULATED_IMAGES")
    told = os.environ.get("MUSTER_SIMULATED_SPEED", "1")
    try:
        speed = float(told)
    except ValueError:
        raise setting_wrong("MUSTER_SIMULATED_SPEED", told, "10") from None
    return SimulatedDriver(Pictures(Path(folder) if folder else None), max(speed, 0.01))
