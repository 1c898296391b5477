"""A driver that was begun works at once: it passes the suite, is listed, and refuses what cannot be its name."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.devices import conformance
from muster.devices.api import DRIVER_GROUP
from muster.devices.catalogue import Catalogue
from muster.devices.conformance import DriverConformance
from muster.errors import BadInput
from muster.plugins import Plugin
from muster.workstation.new_driver import NewDriverKind, begin_driver

TESTS = [name for name in dir(DriverConformance) if name.startswith("test_")]


@pytest.mark.parametrize("name", ["", "Acme", "1acme", "a-b", "a b", "../a", "acme\n", "ä", "a" * 42])
def test_what_is_no_name_is_refused_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="DRIVER_NAME_UNFIT"):
        begin_driver(name, tmp_path / "new", NewDriverKind.CAMERA)
    assert not (tmp_path / "new").exists()


def test_what_lies_in_the_folder_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path, tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BadInput, match="DRIVER_FOLDER_TAKEN"):
            begin_driver("acme", folder, NewDriverKind.FINGERPRINT)
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["mine", "mine"]


@pytest.fixture(params=list(NewDriverKind), ids=lambda kind: kind.value)
def begun(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    begin_driver("slap_four", tmp_path / "new", request.param)
    monkeypatch.syspath_prepend(tmp_path / "new" / "src")
    yield tmp_path / "new"
    for module in [each for each in sys.modules if each.startswith("muster_slap_four")]:
        del sys.modules[module]


@pytest.fixture
def driver(begun: Path) -> Any:
    importlib.invalidate_caches()
    points = tomllib.loads((begun / "pyproject.toml").read_text())["project"]["entry-points"][DRIVER_GROUP]
    module, _, made = points["slap_four"].partition(":")
    return getattr(importlib.import_module(module), made)


def test_it_passes_the_whole_suite_and_is_listed_as_ready(driver: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    context = conformance.conformance_context()  # a key for each device would be much arithmetic
    monkeypatch.setattr(conformance, "conformance_context", lambda: context)

    class Suite(DriverConformance):
        def make_driver(self) -> Any:
            return driver()

    for test in TESTS:
        getattr(Suite(), test)()
    catalogue = Catalogue([Plugin("slap_four", "muster-driver-slap-four", driver, None)])
    (found,) = catalogue.find()
    assert (found.id, found.make, found.status.value) == ("slap-four-PRETENDED-0001", "Slap Four", "Ready")


def test_its_code_is_written_as_ours_is(begun: Path) -> None:
    for what in (["check", "--select=E,F,W,I,UP,B,N,RUF"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *what, "--isolated", "--line-length=115"]
        done = subprocess.run(command, cwd=begun, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
