"""The byte layout is checked with the library's primitives alone, in both directions."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from muster.crypto.envelope import (
    CERTIFICATE_OUT_OF_TIME,
    ENVELOPE_DAMAGED,
    ENVELOPE_TOO_SHORT,
    OVERHEAD,
    SEALED_FOR_ANOTHER_KEY,
    WRONG_KEY,
    DecryptionKey,
    check_certificate,
    encrypt,
)
from muster.crypto.signing import KEY_UNREADABLE, SigningKey, certificate_to_pem, load_certificate
from muster.errors import BadInput, MalformedData, MusterError, NotAuthentic

PLAINTEXT = b"Erika Mustermann"
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)

RSA_OID = bytes.fromhex("06092a864886f70d010101")
UNKNOWN_OID = bytes.fromhex("06092a864886f70d010163")

NONCE = range(0, 12)
AAD = range(12, 44)
THUMBPRINT = range(44, 76)
KEY_BLOCK = range(76, 332)
SPLITTER = range(332, 346)
CIPHERTEXT = range(346, 346 + len(PLAINTEXT))
TAG = range(346 + len(PLAINTEXT), 362 + len(PLAINTEXT))


def private_key(key: SigningKey) -> rsa.RSAPrivateKey:
    loaded = serialization.load_der_private_key(key.to_pkcs8(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded


def flipped(envelope: bytes, position: int) -> bytes:
    changed = bytearray(envelope)
    changed[position] ^= 0x01
    return bytes(changed)


def refusal(opener: DecryptionKey, envelope: bytes) -> str:
    """The code with which ``opener`` refuses ``envelope``; "opened" when it does not."""
    try:
        opener.decrypt(envelope)
    except MusterError as error:
        return f"{type(error).__name__} {error.code.name}"
    return "opened"


@pytest.fixture(scope="module")
def envelope(certificate: bytes) -> bytes:
    return encrypt(certificate, PLAINTEXT)


@pytest.fixture(scope="module")
def opener(key: SigningKey, certificate: bytes) -> DecryptionKey:
    """The private key with its certificate beside it."""
    return DecryptionKey.from_pem(key.to_pem() + certificate_to_pem(certificate))


@pytest.fixture(scope="module")
def bare_opener(key: SigningKey) -> DecryptionKey:
    """The private key alone."""
    return DecryptionKey.from_pem(key.to_pem())


@pytest.mark.parametrize(
    "region", [NONCE, AAD, THUMBPRINT, KEY_BLOCK, SPLITTER, CIPHERTEXT, TAG], ids=lambda region: f"{region[0]}"
)
def test_a_flipped_byte_anywhere_is_refused_as_damage(
    opener: DecryptionKey, envelope: bytes, region: range
) -> None:
    refusals = {refusal(opener, flipped(envelope, position)) for position in region}

    assert refusals == {"NotAuthentic ENVELOPE_DAMAGED"}


def test_the_regions_above_cover_the_whole_envelope(envelope: bytes) -> None:
    regions = (NONCE, AAD, THUMBPRINT, KEY_BLOCK, SPLITTER, CIPHERTEXT, TAG)

    assert [position for region in regions for position in region] == list(range(len(envelope)))


@pytest.mark.parametrize("region", [NONCE, AAD, SPLITTER, CIPHERTEXT, TAG], ids=lambda region: f"{region[0]}")
def test_without_the_certificate_a_flipped_byte_outside_the_key_block_is_still_damage(
    bare_opener: DecryptionKey, envelope: bytes, region: range
) -> None:
    refusals = {refusal(bare_opener, flipped(envelope, position)) for position in region}

    assert refusals == {"NotAuthentic ENVELOPE_DAMAGED"}


def test_without_the_certificate_a_flipped_key_block_looks_like_a_wrong_key(
    bare_opener: DecryptionKey, envelope: bytes
) -> None:
    refusals = {refusal(bare_opener, flipped(envelope, position)) for position in KEY_BLOCK}

    assert refusals == {"BadInput WRONG_KEY"}


def test_without_the_certificate_a_changed_thumbprint_goes_unseen(
    bare_opener: DecryptionKey, envelope: bytes
) -> None:
    """MOSIP's layout does not authenticate it; the plaintext is the right one all the same."""
    assert bare_opener.decrypt(flipped(envelope, THUMBPRINT[0])) == PLAINTEXT


def test_without_the_certificate_an_envelope_for_somebody_else_is_reported_as_a_wrong_key(
    bare_opener: DecryptionKey, other_certificate: bytes
) -> None:
    with pytest.raises(BadInput) as caught:
        bare_opener.decrypt(encrypt(other_certificate, PLAINTEXT))

    assert caught.value.code is WRONG_KEY


def test_an_envelope_for_another_server_key_says_which(opener: DecryptionKey, other_certificate: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        opener.decrypt(encrypt(other_certificate, PLAINTEXT))

    named = hashlib.sha256(other_certificate).hexdigest().upper()[:16]
    assert caught.value.code is SEALED_FOR_ANOTHER_KEY
    assert "sealed for another server key" in caught.value.sentence
    assert named in caught.value.sentence


@pytest.mark.parametrize("content", [b"PK\x03\x04" + bytes(600), bytes(362), b"#KEY_SPLITTER#" * 50])
def test_what_is_no_envelope_at_all_is_malformed(
    opener: DecryptionKey, bare_opener: DecryptionKey, content: bytes
) -> None:
    assert refusal(opener, content) == refusal(bare_opener, content) == "MalformedData NOT_SEALED"


def test_an_envelope_one_byte_short_of_the_shortest_is_malformed(opener: DecryptionKey) -> None:
    with pytest.raises(MalformedData) as caught:
        opener.decrypt(bytes(361))

    assert caught.value.code is ENVELOPE_TOO_SHORT
    assert caught.value.offset == 361


def test_a_truncated_envelope_never_opens(opener: DecryptionKey, envelope: bytes) -> None:
    refusals = {refusal(opener, envelope[:length]) for length in range(len(envelope))}

    assert refusals == {"MalformedData ENVELOPE_TOO_SHORT", "NotAuthentic ENVELOPE_DAMAGED"}


def test_an_octet_behind_the_envelope_is_damage(opener: DecryptionKey, envelope: bytes) -> None:
    with pytest.raises(NotAuthentic) as caught:
        opener.decrypt(envelope + b"\0")

    assert caught.value.code is ENVELOPE_DAMAGED


def test_a_session_key_of_a_length_that_is_no_aes_key_is_refused(
    opener: DecryptionKey, key: SigningKey, envelope: bytes
) -> None:
    short_key = private_key(key).public_key().encrypt(b"fifteen octets.", OAEP)

    assert refusal(opener, envelope[:76] + short_key + envelope[332:]) == "NotAuthentic ENVELOPE_DAMAGED"


@pytest.mark.parametrize("length", [16, 24])
def test_a_session_key_shorter_than_mosips_is_refused(opener: DecryptionKey, key: SigningKey, length: int) -> None:
    session_key = b"k" * length
    key_block = private_key(key).public_key().encrypt(session_key, OAEP)
    sealed = AESGCM(session_key).encrypt(b"n" * 12, PLAINTEXT, b"a" * 32)
    envelope = b"n" * 12 + b"a" * 32 + key_block + b"#KEY_SPLITTER#" + sealed

    assert refusal(opener, envelope) == "NotAuthentic ENVELOPE_DAMAGED"


def test_the_mask_function_is_sha256_and_not_the_usual_sha1(bare_opener: DecryptionKey, key: SigningKey) -> None:
    sha1_mask = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA256(), label=None)
    envelope = by_hand(private_key(key).public_key(), bytes(32), sha1_mask)

    with pytest.raises(BadInput) as caught:
        bare_opener.decrypt(envelope)

    assert caught.value.code is WRONG_KEY


def test_every_part_lies_where_mosip_looks_for_it(key: SigningKey, certificate: bytes, envelope: bytes) -> None:
    nonce, aad = envelope[0:12], envelope[12:44]
    thumbprint, key_block = envelope[44:76], envelope[76:332]
    session_key = private_key(key).decrypt(key_block, OAEP)

    assert thumbprint == hashlib.sha256(certificate).digest()
    assert envelope[332:346] == b"#KEY_SPLITTER#"
    assert len(session_key) == 32
    assert AESGCM(session_key).decrypt(nonce, envelope[346:], aad) == PLAINTEXT


def by_hand(public_key: rsa.RSAPublicKey, thumbprint: bytes, oaep: padding.OAEP = OAEP) -> bytes:
    nonce, aad, session_key = b"n" * 12, b"a" * 32, b"k" * 32
    ciphertext = AESGCM(session_key).encrypt(nonce, PLAINTEXT, aad)
    return nonce + aad + thumbprint + public_key.encrypt(session_key, oaep) + b"#KEY_SPLITTER#" + ciphertext


def test_an_envelope_made_by_hand_opens(opener: DecryptionKey, key: SigningKey, certificate: bytes) -> None:
    envelope = by_hand(private_key(key).public_key(), hashlib.sha256(certificate).digest())

    assert opener.decrypt(envelope) == PLAINTEXT


# The layout of 1.1.5 without a thumbprint (section 9)


@pytest.fixture
def legacy(key: SigningKey) -> bytes:
    return by_hand(private_key(key).public_key(), b"")


def test_an_envelope_without_a_thumbprint_opens_with_and_without_the_certificate(
    opener: DecryptionKey, bare_opener: DecryptionKey, legacy: bytes
) -> None:
    assert opener.decrypt(legacy) == bare_opener.decrypt(legacy) == PLAINTEXT


def test_an_envelope_without_a_thumbprint_for_somebody_else_is_a_wrong_key(
    opener: DecryptionKey, other_certificate: bytes
) -> None:
    public_key = load_certificate(other_certificate).public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)

    assert refusal(opener, by_hand(public_key, b"")) == "BadInput WRONG_KEY"


def test_a_flipped_byte_anywhere_in_an_envelope_without_a_thumbprint_is_refused(
    opener: DecryptionKey, legacy: bytes
) -> None:
    assert "opened" not in {refusal(opener, flipped(legacy, position)) for position in range(len(legacy))}


def test_a_truncated_envelope_without_a_thumbprint_never_opens(opener: DecryptionKey, legacy: bytes) -> None:
    assert "opened" not in {refusal(opener, legacy[:length]) for length in range(len(legacy))}


def test_keymanagers_other_layout_is_no_packets(
    opener: DecryptionKey, key: SigningKey, certificate: bytes
) -> None:
    """``VER_R2`` before the thumbprint, the additional data in front of the ciphertext (4.1)."""
    aad, session_key = b"a" * 32, b"k" * 32
    key_block = private_key(key).public_key().encrypt(session_key, OAEP)
    sealed = AESGCM(session_key).encrypt(aad[:12], PLAINTEXT, aad)
    blob = b"VER_R2" + hashlib.sha256(certificate).digest() + key_block + b"#KEY_SPLITTER#" + aad + sealed

    assert refusal(opener, blob) == "MalformedData NOT_SEALED"
    assert refusal(opener, bytes(44) + blob) == "MalformedData NOT_SEALED"


def test_an_envelope_is_362_octets_longer_than_its_content(certificate: bytes) -> None:
    assert OVERHEAD == 362
    assert len(encrypt(certificate, b"")) == 362
    assert len(encrypt(certificate, bytes(1000))) == 1362


def test_empty_content_comes_back_empty(opener: DecryptionKey, certificate: bytes) -> None:
    assert opener.decrypt(encrypt(certificate, b"")) == b""


def test_encrypting_twice_shares_no_octet_block_but_thumbprint_and_splitter(certificate: bytes) -> None:
    first, second = encrypt(certificate, PLAINTEXT), encrypt(certificate, PLAINTEXT)

    assert first[44:76] == second[44:76]
    assert first[0:12] != second[0:12]
    assert first[12:44] != second[12:44]
    assert first[76:332] != second[76:332]
    assert first[346:] != second[346:]


def test_a_certificate_in_pem_names_the_same_recipient(opener: DecryptionKey, certificate: bytes) -> None:
    envelope = encrypt(certificate_to_pem(certificate), PLAINTEXT)

    assert envelope[44:76] == hashlib.sha256(certificate).digest()
    assert opener.decrypt(envelope) == PLAINTEXT


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\n", bytes(500)])
def test_what_is_no_certificate_cannot_be_encrypted_to(content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        encrypt(content, PLAINTEXT)

    assert caught.value.code is KEY_UNREADABLE


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_private_key_opens_nothing(content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        DecryptionKey.from_pem(content)

    assert caught.value.code is KEY_UNREADABLE


def test_an_elliptic_curve_key_is_refused() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(BadInput) as caught:
        DecryptionKey.from_pem(pem)

    assert caught.value.code is KEY_UNREADABLE


def test_a_key_of_an_unknown_kind_is_refused(key: SigningKey) -> None:
    of_unknown_kind = key.to_pkcs8().replace(RSA_OID, UNKNOWN_OID)
    body = base64.encodebytes(of_unknown_kind)

    with pytest.raises(BadInput) as caught:
        DecryptionKey.from_pem(b"-----BEGIN PRIVATE KEY-----\n" + body + b"-----END PRIVATE KEY-----\n")

    assert caught.value.code is KEY_UNREADABLE


def test_mosips_own_packet_opens_and_names_the_servers_certificate(reference_data: Path) -> None:
    folder = reference_data / "mosip" / "packet"
    packet = (folder / "10001100020000120261121000000-10001_10002-20261121024627.zip").read_bytes()
    certificate = (folder / "server-cert.pem").read_bytes()
    opener = DecryptionKey.from_pem((folder / "server-key.p8").read_bytes() + certificate)

    der = load_certificate(certificate).public_bytes(serialization.Encoding.DER)
    assert packet[44:76] == hashlib.sha256(der).digest()
    assert opener.decrypt(packet).startswith(b"PK\x03\x04")


@pytest.mark.parametrize("days", [-1, 366])
def test_a_certificate_out_of_its_time_is_not_encrypted_to(certificate: bytes, days: int) -> None:
    with pytest.raises(BadInput) as caught:
        check_certificate(certificate, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days, hours=-1))

    assert caught.value.code is CERTIFICATE_OUT_OF_TIME


def test_a_certificate_of_another_kind_of_key_is_not_encrypted_to() -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, curve.public_key(), 1, begin, begin + timedelta(days=1))
    der = builder.sign(curve, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    with pytest.raises(BadInput) as caught:
        encrypt(der, PLAINTEXT)

    assert caught.value.code is KEY_UNREADABLE


def test_a_certificate_is_encrypted_to_within_its_time(certificate: bytes) -> None:
    check_certificate(certificate, datetime(2026, 6, 1, tzinfo=UTC))
