"""``muster devices check``: one line a check, exit status 1 for a device that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from muster.cli.app import build


@pytest.fixture(autouse=True)
def _simulated_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DRIVERS", "simulated")
    monkeypatch.setenv("MUSTER_SIMULATED_SPEED", "50")
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "iris=busy,camera=unplug")


def run(*arguments: object, verb: str = "check") -> Result:
    return CliRunner().invoke(build(None, "devices"), ["devices", verb, *map(str, arguments)])  # type: ignore[arg-type]


def test_a_device_that_is_not_there_is_missing() -> None:
    ran = run("simulated-camera", "--json")
    assert (ran.exit_code, json.loads(ran.stdout)["error"]["code"]) == (3, "DEVICE_UNKNOWN")


@pytest.mark.parametrize("where", ["file/report", "nosuch/report", "folder"])
def test_a_report_that_cannot_be_written_is_an_error_and_makes_no_folder(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_DRIVERS", "")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    ran = run("--json", "--report", tmp_path / where)
    assert (ran.exit_code, json.loads(ran.stdout)["error"]["code"]) == (3, "DEVICE_REPORT_UNWRITABLE")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


def test_where_the_report_lies_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DRIVERS", "")
    path = tmp_path / "report.json"
    assert f"The report is in {path}." in run("--report", path).stdout


def test_a_driver_that_does_not_work_is_said_with_its_reason_and_exit_status_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "camera=banana")
    ran = run()
    assert (ran.exit_code, "Nothing is plugged in" in ran.stdout) == (1, False)
    assert "driver: simulated\n  ✗ The setting MUSTER_SIMULATED_FAULTS" in ran.stdout


def test_a_driver_that_does_not_work_is_told_to_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_SIMULATED_SPEED", "banana")
    (driver,) = json.loads(run("--json").stdout)["drivers"]
    assert driver["driver"] == "simulated" and "MUSTER_SIMULATED_SPEED" in driver["problem"]


def test_drivers_that_are_left_out_are_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DRIVERS", "")
    ran = run()
    assert (ran.exit_code, ran.stdout) == (0, "Nothing is plugged in.\n")


def test_a_device_that_cannot_be_used_is_said_with_exit_status_1() -> None:
    ran = run("simulated-iris")
    assert ran.exit_code == 1
    assert "✗ The iris camera is busy." in ran.stdout


def test_a_device_that_is_well_is_told_line_by_line() -> None:
    ran = run("simulated-fingerprint", "--json")
    (device,) = json.loads(ran.stdout)["devices"]
    assert (ran.exit_code, device["well"]) == (0, True)
    assert [each["code"] for each in device["findings"]][-1] == "TESTED_OPENS_AGAIN"


def test_a_report_has_every_device_and_every_driver(tmp_path: Path) -> None:
    run("--report", tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_bytes())
    assert [each["id"] for each in report["devices"]] == [
        "simulated-fingerprint",
        "simulated-iris",
        "simulated-scanner",
    ]
    assert {each["name"] for each in report["drivers"]} >= {"simulated", "sbi"}


def test_the_list_says_what_each_device_is_called() -> None:
    assert "\n                    simulated-fingerprint\n" in run(verb="list").stdout


def test_the_list_ends_with_the_drivers_that_find_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSTER_DRIVERS", "sbi,simulated")
    monkeypatch.setenv("MUSTER_SBI_PORTS", "")
    assert run(verb="list").stdout.endswith("Loaded, and finding nothing: sbi.\n")
    assert json.loads(run("--json", verb="list").stdout)["drivers_without_devices"] == ["sbi"]


def test_a_driver_that_is_begun_is_told_with_what_to_do_next(tmp_path: Path) -> None:
    ran = run("acme", tmp_path / "new", "--kind", "camera", verb="begin")
    assert ran.exit_code == 0 and f"-e {tmp_path / 'new'}\n" in ran.stdout
    assert (tmp_path / "new" / "src" / "muster_acme" / "driver.py").is_file()
    assert run("acme", tmp_path / "new", verb="begin").exit_code == 2
