"""One device that two drivers find: neither may use it, since both would, in turn or at once.

A device is the same where it is plugged in at the same address, or where kind, maker, model and a serial number
agree; many have none, or zeros.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

from muster.devices.api import DeviceDescriptor, DeviceStatus
from muster.domain.assessment import Finding
from muster.errors import Code

DEVICE_CLAIMED_TWICE = Code(
    "DEVICE_CLAIMED_TWICE",
    "Two drivers, {first} and {second}, claim one and the same {kind}. Neither is used: ask your administrator to "
    "leave one of them out.",
)


def told_apart(found: Iterable[DeviceDescriptor]) -> Sequence[DeviceDescriptor]:
    """``found``, with those that two drivers claim out of use and both named."""
    devices = list(found)
    rivals: dict[int, str] = {}
    for (one, first), (other, second) in combinations(enumerate(devices), 2):
        if first.driver != second.driver and _is_same(first, second):
            rivals.setdefault(one, second.driver)
            rivals.setdefault(other, first.driver)
    return [_refused(each, rivals[place]) if place in rivals else each for place, each in enumerate(devices)]


def _is_same(first: DeviceDescriptor, second: DeviceDescriptor) -> bool:
    if first.address and first.address == second.address:
        return True
    has_serial = bool(first.serial.strip(" 0?"))
    return has_serial and first.kind is second.kind and _on_the_case(first) == _on_the_case(second)


def _on_the_case(device: DeviceDescriptor) -> tuple[str, ...]:
    return tuple(each.strip().casefold() for each in (device.make, device.model, device.serial))


def _refused(device: DeviceDescriptor, rival: str) -> DeviceDescriptor:
    first, second = sorted((device.driver, rival))
    detail = {"kind": device.kind.value, "first": first, "second": second}
    problem = Finding(DEVICE_CLAIMED_TWICE, detail=detail)
    return replace(device, status=DeviceStatus.NOT_READY, problem=problem)
