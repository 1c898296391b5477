"""What is found: folders as Linux makes them, and what an administrator wrote down. Nothing is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.devices.api import DeviceStatus
from muster.devices.conformance import conformance_context
from muster.errors import BadInput, DeviceUnavailable
from muster_uvc.configured import configured_from
from muster_uvc.driver import CameraDriver
from muster_uvc.nodes import System, cameras

FORBIDDEN = Path("/proc/sys/kernel/ostype")  # not even root may write there


class Computer:
    """Folders like /sys and /dev."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.system = System(folder / "class", folder / "udev", folder / "dev")
        for each in ("class", "udev", "dev"):
            (folder / each).mkdir()

    def plug_in(self, number: int, socket: str = "1-4", interface: str = "00", index: int = 0, **usb: str) -> Path:
        told = {"idVendor": "046d", "idProduct": "0825", "manufacturer": "Beispiel", "product": "Eye 2"} | usb
        device = self.folder / "devices" / socket
        function = device / f"{socket}:1.{int(interface, 16)}"
        node = function / "video4linux" / f"video{number}"
        node.mkdir(parents=True)
        for name, text in told.items():
            (device / name).write_text(f"{text}\n")
        (function / "bInterfaceNumber").write_text(f"{interface}\n")
        return self._node(node, number, index)

    def make(self, number: int, name: str, index: int = 0) -> Path:
        """One that is on no bus."""
        node = self.folder / "devices" / "platform" / "vivid.0" / "video4linux" / f"video{number}"
        node.mkdir(parents=True)
        (node / "name").write_text(f"{name}\n")
        return self._node(node, number, index)

    def _node(self, node: Path, number: int, index: int) -> Path:
        (node / "index").write_text(f"{index}\n")
        (node / "dev").write_text(f"81:{number}\n")
        (self.system.classes / node.name).symlink_to(node)
        device = self.system.nodes / node.name
        device.touch(mode=0o600)
        return device

    def udev_says(self, number: int, capabilities: str) -> None:
        (self.system.told_by_udev / f"c81:{number}").write_text(f"E:A=b\nE:ID_V4L_CAPABILITIES={capabilities}\n")

    def ids(self) -> list[str]:
        return [each.id for each in cameras(self.system)]


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    return Computer(tmp_path)


def test_a_system_without_cameras_has_none(tmp_path: Path) -> None:
    assert cameras(System(tmp_path / "no", tmp_path / "no", tmp_path / "no")) == []


def test_a_camera_is_known_by_its_maker_product_and_serial_number(computer: Computer) -> None:
    computer.plug_in(0, serial="8F2A 1C60")
    (found,) = cameras(computer.system)
    assert (found.id, found.make, found.model) == ("uvc-046d-0825-8F2A-1C60", "Beispiel", "Eye 2")


def test_without_a_serial_number_the_socket_stands_for_it(computer: Computer) -> None:
    computer.plug_in(0, socket="1-4.2")
    assert computer.ids() == ["uvc-046d-0825-1-4.2"]


def test_two_cameras_of_one_serial_number_are_told_apart_by_their_sockets(computer: Computer) -> None:
    computer.plug_in(0, socket="1-1", serial="0001")
    computer.plug_in(2, socket="1-2", serial="0001")
    assert computer.ids() == ["uvc-046d-0825-0001-1-1", "uvc-046d-0825-0001-1-2"]


def test_the_second_camera_in_one_case_is_another(computer: Computer) -> None:
    computer.plug_in(0, serial="77")
    computer.plug_in(2, serial="77", interface="02")
    assert computer.ids() == ["uvc-046d-0825-77", "uvc-046d-0825-77-2"]


def test_a_node_that_only_tells_about_pictures_is_no_camera(computer: Computer) -> None:
    computer.plug_in(0, serial="77")
    computer.plug_in(1, socket="1-9", serial="78", index=1)
    assert computer.ids() == ["uvc-046d-0825-77"]


def test_udev_knows_better_than_the_order(computer: Computer) -> None:
    computer.make(4, "vivid-000-vid-out")
    computer.make(5, "vivid-000-vid-cap", index=1)
    computer.udev_says(4, ":video_output:")
    computer.udev_says(5, ":capture:")
    assert computer.ids() == ["v4l-vivid.0-vivid-000-vid-cap"]


def test_cameras_stand_in_the_order_of_their_numbers(computer: Computer) -> None:
    for number in (10, 2):
        computer.plug_in(number, socket=f"1-{number}")
    assert computer.ids() == ["uvc-046d-0825-1-2", "uvc-046d-0825-1-10"]


def test_one_that_is_just_being_pulled_out_is_passed_over(computer: Computer) -> None:
    computer.plug_in(0)
    (computer.system.classes / "video1").symlink_to(computer.folder / "gone")
    assert computer.ids() == ["uvc-046d-0825-1-4"]


def test_what_a_device_calls_itself_is_one_short_line(computer: Computer) -> None:
    computer.plug_in(0, product="Eye\x1b[31m\n2" + "x" * 500)
    (found,) = cameras(computer.system)
    assert found.model.startswith("Eye [31m 2xx") and len(found.model) == 100


def test_a_camera_that_may_not_be_opened_is_listed_with_the_reason(computer: Computer) -> None:
    if not FORBIDDEN.exists():
        pytest.skip("no Linux")
    node = computer.plug_in(0)
    node.unlink()
    node.symlink_to(FORBIDDEN)
    (found,) = CameraDriver(system=computer.system).find()
    assert found.status is DeviceStatus.NOT_READY and found.problem is not None
    assert found.problem.code.name == "CAMERA_NOT_PERMITTED"


def test_a_camera_pulled_out_after_it_was_found_is_absent(computer: Computer) -> None:
    node = computer.plug_in(0)
    driver = CameraDriver(system=computer.system)
    (found,) = driver.find()
    node.unlink()
    with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"), driver.open(found, conformance_context()):
        pass


def test_a_node_that_is_no_camera_has_a_fault(computer: Computer) -> None:
    computer.plug_in(0)  # a file
    driver = CameraDriver(system=computer.system)
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"),
        driver.open(driver.find()[0], conformance_context()),
    ):
        pass


def test_a_camera_of_this_computer_says_where_it_is_plugged_in(computer: Computer) -> None:
    node = computer.plug_in(0)
    assert CameraDriver(system=computer.system).find()[0].address == str(node)


# -- written down


@pytest.mark.parametrize(
    "text",
    ["ftp://swordfish@host/x", "http://swordfish@/x", "http://a:swordfish@host:port/", "http://h/sword fish"],
)
def test_an_address_that_is_none_is_refused_without_saying_it(text: str) -> None:
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*MUSTER_CAMERAS.*#1") as caught:
        configured_from(text)
    assert "fish" not in f"{caught.value}{caught.value.__cause__}"


def test_a_password_changes_no_id() -> None:
    assert _ids("rtsp://eye.example/live") == _ids("rtsp://viewer:swordfish@eye.example/live?token=marlin")


def test_two_streams_of_one_camera_are_numbered() -> None:
    first, second = _ids("http://eye.example/live?camera=1,http://eye.example/live?camera=2")
    assert second == f"{first}#2"


def test_other_places_have_other_ids() -> None:
    places = "http://a.example/1,http://a.example/2,http://a.example:81/1,http://b.example/1,/srv/1.avi,/srv/2.avi"
    assert len(set(_ids(places))) == 6


def _ids(text: str) -> list[str]:
    return [id_ for id_, _ in configured_from(text)]
