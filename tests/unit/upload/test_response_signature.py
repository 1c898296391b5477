"""Tokens are written with the library's primitives alone."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.crypto.jws import sign_detached
from muster.crypto.signing import KEY_UNREADABLE, SigningKey, certificate_to_pem, self_signed_certificate
from muster.errors import BadInput
from muster.upload.response_signature import is_signed_by, must_be_signed

BODY = '{"id":null,"response":{"name":"Jürgen Mustermann","a":1,"B":[true,1.5,null]},"errors":null}'.encode()
PRETTY = json.dumps(json.loads(BODY), indent=2, ensure_ascii=False).encode()
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def b64u(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def signature_by_hand(key: SigningKey, body: bytes, header: bytes = b'{"alg":"RS256"}') -> str:
    private = serialization.load_der_private_key(key.to_pkcs8(), password=None)
    assert isinstance(private, rsa.RSAPrivateKey)
    signed = f"{b64u(header)}.{b64u(body)}".encode()
    return f"{b64u(header)}..{b64u(private.sign(signed, padding.PKCS1v15(), hashes.SHA256()))}"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="module")
def certificate(key: SigningKey) -> bytes:
    return self_signed_certificate(key, "Server of the Mustermann family", NEW_YEAR, 365)


@pytest.fixture(scope="module")
def signature(key: SigningKey) -> str:
    return signature_by_hand(key, BODY)


# --- refused ---------------------------------------------------------------------------------------------


def test_a_flipped_byte_anywhere_in_the_body_is_refused(signature: str, certificate: bytes) -> None:
    for position in range(len(BODY)):
        changed = bytearray(BODY)
        changed[position] ^= 0x01
        assert not is_signed_by(bytes(changed), signature, certificate), position


def test_a_changed_character_anywhere_in_the_signature_is_refused(signature: str, certificate: bytes) -> None:
    begin = signature.rindex(".") + 1
    for position in range(begin, len(signature) - 1):  # the last character has spare bits
        other = "B" if signature[position] == "A" else "A"
        changed = signature[:position] + other + signature[position + 1 :]
        assert not is_signed_by(BODY, changed, certificate), position


def test_a_signature_of_somebody_else_is_refused_though_it_brings_its_certificate(certificate: bytes) -> None:
    stranger = SigningKey.generate()
    own = self_signed_certificate(stranger, "Server of the Mustermann family", NEW_YEAR, 365)

    assert not is_signed_by(BODY, sign_detached(stranger, BODY, own), certificate)


@pytest.mark.parametrize("header", [b'{"alg":"none"}', b'{"alg":"HS256"}', b'{"alg":"RS512"}', b"{}", b"null"])
def test_no_other_algorithm_is_taken(key: SigningKey, certificate: bytes, header: bytes) -> None:
    assert not is_signed_by(BODY, signature_by_hand(key, BODY, header), certificate)


def test_a_signature_that_brings_a_payload_is_refused(key: SigningKey, certificate: bytes) -> None:
    """Trap 20: it must be detached, or something else than the body could be what was signed."""
    header, _, signature = signature_by_hand(key, BODY).split(".")

    assert not is_signed_by(BODY, f"{header}.{b64u(BODY)}.{signature}", certificate)


@pytest.mark.parametrize(
    "value", ["", ".", "..", "...", "a..b", "ä..ö", "e30..", "Mustermann", "\0..\0", "\ud800..a"]
)
def test_what_is_no_signature_is_refused(value: str, certificate: bytes) -> None:
    assert not is_signed_by(BODY, value, certificate)


def test_another_order_is_refused(signature: str, certificate: bytes) -> None:
    content = json.loads(BODY)
    other = json.dumps(dict(reversed(content.items())), ensure_ascii=False, separators=(",", ":")).encode()

    assert not is_signed_by(other, signature, certificate)


def test_a_null_that_was_left_out_is_refused(signature: str, certificate: bytes) -> None:
    assert not is_signed_by(BODY.replace(b',"errors":null', b""), signature, certificate)


def test_a_name_that_stands_twice_does_not_hide_behind_the_one_that_was_signed(
    key: SigningKey, certificate: bytes
) -> None:
    signature = signature_by_hand(key, b'{"response":"signed"}')

    assert not is_signed_by(b'{"response":"added","response":"signed"}', signature, certificate)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Mustermann",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"response":' * 100_000,
        b"9" * 10_000,
        b'"\\ud800"',
        b"NaN",
        '{"a":1}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_cannot_be_written_anew_is_refused(body: bytes, signature: str, certificate: bytes) -> None:
    assert not is_signed_by(body, signature, certificate)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=60), value=st.text(max_size=60))
def test_nothing_made_up_is_taken(certificate: bytes, body: bytes, value: str) -> None:
    assert not is_signed_by(body, value, certificate)


def test_a_certificate_that_cannot_be_read_is_bad_input(signature: str) -> None:
    with pytest.raises(BadInput) as caught:
        is_signed_by(BODY, signature, b"Mustermann")

    assert caught.value.code is KEY_UNREADABLE


# --- taken -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [BODY, PRETTY, b"no JSON at all", b""], ids=["compact", "pretty", "text", "empty"]
)
def test_a_body_that_was_signed_as_it_came_is_taken(key: SigningKey, certificate: bytes, body: bytes) -> None:
    assert is_signed_by(body, signature_by_hand(key, body), certificate)


def test_a_body_that_was_laid_out_anew_on_the_way_is_taken(signature: str, certificate: bytes) -> None:
    """Trap 20: the signature covers the compact body."""
    assert PRETTY != BODY
    assert is_signed_by(PRETTY, signature, certificate)


def test_text_that_was_escaped_on_the_way_is_taken(signature: str, certificate: bytes) -> None:
    escaped = json.dumps(json.loads(BODY)).encode()

    assert b"\\u00fc" in escaped
    assert is_signed_by(escaped, signature, certificate)


def test_a_certificate_in_pem_form_is_taken(signature: str, certificate: bytes) -> None:
    assert is_signed_by(BODY, signature, certificate_to_pem(certificate))


def test_our_own_signature_is_taken(key: SigningKey, certificate: bytes) -> None:
    assert is_signed_by(BODY, sign_detached(key, BODY, certificate), certificate)


# --- when one is needed ----------------------------------------------------------------------------------


@pytest.mark.parametrize("response", [{}, [], "", 0, False, {"token": "a"}])
def test_any_response_that_is_not_null_must_be_signed(response: object) -> None:
    assert must_be_signed({"response": response, "errors": [{"errorCode": "KER-SNC-155"}]})


@pytest.mark.parametrize("answer", [{}, {"response": None}, {"errors": [{"errorCode": "KER-SNC-155"}]}])
def test_an_answer_without_a_response_need_not_be_signed(answer: dict[str, object]) -> None:
    """Trap 20."""
    assert not must_be_signed(answer)
