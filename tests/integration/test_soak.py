"""Devices come, capture and go: nothing stays behind, and what does is noticed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parents[1] / "bench" / "soak.py"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_of_all_that_is_plugged_and_unplugged_only_the_handle_left_open_on_purpose_stays() -> None:
    ran = subprocess.run(
        [sys.executable, str(SOAK), "--minutes", "0.04", "--without-hosts", "--leak"],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "MUSTER_DRIVERS": ""},
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    findings = [line for line in ran.stdout.splitlines() if ": " in line]
    assert [line.partition(":")[0] for line in findings] == ["handles"], ran.stdout
