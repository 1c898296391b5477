"""What the trail says of piles, held against the outbox itself: step after step at a real desk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from muster.clock import utc_now
from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewRules
from muster.domain.review_decision import Decision
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.proving import Proof
from muster.workstation.rehearsal_limits import TELLING, Beginning, differing_days
from muster.workstation.station import Station
from unit.workstation.desks import QUICK, SUPERVISOR, desk_at

_REQUIRED = replace(QUICK, review=ReviewRules(required=True, sample=0, look_from=100))
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
_WAITING = (DeliveryState.APPROVED, DeliveryState.SYNCED, DeliveryState.GIVEN_UP)


def _told(desk: Desk) -> tuple[bool, bool]:
    """By the trail: whether a packet lies for review, and whether one is to be sent, in two days."""
    with desk._journal.database.read() as work:
        records = list(work.trail.from_on(1, TELLING))
        reviewed = work.review.waiting_since(_LONG_AGO)
    until = utc_now() + timedelta(days=2)
    limits = {"packets_in_review": (100.0, 1.0), "packets_waiting": (500.0, 1.0)}
    days = differing_days(limits, records, Beginning(_LONG_AGO, reviewed=reviewed), until)
    last = {each.name for each in days if each.day == until.astimezone().date()}
    return "packets_in_review" in last, "packets_waiting" in last


def _lies(desk: Desk) -> tuple[bool, bool]:
    """The same, by the outbox."""
    states = [each.state for each in desk.sync.outbox()]
    return DeliveryState.REGISTERED in states, any(each in _WAITING for each in states)


def test_after_each_step_the_trail_tells_where_the_packet_lies(
    tmp_path: Path, signed_station: tuple[Path, RegistrationId], running_receiver: EmbeddedReceiver
) -> None:
    root, number = tmp_path / "station", signed_station[1]
    shutil.copytree(signed_station[0], root)
    with desk_at(root, running_receiver, policy=_REQUIRED) as desk:
        desk.enrollment.submit(number)
    with sign_in(
        Station.at(root, utc_now),
        SUPERVISOR.user_id,
        SUPERVISOR.password,
        running_receiver,
        utc_now,
        policy=_REQUIRED,
    ) as desk:
        packet = desk.sync.outbox()[0].packet_id
        proof = Proof(SUPERVISOR.password)
        steps: tuple[tuple[Callable[[], object], tuple[bool, bool]], ...] = (
            (lambda: None, (True, False)),
            (lambda: desk.review.decide(number, Decision.HOLD), (True, False)),
            (lambda: desk.review.decide(number, Decision.APPROVE), (True, False)),
            (lambda: desk.review.sign_off(proof), (False, True)),
            (lambda: desk.sync.deliver_all(due_only=False), (False, False)),
            (lambda: desk.sync.try_again(packet), (False, True)),
            (lambda: desk.sync.deliver_all(due_only=False), (False, False)),
        )
        for step, where in steps:
            step()
            assert (_lies(desk), _told(desk)) == (where, where)
