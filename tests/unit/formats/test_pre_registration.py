"""What a MOSIP server says about pre-registrations that are booked here."""

from __future__ import annotations

from typing import Any

import pytest

from muster.errors import MalformedData
from muster.formats.pre_registration import Sent, read_ids, read_sent

_NUMBER = "12345678901234"


def _sent(**changes: Any) -> dict[str, Any]:
    sent = {
        "pre-registration-id": _NUMBER,
        "zip-bytes": "c2VhbGVk",
        "appointment-date": "2026-03-01T00:00:00.000Z",
        "from-time-slot": "09:15:00",
    }
    return {"response": {**sent, **changes}}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"response": None},
        {"response": []},
        {"response": {"preRegistrationIds": []}},
        {"response": {"preRegistrationIds": {"../x": "1"}}},
        {"response": {"preRegistrationIds": {_NUMBER: "1", "": "1"}}},
        {"response": {"preRegistrationIds": {str(each): "1" for each in range(10**9, 10**9 + 10_001)}}},
    ],
)
def test_what_is_no_list_of_numbers_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(MalformedData) as caught:
        read_ids(answer)
    assert caught.value.code.name == "PRE_REGISTRATION_UNREADABLE"


def test_each_number_stands_beside_the_servers_word_for_its_version() -> None:
    time = "2026-03-01T00:00:00.000Z"
    assert read_ids({"response": {"preRegistrationIds": {_NUMBER: time}}}) == {_NUMBER: time}
    assert read_ids({"response": {}}) == {}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        _sent(**{"pre-registration-id": "98765432109876"}),
        _sent(**{"pre-registration-id": None}),
        _sent(**{"zip-bytes": "%%"}),
        _sent(**{"zip-bytes": "ü"}),
        _sent(**{"zip-bytes": 3}),
        _sent(**{"appointment-date": 3}),
    ],
)
def test_what_is_not_the_one_that_was_asked_for_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(MalformedData):
        read_sent(answer, _NUMBER)


def test_one_comes_with_the_time_of_its_appointment() -> None:
    assert read_sent(_sent(), _NUMBER) == Sent("2026-03-01 09:15:00", b"sealed")


def test_one_without_an_appointment_comes_without_its_time() -> None:
    nothing = {"appointment-date": None, "from-time-slot": None}
    assert read_sent(_sent(**nothing), _NUMBER) == Sent("", b"sealed")
