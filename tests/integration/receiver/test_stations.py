"""Stations that sign their requests: what is refused, what is counted, and what the hub learns of them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2
import pytest

import muster
from integration.receiver.conftest import Place
from integration.receiver.line import URL, Line
from muster import base64url
from muster.clock import utc_now
from muster.packet.seal import SealedPacket
from muster.receiver.admission import Admission, Share
from muster.receiver.app import create_app
from muster.receiver.machines import Standing
from muster.receiver.settings import HubSettings
from muster.upload.conversation import Conversation
from muster.upload.enrolment import ask_to_be_let_in
from muster.upload.mosip import MosipTarget
from muster.upload.target import Announcement
from muster.upload.transport import SignInWanted, Transport
from unit.receiver.counter import REF_ID, codes

CERTIFICATE = "/v1/syncdata/getCertificate?applicationId=REGISTRATION&referenceId=10001_10002"
SYNC = "/registrationprocessor/v1/registrationstatus/syncV2"
CLOSED = HubSettings(signed_requests=True)


def _line(place: Place, hub: HubSettings = CLOSED) -> Line:
    return Line(create_app(place.open(), place.clock, hub=hub), place.clock)


def _refusal(answer: httpx2.Response) -> tuple[int, list[str]]:
    return answer.status_code, codes(answer.json())


# Refused


def test_what_nobody_signed_is_refused_where_signatures_are_asked_for(small: Place) -> None:
    assert _refusal(_line(small).ask("GET", CERTIFICATE)) == (401, ["HUB-SIG-001"])


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "muster=:AAAA:"},
        {"signature": ""},
        {"signature": "other=:AAAA:"},
        {"muster-station": 'version="9.9.9"'},
        {"signature-input": "muster=()"},
        {"content-digest": "sha-256=:AAAA:"},
    ],
)
def test_a_request_changed_on_its_way_is_refused(small: Place, change: dict[str, str]) -> None:
    line = _line(small)
    headers = {**line.signature(small.keys.machine.key, "GET", CERTIFICATE), **change}
    assert line.ask("GET", CERTIFICATE, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", SYNC, b"{}"), ("POST", SYNC + "?a=1", b"{ }"), ("POST", SYNC[:-2], b"{ }"), ("PUT", SYNC, b"{ }")],
)
def test_a_signature_is_good_for_its_own_request_only(small: Place, method: str, path: str, body: bytes) -> None:
    line = _line(small)
    headers = line.signature(small.keys.machine.key, "POST", SYNC, b"{ }")
    assert line.ask(method, path, headers=headers, content=body).status_code == 401


def test_a_stranger_and_a_barred_station_are_refused(small: Place) -> None:
    line = _line(small)
    assert _refusal(line.ask_signed(small.keys.stranger.key, "GET", CERTIFICATE)) == (401, ["HUB-SIG-003"])
    small.open().known.decide(REF_ID, Standing.BARRED, "erika")
    assert _refusal(line.ask_signed(small.keys.machine.key, "GET", CERTIFICATE)) == (401, ["HUB-SIG-003"])


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_request_of_another_time_is_refused(small: Place, minutes: int) -> None:
    at = small.now + timedelta(minutes=minutes)
    answer = _line(small).ask_signed(small.keys.machine.key, "GET", CERTIFICATE, at=at)
    assert _refusal(answer) == (401, ["HUB-SIG-004"])


def test_a_request_is_taken_once_whichever_process_it_comes_to(place: Place) -> None:
    lines = [_line(place), _line(place)]
    headers = lines[0].signature(place.keys.machine.key, "GET", CERTIFICATE)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: lines[n % 2].ask("GET", CERTIFICATE, headers=headers), range(4)))
    assert sorted(each.status_code for each in answers) == [200, 401, 401, 401]
    assert {code for each in answers for code in codes(each.json())} == {"HUB-SIG-006"}


def test_a_nonce_is_kept_as_long_as_its_request_could_come_again(small: Place) -> None:
    line = _line(small)
    ahead = small.now + timedelta(minutes=4)
    headers = line.signature(small.keys.machine.key, "GET", CERTIFICATE, at=ahead)
    assert line.ask("GET", CERTIFICATE, headers=headers).status_code == 200
    small.pass_time(timedelta(minutes=8))
    assert _forgotten(small) == 0
    assert _refusal(line.ask("GET", CERTIFICATE, headers=headers)) == (401, ["HUB-SIG-006"])
    small.pass_time(timedelta(minutes=6))  # so long a body may take whose headers came in time
    assert _forgotten(small) == 0
    small.pass_time(timedelta(minutes=2))
    assert _forgotten(small) == 1
    assert _refusal(line.ask("GET", CERTIFICATE, headers=headers)) == (401, ["HUB-SIG-004"])


def _forgotten(place: Place) -> int:
    hub = place.open()
    return Admission(hub.database, hub.known, place.clock).forget_the_old()


def test_a_station_that_asks_too_much_is_told_to_wait_and_others_are_not(place: Place) -> None:
    place.open().register_machine("10001_10003", place.keys.stranger.key.public_pem)
    share = HubSettings(signed_requests=True, share=Share(requests_a_minute=2))
    lines = [_line(place, share), _line(place, share)]
    key = place.keys.machine.key
    asked = [lines[n % 2].ask_signed(key, "GET", CERTIFICATE) for n in range(3)]
    assert [each.status_code for each in asked] == [200, 200, 429]
    assert int(asked[2].headers["retry-after"]) > 0
    assert lines[0].ask_signed(place.keys.stranger.key, "GET", CERTIFICATE).status_code == 200
    place.pass_time(timedelta(minutes=1))
    assert lines[0].ask_signed(key, "GET", CERTIFICATE).status_code == 200


def test_octets_of_a_day_are_counted(small: Place) -> None:
    line = _line(small, HubSettings(signed_requests=True, share=Share(octets_a_day=100)))
    bodies = [line.ask_signed(small.keys.machine.key, "POST", SYNC, bytes(60)) for _ in range(2)]
    assert [each.status_code for each in bodies] == [200, 429]


# Served


def test_a_station_of_the_version_before_is_served_where_signatures_are_not_asked_for(small: Place) -> None:
    assert _line(small, HubSettings()).ask("GET", CERTIFICATE).status_code == 200


def test_a_wrong_signature_is_refused_even_where_none_is_asked_for(small: Place) -> None:
    line = _line(small, HubSettings())
    headers = {**line.signature(small.keys.machine.key, "GET", CERTIFICATE), "signature": "muster=:AAAA:"}
    assert line.ask("GET", CERTIFICATE, headers=headers).status_code == 401


def test_a_station_delivers_a_packet_with_every_request_signed(place: Place, sealed: SealedPacket) -> None:
    line = _line(place)
    with Transport(URL, transport=line) as transport:
        talk = Conversation(transport, request_key=place.keys.machine.key, waiting=3)
        talk._signing._clock = place.clock  # type: ignore[union-attr]
        target = MosipTarget(talk, REF_ID, place.clock)
        entry = Announcement(
            sealed.registration_id, sealed.packet_id, "NEW", sealed.digest, sealed.size, "eng", "APPROVED"
        )
        target.announce([entry], target.certificate())
        assert not target.upload(sealed.packet_id, sealed.content).duplicate
        assert target.upload(sealed.packet_id, sealed.content).duplicate
    assert place.open().packet(sealed.packet_id) == sealed.content
    (known,) = place.open().known.all()
    assert (known.heard.version, known.heard.waiting, known.heard.skew_s) == (muster.__version__, 3, 0)
    assert known.seen_at == place.now


def test_a_station_whose_clock_is_wrong_signs_by_the_hubs_after_one_refusal(small: Place) -> None:
    line = _line(small)
    with Transport(URL, transport=line) as transport:
        talk = Conversation(transport, request_key=small.keys.machine.key)
        assert abs(utc_now() - small.now) > timedelta(days=1)
        for _ in range(2):
            assert talk.get(CERTIFICATE.partition("?")[0], {"applicationId": "REGISTRATION", "referenceId": "1"})
    assert len(line.heard) == 3


def test_a_station_that_is_refused_hears_so(small: Place) -> None:
    with Transport(URL, transport=_line(small)) as transport, pytest.raises(SignInWanted):
        Conversation(transport, request_key=small.keys.stranger.key).get("/x", {})


# Being let in


def _enrolment(place: Place, ref_id: str = "10001_10003") -> bytes:
    key = base64url.encode(place.keys.stranger.key.public_der)
    return json.dumps({"refId": ref_id, "signPublicKey": key, "publicKey": key}).encode()


def test_a_new_station_asks_is_approved_and_served(place: Place) -> None:
    line, key = _line(place), place.keys.stranger.key
    path = "/v1/station/enrolment"
    asked = line.ask_signed(key, "POST", path, _enrolment(place))
    assert (asked.status_code, asked.json()["response"]) == (200, {"standing": "asked"})
    assert line.ask_signed(key, "GET", CERTIFICATE).status_code == 401
    place.open().known.decide("10001_10003", Standing.APPROVED, "erika")
    assert line.ask_signed(key, "POST", path, _enrolment(place)).json()["response"] == {"standing": "approved"}
    assert line.ask_signed(key, "GET", CERTIFICATE).status_code == 200


def test_a_station_asks_by_itself_and_by_the_hubs_clock_where_its_own_is_wrong(small: Place) -> None:
    line = _line(small)
    with Transport(URL, transport=line) as transport:
        key = small.keys.stranger.key
        assert ask_to_be_let_in(transport, "10001_10003", key, small.clock) == "asked"
        small.open().known.decide("10001_10003", Standing.APPROVED, "erika")
        assert ask_to_be_let_in(transport, "10001_10003", key, utc_now) == "approved"
    assert len(line.heard) == 3


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 5000, b'{"refId":"10001_10003","signPublicKey":"AA"}'])
def test_a_request_to_be_let_in_that_cannot_be_read_is_refused(small: Place, body: bytes) -> None:
    answer = _line(small).ask_signed(small.keys.stranger.key, "POST", "/v1/station/enrolment", body)
    assert _refusal(answer) == (400, ["HUB-ENR-001"])


def test_nobody_asks_with_a_key_they_do_not_hold(small: Place) -> None:
    body = _enrolment(small)
    answer = _line(small).ask_signed(small.keys.machine.key, "POST", "/v1/station/enrolment", body)
    assert _refusal(answer) == (400, ["HUB-ENR-001"])


def test_a_number_that_no_station_has_is_refused(small: Place) -> None:
    body = _enrolment(small, "../x")
    answer = _line(small).ask_signed(small.keys.stranger.key, "POST", "/v1/station/enrolment", body)
    assert _refusal(answer) == (400, ["HUB-ENR-001"])
