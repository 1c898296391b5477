"""Whether every locked package exists ready-made for Windows on x86-64.

::

    python packaging/windows/check.py

Asks the machine's package index with pip's own client, by the lock's hashes, and downloads into a folder it throws
away. Exit status: 0; 1 with the names that have no wheel.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bootstrap import SOURCE_ONLY, split_lock
from packaging.markers import Marker, default_environment

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
WINDOWS = {
    **default_environment(),
    "os_name": "nt",
    "platform_machine": "AMD64",
    "platform_system": "Windows",
    "python_full_version": "3.12.0",
    "python_version": "3.12",
    "sys_platform": "win32",
}


def wanted(lock: str) -> list[str]:
    """The lock's requirements for Windows, without their markers: pip would judge those by this machine."""
    found = []
    for requirement in re.split(r"^(?=[a-z0-9])", split_lock(lock)[0], flags=re.MULTILINE):
        head, _, hashes = requirement.partition(" \\\n")
        pinned, _, marker = head.partition(" ; ")
        if pinned and (not marker or Marker(marker).evaluate(WINDOWS)):
            found.append(f"{pinned} \\\n{hashes}")
    return found


def main() -> int:
    options = ["--platform", "win_amd64", "--python-version", "3.12", "--implementation", "cp"]
    options += ["--only-binary", ":all:", "--no-deps", "--require-hashes", "-q"]
    absent, requirements = [], wanted(LOCK.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        for requirement in requirements:
            file = Path(scratch, "requirement.txt")
            file.write_text(requirement, encoding="utf-8")
            command = [sys.executable, "-m", "pip", "download", *options, "-d", scratch, "-r", str(file)]
            if subprocess.run(command, check=False, capture_output=True).returncode != 0:
                absent.append(requirement.split(" ")[0])
    print(f"{len(requirements) - len(absent)} of {len(requirements)} have a wheel for Windows,", end=" ")
    print(f"{', '.join(sorted(SOURCE_ONLY))} is source without a compiler")
    for name in absent:
        print(f"no wheel: {name}")
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
