"""The devices at the counter when they break, or when the desk is left meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from muster.crypto.passive_authentication import CountryAuthorities
from muster.devices.api import DeviceContext, DeviceDescriptor, DeviceKind, DeviceStatus, OnPreview
from muster.devices.catalogue import Catalogue
from muster.devices.conformance import conformance_context
from muster.domain.biometrics import DigitalId
from muster.errors import Cancelled, DeviceUnavailable
from muster.plugins import Plugin
from muster.workstation.proofing_sensors import ProofingSensors
from muster.workstation.reading_chip import ReadingChip
from simulators.counter import Counter
from unit.workstation.desks import QUICK


class Broken:
    """A camera and a scanner in one, whose driver was never tried."""

    digital_id = DigitalId("1", "Muster", "Broken", "Face", "Full face", "Muster", "MUSTER")

    def scan(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> Any:
        raise ZeroDivisionError

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        raise ZeroDivisionError


class BrokenDriver:
    name = "broken"

    def find(self) -> Sequence[DeviceDescriptor]:
        ready = DeviceStatus.READY
        return [
            DeviceDescriptor(kind.name, kind, self.name, "Muster", "Broken", "1", ready)
            for kind in (DeviceKind.CAMERA, DeviceKind.SCANNER)
        ]

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Any]:
        yield Broken()


@pytest.mark.parametrize("ask", [ProofingSensors.scan, ProofingSensors.look], ids=["scan", "look"])
def test_a_driver_that_falls_over_is_a_device_that_failed(ask: Any) -> None:
    catalogue = Catalogue([Plugin("broken", "tests", BrokenDriver, None)])
    context = conformance_context()
    chips = ReadingChip(catalogue, context, lambda: CountryAuthorities([], []))
    with pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"):
        ask(ProofingSensors(catalogue, context, chips, QUICK))


def test_who_leaves_the_desk_ends_what_is_waited_for(tmp_path: Path) -> None:
    patient = replace(QUICK, capture_timeout_s=600.0)
    sensors = Counter(tmp_path, CountryAuthorities([], [])).sensors(conformance_context(), patient)
    sensors.close()
    for ask in (sensors.scan, sensors.look):
        with pytest.raises(Cancelled):
            ask()
