"""Where the station stands, for packets to say so: measured where a receiver knows it, else as the policy says."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event

from muster.devices.api import DeviceContext, DeviceKind, Locator
from muster.devices.catalogue import Catalogue
from muster.errors import MusterError
from muster.packet.contents import Position

_PATIENCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Here:
    """``source`` is ``measured``, ``configured`` or nothing; ``accuracy_m`` of a measured position, where the
    receiver says so."""

    position: Position | None
    source: str
    accuracy_m: float | None = None

    @property
    def told(self) -> dict[str, str]:
        """As the trail holds it: how it is known, not where it is, which the packet says."""
        accuracy = {} if self.accuracy_m is None else {"position_accuracy_m": f"{self.accuracy_m:.0f}"}
        return {"position": self.source, **accuracy} if self.source else {}


class Whereabouts:
    def __init__(self, catalogue: Catalogue, context: DeviceContext, configured: Position | None) -> None:
        self._catalogue = catalogue
        self._context = context
        self._configured = configured

    def now(self) -> Here:
        """Waits two seconds at most for a receiver that is there; one that fails keeps nobody from sealing."""
        try:
            with self._catalogue.open(DeviceKind.LOCATOR, self._context) as locator:
                assert isinstance(locator, Locator)
                fix = locator.locate(_PATIENCE_S, Event())
                measured = Position(fix.latitude_deg, fix.longitude_deg)
        except (MusterError, ValueError):  # ValueError: a place that is not on this planet
            return Here(self._configured, "configured" if self._configured else "")
        return Here(measured, "measured", fix.accuracy_m)
