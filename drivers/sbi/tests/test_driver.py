"""The driver against a simulated service: every attack and oddity of the interface's list, by its number there."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Event
from typing import Any

import pytest

from muster import base64url
from muster.clock import utc_now
from muster.crypto.signing import SigningKey, self_signed_certificate
from muster.devices.api import (
    BiometricCapture,
    Camera,
    CapturedSample,
    CaptureRequest,
    DeviceContext,
    DeviceHealth,
    DeviceKind,
    DeviceStatus,
)
from muster.devices.attestation import SoftwareSigner, next_hash, verify_attestation
from muster.devices.conformance import DriverConformance
from muster.devices.frames import Frame
from muster.devices.trust import Domain, TrustStore, expires_at
from muster.domain.biometrics import BiometricAttribute, CaptureGroup
from muster.errors import BadInput, Cancelled, DeviceUnavailable, MalformedData, MusterError, NotAuthentic
from muster_sbi import wire
from muster_sbi.driver import SbiDriver, from_environment
from muster_sbi.watching import Watch
from simulators.authorities import certificate, key_of
from simulators.sbi_service import (
    CHIP,
    CHIP_ROOT,
    DEVICE_KEY,
    PROVIDER,
    STREAM_HEAD,
    SbiService,
    SimulatedDevice,
    authorities,
    jpeg,
    part_of,
    replaced,
    running,
    send,
    until,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LEFT = CaptureGroup.LEFT_SLAP.attributes
IRIS = SimulatedDevice("Iris", "Double", "IRIS0000000001", "1")
FACE = SimulatedDevice("Face", "Full face", "FACE0000000001", "3", ("0",))


def _clock() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def context() -> DeviceContext:
    return _context()


def _context(trust: TrustStore | None = None, **changes: Any) -> DeviceContext:
    devices, chips = authorities(NOW)
    believed = trust or TrustStore({Domain.DEVICE: devices, Domain.FTM: chips})
    key = key_of("Station")
    certificate_der = self_signed_certificate(key, "Station", NOW - timedelta(hours=1), 1)
    values: dict[str, Any] = {"trust": believed, **changes}
    return DeviceContext(_clock, SoftwareSigner(key, certificate_der, _clock), **values)


@dataclass
class Desk:
    """A service, the driver and what it handed out."""

    service: SbiService
    driver: SbiDriver
    context: DeviceContext
    previews: list[Frame] = field(default_factory=list)

    def capture(
        self,
        attributes: tuple[BiometricAttribute, ...] = LEFT,
        *,
        kind: DeviceKind = DeviceKind.FINGERPRINT,
        previous: str = "",
        cancel: Event | None = None,
        timeout_s: float = 1.0,
    ) -> list[CapturedSample]:
        device = next(each for each in self.driver.find() if each.kind is kind)
        request = CaptureRequest(attributes, 40, timeout_s, "4f0e8a6e-0001", previous)
        with self.driver.open(device, self.context) as reader:
            assert isinstance(reader, BiometricCapture)
            return list(reader.capture(request, cancel or Event(), self.previews.append))

    def refusal(self, **changes: Any) -> str:
        with pytest.raises(MusterError) as refused:
            self.capture(**changes)
        assert isinstance(refused.value, DeviceUnavailable | NotAuthentic | MalformedData)
        return refused.value.code.name

    @property
    def orders(self) -> list[dict[str, Any]]:
        return [body for verb, body in self.service.asked if verb == "RCAPTURE"]


@contextmanager
def at_desk(context: DeviceContext, **service: Any) -> Iterator[Desk]:
    with running(SbiService(_clock, **service)) as served:
        driver = SbiDriver([served.port], Watch([served.port], every_s=0.05))
        try:
            assert until(lambda: len(driver.find()) == len(served.devices))
            yield Desk(served, driver, context)
        finally:
            driver.close()


@pytest.fixture
def desk(context: DeviceContext) -> Iterator[Desk]:
    with at_desk(context) as made:
        yield made


# --- what is not believed (C-20 to C-25, C-35, C-40 to C-43, C-50 to C-57) --------------------------------


def _unsigned(token: str) -> str:
    header = base64url.encode(b'{"alg":"none"}')
    return f"{header}.{token.split('.')[1]}."


def _by_hmac(token: str) -> str:
    body = base64url.encode(b'{"alg":"HS256","typ":"JWT"}') + "." + token.split(".")[1]
    return f"{body}.{base64url.encode(hashlib.sha256(body.encode()).digest())}"


def _flipped(token: str) -> str:
    header, payload, signature = token.split(".")
    changed = bytearray(base64url.decode(signature))
    changed[7] ^= 1
    return f"{header}.{payload}.{base64url.encode(bytes(changed))}"


@pytest.mark.parametrize("change", [_unsigned, _by_hmac, _flipped, lambda token: "a.b.c", lambda token: "abc"])
def test_a_capture_that_is_not_signed_well_is_refused(desk: Desk, change: Callable[[str], str]) -> None:
    desk.driver.find()
    desk.service.on_entries = lambda entries: [{**each, "data": change(each["data"])} for each in entries]
    assert desk.refusal() == "SBI_SIGNATURE_WRONG"


@pytest.mark.parametrize("change", [_unsigned, _flipped])
def test_a_device_whose_signature_is_wrong_is_listed_with_that_and_not_opened(
    context: DeviceContext, change: Callable[[str], str]
) -> None:
    with at_desk(context, on_token=change) as desk:
        (device,) = desk.driver.find()
        assert device.status is DeviceStatus.NOT_READY
        assert device.problem is not None
        assert desk.refusal() == device.problem.code.name == "SBI_SIGNATURE_WRONG"


def _stranger() -> dict[str, Any]:
    return {"key": "Stranger", "certificate": self_signed_certificate(key_of("Stranger"), "x", NOW, 9)}


CERTIFICATES = [
    pytest.param(_stranger, "SBI_NOT_TRUSTED", id="self-signed"),
    pytest.param(
        lambda: {"certificate": certificate(DEVICE_KEY, PROVIDER, NOW, days=(-9, -1))},
        "SBI_CERTIFICATE_EXPIRED",
        id="expired",
    ),
    pytest.param(
        lambda: {"certificate": certificate(DEVICE_KEY, PROVIDER, NOW, days=(3, 9))},
        "SBI_CERTIFICATE_NOT_YET",
        id="not-yet",
    ),
    pytest.param(
        lambda: {"key": CHIP, "certificate": certificate(CHIP, CHIP_ROOT, NOW)}, "SBI_NOT_TRUSTED", id="chips-key"
    ),
    pytest.param(
        lambda: {
            "devices": [SimulatedDevice(level="L1")],
            "chip_certificate": certificate(CHIP, PROVIDER, NOW),  # vouched for, but in the devices' domain
        },
        "SBI_CHIP_NOT_TRUSTED",
        id="no-chip",
    ),
]


@pytest.mark.parametrize(("service", "code"), CERTIFICATES)
def test_a_device_nobody_vouches_for_is_not_opened(
    context: DeviceContext, service: Callable[[], dict[str, Any]], code: str
) -> None:
    with at_desk(context, **service()) as desk:
        assert desk.refusal() == code
        assert desk.orders == []


def test_a_withdrawn_device_is_not_opened() -> None:
    der = certificate(DEVICE_KEY, PROVIDER, NOW)
    devices, _ = authorities(NOW)
    trust = TrustStore({Domain.DEVICE: devices}, withdrawn=[hashlib.sha256(der).hexdigest()])
    with at_desk(_context(trust), certificate=der) as desk:
        assert desk.refusal() == "SBI_WITHDRAWN"


def test_a_station_that_knows_no_authority_believes_no_device() -> None:
    with at_desk(_context(TrustStore())) as desk:
        assert desk.refusal() == "SBI_NOT_TRUSTED"


CLAIMS = [
    pytest.param({"transactionId": "another-0001"}, "SBI_ANOTHER_CAPTURE", id="other-transaction"),
    pytest.param({"env": "Staging"}, "SBI_ANOTHER_ENVIRONMENT", id="other-environment"),
    pytest.param({"purpose": "Auth"}, "SBI_ANOTHER_PURPOSE", id="other-purpose"),
    pytest.param({"bioType": "Iris"}, "SBI_ANOTHER_KIND", id="other-type"),
    pytest.param({"bioSubType": "UNKNOWN"}, "SBI_NAMELESS", id="unknown-finger"),
    pytest.param({"bioSubType": None}, "SBI_NAMELESS", id="no-finger"),
    pytest.param({"qualityScore": "good"}, "SBI_ANSWER_INCOMPLETE", id="no-score"),
    pytest.param({"qualityScore": "140"}, "SBI_ANSWER_INCOMPLETE", id="score-above-100"),
    pytest.param({"timestamp": "2026-11-20T09:00:00Z"}, "SBI_CLOCK_OFF", id="yesterday"),
    pytest.param({"timestamp": "soon"}, "SBI_ANSWER_INCOMPLETE", id="no-time"),
    pytest.param({"bioValue": base64url.encode(b"no record")}, "SBI_CHAIN_BROKEN", id="another-record"),
    pytest.param({"bioSubType": "Right Thumb"}, "SBI_RECORD_OF_ANOTHER", id="record-of-another-finger"),
    pytest.param({"digitalId": "e30"}, "SBI_SIGNATURE_WRONG", id="identity-not-signed"),
]


@pytest.mark.parametrize(("changes", "code"), CLAIMS)
def test_a_capture_that_is_not_what_was_asked_for_is_refused(
    desk: Desk, changes: dict[str, Any], code: str
) -> None:
    desk.service.on_claims = replaced(**changes)
    assert desk.refusal() == code


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_device_whose_clock_is_off_is_told_by_how_much(desk: Desk, minutes: int) -> None:
    desk.service.clock_error_s = 60 * minutes
    with pytest.raises(DeviceUnavailable) as refused:
        desk.capture()
    assert f"{minutes:+d} minutes" in refused.value.sentence


@pytest.mark.parametrize("minutes", [-2, 2])
def test_a_device_whose_clock_is_a_little_off_is_believed(desk: Desk, minutes: int) -> None:
    desk.service.clock_error_s = 60 * minutes
    assert len(desk.capture()) == 4


def test_another_device_that_answers_in_its_place_is_refused(desk: Desk) -> None:
    request = CaptureRequest(LEFT, 40, 1.0, "4f0e8a6e-0001")
    (device,) = desk.driver.find()
    with desk.driver.open(device, desk.context) as reader:
        assert isinstance(reader, BiometricCapture)
        desk.service.on_digital_id = replaced(serialNo="ANOTHER")
        with pytest.raises(NotAuthentic, match="SBI_ANOTHER_DEVICE"):
            reader.capture(request, Event(), desk.previews.append)


def test_a_new_key_whose_maker_vouches_for_it_is_noticed_and_believed(desk: Desk) -> None:
    request = CaptureRequest(LEFT, 40, 1.0, "4f0e8a6e-0001")
    (device,) = desk.driver.find()
    with desk.driver.open(device, desk.context) as reader:
        assert isinstance(reader, BiometricCapture)
        desk.service.key, desk.service.certificate = "Rotated", certificate("Rotated", PROVIDER, NOW)
        samples = reader.capture(request, Event(), desk.previews.append)
    assert {finding.code.name for each in samples for finding in each.findings} == {"SBI_KEY_CHANGED"}


def test_fingers_whose_pictures_were_swapped_are_refused(desk: Desk) -> None:
    def swapped(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**entries[0], "data": entries[1]["data"]},
            {**entries[1], "data": entries[0]["data"]},
            *entries[2:],
        ]

    desk.service.on_entries = swapped
    assert desk.refusal() == "SBI_CHAIN_BROKEN"


def test_the_same_finger_twice_is_refused(desk: Desk) -> None:
    service = desk.service

    def twice(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        (order,) = desk.orders[-1:]
        record = service.record(BiometricAttribute.LEFT_INDEX, 60)
        link = next_hash(entries[-1]["hash"], record)
        again = service.entry(service.devices[0], order, order["bio"][0], "Left IndexFinger", record, link)
        return [*entries, again]

    service.on_entries = twice
    assert desk.refusal() == "SBI_TWICE"


def test_a_picture_that_was_handed_out_before_is_refused_and_noticed_where_nobody_asks(desk: Desk) -> None:
    desk.capture()
    desk.service.picture_seed = 0
    assert desk.refusal() == "SBI_SEEN_BEFORE"
    desk.context = DeviceContext(_clock, desk.context.signer, trust=None)
    desk.service.picture_seed = 0
    noticed = {finding.code.name for each in desk.capture() for finding in each.findings}
    assert {"SBI_SEEN_BEFORE", "SBI_TRUST_NOT_ASKED"} <= noticed


def test_yesterdays_whole_answer_is_refused(desk: Desk) -> None:
    kept: list[list[dict[str, Any]]] = []

    def keep(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept.append(entries)
        return entries

    desk.service.on_entries = keep
    desk.capture()
    desk.service.on_entries = lambda entries: kept[0]
    request = CaptureRequest(LEFT, 40, 1.0, "another-0002")
    (device,) = desk.driver.find()
    with (
        desk.driver.open(device, desk.context) as reader,
        pytest.raises(NotAuthentic, match="SBI_ANOTHER_CAPTURE"),
    ):
        assert isinstance(reader, BiometricCapture)
        reader.capture(request, Event(), desk.previews.append)


@pytest.mark.parametrize(
    "callback", ["http://192.0.2.7:4501/", "https://127.0.0.1:{port}/", "http://127.0.0.1:80/"]
)
def test_a_service_that_wants_captures_elsewhere_is_not_used(context: DeviceContext, callback: str) -> None:
    with at_desk(context, callback=callback) as desk:
        assert desk.refusal() == "SBI_SENDS_ELSEWHERE"
        assert desk.orders == []


def test_two_services_that_claim_one_device_are_both_refused_and_named(context: DeviceContext) -> None:
    with running(SbiService(_clock)) as first, running(SbiService(_clock, key=DEVICE_KEY)) as second:
        driver = SbiDriver(watch=Watch([first.port, second.port], every_s=0.05))
        try:
            assert until(lambda: any(each.problem for each in driver.find()))
            (device,) = driver.find()
            assert device.problem is not None
            assert f"{first.port} and {second.port}" in device.problem.sentence
            with pytest.raises(NotAuthentic), driver.open(device, context):
                pass
        finally:
            driver.close()


# --- what is odd and understood ------------------------------------------------------------------------------


def test_a_service_of_1_0_is_spoken_to_in_its_own_words(context: DeviceContext) -> None:
    with at_desk(context, spec_version="1.0") as desk:
        assert len(desk.capture()) == 4
        assert ("SBIINFO", {"type": "Biometric Device", "specVersion": "1.0"}) in desk.service.asked
        (order,) = desk.orders
        assert (order["specVersion"], order["bio"][0]["serialNo"]) == ("1.0", "SLAP0000000001")
        assert "deviceId" not in order["bio"][0]


def test_a_service_that_knows_both_versions_is_spoken_to_in_the_deployed_one(context: DeviceContext) -> None:
    with at_desk(context, on_info=replaced(specVersion=["1.0", "0.9.5"])) as desk:
        desk.capture()
        assert desk.orders[0]["specVersion"] == "0.9.5"


def test_a_chain_in_the_older_way_is_noticed_and_continued(desk: Desk) -> None:
    def older(previous: str, record: bytes) -> str:
        before = previous or hashlib.sha256(b"").hexdigest().upper()
        digest = hashlib.sha256(record).hexdigest().upper()
        return hashlib.sha256((before + digest).encode()).hexdigest().upper()

    desk.service.link = older
    samples = desk.capture()
    assert {finding.code.name for each in samples for finding in each.findings} == {"SBI_OLDER_CHAIN"}


def test_a_chain_that_begins_anew_in_the_middle_is_refused(desk: Desk) -> None:
    first = desk.capture()
    desk.service.link = lambda previous, record: next_hash("", record)
    assert desk.refusal(previous=first[-1].hash) == "SBI_CHAIN_BROKEN"


def test_five_captures_of_three_devices_are_one_chain(context: DeviceContext) -> None:
    with at_desk(context, devices=[SimulatedDevice(), IRIS, FACE]) as desk:
        link, count = "", 0
        for group in CaptureGroup:
            kind = {"iris": DeviceKind.IRIS, "face": DeviceKind.CAMERA}.get(group.modality.value)
            samples = desk.capture(group.attributes, kind=kind or DeviceKind.FINGERPRINT, previous=link)
            for sample in samples:
                link = next_hash(link, sample.record)
                assert sample.hash == link
                assert verify_attestation(sample.attestation, sample.record)
                count += 1
        assert count == 13


def test_a_certified_devices_chip_vouches_for_its_identity(context: DeviceContext) -> None:
    with at_desk(context, devices=[SimulatedDevice(level="L1")]) as desk:
        (sample, *_) = desk.capture()
        assert sample.findings == ()
        verify_attestation(sample.attestation, sample.record)


@pytest.mark.parametrize(
    ("level", "is_level_one"), [("L1", True), ("SBI 2.0", True), ("L0", False), ("L9", False)]
)
def test_a_capture_is_of_level_one_where_the_device_signed_that_it_is(
    context: DeviceContext, level: str, is_level_one: bool
) -> None:
    certified = SimulatedDevice(level="L1" if is_level_one else "L0")  # what its chip signs
    with at_desk(context, devices=[certified], on_info=replaced(certification=level)) as desk:
        assert {each.is_level_one for each in desk.capture()} == {is_level_one}


def test_where_nobody_is_asked_who_vouches_for_a_device_its_level_is_not_believed() -> None:
    nobody_asks = replace(_context(), trust=None)
    with at_desk(nobody_asks, devices=[SimulatedDevice(level="L1")]) as desk:
        assert {each.is_level_one for each in desk.capture()} == {False}


def test_an_order_has_the_right_placement_count_and_exceptions(desk: Desk) -> None:
    desk.capture(LEFT[:3])
    desk.capture(CaptureGroup.RIGHT_SLAP.attributes)
    desk.capture(CaptureGroup.THUMBS.attributes[1:])
    bios = [order["bio"][0] for order in desk.orders]
    assert [(each["deviceSubId"], each["count"], each["exception"]) for each in bios] == [
        ("1", "3", ["Left LittleFinger"]),
        ("2", "4", []),
        ("3", "1", ["Left Thumb"]),
    ]


def test_a_reader_of_single_fingers_is_asked_for_each(context: DeviceContext) -> None:
    with at_desk(context, devices=[SimulatedDevice(sub_kind="Single")]) as desk:
        samples = desk.capture()
        assert [each.attribute for each in samples] == list(LEFT)
        assert [order["bio"][0]["count"] for order in desk.orders] == ["1"] * 4
        assert (samples[3].hash == desk.orders and False) or samples[3].hash  # chained over the orders
        link = ""
        for sample in samples:
            link = next_hash(link, sample.record)
        assert samples[-1].hash == link


def test_a_placement_the_device_does_not_offer_is_not_asked_for(context: DeviceContext) -> None:
    with at_desk(context, devices=[SimulatedDevice(sub_ids=("3",))]) as desk:
        assert desk.refusal() == "SBI_NOT_OFFERED"
        assert desk.orders == []


def test_entries_in_another_order_are_a_chain_in_that_order(desk: Desk) -> None:
    service = desk.service

    def shuffled(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        (order,) = desk.orders[-1:]
        link, again = "", []
        for subtype in reversed(order["bio"][0]["bioSubType"]):
            attribute = next(e for e in LEFT if subtype.split()[1].lower().startswith(e.value[4:].lower()))
            record = service.record(attribute, 60)
            link = next_hash(link, record)
            again.append(service.entry(service.devices[0], order, order["bio"][0], subtype, record, link))
        return again

    service.on_entries = shuffled
    assert [each.attribute for each in desk.capture()] == list(reversed(LEFT))


def test_fewer_fingers_than_asked_for_are_handed_on_as_what_they_are(desk: Desk) -> None:
    desk.service.on_entries = lambda entries: entries[:3]
    assert [each.attribute for each in desk.capture()] == list(LEFT[:3])


def test_an_excepted_finger_that_is_handed_out_is_left_out_and_noticed(desk: Desk) -> None:
    service = desk.service

    def one_more(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        (order,) = desk.orders[-1:]
        record = service.record(BiometricAttribute.LEFT_LITTLE, 60)
        link = next_hash(entries[-1]["hash"], record)
        more = service.entry(service.devices[0], order, order["bio"][0], "Left LittleFinger", record, link)
        return [*entries, more]

    service.on_entries = one_more
    samples = desk.capture(LEFT[:3])
    assert [each.attribute for each in samples] == list(LEFT[:3])
    assert [finding.code.name for finding in samples[0].findings] == ["SBI_EXCEPTED_LEFT_OUT"]


def test_a_certificate_that_ends_within_a_week_is_told_and_used(context: DeviceContext) -> None:
    with at_desk(context, certificate=certificate(DEVICE_KEY, PROVIDER, NOW, days=(-9, 5))) as desk:
        (sample, *_) = desk.capture()
        assert [each.sentence for each in sample.findings if "5 days" in each.sentence]


def test_a_poor_finger_is_a_result_with_its_quality(context: DeviceContext) -> None:
    with at_desk(context, devices=[SimulatedDevice(quality="12.5")]) as desk:
        assert {each.quality for each in desk.capture()} == {12.5}


# --- devices that cannot be used, and error numbers -------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code"),
    [("Busy", "DEVICE_BUSY"), ("Not Ready", "SBI_NOT_READY"), ("Not Registered", "SBI_NOT_REGISTERED")],
)
def test_a_device_that_is_not_ready_says_why(context: DeviceContext, status: str, code: str) -> None:
    with at_desk(context, devices=[SimulatedDevice(status=status)]) as desk:
        (device,) = desk.driver.find()
        assert device.status is not DeviceStatus.READY
        assert desk.refusal() == code


def test_a_device_for_authentication_is_told_as_that(context: DeviceContext) -> None:
    with at_desk(context, devices=[SimulatedDevice(purpose="Auth")]) as desk:
        assert desk.refusal() == "SBI_FOR_SIGN_IN_ONLY"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("101", "SBI_NOTHING_SEEN"),
        ("102", "SBI_NOT_USABLE"),
        ("103", "SBI_TAMPERED"),
        ("105", "SBI_WRONG_WAY_ROUND"),
        ("106", "DEVICE_ABSENT"),
        ("107", "SBI_NOT_REGISTERED"),
        ("113", "SBI_NOT_OFFERED"),
        ("123", "SBI_ORDER_REFUSED"),
        ("701", "SBI_NOTHING_SEEN"),
        ("709", "SBI_FOR_SIGN_IN_ONLY"),
        ("512", "SBI_FAULT"),
        ("DROP TABLE", "SBI_FAULT"),
    ],
)
def test_an_error_number_is_a_sentence(desk: Desk, number: str, code: str) -> None:
    desk.service.error = number
    assert desk.refusal() == code


def test_a_busy_device_is_asked_again_by_itself_but_not_for_ever(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster_sbi.capturing._PAUSES_S", (0.01, 0.01, 0.01))
    desk.service.busy_answers = 2
    assert len(desk.capture()) == 4
    desk.service.busy_answers = 99
    assert desk.refusal() == "DEVICE_BUSY"
    assert len(desk.orders) == 3 + 4


# --- services that break, hang or talk too much ---------------------------------------------------------------


def _closes(connection: socket.socket, body: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[")


def _silent(connection: socket.socket, body: bytes) -> None:
    time.sleep(1.5)


def _drips(connection: socket.socket, body: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(15):
        connection.sendall(b" ")
        time.sleep(0.1)


def _floods(connection: socket.socket, body: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(bytes(1 << 20))


def _announces_a_gigabyte(connection: socket.socket, body: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")


def _html(connection: socket.socket, body: bytes) -> None:
    send(connection, b"<html>It works!</html>")


BROKEN = [
    pytest.param(_closes, "DEVICE_UNPLUGGED", id="killed-in-the-middle"),
    pytest.param(_silent, "DEVICE_TIMEOUT", id="silent"),
    pytest.param(_drips, "DEVICE_TIMEOUT", id="slowloris"),
    pytest.param(_floods, "DEVICE_FAILED", id="without-end"),
    pytest.param(_announces_a_gigabyte, "DEVICE_FAILED", id="a-gigabyte"),
    pytest.param(_html, "SBI_MALFORMED", id="html"),
    pytest.param(lambda c, b: send(c, b'{"biometrics":[]}'), "SBI_ANSWER_INCOMPLETE", id="nothing"),
    pytest.param(lambda c, b: c.sendall(b"\xff\xfe no http"), "DEVICE_FAILED", id="no-http"),
    pytest.param(lambda c, b: c.close(), "DEVICE_UNPLUGGED", id="closed-at-once"),
]


@pytest.mark.parametrize(("reply", "code"), BROKEN)
def test_a_service_that_breaks_is_a_sentence_and_leaves_nothing_open(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, reply: Callable[[socket.socket, bytes], None], code: str
) -> None:
    monkeypatch.setattr("muster_sbi.capturing._AFTER_TIMEOUT_S", 0.3)
    monkeypatch.setattr("muster_sbi.capturing._MAXIMUM_ANSWER", 1 << 20)
    desk.service.verbs["RCAPTURE"] = reply
    threads = {each.name for each in threading.enumerate()}
    assert desk.refusal(timeout_s=0.1) == code
    assert until(lambda: desk.service.streams_open == 0)
    assert "sbi-preview" not in " ".join({each.name for each in threading.enumerate()} - threads)


def test_somebody_who_stops_a_capture_waits_for_nothing(desk: Desk) -> None:
    desk.service.verbs["RCAPTURE"] = _silent
    cancel, began = Event(), time.monotonic()
    threading.Timer(0.1, cancel.set).start()
    with pytest.raises(Cancelled):
        desk.capture(cancel=cancel, timeout_s=10)
    assert time.monotonic() - began < 1.0


def test_a_body_whose_length_counts_characters_is_read_to_its_end(desk: Desk) -> None:
    desk.service.on_claims = replaced(vendor="Бейшпиль ' * 50")
    desk.service.on_body = lambda body: body.replace(b'"Success"', '"Успешно"'.encode())
    assert len(desk.capture()) == 4


# --- the preview ------------------------------------------------------------------------------------------------


def test_what_the_device_sees_is_shown_while_it_captures(desk: Desk) -> None:
    answer = desk.service.answer

    def slowly(connection: socket.socket, body: bytes) -> None:
        until(lambda: len(desk.previews) >= 3)
        send(connection, answer("RCAPTURE", body))

    desk.service.verbs["RCAPTURE"] = slowly
    desk.capture()
    assert [each.number for each in desk.previews[:3]] == [0, 1, 2]
    assert desk.previews[0].pixels.shape == (32, 24, 3)
    assert until(lambda: desk.service.streams_open == 0)


def _error_instead(connection: socket.socket, body: bytes) -> None:
    send(connection, b'{"error":{"errorCode":"202","errorInfo":"No Device Connected"}}')


def _breaks_off(connection: socket.socket, body: bytes) -> None:
    connection.sendall(STREAM_HEAD + part_of(jpeg(1))[:200])


@pytest.mark.parametrize("stream", [_error_instead, _breaks_off, _html, lambda c, b: c.close(), _silent])
def test_a_preview_that_does_not_come_costs_the_picture_and_not_the_capture(
    desk: Desk, stream: Callable[[socket.socket, bytes], None]
) -> None:
    desk.service.verbs["STREAM"] = stream
    assert len(desk.capture()) == 4
    assert desk.previews == []


@pytest.fixture
def camera(context: DeviceContext) -> Iterator[Desk]:
    with at_desk(context, devices=[FACE]) as made:
        yield made


def test_a_face_camera_streams_until_it_is_told_to_stop(camera: Desk) -> None:
    (device,) = camera.driver.find()
    stop = Event()

    def keep(frame: Frame) -> None:
        camera.previews.append(frame)
        if len(camera.previews) == 3:
            stop.set()

    with camera.driver.open(device, camera.context) as opened:
        assert isinstance(opened, Camera)
        assert opened.digital_id.serial == FACE.serial
        opened.stream(keep, stop)
    assert [each.number for each in camera.previews] == [0, 1, 2]
    assert until(lambda: camera.service.streams_open == 0)


@pytest.mark.parametrize(
    ("stream", "code"), [(_error_instead, "DEVICE_ABSENT"), (_breaks_off, "DEVICE_UNPLUGGED")]
)
def test_a_face_camera_whose_pictures_end_is_an_error(
    camera: Desk, stream: Callable[[socket.socket, bytes], None], code: str
) -> None:
    (device,) = camera.driver.find()
    camera.service.verbs["STREAM"] = stream
    with camera.driver.open(device, camera.context) as opened, pytest.raises(DeviceUnavailable, match=code):
        assert isinstance(opened, Camera)
        opened.stream(camera.previews.append, Event())


# --- finding ----------------------------------------------------------------------------------------------------


def test_a_hundred_silent_ports_are_looked_at_in_less_than_half_a_second() -> None:
    driver = SbiDriver()
    began = time.monotonic()
    try:
        driver.find()
    finally:
        driver.close()
    assert time.monotonic() - began < 0.5


def test_a_service_that_starts_is_found_and_one_that_ends_is_gone() -> None:
    service = SbiService(_clock, devices=[SimulatedDevice(), IRIS, FACE])
    own = range(4581, 4590)  # where no other test of this run has a service
    driver = SbiDriver(watch=Watch(own, every_s=0.05))
    try:
        assert driver.find() == []
        with running(service, own):
            assert until(lambda: len(driver.find()) == 3)
            found = {each.kind: each for each in driver.find()}
            assert found[DeviceKind.IRIS].serial == IRIS.serial
            assert found[DeviceKind.FINGERPRINT].capabilities == ("slap", "SBI L0")
        assert until(lambda: driver.find() == [])
    finally:
        driver.close()


def test_a_service_that_hangs_does_not_hide_another(context: DeviceContext) -> None:
    with (
        running(SbiService(_clock, verbs={"MOSIPDINFO": _silent})) as hanging,
        running(SbiService(_clock)) as good,
    ):
        driver = SbiDriver(watch=Watch([hanging.port, good.port], every_s=0.05))
        began = time.monotonic()
        try:
            assert len(driver.find()) == 1
            assert time.monotonic() - began < 0.6
        finally:
            driver.close()


@pytest.mark.parametrize("reply", [_html, _closes, lambda c, b: send(c, b"[]"), lambda c, b: c.close()])
def test_what_else_listens_on_these_ports_is_no_device(reply: Callable[[socket.socket, bytes], None]) -> None:
    with running(SbiService(_clock, verbs={"MOSIPDINFO": reply})) as service:
        driver = SbiDriver(watch=Watch([service.port], every_s=0.05))
        try:
            assert driver.find() == []
            assert until(lambda: len(service.asked) >= 3)
            assert driver.find() == []
        finally:
            driver.close()


def test_a_service_is_left_in_peace_while_its_device_is_in_use(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[list[int]] = []

    def listening(ports: Iterable[int]) -> dict[int, socket.socket]:
        looks.append(list(ports))
        return wire.listening(looks[-1])

    (device,) = desk.driver.find()
    monkeypatch.setattr("muster_sbi.watching.listening", listening)
    with desk.driver.open(device, desk.context):
        begun = len(looks)
        assert until(lambda: len(looks) >= begun + 3)
        assert looks[begun + 1 :] == [[]] * len(looks[begun + 1 :])  # one look may have been under way
        assert [each.id for each in desk.driver.find()] == [device.id]
    assert until(lambda: looks[-1] == [desk.service.port])


def test_a_device_that_went_away_is_an_agreed_error(context: DeviceContext) -> None:
    with at_desk(context) as desk:
        (device,) = desk.driver.find()
        desk.service.devices = []
        with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"), desk.driver.open(device, context):
            pass


@pytest.mark.parametrize("ports", ["x-y", "4501-y", "4501,4502", "-4501-"])
def test_ports_that_are_no_numbers_are_refused(monkeypatch: pytest.MonkeyPatch, ports: str) -> None:
    monkeypatch.setenv("MUSTER_SBI_PORTS", ports)
    with pytest.raises(BadInput, match=r"DRIVER_SETTING_WRONG.*MUSTER_SBI_PORTS"):
        from_environment()


@pytest.mark.parametrize("ports", ["80-90", ""])
def test_ports_outside_the_interfaces_range_are_not_looked_at(monkeypatch: pytest.MonkeyPatch, ports: str) -> None:
    monkeypatch.setenv("MUSTER_SBI_PORTS", ports)
    driver = from_environment()
    try:
        assert driver.find() == []
    finally:
        driver.close()


class TestConformance(DriverConformance):
    """What every driver promises, over a simulated service with a device of each kind."""

    @pytest.fixture(autouse=True)
    def _served(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        key = SigningKey.generate()
        der = self_signed_certificate(key, "Conformance", utc_now() - timedelta(hours=1), 1)
        context = DeviceContext(utc_now, SoftwareSigner(key, der, utc_now), trust=None)
        monkeypatch.setattr("muster.devices.conformance.conformance_context", lambda: context)
        with running(SbiService(utc_now, devices=[SimulatedDevice(), IRIS, FACE])) as service:
            self.driver = SbiDriver(watch=Watch([service.port]))
            assert until(lambda: len(self.driver.find()) == 3)
            yield
            self.driver.close()

    def make_driver(self) -> SbiDriver:
        return self.driver


# -- what a device tells of its condition


def _health(
    clock: Callable[[], datetime], enough: Callable[[DeviceHealth], bool] = lambda health: True
) -> DeviceHealth:
    seen: list[DeviceHealth] = []

    def looked() -> bool:
        seen.extend(each.health for each in driver.find() if each.health is not None)
        return bool(seen) and enough(seen[-1])

    with running(SbiService(clock)) as service:
        driver = SbiDriver([service.port], Watch([service.port], every_s=0.02))
        try:
            until(looked, within_s=1.0)
        finally:
            driver.close()
    return seen[-1]


def test_firmware_and_the_end_of_its_certificate_are_told(context: DeviceContext) -> None:
    with at_desk(context) as desk:
        (device,) = desk.driver.find()
        assert device.health is not None
        assert device.health.firmware == "0.9.5"
        assert device.health.certificate_expires_at == expires_at(desk.service.certificate)
        assert device.address == f"127.0.0.1:{desk.service.port}"


def test_how_far_a_devices_clock_is_off_is_told() -> None:
    offset = _health(lambda: utc_now() + timedelta(seconds=90)).clock_offset
    assert offset is not None
    assert abs(offset - timedelta(seconds=90)) < timedelta(seconds=5)


def test_when_a_device_was_issued_its_identity_is_not_taken_for_its_clock() -> None:
    issued, looks = utc_now() - timedelta(days=200), []

    def several(health: DeviceHealth) -> bool:
        looks.append(health)
        return len(looks) > 20

    assert _health(lambda: issued, several).clock_offset is None


def test_a_clock_that_is_years_off_is_told_once_it_was_seen_to_move() -> None:
    begun, ticks = datetime(2000, 1, 1, tzinfo=UTC), count()
    moving = _health(
        lambda: begun + timedelta(seconds=next(ticks)), lambda health: health.clock_offset is not None
    )
    assert moving.clock_offset is not None
    assert moving.clock_offset < timedelta(days=-9000)
