"""Public keys of machines of either flavour, told apart by their octets as MOSIP's servers do."""

from __future__ import annotations

import re

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from muster.crypto.machine_key import Flavour, MachineKey, fingerprint
from muster.crypto.signing import SigningKey, encrypt_oaep, load_verification_key, verify
from muster.crypto.tpm_public import Scheme, TpmPublic
from muster.errors import BadInput

DATA = b"a packet of Erika Mustermann"


def private_key(key: SigningKey) -> rsa.RSAPrivateKey:
    loaded = serialization.load_der_private_key(key.to_pkcs8(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded


def as_tpm_writes_it(key: SigningKey, scheme: Scheme, exponent: int = 65537) -> bytes:
    modulus = private_key(key).public_key().public_numbers().n.to_bytes(256, "big")
    return TpmPublic(0x000B, 0x00040072, b"", scheme, exponent, modulus).encode()


def refusal(public_key: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        verify(public_key, DATA, bytes(256))
    return caught.value.code.name


def test_signatures_are_not_checked_with_the_key_that_decrypts(key: SigningKey) -> None:
    assert refusal(as_tpm_writes_it(key, Scheme.OAEP)) == "KEY_FOR_ANOTHER_USE"


def test_nothing_is_encrypted_to_the_key_that_signs(key: SigningKey) -> None:
    with pytest.raises(BadInput) as caught:
        encrypt_oaep(as_tpm_writes_it(key, Scheme.RSASSA), b"secret")
    assert caught.value.code.name == "KEY_FOR_ANOTHER_USE"


def test_a_tpms_key_that_was_cut_off_is_no_key(key: SigningKey) -> None:
    assert refusal(as_tpm_writes_it(key, Scheme.RSASSA)[:-1]) == "KEY_UNREADABLE"


def test_a_signature_of_another_key_is_none_of_a_tpms(key: SigningKey, other_key: SigningKey) -> None:
    assert not verify(as_tpm_writes_it(key, Scheme.RSASSA), DATA, other_key.sign(DATA))


@pytest.mark.parametrize("exponent", [0, 65537])
def test_a_signature_is_checked_with_what_a_tpm_writes_as_its_key(key: SigningKey, exponent: int) -> None:
    assert verify(as_tpm_writes_it(key, Scheme.RSASSA, exponent), DATA, key.sign(DATA))


def test_both_forms_of_a_key_are_one_key(key: SigningKey) -> None:
    of_tpm = load_verification_key(as_tpm_writes_it(key, Scheme.RSASSA))

    assert of_tpm.public_numbers() == load_verification_key(key.public_der).public_numbers()


@pytest.mark.parametrize("label", [None, b"\0"])
def test_the_label_of_what_is_encrypted_is_the_flavours(key: SigningKey, label: bytes | None) -> None:
    public = as_tpm_writes_it(key, Scheme.OAEP) if label else key.encryption_public
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=label)

    assert private_key(key).decrypt(encrypt_oaep(public, b"secret"), oaep) == b"secret"


def test_a_key_in_a_file_is_a_machine_key_that_signs_and_decrypts_with_one_pair(key: SigningKey) -> None:
    machine_key: MachineKey = key

    assert machine_key.flavour is Flavour.LOCAL
    assert machine_key.signing_public == machine_key.encryption_public == key.public_der
    assert machine_key.signing_key_index == machine_key.key_index == fingerprint(key.public_der)


def test_a_fingerprint_is_lower_case_hex_with_colons() -> None:
    assert re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2}){31}", fingerprint(b"any"))
