"""Codes of an authenticator (TOTP, RFC 6238): six digits, 30 seconds, HMAC-SHA-1, as every app makes them.

A code counts in its own time step and in the one before and after: clocks differ, and people type. That a code is
not used twice is for whoever keeps the step it belongs to.
"""

from __future__ import annotations

import hmac
import os
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_LENGTH = 20  # RFC 4226, 4 R6: 160 bits
_STEP_S = 30
_DIGITS = 6
_SKEW_STEPS = 1


def new_secret() -> bytes:
    return os.urandom(SECRET_LENGTH)


def step_of(secret: bytes, code: str, at: datetime) -> int | None:
    """The number of the time step ``code`` belongs to, or nothing for a wrong one."""
    given = code.replace(" ", "").encode()
    now = int(at.timestamp()) // _STEP_S
    found = None
    for step in range(now - _SKEW_STEPS, now + _SKEW_STEPS + 1):
        if step >= 0 and hmac.compare_digest(_totp(secret).generate(step * _STEP_S), given):
            found = step
    return found


def setup_uri(secret: bytes, user_id: str, station: str) -> str:
    """What an app reads from a QR code (``otpauth://``). It holds the secret: shown once, kept nowhere."""
    return _totp(secret).get_provisioning_uri(user_id, f"Muster {station}")


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, SHA1(), _STEP_S)  # noqa: S303
