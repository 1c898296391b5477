"""The benchmark is run by hand; that it still runs is not left to chance."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_benchmark_prints_a_row_for_everything_it_measures() -> None:
    script = Path(__file__).parents[1] / "bench" / "run.py"
    ran = subprocess.run(
        [sys.executable, script, "--once"], capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "a packet assembled and sealed" in ran.stdout
    assert "a whole enrollment" in ran.stdout
    assert "camera looks for a person" in ran.stdout
