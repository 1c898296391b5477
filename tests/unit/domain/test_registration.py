"""Registration numbers and station numbers: what MOSIP's validator would refuse, we refuse."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.biometrics import CaptureGroup
from muster.domain.registration import (
    REGISTRATION_ID_CENTER,
    REGISTRATION_ID_LENGTH,
    REGISTRATION_ID_MACHINE,
    REGISTRATION_ID_NOT_NUMERIC,
    REGISTRATION_ID_TIME,
    RegistrationId,
    StationId,
    Step,
)
from muster.errors import BadInput, Code

_PLACE = "10001" + "10002" + "00003"


@pytest.mark.parametrize(
    "text",
    [
        "",
        pytest.param(_PLACE + "2026030112000", id="28 digits"),
        pytest.param(_PLACE + "202603011200000", id="30 digits"),
        pytest.param(_PLACE + "20260301120000\n", id="line end"),
        pytest.param(" " + _PLACE + "20260301120000", id="space before"),
        pytest.param("letters that end in no date", id="length before digits and time"),
    ],
)
def test_what_has_not_29_places_is_refused_first(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        RegistrationId(text)
    assert refusal.value.code is REGISTRATION_ID_LENGTH


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1000A1000200003" + "20260301120000", id="letter"),
        pytest.param("-000110002000032" + "0260301120000", id="sign"),
        pytest.param(_PLACE + "2026030112000\n", id="line end"),
        pytest.param(_PLACE + "٢٠٢٦٠٣٠١١٢٠٠٠٠", id="Arabic digits"),
        pytest.param("1000A1000200003" + "20261399999999", id="digits before time"),
    ],
)
def test_what_is_not_digits_is_refused_next(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        RegistrationId(text)
    assert refusal.value.code is REGISTRATION_ID_NOT_NUMERIC


@pytest.mark.parametrize(
    "time",
    [
        pytest.param("20260001120000", id="month 0"),
        pytest.param("20261301120000", id="month 13"),
        pytest.param("20260300120000", id="day 0"),
        pytest.param("20260431120000", id="31 April"),
        pytest.param("20260229120000", id="29 February of a common year"),
        pytest.param("21000229120000", id="29 February of a century"),
        pytest.param("20260301240000", id="24 hours"),
        pytest.param("20260301126000", id="60 minutes"),
        pytest.param("20260301120060", id="60 seconds"),
        pytest.param("20260301120061", id="61 seconds"),
        pytest.param("00000301120000", id="year 0"),
    ],
)
def test_a_number_that_ends_in_no_date_is_refused(time: str) -> None:
    with pytest.raises(BadInput) as refusal:
        RegistrationId(_PLACE + time)
    assert refusal.value.code is REGISTRATION_ID_TIME


def test_a_refusal_does_not_repeat_the_number() -> None:
    with pytest.raises(BadInput) as refusal:
        RegistrationId(_PLACE + "20261301120000")
    assert _PLACE not in str(refusal.value)


@pytest.mark.parametrize(
    "time",
    [
        pytest.param("20280229000000", id="leap day"),
        pytest.param("20000229000000", id="leap day of a 400th year"),
        pytest.param("20261231235959", id="last second of a year"),
        pytest.param("20260101000000", id="first second of a year"),
    ],
)
def test_a_number_that_ends_in_a_date_is_accepted(time: str) -> None:
    assert str(RegistrationId(_PLACE + time)) == _PLACE + time


@pytest.mark.parametrize(
    ("station", "code"),
    [
        (StationId("10009", "10002"), REGISTRATION_ID_CENTER),
        (StationId("10001", "10009"), REGISTRATION_ID_MACHINE),
        pytest.param(StationId("10009", "10009"), REGISTRATION_ID_CENTER, id="centre before machine"),
        pytest.param(StationId("10002", "10001"), REGISTRATION_ID_CENTER, id="the two exchanged"),
    ],
)
def test_a_number_of_another_centre_or_machine_is_refused(station: StationId, code: Code) -> None:
    with pytest.raises(BadInput) as refusal:
        RegistrationId(_PLACE + "20260301120000").require_station(station)
    assert refusal.value.code is code


def test_a_number_of_the_station_is_accepted() -> None:
    RegistrationId(_PLACE + "20260301120000").require_station(StationId("10001", "10002"))


@pytest.mark.parametrize("sequence", [-1, 0, 100_000])
def test_a_sequence_outside_its_five_digits_is_refused(sequence: int) -> None:
    with pytest.raises(ValueError, match="five digits"):
        RegistrationId.compose("10001", "10002", sequence, datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(("sequence", "digits"), [(1, "00001"), (99_999, "99999")])
def test_the_first_and_the_last_sequence_have_five_digits(sequence: int, digits: str) -> None:
    composed = RegistrationId.compose("10001", "10002", sequence, datetime(2026, 3, 1, tzinfo=UTC))
    assert composed.text == "1000110002" + digits + "20260301000000"


@pytest.mark.parametrize(("center", "machine"), [("1001", "10002"), ("10001", "100002"), ("", "")])
def test_centre_or_machine_of_another_length_makes_no_number(center: str, machine: str) -> None:
    with pytest.raises(BadInput):
        RegistrationId.compose(center, machine, 1, datetime(2026, 3, 1, tzinfo=UTC))


def test_the_time_in_a_number_is_utc_whatever_zone_the_clock_is_in() -> None:
    moment = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert RegistrationId.compose("10001", "10002", 1, moment).text.endswith("20260228200000")


@given(
    st.from_regex(r"[0-9]{5}", fullmatch=True),
    st.from_regex(r"[0-9]{5}", fullmatch=True),
    st.integers(1, 99_999),
    st.integers(0, 10**10),
)
def test_a_composed_number_tells_its_centre_and_machine(
    center: str, machine: str, sequence: int, second: int
) -> None:
    composed = RegistrationId.compose(center, machine, sequence, datetime.fromtimestamp(second, UTC))
    assert (composed.center, composed.machine) == (center, machine)
    assert int(composed.text[10:15]) == sequence


@pytest.mark.parametrize(
    ("center", "machine"),
    [
        ("1001", "10002"),
        ("10001", "1002"),
        ("100001", "10002"),
        ("1000A", "10002"),
        ("10001", "10002\n"),
        ("", ""),
    ],
)
def test_a_station_number_without_its_five_digits_is_refused(center: str, machine: str) -> None:
    with pytest.raises(ValueError, match="five digits"):
        StationId(center, machine)


def test_keys_are_filed_under_centre_and_machine() -> None:
    assert StationId("10001", "10002").ref_id == "10001_10002"


def test_every_placement_on_a_device_is_a_step_and_no_other_step_is() -> None:
    assert [step.capture_group for step in Step if step.capture_group is not None] == list(CaptureGroup)
    assert Step.CONSENT.capture_group is None
