"""The driver against cameras in the network that do anything wrong, and against video files."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Timer

import cv2
import numpy as np
import pytest
from PIL import Image

from muster.clock import utc_now
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.devices.api import Camera, DeviceContext, DeviceStatus, Driver
from muster.devices.conformance import DriverConformance, conformance_context
from muster.devices.frames import Frame
from muster.devices.hosted_process import Patience as HostPatience
from muster.devices.hosting import HostedDriver
from muster.errors import DeviceUnavailable
from muster_uvc import camera as camera_module
from muster_uvc.configured import configured_from
from muster_uvc.driver import CameraDriver, from_environment
from muster_uvc.patience import Patience
from muster_uvc.settings import settings_from
from simulators.network_camera import SimulatedCamera, jpeg, running, scene, wait_until

HURRIED = Patience(connecting_s=0.5, reading_s=0.4, first_picture_s=3.0, next_picture_s=1.5)
GARBAGE = b"\xff\xd8" + b"nonsense" * 60
FFMPEG = shutil.which("ffmpeg")
RED, BLUE = (20, 10), (20, 54)  # row and column

WHERE = "muster_uvc.driver:from_environment"


@pytest.fixture(scope="module")
def context() -> DeviceContext:
    return conformance_context()


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of MJPEG, each a little brighter than the one before."""
    path = tmp_path_factory.mktemp("videos") / "a face.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 100.0, (64, 48))
    for number in range(12):
        writer.write(np.full((48, 64, 3), (40 + 10 * number, 0, 0), np.uint8))  # blue, in OpenCV's order
    writer.release()
    return path


def driver_of(where: str, settings: str = "", authorities: str = "") -> CameraDriver:
    return CameraDriver(configured_from(where), settings_from(settings), patience=HURRIED, authorities=authorities)


def address(camera: SimulatedCamera, scheme: str = "http", who: str = "") -> str:
    return f"{scheme}://{who}127.0.0.1:{camera.port}/live"


def look(driver: Driver, context: DeviceContext, count: int = 3) -> list[Frame]:
    frames: list[Frame] = []
    enough = Event()

    def keep(frame: Frame) -> None:
        frames.append(frame)
        if len(frames) >= count:
            enough.set()

    with driver.open(driver.find()[0], context) as camera:
        assert isinstance(camera, Camera)
        camera.stream(keep, enough)
    return frames


def refusal(driver: Driver, context: DeviceContext) -> DeviceUnavailable:
    with pytest.raises(DeviceUnavailable) as caught:
        look(driver, context, 300)
    return caught.value


def seen(camera: SimulatedCamera, context: DeviceContext, count: int = 3, scheme: str = "http") -> list[Frame]:
    with running(camera):
        return look(driver_of(address(camera, scheme)), context, count)


def refused(camera: SimulatedCamera, context: DeviceContext) -> str:
    with running(camera):
        return refusal(driver_of(address(camera)), context).code.name


def then(*pictures: bytes) -> Callable[[], Iterator[bytes]]:
    """Three whole pictures, then these over and over."""
    return lambda: itertools.chain([scene()] * 3, itertools.cycle(pictures))


class TestVideoFile(DriverConformance):
    @pytest.fixture(autouse=True)
    def _video(self, video: Path) -> None:
        self.video = video

    def make_driver(self) -> Driver:
        return driver_of(str(self.video))


class TestNetworkCamera(DriverConformance):
    @pytest.fixture(autouse=True)
    def _camera(self) -> Iterator[None]:
        with running(SimulatedCamera()) as self.camera:
            yield

    def make_driver(self) -> Driver:
        return driver_of(address(self.camera))


# -- not there, not to be had


def test_without_a_camera_nothing_is_found() -> None:
    assert CameraDriver().find() == []


def test_where_no_camera_answers_the_sentence_names_the_host(context: DeviceContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = refusal(driver_of(f"http://127.0.0.1:{port}/live"), context)
    assert (error.code.name, error.detail["host"]) == ("CAMERA_UNREACHABLE", "127.0.0.1")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Welcome</html>",
        b"HTTP/1.1 302 There\r\nLocation: file:///etc/passwd\r\n\r\n",
        b"\x00\x01\x02" * 300,
    ],
    ids=["not found", "a page", "elsewhere", "nonsense"],
)
def test_what_answers_and_is_no_camera_is_told_apart(answer: bytes, context: DeviceContext) -> None:
    assert refused(SimulatedCamera(answer=answer), context) == "CAMERA_SENDS_NOTHING"


def test_a_camera_that_sends_us_to_another_address_is_not_followed(context: DeviceContext) -> None:
    with running(SimulatedCamera()) as other:
        answer = f"HTTP/1.1 302 There\r\nLocation: {address(other)}\r\n\r\n".encode()
        assert refused(SimulatedCamera(answer=answer), context) == "CAMERA_SENDS_NOTHING"
        assert other.connections == 0


def test_a_camera_that_connects_and_says_nothing_is_given_up(context: DeviceContext) -> None:
    begun = time.monotonic()
    assert refused(SimulatedCamera(pictures=lambda: iter(()), hangs=True), context) == "CAMERA_SENDS_NOTHING"
    assert time.monotonic() - begun < HURRIED.first_picture_s


def test_pictures_that_are_none_are_no_pictures(context: DeviceContext) -> None:
    camera = SimulatedCamera(pictures=lambda: itertools.repeat(GARBAGE), every_s=0.001)
    assert refused(camera, context) in ("CAMERA_STREAM_ENDED", "CAMERA_SENDS_NOTHING", "DEVICE_TIMEOUT")


def test_a_file_that_is_missing_is_listed_with_the_reason(tmp_path: Path) -> None:
    (found,) = driver_of(str(tmp_path / "gone.avi")).find()
    assert found.status is DeviceStatus.NOT_READY and found.problem is not None
    assert found.problem.code.name == "VIDEO_FILE_UNREADABLE"


@pytest.mark.parametrize("content", [b"", GARBAGE], ids=["empty", "nonsense"])
def test_a_file_that_is_no_video_is_refused(content: bytes, tmp_path: Path, context: DeviceContext) -> None:
    (tmp_path / "no.avi").write_bytes(content)
    assert refusal(driver_of(str(tmp_path / "no.avi")), context).code.name == "VIDEO_FILE_UNREADABLE"


def test_a_file_whose_name_is_an_address_opens_no_network(context: DeviceContext) -> None:
    with running(SimulatedCamera()) as camera:
        assert refusal(driver_of(f"tcp:127.0.0.1:{camera.port}"), context).code.name == "VIDEO_FILE_UNREADABLE"
        assert camera.connections == 0


# -- breaking off


def test_a_stream_that_ends_is_told(context: DeviceContext) -> None:
    assert refused(SimulatedCamera(pictures=lambda: iter([scene()] * 6)), context) == "CAMERA_STREAM_ENDED"


def test_a_camera_that_freezes_is_told_in_time(context: DeviceContext) -> None:
    begun = time.monotonic()
    camera = SimulatedCamera(pictures=lambda: iter([scene()] * 6), hangs=True)
    assert refused(camera, context) == "DEVICE_TIMEOUT"
    assert time.monotonic() - begun < HURRIED.next_picture_s


def test_pictures_that_turn_into_nonsense_end_the_stream(context: DeviceContext) -> None:
    assert refused(SimulatedCamera(pictures=then(GARBAGE)), context) in ("CAMERA_STREAM_ENDED", "DEVICE_TIMEOUT")


def test_a_camera_that_shows_nothing_but_black_is_told(
    context: DeviceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_module, "DARK_FOR_S", 0.1)
    assert refused(SimulatedCamera(pictures=then(scene(level=0))), context) == "CAMERA_DARK"


def test_a_dark_moment_is_nothing_to_speak_of(context: DeviceContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_module, "DARK_FOR_S", 0.3)
    camera = SimulatedCamera(pictures=then(scene(level=0), scene()))
    assert len(seen(camera, context, 40)) == 40


def test_stopping_does_not_wait_for_a_camera_that_hangs(context: DeviceContext) -> None:
    patient = Patience(reading_s=0.8, next_picture_s=5.0)
    with running(SimulatedCamera(pictures=lambda: iter([scene()] * 6), hangs=True)) as simulated:
        driver = CameraDriver(configured_from(address(simulated)), patience=patient)
        with driver.open(driver.find()[0], context) as camera:
            assert isinstance(camera, Camera)
            cancel = Event()
            Timer(0.1, cancel.set).start()
            begun = time.monotonic()
            camera.stream(lambda frame: None, cancel)
            assert time.monotonic() - begun < 0.6


# -- pictures


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_frames_are_red_green_blue_of_their_own_and_counted(scheme: str, context: DeviceContext) -> None:
    frames = seen(SimulatedCamera(), context, 4, scheme)
    assert [frame.pixels[RED].argmax() for frame in frames] == [0] * 4
    assert [frame.pixels[BLUE].argmax() for frame in frames] == [2] * 4
    assert frames[0].number == 0
    assert not np.shares_memory(frames[0].pixels, frames[1].pixels)


def test_a_slow_viewer_gets_the_newest_picture_and_sees_what_it_missed(context: DeviceContext) -> None:
    numbers: list[int] = []
    enough = Event()

    def slowly(frame: Frame) -> None:
        numbers.append(frame.number)
        enough.wait(0.08)
        if len(numbers) == 4:
            enough.set()

    with running(SimulatedCamera()) as simulated:
        driver = driver_of(address(simulated))
        with driver.open(driver.find()[0], context) as camera:
            assert isinstance(camera, Camera)
            camera.stream(slowly, enough)
    assert all(later - earlier > 2 for earlier, later in itertools.pairwise(numbers))


def test_a_camera_that_changes_its_resolution_goes_on(context: DeviceContext) -> None:
    camera = SimulatedCamera(pictures=lambda: itertools.cycle([scene(), scene(96, 64), scene(320, 240)]))
    assert len(seen(camera, context, 8)) == 8


def test_grey_pictures_come_in_three_layers(context: DeviceContext) -> None:
    camera = SimulatedCamera(pictures=lambda: itertools.repeat(jpeg(Image.new("L", (64, 48), 77))))
    assert seen(camera, context)[0].pixels[5, 5].tolist() == [77, 77, 77]


def test_settings_turn_and_mirror_what_is_seen(context: DeviceContext) -> None:
    with running(SimulatedCamera()) as simulated:
        (plain,) = look(driver_of(address(simulated), "*: turned=90 mirrored"), context, 1)
    assert plain.pixels.shape == (64, 48, 3)  # red was left: a quarter clockwise, it is above
    assert plain.pixels[10, 20].argmax() == 0 and plain.pixels[54, 20].argmax() == 2


def test_a_video_begins_again_at_its_end_at_its_own_speed(video: Path, context: DeviceContext) -> None:
    begun = time.monotonic()
    levels = [int(frame.pixels[5, 5, 2]) for frame in look(driver_of(str(video)), context, 20)]
    assert any(later < earlier for earlier, later in itertools.pairwise(levels))
    assert time.monotonic() - begun > 18 * 0.01


# -- secrets


def test_a_camera_is_given_its_password_and_nobody_else_is(context: DeviceContext) -> None:
    with running(SimulatedCamera(password="viewer:swordfish")) as camera:
        driver = driver_of(address(camera, who="viewer:swordfish@") + "?key=swordfish")
        assert look(driver, context)
        assert camera.passwords_seen[-1] == "viewer:swordfish"
        shown = repr((driver.find(), configured_from(address(camera, who="viewer:swordfish@"))))
    assert "swordfish" not in shown and "viewer" not in shown


def test_a_wrong_password_is_in_no_sentence_and_in_nothing_a_library_prints(
    context: DeviceContext, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FFMPEG_LOGLEVEL": "56", "LOG_LEVEL": "VERBOSE", "VIDEOIO_DEBUG": "1"}.items():
        monkeypatch.setenv(f"OPENCV_{name}", value)
    monkeypatch.setenv("MUSTER_DRIVER_STDERR", "1")
    with running(SimulatedCamera(password="viewer:swordfish")) as camera:
        monkeypatch.setenv("MUSTER_CAMERAS", address(camera, who="viewer:marlin@"))
        hosted = HostedDriver("uvc", WHERE)
        try:
            assert hosted.found_within(10.0)
            error = refusal(hosted, context)
        finally:
            hosted.close()
    assert error.code.name == "CAMERA_SENDS_NOTHING"
    printed = capfd.readouterr()
    assert "marlin" not in f"{error!r}{error.__cause__!r}{printed.out}{printed.err}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, str]:
    """As a camera has it, signed by itself; and the file in which it was written down."""
    key, folder = SigningKey.generate(), tmp_path_factory.mktemp("tls")
    written_down = folder / "certificate.pem"
    written_down.write_text(ssl.DER_cert_to_PEM_cert(self_signed_certificate(key, "Camera", utc_now(), 1)))
    (folder / "key.pem").write_bytes(key.to_pem())
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(written_down, folder / "key.pem")
    return tls, str(written_down)


@pytest.mark.parametrize("scheme", ["https", "rtsps"])
def test_an_encrypted_camera_is_believed_by_the_certificate_that_was_written_down(
    scheme: str, certificate: tuple[ssl.SSLContext, str], context: DeviceContext
) -> None:
    with running(SimulatedCamera(), certificate[0]) as camera:
        assert look(driver_of(address(camera, scheme), authorities=certificate[1]), context)


@pytest.mark.parametrize("scheme", ["https", "rtsps"])
def test_an_encrypted_camera_whose_certificate_nobody_wrote_down_is_refused(
    scheme: str, certificate: tuple[ssl.SSLContext, str], context: DeviceContext
) -> None:
    with running(SimulatedCamera(), certificate[0]) as camera:
        error = refusal(driver_of(address(camera, scheme)), context)
    assert error.code.name == "CAMERA_SENDS_NOTHING"


def test_the_list_says_which_camera_everybody_can_watch() -> None:
    open_, encrypted, here = driver_of("http://eye.example/,https://eye.example/,http://127.0.0.1/").find()
    assert open_.capabilities == ("video", "not encrypted")
    assert encrypted.capabilities == here.capabilities == ("video",)


def test_the_list_says_what_is_no_camera_but_a_recording(video: Path) -> None:
    assert driver_of(str(video)).find()[0].capabilities == ("video", "recorded")


# -- the real ones


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
def test_what_ffmpeg_serves_as_a_network_camera_is_seen(context: DeviceContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    source = "-f lavfi -i testsrc=size=320x240:rate=30 -f mpjpeg -listen 1"
    command = [FFMPEG or "", "-v", "quiet", "-re", *source.split(), f"http://127.0.0.1:{port}/cam.mjpg"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        assert wait_until(lambda: _listens(port) or server.poll() is not None)
        frames = look(driver_of(f"http://127.0.0.1:{port}/cam.mjpg"), context, 5)
    finally:
        server.kill()
        server.wait()
    assert {frame.pixels.shape for frame in frames} == {(240, 320, 3)}


def _listens(port: int) -> bool:
    """As the kernel tells: whoever tried would be the one viewer that ffmpeg serves."""
    told = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(f":{port:04X} " in line and line.split()[3] == "0A" for line in told)


def test_in_its_process_it_shows_the_video_and_a_crash_of_that_is_told(
    video: Path, context: DeviceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_CAMERAS", str(video))
    hosted = HostedDriver("uvc", WHERE)
    try:
        assert hosted.found_within(10.0)
        assert len(look(hosted, context, 5)) == 5
        pid = hosted.pid
        assert pid is not None
        Timer(0.1, os.kill, (pid, signal.SIGSEGV)).start()
        assert refusal(hosted, context).code.name == "DRIVER_STOPPED"
    finally:
        hosted.close()


def test_a_library_that_does_not_let_go_of_a_camera_is_ended_with_its_process(
    context: DeviceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(SimulatedCamera(pictures=lambda: iter([scene()] * 6), hangs=True)) as simulated:
        monkeypatch.setenv("MUSTER_CAMERAS", address(simulated))
        hosted = HostedDriver("uvc", WHERE, HostPatience(stopping_s=0.3, pause_s=0.05))
        try:
            assert hosted.found_within(10.0)
            pid = hosted.pid
            with hosted.open(hosted.find()[0], context) as camera:
                assert isinstance(camera, Camera)
                quiet = Event()
                Timer(0.4, quiet.set).start()  # it waits for the next picture by then, which never comes
                camera.stream(lambda frame: None, quiet)
            assert wait_until(lambda: hosted.pid not in (None, pid))
        finally:
            hosted.close()


def test_opening_and_closing_leaves_no_thread(video: Path, context: DeviceContext) -> None:
    driver = driver_of(str(video))
    for _ in range(5):
        look(driver, context, 1)
    assert not [each for each in threading.enumerate() if each.name == "camera"]


def test_the_environment_names_cameras_and_their_settings(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_CAMERAS", f"{video}, rtsp://10.0.0.9/live")
    monkeypatch.setenv("MUSTER_CAMERA_SETTINGS", "*: turned=180")
    assert [each.serial for each in from_environment().find()][-2:] == ["a face.avi", "10.0.0.9"]
