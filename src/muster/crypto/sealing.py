"""Sealing at rest: what lies on the station's disk is unreadable without the station key.

The station key is 32 random octets. Keys for single purposes (database, blobs, machine key) are
derived from it with HKDF-SHA256, so that none of them gives away another. A sealed blob is bound to
its *context* (which row, which kind): moved to another place, it does not open.

Layout of a sealed blob: nonce[12] || AES-256-GCM ciphertext || tag[16]. Random nonces are safe here:
a station seals some ten thousand blobs a year, the bound for 96-bit nonces is about four billion.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from muster.errors import Code, NotAuthentic

SEAL_BROKEN = Code("SEAL_BROKEN", "A stored file was changed or damaged on this computer. Call your supervisor.")

KEY_LENGTH = 32
_NONCE_LENGTH = 12


def new_station_key() -> bytes:
    return os.urandom(KEY_LENGTH)


def derive_key(station_key: bytes, purpose: str) -> bytes:
    """The 32-octet key for one purpose (HKDF, RFC 5869; the purpose is the info string)."""
    hkdf = HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=f"muster/{purpose}".encode())
    return hkdf.derive(station_key)


class Sealer:
    """Seals and opens blobs with one purpose's key."""

    def __init__(self, station_key: bytes, purpose: str) -> None:
        self._cipher = AESGCM(derive_key(station_key, purpose))

    def seal(self, plaintext: bytes, context: str) -> bytes:
        nonce = os.urandom(_NONCE_LENGTH)
        return nonce + self._cipher.encrypt(nonce, plaintext, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Raises ``NotAuthentic`` when the blob was changed or belongs elsewhere."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise NotAuthentic(SEAL_BROKEN) from error
