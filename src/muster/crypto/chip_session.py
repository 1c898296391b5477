"""Ciphers of a conversation with a travel document's chip, and the keys they are derived from (ICAO Doc 9303-11,
9.7 and 9.8; appendix D and G hold worked examples, which the tests repeat).

Triple DES and SHA-1 are what documents of the first kind speak. They are here to read those documents, for nothing
else: whom to believe is decided by the issuer's signature, not by this.
"""

from __future__ import annotations

import hashlib
import secrets
from enum import Enum, IntEnum
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

MAC_LENGTH = 8
_PAD = 0x80
_DES_KEY, _DES_BLOCK, _AES_BLOCK = 8, 8, 16


class Purpose(IntEnum):
    """The counter behind a secret (9.7.1)."""

    ENCRYPTION = 1
    MAC = 2
    PASSWORD = 3


class SessionCipher(Protocol):
    """``counter`` is the send sequence counter, one block long; ``padded`` whole blocks."""

    block: int

    def encrypt(self, padded: bytes, counter: bytes) -> bytes: ...

    def decrypt(self, encrypted: bytes, counter: bytes) -> bytes: ...

    def mac(self, padded: bytes) -> bytes:
        """Eight octets."""

    def token(self, content: bytes) -> bytes:
        """Eight octets over what is not padded yet: authentication tokens (4.4.3.4)."""


class Suite(Enum):
    """The cipher's name, octets of its keys, and the hash that keys are derived with (9.7.1)."""

    TRIPLE_DES = ("3DES", 16, "sha1")
    AES_128 = ("AES-128", 16, "sha1")
    AES_192 = ("AES-192", 24, "sha256")
    AES_256 = ("AES-256", 32, "sha256")

    def __init__(self, label: str, key_length: int, digest: str) -> None:
        self.label = label
        self.key_length = key_length
        self.digest = digest

    def derive(self, secret: bytes, purpose: Purpose) -> bytes:
        """9.7.1. Triple DES keys have odd parity (9.7.2.1), which their cipher ignores and examples show."""
        key = hashlib.new(self.digest, secret + purpose.to_bytes(4)).digest()[: self.key_length]
        return _odd_parity(key) if self is Suite.TRIPLE_DES else key

    def session(self, secret: bytes) -> SessionCipher:
        """The two keys of a conversation from what both sides know."""
        return self.cipher(self.derive(secret, Purpose.ENCRYPTION), self.derive(secret, Purpose.MAC))

    def cipher(self, encryption_key: bytes, mac_key: bytes) -> SessionCipher:
        if self is Suite.TRIPLE_DES:
            return TripleDesSession(encryption_key, mac_key)
        return AesSession(encryption_key, mac_key)

    def decrypt_nonce(self, key: bytes, encrypted: bytes) -> bytes:
        """4.4.3.3: one key, no initialisation vector. Raises ``ValueError`` for a part of a block."""
        algorithm = TripleDES(_three(key)) if self is Suite.TRIPLE_DES else AES(key)
        return _cbc_decrypt(algorithm, bytes(algorithm.block_size // 8), encrypted)


class TripleDesSession:
    """9.8.6.1: CBC from zero; the MAC is algorithm 3 of ISO/IEC 9797-1 with DES."""

    block = _DES_BLOCK

    def __init__(self, encryption_key: bytes, mac_key: bytes) -> None:
        self._encryption = TripleDES(_three(encryption_key))
        self._first_mac = TripleDES(mac_key[:_DES_KEY] * 3)  # which is DES
        self._last_mac = TripleDES(_three(mac_key))

    def encrypt(self, padded: bytes, counter: bytes) -> bytes:
        return _cbc_encrypt(self._encryption, bytes(self.block), padded)

    def decrypt(self, encrypted: bytes, counter: bytes) -> bytes:
        return _cbc_decrypt(self._encryption, bytes(self.block), encrypted)

    def mac(self, padded: bytes) -> bytes:
        # All blocks with the first key; the last is then decrypted with the second and encrypted with the first,
        # which together with its own encryption is Triple DES.
        chained = bytes(self.block)
        if len(padded) > self.block:
            chained = _cbc_encrypt(self._first_mac, chained, padded[: -self.block])[-self.block :]
        return _cbc_encrypt(self._last_mac, chained, padded[-self.block :])

    def token(self, content: bytes) -> bytes:
        return self.mac(pad(content, self.block))


class AesSession:
    """9.8.6.2: the initialisation vector is the encrypted counter; the MAC is the first half of a CMAC."""

    block = _AES_BLOCK

    def __init__(self, encryption_key: bytes, mac_key: bytes) -> None:
        self._encryption = AES(encryption_key)
        self._mac = AES(mac_key)

    def encrypt(self, padded: bytes, counter: bytes) -> bytes:
        return _cbc_encrypt(self._encryption, self._vector(counter), padded)

    def decrypt(self, encrypted: bytes, counter: bytes) -> bytes:
        return _cbc_decrypt(self._encryption, self._vector(counter), encrypted)

    def mac(self, padded: bytes) -> bytes:
        return self.token(padded)

    def token(self, content: bytes) -> bytes:
        computation = CMAC(self._mac)
        computation.update(content)
        return computation.finalize()[:MAC_LENGTH]

    def _vector(self, counter: bytes) -> bytes:
        encryptor = Cipher(self._encryption, modes.ECB()).encryptor()  # noqa: S305 - one block, as 9.8.6.2 asks
        return encryptor.update(counter) + encryptor.finalize()


def pad(content: bytes, block: int) -> bytes:
    """ISO/IEC 9797-1, padding method 2."""
    return content + bytes([_PAD]) + bytes(-(len(content) + 1) % block)


def unpad(padded: bytes) -> bytes:
    """Raises ``ValueError`` where there is no padding."""
    content = padded.rstrip(b"\0")
    if not content or content[-1] != _PAD:
        raise ValueError("not padded")
    return content[:-1]


def same(mac: bytes, other: bytes) -> bool:
    """In a time that tells nothing of where they differ."""
    return secrets.compare_digest(mac, other)


def _cbc_encrypt(algorithm: TripleDES | AES, vector: bytes, padded: bytes) -> bytes:
    encryptor = Cipher(algorithm, modes.CBC(vector)).encryptor()
    return encryptor.update(padded) + encryptor.finalize()


def _cbc_decrypt(algorithm: TripleDES | AES, vector: bytes, encrypted: bytes) -> bytes:
    """Raises ``ValueError`` for a part of a block."""
    decryptor = Cipher(algorithm, modes.CBC(vector)).decryptor()
    return decryptor.update(encrypted) + decryptor.finalize()


def _three(two: bytes) -> bytes:
    """Triple DES with two keys uses the first again."""
    return two[: 2 * _DES_KEY] + two[:_DES_KEY]


def _odd_parity(key: bytes) -> bytes:
    return bytes(octet & 0xFE | ((octet >> 1).bit_count() + 1) % 2 for octet in key)
