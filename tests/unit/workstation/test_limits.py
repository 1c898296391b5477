"""What would stop a station: counted from what lies there, by the server's numbers where it said some."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from muster import base64url
from muster.clock import utc_now
from muster.crypto.machine_data import encrypt_machine_data
from muster.domain.limits import Limit
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Refused
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.master_data import Kind
from unit.workstation.desks import QUICK, SetClock, desk_at
from unit.workstation.test_master_data import _Saying

Sealed = tuple[Path, RegistrationId, str]


def _named(desk: Desk, name: str) -> Limit:
    (found,) = [each for each in desk.limits.all() if each.name == name]
    return found


def _server_says(root: Path, desk: Desk, **values: object) -> None:
    public = (root / "keys" / "machine.pub.pem").read_bytes()

    def sealed(content: object) -> str:
        return base64url.encode(encrypt_machine_data(public, json.dumps(content).encode()))

    detail = {"globalConfiguration": sealed(values), "registrationConfiguration": sealed({})}
    answer = {"responsetime": "2026-03-01T12:00:00.000Z", "response": {"configDetail": detail}}
    desk.master_data.take(Kind.CONFIGURATION, _Saying(configs=answer))


def test_a_new_station_has_reached_nothing_and_may_begin(root: Path) -> None:
    with desk_at(root) as desk:
        assert [each.name for each in desk.limits.all() if each.is_reached] == []
        desk.limits.require_open()


def test_a_packet_that_waits_counts_until_it_is_sent(sealed: Sealed, receiver: EmbeddedReceiver) -> None:
    with desk_at(sealed[0], receiver) as desk:
        assert _named(desk, "packets_waiting").used == 1
        desk.sync.deliver_all()
        assert _named(desk, "packets_waiting").used == 0


def test_the_servers_number_counts_and_what_is_no_number_does_not(sealed: Sealed) -> None:
    with desk_at(sealed[0]) as desk:
        _server_says(sealed[0], desk, **{"packet.maximum.count.offline.frequency": 7})
        assert _named(desk, "packets_waiting").limit == 7
        for nonsense in ("plenty", 0, -1, ""):
            _server_says(sealed[0], desk, **{"packet.maximum.count.offline.frequency": nonsense})
            assert _named(desk, "packets_waiting").limit == 500


def test_a_reached_limit_keeps_a_registration_from_beginning_and_none_from_ending(sealed: Sealed) -> None:
    with desk_at(sealed[0]) as desk:
        draft = desk.enrollment.start().id
        _server_says(sealed[0], desk, **{"packet.maximum.count.offline.frequency": 1})
        with pytest.raises(Refused) as caught:
            desk.enrollment.start()
        desk.enrollment.resume(draft)
    assert (caught.value.code.name, caught.value.detail["limit"]) == ("STATION_STOPPED", "packets_waiting")


def test_who_was_never_online_has_no_days_since(root: Path) -> None:
    clock = SetClock(utc_now() + timedelta(days=300))
    with desk_at(root, clock=clock) as desk:
        assert _named(desk, "master_data_age").used == 0
        assert _named(desk, "days_without_sending").used == 0


def test_a_packet_that_waits_has_an_age_even_where_none_was_ever_sent(sealed: Sealed) -> None:
    clock = SetClock(utc_now() + timedelta(days=40))
    with desk_at(sealed[0], clock=clock) as desk:
        age = _named(desk, "days_without_sending")
    assert 39.9 < age.used < 40.1
    assert age.blocks_at is not None and timedelta(days=59) < age.blocks_at - clock() < timedelta(days=61)


def test_a_packet_that_left_on_a_drive_begins_the_days_anew(sealed: Sealed, tmp_path: Path) -> None:
    clock = SetClock(utc_now() + timedelta(days=40))
    with desk_at(sealed[0], clock=clock) as desk:
        desk.handing_over.export(tmp_path / "drive")
        assert _named(desk, "days_without_sending").used == 0


def test_what_the_server_told_grows_old(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        desk.jobs.run_due()
    with desk_at(root, clock=SetClock(utc_now() + timedelta(days=31))) as desk:
        assert _named(desk, "master_data_age").is_reached
        with pytest.raises(Refused):
            desk.limits.require_open()


def test_the_servers_clock_is_kept_for_when_it_cannot_be_asked(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver, clock=SetClock(utc_now() + timedelta(minutes=10))) as desk:
        desk.jobs.run_due()
    with desk_at(root) as desk:
        offset = _named(desk, "clock_offset")
        desk.limits.require_open()  # it stops signing in at the server, not registering people
    assert 590 <= offset.used <= 610
    assert offset.is_reached


def test_a_certificate_blocks_when_it_ends(sealed: Sealed) -> None:
    clock = SetClock(utc_now() + timedelta(days=1095 - 30))
    with desk_at(sealed[0], clock=clock) as desk:
        near = _named(desk, "packet_certificate")
        assert "packet_certificate" not in desk.limits.try_trip(29, 0).stops
        assert "packet_certificate" in desk.limits.try_trip(31, 0).stops
    assert near.blocks_at is not None
    assert timedelta(days=29) < near.blocks_at - clock() < timedelta(days=31)


def test_three_days_and_120_people_are_fine_and_a_thousand_are_not(root: Path) -> None:
    with desk_at(root) as desk:
        assert desk.limits.try_trip(3, 120).is_fine
        assert "packets_waiting" in desk.limits.try_trip(3, 1000).stops


def test_a_disk_that_fills_up_on_the_trip_is_told_before_it(root: Path) -> None:
    free = shutil.disk_usage(root).free
    nearly_full = replace(QUICK, minimum_free_bytes=free - 200_000_000)
    with desk_at(root, policy=nearly_full) as desk:
        assert desk.limits.try_trip(3, 10).is_fine
        assert desk.limits.try_trip(3, 120).stops == ("disk",)


@pytest.mark.parametrize(("days", "people"), [(-1, 3), (1, -3), (float("nan"), 3), (1e9, 3), (1, 10**9)])
def test_a_trip_nobody_makes_is_refused(root: Path, days: float, people: int) -> None:
    with desk_at(root) as desk, pytest.raises(BadInput) as caught:
        desk.limits.try_trip(days, people)
    assert caught.value.sentence == "A trip takes from 0 to 3650 days and from 0 to 1000000 people."
