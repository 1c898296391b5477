"""Signing in at the receiver: the machine first, then the clock, then the user."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.datastructures import Headers

from muster import base64url
from muster.crypto.jws import sign_compact, verify_detached
from muster.crypto.key_slots import Argon2Cost, make_slot
from muster.crypto.machine_data import decrypt_machine_data
from muster.crypto.sealing import new_station_key
from muster.crypto.signing import SigningKey
from muster.errors import BadInput
from muster.formats.mosip_login import (
    Asked,
    ByOtp,
    ByPassword,
    ByRefreshToken,
    OtpWanted,
    Tokens,
    encode_login,
    read_tokens,
)
from muster.receiver.app import _token, create_app
from muster.receiver.doorkeeper import OTP_FOR, REFRESH_FOR, TOKEN_FOR
from muster.receiver.operations import Receiver
from muster.receiver.service import parse_user
from muster.receiver.tables import user
from unit.receiver.counter import NOW, Counter, Keys, codes, rendered

USER, PASSWORD = "erika", "correct horse battery"


@dataclass
class Door:
    """A receiver whose clock goes on when told to."""

    counter: Counter
    now: datetime

    def __post_init__(self) -> None:
        self.receiver = Receiver(self.counter.storage, lambda: self.now)

    @property
    def key(self) -> SigningKey:
        return self.counter.keys.machine.key

    def ask(self, asked: Asked, *, at: datetime | None = None, key: SigningKey | None = None) -> dict[str, Any]:
        key = key or self.key
        return self.post(encode_login(asked, at or self.now, key.key_index, key.sign))

    def post(self, body: bytes) -> dict[str, Any]:
        return rendered(self.receiver.sign_in(body))

    def tokens(self, asked: Asked) -> Tokens:
        answer = self.ask(asked)
        assert codes(answer) == []
        return read_tokens(decrypt_machine_data(self.key, base64url.decode(answer["response"])))

    def letter(self) -> str:
        """The one-time password that was sent."""
        wanted = encode_login(OtpWanted(USER), self.now, self.key.key_index, self.key.sign)
        answer = self.receiver.send_otp(wanted)
        assert codes(answer) == []
        return (self.counter.folder / "post" / f"{USER}.txt").read_text()


@pytest.fixture
def door(counter: Counter) -> Door:
    cheap = Argon2Cost(memory_kib=64, iterations=1, lanes=1)
    counter.storage.register_user(make_slot(USER, PASSWORD, new_station_key(), cheap))
    return Door(counter, NOW)


# Refused


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"request":5}', b'{"request":"a.b"}', b'{"request":"a.b.c.d"}', b"\xff",
        b"[" * 100_000, b'{"request":"!.!.!"}',
    ],
)  # fmt: skip
def test_what_is_no_request_is_an_invalid_one(door: Door, body: bytes) -> None:
    assert codes(door.post(body)) == ["KER-SYN-AUTH-001"]


def test_a_machine_that_is_not_registered_is_not_found(door: Door) -> None:
    stranger = door.counter.keys.stranger.key
    assert codes(door.ask(ByPassword(USER, PASSWORD), key=stranger)) == ["KER-SNC-155"]


def test_a_registered_machine_named_by_a_stranger_is_refused(door: Door) -> None:
    stranger = door.counter.keys.stranger.key
    body = encode_login(ByPassword(USER, PASSWORD), NOW, door.key.key_index, stranger.sign)
    assert codes(door.post(body)) == ["KER-SYN-AUTH-001"]


def test_a_payload_changed_on_the_way_is_refused(door: Door) -> None:
    content = json.loads(encode_login(ByPassword(USER, PASSWORD), NOW, door.key.key_index, door.key.sign))
    header, payload, signature = content["request"].split(".")
    other = base64url.encode(base64url.decode(payload).replace(USER.encode(), b"maxim"))
    body = json.dumps({**content, "request": f"{header}.{other}.{signature}"}).encode()
    assert codes(door.post(body)) == ["KER-SYN-AUTH-001"]


def test_a_signature_over_header_and_payload_is_refused(door: Door) -> None:
    # As a JWS would be signed, which this is not (trap 17).
    content = json.loads(encode_login(ByPassword(USER, PASSWORD), NOW, door.key.key_index, door.key.sign))
    header, payload, _ = content["request"].split(".")
    signature = base64url.encode(door.key.sign(f"{header}.{payload}".encode()))
    body = json.dumps({**content, "request": f"{header}.{payload}.{signature}"}).encode()
    assert codes(door.post(body)) == ["KER-SYN-AUTH-001"]


@pytest.mark.parametrize("minutes", [-5.01, 5.01])
def test_a_clock_more_than_five_minutes_off_is_refused(door: Door, minutes: float) -> None:
    at = NOW + timedelta(minutes=minutes)
    assert codes(door.ask(ByPassword(USER, PASSWORD), at=at)) == ["KER-SYN-AUTH-001"]


@pytest.mark.parametrize(
    "asked",
    [
        ByPassword(USER, "wrong"),
        ByPassword(USER, ""),
        ByPassword("max", PASSWORD),
        ByPassword("../erika", PASSWORD),
        ByOtp(USER, ""),
        ByOtp(USER, "000000"),
        ByRefreshToken(""),
        ByRefreshToken("a.b.c"),
        OtpWanted(USER),
    ],
)
def test_whatever_else_is_wrong_is_the_same_refusal(door: Door, asked: Asked) -> None:
    assert codes(door.ask(asked)) == ["KER-SYN-AUTH-001"]


def test_nobody_gets_a_one_time_password_for_a_stranger(door: Door) -> None:
    body = encode_login(OtpWanted("max"), NOW, door.key.key_index, door.key.sign)
    assert codes(door.receiver.send_otp(body)) == ["KER-SYN-AUTH-001"]


def test_a_damaged_list_of_users_lets_nobody_in(door: Door) -> None:
    with door.counter.storage.database.writing() as connection:
        connection.execute(user.update().values(slot='{"user_id": 5}'))
    assert codes(door.ask(ByPassword(USER, PASSWORD))) == ["KER-SYN-AUTH-001"]


@pytest.mark.parametrize("text", ["", "erika", "erika=", "erika=nowhere.txt", "../erika=password.txt", "e=p"])
def test_a_user_without_a_password_file_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_user(text)
    assert caught.value.code.name == "USER_UNREADABLE"


# Let in


def test_the_right_password_gives_tokens_only_the_machine_can_read(door: Door) -> None:
    tokens = door.tokens(ByPassword(USER, PASSWORD))
    assert (tokens.expires_at, tokens.refresh_expires_at) == (NOW + TOKEN_FOR, NOW + REFRESH_FOR)
    assert door.receiver.doorkeeper.admits(tokens.token)


@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_five_minutes_off_is_let_in(door: Door, minutes: int) -> None:
    assert codes(door.ask(ByPassword(USER, PASSWORD), at=NOW + timedelta(minutes=minutes))) == []


def test_a_refresh_token_gives_new_tokens(door: Door) -> None:
    first = door.tokens(ByPassword(USER, PASSWORD))
    door.now += TOKEN_FOR
    assert not door.receiver.doorkeeper.admits(first.token)
    second = door.tokens(ByRefreshToken(first.refresh_token))
    assert door.receiver.doorkeeper.admits(second.token)


def test_a_refresh_token_of_somebody_who_was_removed_is_refused(door: Door) -> None:
    tokens = door.tokens(ByPassword(USER, PASSWORD))
    with door.counter.storage.database.writing() as connection:
        connection.execute(user.delete())
    assert codes(door.ask(ByRefreshToken(tokens.refresh_token))) == ["KER-SYN-AUTH-001"]


def test_a_refresh_token_ends(door: Door) -> None:
    tokens = door.tokens(ByPassword(USER, PASSWORD))
    door.now += REFRESH_FOR
    assert codes(door.ask(ByRefreshToken(tokens.refresh_token))) == ["KER-SYN-AUTH-001"]


def test_a_one_time_password_opens_once(door: Door) -> None:
    letter = door.letter()
    door.tokens(ByOtp(USER, letter))
    assert codes(door.ask(ByOtp(USER, letter))) == ["KER-SYN-AUTH-001"]


def test_a_one_time_password_ends(door: Door) -> None:
    letter = door.letter()
    door.now += OTP_FOR + timedelta(seconds=1)
    assert codes(door.ask(ByOtp(USER, letter))) == ["KER-SYN-AUTH-001"]


def test_a_one_time_password_cannot_be_guessed_at_for_long(door: Door) -> None:
    letter = door.letter()
    for _ in range(3):
        door.ask(ByOtp(USER, "wrong"))
    assert codes(door.ask(ByOtp(USER, letter))) == ["KER-SYN-AUTH-001"]


# Tokens


def test_tokens_are_for_one_use_each(door: Door) -> None:
    tokens = door.tokens(ByPassword(USER, PASSWORD))
    assert not door.receiver.doorkeeper.admits(tokens.refresh_token)
    assert codes(door.ask(ByRefreshToken(tokens.token))) == ["KER-SYN-AUTH-001"]


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "a.b.c.d", "é.é.é", "null"])
def test_what_is_no_token_admits_nobody(door: Door, token: str) -> None:
    assert not door.receiver.doorkeeper.admits(token)


def test_a_token_of_another_server_admits_nobody(door: Door, keys: Keys) -> None:
    claims = json.dumps({"sub": USER, "use": "access", "exp": 4_000_000_000}).encode()
    forged = sign_compact(keys.stranger.key, claims, keys.stranger.certificate_der)
    assert not door.receiver.doorkeeper.admits(forged)


def test_a_token_without_an_end_admits_nobody(door: Door, keys: Keys) -> None:
    claims = json.dumps({"sub": USER, "use": "access"}).encode()
    endless = sign_compact(keys.signer.key, claims, keys.signer.certificate_der)
    assert not door.receiver.doorkeeper.admits(endless)


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("cookie", "Authorization=a.b.c", "a.b.c"),
        ("cookie", "x=1; Authorization=a.b.c; y=2", "a.b.c"),
        ("authorization", "Bearer a.b.c", "a.b.c"),
        ("authorization", "Basic a.b.c", ""),
        ("cookie", "Authorization", ""),
        ("cookie", "\xe9\x00;;=;", ""),
    ],
)
def test_the_token_is_found_in_cookie_or_header(name: str, value: str, found: str) -> None:
    assert _token(Headers({name: value})) == found


# The machine (4.3)


def _verify(door: Door, key: SigningKey, **changes: object) -> dict[str, Any]:
    public = base64url.encode(key.public_der)
    request = {"machineName": "station", "publicKey": public, "signPublicKey": public, **changes}
    return rendered(door.receiver.verify_machine(json.dumps({"request": request}).encode()))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"request":5}'])
def test_a_machine_that_cannot_be_read_is_not_whitelisted(door: Door, body: bytes) -> None:
    assert codes(rendered(door.receiver.verify_machine(body))) == ["KER-SNC-164"]


def test_a_machine_without_a_name_is_not_found(door: Door) -> None:
    assert codes(_verify(door, door.key, machineName="")) == ["KER-SNC-155"]


def test_a_key_nobody_registered_is_not_whitelisted(door: Door, keys: Keys) -> None:
    assert codes(_verify(door, keys.stranger.key)) == ["KER-SNC-164"]


def test_a_registered_key_is_answered_with_its_index(door: Door) -> None:
    assert _verify(door, door.key)["response"] == {"keyIndex": door.key.key_index}


# At the door, over the wire


class _Blocking:
    """An ASGI application asked without a loop of one's own."""

    def __init__(self, transport: httpx2.ASGITransport) -> None:
        self._transport = transport

    def request(self, method: str, path: str, **more: Any) -> httpx2.Response:
        async def ask() -> httpx2.Response:
            async with httpx2.AsyncClient(transport=self._transport, base_url="http://receiver") as client:
                return await client.request(method, path, **more)

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def closed(opened: Counter) -> _Blocking:
    """A receiver that serves only who is signed in."""
    return _Blocking(httpx2.ASGITransport(create_app(opened.storage, lambda: NOW, login=True)))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/syncdata/getCertificate?applicationId=KERNEL&referenceId=SIGN"),
        ("POST", "/v1/syncdata/tpm/publickey/verify"),
        ("POST", "/registrationprocessor/v1/registrationstatus/syncV2"),
        ("POST", "/registrationprocessor/v1/registrationstatus/sync"),
        ("POST", "/registrationprocessor/v1/registrationstatus/search"),
        ("POST", "/registrationprocessor/v1/registrationstatus/packetexternalstatus"),
        ("POST", "/registrationprocessor/v1/packetreceiver/registrationpackets"),
        ("PUT", "/enrollment"),
        ("GET", "/nowhere"),
    ],
)
def test_without_a_token_nothing_is_served(closed: _Blocking, method: str, path: str) -> None:
    answer = closed.request(method, path, headers={"Cookie": "Authorization=a.b.c"})
    assert answer.status_code == 401
    assert codes(answer.json()) == ["KER-ATH-401"]


def test_signing_in_needs_no_token(closed: _Blocking) -> None:
    answer = closed.request("POST", "/v1/syncdata/authenticate/useridpwd", content=b"{}")
    assert (answer.status_code, codes(answer.json())) == (200, ["KER-SYN-AUTH-001"])
    assert closed.request("GET", "/v1/syncdata/actuator/health").status_code == 200


def test_with_a_token_the_certificate_comes_signed_with_itself(closed: _Blocking, door: Door) -> None:
    token = door.tokens(ByPassword(USER, PASSWORD)).token
    answer = closed.request(
        "GET",
        "/v1/syncdata/getCertificate?applicationId=KERNEL&referenceId=SIGN",
        headers={"Cookie": f"Authorization={token}"},
    )
    certificate = answer.json()["response"]["certificate"].encode()
    assert certificate == door.counter.keys.signer.certificate_pem
    assert verify_detached(answer.headers["response-signature"], answer.content, certificate)


def test_a_refusal_is_not_signed(closed: _Blocking) -> None:
    answer = closed.request("POST", "/v1/syncdata/authenticate/useridpwd", content=b"{}")
    assert "response-signature" not in answer.headers
