"""Which drivers a station loads, which device of a kind it uses, and who is told what was plugged in."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Event, active_count

import pytest

from muster.audit.catalogue import AuditEvent
from muster.devices.api import DEVICE_BUSY, Device, DeviceContext, DeviceDescriptor, DeviceKind, DeviceStatus
from muster.devices.catalogue import Catalogue
from muster.errors import BadInput, DeviceUnavailable
from muster.plugins import Plugin
from muster.workstation.desk import Desk
from muster.workstation.device_watch import DevicesChanged, DeviceWatch
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.mailbox import Mailbox
from muster.workstation.master_data import Kind
from muster.workstation.station import Station
from unit.workstation.desks import desk_at

READY, BUSY = DeviceStatus.READY, DeviceStatus.BUSY


def camera(number: int, status: DeviceStatus = READY) -> DeviceDescriptor:
    return DeviceDescriptor(
        f"eye-{number}", DeviceKind.CAMERA, "eyes", "Beispiel", f"Eye {number}", f"000{number}", status
    )


class Eyes:
    """Cameras that come and go."""

    name = "eyes"

    def __init__(self, *devices: DeviceDescriptor) -> None:
        self.devices: Sequence[DeviceDescriptor] = devices
        self.opened: list[str] = []

    def find(self) -> Sequence[DeviceDescriptor]:
        return self.devices

    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> AbstractContextManager[Device]:
        self.opened.append(descriptor.id)
        raise DeviceUnavailable(DEVICE_BUSY, kind=descriptor.kind.value)


def catalogue_of(eyes: Eyes) -> Catalogue:
    return Catalogue([Plugin("eyes", "muster-eyes", lambda: eyes, None)])


def camera_line(desk: Desk) -> tuple[str, bool, str]:
    line = next(each for each in desk.devices.by_kind() if each.kind == "camera")
    return line.name, line.ready, line.finding.sentence if line.finding else ""


# -- choices


def test_a_device_that_is_not_there_cannot_be_chosen(root: Path) -> None:
    with (
        desk_at(root, catalogue=catalogue_of(Eyes(camera(1)))) as desk,
        pytest.raises(BadInput, match="DEVICE_UNKNOWN"),
    ):
        desk.devices.choose("eye-2")


def test_the_device_that_was_chosen_is_used_also_after_signing_in_again(root: Path) -> None:
    eyes = Eyes(camera(1), camera(2))
    with desk_at(root, catalogue=catalogue_of(eyes)) as desk:
        assert camera_line(desk) == ("Beispiel Eye 1", True, "")
        desk.devices.choose("eye-2")
        assert camera_line(desk) == ("Beispiel Eye 2", True, "")
    with desk_at(root, catalogue=catalogue_of(eyes)) as desk:
        with pytest.raises(DeviceUnavailable):
            desk.enrollment.watch_face(Event(), Mailbox())
        assert eyes.opened == ["eye-2"]
        assert camera_line(desk) == ("Beispiel Eye 2", True, "")
        assert [each.id for each in desk.devices.devices() if each.chosen] == ["eye-2"]
        desk.devices.choose_none("camera")
    with desk_at(root, catalogue=catalogue_of(eyes)) as desk:
        assert camera_line(desk) == ("Beispiel Eye 1", True, "")


@pytest.mark.parametrize("left", [(camera(1),), (camera(1), camera(2, BUSY))], ids=["absent", "busy"])
def test_another_one_is_used_and_named_while_the_chosen_one_is_not_ready(
    root: Path, left: tuple[DeviceDescriptor, ...]
) -> None:
    eyes = Eyes(camera(1), camera(2))
    with desk_at(root, catalogue=catalogue_of(eyes)) as desk:
        desk.devices.choose("eye-2")
        eyes.devices = left
        assert camera_line(desk) == (
            "Beispiel Eye 1",
            True,
            "The camera chosen at this station, Beispiel Eye 2, is not ready. Beispiel Eye 1 is used instead.",
        )


def test_of_two_of_one_model_the_serial_numbers_are_said(root: Path) -> None:
    eyes = Eyes(camera(1), replace(camera(2), model="Eye 1"))
    with desk_at(root, catalogue=catalogue_of(eyes)) as desk:
        desk.devices.choose("eye-2")
        eyes.devices = [camera(1)]
        assert "Beispiel Eye 1 (0002), is not ready. Beispiel Eye 1 (0001) is used" in camera_line(desk)[2]


def test_a_choice_is_in_the_trail(root: Path) -> None:
    with desk_at(root, catalogue=catalogue_of(Eyes(camera(1)))) as desk:
        desk.devices.choose("eye-1")
        newest = desk.trail.newest_first(1)
    assert [(each.event, dict(each.detail)) for each in newest] == [
        (AuditEvent.DEVICE_CHOSEN.id, {"kind": "camera", "device": "eye-1"})
    ]


# -- drivers by the settings the server signed


def test_without_a_list_every_driver_is_loaded(root: Path) -> None:
    with desk_at(root) as desk:
        assert {each.driver for each in desk.devices.devices()} >= {"simulated"}


def test_only_drivers_that_the_signed_configuration_names_are_loaded_from_the_next_sign_in_on(
    root: Path, receiver: EmbeddedReceiver, new_station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = new_station.folder.receiver / "served" / "configuration.json"
    file.parent.mkdir(exist_ok=True)
    named = {"muster.registration.drivers": "sbi, other"}
    file.write_text(json.dumps({"globalConfiguration": {"a": "1"}, "registrationConfiguration": named}))
    try:
        with desk_at(root, receiver) as desk:
            desk.master_data.fetch(Kind.CONFIGURATION)
            assert "simulated" in {each.driver for each in desk.devices.devices() if each.id}
    finally:
        file.unlink()
    for module in [name for name in sys.modules if name.startswith("muster_simulated")]:
        monkeypatch.delitem(sys.modules, module)
    with desk_at(root) as desk:
        lines = desk.devices.devices()
    assert [each.driver for each in lines if each.id] == []
    assert {each.driver: each.problem for each in lines}["simulated"] == (
        "it is not among the drivers that the settings of this station name"
    )
    assert "muster_simulated.driver" not in sys.modules
    asked: list[Collection[str] | None] = []

    def make(named: Collection[str] | None) -> Catalogue:  # as a script does, which brings its pictures along
        asked.append(named)
        return catalogue_of(Eyes())

    with desk_at(root, catalogue=make):
        assert asked == [{"sbi", "other"}]


# -- plugged in, pulled out


def changes(eyes: Eyes) -> tuple[DeviceWatch, Queue[DevicesChanged], Callable[[], None]]:
    told: Queue[DevicesChanged] = Queue()
    watch = DeviceWatch(eyes.find, every_s=0.01)
    end = watch.listen(told.put)
    assert not told.get(timeout=5)  # it has looked once
    return watch, told, end


def test_what_appears_vanishes_or_becomes_busy_is_told() -> None:
    eyes = Eyes(camera(1))
    watch, told, _ = changes(eyes)
    try:
        eyes.devices = [camera(1), camera(2)]
        first = told.get(timeout=5)
        eyes.devices = [camera(1, BUSY), camera(2)]
        second = told.get(timeout=5)
        eyes.devices = [camera(1, BUSY)]
        third = told.get(timeout=5)
    finally:
        watch.close()
    assert (first, second, third) == (
        DevicesChanged(("eye-2",), (), ()),
        DevicesChanged((), (), ("eye-1",)),
        DevicesChanged((), ("eye-2",), ()),
    )


def test_what_was_pulled_out_before_the_first_look_is_noticed_behind_it() -> None:
    """Whoever showed a camera that is gone by then looks again."""
    eyes = Eyes(camera(1))
    seen: Queue[Sequence[str]] = Queue()
    watch = DeviceWatch(eyes.find, every_s=60)
    eyes.devices = []
    watch.listen(lambda change: seen.put([each.id for each in eyes.find()]))
    try:
        assert seen.get(timeout=5) == []
    finally:
        watch.close()


def test_a_device_that_was_gone_when_somebody_looked_and_is_back_before_the_watch_looks_is_told() -> None:
    eyes, told = Eyes(camera(1)), Queue[DevicesChanged]()
    watch = DeviceWatch(eyes.find, every_s=60)
    watch.listen(told.put)
    assert not told.get(timeout=5)  # it has looked once
    try:
        eyes.devices = []
        assert not watch.look()
        gone = told.get(timeout=5)
        eyes.devices = [camera(1)]
        watch.look()  # the lane's
        back = told.get(timeout=5)
    finally:
        watch.close()
    assert (gone, back) == (DevicesChanged((), ("eye-1",), ()), DevicesChanged(("eye-1",), (), ()))


def test_whatever_a_desk_shows_is_told_however_fast_it_comes_and_goes(root: Path) -> None:
    eyes, told = Eyes(camera(1)), Queue[DevicesChanged]()
    with desk_at(root, catalogue=catalogue_of(eyes)) as desk:
        end = desk.devices.listen(told.put)
        assert not told.get(timeout=5)  # it has looked once
        for _ in range(10):  # within one second, in which the watch looks once
            eyes.devices = []
            assert camera_line(desk)[0] == ""
            assert told.get(timeout=0.5).vanished == ("eye-1",)
            eyes.devices = [camera(1)]
            assert camera_line(desk)[0] == "Beispiel Eye 1"
            assert told.get(timeout=0.5).appeared == ("eye-1",)
        end()


def test_whoever_listens_no_more_is_told_nothing_and_nobody_looks() -> None:
    threads, looks, looked = active_count(), [], Event()

    class Counting(Eyes):
        def find(self) -> Sequence[DeviceDescriptor]:
            looks.append(1)
            looked.set()
            return self.devices

    eyes = Counting(camera(1))
    watch, told, end = changes(eyes)
    assert looked.wait(5)
    end()
    watch.close()
    before = len(looks)
    eyes.devices = []
    assert not Event().wait(0.05)
    assert (told.qsize(), len(looks), active_count()) == (0, before, threads)


def test_a_station_tells_what_is_plugged_in_within_three_seconds(root: Path) -> None:
    eyes, told = Eyes(), Queue[DevicesChanged]()
    with desk_at(root, catalogue=catalogue_of(eyes)) as desk:
        end = desk.devices.listen(told.put)
        assert not told.get(timeout=5)  # it has looked once
        eyes.devices = [camera(1)]
        assert told.get(timeout=3.0).appeared == ("eye-1",)
        end()
