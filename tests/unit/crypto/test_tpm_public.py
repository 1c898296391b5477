"""TPMT_PUBLIC from octets and back; the vectors are written out by hand from the standard's tables."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.crypto.tpm_public import Scheme, TpmPublic
from muster.errors import MalformedData

MODULUS = b"\xc3" + bytes(range(1, 255)) + b"\x01"
SIGN, DECRYPT = 0x00040072, 0x00020072  # fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth and the use


def written(
    *,
    kind: int = 0x0001,
    name_algorithm: int = 0x000B,
    attributes: int = SIGN,
    policy: bytes = b"",
    symmetric: int = 0x0010,
    scheme: int = 0x0014,
    digest: int = 0x000B,
    bits: int = 2048,
    exponent: int = 65537,
    modulus: bytes = MODULUS,
) -> bytes:
    head = struct.pack(">HHIH", kind, name_algorithm, attributes, len(policy)) + policy
    return head + struct.pack(">HHHHIH", symmetric, scheme, digest, bits, exponent, len(modulus)) + modulus


# What MOSIP's reference client asks its TPM for.
SIGNING = written(name_algorithm=0x0004)
DECRYPTION = written(
    attributes=DECRYPT,
    policy=bytes.fromhex("837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa"),
    scheme=0x0017,
)


def offset_of_refusal(content: bytes) -> int:
    with pytest.raises(MalformedData) as caught:
        TpmPublic.parse(content)
    assert caught.value.code.name == "TPM_PUBLIC_MALFORMED"
    return caught.value.offset


@pytest.mark.parametrize(
    ("content", "offset"),
    [
        (b"", 0),
        (SIGNING[:9], 9),
        (SIGNING[:-1], 279),
        (SIGNING + b"\0", 281),
        (written(kind=0x0023), 0),  # an elliptic curve
        (written(name_algorithm=0x0010), 2),
        (written(policy=bytes(20)), 8),
        (written(symmetric=0x0006), 10),  # a storage key
        (written(scheme=0x0010), 12),
        (written(scheme=0x0016), 12),  # PSS
        (written(digest=0x0004), 14),
        (written(bits=1024), 16),
        (written(exponent=3), 18),
        (written(modulus=MODULUS[:128] + b"\1" * 127), 279),
        (written(modulus=b"\x7f" + MODULUS[1:]), 24),
        (written(modulus=MODULUS[:-1] + b"\2"), 279),
    ],
)
def test_what_is_no_machines_key_is_refused_with_its_place(content: bytes, offset: int) -> None:
    assert offset_of_refusal(content) == offset


def test_a_modulus_that_says_another_length_than_it_has_is_refused() -> None:
    lying = bytearray(SIGNING)
    lying[22:24] = (255).to_bytes(2, "big")

    assert offset_of_refusal(bytes(lying)) == 22


@given(st.binary(max_size=400))
def test_any_octets_are_refused_with_the_one_error(content: bytes) -> None:
    offset_of_refusal(content)


@given(st.integers(0, len(DECRYPTION) - 1), st.integers(1, 255))
def test_a_changed_octet_is_refused_or_written_again_as_it_was(position: int, change: int) -> None:
    changed = bytearray(DECRYPTION)
    changed[position] ^= change
    try:
        public = TpmPublic.parse(bytes(changed))
    except MalformedData:
        return
    assert public.encode() == bytes(changed)


@pytest.mark.parametrize("content", [SIGNING, DECRYPTION, written(exponent=0)])
def test_what_was_read_is_written_again_octet_for_octet(content: bytes) -> None:
    assert TpmPublic.parse(content).encode() == content


def test_the_key_with_which_the_reference_client_signs_is_read() -> None:
    assert TpmPublic.parse(SIGNING) == TpmPublic(0x0004, SIGN, b"", Scheme.RSASSA, 65537, MODULUS)


def test_the_key_with_which_the_reference_client_decrypts_is_read() -> None:
    public = TpmPublic.parse(DECRYPTION)

    assert (public.scheme, len(public.policy), public.modulus) == (Scheme.OAEP, 32, MODULUS)


def test_an_exponent_a_tpm_left_out_can_be_written_out() -> None:
    assert TpmPublic.parse(written(exponent=0)).with_exponent_written().encode() == written(exponent=65537)
