"""What the server encrypts to one machine: tokens, configuration, master data.

Simpler than the packets' envelope (section 4.2 of the packet notes; keymanager's ``ClientCryptoFacade``)::

    offset  length  content
    0       256     RSA-OAEP(AES-256 key), SHA-256, MGF1-SHA-256, empty label
    256     12      GCM nonce
    268     32      additional authenticated data
    300     n+16    AES-256-GCM ciphertext and tag

Servers up to 1.1.4.4 wrote a nonce of 16 and 12 of additional data instead; nothing tells the two apart but
that only one of them opens. The key block is not authenticated: damage there shows as a wrong key.

For machine keys of both flavours; the OAEP label is empty or, for a key in a TPM, one zero octet. Android's
machines (MGF1 with SHA-1) are not among them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from muster.crypto.envelope import (
    ENVELOPE_DAMAGED,
    ENVELOPE_TOO_SHORT,
    KEY_BLOCK_LENGTH,
    SESSION_KEY_LENGTH,
    TAG_LENGTH,
    WRONG_KEY,
)
from muster.crypto.machine_key import MachineKey
from muster.crypto.signing import encrypt_oaep
from muster.errors import BadInput, MalformedData, NotAuthentic


@dataclass(frozen=True, slots=True)
class _Layout:
    nonce_length: int
    aad_length: int

    @property
    def aad_at(self) -> int:
        return KEY_BLOCK_LENGTH + self.nonce_length

    @property
    def ciphertext_at(self) -> int:
        return self.aad_at + self.aad_length

    @property
    def overhead(self) -> int:
        return self.ciphertext_at + TAG_LENGTH


_TODAY = _Layout(nonce_length=12, aad_length=32)
_UP_TO_1_1_4_4 = _Layout(nonce_length=16, aad_length=12)
OVERHEAD = _TODAY.overhead
_SHORTEST = _UP_TO_1_1_4_4.overhead


def encrypt_machine_data(public_key: bytes, plaintext: bytes) -> bytes:
    """Encrypt to the machine with ``public_key``, as servers do.

    That is a TPMT_PUBLIC or, of a software key, SubjectPublicKeyInfo or certificate, PEM or DER. Raises
    ``BadInput`` for anything but an RSA-2048 key that decrypts.
    """
    nonce, aad = os.urandom(_TODAY.nonce_length), os.urandom(_TODAY.aad_length)
    session_key = AESGCM.generate_key(bit_length=SESSION_KEY_LENGTH * 8)
    sealed = AESGCM(session_key).encrypt(nonce, plaintext, aad)
    return b"".join((encrypt_oaep(public_key, session_key), nonce, aad, sealed))


def decrypt_machine_data(key: MachineKey, blob: bytes) -> bytes:
    """Open what a server encrypted to this machine's ``key``. Takes its length once more.

    Raises ``MalformedData`` when it is too short, ``BadInput(WRONG_KEY)`` when it was made for another key (or
    the key block was changed), ``NotAuthentic(ENVELOPE_DAMAGED)`` when anything else was changed,
    ``KeyUnavailable`` when the key cannot be reached.
    """
    if len(blob) < _SHORTEST:
        raise MalformedData(ENVELOPE_TOO_SHORT, offset=len(blob))
    cipher = AESGCM(_session_key(key, blob[:KEY_BLOCK_LENGTH]))
    try:
        return _opened(cipher, blob, _TODAY)
    except InvalidTag:
        pass
    try:
        return _opened(cipher, blob, _UP_TO_1_1_4_4)
    except InvalidTag as error:
        raise NotAuthentic(ENVELOPE_DAMAGED) from error


def _session_key(key: MachineKey, block: bytes) -> bytes:
    try:
        session_key = key.decrypt_oaep(block)
    except ValueError as error:
        raise BadInput(WRONG_KEY) from error
    if len(session_key) != SESSION_KEY_LENGTH:
        raise BadInput(WRONG_KEY)
    return session_key


def _opened(cipher: AESGCM, blob: bytes, layout: _Layout) -> bytes:
    nonce = blob[KEY_BLOCK_LENGTH : layout.aad_at]
    aad = blob[layout.aad_at : layout.ciphertext_at]
    return cipher.decrypt(nonce, memoryview(blob)[layout.ciphertext_at :], aad)
