"""Muster as a folder with a Python of its own, for computers without one; then tried.

::

    python packaging/pyinstaller/build.py FOLDER        makes FOLDER/muster

Runs in an environment with the locked packages, the core and the drivers (``bootstrap.py setup test``); what is
frozen is what that environment has. Afterwards the program is started from an empty folder without any variable of
this environment: its version, every driver behind its entry point, and one enrollment with simulated devices.

Exit status: 0; 1 when it was built and does not work; otherwise PyInstaller's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import entry_points
from pathlib import Path

HERE = Path(__file__).resolve().parent
GROUPS = ("muster.drivers", "muster.hosted_drivers")


def build(folder: Path) -> Path:
    """Raises ``subprocess.CalledProcessError``."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
        command += ["--distpath", str(folder), "--workpath", scratch, str(HERE / "muster.spec")]
        subprocess.run(command, check=True, cwd=HERE.parents[1])
    return folder / "muster"


def tried(program: Path) -> list[str]:
    """What does not work, as sentences."""
    start = program / ("muster.exe" if os.name == "nt" else "muster")
    with tempfile.TemporaryDirectory() as home:
        version = _said(start, home, "--version")
        # A driver that is left out is listed under its name, found or not loaded; so every one is known by name.
        listed = _said(start, home, "devices", "list", "--json", MUSTER_DRIVERS="nobody")
        devices = _said(start, home, "devices", "list", "--json")
        demo = _said(start, home, "demo", "--json", "--data", str(Path(home, "demo")))
    wrong = [] if version.startswith("muster ") else [f"It does not say its version: {version}"]
    try:
        known = {each["driver"] for each in json.loads(listed)["devices"]}
        wrong += [f"The driver {name} is missing." for name in sorted(_drivers() - known)]
        found = json.loads(devices)["devices"]
        wrong += [f"The driver {each['driver']}: {each['problem']}" for each in found if each["kind"] == "driver"]
    except (ValueError, KeyError):
        wrong.append(f"It lists no devices: {listed} {devices}")
    try:
        print(json.dumps(json.loads(demo), indent=1))
        wrong += [] if json.loads(demo)["receipt"] else ["The enrollment came to no receipt."]
    except (ValueError, KeyError):
        wrong.append(f"The enrollment failed: {demo}")
    return wrong


def _drivers() -> set[str]:
    return {point.name for group in GROUPS for point in entry_points(group=group)}


def _said(start: Path, home: str, *arguments: str, **more: str) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP") if name in os.environ}
    environment = {**kept, "HOME": home, "USERPROFILE": home, "QT_QPA_PLATFORM": "offscreen", **more}
    done = subprocess.run([str(start), *arguments], cwd=home, env=environment, capture_output=True, check=False)
    return (done.stdout or done.stderr).decode("utf-8", "replace")


def main() -> int:
    program = build(Path(sys.argv[1]).absolute())
    size = sum(each.stat().st_size for each in program.rglob("*") if each.is_file() and not each.is_symlink())
    print(f"{program}: {size / 1e6:.0f} MB")
    wrong = tried(program)
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
