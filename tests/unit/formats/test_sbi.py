from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster import base64url
from muster.crypto.jws import verify_compact
from muster.errors import MalformedData
from muster.formats.sbi import (
    TRANSACTION_ID,
    BioType,
    CaptureOrder,
    Level,
    SbiError,
    SbiStatus,
    bio_type_of,
    capture_request,
    claims_of,
    device_of,
    discovery_request,
    error_in,
    info_request,
    parse_capture,
    parse_digital_id,
    parse_discovery,
    parse_info,
    stream_request,
    unsigned_payload,
    without_record,
)

AT = datetime(2026, 11, 21, 1, 46, 18, tzinfo=UTC)
ORDER = CaptureOrder(
    BioType.FINGER,
    subtypes=("Left IndexFinger", "Left MiddleFinger", "Left RingFinger"),
    exceptions=("Left LittleFinger",),
    requested_score=40,
    device_id="2",
    sub_id="1",
    previous_hash="",
    timeout_ms=10000,
    transaction_id="4f0e8a6e-0001",
    environment="Staging",
    at=AT,
)
DEVICE = {
    "deviceId": "2",
    "deviceStatus": "Ready",
    "certification": "L0",
    "serviceVersion": "0.9.5",
    "deviceSubId": ["1", "2", "3"],
    "callbackId": "http://127.0.0.1:4501/",
    "digitalId": base64url.encode(b'{"serialNo":"0815"}'),
    "deviceCode": "0815",
    "specVersion": ["0.9.5"],
    "purpose": "Registration",
    "error": {"errorCode": "0", "errorInfo": "Success"},
}


def _answer(*entries: object) -> bytes:
    return json.dumps(list(entries)).encode()


NO_ANSWERS = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"<html>It works!</html>", id="html"),
    pytest.param(b'{"error":{"errorCode":"999"}}', id="only-an-error"),
    pytest.param(b"[1,2]", id="numbers"),
    pytest.param(b"[[]]", id="lists"),
    pytest.param(b"[" * 100_000, id="deep"),
    pytest.param(b"\xff\xfe[]", id="not-utf-8"),
    pytest.param(b"[{}]} {", id="more-behind"),
    pytest.param(_answer(*[DEVICE] * 33), id="a-hundred-devices"),
    pytest.param(_answer(DEVICE | {"digitalId": 7}), id="digital-id-is-a-number"),
    pytest.param(_answer(DEVICE | {"error": "bad"}), id="error-is-a-text"),
    pytest.param(_answer(DEVICE | {"deviceSubId": [{}]}), id="sub-id-is-an-object"),
]


@pytest.mark.parametrize("content", NO_ANSWERS)
def test_what_is_no_discovery_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedData):
        parse_discovery(content)


def test_numbers_and_texts_are_the_same_and_what_is_missing_is_empty() -> None:
    loose = DEVICE | {"deviceSubId": [1, 2, 3], "deviceId": 2, "specVersion": "0.9.5", "extra": {"vendor": 1}}
    del loose["serviceVersion"], loose["error"], loose["deviceCode"]
    (strict,), (read,) = parse_discovery(_answer(DEVICE)), parse_discovery(_answer(loose))
    assert (read.sub_ids, read.device_id, read.spec_versions) == (strict.sub_ids, "2", ("0.9.5",))
    assert (read.service_version, read.device_code, bool(read.error)) == ("", "", False)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Ready", SbiStatus.READY),
        ("NotReady", SbiStatus.NOT_READY),
        ("not registered", SbiStatus.NOT_REGISTERED),
        ("Busy", SbiStatus.BUSY),
        ("Exploded", SbiStatus.NOT_READY),
        ("", SbiStatus.NOT_READY),
    ],
)
def test_a_status_in_other_letters_is_understood_and_an_unknown_one_is_not_ready(
    text: str, status: SbiStatus
) -> None:
    (device,) = parse_discovery(_answer(DEVICE | {"deviceStatus": text}))
    assert device.status is status


def test_what_1_0_says_is_understood() -> None:
    newer = DEVICE | {"serialNo": "0815", "certification": "SBI 2.0", "camDimensions": ["000600000400"]}
    del newer["deviceId"], newer["deviceCode"]
    (device,) = parse_discovery(_answer(newer))
    assert (device.device_id, device.level) == ("0815", Level.L1)


def test_a_stream_is_asked_for_by_the_name_of_the_version() -> None:
    assert json.loads(stream_request("0815", "1", 900, "1.0")) == {
        "serialNo": "0815",
        "deviceSubId": "1",
        "timeout": "900",
    }
    assert json.loads(stream_request("0815", "1", 900))["deviceId"] == "0815"


def test_an_entry_with_nothing_but_an_error_is_no_device() -> None:
    assert parse_discovery(_answer({"error": {"errorCode": "502", "errorInfo": "no"}})) == ()
    assert parse_info(_answer({"deviceInfo": None, "error": {"errorCode": 106}})) == ()


def test_a_capture_wrapped_or_bare_in_any_order_keeps_the_order_of_its_chain() -> None:
    entries = [{"specVersion": "0.9.5", "data": name, "hash": "ab" * 32, "error": None} for name in "xyz"]
    bare, wrapped = parse_capture(_answer(*entries)), parse_capture(json.dumps({"biometrics": entries}).encode())
    assert bare == wrapped
    assert [each.data for each in bare] == ["x", "y", "z"]
    assert bare[0].hash == "AB" * 32


def test_an_answer_that_is_only_an_error_tells_it() -> None:
    assert error_in(b'{"error":{"errorCode":202,"errorInfo":"No Device Connected"}}') == SbiError("202", _INFO)
    assert not error_in(b"\xff\xd8 a picture")


_INFO = "No Device Connected"


def test_a_payload_whose_record_is_not_told_apart_is_malformed() -> None:
    for payload in (
        b'{"bioValue":"QUJD","bioValue":"QUJE"}',  # which of them was signed for?
        b'{"bioValue":"QUI="}',  # padded: nobody could put it together again
        b'{"bioValue":"QU\\u004a"}',
        b'{"other":"QUJD"}',
        b'{"bioValue":"\xff"}',
    ):
        with pytest.raises(MalformedData):
            without_record(payload, "<bioValue>")


def test_a_payload_keeps_every_octet_but_the_records() -> None:
    payload = '{ "x" : "é",\n"bioValue" : "QUJD", "bioSubType":"Left Thumb"}'.encode()
    assert without_record(payload, "<bioValue>").encode() == payload.replace(b"QUJD", b"<bioValue>")


@pytest.mark.parametrize("score", ["", "NaN", "-1", "101", "abc", None, [], True])
def test_a_score_that_is_none_is_none_and_a_time_that_is_none_too(score: object) -> None:
    body = json.dumps({"qualityScore": score, "timestamp": "yesterday", "bioValue": "QUJD"}).encode()
    try:
        claims = claims_of(body)
    except MalformedData:
        assert score in ([], True)
        return
    assert (claims.quality, claims.at, claims.record) == (None, None, b"ABC")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21T01:46:18Z", AT),
        ("2026-11-21T01:46:18.250Z", AT.replace(microsecond=250000)),
        ("2026-11-21T01:46:18", AT),
        ("2026-11-21T03:46:18+02:00", AT),
    ],
)
def test_a_devices_time_is_read_in_every_form_that_is_met(text: str, moment: datetime) -> None:
    assert parse_digital_id(json.dumps({"dateTime": text, "serialNo": 815}).encode()).at == moment


@pytest.mark.parametrize(
    ("kind", "bio_type"),
    [
        ("Finger", BioType.FINGER),
        ("FIR", BioType.FINGER),
        ("Slab", BioType.FINGER),
        ("IIR", BioType.IRIS),
        ("Full face", BioType.FACE),
        ("Vein", None),
    ],
)
def test_older_words_for_what_a_device_takes_are_known(kind: str, bio_type: BioType | None) -> None:
    assert bio_type_of(kind) is bio_type


def test_a_capture_is_ordered_with_every_key_and_every_number_as_text() -> None:
    assert json.loads(capture_request(ORDER)) == {
        "env": "Staging",
        "purpose": "Registration",
        "specVersion": "0.9.5",
        "timeout": "10000",
        "captureTime": "2026-11-21T01:46:18Z",
        "transactionId": "4f0e8a6e-0001",
        "bio": [
            {
                "type": "Finger",
                "count": "3",
                "bioSubType": ["Left IndexFinger", "Left MiddleFinger", "Left RingFinger"],
                "exception": ["Left LittleFinger"],
                "requestedScore": "40",
                "deviceId": "2",
                "deviceSubId": "1",
                "previousHash": "",
            }
        ],
        "customOpts": None,
    }
    assert TRANSACTION_ID.fullmatch(ORDER.transaction_id)
    assert json.loads(stream_request("2", "1", 300000)) == {
        "deviceId": "2",
        "deviceSubId": "1",
        "timeout": "300000",
    }
    assert json.loads(discovery_request()) == {"type": "Biometric Device"}
    assert json.loads(discovery_request(BioType.IRIS)) == {"type": "Iris"}


# --- what a real service answered ------------------------------------------------------------------------


@pytest.fixture
def recorded(reference_data: Path) -> Path:
    return reference_data / "sbi"


def test_the_devices_a_real_service_found_are_read(recorded: Path) -> None:
    devices = parse_discovery((recorded / "mosipdisc-any.json").read_bytes())
    kinds = [parse_digital_id(unsigned_payload(each.digital_id)).kind for each in devices]
    assert sorted(kinds) == ["Face", "Finger", "Iris"]
    assert {(each.status, each.level, each.purpose) for each in devices} == {
        (SbiStatus.READY, Level.L0, "Registration")
    }
    assert parse_discovery((recorded / "mosipdisc-badtype.json").read_bytes()) == ()


@pytest.mark.parametrize(
    ("name", "status"), [("mosipdinfo", SbiStatus.READY), ("mosipdinfo-notready", SbiStatus.NOT_READY)]
)
def test_what_real_devices_signed_of_themselves_verifies(recorded: Path, name: str, status: SbiStatus) -> None:
    answers = parse_info((recorded / f"{name}.json").read_bytes())
    assert len(answers) == 3
    for answer in answers:
        assert answer.is_signed
        device = device_of(verify_compact(answer.device_info).payload, answer.error)
        assert device.status is status
        digital_id = parse_digital_id(verify_compact(device.digital_id).payload)
        assert bio_type_of(digital_id.kind) is not None
        assert digital_id.at is not None


@pytest.mark.parametrize(
    ("name", "count"), [("slap-left", 4), ("slap-right", 3), ("thumbs", 2), ("iris-both", 2), ("face", 1)]
)
def test_what_real_devices_captured_verifies_and_can_be_put_together_again(
    recorded: Path, name: str, count: int
) -> None:
    entries = parse_capture((recorded / f"rcapture-{name}.json").read_bytes())
    assert len(entries) == count
    for entry in entries:
        payload = verify_compact(entry.data).payload
        claims = claims_of(payload)
        kept = without_record(payload, "<bioValue>")
        assert kept.replace("<bioValue>", base64url.encode(claims.record)).encode() == payload
        assert (claims.quality, claims.transaction_id) == (44.0, "123456789123")


@pytest.mark.parametrize(("name", "code"), [("count", "109"), ("device", "705")])
def test_the_errors_of_a_real_service_are_read(recorded: Path, name: str, code: str) -> None:
    (entry,) = parse_capture((recorded / f"rcapture-error-{name}.json").read_bytes())
    assert (entry.data, bool(entry.error), entry.error.code) == ("", True, code)


@pytest.mark.parametrize("name", ["slap-left", "slap-right", "thumbs", "iris-both", "face"])
def test_our_orders_have_the_keys_a_real_service_took(recorded: Path, name: str) -> None:
    taken = json.loads((recorded / f"rcapture-{name}.request.json").read_bytes())
    ours = json.loads(capture_request(ORDER))
    assert (set(ours), set(ours["bio"][0])) == (set(taken), set(taken["bio"][0]))


@pytest.mark.parametrize("text", ["%%", "a.%%.c", "ü"])
def test_what_nobody_signed_and_nobody_can_read_is_malformed(text: str) -> None:
    with pytest.raises(MalformedData):
        unsigned_payload(text)


@pytest.mark.parametrize(
    ("versions", "spoken"),
    [
        ([], "0.9.5"),
        (["0.9.5", "1.0"], "0.9.5"),
        (["1.0"], "1.0"),
        (["0.9.6", "1.1.0"], "1.1.0"),
        (["2"], "0.9.5"),
    ],
)
def test_a_device_is_spoken_to_in_our_version_unless_it_knows_newer_ones_only(
    versions: list[str], spoken: str
) -> None:
    (device,) = parse_discovery(_answer({**DEVICE, "specVersion": versions}))
    assert device.spec_version == spoken


def test_a_service_of_1_0_is_asked_about_itself_in_its_version() -> None:
    assert json.loads(info_request("1.0")) == {"type": "Biometric Device", "specVersion": "1.0"}


def test_a_device_is_the_same_by_what_is_printed_on_its_case() -> None:
    said = {"serialNo": 815, "make": "M", "model": "X", "type": "Finger", "deviceProviderId": "P"}
    once, again = (
        parse_digital_id(json.dumps({**said, "dateTime": time}).encode())
        for time in ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    )
    assert once != again
    assert once.casing == again.casing == ("815", "M", "X", "Finger", "P")
