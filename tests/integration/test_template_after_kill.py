"""Pull the plug between sealing a registration and keeping its face's template: it is kept at the next start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import forked
from muster.clock import utc_now
from muster.domain.registration import RegistrationId
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.policy import UNJUDGED, Policy
from muster.workstation.script import ScriptedEnrollment
from muster.workstation.server import NoServer
from muster.workstation.station import NewStation, Station

PLAYER = Path(__file__).with_name("seal_and_wait.py")
KEPT = "MUS-DUP-004"


def _killed(station: Station, server: str) -> RegistrationId:
    with forked.start(PLAYER, station.folder.root, server, stdin=True) as playing:
        try:
            said = playing.stdout.readline().strip()
        finally:
            playing.kill()
    assert playing.returncode != 0
    return RegistrationId(said)


@contextmanager
def _signed_in(station: Station, operator: int) -> Iterator[tuple[Desk, str]]:
    user_id, password = (station.demo_credentials() or ())[operator]
    policy = Policy(face_good_for_s=0.0, quality_rules=UNJUDGED, confirmed_by_supervisor=frozenset())
    with sign_in(station, user_id, password, NoServer(), utc_now, policy=policy) as desk:
        yield desk, password


def test_a_program_killed_between_seal_and_template_keeps_it_at_the_next_start(tmp_path: Path) -> None:
    station = Station.create(tmp_path / "station", NewStation.for_demo(), utc_now)
    receiver = EmbeddedReceiver(station.folder, station.identity)
    try:
        first = _killed(station, receiver.url())
    finally:
        receiver.close()
    with _signed_in(station, 0) as (desk, password):
        assert desk.enrollment.registration(first).sealed is not None
        desk.duplicates.settle()
        assert [each.event for each in desk.trail.about(first)][-1] == KEPT
        second = ScriptedEnrollment(desk.enrollment, demo_script(), password).run().registration.id
        desk.duplicates.settle()
        assert desk.trail.verify().valid
    with _signed_in(station, 1) as (desk, _):
        look = desk.duplicates.found(second)
    assert look is not None
    assert [each.person.name for each in look.candidates] == [first.text]
