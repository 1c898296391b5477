"""A few of each kind of destruction; all of them: ``python tests/faults/run.py``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = Path(__file__).with_name("run.py")


@pytest.mark.skipif(sys.platform == "win32", reason="trials are forked")
def test_nothing_is_lost_and_nothing_can_be_read_after() -> None:
    kinds = [f"--only={kind}" for kind in ("log_lost", "page_damaged", "kills_at_commits", "kills_at_random")]
    ran = subprocess.run(
        [sys.executable, str(_RUN), "--bounded", "--json", *kinds],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    rows = json.loads(ran.stdout)["rows"]
    assert [row["trials"] > 0 for row in rows] == [True] * 4
    assert (ran.returncode, [row for row in rows if row["problems"]]) == (0, []), rows
