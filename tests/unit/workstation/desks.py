"""Stations to test with: set up once, copied for each test, and opened with passwords that cost little.

Everything is real (database, keys, devices, receiver process) except the price of a password: Argon2 with its
least parameters, written into ``station.json`` as any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from muster.clock import Clock, utc_now
from muster.crypto.key_slots import Argon2Cost, make_slot, open_slot
from muster.crypto.sealing import derive_key
from muster.devices.catalogue import Catalogue
from muster.domain.biometrics import CaptureGroup, ForcedBecause
from muster.domain.registration import RegistrationId, Step
from muster.workstation import station as station_module
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk, MakeCatalogue, sign_in
from muster.workstation.face_watching import FaceView
from muster.workstation.mailbox import Mailbox
from muster.workstation.policy import UNJUDGED, LivenessDemand, Policy
from muster.workstation.samples import CaptureOutcome
from muster.workstation.script import Script, ScriptedEnrollment
from muster.workstation.server import NoServer, Server
from muster.workstation.station import Flavour, NewOperator, NewStation, Station
from muster_simulated.pictures import BUILT_IN

OFFICER = NewOperator("erika", "correct horse battery")
SUPERVISOR = NewOperator("max", "staple and paper clip")
# Nobody is searched for or watched for being alive and no finger is judged: networks are loaded for that, and the
# trail grows meanwhile.
QUICK = Policy(
    face_good_for_s=0.0,
    face_template_kept_for_days=0,
    quality_rules=UNJUDGED,
    face_liveness=LivenessDemand.NONE,
    confirmed_by_supervisor=frozenset(),  # nobody stands by for Erika's exception
)
PICTURES = BUILT_IN


def picture(name: str) -> bytes:
    """One of the simulated driver's pictures."""
    return (PICTURES / name).read_bytes()


def make_station(root: Path, clock: Clock = utc_now, machine_key: Flavour = Flavour.LOCAL) -> Station:
    with pytest.MonkeyPatch.context() as patch:
        cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
        patch.setattr(station_module, "make_slot", partial(make_slot, cost=cheap))
        return Station.create(root, NewStation(OFFICER, SUPERVISOR, machine_key=machine_key), clock)


@contextmanager
def desk_at(
    root: Path,
    server: Server | None = None,
    *,
    clock: Clock = utc_now,
    policy: Policy = QUICK,
    catalogue: Catalogue | MakeCatalogue | None = None,
    who: NewOperator = OFFICER,
) -> Iterator[Desk]:
    """The officer, or ``who`` else, signed in at the station in ``root``."""
    station = Station.at(root, clock)
    with sign_in(
        station,
        who.user_id,
        who.password,
        server or NoServer(),
        clock,
        catalogue=catalogue,
        policy=policy,
    ) as desk:
        yield desk


def play(
    desk: Desk,
    stop_after: Step | None = None,
    resume: RegistrationId | None = None,
    script: Script | None = None,
) -> RegistrationId:
    """Erika Mustermann's registration, or another, up to a step, all of it by default."""
    enrollment = ScriptedEnrollment(desk.enrollment, script or demo_script(), OFFICER.password)
    outcome = enrollment.run(resume=resume, stop_after=stop_after)
    assert "refused" not in {step.state for step in outcome.steps}
    return outcome.registration.id


class FirstView(Mailbox[FaceView]):
    """Stops the camera as soon as one frame was judged."""

    def __init__(self, cancel: Event) -> None:
        super().__init__()
        self._cancel = cancel

    def put(self, value: FaceView) -> None:
        super().put(value)
        self._cancel.set()


def first_view(desk: Desk) -> FaceView:
    cancel = Event()
    mailbox = FirstView(cancel)
    desk.enrollment.watch_face(cancel, mailbox)
    view = mailbox.take()
    assert view is not None
    return view


def capture(
    desk: Desk, registration_id: RegistrationId, group: CaptureGroup, *, force: bool = False
) -> CaptureOutcome:
    forced = ForcedBecause.OTHER if force else None
    return desk.enrollment.capture_group(registration_id, group, Event(), Mailbox(), forced=forced)


def audited(desk: Desk, registration_id: RegistrationId) -> list[str]:
    """The ids of what is on record about one registration, in order."""
    return [record.event for record in desk.trail.about(registration_id)]


def blob_files(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "blobs").iterdir())


def outbox_files(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "outbox").iterdir())


def with_database_key(root: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run one statement as somebody would who has a password and a database tool."""
    station = Station.at(root, utc_now)
    station_key = open_slot(station._slots[0], OFFICER.password)
    connection = sqlcipher.connect(str(station.folder.database))
    try:
        connection.execute(f"PRAGMA key = \"x'{derive_key(station_key, 'database').hex()}'\"")
        rows = connection.execute(sql, values).fetchall()
        connection.commit()
        return list(rows)
    finally:
        connection.close()


class SetClock:
    """A clock that goes on only when told to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


class TickingClock(SetClock):
    """A clock that goes on by a fixed step at each look."""

    def __init__(self, moment: datetime, step_s: float) -> None:
        super().__init__(moment)
        self._step = timedelta(seconds=step_s)

    def __call__(self) -> datetime:
        self.moment += self._step
        return self.moment
