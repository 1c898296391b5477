"""The import contracts of pyproject.toml hold, and they would notice if they did not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LINTER = [
    sys.executable,
    "-c",
    "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()",
]

# One forbidden line for each contract: where it is written and what it says.
TRESPASSES = {
    "Floors: each imports only what lies below": ("domain/applicant.py", "import muster.workstation.station"),
    "Window and command line see the use cases and our nouns only": ("cli/queue.py", "import muster.store.outbox"),
    "The window measures nothing": ("ui/background.py", "import muster.bench.measuring"),
    "The receiver shares no memory with the workstation": (
        "receiver/checks.py",
        "import muster.workstation.policy",
    ),
    "Only the command line and the process itself start the receiver": (
        "workstation/sync.py",
        "import muster.receiver.service",
    ),
    "Qt only in the window": ("workstation/slip.py", "import PySide6.QtGui"),
    "Networks and computer vision only in analysis": ("workstation/capture.py", "import cv2"),
    "Cryptography only in crypto": ("packet/seal.py", "import cryptography.fernet"),
    "Databases only in store and receiver": ("workstation/desk.py", "import sqlalchemy"),
    "What only a hub needs, only in receiver": ("upload/transport.py", "import boto3"),
    "Signed updates are read in one place": ("workstation/updating.py", "import tuf"),
    "The nouns need the standard library only": ("domain/biometrics.py", "import numpy"),
}
DRIVER_TRESPASS = {"Drivers see the device seam only": ("driver.py", "import muster.workstation.policy")}


def _contracts() -> list[str]:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


def _lint(folder: Path, *, path: list[Path]) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "COLUMNS": "200"}
    return subprocess.run(
        [*LINTER, "--no-cache"], cwd=folder, env=variables, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def trespassed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says about a copy of the sources into which every forbidden line was written."""
    folder = tmp_path_factory.mktemp("copy")
    leave_out = shutil.ignore_patterns("__pycache__", "pictures")
    muster = shutil.copytree(REPOSITORY / "src" / "muster", folder / "muster", ignore=leave_out)
    simulated = REPOSITORY / "drivers" / "simulated" / "src" / "muster_simulated"
    driver = shutil.copytree(simulated, folder / "muster_simulated", ignore=leave_out)
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    for home, trespasses in ((muster, TRESPASSES), (driver, DRIVER_TRESPASS)):
        for file, line in trespasses.values():
            with (Path(home) / file).open("a", encoding="utf-8") as source:
                source.write(f"\n{line}\n")
    return _lint(folder, path=[folder]).stdout


def test_every_contract_holds() -> None:
    paths = [REPOSITORY / "src", *sorted(REPOSITORY.glob("drivers/*/src"))]
    done = _lint(REPOSITORY, path=paths)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_contract_has_a_line_here_that_breaks_it() -> None:
    assert sorted(_contracts()) == sorted([*TRESPASSES, *DRIVER_TRESPASS])


@pytest.mark.parametrize("contract", [*TRESPASSES, *DRIVER_TRESPASS])
def test_a_forbidden_import_breaks_its_contract(trespassed: str, contract: str) -> None:
    assert f"{contract} BROKEN" in trespassed


def test_every_package_stands_on_a_floor() -> None:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    floors = next(each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    placed = {module.strip() for floor in floors["layers"] for module in floor.split("|")}
    beside = {"muster.receiver"}  # another process; two contracts of its own
    home = REPOSITORY / "src" / "muster"
    found = {f"muster.{file.parent.name}" for file in home.glob("*/__init__.py")}
    found |= {f"muster.{file.stem}" for file in home.glob("*.py") if not file.stem.startswith("__")}
    assert found - placed - beside == set()
