"""A counter with the simulated devices: what lies on the scanner is laid there by the test, the chip is one of
ours, and whoever sits before the camera is the one on the specimen pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from muster.analysis.api import Pixels
from muster.crypto.passive_authentication import CountryAuthorities
from muster.devices.api import DeviceContext, DeviceDescriptor, DeviceKind, DeviceStatus
from muster.devices.catalogue import Catalogue
from muster.plugins import Plugin
from muster.workstation.policy import Policy
from muster.workstation.proofing_sensors import ProofingSensors
from muster.workstation.reading_chip import ReadingChip
from muster_simulated.driver import SimulatedDriver
from muster_simulated.pictures import Pictures

_SPEED = 200.0


class ChipOnReader:
    """Implements ``devices.api.Driver``; without a ``chip`` there is no reader."""

    name = "scripted"

    def __init__(self) -> None:
        self.chip: Any = None

    def find(self) -> Sequence[DeviceDescriptor]:
        if self.chip is None:
            return ()
        kind, ready = DeviceKind.CHIP_READER, DeviceStatus.READY
        return (DeviceDescriptor("scripted-1", kind, self.name, "Muster", "Reader", "1", ready),)

    @contextmanager
    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> Iterator[Any]:
        yield self.chip


class Counter:
    """``folder`` holds what the simulated devices show. ``authorities`` are those that chips are believed by."""

    def __init__(self, folder: Path, authorities: CountryAuthorities) -> None:
        self._folder = folder
        self._authorities = authorities
        self.reader = ChipOnReader()
        simulated = Plugin("simulated", "tests", lambda: SimulatedDriver(Pictures(folder), _SPEED), None)
        self.catalogue = Catalogue([simulated, Plugin("scripted", "tests", lambda: self.reader, None)])

    def lay(self, page: Pixels) -> None:
        """On the scanner's glass, at 200 dpi."""
        Image.fromarray(page).save(self._folder / "document.png")

    def sensors(self, context: DeviceContext, policy: Policy) -> ProofingSensors:
        chips = ReadingChip(self.catalogue, context, lambda: self._authorities)
        return ProofingSensors(self.catalogue, context, chips, policy)
