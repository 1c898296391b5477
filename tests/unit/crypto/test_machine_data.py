"""The byte layout is checked with the library's primitives alone, in both directions."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.crypto.machine_data import OVERHEAD, decrypt_machine_data, encrypt_machine_data
from muster.crypto.signing import KEY_UNREADABLE, SigningKey
from muster.errors import BadInput, MalformedData, MusterError

PLAINTEXT = b"Erika Mustermann"
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
SESSION_KEY = bytes(range(32))

KEY_BLOCK = range(0, 256)
NONCE = range(256, 268)
AAD = range(268, 300)
CIPHERTEXT = range(300, 300 + len(PLAINTEXT))
TAG = range(300 + len(PLAINTEXT), 316 + len(PLAINTEXT))

WRONG_KEY = "BadInput WRONG_KEY"
DAMAGED = "NotAuthentic ENVELOPE_DAMAGED"
TOO_SHORT = "MalformedData ENVELOPE_TOO_SHORT"


def private_key(key: SigningKey) -> rsa.RSAPrivateKey:
    loaded = serialization.load_der_private_key(key.to_pkcs8(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded


def written_by_hand(
    key: SigningKey,
    plaintext: bytes = PLAINTEXT,
    *,
    nonce_length: int = 12,
    aad_length: int = 32,
    session_key: bytes = SESSION_KEY,
    oaep: padding.OAEP = OAEP,
) -> bytes:
    nonce, aad = bytes(range(nonce_length)), bytes(range(100, 100 + aad_length))
    block = private_key(key).public_key().encrypt(session_key, oaep)
    return block + nonce + aad + AESGCM(session_key).encrypt(nonce, plaintext, aad)


def flipped(blob: bytes, position: int) -> bytes:
    changed = bytearray(blob)
    changed[position] ^= 0x01
    return bytes(changed)


def refusal(key: SigningKey, blob: bytes) -> str:
    """The code with which ``blob`` is refused; "opened" when it is not."""
    try:
        decrypt_machine_data(key, blob)
    except MusterError as error:
        return f"{type(error).__name__} {error.code.name}"
    return "opened"


@pytest.fixture(scope="module")
def blob(key: SigningKey) -> bytes:
    return encrypt_machine_data(key.public_der, PLAINTEXT)


@pytest.fixture(scope="module")
def older_blob(key: SigningKey) -> bytes:
    """As servers up to 1.1.4.4 wrote it."""
    return written_by_hand(key, nonce_length=16, aad_length=12)


# --- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", [NONCE, AAD, CIPHERTEXT, TAG], ids=["nonce", "aad", "ciphertext", "tag"])
def test_a_flipped_byte_outside_the_key_block_is_damage(key: SigningKey, blob: bytes, region: range) -> None:
    assert {refusal(key, flipped(blob, position)) for position in region} == {DAMAGED}


def test_a_flipped_byte_in_the_key_block_looks_like_a_wrong_key(key: SigningKey, blob: bytes) -> None:
    assert {refusal(key, flipped(blob, position)) for position in KEY_BLOCK} == {WRONG_KEY}


def test_the_regions_above_cover_all_octets(blob: bytes) -> None:
    regions = (KEY_BLOCK, NONCE, AAD, CIPHERTEXT, TAG)

    assert [position for region in regions for position in region] == list(range(len(blob)))


def test_a_flipped_byte_in_older_data_is_refused_too(key: SigningKey, older_blob: bytes) -> None:
    assert {refusal(key, flipped(older_blob, position)) for position in range(256, len(older_blob))} == {DAMAGED}


def test_data_for_another_machine_is_reported_as_a_wrong_key(other_key: SigningKey, blob: bytes) -> None:
    assert refusal(other_key, blob) == WRONG_KEY


@pytest.mark.parametrize("length", [0, 1, 255, 256, 299])
def test_what_cannot_hold_all_parts_is_too_short_and_says_where_it_ends(
    key: SigningKey, blob: bytes, length: int
) -> None:
    with pytest.raises(MalformedData) as caught:
        decrypt_machine_data(key, blob[:length])

    assert caught.value.code.name == "ENVELOPE_TOO_SHORT"
    assert caught.value.offset == length


@pytest.mark.parametrize("length", [300, 315, 316, 316 + len(PLAINTEXT) - 1])
def test_data_that_was_cut_off_is_damage(key: SigningKey, blob: bytes, length: int) -> None:
    assert refusal(key, blob[:length]) == DAMAGED


def test_an_octet_behind_the_tag_is_damage(key: SigningKey, blob: bytes) -> None:
    assert refusal(key, blob + b"\0") == DAMAGED


@pytest.mark.parametrize("length", [16, 24])
def test_a_session_key_that_is_no_256_bit_key_is_refused(key: SigningKey, length: int) -> None:
    assert refusal(key, written_by_hand(key, session_key=SESSION_KEY[:length])) == WRONG_KEY


def test_a_mask_made_with_sha_1_is_refused(key: SigningKey) -> None:
    """The Android client's layout (trap 5)."""
    android = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA256(), label=None)

    assert refusal(key, written_by_hand(key, oaep=android)) == WRONG_KEY


def test_a_label_as_tpms_write_it_is_refused(key: SigningKey) -> None:
    tpm = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=b"\0")

    assert refusal(key, written_by_hand(key, oaep=tpm)) == WRONG_KEY


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=700))
def test_any_octets_give_one_of_the_agreed_refusals(key: SigningKey, content: bytes) -> None:
    assert refusal(key, content) in (TOO_SHORT, WRONG_KEY)


@settings(max_examples=60, deadline=None)
@given(content=st.binary(min_size=44, max_size=200))
def test_any_octets_behind_a_good_key_block_give_one_of_the_agreed_refusals(
    key: SigningKey, blob: bytes, content: bytes
) -> None:
    assert refusal(key, blob[:256] + content) == DAMAGED


@pytest.mark.parametrize("content", [b"", b"Mustermann", b"-----BEGIN CERTIFICATE-----\nMustermann\n"])
def test_what_is_no_public_key_is_not_encrypted_to(content: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        encrypt_machine_data(content, PLAINTEXT)

    assert caught.value.code is KEY_UNREADABLE


def test_an_elliptic_key_is_not_encrypted_to() -> None:
    public_key = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(BadInput) as caught:
        encrypt_machine_data(der, PLAINTEXT)

    assert caught.value.code is KEY_UNREADABLE


def test_a_key_of_another_size_is_neither_encrypted_to_nor_opens_anything(blob: bytes) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    small = SigningKey.from_pkcs8(
        private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )

    with pytest.raises(BadInput) as caught:
        encrypt_machine_data(small.public_der, PLAINTEXT)

    assert caught.value.code is KEY_UNREADABLE
    assert refusal(small, blob) == WRONG_KEY


# --- taken -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 1, 16, 100_000])
def test_what_was_encrypted_opens_again(key: SigningKey, length: int) -> None:
    plaintext = b"M" * length

    assert decrypt_machine_data(key, encrypt_machine_data(key.public_der, plaintext)) == plaintext


def test_what_is_written_by_hand_opens(key: SigningKey) -> None:
    assert decrypt_machine_data(key, written_by_hand(key)) == PLAINTEXT


def test_what_is_encrypted_can_be_read_by_hand(key: SigningKey, blob: bytes) -> None:
    session_key = private_key(key).decrypt(blob[:256], OAEP)

    assert len(session_key) == 32
    assert AESGCM(session_key).decrypt(blob[256:268], blob[300:], blob[268:300]) == PLAINTEXT
    assert len(blob) == OVERHEAD + len(PLAINTEXT) == 316 + len(PLAINTEXT)


@pytest.mark.parametrize("plaintext", [b"", b"M", PLAINTEXT, b"M" * 1000])
def test_data_of_a_server_up_to_1_1_4_4_opens_whatever_its_length(key: SigningKey, plaintext: bytes) -> None:
    assert decrypt_machine_data(key, written_by_hand(key, plaintext, nonce_length=16, aad_length=12)) == plaintext


def test_every_call_makes_other_octets(key: SigningKey, blob: bytes) -> None:
    again = encrypt_machine_data(key.public_der, PLAINTEXT)

    assert all(again[part.start : part.stop] != blob[part.start : part.stop] for part in (KEY_BLOCK, NONCE, AAD))


def test_a_certificate_or_a_pem_key_names_the_machine_as_well(key: SigningKey, certificate: bytes) -> None:
    for recipient in (certificate, key.public_pem):
        assert decrypt_machine_data(key, encrypt_machine_data(recipient, PLAINTEXT)) == PLAINTEXT
