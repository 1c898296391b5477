"""The list that goes with packets on a drive."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.errors import MalformedData
from muster.formats.handover import HandedOver, HandoverList

_PACKET = HandedOver(
    packet_id="10001100010000120260301120000-10001_10001-20260301120000",
    registration_id="10001100010000120260301120000",
    process="NEW",
    digest="AB" * 32,
    size=1000,
    language="eng",
    supervisor_status="APPROVED",
    additional_info_request=None,
)
_LIST = HandoverList("10001_10001", b"key", datetime(2026, 3, 1, 12, tzinfo=UTC), (_PACKET,))


def _changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(_LIST.encode()), **changes}).encode()


def _packet(**changes: Any) -> bytes:
    (packet,) = json.loads(_LIST.encode())["packets"]
    return _changed(packets=[{**packet, **changes}])


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        _changed(format=2),
        _changed(station="somewhere"),
        _changed(at="yesterday"),
        _changed(key="%%"),
        _changed(packets=[3]),
        _changed(packets=json.loads(_LIST.encode())["packets"] * 2),
        _packet(packetId="../../../etc/passwd"),
        _packet(packetId="a/b"),
        _packet(packetId=""),
        _packet(packetId=None),
        _packet(registrationId="1"),
        _packet(sha256="ab" * 32),
        _packet(sha256="AB" * 31),
        _packet(size=0),
        _packet(size=-1),
        _packet(size="1"),
        _packet(language="English"),
        _packet(process="new process"),
        _packet(supervisorStatus=""),
        _packet(additionalInfoReqId="a b"),
    ],
)
def test_what_is_not_the_list_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        HandoverList.parse(content)
    assert caught.value.code.name == "HANDOVER_UNREADABLE"


def test_what_was_written_is_read_again() -> None:
    assert HandoverList.parse(_LIST.encode()) == _LIST


def test_a_correction_says_which_request_it_answers() -> None:
    request = "10001100010000120260301120000-BIOMETRIC_CORRECTION-1"
    (packet,) = HandoverList.parse(_packet(additionalInfoReqId=request)).packets
    assert packet.additional_info_request == request
