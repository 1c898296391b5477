"""Pull the plug in the middle of a proof of identity, or while a method is asked: it goes on at the same step.

That it does so at every single event is tested with copies of the disk (``unit/workstation/test_proofing.py``),
which cost less than killing a program each time.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import forked
from integration.prove_and_wait import go_on, script
from muster.clock import utc_now
from muster.domain.proofing import ExecutionStatus
from muster.workstation.desk import sign_in
from muster.workstation.server import NoServer
from muster.workstation.station import NewStation, Station

PLAYER = Path(__file__).with_name("prove_and_wait.py")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Station:
    return Station.create(tmp_path_factory.mktemp("killed") / "station", NewStation.for_demo(), utc_now)


def _killed_at(root: Path, event: int, *more: str) -> str:
    with forked.start(PLAYER, root, event, *more, stdin=True) as playing:
        try:
            said = json.loads(playing.stdout.readline())
        finally:
            playing.kill()
    assert playing.returncode != 0
    return str(said["execution_id"])


def test_a_program_killed_while_the_wallet_s_answer_is_looked_at_goes_on_to_the_same_end(
    template: Station, tmp_path: Path
) -> None:
    root, event = tmp_path / "station", 8
    shutil.copytree(template.folder.root, root)
    execution_id = _killed_at(root, event, "asked")
    station = Station.at(root, utc_now)
    (user_id, password), _ = station.demo_credentials() or ()
    with sign_in(station, user_id, password, NoServer(), utc_now) as desk:
        script(desk)
        before = desk.proofing.get(execution_id)
        assert before.version == event - 1
        go_on(desk, execution_id)
        after = desk.proofing.get(execution_id)
        assert after.status is ExecutionStatus.COMPLETED
        assert [each.node for each in after.results] == ["step-email", "step-wallet"]
        assert desk.trail.verify().valid
