"""A queue that empties into a server that takes enrollments (GovStack) in place of packets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from muster.domain.delivery import DeliveryState
from muster.domain.registration import RegistrationId
from muster.errors import BadInput
from muster.upload.target import kinds
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.server import RemoteServer, ServerTerms
from muster.workstation.station import Station
from receivers import accepted, enrollment
from unit.upload.wire import Answer, wire_server
from unit.workstation.desks import desk_at

Sealed = tuple[Path, RegistrationId, str]
_GOVSTACK = ServerTerms(kind="govstack")


def test_every_module_that_is_a_kind_of_server_is_found() -> None:
    assert sorted(kinds()) == ["govstack", "mosip"]


def test_a_kind_of_server_that_nobody_wrote_is_refused_by_name() -> None:
    with pytest.raises(BadInput) as caught:
        ServerTerms.of({"MUSTER_SERVER_KIND": "carrier-pigeon"})
    assert "govstack" in str(caught.value.detail["values"])


def test_a_round_enrolls_what_waits_and_keeps_the_sealed_packet(
    sealed: Sealed, receiver: EmbeddedReceiver, new_station: Station
) -> None:
    root, registration_id, packet_id = sealed
    with desk_at(root, RemoteServer(receiver.url(), _GOVSTACK)) as desk:
        (receipt,) = desk.sync.deliver_all()
        (entry,) = desk.sync.outbox()
        desk.following.ask(due_only=False)
    assert (receipt.duplicate, entry.state) == (False, DeliveryState.PUSHED)
    there = enrollment(new_station.folder.receiver, registration_id.text)
    assert json.loads(there)["request"]["id"] == registration_id.text
    assert (root / "outbox" / f"{packet_id}.zip").exists()
    assert packet_id not in accepted(new_station.folder.receiver)


def test_an_answer_that_was_lost_costs_one_call_and_makes_no_second_enrollment(
    sealed: Sealed, receiver: EmbeddedReceiver
) -> None:
    root, _, packet_id = sealed
    with desk_at(root, RemoteServer(receiver.url(), _GOVSTACK)) as desk:
        desk.sync.deliver(packet_id)
        desk.sync.try_again(packet_id)
        receipt = desk.sync.deliver(packet_id)
    assert receipt.duplicate


def test_an_enrollment_the_server_will_not_have_waits_for_a_person(sealed: Sealed) -> None:
    refusal = {"response": None, "errors": [{"errorCode": "ENR-1", "message": "no"}]}
    with wire_server() as wire:
        wire.will(Answer(body=json.dumps(refusal).encode()))
        with desk_at(sealed[0], RemoteServer(wire.url, _GOVSTACK)) as desk:
            assert desk.sync.deliver_all() == ()
            (entry,) = desk.sync.outbox()
    assert (entry.state, entry.server_code) == (DeliveryState.GIVEN_UP, "ENR-1")


def test_a_registration_whose_content_is_gone_stops_no_other(sealed: Sealed) -> None:
    with wire_server() as wire, desk_at(sealed[0], RemoteServer(wire.url, _GOVSTACK)) as desk:
        desk._submission.destroy_content(sealed[1])
        assert desk.sync.deliver_all() == ()
        (entry,) = desk.sync.outbox()
    assert (entry.state, entry.last_problem) == (DeliveryState.GIVEN_UP, "CONTENT_GONE")
