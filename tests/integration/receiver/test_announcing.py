"""Whose announcement of a packet stands: nobody replaces another station's, or that of a packet that was taken."""

from __future__ import annotations

import json

from integration.receiver.conftest import Place
from integration.receiver.line import Line
from muster import base64url
from muster.crypto.envelope import encrypt
from muster.crypto.machine_key import MachineKey
from muster.domain.delivery import ServerStatus
from muster.packet.seal import SealedPacket
from muster.receiver.app import create_app
from muster.receiver.settings import HubSettings
from unit.receiver.counter import REF_ID, announcement_of, codes, sync_of

SYNC = "/registrationprocessor/v1/registrationstatus/syncV2"
OTHER, THIRD = "10001_10003", "10001_10004"


def _kept_size(place: Place, sealed: SealedPacket) -> object:
    kept = place.open().announcement(sealed.packet_id)
    return kept and kept["packetSize"]


def _entry(sealed: SealedPacket, size: int) -> dict[str, object]:
    return announcement_of(sealed.packet_id, sealed, packetSize=size)


def test_a_packet_that_was_taken_is_not_announced_anew_and_its_station_hears_success(
    place: Place, sealed: SealedPacket
) -> None:
    hub = place.open()
    hub.announce(sealed.packet_id, _entry(sealed, 1), REF_ID)
    hub.accept(sealed.packet_id, sealed.content)
    assert hub.announce(sealed.packet_id, _entry(sealed, 2), REF_ID)
    assert hub.announce(sealed.packet_id, _entry(sealed, 3))
    assert _kept_size(place, sealed) == 1


def test_a_packet_that_is_wanted_again_is_announced_anew_by_whichever_station_brings_it(
    place: Place, sealed: SealedPacket
) -> None:
    hub = place.open()
    hub.announce(sealed.packet_id, _entry(sealed, 1), OTHER)
    hub.accept(sealed.packet_id, sealed.content)
    hub.set_state(sealed.packet_id, ServerStatus.RESEND)
    assert hub.announce(sealed.packet_id, {**_entry(sealed, 2), "packetHashValue": "00"}, THIRD)
    assert not hub.announce(sealed.packet_id, _entry(sealed, 3), OTHER)
    assert _kept_size(place, sealed) == 2


def test_another_station_replaces_no_announcement_and_may_repeat_it(place: Place, sealed: SealedPacket) -> None:
    hub = place.open()
    assert hub.announce(sealed.packet_id, _entry(sealed, 1), OTHER)
    assert not hub.announce(sealed.packet_id, _entry(sealed, 2), THIRD)
    assert not hub.announce(sealed.packet_id, _entry(sealed, 2))
    assert hub.announce(sealed.packet_id, _entry(sealed, 1), THIRD)
    assert _kept_size(place, sealed) == 1
    assert hub.announce(sealed.packet_id, _entry(sealed, 3), OTHER)
    assert _kept_size(place, sealed) == 3


def test_the_station_that_made_a_packet_replaces_what_another_said_of_it(
    place: Place, sealed: SealedPacket
) -> None:
    hub = place.open()
    hub.announce(sealed.packet_id, _entry(sealed, 1), OTHER)
    assert hub.announce(sealed.packet_id, _entry(sealed, 2), REF_ID)
    assert not hub.announce(sealed.packet_id, _entry(sealed, 1), OTHER)
    assert _kept_size(place, sealed) == 2


def test_the_station_is_the_one_that_signed_whatever_the_entry_says(small: Place, sealed: SealedPacket) -> None:
    stranger = small.keys.stranger.key
    small.open().register_machine(OTHER, stranger.public_pem)
    line = Line(create_app(small.open(), small.clock, hub=HubSettings(signed_requests=True)), small.clock)

    def announce(key: MachineKey, size: int) -> list[str]:
        entry = {**_entry(sealed, size), "announcedBy": REF_ID}
        body = encrypt(small.open().certificate_pem, json.dumps(sync_of(entry)).encode())
        return codes(line.ask_signed(key, "POST", SYNC, json.dumps(base64url.encode(body)).encode()).json())

    assert announce(small.keys.machine.key, 1) == []
    assert announce(stranger, 2) == ["RPR-RGS-029"]
    assert announce(stranger, 1) == []
    assert announce(small.keys.machine.key, 3) == []
    assert _kept_size(small, sealed) == 3
