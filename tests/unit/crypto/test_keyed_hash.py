"""Values recognised by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac

from muster.crypto.keyed_hash import KeyedHash
from muster.crypto.sealing import derive_key

KEY = bytes(range(32))
HASH = KeyedHash(KEY, "identifiers")


def test_the_same_value_of_another_kind_key_or_purpose_looks_different() -> None:
    others = [
        HASH.of("EMAIL", "a@b.example"),
        HASH.of("SUBJECT_ID", "a@b.example"),
        KeyedHash(KEY, "another purpose").of("EMAIL", "a@b.example"),
        KeyedHash(KEY[::-1], "identifiers").of("EMAIL", "a@b.example"),
        HASH.of("EMAI", "La@b.example"),
    ]
    assert len(set(others)) == len(others)


def test_it_is_hmac_sha_256_as_the_standard_library_computes_it() -> None:
    expected = hmac.new(derive_key(KEY, "identifiers"), b"EMAIL\0a@b.example", hashlib.sha256).hexdigest()
    assert HASH.of("EMAIL", "a@b.example") == expected
