"""The simulated devices keep a driver's promises like any other, and each fault can be had on command."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from muster.clock import utc_now
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.devices.api import (
    BiometricCapture,
    Camera,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    DocumentScanner,
    Driver,
    ScannedPage,
)
from muster.devices.attestation import SoftwareSigner, next_hash
from muster.devices.catalogue import Catalogue
from muster.devices.conformance import DriverConformance
from muster.devices.frames import Frame
from muster.devices.records import picture_of
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.errors import BadInput, Cancelled, DeviceUnavailable
from muster.formats.iso19794_4 import FingerRecord
from muster.plugins import Plugin
from muster_simulated.driver import SimulatedDriver, from_environment
from muster_simulated.faults import VARIABLE, Fault, parse
from muster_simulated.pictures import BUILT_IN, Pictures

SPEED = 50.0
LEFT = CaptureGroup.LEFT_SLAP.attributes
RIGHT = CaptureGroup.RIGHT_SLAP.attributes
INDEX = (BiometricAttribute.LEFT_INDEX,)

Break = Callable[[str], None]


class TestSimulatedDriver(DriverConformance):
    def make_driver(self) -> Driver:
        return SimulatedDriver(Pictures(), SPEED)


KINDS = [DeviceKind.CAMERA, DeviceKind.FINGERPRINT, DeviceKind.IRIS, DeviceKind.SCANNER]


@pytest.fixture(scope="module")
def context() -> DeviceContext:
    key = SigningKey.generate()
    return DeviceContext(utc_now, SoftwareSigner(key, self_signed_certificate(key, "Test", utc_now(), 1), utc_now))


@pytest.fixture(autouse=True)
def no_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (VARIABLE, "MUSTER_SIMULATED_IMAGES", "MUSTER_SIMULATED_SPEED"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def faults(monkeypatch: pytest.MonkeyPatch) -> Break:
    return lambda text: monkeypatch.setenv(VARIABLE, text)


@pytest.fixture
def driver() -> SimulatedDriver:
    return SimulatedDriver(Pictures(), SPEED)


def the(kind: DeviceKind, driver: SimulatedDriver) -> DeviceDescriptor:
    return next(each for each in driver.find() if each.kind is kind)


def capture(
    driver: SimulatedDriver,
    context: DeviceContext,
    attributes: Sequence[BiometricAttribute] = INDEX,
    *,
    kind: DeviceKind = DeviceKind.FINGERPRINT,
    cancel: Event | None = None,
    on_preview: Callable[[Frame], None] = lambda frame: None,
    previous_hash: str = "",
) -> list[CapturedSample]:
    request = CaptureRequest(tuple(attributes), 40, 5.0, "a-transaction", previous_hash)
    with driver.open(the(kind, driver), context) as reader:
        assert isinstance(reader, BiometricCapture)
        return list(reader.capture(request, cancel or Event(), on_preview))


def stream(driver: SimulatedDriver, context: DeviceContext, count: int = 1) -> list[Frame]:
    """The first ``count`` frames."""
    frames: list[Frame] = []
    cancel = Event()

    def keep(frame: Frame) -> None:
        frames.append(frame)
        if len(frames) == count:
            cancel.set()

    with driver.open(the(DeviceKind.CAMERA, driver), context) as camera:
        assert isinstance(camera, Camera)
        camera.stream(keep, cancel)
    return frames


def scan(
    driver: SimulatedDriver, context: DeviceContext, dpi: int = 100, cancel: Event | None = None
) -> ScannedPage:
    with driver.open(the(DeviceKind.SCANNER, driver), context) as scanner:
        assert isinstance(scanner, DocumentScanner)
        return scanner.scan(dpi, cancel or Event(), lambda frame: None)


def png(path: Path, picture: Image.Image) -> Path:
    picture.save(path, "PNG")
    return path


# -- a typing mistake


@pytest.mark.parametrize(
    "text",
    ["camra=busy", "camera=bussy", "camera", "=busy", "camera=", "camera=busy;iris=busy", "camera=busy,iris"],
)
def test_a_typing_mistake_in_the_faults_is_an_error(text: str, driver: SimulatedDriver, faults: Break) -> None:
    faults(text)
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*MUSTER_SIMULATED_FAULTS"):
        driver.find()


def test_a_typing_mistake_is_shown_in_the_list_of_drivers(driver: SimulatedDriver, faults: Break) -> None:
    faults("camra=busy")
    catalogue = Catalogue([Plugin("simulated", "muster-driver-simulated", lambda: driver, None)])
    assert catalogue.find() == ()
    (told,) = (each.problem for each in catalogue.drivers)
    assert told and told.startswith(
        "The setting MUSTER_SIMULATED_FAULTS of this driver cannot be used: camra=busy."
    )


def test_a_file_of_faults_that_is_not_there_is_an_error(driver: SimulatedDriver, faults: Break) -> None:
    faults("@nosuch")
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*@nosuch"):
        driver.find()


def test_a_speed_that_is_no_number_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_SPEED", "fast")
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*MUSTER_SIMULATED_SPEED"):
        from_environment()


def test_spaces_and_capitals_in_the_kind_are_no_mistake() -> None:
    assert parse(" Camera = busy , iris=timeout ,") == {
        DeviceKind.CAMERA: Fault.BUSY,
        DeviceKind.IRIS: Fault.TIMEOUT,
    }


def test_no_text_is_no_fault() -> None:
    assert parse("") == {}


# -- not there, or taken


@pytest.mark.parametrize("kind", KINDS)
def test_an_unplugged_device_is_not_found_and_the_others_are(
    kind: DeviceKind, driver: SimulatedDriver, faults: Break
) -> None:
    faults(f"{kind.name.lower()}=unplug")
    assert {each.kind for each in driver.find()} == set(KINDS) - {kind}


@pytest.mark.parametrize("kind", KINDS)
def test_a_device_unplugged_after_it_was_found_is_absent(
    kind: DeviceKind, driver: SimulatedDriver, context: DeviceContext, faults: Break
) -> None:
    found = the(kind, driver)
    faults(f"{kind.name.lower()}=unplug")
    with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"), driver.open(found, context):
        pass


@pytest.mark.parametrize("kind", KINDS)
def test_a_busy_device_is_found_busy_and_cannot_be_opened(
    kind: DeviceKind, driver: SimulatedDriver, context: DeviceContext, faults: Break
) -> None:
    faults(f"{kind.name.lower()}=busy")
    assert the(kind, driver).status is DeviceStatus.BUSY
    with pytest.raises(DeviceUnavailable, match="DEVICE_BUSY"), driver.open(the(kind, driver), context):
        pass


# -- breaking off


def test_a_camera_unplugged_while_it_streams_says_so_after_some_frames(
    driver: SimulatedDriver, context: DeviceContext, faults: Break
) -> None:
    faults("camera=unplug_mid_capture")
    seen: list[int] = []
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_UNPLUGGED"),
        driver.open(the(DeviceKind.CAMERA, driver), context) as camera,
    ):
        assert isinstance(camera, Camera)
        camera.stream(lambda frame: seen.append(frame.number), Event())
    assert seen == [0, 1, 2, 3, 4]


def test_a_camera_pulled_out_by_hand_while_it_streams_says_so(
    driver: SimulatedDriver, context: DeviceContext, faults: Break
) -> None:
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_UNPLUGGED"),
        driver.open(the(DeviceKind.CAMERA, driver), context) as camera,
    ):
        assert isinstance(camera, Camera)
        camera.stream(lambda frame: faults("camera=unplug"), Event())


def test_a_reader_unplugged_while_it_captures_has_shown_a_preview_and_says_so(
    driver: SimulatedDriver, context: DeviceContext, faults: Break
) -> None:
    faults("fingerprint=unplug_mid_capture")
    previews: list[Frame] = []
    with pytest.raises(DeviceUnavailable, match="DEVICE_UNPLUGGED"):
        capture(driver, context, on_preview=previews.append)
    assert previews


def test_a_scanner_unplugged_while_it_scans_says_so(
    driver: SimulatedDriver, context: DeviceContext, faults: Break
) -> None:
    faults("scanner=unplug_mid_capture")
    with pytest.raises(DeviceUnavailable, match="DEVICE_UNPLUGGED"):
        scan(driver, context)


@pytest.mark.parametrize("use", [stream, capture, scan], ids=["camera", "fingerprint", "scanner"])
def test_a_device_that_never_answers_is_a_timeout(
    use: Callable[[SimulatedDriver, DeviceContext], object],
    driver: SimulatedDriver,
    context: DeviceContext,
    faults: Break,
) -> None:
    faults("camera=timeout,fingerprint=timeout,scanner=timeout")
    with pytest.raises(DeviceUnavailable, match="DEVICE_TIMEOUT"):
        use(driver, context)


def test_a_capture_that_never_answers_can_be_cancelled(context: DeviceContext, faults: Break) -> None:
    faults("fingerprint=timeout")
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        capture(SimulatedDriver(Pictures(), speed=0.01), context, cancel=cancel)


def test_a_capture_can_be_cancelled_from_its_preview(context: DeviceContext) -> None:
    cancel = Event()
    with pytest.raises(Cancelled):
        capture(SimulatedDriver(Pictures(), speed=0.01), context, cancel=cancel, on_preview=lambda _: cancel.set())


def test_a_scan_can_be_cancelled(context: DeviceContext) -> None:
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        scan(SimulatedDriver(Pictures(), speed=0.01), context, cancel=cancel)


# -- poor, wrong and odd


@pytest.mark.parametrize(
    ("kind", "attribute"),
    [(DeviceKind.FINGERPRINT, BiometricAttribute.LEFT_INDEX), (DeviceKind.IRIS, BiometricAttribute.LEFT_EYE)],
)
def test_a_poor_capture_is_below_the_score_asked_for_and_a_good_one_above(
    kind: DeviceKind,
    attribute: BiometricAttribute,
    driver: SimulatedDriver,
    context: DeviceContext,
    faults: Break,
) -> None:
    (good,) = capture(driver, context, (attribute,), kind=kind)
    faults(f"{kind.name.lower()}=poor_quality")
    (poor,) = capture(driver, context, (attribute,), kind=kind)
    assert poor.quality < 40 < good.quality


def test_the_wrong_hand_is_on_the_glass(driver: SimulatedDriver, context: DeviceContext, faults: Break) -> None:
    faults("fingerprint=wrong_finger")
    samples = capture(driver, context, LEFT)
    assert [each.attribute for each in samples] == list(RIGHT)
    assert FingerRecord.parse(samples[0].record).position == 2  # the record says right index, too


def test_the_wrong_eye_is_in_view(driver: SimulatedDriver, context: DeviceContext, faults: Break) -> None:
    faults("iris=wrong_finger")
    (sample,) = capture(driver, context, (BiometricAttribute.LEFT_EYE,), kind=DeviceKind.IRIS)
    assert sample.attribute is BiometricAttribute.RIGHT_EYE


def test_the_empty_chair_is_another_scene_than_the_portrait(
    driver: SimulatedDriver, context: DeviceContext, faults: Break
) -> None:
    faults("camera=empty_chair")
    (frame,) = stream(driver, context)
    chair = Pictures().photograph("empty_chair")
    assert np.abs(frame.pixels.astype(int) - chair).mean() < 2  # the sensor's noise apart


def test_no_two_frames_are_equal_as_no_sensor_would_make_them(
    driver: SimulatedDriver, context: DeviceContext
) -> None:
    frames = stream(driver, context, 3)
    assert not np.array_equal(frames[0].pixels, frames[1].pixels)
    assert not np.array_equal(frames[1].pixels, frames[2].pixels)


def test_the_head_moves_before_a_background_that_stands_still(
    driver: SimulatedDriver, context: DeviceContext
) -> None:
    frames = stream(driver, context, 18)
    moved = np.abs(frames[0].pixels.astype(int) - frames[-1].pixels).mean((0, 2))
    width = len(moved)
    assert moved[: width // 6].mean() < 3 < moved[width // 3 : 2 * width // 3].mean()


@pytest.mark.parametrize("fault", ["two_faces", "poor_quality", "empty_chair", "photograph"])
def test_a_scene_can_change_while_the_camera_streams(
    fault: str, driver: SimulatedDriver, context: DeviceContext, faults: Break
) -> None:
    frames: list[Frame] = []
    cancel = Event()

    def keep(frame: Frame) -> None:
        frames.append(frame)
        faults(f"camera={fault}")
        if len(frames) == 2:
            cancel.set()

    with driver.open(the(DeviceKind.CAMERA, driver), context) as camera:
        assert isinstance(camera, Camera)
        camera.stream(keep, cancel)
    assert abs(frames[0].pixels.mean(dtype=float) - frames[1].pixels.mean(dtype=float)) > 2


# -- what is handed out


def test_the_picture_in_a_record_is_the_one_in_the_folder(driver: SimulatedDriver, context: DeviceContext) -> None:
    (sample,) = capture(driver, context)
    with Image.open(BUILT_IN / "leftIndex.png") as expected:
        np.testing.assert_array_equal(picture_of(sample.record), np.asarray(expected.convert("L")))


def test_the_samples_continue_the_chain_of_the_request(driver: SimulatedDriver, context: DeviceContext) -> None:
    before = next_hash("", b"the face")
    first, second = capture(driver, context, LEFT[:2], previous_hash=before)
    assert first.hash == next_hash(before, first.record)
    assert second.hash == next_hash(first.hash, second.record)


def test_the_frames_of_a_camera_differ_as_from_a_hand_that_moves(
    driver: SimulatedDriver, context: DeviceContext
) -> None:
    first, second = stream(driver, context, count=2)
    assert first.pixels.shape == second.pixels.shape
    assert not np.array_equal(first.pixels, second.pixels)


@pytest.mark.parametrize("dpi", [100, 200, 300])
def test_a_page_grows_with_the_resolution(dpi: int, driver: SimulatedDriver, context: DeviceContext) -> None:
    page = scan(driver, context, dpi)
    with Image.open(BUILT_IN / "document.png") as original, Image.open(io.BytesIO(page.content)) as scanned:
        assert scanned.format == "JPEG"
        assert scanned.width == original.width * dpi // 200
        assert scanned.info["dpi"] == (dpi, dpi)


# -- the tester's own folder


def test_a_folder_that_is_not_there_is_said_when_a_device_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: DeviceContext
) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_IMAGES", str(tmp_path / "nowhere"))
    driver = from_environment()
    with pytest.raises(BadInput, match="SIMULATED_PICTURES_ABSENT"):
        stream(driver, context)


@pytest.mark.parametrize("content", [b"", b"no picture", (BUILT_IN / "leftIndex.png").read_bytes()[:2000]])
def test_a_picture_that_cannot_be_read_is_named(content: bytes, tmp_path: Path, context: DeviceContext) -> None:
    (tmp_path / "leftIndex.png").write_bytes(content)
    with pytest.raises(BadInput) as refusal:
        capture(SimulatedDriver(Pictures(tmp_path), SPEED), context)
    assert refusal.value.code.name == "SIMULATED_PICTURE_UNREADABLE"
    assert refusal.value.detail["file"] == "leftIndex.png"


def test_a_finger_of_ones_own_is_used_and_the_rest_is_built_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: DeviceContext
) -> None:
    png(tmp_path / "leftIndex.png", Image.linear_gradient("L"))
    monkeypatch.setenv("MUSTER_SIMULATED_IMAGES", str(tmp_path))
    monkeypatch.setenv("MUSTER_SIMULATED_SPEED", "50")
    index, middle = capture(from_environment(), context, LEFT[:2])
    np.testing.assert_array_equal(picture_of(index.record), np.asarray(Image.linear_gradient("L")))
    with Image.open(BUILT_IN / "leftMiddle.png") as expected:
        np.testing.assert_array_equal(picture_of(middle.record), np.asarray(expected.convert("L")))


def test_a_colour_picture_of_a_finger_is_made_grey(tmp_path: Path, context: DeviceContext) -> None:
    png(tmp_path / "leftIndex.png", Image.new("RGB", (64, 80), (10, 200, 30)))
    (sample,) = capture(SimulatedDriver(Pictures(tmp_path), SPEED), context)
    assert picture_of(sample.record).shape == (80, 64)


def test_a_speed_of_nothing_is_slow_and_not_a_crash(
    monkeypatch: pytest.MonkeyPatch, context: DeviceContext
) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_SPEED", "0")
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):  # and not ZeroDivisionError
        capture(from_environment(), context, cancel=cancel)
