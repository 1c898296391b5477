"""The driver: fingerprint readers, iris cameras and face cameras behind services on this computer.

Environment::

    MUSTER_SBI_PORTS   the ports to look at, "4501-4600" by default, none when empty
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import combinations

from muster.devices.api import (
    DEVICE_ABSENT,
    DEVICE_BUSY,
    DEVICE_FAILED,
    DEVICE_TIMEOUT,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceHealth,
    DeviceKind,
    DeviceStatus,
    setting_wrong,
)
from muster.devices.trust import expires_at
from muster.domain.assessment import Finding
from muster.errors import DeviceUnavailable, MalformedData, NotAuthentic
from muster.formats.sbi import PORTS, SbiStatus
from muster_sbi import problems as says
from muster_sbi.believing import Found, Memory, vouched_for
from muster_sbi.capturing import SbiCamera, SbiReader
from muster_sbi.watching import Watch, devices_of
from muster_sbi.wire import HOST, ServiceAbsurd, ServiceGone, ServiceSilent

_STATUSES = {
    SbiStatus.READY: DeviceStatus.READY,
    SbiStatus.BUSY: DeviceStatus.BUSY,
    SbiStatus.NOT_READY: DeviceStatus.NOT_READY,
    SbiStatus.NOT_REGISTERED: DeviceStatus.NOT_READY,
}
_AUTHENTICITY = (says.SBI_SIGNATURE_WRONG, says.SBI_UNSIGNED, says.SBI_SENDS_ELSEWHERE, says.SBI_CLAIMED_TWICE)


class SbiDriver:
    """Implements ``devices.api.Driver``."""

    name = "sbi"

    def __init__(self, ports: Sequence[int] = PORTS, watch: Watch | None = None) -> None:
        self._watch = watch or Watch(ports)
        self._memory = Memory()

    def find(self) -> Sequence[DeviceDescriptor]:
        return [_described(each, problem) for each, problem in _once(self._watch.devices())]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        """Raises ``DeviceUnavailable``, ``NotAuthentic``."""
        kind = descriptor.kind
        known = next((e for e in _once(self._watch.devices()) if _id(e[0]) == descriptor.id), None)
        if known is None:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=kind.value)
        before, problem = known
        if problem is not None:
            raised = NotAuthentic if problem.code in _AUTHENTICITY else DeviceUnavailable
            raise raised(problem.code, **dict(problem.detail))
        with self._watch.left_in_peace(before.port):
            found = _as_it_is_now(before)
            noticed = vouched_for(found, context)
            if kind is DeviceKind.CAMERA:
                yield SbiCamera(found, context, self._memory, noticed)
            else:
                yield SbiReader(found, context, self._memory, noticed)

    def close(self) -> None:
        self._watch.close()


def from_environment() -> SbiDriver:
    """What the entry point calls. Raises ``BadInput``."""
    usual = f"{PORTS[0]}-{PORTS[-1]}"
    told = os.environ.get("MUSTER_SBI_PORTS", usual)
    first, _, last = told.partition("-")
    try:
        ports = range(int(first), int(last or first) + 1) if told else range(0)
    except ValueError:
        raise setting_wrong("MUSTER_SBI_PORTS", told, usual) from None
    return SbiDriver([port for port in PORTS if port in ports])


def _as_it_is_now(before: Found) -> Found:
    """A device may have become busy, or another, since it was last looked at."""
    kind = before.kind.value
    try:
        found = next((each for each in devices_of(before.port) if _id(each) == _id(before)), None)
    except ServiceSilent as error:
        raise DeviceUnavailable(DEVICE_TIMEOUT, kind=kind) from error
    except ServiceGone as error:
        raise DeviceUnavailable(DEVICE_ABSENT, kind=kind) from error
    except (ServiceAbsurd, MalformedData) as error:
        raise DeviceUnavailable(DEVICE_FAILED, kind=kind) from error
    if found is None:
        raise DeviceUnavailable(DEVICE_ABSENT, kind=kind)
    if found.problem is not None:
        raise NotAuthentic(found.problem, kind=kind)
    if found.device.status is SbiStatus.BUSY:
        raise DeviceUnavailable(DEVICE_BUSY, kind=kind)
    if found.device.status is not SbiStatus.READY:
        raise DeviceUnavailable(says.SBI_NOT_READY, kind=kind)
    return found


def _once(devices: Sequence[Found]) -> list[tuple[Found, Finding | None]]:
    """Each device once, with what keeps it from being used. Where two services claim to be one device, neither is
    believed: nobody can tell which of them is the one on the desk."""
    problems: dict[str, Finding] = {}
    for one, other in combinations(devices, 2):
        if _id(one) == _id(other):
            ports = {"first": one.port, "second": other.port}
            detail = {"kind": one.kind.value, "serial": one.digital_id.serial, **ports}
            problems[_id(one)] = Finding(says.SBI_CLAIMED_TWICE, detail=detail)
    found: dict[str, tuple[Found, Finding | None]] = {}
    for each in devices:
        own = Finding(each.problem, detail={"kind": each.kind.value}) if each.problem else None
        found.setdefault(_id(each), (each, problems.get(_id(each)) or own))
    return list(found.values())


def _id(found: Found) -> str:
    return f"sbi-{found.bio_type.value.lower()}-{found.digital_id.serial}"


def _described(found: Found, problem: Finding | None) -> DeviceDescriptor:
    status = DeviceStatus.NOT_READY if problem else _STATUSES[found.device.status]
    return DeviceDescriptor(
        id=_id(found),
        kind=found.kind,
        driver=SbiDriver.name,
        make=found.digital_id.make or "?",
        model=found.digital_id.model or "?",
        serial=found.digital_id.serial,
        status=status,
        capabilities=(found.digital_id.sub_kind.lower(), f"SBI {found.device.level.value}"),
        problem=problem,
        address=f"{HOST}:{found.port}",
        health=DeviceHealth(found.device.firmware, _expires_at(found), found.clock_offset),
    )


def _expires_at(found: Found) -> datetime | None:
    """When the first of its certificates does."""
    return min(map(expires_at, filter(None, (found.certificate, found.identity_certificate))), default=None)
