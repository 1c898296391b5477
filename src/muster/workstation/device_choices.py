"""Which device of a kind is used where several are plugged in: chosen by the officer, remembered for the station.

What is chosen and not there, or not ready, is not waited for: another one of the kind is used, and that is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass

from muster.audit.catalogue import AuditEvent
from muster.devices.api import DeviceDescriptor, DeviceKind, DeviceStatus
from muster.devices.catalogue import Catalogue
from muster.domain.assessment import Finding, Severity
from muster.errors import BadInput, Code
from muster.store.database import Work
from muster.workstation.journal import Journal

DEVICE_UNKNOWN = Code(
    "DEVICE_UNKNOWN",
    "No device called {name} is connected. Plug it in, or look in the list of devices what it is called.",
)
ANOTHER_DEVICE_USED = Code(
    "ANOTHER_DEVICE_USED", "The {kind} chosen at this station, {chosen}, is not ready. {used} is used instead."
)

_SETTING = "device_choice"


@dataclass(frozen=True, slots=True)
class Chosen:
    """``name`` and ``serial`` are for a sentence while the device itself is not there."""

    id: str
    name: str
    serial: str


class DeviceChoices:
    """Told to ``catalogue``, which opens devices by their kind."""

    def __init__(self, journal: Journal, catalogue: Catalogue) -> None:
        self._journal = journal
        self._catalogue = catalogue
        with journal.database.read() as work:
            self._chosen = {kind: each for kind in DeviceKind if (each := _kept(work, kind)) is not None}
        for kind, chosen in self._chosen.items():
            catalogue.prefer(kind, chosen.id)

    def chosen(self, kind: DeviceKind) -> str | None:
        """The id of a device."""
        return self._chosen[kind].id if kind in self._chosen else None

    def choose(self, device_id: str) -> None:
        """From now on, this one of its kind. Raises ``BadInput(DEVICE_UNKNOWN)``, ``Refused``."""
        device = next((each for each in self._catalogue.find() if each.id == device_id), None)
        if device is None:
            raise BadInput(DEVICE_UNKNOWN, name=device_id)
        self._keep(device.kind, Chosen(device.id, _name(device), device.serial))

    def choose_none(self, kind: DeviceKind) -> None:
        """Whichever is ready first. Raises ``Refused``."""
        self._keep(kind, None)

    def instead(self, kind: DeviceKind, found: Iterable[DeviceDescriptor]) -> Finding | None:
        """What to say when another one of ``found`` is used than was chosen."""
        chosen = self._chosen.get(kind)
        ready = [each for each in found if each.kind is kind and each.status is DeviceStatus.READY]
        if chosen is None or not ready or any(each.id == chosen.id for each in ready):
            return None
        names = [chosen.name, _name(ready[0])]
        if names[0] == names[1]:  # two of one model
            names = [f"{names[0]} ({serial})" for serial in (chosen.serial, ready[0].serial)]
        detail = {"kind": kind.value, "chosen": names[0], "used": names[1]}
        return Finding(ANOTHER_DEVICE_USED, Severity.WARNS, detail=detail)

    def _keep(self, kind: DeviceKind, chosen: Chosen | None) -> None:
        with self._journal.database.work() as work:
            self._journal.access.operator(work)
            work.settings.put(_name_of(kind), json.dumps(astuple(chosen) if chosen else None))
            device = chosen.id if chosen else "whichever is ready"
            actor = self._journal.operator.user_id
            work.record(AuditEvent.DEVICE_CHOSEN, actor=actor, kind=kind.value, device=device)
        self._chosen.pop(kind, None)
        if chosen is not None:
            self._chosen[kind] = chosen
        self._catalogue.prefer(kind, chosen.id if chosen else None)


def _kept(work: Work, kind: DeviceKind) -> Chosen | None:
    content = json.loads(work.settings.get(_name_of(kind)) or "null")
    return Chosen(*content) if content else None


def _name_of(kind: DeviceKind) -> str:
    return f"{_SETTING}.{kind.name.lower()}"


def _name(device: DeviceDescriptor) -> str:
    return f"{device.make} {device.model}"
