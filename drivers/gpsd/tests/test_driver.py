"""Where the station stands, from a stand-in for gpsd at the socket."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event
from typing import Any

import pytest

from muster.devices.api import DeviceContext, DeviceKind, DeviceStatus, Driver, Fix, Locator
from muster.devices.conformance import DriverConformance, conformance_context
from muster.errors import BadInput, Cancelled, DeviceUnavailable
from muster_gpsd.driver import GpsdDriver, from_environment
from muster_gpsd.reports import Reading, is_gone, reading_in, receivers_in
from simulators.gpsd import DEVICE, FIX, NO_FIX, PATH, SimulatedGpsd, line, served


@pytest.fixture(scope="module")
def context() -> DeviceContext:
    return conformance_context()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def gpsd(stack: ExitStack, **said: Any) -> tuple[SimulatedGpsd, GpsdDriver]:
    simulated = stack.enter_context(served(SimulatedGpsd(**said)))
    return simulated, GpsdDriver(simulated.address)


def locate(driver: GpsdDriver, context: DeviceContext, timeout_s: float = 2.0, cancel: Event | None = None) -> Fix:
    with driver.open(driver.find()[0], context) as locator:
        assert isinstance(locator, Locator)
        return locator.locate(timeout_s, cancel or Event())


def refusal(driver: GpsdDriver, context: DeviceContext, timeout_s: float = 2.0) -> str:
    with pytest.raises(DeviceUnavailable) as caught:
        locate(driver, context, timeout_s)
    return caught.value.code.name


class TestSimulatedGpsd(DriverConformance):
    @pytest.fixture(autouse=True)
    def running(self, stack: ExitStack) -> None:
        _, self._driver = gpsd(stack)

    def make_driver(self) -> Driver:
        return self._driver


# -- lines that say nothing


@pytest.mark.parametrize(
    "text",
    [
        b"", b"no JSON", b"[]", b"null", b"[" * 100_000, b'{"class":"TPV"}', b"\xff\xfe",
        line({**FIX, "mode": "3"}), line({**FIX, "mode": 1}), line({**FIX, "lat": "50"}),
        line({**FIX, "lat": True}),
        line({**FIX, "lat": 90.1}), line({**FIX, "lon": -180.1}), line({**FIX, "lat": float("nan")}),
        line({**FIX, "lon": 10**400}), line({**FIX, "device": None}), line({**FIX, "class": "ATT"}),
    ],
)  # fmt: skip
def test_what_is_no_position_is_none(text: bytes) -> None:
    assert reading_in(text) is None


@pytest.mark.parametrize("listed", [None, {}, [1], [{"path": ""}], [{"path": 7}], [{}]])
def test_what_is_no_receiver_is_not_listed(listed: object) -> None:
    assert receivers_in(line({"class": "DEVICES", "devices": listed})) == ()


@pytest.mark.parametrize("said", [FIX, {**DEVICE, "path": "/dev/ttyUSB7", "activated": 0}, DEVICE])
def test_only_the_receiver_itself_can_be_gone(said: dict[str, Any]) -> None:
    assert not is_gone(line(said), PATH)


@pytest.mark.parametrize(
    ("errors", "accuracy_m"),
    [({"eph": 9.5}, 9.5), ({"epx": 6.0, "epy": 8.0}, 10.0), ({"epx": 6.0}, None), ({}, None)],
)
def test_the_accuracy_is_what_gpsd_estimates(errors: dict[str, float], accuracy_m: float | None) -> None:
    bare = {name: value for name, value in FIX.items() if not name.startswith("ep")}
    assert reading_in(line({**bare, **errors})) == Reading(PATH, 50.0005, 8.2711, accuracy_m)


# -- no gpsd, or none that helps


def test_without_gpsd_there_is_no_receiver_and_nothing_is_wrong() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = unused.getsockname()
    assert GpsdDriver(address).find() == []


def test_with_an_empty_setting_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_GPSD", "")
    assert from_environment().find() == []


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1:banana", ":2947", "127.0.0.1:0", "127.0.0.1:65536"])
def test_an_address_with_a_mistake_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("MUSTER_GPSD", address)
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*MUSTER_GPSD"):
        from_environment()


def test_a_gpsd_without_receivers_has_none(stack: ExitStack) -> None:
    _, driver = gpsd(stack, devices=[])
    assert driver.find() == []


def test_whoever_listens_there_and_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        assert GpsdDriver(silent.getsockname()).find() == []
        assert time.monotonic() - begun < 0.5


def test_a_receiver_that_is_gone_when_it_is_opened_is_absent(stack: ExitStack, context: DeviceContext) -> None:
    simulated, driver = gpsd(stack)
    (found,) = driver.find()
    simulated.devices.clear()
    with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"), driver.open(found, context):
        pass
    simulated.devices.append(DEVICE)  # the list is the module's


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"reports": [NO_FIX]}, "DEVICE_TIMEOUT"),
        ({"reports": []}, "DEVICE_TIMEOUT"),
        ({"reports": [{**FIX, "device": "/dev/ttyUSB7"}]}, "DEVICE_TIMEOUT"),
        ({"reports": [NO_FIX], "hangs_up": True}, "DEVICE_UNPLUGGED"),
        ({"reports": [{**DEVICE, "activated": 0}]}, "DEVICE_UNPLUGGED"),
        ({"reports": [b"x" * 200_000]}, "DEVICE_FAILED"),
    ],
    ids=["no fix", "silence", "another's position", "hangs up", "pulled out", "a line without an end"],
)
def test_a_receiver_that_does_not_say_where_it_is_is_an_agreed_error(
    said: dict[str, Any], code: str, stack: ExitStack, context: DeviceContext
) -> None:
    _, driver = gpsd(stack, **said)
    assert refusal(driver, context, timeout_s=0.15) == code


def test_who_cancels_is_answered_soon(stack: ExitStack, context: DeviceContext) -> None:
    cancel = Event()
    _, driver = gpsd(stack, reports=[NO_FIX], on_watch=cancel.set)
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        locate(driver, context, 10.0, cancel)
    assert time.monotonic() - begun < 1


# -- a position


def test_a_receiver_is_described_as_gpsd_took_it(stack: ExitStack) -> None:
    _, driver = gpsd(stack)
    (found,) = driver.find()
    assert (found.kind, found.status) == (DeviceKind.LOCATOR, DeviceStatus.READY)
    assert (found.make, found.model, found.serial, found.address) == ("u-blox", "SW 1.00", PATH, PATH)


def test_the_position_and_its_accuracy_are_the_receivers(stack: ExitStack, context: DeviceContext) -> None:
    simulated, driver = gpsd(stack, reports=[NO_FIX, b"no JSON\r\n", FIX])
    fix = locate(driver, context)
    assert (fix.latitude_deg, fix.longitude_deg, fix.accuracy_m) == (50.0005, 8.2711, 9.5)
    asked = json.loads(simulated.heard[-1].removeprefix(b"?WATCH=").rstrip(b";\n"))
    assert asked == {"enable": True, "json": True, "device": PATH}


def test_a_line_that_comes_in_pieces_is_one(stack: ExitStack, context: DeviceContext) -> None:
    whole = line(FIX)
    _, driver = gpsd(stack, reports=[whole[:30], whole[30:]])
    assert locate(driver, context).latitude_deg == 50.0005
