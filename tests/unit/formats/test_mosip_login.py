"""Signatures are made and checked with the library's primitives alone."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from muster.crypto.jws import verify_detached
from muster.crypto.machine_data import decrypt_machine_data, encrypt_machine_data
from muster.crypto.signing import SigningKey, load_public_key, self_signed_certificate
from muster.errors import Code, MalformedData, SignInRefused
from muster.formats.mosip_login import (
    LOGIN_ANSWER_UNREADABLE,
    LOGIN_NOT_ACCEPTED,
    LOGIN_REFUSED,
    LOGIN_REQUEST_UNREADABLE,
    LOGIN_STATION_UNKNOWN,
    Asked,
    ByOtp,
    ByPassword,
    ByRefreshToken,
    LoginRequest,
    OtpWanted,
    Tokens,
    encode_login,
    encode_tokens,
    is_on_time,
    payload,
    read_answer,
    read_tokens,
    request_text,
)

AT = datetime(2026, 3, 4, 5, 6, 7, 89_999, tzinfo=UTC)
STAMP = "2026-03-04T05:06:07.089Z"
KEY_INDEX = "ab:cd:ef"
BY_PASSWORD = ByPassword("erika.mustermann", "geheim")
EXPIRES = datetime(2026, 3, 4, 6, 0, 0, tzinfo=UTC)


def b64u(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def octets(text: str) -> bytes:
    assert "=" not in text
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def unsigned(content: bytes) -> bytes:
    """A signature that shows what it was asked to cover."""
    return b"signed:" + content


def jwt(claims: object) -> str:
    return f"{b64u(b'{}')}.{b64u(json.dumps(claims).encode())}.{b64u(b'signature')}"


def answered(**changes: object) -> bytes:
    content: dict[str, object] = {
        "token": jwt({"exp": int(EXPIRES.timestamp())}),
        "refreshToken": jwt({"exp": int(EXPIRES.timestamp()) + 60}),
        "expiryTime": 1800,
        "refreshExpiryTime": 1860,
        "timestamp": STAMP,
    }
    return json.dumps({**content, **changes}).encode()


def refused(content: bytes) -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        read_answer(content)
    return caught.value


def errors(*codes: object) -> bytes:
    listed = [{"errorCode": each, "message": "Invalid Request"} for each in codes]
    return json.dumps({"response": None, "errors": listed}).encode()


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


# --- what is sent ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (
            BY_PASSWORD,
            {"userId": "erika.mustermann", "password": "geheim", "authType": "NEW", "timestamp": STAMP},
        ),
        (
            ByOtp("erika.mustermann", "012345"),
            {"userId": "erika.mustermann", "otp": "012345", "authType": "OTP", "timestamp": STAMP},
        ),
        (ByRefreshToken("a.b.c"), {"refreshToken": "a.b.c", "authType": "REFRESH", "timestamp": STAMP}),
        (
            OtpWanted("erika.mustermann"),
            {
                "userId": "erika.mustermann",
                "appId": "registrationclient",
                "useridtype": "USERID",
                "context": "auth-otp",
                "otpChannel": ["email", "phone"],
                "timestamp": STAMP,
            },
        ),
    ],
    ids=["password", "otp", "refresh", "sendotp"],
)
def test_a_payload_has_the_fields_of_its_kind_and_no_others(asked: Asked, expected: dict[str, Any]) -> None:
    assert json.loads(payload(asked, AT)) == expected


def test_the_application_that_asks_for_an_otp_can_be_named() -> None:
    assert json.loads(payload(OtpWanted("erika.mustermann", "muster"), AT))["appId"] == "muster"


def test_a_time_of_another_zone_is_written_in_utc_with_three_digits_of_the_second() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert json.loads(payload(BY_PASSWORD, elsewhere))["timestamp"] == STAMP


@given(password=st.text(st.characters()))
def test_any_password_arrives_as_it_was_typed(password: str) -> None:
    assert json.loads(payload(ByPassword("erika.mustermann", password), AT))["password"] == password


def test_half_a_character_in_a_password_is_written_and_does_not_stop_anything() -> None:
    assert payload(ByPassword("erika.mustermann", "\ud800"), AT).isascii()


def test_the_body_holds_the_request_as_one_text_and_empty_names() -> None:
    body = json.loads(encode_login(BY_PASSWORD, AT, KEY_INDEX, unsigned))

    assert body == {
        "id": "",
        "version": "",
        "request": request_text(payload(BY_PASSWORD, AT), KEY_INDEX, unsigned),
        "requesttime": STAMP,
    }


def test_a_request_is_header_payload_and_signature_in_unpadded_base64url() -> None:
    header, content, signature = request_text(b'{"userId":"max"}', KEY_INDEX, unsigned).split(".")

    assert octets(header) == b'{"kid" : "ab:cd:ef"}'
    assert octets(content) == b'{"userId":"max"}'
    assert octets(signature) == b'signed:{"userId":"max"}'


def test_the_signature_covers_the_payload_alone(key: SigningKey) -> None:
    """Trap 17."""
    _, content, signature = request_text(payload(BY_PASSWORD, AT), key.key_index, key.sign).split(".")

    load_public_key(key.public_der).verify(octets(signature), octets(content), padding.PKCS1v15(), hashes.SHA256())


def test_the_request_is_no_jws(key: SigningKey) -> None:
    """Trap 17: it only looks like one."""
    certificate = self_signed_certificate(key, "Station of the Mustermann family", AT, 365)
    header, content, signature = request_text(payload(BY_PASSWORD, AT), key.key_index, key.sign).split(".")

    assert not verify_detached(f"{header}..{signature}", octets(content), certificate)
    with pytest.raises(InvalidSignature):
        load_public_key(key.public_der).verify(
            octets(signature), f"{header}.{content}".encode(), padding.PKCS1v15(), hashes.SHA256()
        )


@pytest.mark.parametrize("asked", [BY_PASSWORD, ByOtp("erika.mustermann", "geheim"), ByRefreshToken("geheim")])
def test_a_secret_does_not_show_when_printed(asked: Asked) -> None:
    assert "geheim" not in repr(asked)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 300])
def test_a_clock_up_to_five_minutes_off_is_taken(seconds: int) -> None:
    assert is_on_time(AT + timedelta(seconds=seconds), AT)


@pytest.mark.parametrize("milliseconds", [-300_001, 300_001, 86_400_000])
def test_a_clock_more_than_five_minutes_off_is_not(milliseconds: int) -> None:
    """Trap 17: the server would say what it says to a wrong password."""
    assert not is_on_time(AT + timedelta(milliseconds=milliseconds), AT)


# --- what comes back -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"NaN",
        b"{}",
        b"[" * 100_000,
        b'{"response":null}',
        b'{"response":""}',
        b'{"response":7}',
        b'{"response":{}}',
        b'{"response":"&"}',
        b'{"response":"A"}',
        '{"response":"ä"}'.encode(),
        b'{"response":"AAAA","errors":"no"}',
        b'{"response":"AAAA","errors":[7]}',
        b'{"errors":[{"errorCode":7}]}',
    ],
    ids=lambda content: repr(content[:34]),
)
def test_an_answer_of_another_form_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        read_answer(content)

    assert caught.value.code is LOGIN_ANSWER_UNREADABLE


@pytest.mark.parametrize(
    ("server_code", "code"),
    [
        ("KER-SNC-155", LOGIN_STATION_UNKNOWN),
        ("KER-SYN-AUTH-001", LOGIN_NOT_ACCEPTED),
        ("KER-SYN-AUTH-002", LOGIN_REFUSED),
        ("", LOGIN_REFUSED),
    ],
)
def test_a_refusal_says_what_can_be_done(server_code: str, code: Code) -> None:
    assert refused(errors(server_code)).code is code


def test_a_refused_sign_in_sends_to_the_clock_before_the_password() -> None:
    """Trap 17: the server tells neither apart."""
    sentence = refused(errors("KER-SYN-AUTH-001")).sentence

    assert sentence.index("clock") < sentence.index("password")


def test_a_refusal_counts_more_than_a_response_beside_it() -> None:
    content = json.dumps({"response": "AAAA", "errors": [{"errorCode": "KER-SNC-155"}]}).encode()

    assert refused(content).code is LOGIN_STATION_UNKNOWN


def test_an_unknown_code_is_told() -> None:
    assert refused(errors("KER-SYN-AUTH-004", "KER-SNC-155")).detail == {"server_code": "KER-SYN-AUTH-004"}


@pytest.mark.parametrize("server_code", ["", "Max Mustermann", "A" * 41, "{code}", "A\n", "ä"])
def test_what_is_no_code_is_not_repeated(server_code: str) -> None:
    assert refused(errors(server_code)).detail == {"server_code": "?"}


@pytest.mark.parametrize("nothing", [None, []])
def test_an_answer_without_errors_gives_its_octets(nothing: object) -> None:
    content = json.dumps({"response": b64u(b"\xfb\xff\0"), "errors": nothing}).encode()

    assert read_answer(content) == b"\xfb\xff\0"


def test_the_standard_base64_alphabet_is_taken_as_well() -> None:
    assert read_answer(b'{"response":"+/8A+w=="}') == b"\xfb\xff\0\xfb"


TOKEN_PARTS = [
    None,
    7,
    "",
    "a.b",
    "a.b.c.d",
    "a..c",
    "a.b.c\r\nX: y",
    "a.b.c;x=y",
    "a.A.c",
    "a.e30.c=",
    " a.e30.c",
]
CLAIMS = [
    [],
    7,
    {"exp": "soon"},
    {"exp": True},
    {"exp": 1.5},
    {"exp": 10**15},
    {"exp": -(10**15)},
    {"exp": 10**30},
]


@pytest.mark.parametrize("name", ["token", "refreshToken"])
@pytest.mark.parametrize("token", [*TOKEN_PARTS, *map(jwt, CLAIMS)])
def test_a_token_of_another_form_is_malformed_and_named(name: str, token: object) -> None:
    with pytest.raises(MalformedData) as caught:
        read_tokens(answered(**{name: token}))

    assert caught.value.detail["part"] == name


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b"{}", b"7", b"[" * 100_000], ids=lambda it: repr(it[:9])
)
def test_an_opened_answer_of_another_form_is_malformed(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        read_tokens(content)

    assert caught.value.code is LOGIN_ANSWER_UNREADABLE


@pytest.mark.parametrize("claims", [{}, {"exp": 0}, {"exp": None}])
def test_a_token_without_an_end_is_malformed(claims: dict[str, object]) -> None:
    with pytest.raises(MalformedData) as caught:
        read_tokens(answered(token=jwt(claims)))

    assert caught.value.detail["part"] == "token"


@pytest.mark.parametrize("claims", [{}, {"exp": 0}, {"exp": None}])
def test_a_refresh_token_may_be_without_an_end(claims: dict[str, object]) -> None:
    assert read_tokens(answered(refreshToken=jwt(claims))).refresh_expires_at is None


def test_tokens_end_when_they_say_themselves() -> None:
    assert read_tokens(answered()) == Tokens(
        token=jwt({"exp": int(EXPIRES.timestamp())}),
        expires_at=EXPIRES,
        refresh_token=jwt({"exp": int(EXPIRES.timestamp()) + 60}),
        refresh_expires_at=EXPIRES + timedelta(seconds=60),
    )


def test_tokens_do_not_show_when_printed() -> None:
    tokens = read_tokens(answered())

    assert tokens.token not in repr(tokens)
    assert tokens.refresh_token not in repr(tokens)


def test_an_answer_encrypted_to_the_machine_is_read_with_its_key(key: SigningKey) -> None:
    sealed = encrypt_machine_data(key.public_der, answered())
    content = json.dumps({"id": None, "response": b64u(sealed), "errors": None}).encode()

    assert read_tokens(decrypt_machine_data(key, read_answer(content))) == read_tokens(answered())


# --- as the server reads it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b'{"request":5}', b'{"request":"e30.e30"}', b'{"request":"e30.e30.e30.e30"}',
        b'{"request":"!.e30.e30"}', b'{"request":"bm8.e30.e30"}', b'{"request":"W10.e30.e30"}',
    ],
)  # fmt: skip
def test_a_request_of_another_form_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        LoginRequest.parse(body)
    assert caught.value.code is LOGIN_REQUEST_UNREADABLE


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"authType": "NEW"},
        {"authType": "NEW", "timestamp": "yesterday"},
        {"authType": "BIO", "timestamp": STAMP},
        {"authType": None, "context": "auth", "timestamp": STAMP},
        {"authType": "NEW", "userId": 5, "timestamp": STAMP},
    ],
)
def test_a_payload_that_asks_for_nothing_known_is_malformed(content: dict[str, object]) -> None:
    with pytest.raises(MalformedData):
        LoginRequest("ab:cd", json.dumps(content).encode(), b"").asked()


@pytest.mark.parametrize(
    "asked",
    [BY_PASSWORD, ByOtp("max", "123456"), ByRefreshToken("a.b.c"), OtpWanted("max"), OtpWanted("max", "other")],
)
def test_the_server_reads_what_the_station_asked(asked: Asked) -> None:
    request = LoginRequest.parse(encode_login(asked, AT, KEY_INDEX, unsigned))
    assert (request.key_index, request.signature) == (KEY_INDEX, unsigned(request.payload))
    assert request.asked() == (asked, AT.replace(microsecond=89_000))


@pytest.mark.parametrize("endless", [True, False])
def test_the_station_reads_the_tokens_the_server_wrote(endless: bool) -> None:
    refresh_ends = None if endless else EXPIRES + timedelta(minutes=1)
    refresh = jwt({} if refresh_ends is None else {"exp": int(refresh_ends.timestamp())})
    tokens = Tokens(jwt({"exp": int(EXPIRES.timestamp())}), EXPIRES, refresh, refresh_ends)
    assert read_tokens(encode_tokens(tokens, AT)) == tokens
