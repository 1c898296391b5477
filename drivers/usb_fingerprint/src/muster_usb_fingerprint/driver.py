"""USB fingerprint readers Next Biometrics NB-1010 and AuthenTec AES3500."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from muster.devices.api import DEVICE_ABSENT, Device, DeviceContext, DeviceDescriptor, Driver
from muster.errors import DeviceUnavailable


class NothingYet:
    """Finds nothing."""

    name = "usb_fingerprint"

    def find(self) -> Sequence[DeviceDescriptor]:
        return ()

    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> AbstractContextManager[Device]:
        raise DeviceUnavailable(DEVICE_ABSENT, kind=descriptor.kind.value)


def from_environment() -> Driver:
    return NothingYet()
