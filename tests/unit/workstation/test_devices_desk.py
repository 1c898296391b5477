"""What is plugged in, in an officer's words."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

import pytest

from muster.devices.api import Device, DeviceContext, DeviceDescriptor, DeviceKind, DeviceStatus
from muster.devices.catalogue import Catalogue
from muster.plugins import Plugin
from muster.workstation.devices_desk import DeviceDesk
from muster_simulated.driver import from_environment

FAULTS = "MUSTER_SIMULATED_FAULTS"


class _Broken:
    name = "broken"

    def find(self) -> Sequence[DeviceDescriptor]:
        raise OSError("the bus is on fire")

    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> AbstractContextManager[Device]:
        raise NotImplementedError


def test_a_driver_that_cannot_be_loaded_is_listed_with_its_reason() -> None:
    plugin = Plugin("acme", "acme-drivers", None, "ImportError while loading")
    (line,) = DeviceDesk(Catalogue([plugin])).devices()
    assert (line.kind, line.driver, line.status, line.problem) == (
        "driver",
        "acme",
        "Not Loaded",
        "ImportError while loading",
    )


def test_a_driver_that_breaks_while_looking_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "")
    simulated = DeviceDesk.of_this_installation().devices()
    both = Catalogue([Plugin("broken", "p", _Broken, None), Plugin("simulated", "q", from_environment, None)])
    lines = DeviceDesk(both).devices()
    assert [line.id for line in lines if line.driver == "simulated"] == [
        line.id for line in simulated if line.driver == "simulated"
    ]
    assert [line.problem for line in lines if line.driver == "broken"] == ["OSError while looking for devices"]


def test_a_busy_device_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "scanner=busy")
    (line,) = [each for each in DeviceDesk.of_this_installation().devices() if each.kind == "document scanner"]
    assert (line.status, line.problem) == ("Busy", "Busy")


def test_the_home_page_has_a_line_for_each_kind_and_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(FAULTS, "camera=unplug,iris=busy")
    lines = {line.kind: (line.ready, line.problem) for line in DeviceDesk.of_this_installation().by_kind()}
    assert lines == {
        "camera": (False, "not connected"),
        "fingerprint reader": (True, ""),
        "iris camera": (False, "Busy"),
        "document scanner": (True, ""),
    }


def test_only_kinds_of_which_a_device_is_ready_are_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "camera=unplug,iris=busy")
    assert DeviceDesk.of_this_installation().kinds_ready() == {"fingerprint reader", "document scanner"}


class _Small:
    """A reader that registers nobody."""

    name = "small"

    def find(self) -> Sequence[DeviceDescriptor]:
        kind, status = DeviceKind.FINGERPRINT, DeviceStatus.READY
        return [DeviceDescriptor("small-1", kind, self.name, "Beispiel", "Touch", "1", status, registers=False)]

    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> AbstractContextManager[Device]:
        raise NotImplementedError


def test_a_reader_that_is_too_small_is_there_for_checks_and_missing_for_registrations() -> None:
    desk = DeviceDesk(Catalogue([Plugin("small", "p", _Small, None)]))
    (line,) = [each for each in desk.by_kind() if each.kind == "fingerprint reader"]
    assert (line.name, line.ready, line.problem) == ("Beispiel Touch", False, "for signing in and checks only")
    assert desk.kinds_ready() == {"fingerprint reader"}


def test_beside_a_reader_that_registers_a_small_one_is_not_spoken_of() -> None:
    desk = DeviceDesk(
        Catalogue([Plugin("small", "p", _Small, None), Plugin("simulated", "q", from_environment, None)])
    )
    (line,) = [each for each in desk.by_kind() if each.kind == "fingerprint reader"]
    assert (line.name, line.ready) == ("Muster Simulated Slap Reader", True)


def test_what_is_unplugged_is_gone_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = DeviceDesk.of_this_installation()
    monkeypatch.setenv(FAULTS, "")
    assert "camera" in {line.kind for line in desk.devices()}
    monkeypatch.setenv(FAULTS, "camera=unplug")
    assert "camera" not in {line.kind for line in desk.devices()}
