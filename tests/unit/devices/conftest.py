"""Keys made once: an RSA key costs a quarter of a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from muster.crypto.signing import SigningKey, self_signed_certificate

VALID_FROM = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class DeviceKey:
    """A software device key and its certificate."""

    key: SigningKey
    certificate_der: bytes


def _made(name: str) -> DeviceKey:
    key = SigningKey.generate()
    return DeviceKey(key, self_signed_certificate(key, name, VALID_FROM, 365))


@pytest.fixture(scope="session")
def device_key() -> DeviceKey:
    return _made("Station 10012 software device key")


@pytest.fixture(scope="session")
def stranger_key() -> DeviceKey:
    return _made("Another station")
