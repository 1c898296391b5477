"""``muster queue`` in this process: what it says to somebody at a terminal."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from typer.testing import Result

from muster.clock import utc_now
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.workstation import station as station_module
from muster.workstation.station import NewStation, Station
from unit.cli.test_app import run


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo station nothing was registered at."""
    root = tmp_path_factory.mktemp("queue") / "station"
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))
        Station.create(root, NewStation.for_demo(), utc_now)
    return root


def _queue(data: Path, *arguments: object) -> Result:
    return run("queue", *arguments, "--data", data)


def test_a_folder_that_is_mistyped_is_no_drive_that_cannot_be_read(data: Path, tmp_path: Path) -> None:
    ran = _queue(data, "import", tmp_path / "nodir")
    assert (ran.exit_code, ran.stderr) == (2, "There is no such folder: nodir. [FOLDER_ABSENT]\n")


@pytest.mark.parametrize(
    ("kilobytes", "said"),
    [("100", "Sending uses at most 100 kB a second."), ("0", "Sending uses all the line gives.")],
)
def test_a_new_pace_is_confirmed(data: Path, kilobytes: str, said: str) -> None:
    assert _queue(data, "pace", kilobytes).stdout.splitlines()[0] == said
