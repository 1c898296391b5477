"""Recognising a value without keeping it: a hash that nobody can make or try out who has not the station's key.

HMAC-SHA-256 (RFC 2104) over the kind, a zero octet and the value, so that a value of one kind never looks like the
same value of another.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from muster.crypto.sealing import derive_key


class KeyedHash:
    """Hashes for one purpose."""

    def __init__(self, station_key: bytes, purpose: str) -> None:
        self._key = derive_key(station_key, purpose)

    def of(self, kind: str, value: str) -> str:
        """64 hex digits."""
        hmac = HMAC(self._key, SHA256())
        hmac.update(kind.encode() + b"\0" + value.encode())
        return hmac.finalize().hex()
