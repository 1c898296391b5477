"""The driver: readers at this computer's USB sockets, found by their ids and opened when they are wanted.

They have no serial number: the socket stands for it (``1-7`` is the kernel's name of the seventh socket of the
first bus), so that a reader plugged in again at the same place is the same device.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import usb.backend.libusb1
import usb.core

from muster.devices.api import DEVICE_ABSENT, Device, DeviceContext, DeviceDescriptor, DeviceKind, DeviceStatus
from muster.domain.assessment import Finding
from muster.errors import DeviceUnavailable
from muster_usb_fingerprint import aes3500, nb1010
from muster_usb_fingerprint.conversation import Model
from muster_usb_fingerprint.problems import KIND, USB_NOT_PERMITTED
from muster_usb_fingerprint.reader import UsbReader
from muster_usb_fingerprint.transport import opened

MODELS = (nb1010.MODEL, aes3500.MODEL)

_BY_IDS = {(model.vendor_id, model.product_id): model for model in MODELS}


class LibusbIsMissing(Exception):
    """Readers cannot be reached without it (Debian: libusb-1.0-0). The name is what the list of drivers shows."""


class UsbFingerprintDriver:
    """Implements ``devices.api.Driver``. ``backend`` is pyusb's way to the bus, ``numbers`` what requests are
    numbered with, ``nodes`` where the system lists what may be opened (Linux; elsewhere nothing is there)."""

    name = "usb_fingerprint"

    def __init__(
        self,
        backend: Any,
        numbers: Callable[[], Iterator[int]] = lambda: itertools.count(1),
        nodes: Path = Path("/dev/bus/usb"),
    ) -> None:
        self._backend = backend
        self._numbers = numbers()
        self._nodes = nodes

    def find(self) -> Sequence[DeviceDescriptor]:
        return [self._describe(device, model) for device, model in self._connected()]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        found = next((each for each in self._connected() if _id(*each) == descriptor.id), None)
        if found is None:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=KIND)
        device, model = found
        with opened(device, model) as pipe:
            yield UsbReader(
                model, _socket(device), pipe, context, self._numbers, lambda: self._is_there(descriptor)
            )

    def _connected(self) -> list[tuple[Any, Model]]:
        connected: list[tuple[Any, Model]] = []
        with suppress(usb.core.USBError):  # one that is just being pulled out
            for device in usb.core.find(
                find_all=True,
                backend=self._backend,
                custom_match=lambda each: (each.idVendor, each.idProduct) in _BY_IDS,
            ):
                connected.append((device, _BY_IDS[device.idVendor, device.idProduct]))
        return connected

    def _is_there(self, descriptor: DeviceDescriptor) -> bool:
        return any(_id(*each) == descriptor.id for each in self._connected())

    def _describe(self, device: Any, model: Model) -> DeviceDescriptor:
        node = self._nodes / f"{device.bus:03d}" / f"{device.address:03d}"
        refused = node.exists() and not os.access(node, os.R_OK | os.W_OK)
        return DeviceDescriptor(
            id=_id(device, model),
            kind=DeviceKind.FINGERPRINT,
            driver=self.name,
            make=model.make,
            model=model.model,
            serial=_socket(device),
            status=DeviceStatus.NOT_READY if refused else DeviceStatus.READY,
            capabilities=("single finger", "sign-in and checks only"),
            problem=Finding(USB_NOT_PERMITTED, detail={"kind": KIND}) if refused else None,
            registers=False,
            address=f"usb:{_socket(device)}",
        )


def _id(device: Any, model: Model) -> str:
    return f"{model.name}-{_socket(device)}"


def _socket(device: Any) -> str:
    ports = device.port_numbers or (device.address,)
    return f"{device.bus}-{'.'.join(map(str, ports))}"


def from_environment() -> UsbFingerprintDriver:
    """What the entry point calls."""
    backend = usb.backend.libusb1.get_backend()
    if backend is None:
        raise LibusbIsMissing
    return UsbFingerprintDriver(backend)
