from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from muster import base64url
from muster.crypto.jws import (
    SIGNATURE_INVALID,
    sign_compact,
    sign_detached,
    sign_with_key,
    unverified_payload,
    verify_compact,
    verify_detached,
    verify_with_key,
)
from muster.crypto.signing import SigningKey, verify
from muster.errors import BadInput, NotAuthentic

PAYLOAD = b'{"name":"Erika Mustermann"}'


def part(content: object) -> str:
    return base64url.encode(content if isinstance(content, bytes) else json.dumps(content).encode())


def x5c(certificate: bytes) -> list[str]:
    return [base64.b64encode(certificate).decode()]


def signed(key: SigningKey, header: Mapping[str, object], payload: bytes = PAYLOAD) -> str:
    """A token with any header, rightly signed with RS256."""
    content = f"{part(header)}.{part(payload)}"
    return f"{content}.{part(key.sign(content.encode()))}"


def is_refused(token: str) -> bool:
    try:
        verify_compact(token)
    except NotAuthentic as error:
        return error.code is SIGNATURE_INVALID
    return False


def certificate_of(signer: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Muster")])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(signer.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=1))
        .sign(signer, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )


@pytest.fixture(scope="module")
def token(key: SigningKey, certificate: bytes) -> str:
    return sign_compact(key, PAYLOAD, certificate)


def test_a_changed_payload_is_refused(token: str) -> None:
    header, _, signature = token.split(".")

    assert is_refused(f"{header}.{part({'name': 'Anton Mustermann'})}.{signature}")


def test_a_changed_header_is_refused(token: str, certificate: bytes) -> None:
    _, payload, signature = token.split(".")

    assert is_refused(f"{part({'alg': 'RS256', 'x5c': x5c(certificate)})}.{payload}.{signature}")


def test_a_flipped_byte_anywhere_in_the_signature_is_refused(token: str) -> None:
    header, payload, signature = token.split(".")
    octets = base64url.decode(signature)
    copies = [
        f"{header}.{payload}.{part(octets[:at] + bytes((octets[at] ^ 1,)) + octets[at + 1 :])}"
        for at in range(len(octets))
    ]

    assert len(copies) == 256
    assert all(is_refused(copy) for copy in copies)


def test_a_token_cut_off_anywhere_is_refused(token: str) -> None:
    assert all(is_refused(token[:length]) for length in range(len(token)))


def test_somebody_elses_certificate_in_the_header_is_refused(key: SigningKey, other_certificate: bytes) -> None:
    assert is_refused(signed(key, {"alg": "RS256", "x5c": x5c(other_certificate)}))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_a_token_without_an_algorithm_is_refused(certificate: bytes, algorithm: str, signature: str) -> None:
    assert is_refused(f"{part({'alg': algorithm, 'x5c': x5c(certificate)})}.{part(PAYLOAD)}.{signature}")


def test_a_public_key_used_as_hmac_secret_is_refused(key: SigningKey, certificate: bytes) -> None:
    """Key confusion: everybody knows the public key, so everybody could make this "signature"."""
    content = f"{part({'alg': 'HS256', 'x5c': x5c(certificate)})}.{part(PAYLOAD)}"
    secrets = (key.public_pem, key.public_der, certificate)
    forgeries = [hmac.digest(secret, content.encode(), hashlib.sha256) for secret in secrets]

    assert all(is_refused(f"{content}.{part(forgery)}") for forgery in forgeries)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 "])
def test_any_other_algorithm_name_over_a_right_signature_is_refused(
    key: SigningKey, certificate: bytes, algorithm: str
) -> None:
    assert is_refused(signed(key, {"alg": algorithm, "x5c": x5c(certificate)}))


PKCS1 = padding.PKCS1v15()


@pytest.mark.parametrize(
    "algorithm, scheme, digest",
    [
        ("RS384", PKCS1, hashes.SHA384()),
        ("RS512", PKCS1, hashes.SHA512()),
        ("PS256", padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH), hashes.SHA256()),
    ],
)
def test_a_right_signature_by_another_algorithm_is_refused(
    key: SigningKey,
    certificate: bytes,
    algorithm: str,
    scheme: padding.PKCS1v15 | padding.PSS,
    digest: hashes.HashAlgorithm,
) -> None:
    signer = serialization.load_der_private_key(key.to_pkcs8(), password=None)
    assert isinstance(signer, rsa.RSAPrivateKey)
    content = f"{part({'alg': algorithm, 'x5c': x5c(certificate)})}.{part(PAYLOAD)}"

    assert is_refused(f"{content}.{part(signer.sign(content.encode(), scheme, digest))}")


def test_an_rsa_key_of_1024_bits_is_refused() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    content = f"{part({'alg': 'RS256', 'x5c': x5c(certificate_of(weak))})}.{part(PAYLOAD)}"
    signature = weak.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256())

    assert is_refused(f"{content}.{part(signature)}")


def test_an_elliptic_curve_certificate_is_refused() -> None:
    curve_key = ec.generate_private_key(ec.SECP256R1())
    content = f"{part({'alg': 'ES256', 'x5c': x5c(certificate_of(curve_key))})}.{part(PAYLOAD)}"
    signature = curve_key.sign(content.encode(), ec.ECDSA(hashes.SHA256()))

    assert is_refused(f"{content}.{part(signature)}")


def test_a_certificate_with_a_key_of_an_unknown_kind_is_refused(key: SigningKey, certificate: bytes) -> None:
    unknown = certificate.replace(bytes.fromhex("06092a864886f70d010101"), bytes.fromhex("06092a864886f70d010163"))

    assert is_refused(signed(key, {"alg": "RS256", "x5c": x5c(unknown)}))


@pytest.mark.parametrize("chain", [None, [], {}, "", 7, [7], [None], [[]], ["é"], ["!"], ["AAAA"]], ids=repr)
def test_a_header_without_a_readable_certificate_is_refused(key: SigningKey, chain: object) -> None:
    assert is_refused(signed(key, {"alg": "RS256", "x5c": chain}))


def test_a_header_without_x5c_is_refused(key: SigningKey) -> None:
    assert is_refused(signed(key, {"alg": "RS256"}))


@pytest.mark.parametrize(
    "header",
    [b"", b"\xff", b"{", b"[]", b"7", b"null", b'"text"', b'{"alg":["RS256"]}', b'{"alg":{}}', b"[" * 40_000],
    ids=lambda header: repr(header[:20]),
)
def test_a_header_that_is_no_header_is_refused(token: str, header: bytes) -> None:
    _, payload, signature = token.split(".")

    assert is_refused(f"{part(header)}.{payload}.{signature}")


@pytest.mark.parametrize("critical", [["muster"], "muster", 7, None, [7]], ids=repr)
def test_a_rightly_signed_token_with_demands_that_are_not_understood_is_refused(
    key: SigningKey, certificate: bytes, critical: object
) -> None:
    header = {"alg": "RS256", "x5c": x5c(certificate), "crit": critical, "muster": 1}

    assert is_refused(signed(key, header))


@pytest.mark.parametrize("text", ["", ".", "..", "...", "a.b", "a.b.c.d", "é.é.é", "\ud800.a.b"])
def test_text_that_is_no_token_is_refused(text: str) -> None:
    assert is_refused(text)


THREE_PARTS = st.lists(st.binary(max_size=30), min_size=3, max_size=3).map(
    lambda parts: ".".join(part(each) for each in parts)
)


@settings(deadline=None, max_examples=100, database=None)
@given(st.text(max_size=40) | THREE_PARTS)
def test_random_text_is_refused_and_nothing_else_happens(text: str) -> None:
    assert is_refused(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=150, database=None)
@given(header=st.dictionaries(st.sampled_from(["alg", "x5c", "crit", "b64", "typ", "kid", "jwk"]), JSON))
def test_random_headers_are_refused_and_nothing_else_happens(header: dict[str, Any]) -> None:
    assert is_refused(f"{part(header)}.{part(PAYLOAD)}.AAAA")


def test_a_token_says_what_was_signed_and_by_whom(token: str, certificate: bytes) -> None:
    verified = verify_compact(token)

    assert verified.payload == PAYLOAD
    assert verified.certificate_der == certificate
    assert verified.header == {"alg": "RS256", "typ": "JWT", "x5c": x5c(certificate)}


def test_a_token_is_three_unpadded_parts_with_a_plain_rsa_signature(token: str, key: SigningKey) -> None:
    content, _, signature = token.rpartition(".")

    assert "=" not in token
    assert token.count(".") == 2
    assert verify(key.public_der, content.encode(), base64url.decode(signature))


class OnlySigns:
    """All that is to be had from a key in a TPM."""

    def __init__(self, key: SigningKey) -> None:
        self.sign = key.sign


def test_a_key_that_nobody_can_export_signs_as_any_other(key: SigningKey, certificate: bytes) -> None:
    assert verify_compact(sign_compact(OnlySigns(key), PAYLOAD, certificate)).payload == PAYLOAD
    assert verify_detached(sign_detached(OnlySigns(key), PAYLOAD, certificate), PAYLOAD, certificate)


def test_a_certificate_in_the_url_alphabet_is_accepted(key: SigningKey, certificate: bytes) -> None:
    """Early SBI drafts wrote it so."""
    token = signed(key, {"alg": "RS256", "x5c": [base64url.encode(certificate)]})

    assert verify_compact(token).certificate_der == certificate


def test_header_fields_of_the_devices_own_are_accepted(key: SigningKey, certificate: bytes) -> None:
    token = signed(key, {"alg": "RS256", "x5c": x5c(certificate), "vendor": {"model": "M1"}})

    assert verify_compact(token).payload == PAYLOAD


def test_only_the_first_certificate_of_a_chain_counts(
    key: SigningKey, certificate: bytes, other_certificate: bytes
) -> None:
    ours_first = x5c(certificate) + x5c(other_certificate)

    assert verify_compact(signed(key, {"alg": "RS256", "x5c": ours_first})).certificate_der == certificate
    assert is_refused(signed(key, {"alg": "RS256", "x5c": ours_first[::-1]}))


def test_a_payload_of_a_whole_megabyte_is_signed_and_verified(key: SigningKey, certificate: bytes) -> None:
    payload = bytes(1024 * 1024)

    assert verify_compact(sign_compact(key, payload, certificate)).payload == payload


def test_a_detached_signature_leaves_the_payload_out(key: SigningKey, certificate: bytes) -> None:
    header, payload, signature = sign_detached(key, PAYLOAD, certificate).split(".")

    assert payload == ""
    assert verify_compact(f"{header}.{part(PAYLOAD)}.{signature}").payload == PAYLOAD


def test_a_detached_signature_verifies_over_its_payload_only(key: SigningKey, certificate: bytes) -> None:
    detached = sign_detached(key, PAYLOAD, certificate)

    assert verify_detached(detached, PAYLOAD, certificate)
    assert not verify_detached(detached, PAYLOAD + b" ", certificate)


def test_a_detached_signature_counts_for_the_certificate_asked_about_only(
    key: SigningKey, certificate: bytes, other_certificate: bytes
) -> None:
    """The certificate in its header does not help a forger here."""
    assert not verify_detached(sign_detached(key, PAYLOAD, certificate), PAYLOAD, other_certificate)


def test_a_token_with_its_payload_is_no_detached_signature(token: str, certificate: bytes) -> None:
    assert not verify_detached(token, PAYLOAD, certificate)


@pytest.mark.parametrize("text", ["", "..", "a..b", "a.b", "é..é", f"{part({'alg': 'none'})}.."])
def test_text_that_is_no_detached_signature_does_not_verify(certificate: bytes, text: str) -> None:
    assert not verify_detached(text, PAYLOAD, certificate)


def test_a_detached_header_with_a_nonsensical_demand_does_not_verify(certificate: bytes) -> None:
    header = part({"alg": "RS256", "crit": 1})

    assert not verify_detached(f"{header}..AAAA", PAYLOAD, certificate)


def test_an_unreadable_certificate_is_the_callers_mistake(key: SigningKey, certificate: bytes) -> None:
    with pytest.raises(BadInput):
        verify_detached(sign_detached(key, PAYLOAD, certificate), PAYLOAD, b"no certificate")


CAPTURES = [
    "rcapture-face.json",
    "rcapture-iris-both.json",
    "rcapture-slap-left.json",
    "rcapture-slap-right.json",
    "rcapture-thumbs.json",
]


def captured(reference_data: Path, name: str) -> list[str]:
    answer = json.loads((reference_data / "sbi" / name).read_text(encoding="utf-8"))
    tokens = [each["data"] for each in answer["biometrics"]]
    assert tokens
    return tokens


@pytest.mark.parametrize("name", CAPTURES)
def test_recorded_captures_verify(reference_data: Path, name: str) -> None:
    payloads = [json.loads(verify_compact(token).payload) for token in captured(reference_data, name)]

    assert all(payload["bioValue"] for payload in payloads)


@pytest.mark.parametrize("name", CAPTURES)
def test_the_device_identities_inside_recorded_captures_verify(reference_data: Path, name: str) -> None:
    payloads = [json.loads(verify_compact(token).payload) for token in captured(reference_data, name)]
    identities = [json.loads(verify_compact(payload["digitalId"]).payload) for payload in payloads]

    assert all(identity["serialNo"] for identity in identities)


def test_a_recorded_capture_with_one_letter_changed_is_refused(reference_data: Path) -> None:
    token = captured(reference_data, "rcapture-face.json")[0]
    middle = len(token) // 2
    changed = "A" if token[middle] != "A" else "B"

    assert is_refused(token[:middle] + changed + token[middle + 1 :])


@pytest.mark.parametrize("name", ["mosipdinfo.json", "mosipdinfo-notready.json"])
def test_recorded_device_descriptions_verify(reference_data: Path, name: str) -> None:
    answer = json.loads((reference_data / "sbi" / name).read_text(encoding="utf-8"))
    descriptions = [json.loads(verify_compact(each["deviceInfo"]).payload) for each in answer]

    assert descriptions
    assert all(description["deviceCode"] for description in descriptions)


def test_a_token_without_a_certificate_counts_by_the_key_that_is_known_only(
    key: SigningKey, other_key: SigningKey
) -> None:
    token = sign_with_key(key, PAYLOAD, key.key_index)

    assert verify_with_key(token, key.public_der) == PAYLOAD
    with pytest.raises(NotAuthentic):
        verify_with_key(token, other_key.public_der)
    with pytest.raises(NotAuthentic):
        verify_with_key(f"{token[:-4]}AAAA", key.public_der)


def test_a_token_says_by_which_key_it_counts(key: SigningKey) -> None:
    header, _, _ = sign_with_key(key, PAYLOAD, "the key").split(".")

    assert json.loads(base64url.decode(header)) == {"alg": "RS256", "kid": "the key"}


def test_a_known_key_of_1024_bits_does_not_count() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    content = f"{part({'alg': 'RS256'})}.{part(PAYLOAD)}"
    signature = weak.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256())
    form = serialization.PublicFormat.SubjectPublicKeyInfo

    with pytest.raises(NotAuthentic):
        verify_with_key(
            f"{content}.{part(signature)}", weak.public_key().public_bytes(serialization.Encoding.DER, form)
        )


def test_what_a_token_says_is_read_before_anybody_believes_it(key: SigningKey) -> None:
    token = sign_with_key(key, PAYLOAD, "the key")

    assert unverified_payload(f"{token[:-4]}AAAA") == PAYLOAD
    with pytest.raises(NotAuthentic):
        unverified_payload("é.b.c")
