"""The page of devices: what is plugged in is seen live, chosen, tested, and told to support."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest_ui import Driver

from muster.ui.pages.devices import DevicesPage
from muster.ui.pages.home import HomePage
from muster.workstation import device_trials

CAMERA = "simulated-camera"


@pytest.fixture
def page(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> DevicesPage:
    monkeypatch.setattr(device_trials, "_LOOKS_S", 0.1)
    driver.sign_in()
    driver.click(driver.on(HomePage).devices)
    page = driver.on(DevicesPage)
    assert isinstance(page, DevicesPage)
    driver.until(lambda: CAMERA in page.tests)
    return page


def test_a_device_that_is_pulled_out_in_the_middle_of_a_test_is_gone_and_back_without_a_press(
    driver: Driver, page: DevicesPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_trials, "_LOOKS_S", 30.0)
    driver.click(page.tests[CAMERA])
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "camera=unplug")
    driver.until(lambda: "cannot be used" in page.note.text())
    driver.until(lambda: CAMERA not in page.tests)
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "")
    driver.until(lambda: CAMERA in page.tests)


def test_a_device_that_is_well_is_said_to_be_and_its_report_saved(
    driver: Driver, page: DevicesPage, tmp_path: Path
) -> None:
    assert not page.save.isEnabled()
    driver.click(page.tests[CAMERA])
    driver.until(page.save.isEnabled)
    assert page.note.text() == "This device is well."
    page.save_to(tmp_path / "report.json")
    driver.until(lambda: "The report is saved." in page.note.text())
    (device,) = json.loads((tmp_path / "report.json").read_bytes())["devices"]
    assert (device["id"], device["well"]) == (CAMERA, True)
