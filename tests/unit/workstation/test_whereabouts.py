"""Where the station stands: measured, or as the policy says, and nobody waits long for it."""

from __future__ import annotations

import time
from typing import Any

import pytest

from muster.devices.catalogue import Catalogue
from muster.devices.conformance import conformance_context
from muster.packet.contents import Position
from muster.plugins import Plugin
from muster.workstation.whereabouts import Here, Whereabouts
from muster_gpsd.driver import GpsdDriver
from simulators.gpsd import DEVICE, FIX, NO_FIX, SimulatedGpsd, served

CONFIGURED = Position(48.137154, 11.576124)


def here(configured: Position | None = CONFIGURED, **said: Any) -> Here:
    with served(SimulatedGpsd(**said)) as gpsd:
        driver = GpsdDriver(gpsd.address)
        catalogue = Catalogue([Plugin("gpsd", "p", lambda: driver, None)])
        return Whereabouts(catalogue, conformance_context(), configured).now()


@pytest.mark.parametrize(
    "said",
    [
        {"devices": []},
        {"reports": [NO_FIX], "hangs_up": True},
        {"reports": [{**DEVICE, "activated": 0}]},
        {"reports": [b"x" * 200_000]},
    ],
    ids=["no receiver", "gpsd ends", "pulled out", "nonsense"],
)
def test_where_nothing_is_measured_the_policy_says_where(said: dict[str, Any]) -> None:
    assert here(**said) == Here(CONFIGURED, "configured")


def test_where_nobody_knows_nothing_is_said() -> None:
    nowhere = here(None, devices=[])
    assert (nowhere.position, nowhere.told) == (None, {})


def test_a_receiver_that_does_not_know_is_waited_for_two_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.workstation.whereabouts._PATIENCE_S", 0.1)
    begun = time.monotonic()
    assert here(reports=[NO_FIX]).source == "configured"
    assert time.monotonic() - begun < 1


def test_what_is_measured_wins_and_the_trail_is_told_how_well() -> None:
    measured = here(reports=[FIX])
    assert measured == Here(Position(50.0005, 8.2711), "measured", 9.5)
    assert measured.told == {"position": "measured", "position_accuracy_m": "10"}
