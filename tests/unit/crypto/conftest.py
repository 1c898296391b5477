"""Keys are made once: each RSA key costs a quarter of a second."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from muster.crypto.signing import SigningKey, self_signed_certificate

_NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture(scope="session")
def certificate(key: SigningKey) -> bytes:
    """The certificate of ``key``, DER."""
    return self_signed_certificate(key, "Station of the Mustermann family", _NEW_YEAR, 365)


@pytest.fixture(scope="session")
def other_certificate(other_key: SigningKey) -> bytes:
    return self_signed_certificate(other_key, "Somebody else", _NEW_YEAR, 365)
