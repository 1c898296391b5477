"""The example that ``drivers/README.md`` shows to driver authors is a driver, and keeps what the page says."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from muster.clock import utc_now
from muster.devices import api
from muster.devices.api import CaptureRequest, DeviceContext, DeviceKind
from muster.devices.attestation import SoftwareSigner, next_hash, verify_attestation
from muster.devices.catalogue import Catalogue
from muster.devices.conformance import DriverConformance
from muster.devices.records import finger_record
from muster.devices.samples import attested_sample, picture_sample
from muster.domain.biometrics import CaptureGroup, DigitalId
from muster.errors import DeviceUnavailable
from muster.plugins import Plugin

PAGE = (Path(__file__).parents[3] / "drivers" / "README.md").read_text(encoding="utf-8")
CONTEXT = DeviceContext(utc_now, cast(Any, None))  # a camera signs nothing


def block(language: str, number: int = 0) -> str:
    """One of the page's blocks in ``language``."""
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return found[number]


class Library(ModuleType):
    """The vendor's library the example imports, with one camera plugged in."""

    class GoneError(Exception):
        pass

    class InUseError(Exception):
        pass

    def __init__(self) -> None:
        super().__init__("beispiel_sdk")
        self.plugged_in = ["EYE000000001"]
        self.in_use: set[str] = set()
        self.Handle = Handle

    def serials(self) -> list[str]:
        return list(self.plugged_in)

    def open(self, serial: str) -> Handle:
        if serial in self.in_use:
            raise self.InUseError
        self.in_use.add(serial)
        return Handle(self, serial)


class Handle:
    def __init__(self, library: Library, serial: str) -> None:
        self._library = library
        self._serial = serial
        self._buffer = np.zeros((48, 64, 3), np.uint8)

    def grab(self, timeout_ms: int) -> np.ndarray[Any, np.dtype[np.uint8]] | None:
        """Every other call has nothing yet; the buffer is always the same."""
        if self._serial not in self._library.plugged_in:
            raise self._library.GoneError
        self._buffer += 1
        return self._buffer if self._buffer[0, 0, 0] % 2 else None

    def close(self) -> None:
        self._library.in_use.discard(self._serial)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    library = Library()
    monkeypatch.setitem(sys.modules, "beispiel_sdk", library)
    yield library


@pytest.fixture
def driver(library: Library) -> Any:
    example: dict[str, Any] = {"__name__": "muster_beispiel.driver"}
    exec(compile(block("python"), "drivers/README.md", "exec"), example)
    return example["BeispielDriver"]()


def catalogue(driver: Any) -> Catalogue:
    return Catalogue([Plugin("beispiel", "muster-driver-beispiel", lambda: driver, None)])


@pytest.mark.parametrize("test", [name for name in dir(DriverConformance) if name.startswith("test_")])
def test_the_example_passes_the_conformance_suite(test: str, driver: Any) -> None:
    class Suite(DriverConformance):
        def make_driver(self) -> Any:
            return driver

    getattr(Suite(), test)()


def test_the_example_is_found_and_gives_its_camera_back(driver: Any, library: Library) -> None:
    with catalogue(driver).open(DeviceKind.CAMERA, CONTEXT):
        assert library.in_use == {"EYE000000001"}
    assert library.in_use == set()


def test_the_example_says_that_its_camera_is_busy(driver: Any, library: Library) -> None:
    library.in_use.add("EYE000000001")
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_BUSY"),
        catalogue(driver).open(DeviceKind.CAMERA, CONTEXT),
    ):
        pass


def test_the_example_says_that_its_camera_was_unplugged(driver: Any, library: Library) -> None:
    with catalogue(driver).open(DeviceKind.CAMERA, CONTEXT) as camera:
        library.plugged_in.clear()
        with pytest.raises(DeviceUnavailable, match="DEVICE_UNPLUGGED"):
            camera.stream(lambda frame: None, Event())  # type: ignore[union-attr]


def test_the_example_hands_out_frames_that_do_not_change_afterwards(driver: Any) -> None:
    seen: list[tuple[int, np.ndarray[Any, Any]]] = []
    cancel = Event()

    def keep(frame: Any) -> None:
        seen.append((int(frame.pixels[0, 0, 0]), frame.pixels))
        if len(seen) == 3:
            cancel.set()

    with catalogue(driver).open(DeviceKind.CAMERA, CONTEXT) as camera:
        camera.stream(keep, cancel)  # type: ignore[union-attr]
    assert [now for now, _ in seen] == [int(pixels[0, 0, 0]) for _, pixels in seen] == [1, 3, 5]


@pytest.mark.parametrize("number", [1, 2], ids=["a slap", "one finger at a time"])
def test_the_examples_of_readers_without_a_key_hand_out_signed_and_chained_samples(
    number: int, device_key: Any
) -> None:
    names: dict[str, Any] = {
        "attested_sample": attested_sample,
        "finger_record": finger_record,
        "picture_sample": picture_sample,
        "replace": replace,
    }
    exec(compile(f"class Reader:\n{block('python', number)}", "drivers/README.md", "exec"), names)
    pixels = np.zeros((40, 30), np.uint8)
    reader = names["Reader"]()
    reader._context = DeviceContext(utc_now, SoftwareSigner(device_key.key, device_key.certificate_der, utc_now))
    reader._digital_id = DigitalId("1", "Beispiel", "Slap 4", "Finger", "Slap", "Beispiel GmbH", "BEISPIEL")
    reader._fingers = lambda request, *_: [(each, pixels, 55.0) for each in request.attributes]
    reader._connection, reader._best_print = SimpleNamespace(light=lambda finger: None), lambda *_: (pixels, 55.0)
    link = next_hash("", b"the capture before")
    request = CaptureRequest(CaptureGroup.THUMBS.attributes, 40, 1.0, "a-transaction", link)
    for sample in reader.capture(request, Event(), lambda frame: None):
        verify_attestation(sample.attestation, sample.record)
        link = next_hash(link, sample.record)
        assert (sample.hash, sample.quality) == (link, 55.0)


def test_the_project_file_registers_the_example_under_its_own_name(driver: Any) -> None:
    project = tomllib.loads(block("toml"))["project"]
    assert project["entry-points"][api.DRIVER_GROUP] == {driver.name: "muster_beispiel.driver:BeispielDriver"}


def test_the_page_names_every_code_a_device_may_raise() -> None:
    assert [name for name in dir(api) if name.startswith("DEVICE_") and name not in PAGE] == []


@pytest.mark.parametrize("name", ["Camera", "BiometricCapture", "DocumentScanner"])
def test_the_page_names_every_capability_with_its_methods(name: str) -> None:
    methods = [each for each in vars(getattr(api, name)) if not each.startswith("_")]
    assert methods
    assert [each for each in (name, *methods) if f"`{each}" not in PAGE] == []


def test_the_page_names_every_kind_of_device() -> None:
    assert [kind.name for kind in DeviceKind if f"`{kind.name}`" not in PAGE] == []
