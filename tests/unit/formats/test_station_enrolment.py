"""A station's request to be let in at a hub."""

from __future__ import annotations

import json
from typing import Any

import pytest

from muster.errors import MalformedData
from muster.formats.station_enrolment import StationKeys

_KEYS = StationKeys("10001_10001", b"signing", b"encryption")


def _changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(_KEYS.encode()), **changes}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        _changed(refId=None),
        _changed(refId="1_1"),
        _changed(refId="10001_10001/.."),
        _changed(signPublicKey="%%"),
        _changed(publicKey=3),
    ],
)
def test_what_is_no_request_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        StationKeys.parse(content)
    assert caught.value.code.name == "ENROLMENT_REQUEST_UNREADABLE"


def test_a_request_is_read_as_it_was_written() -> None:
    assert StationKeys.parse(_KEYS.encode()) == _KEYS
