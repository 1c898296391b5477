"""The commands for days without a network, as scripts call them: their keys and their exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import forked


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo station, whose passwords the commands find by themselves."""
    root = tmp_path_factory.mktemp("offline") / "station"
    assert _muster(root, "station", "create", "--demo")[0] == 0
    return root


def _muster(root: Path, *arguments: str) -> tuple[int | None, Any]:
    ended = forked.start("muster", *arguments, "--data", root, "--json")
    out, _ = ended.communicate(timeout=60)
    return ended.returncode, json.loads(out)


def test_limits_say_what_is_used_and_whether_a_trip_fits_in(station: Path) -> None:
    status, said = _muster(station, "limits", "--days", "3", "--people", "1000")
    assert {"name", "used", "limit", "blocks_at"} <= set(said["limits"][0])
    assert (status, said["trip"]) == (
        1,
        {"days": 3.0, "people": 1000, "fine": False, "stops": ["packets_waiting"]},
    )


def test_a_pause_is_seen_by_the_next_command(station: Path) -> None:
    assert _muster(station, "queue", "pause")[1]["waiting"]["paused"] is True
    assert _muster(station, "queue", "list")[1]["waiting"]["paused"] is True


def test_a_drive_without_a_list_is_bad_input(station: Path, tmp_path: Path) -> None:
    status, said = _muster(station, "queue", "import", str(tmp_path))
    assert (status, said["error"]["code"]) == (2, "DRIVE_WITHOUT_LIST")


def test_a_set_up_file_goes_from_the_receivers_command_to_the_stations(station: Path, tmp_path: Path) -> None:
    machine = f"10001_10001={station / 'keys' / 'machine.pub.pem'}"
    file = str(tmp_path / "setup.bundle")
    status, made = _muster(tmp_path, "receiver", "--machine", machine, "--bundle", file)
    assert (status, made["station"]) == (0, "10001_10001")
    supervisor = ("--user", "supervisor")
    status, refused = _muster(station, "station", "import-bundle", file, *supervisor)
    assert (status, refused["error"]["code"]) == (1, "BUNDLE_SIGNER_UNKNOWN")
    status, taken = _muster(station, "station", "import-bundle", file, "--signer", made["signer"], *supervisor)
    assert (status, min(taken["new"])) == (0, "ca_certificates")
