from __future__ import annotations

import base64
import hashlib
import re
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from muster.crypto.machine_key import fingerprint
from muster.crypto.signing import (
    KEY_UNREADABLE,
    SigningKey,
    certificate_to_der,
    certificate_to_pem,
    is_valid_at,
    key_index_of,
    load_certificate,
    load_public_key,
    public_pem,
    self_signed_certificate,
    verify,
)
from muster.crypto.tpm_public import Scheme, TpmPublic
from muster.errors import BadInput

MESSAGE = b"Erika Mustermann"
RSA_OID = bytes.fromhex("06092a864886f70d010101")
UNKNOWN_OID = bytes.fromhex("06092a864886f70d010163")
UNREADABLE = [b"", b"no key", bytes(300), b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]


def elliptic_curve_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize("position", [0, 1, 127, 128, 254, 255])
def test_a_changed_signature_does_not_verify(key: SigningKey, position: int) -> None:
    signature = bytearray(key.sign(MESSAGE))
    signature[position] ^= 1

    assert not verify(key.public_der, MESSAGE, bytes(signature))


@pytest.mark.parametrize("length", [0, 1, 255, 257])
def test_a_signature_of_the_wrong_length_does_not_verify(key: SigningKey, length: int) -> None:
    signature = (key.sign(MESSAGE) + b"\0")[:length]

    assert not verify(key.public_der, MESSAGE, signature)


def test_a_changed_message_does_not_verify(key: SigningKey) -> None:
    assert not verify(key.public_der, b"Anton Mustermann", key.sign(MESSAGE))


def test_somebody_elses_signature_does_not_verify(key: SigningKey, other_key: SigningKey) -> None:
    assert not verify(key.public_der, MESSAGE, other_key.sign(MESSAGE))


def test_a_pss_signature_does_not_verify(key: SigningKey) -> None:
    loaded = serialization.load_der_private_key(key.to_pkcs8(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)

    assert not verify(key.public_der, MESSAGE, loaded.sign(MESSAGE, pss, hashes.SHA256()))


def test_signatures_are_256_raw_octets_that_the_library_verifies(key: SigningKey) -> None:
    signature = key.sign(MESSAGE)
    public_key = serialization.load_der_public_key(key.public_der)
    assert isinstance(public_key, rsa.RSAPublicKey)

    public_key.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    assert len(signature) == 256


def test_a_signature_verifies_with_key_or_certificate_in_pem_or_der(key: SigningKey, certificate: bytes) -> None:
    signature = key.sign(MESSAGE)
    forms = (key.public_der, key.public_pem, certificate, certificate_to_pem(certificate))

    assert [verify(form, MESSAGE, signature) for form in forms] == [True, True, True, True]


@pytest.mark.parametrize("content", UNREADABLE)
def test_what_is_no_public_key_cannot_verify(content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        verify(content, MESSAGE, bytes(256))

    assert caught.value.code is KEY_UNREADABLE


def test_an_elliptic_curve_key_cannot_verify() -> None:
    der = (
        elliptic_curve_key()
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )

    with pytest.raises(BadInput) as caught:
        verify(der, MESSAGE, bytes(256))

    assert caught.value.code is KEY_UNREADABLE


def test_a_public_key_of_an_unknown_kind_is_refused(key: SigningKey) -> None:
    with pytest.raises(BadInput) as caught:
        load_public_key(key.public_der.replace(RSA_OID, UNKNOWN_OID))

    assert caught.value.code is KEY_UNREADABLE


@pytest.mark.parametrize("content", UNREADABLE)
def test_what_is_no_private_key_is_refused_in_der(content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        SigningKey.from_pkcs8(content)

    assert caught.value.code is KEY_UNREADABLE


@pytest.mark.parametrize("content", UNREADABLE)
def test_what_is_no_private_key_is_refused_in_pem(content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        SigningKey.from_pem(content)

    assert caught.value.code is KEY_UNREADABLE


def test_a_private_key_of_an_unknown_kind_is_refused(key: SigningKey) -> None:
    with pytest.raises(BadInput) as caught:
        SigningKey.from_pkcs8(key.to_pkcs8().replace(RSA_OID, UNKNOWN_OID))

    assert caught.value.code is KEY_UNREADABLE


def test_a_private_elliptic_curve_key_is_refused() -> None:
    der = elliptic_curve_key().private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(BadInput) as caught:
        SigningKey.from_pkcs8(der)

    assert caught.value.code is KEY_UNREADABLE


def test_a_private_key_behind_a_password_is_refused(key: SigningKey) -> None:
    loaded = serialization.load_der_private_key(key.to_pkcs8(), password=None)
    locked = loaded.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"password"),
    )

    with pytest.raises(BadInput) as caught:
        SigningKey.from_pem(locked)

    assert caught.value.code is KEY_UNREADABLE


@pytest.mark.parametrize("content", UNREADABLE)
def test_what_is_no_certificate_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        load_certificate(content)

    assert caught.value.code is KEY_UNREADABLE


def test_a_certificate_of_a_version_that_does_not_exist_is_refused(certificate: bytes) -> None:
    version_3, version_8 = bytes.fromhex("a003020102"), bytes.fromhex("a003020107")
    assert version_3 in certificate

    with pytest.raises(BadInput) as caught:
        load_certificate(certificate.replace(version_3, version_8, 1))

    assert caught.value.code is KEY_UNREADABLE


def test_a_certificate_with_a_key_of_an_unknown_kind_is_refused(certificate: bytes) -> None:
    assert RSA_OID in certificate

    with pytest.raises(BadInput) as caught:
        load_certificate(certificate.replace(RSA_OID, UNKNOWN_OID))

    assert caught.value.code is KEY_UNREADABLE


def test_a_certificate_cut_off_anywhere_is_refused(certificate: bytes) -> None:
    def refused(content: bytes) -> bool:
        try:
            load_certificate(content)
        except BadInput as error:
            return error.code is KEY_UNREADABLE
        return False

    assert all(refused(certificate[:length]) for length in range(len(certificate)))


def test_the_key_index_is_lower_case_hex_with_a_colon_between_octets(key: SigningKey) -> None:
    digest = hashlib.sha256(key.public_der).hexdigest()

    assert re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){31}", key.key_index)
    assert key.key_index.replace(":", "") == digest


def test_the_key_index_is_of_the_subject_public_key_info(key: SigningKey, certificate: bytes) -> None:
    parsed = x509.load_der_x509_certificate(certificate)
    info = parsed.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    assert info == key.public_der


@pytest.mark.parametrize("read, write", [("from_pkcs8", "to_pkcs8"), ("from_pem", "to_pem")])
def test_a_key_written_and_read_again_has_the_same_index(key: SigningKey, read: str, write: str) -> None:
    again: SigningKey = getattr(SigningKey, read)(getattr(key, write)())

    assert again.key_index == key.key_index


def test_the_numbers_of_a_key_are_proven_but_of_our_own(key: SigningKey) -> None:
    numbers = serialization.load_der_private_key(key.to_pkcs8(), None).private_numbers()  # type: ignore[union-attr]
    untrue = key.to_pkcs8().replace(numbers.p.to_bytes(128), (numbers.p - 2).to_bytes(128))  # type: ignore[union-attr]
    with pytest.raises(BadInput):
        SigningKey.from_pkcs8(untrue)
    assert SigningKey.from_pkcs8(untrue, is_ours=True).key_index == key.key_index
    assert SigningKey.from_pkcs8(key.to_pkcs8(), is_ours=True).key_index == key.key_index


def test_printing_a_key_shows_nothing_but_the_beginning_of_its_index(key: SigningKey) -> None:
    assert repr(key) == f"SigningKey({key.key_index[:11]})"


def test_new_keys_are_rsa_2048_with_the_usual_exponent(key: SigningKey) -> None:
    public_key = load_public_key(key.public_der)

    assert public_key.key_size == 2048
    assert public_key.public_numbers().e == 65537


def test_a_self_signed_certificate_is_signed_by_its_own_key_for_the_days_asked(key: SigningKey) -> None:
    der = self_signed_certificate(key, "Muster", datetime(2026, 1, 2, tzinfo=UTC), 30)
    parsed = x509.load_der_x509_certificate(der)

    assert verify(der, parsed.tbs_certificate_bytes, parsed.signature)
    assert parsed.not_valid_before_utc == datetime(2026, 1, 2, tzinfo=UTC)
    assert parsed.not_valid_after_utc == datetime(2026, 2, 1, tzinfo=UTC)
    assert parsed.subject.rfc4514_string() == "CN=Muster"


def test_a_self_signed_certificate_cannot_sign_others(certificate: bytes) -> None:
    constraints = load_certificate(certificate).extensions.get_extension_for_class(x509.BasicConstraints)

    assert not constraints.value.ca


def test_a_certificate_survives_the_way_through_pem(certificate: bytes) -> None:
    pem = certificate_to_pem(certificate)

    assert base64.b64encode(certificate)[:64] in pem
    assert certificate_to_der(pem) == certificate_to_der(certificate) == certificate


def test_a_certificate_from_the_beginning_of_the_calendar_is_compared_like_any_other(key: SigningKey) -> None:
    certificate = self_signed_certificate(key, "Muster", datetime(2060, 1, 1, tzinfo=UTC), 30)
    ancient = certificate.replace(b"20600101000000Z", b"00010101000000Z")

    assert is_valid_at(ancient, datetime(2026, 1, 1, tzinfo=UTC))
    assert not is_valid_at(ancient, datetime.max.replace(tzinfo=UTC))


def test_a_public_key_is_told_to_other_programs_in_pem(key: SigningKey) -> None:
    assert public_pem(key.public_der) == key.public_pem.decode()


def test_the_index_of_a_public_key_is_its_owners_whatever_form_it_comes_in(key: SigningKey) -> None:
    modulus = load_public_key(key.public_der).public_numbers().n.to_bytes(256)
    of_tpm = TpmPublic(0x000B, 0, b"", Scheme.RSASSA, 65537, modulus).encode()

    assert key_index_of(key.public_der) == key_index_of(key.public_pem) == key.key_index
    assert key_index_of(of_tpm) == fingerprint(of_tpm) != key.key_index
