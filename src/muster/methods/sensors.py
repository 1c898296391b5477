"""What a proofing method may ask of the devices at the counter.

Each call takes as long as the person or the device does. ``DeviceUnavailable`` passes through a method: then
nothing happened, and the same form can be handed in again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from muster.analysis.api import Pixels
from muster.analysis.face_recognition import Recogniser
from muster.devices.chip_access import ChipKey
from muster.domain.biometrics import BiometricAttribute
from muster.domain.chips import ChipAuthenticity


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """The best picture of who looked into the camera, (h, w, 3) RGB, and whether that was a living face."""

    picture: Pixels = field(repr=False)
    is_alive: bool


@dataclass(frozen=True, slots=True, eq=False)
class Touched:
    """The ISO/IEC 19794-4 ``record`` of one finger, and whether the device that signed it is certified L1
    (``devices.api.CapturedSample``)."""

    record: bytes = field(repr=False)
    is_level_one: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ChipSaid:
    """What a document's chip says: its machine-readable ``lines``, the ``portrait`` (None where there is none that
    can be read), how far both can be believed, and the names of what was ``found`` wrong or not to be told."""

    authenticity: ChipAuthenticity
    lines: tuple[str, ...] = field(repr=False)
    details: Mapping[str, str] = field(repr=False)
    portrait: Pixels | None = field(repr=False)
    found: tuple[str, ...] = ()


class Sensors(Protocol):
    @property
    def recogniser(self) -> Recogniser:
        """By which faces are compared at this station. Raises ``Unavailable``, ``NotAuthentic``."""

    def scan(self) -> Pixels:
        """What lies on the document scanner, (h, w, 3) RGB. Raises ``DeviceUnavailable``."""

    def look(self) -> Looked:
        """Who sits before the camera; the officer has said that they see the person there. Raises ``BadInput``
        with what was in the way when no face was seen well enough for long enough, ``DeviceUnavailable``."""

    def touch(self, finger: BiometricAttribute) -> Touched:
        """One finger, signed by its device. Raises ``DeviceUnavailable``, ``NotAuthentic``."""

    def reads_chips(self) -> bool:
        """Whether a reader is plugged in."""

    def read_chip(self, key: ChipKey) -> ChipSaid:
        """Raises ``DeviceUnavailable``, also when no document came in time; ``BadInput`` for a chip that ``key``
        does not open; ``NotAuthentic`` when somebody is in between."""
