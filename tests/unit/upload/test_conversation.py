"""An authenticated conversation with a server on a real socket: token, signatures, and every way they go wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster import base64url
from muster.crypto.jws import sign_detached
from muster.crypto.machine_data import encrypt_machine_data
from muster.crypto.signing import SigningKey, certificate_to_pem, self_signed_certificate, verify
from muster.errors import MusterError, NetworkUnavailable, Refused, SignInRefused, Unavailable
from muster.formats.mosip_login import LoginRequest, Tokens, encode_tokens
from muster.upload.conversation import Conversation
from muster.upload.login import ServerLogin
from muster.upload.signer import ServerNotAuthentic, Signer
from muster.upload.transport import SignInWanted, Transport
from unit.packet.contents_fixture import KeyPair
from unit.upload.wire import Answer, WireServer

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
USER, PASSWORD = "erika", "correct horse battery"
ON_TIME = {"Date": "Fri, 02 Jan 2026 03:04:05 GMT"}
HEALTHY = Answer(body=b'{"status":"UP"}', headers=ON_TIME)
SOMETHING = {"id": None, "response": {"name": "Ärger", "size": 1.5, "nothing": None}, "errors": None}


class SetClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Memory:
    """A pin that keeps nothing beyond the test."""

    def __init__(self, certificate: bytes | None = None) -> None:
        self.certificate = certificate

    def load(self) -> bytes | None:
        return self.certificate

    def store(self, certificate: bytes) -> None:
        self.certificate = certificate


@pytest.fixture(scope="module")
def machine() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="module")
def signer_key() -> KeyPair:
    return KeyPair.make("KERNEL/SIGN")


@pytest.fixture(scope="module")
def other_key() -> KeyPair:
    return KeyPair.make("Somebody else")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def login(machine: SigningKey, clock: SetClock) -> ServerLogin:
    return ServerLogin(machine, clock)


def _jwt(name: str, ends: datetime) -> str:
    claims = base64url.encode(json.dumps({"exp": int(ends.timestamp()), "name": name}).encode())
    return f"e30.{claims}.c2ln"


def _tokens(name: str = "first", minutes: float = 30, refresh_minutes: float = 60) -> Tokens:
    ends, refresh = NOW + timedelta(minutes=minutes), NOW + timedelta(minutes=refresh_minutes)
    return Tokens(_jwt(name, ends), ends, _jwt(f"{name} refresh", refresh), refresh)


def _letting_in(machine: SigningKey, tokens: Tokens) -> Answer:
    sealed = encrypt_machine_data(machine.public_der, encode_tokens(tokens, NOW))
    return _said({"response": base64url.encode(sealed), "errors": None})


def _said(content: object) -> Answer:
    return Answer(body=json.dumps(content).encode())


def _failure(code: str) -> Answer:
    return _said({"response": None, "errors": [{"errorCode": code, "message": "Erika Mustermann"}]})


def _signed(key: KeyPair, content: object = SOMETHING, body: bytes | None = None) -> Answer:
    """As keymanager signs and Jackson writes: compact, UTF-8."""
    compact = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    signature = sign_detached(key.key, compact, key.certificate_der)
    return Answer(body=body or compact, headers={"Response-Signature": signature})


def _certificate(key: KeyPair, signed_with: KeyPair | None = None) -> Answer:
    return _signed(signed_with or key, {"response": {"certificate": key.certificate_pem.decode()}, "errors": None})


def _code(caught: pytest.ExceptionInfo[MusterError]) -> str:
    return caught.value.code.name


# Signing in: the clock first (trap 17)


@pytest.mark.parametrize("minutes", [-60, 60, 6])
def test_a_clock_that_is_off_is_said_before_the_password_is_sent(
    server: WireServer, transport: Transport, login: ServerLogin, clock: SetClock, minutes: int
) -> None:
    clock.now += timedelta(minutes=minutes)
    server.will(HEALTHY)
    with pytest.raises(Unavailable) as caught:
        login.by_password(transport, USER, PASSWORD)
    assert (_code(caught), caught.value.detail) == ("CLOCK_OFF", {"minutes": abs(minutes)})
    assert [each.method for each in server.received] == ["GET"]


def test_the_servers_time_is_remembered_where_an_answer_does_not_say_it(
    server: WireServer, transport: Transport, login: ServerLogin, clock: SetClock
) -> None:
    clock.now += timedelta(hours=1)
    for answer in (HEALTHY, Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")):
        server.will(answer)
        with pytest.raises(Unavailable) as caught:
            login.by_password(transport, USER, PASSWORD)
        assert _code(caught) == "CLOCK_OFF"


def test_a_clock_set_right_meanwhile_is_believed(
    server: WireServer, transport: Transport, login: ServerLogin, clock: SetClock, machine: SigningKey
) -> None:
    clock.now += timedelta(hours=1)
    server.will(HEALTHY)
    with pytest.raises(Unavailable):
        login.by_password(transport, USER, PASSWORD)
    clock.now = NOW
    server.will(HEALTHY)
    server.will(_letting_in(machine, _tokens()))
    login.by_password(transport, USER, PASSWORD)


@pytest.mark.parametrize("date", ["", "yesterday", "Fri, 99 Jan 2026 03:04:05 GMT"])
def test_a_server_that_never_says_the_time_is_signed_in_at(
    server: WireServer, transport: Transport, login: ServerLogin, machine: SigningKey, date: str
) -> None:
    head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}"
    server.will(Answer(raw=head.encode()))
    server.will(_letting_in(machine, _tokens()))
    login.by_password(transport, USER, PASSWORD)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_probe_closed_to_strangers_says_the_time_all_the_same(
    server: WireServer, transport: Transport, login: ServerLogin, clock: SetClock, status: int
) -> None:
    clock.now += timedelta(hours=1)
    server.will(Answer(status, headers=ON_TIME))
    with pytest.raises(Unavailable) as caught:
        login.by_password(transport, USER, PASSWORD)
    assert _code(caught) == "CLOCK_OFF"


def test_what_is_no_registration_server_does_not_get_the_password(
    server: WireServer, transport: Transport, login: ServerLogin
) -> None:
    server.will(Answer(body=b"<html>Sign in to the hotel</html>"))
    with pytest.raises(NetworkUnavailable):
        login.by_password(transport, USER, PASSWORD)
    assert all(PASSWORD.encode() not in each.body for each in server.received)
    assert len(server.received) == 1


# Signing in: what the server says


@pytest.mark.parametrize(
    ("server_code", "code"),
    [
        ("KER-SYN-AUTH-001", "LOGIN_NOT_ACCEPTED"),
        ("KER-SNC-155", "LOGIN_STATION_UNKNOWN"),
        ("KER-SYN-AUTH-004", "LOGIN_REFUSED"),
    ],
)
def test_a_refused_sign_in_has_a_sentence_of_its_own(
    server: WireServer, transport: Transport, login: ServerLogin, server_code: str, code: str
) -> None:
    server.will(HEALTHY)
    server.will(_failure(server_code))
    with pytest.raises(SignInRefused) as caught:
        login.by_password(transport, USER, PASSWORD)
    assert _code(caught) == code
    assert "Mustermann" not in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        {}, {"response": None}, {"response": 5}, {"response": ""}, {"response": "!"}, {"response": "AAAA"},
        {"response": {"token": "a.b.c"}}, {"response": None, "errors": "no"}, {"response": None, "errors": [5]},
    ],
)  # fmt: skip
def test_an_answer_without_tokens_is_no_sign_in(
    server: WireServer, transport: Transport, login: ServerLogin, content: object
) -> None:
    server.will(HEALTHY)
    server.will(_said(content))
    with pytest.raises(NetworkUnavailable) as caught:
        login.by_password(transport, USER, PASSWORD)
    assert _code(caught) == "LOGIN_ANSWER_UNREADABLE"


def test_tokens_encrypted_to_another_machine_name_the_key(
    server: WireServer, transport: Transport, login: ServerLogin, other_key: KeyPair
) -> None:
    server.will(HEALTHY)
    server.will(_letting_in(other_key.key, _tokens()))
    with pytest.raises(SignInRefused) as caught:
        login.by_password(transport, USER, PASSWORD)
    assert _code(caught) == "LOGIN_FOR_ANOTHER_KEY"


def test_the_password_goes_signed_by_the_machine(
    server: WireServer, transport: Transport, login: ServerLogin, machine: SigningKey
) -> None:
    server.will(HEALTHY)
    server.will(_letting_in(machine, _tokens()))
    login.by_password(transport, USER, PASSWORD)
    request = LoginRequest.parse(server.last.body)
    assert request.key_index == machine.key_index
    assert verify(machine.public_der, request.payload, request.signature)
    assert json.loads(request.payload)["password"] == PASSWORD


def test_a_one_time_password_is_asked_for_and_used(
    server: WireServer, transport: Transport, login: ServerLogin, machine: SigningKey
) -> None:
    for answer in (HEALTHY, _said({"response": {"status": "success"}}), HEALTHY, _letting_in(machine, _tokens())):
        server.will(answer)
    login.send_otp(transport, USER)
    assert server.last.path == "/v1/syncdata/authenticate/sendotp"
    login.by_otp(transport, USER, "123456")
    assert json.loads(LoginRequest.parse(server.last.body).payload)["otp"] == "123456"
    assert login.token(transport) == _tokens().token


@pytest.mark.parametrize("body", [b'{"errors":[5]}', b'{"errors":{}}'])
def test_an_unreadable_answer_to_the_wish_for_a_one_time_password_is_no_success(
    server: WireServer, transport: Transport, login: ServerLogin, body: bytes
) -> None:
    server.will(HEALTHY)
    server.will(Answer(body=body))
    with pytest.raises(NetworkUnavailable):
        login.send_otp(transport, USER)


def test_secrets_are_in_no_ones_text(
    server: WireServer, transport: Transport, login: ServerLogin, machine: SigningKey
) -> None:
    server.will(HEALTHY)
    server.will(_letting_in(machine, _tokens()))
    login.by_password(transport, USER, PASSWORD)
    assert PASSWORD not in repr(vars(login))
    assert _tokens().token not in repr(vars(login))


# Tokens


@pytest.fixture
def signed_in(
    server: WireServer, transport: Transport, login: ServerLogin, machine: SigningKey
) -> Iterator[Conversation]:
    server.will(HEALTHY)
    server.will(_letting_in(machine, _tokens()))
    login.by_password(transport, USER, PASSWORD)
    server.received.clear()
    yield Conversation(transport, login=login)


def _cookies(server: WireServer) -> list[str | None]:
    return [each.headers.get("Cookie") for each in server.received]


def test_who_is_not_signed_in_asks_nothing(server: WireServer, transport: Transport, login: ServerLogin) -> None:
    with pytest.raises(SignInWanted) as caught:
        Conversation(transport, login=login).get("/x", {})
    assert _code(caught) == "SERVER_WANTS_SIGN_IN"
    assert server.received == []


def test_a_server_that_wants_a_sign_in_unexpectedly_is_no_refusal_of_the_packet(
    server: WireServer, transport: Transport
) -> None:
    server.will(Answer(401))
    with pytest.raises(SignInWanted):
        Conversation(transport).get("/x", {})


def test_the_token_is_sent_as_mosips_cookie(server: WireServer, signed_in: Conversation) -> None:
    server.will_say({"a": 1})
    assert signed_in.get("/x", {}) == {"a": 1}
    assert _cookies(server) == [f"Authorization={_tokens().token}"]
    assert server.last.headers["Cache-Control"] == "no-cache,max-age=0"


def test_a_token_about_to_end_is_renewed_before_it_is_sent(
    server: WireServer, signed_in: Conversation, machine: SigningKey, clock: SetClock
) -> None:
    clock.now += timedelta(minutes=29, seconds=30)
    renewed = _tokens("second", minutes=60)
    late = {"Date": "Fri, 02 Jan 2026 03:33:35 GMT"}
    for answer in (Answer(headers=late), _letting_in(machine, renewed), _said({})):
        server.will(answer)
    signed_in.get("/x", {})
    assert json.loads(LoginRequest.parse(server.received[1].body).payload)["authType"] == "REFRESH"
    assert server.last.headers["Cookie"] == f"Authorization={renewed.token}"


@pytest.mark.parametrize("no", [Answer(401), _failure("KER-ATH-401")])
def test_a_token_the_server_no_longer_takes_is_renewed_in_the_middle_of_a_batch(
    server: WireServer, signed_in: Conversation, machine: SigningKey, no: Answer
) -> None:
    renewed = _tokens("second")
    for answer in (_said({"n": 1}), no, HEALTHY, _letting_in(machine, renewed), _said({"n": 2})):
        server.will(answer)
    assert [signed_in.post("/x", b"{}", {}) for _ in range(2)] == [{"n": 1}, {"n": 2}]
    assert server.last.headers["Cookie"] == f"Authorization={renewed.token}"


def test_a_server_that_takes_no_token_is_asked_twice_and_no_more(
    server: WireServer, signed_in: Conversation, machine: SigningKey
) -> None:
    for answer in (Answer(401), HEALTHY, _letting_in(machine, _tokens("second")), Answer(401)):
        server.will(answer)
    with pytest.raises(SignInWanted):
        signed_in.get("/x", {})
    assert server.answers == []


def test_a_refused_renewal_asks_the_officer_to_sign_in_and_is_not_repeated(
    server: WireServer, signed_in: Conversation
) -> None:
    for answer in (Answer(401), HEALTHY, _failure("KER-SYN-AUTH-001")):
        server.will(answer)
    with pytest.raises(SignInWanted) as caught:
        signed_in.get("/x", {})
    assert _code(caught) == "SERVER_WANTS_SIGN_IN"
    asked = len(server.received)
    with pytest.raises(SignInWanted):
        signed_in.get("/x", {})
    assert len(server.received) == asked


def test_a_refresh_token_that_is_over_is_not_even_sent(
    server: WireServer, signed_in: Conversation, clock: SetClock
) -> None:
    clock.now += timedelta(hours=2)
    with pytest.raises(SignInWanted):
        signed_in.get("/x", {})
    assert server.received == []


def test_a_network_that_fails_during_the_renewal_leaves_the_sign_in(
    server: WireServer, signed_in: Conversation, machine: SigningKey
) -> None:
    for answer in (Answer(401), Answer(raw=b"")):
        server.will(answer)
    with pytest.raises(NetworkUnavailable):
        signed_in.get("/x", {})
    server.will_say({"again": True})
    assert signed_in.get("/x", {}) == {"again": True}


def test_after_forgetting_nobody_is_signed_in(
    server: WireServer, signed_in: Conversation, login: ServerLogin
) -> None:
    login.forget()
    with pytest.raises(SignInWanted):
        signed_in.get("/x", {})


def test_a_redirect_takes_the_token_nowhere(server: WireServer, signed_in: Conversation) -> None:
    server.will(Answer(302, b"", {"Location": "http://registrar.example/x"}))
    with pytest.raises(NetworkUnavailable) as caught:
        signed_in.get("/x", {})
    assert _code(caught) == "SERVER_ANSWER_UNREADABLE"
    assert len(server.received) == 1


# Signed answers (4.4, trap 20)


def _checked(transport: Transport, clock: SetClock, pin: Memory) -> Conversation:
    return Conversation(transport, signer=Signer(pin, clock))


@pytest.fixture
def pin(signer_key: KeyPair) -> Memory:
    return Memory(signer_key.certificate_pem)


@pytest.fixture
def checked(transport: Transport, clock: SetClock, pin: Memory) -> Conversation:
    return _checked(transport, clock, pin)


def _answers_with(signature: str) -> Answer:
    return Answer(body=json.dumps(SOMETHING).encode(), headers={"Response-Signature": signature})


@pytest.mark.parametrize("signature", ["", "a..b", "..", "no signature", "e30..c2ln", "a.b.c"])
def test_an_answer_without_a_good_signature_is_not_used(
    server: WireServer, checked: Conversation, signer_key: KeyPair, signature: str
) -> None:
    server.will(_answers_with(signature))
    server.will(_certificate(signer_key))
    with pytest.raises(ServerNotAuthentic) as caught:
        checked.get("/x", {})
    assert _code(caught) == "ANSWER_NOT_AUTHENTIC"


def test_an_answer_without_the_header_is_not_used(
    server: WireServer, checked: Conversation, signer_key: KeyPair
) -> None:
    server.will_say(SOMETHING)
    server.will(_certificate(signer_key))
    with pytest.raises(ServerNotAuthentic):
        checked.get("/x", {})


def test_an_answer_changed_on_the_way_is_not_used(
    server: WireServer, checked: Conversation, signer_key: KeyPair
) -> None:
    good = _signed(signer_key)
    server.will(Answer(body=good.body.replace(b"1.5", b"2.5"), headers=good.headers))
    server.will(_certificate(signer_key))
    with pytest.raises(ServerNotAuthentic):
        checked.get("/x", {})


def test_an_answer_signed_by_somebody_else_is_not_used_though_it_brings_its_certificate(
    server: WireServer, checked: Conversation, signer_key: KeyPair, other_key: KeyPair
) -> None:
    server.will(_signed(other_key))
    server.will(_certificate(signer_key))
    with pytest.raises(ServerNotAuthentic) as caught:
        checked.get("/x", {})
    assert _code(caught) == "ANSWER_NOT_AUTHENTIC"


def test_a_server_that_signs_with_another_certificate_is_not_believed_and_the_pin_stays(
    server: WireServer, checked: Conversation, pin: Memory, signer_key: KeyPair, other_key: KeyPair
) -> None:
    server.will(_signed(other_key))
    server.will(_certificate(other_key))
    with pytest.raises(ServerNotAuthentic) as caught:
        checked.get("/x", {})
    assert _code(caught) == "SERVER_SIGNER_CHANGED"
    assert pin.certificate == signer_key.certificate_pem


@pytest.mark.parametrize("then", [Answer(raw=b""), Answer(503), Answer(body=b"<html>")])
def test_where_the_certificate_cannot_be_asked_for_the_answer_is_still_not_used(
    server: WireServer, checked: Conversation, other_key: KeyPair, then: Answer
) -> None:
    server.will(_signed(other_key))
    server.will(then)
    with pytest.raises(ServerNotAuthentic) as caught:
        checked.get("/x", {})
    assert _code(caught) == "ANSWER_NOT_AUTHENTIC"


def test_an_accepted_change_is_believed(
    server: WireServer, checked: Conversation, pin: Memory, other_key: KeyPair
) -> None:
    pin.store(other_key.certificate_pem)
    server.will(_signed(other_key))
    assert checked.get("/x", {}) == SOMETHING


@pytest.mark.parametrize("indent", [None, 2])
def test_a_signed_answer_is_used_however_it_was_laid_out(
    server: WireServer, checked: Conversation, signer_key: KeyPair, indent: int | None
) -> None:
    body = json.dumps(SOMETHING, ensure_ascii=False, indent=indent).encode()
    server.will(_signed(signer_key, body=body))
    assert checked.get("/x", {}) == SOMETHING


def test_an_answer_that_only_refuses_needs_no_signature(server: WireServer, checked: Conversation) -> None:
    server.will(_failure("RPR-PKR-001"))
    assert checked.get("/x", {})["errors"][0]["errorCode"] == "RPR-PKR-001"


# The certificate they are checked with, trusted on first use


def test_the_first_signed_answer_pins_the_certificate_asked_for_by_name(
    server: WireServer, transport: Transport, clock: SetClock, signer_key: KeyPair
) -> None:
    pin = Memory()
    server.will(_signed(signer_key))
    server.will(_certificate(signer_key))
    assert _checked(transport, clock, pin).get("/x", {}) == SOMETHING
    assert pin.certificate == signer_key.certificate_pem
    assert server.last.path == "/v1/syncdata/getCertificate?applicationId=KERNEL&referenceId=SIGN"


def test_once_it_is_pinned_it_is_not_asked_for(
    server: WireServer, checked: Conversation, signer_key: KeyPair
) -> None:
    server.will(_signed(signer_key))
    checked.get("/x", {})
    assert len(server.received) == 1


def test_a_certificate_brought_by_an_answer_it_did_not_sign_is_not_pinned(
    server: WireServer, transport: Transport, clock: SetClock, signer_key: KeyPair, other_key: KeyPair
) -> None:
    pin = Memory()
    server.will(_signed(other_key))
    server.will(_certificate(other_key, signed_with=signer_key))
    with pytest.raises(ServerNotAuthentic):
        _checked(transport, clock, pin).get("/x", {})
    assert pin.certificate is None


@pytest.mark.parametrize("certificate", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_not_pinned(
    server: WireServer, transport: Transport, clock: SetClock, signer_key: KeyPair, certificate: str
) -> None:
    pin = Memory()
    server.will(_signed(signer_key))
    server.will(_signed(signer_key, {"response": {"certificate": certificate}}))
    with pytest.raises(ServerNotAuthentic) as caught:
        _checked(transport, clock, pin).get("/x", {})
    assert (_code(caught), pin.certificate) == ("SERVER_SIGNER_UNUSABLE", None)


@pytest.mark.parametrize("begins", [NOW - timedelta(days=30), NOW + timedelta(days=3)])
def test_a_certificate_outside_its_time_is_not_pinned(
    server: WireServer, transport: Transport, clock: SetClock, signer_key: KeyPair, begins: datetime
) -> None:
    pin = Memory()
    der = self_signed_certificate(signer_key.key, "over", begins, 10)
    server.will(_signed(signer_key))
    server.will(_signed(signer_key, {"response": {"certificate": certificate_to_pem(der).decode()}}))
    with pytest.raises(ServerNotAuthentic) as caught:
        _checked(transport, clock, pin).get("/x", {})
    assert (_code(caught), pin.certificate) == ("SERVER_SIGNER_UNUSABLE", None)


def test_a_server_without_such_a_certificate_says_so(
    server: WireServer, transport: Transport, clock: SetClock, signer_key: KeyPair
) -> None:
    server.will(_signed(signer_key))
    server.will(_failure("KER-KMS-002"))
    with pytest.raises(Refused) as caught:
        _checked(transport, clock, Memory()).get("/x", {})
    assert _code(caught) == "CERTIFICATE_REFUSED"


# Signed requests (4.4), where the server wants them


def test_a_request_is_signed_over_its_body(server: WireServer, transport: Transport, machine: SigningKey) -> None:
    server.will_say({})
    Conversation(transport, request_key=machine).post("/x", b'{"a":1}', {})
    scheme, _, signature = server.last.headers["request-signature"].partition(":")
    assert scheme == "Authorization"
    assert verify(machine.public_der, b'{"a":1}', base64url.decode(signature))
    assert server.last.headers["keyIndex"] == machine.key_index


@pytest.mark.parametrize(("status", "times"), [(401, 2), (403, 1), (409, 1), (413, 1)])
def test_by_the_servers_clock_only_who_was_not_believed_asks_again(
    server: WireServer, transport: Transport, machine: SigningKey, status: int, times: int
) -> None:
    """Whatever else a server refuses it refuses again, and a packet is large."""
    for _ in range(2):
        server.will(Answer(status, headers=ON_TIME))
    with pytest.raises((Refused, SignInWanted)):
        Conversation(transport, request_key=machine).post_file("/x", "a.zip", b"a")
    assert len(server.received) == times


def test_requests_are_not_signed_where_nobody_asked_for_it(
    server: WireServer, transport: Transport, machine: SigningKey
) -> None:
    server.will_say({})
    Conversation(transport).post("/x", b"{}", {})
    assert "request-signature" not in server.last.headers


@pytest.mark.parametrize("upload", [True, False])
def test_what_has_no_json_body_is_not_signed(
    server: WireServer, transport: Transport, machine: SigningKey, upload: bool
) -> None:
    server.will_say({})
    talk = Conversation(transport, request_key=machine)
    answer: dict[str, Any] = talk.post_file("/x", "a.zip", b"a") if upload else talk.get("/x", {})
    assert answer == {}
    assert "request-signature" not in server.last.headers
