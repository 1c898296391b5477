"""The driver: driverless document scanners (eSCL, also called AirScan) on the network and on USB.

Environment::

    MUSTER_ESCL_SCANNERS   addresses, comma separated: "https://192.168.1.20/eSCL#sha256=…"; scanners on USB are
                           found where nothing is said, none where it is empty
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from muster.devices.api import (
    DEVICE_ABSENT,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
)
from muster.domain.assessment import Finding
from muster.errors import DeviceUnavailable, NotAuthentic
from muster_scanner_escl.addresses import Address, addresses_from
from muster_scanner_escl.scanner import KIND, EsclScanner, FeedingScanner, capabilities_of, connected
from muster_scanner_escl.watching import Watch
from muster_scanner_escl.words import Capabilities, Source

_WORDS = {Source.GLASS: "glass", Source.FEEDER: "feeder"}


class EsclDriver:
    """Implements ``devices.api.Driver``."""

    name = "scanner_escl"

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._watch = Watch(addresses)

    def find(self) -> Sequence[DeviceDescriptor]:
        """Each scanner once, though it may answer at two addresses."""
        described = [_described(address, told) for address, told in self._watch.scanners()]
        return list({each.id: each for each in reversed(described)}.values())[::-1]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Device]:
        """Raises ``DeviceUnavailable``, ``NotAuthentic``."""
        answering = self._watch.scanners()
        address = next((each for each, told in answering if _id(each, told) == descriptor.id), None)
        if address is None:
            raise DeviceUnavailable(DEVICE_ABSENT, kind=KIND)
        with connected(address, when_gone=DEVICE_ABSENT) as connection:
            capabilities = capabilities_of(connection)
        feeds = capabilities.inlet(Source.FEEDER) is not None
        yield (FeedingScanner if feeds else EsclScanner)(address, capabilities, context)

    def close(self) -> None:
        self._watch.close()


def from_environment() -> EsclDriver:
    """What the entry point calls. Raises ``BadInput``."""
    return EsclDriver(addresses_from(os.environ.get("MUSTER_ESCL_SCANNERS")))


def _id(address: Address, told: Capabilities | NotAuthentic) -> str:
    serial = told.serial if isinstance(told, Capabilities) else ""
    return "escl-" + re.sub(r"[^a-z0-9]+", "-", (serial or address.base).lower()).strip("-")


def _described(address: Address, told: Capabilities | NotAuthentic) -> DeviceDescriptor:
    id_, kind, driver = _id(address, told), DeviceKind.SCANNER, EsclDriver.name
    if isinstance(told, NotAuthentic):
        problem = Finding(told.code, detail=told.detail)
        return DeviceDescriptor(id_, kind, driver, "?", "?", address.host, DeviceStatus.NOT_READY, problem=problem)
    return DeviceDescriptor(
        id=id_,
        kind=kind,
        driver=driver,
        make=told.make or "?",
        model=told.model or "?",
        serial=told.serial or address.host,
        status=DeviceStatus.READY,
        capabilities=tuple(_can_do(address, told)),
        address=address.base,
    )


def _can_do(address: Address, told: Capabilities) -> Iterator[str]:
    yield from (_WORDS[source] for source, _ in told.inlets)
    if address.is_open_to_others:
        yield "not encrypted"
