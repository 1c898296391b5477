from __future__ import annotations

import hmac

import pytest

from muster.crypto.sealing import SEAL_BROKEN, Sealer, derive_key, new_station_key
from muster.errors import NotAuthentic

STATION_KEY = bytes(range(32))


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(STATION_KEY, "blobs")


def refused(sealer: Sealer, sealed: bytes, context: str) -> bool:
    try:
        sealer.open(sealed, context)
    except NotAuthentic as error:
        return error.code is SEAL_BROKEN
    return False


def test_a_blob_moved_to_another_row_does_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal(b"portrait", "registration/1/face")

    with pytest.raises(NotAuthentic) as caught:
        sealer.open(sealed, "registration/2/face")

    assert caught.value.code is SEAL_BROKEN


def test_a_flipped_byte_anywhere_is_refused(sealer: Sealer) -> None:
    sealed = sealer.seal(b"portrait", "row")
    copies = [
        sealed[:position] + bytes((sealed[position] ^ 1,)) + sealed[position + 1 :]
        for position in range(len(sealed))
    ]

    assert len(copies) == 12 + len(b"portrait") + 16
    assert all(refused(sealer, copy, "row") for copy in copies)


def test_a_blob_cut_off_anywhere_is_refused(sealer: Sealer) -> None:
    sealed = sealer.seal(b"portrait", "row")

    assert all(refused(sealer, sealed[:length], "row") for length in range(len(sealed)))


def test_the_key_of_another_purpose_does_not_open_a_blob(sealer: Sealer) -> None:
    sealed = sealer.seal(b"portrait", "row")

    assert refused(Sealer(STATION_KEY, "keys"), sealed, "row")


def test_the_key_of_another_station_does_not_open_a_blob(sealer: Sealer) -> None:
    sealed = sealer.seal(b"portrait", "row")

    assert refused(Sealer(bytes(32), "blobs"), sealed, "row")


def test_what_was_sealed_comes_back_in_its_place(sealer: Sealer) -> None:
    assert sealer.open(sealer.seal(b"portrait", "row"), "row") == b"portrait"


def test_an_empty_blob_comes_back_empty(sealer: Sealer) -> None:
    assert sealer.open(sealer.seal(b"", "row"), "row") == b""


def test_sealing_twice_gives_different_octets(sealer: Sealer) -> None:
    assert sealer.seal(b"portrait", "row") != sealer.seal(b"portrait", "row")


def test_the_plaintext_does_not_show_in_the_blob(sealer: Sealer) -> None:
    assert b"portrait" not in sealer.seal(b"portrait", "row")


def test_derived_keys_never_change_between_versions() -> None:
    """A station must open its own database after an upgrade. Computed by hand with HMAC-SHA-256."""
    assert derive_key(STATION_KEY, "database").hex() == hkdf_by_hand(STATION_KEY, b"muster/database").hex()


def hkdf_by_hand(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 for one block: extract with a salt of zeros, expand once."""
    extracted = hmac.digest(bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def test_each_purpose_has_its_own_key() -> None:
    purposes = ("database", "blobs", "keys")

    assert len({derive_key(STATION_KEY, purpose) for purpose in purposes}) == 3


def test_station_keys_are_32_octets_and_never_alike() -> None:
    first, second = new_station_key(), new_station_key()

    assert len(first) == len(second) == 32
    assert first != second
