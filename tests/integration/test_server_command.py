"""``muster server`` against a receiver process: which certificate it signs with, and believing another one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import forked


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo station, whose passwords the commands find by themselves."""
    root = tmp_path_factory.mktemp("server") / "station"
    assert _muster(root, "station", "create", "--demo")[0] == 0
    return root


@pytest.fixture
def receiver(tmp_path: Path, station: Path) -> Iterator[str]:
    """A receiver with a key of its own."""
    machine = f"10001_10001={station / 'keys' / 'machine.pub.pem'}"
    process = subprocess.Popen(
        [sys.executable, "-m", "muster.receiver", "--data", str(tmp_path / "receiver"), "--machine", machine,
         "--exit-with-parent"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    yield str(json.loads(process.stdout.readline())["url"])
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def _muster(root: Path, *arguments: str) -> tuple[int | None, Any]:
    ended = forked.start("muster", *arguments, "--data", root, "--json")
    out, _ = ended.communicate(timeout=60)
    return ended.returncode, json.loads(out)


def test_a_supervisor_believes_another_certificate_by_its_fingerprint(station: Path, receiver: str) -> None:
    status, first = _muster(station, "server", "signer", "--server", receiver)
    assert (status, first["pinned"], first["same"]) == (0, None, False)
    offered = first["offered"]
    status, refused = _muster(station, "server", "accept", offered, "--server", receiver)
    assert (status, refused["error"]["code"]) == (1, "SUPERVISOR_ONLY")
    status, wrong = _muster(station, "server", "accept", "00", "--server", receiver, "--user", "supervisor")
    assert (status, wrong["error"]["code"]) == (2, "SIGNER_NOT_OFFERED")
    status, accepted = _muster(station, "server", "accept", offered, "--server", receiver, "--user", "supervisor")
    assert (status, accepted) == (0, {"pinned": offered})
    assert _muster(station, "server", "signer", "--server", receiver)[1]["same"] is True
