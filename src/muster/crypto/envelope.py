"""ENC: the hybrid encryption around subpackets, whole packets and sync bodies.

Layout (section 4.1 of the packet notes; keymanager's ``CryptomanagerServiceImpl`` and khazana's
``EncryptionUtil``), 362 octets more than the plaintext::

    offset  length  content
    0       12      GCM nonce, random
    12      32      additional authenticated data, random and really authenticated
    44      32      SHA-256 of the DER certificate encrypted to ("thumbprint")
    76      256     RSA-OAEP(AES-256 key), SHA-256, MGF1-SHA-256, empty label
    332     14      "#KEY_SPLITTER#"
    346     n+16    AES-256-GCM ciphertext and tag

Clients of 1.1.5 may leave the thumbprint out (section 9). As at the server, the place of the splitter tells:
it is looked for, and 288 octets before it are thumbprint and key block, 256 are a key block alone. Read only,
never written. The two layouts with ``VER_R2`` or with the nonce at the end are not met in packets (4.1).

The key block and the splitter are not authenticated by GCM, so damage there shows as a key that does
not open. ``DecryptionKey`` tells a wrong key from damage as far as that is possible: with the
certificate beside the key the thumbprint decides; without either a key block that does not open is
reported as a wrong key.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

from muster.crypto.signing import KEY_UNREADABLE, OAEP, UNREADABLE, is_valid_at, load_certificate
from muster.errors import BadInput, Code, MalformedData, MusterError, NotAuthentic

ENVELOPE_TOO_SHORT = Code(
    "ENVELOPE_TOO_SHORT", "The file is too short to be an encrypted packet: it ends at byte {offset}."
)
ENVELOPE_DAMAGED = Code("ENVELOPE_DAMAGED", "The encrypted file was changed after it was written. Do not use it.")
WRONG_KEY = Code("WRONG_KEY", "This key does not open the file. Use the key the file was encrypted for.")
SEALED_FOR_ANOTHER_KEY = Code(
    "SEALED_FOR_ANOTHER_KEY",
    "The file is sealed for another server key. The SHA-256 of that key's certificate begins with {thumbprint}.",
)
NOT_SEALED = Code("NOT_SEALED", "The file is not an encrypted packet.")

CERTIFICATE_OUT_OF_TIME = Code(
    "CERTIFICATE_OUT_OF_TIME", "The certificate is not valid at this time. Check this computer's clock first."
)

SPLITTER = b"#KEY_SPLITTER#"
NONCE_LENGTH = 12
AAD_LENGTH = 32
THUMBPRINT_LENGTH = 32
KEY_BLOCK_LENGTH = 256
TAG_LENGTH = 16
SESSION_KEY_LENGTH = 32
_WRAPPED_AT = NONCE_LENGTH + AAD_LENGTH


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the parts stand; ``thumbprint_length`` is 0 where a client left it out."""

    thumbprint_length: int

    @property
    def key_block_at(self) -> int:
        return _WRAPPED_AT + self.thumbprint_length

    @property
    def splitter_at(self) -> int:
        return self.key_block_at + KEY_BLOCK_LENGTH

    @property
    def ciphertext_at(self) -> int:
        return self.splitter_at + len(SPLITTER)

    @property
    def overhead(self) -> int:
        return self.ciphertext_at + TAG_LENGTH

    def thumbprint(self, envelope: bytes) -> bytes:
        return envelope[_WRAPPED_AT : self.key_block_at]

    def key_block(self, envelope: bytes) -> bytes:
        return envelope[self.key_block_at : self.splitter_at]


_TODAY = _Layout(THUMBPRINT_LENGTH)
_WITHOUT_THUMBPRINT = _Layout(0)
OVERHEAD = _TODAY.overhead


def encrypt(certificate: bytes, plaintext: bytes) -> bytes:
    """Encrypt ``plaintext`` to the owner of ``certificate`` (PEM or DER, RSA-2048).

    Fresh key, nonce and AAD at every call: the same plaintext never gives the same bytes, so the
    result must be kept, not made again (trap 2). Raises ``BadInput`` for an unusable certificate.
    """
    parsed = load_certificate(certificate)
    public_key = _encryption_key(parsed)
    nonce, aad = os.urandom(NONCE_LENGTH), os.urandom(AAD_LENGTH)
    session_key = AESGCM.generate_key(bit_length=SESSION_KEY_LENGTH * 8)
    header = b"".join((nonce, aad, _thumbprint(parsed), public_key.encrypt(session_key, OAEP), SPLITTER))
    # Encrypted where it stays: a packet of megabytes would lie in memory once more to be put together.
    envelope = io.BytesIO(bytes(OVERHEAD + len(plaintext)))
    envelope.write(header)
    encryptor = Cipher(AES(session_key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    with envelope.getbuffer() as whole, whole[len(header) :] as room:
        encryptor.update_into(plaintext, room)
        encryptor.finalize()
        room[-TAG_LENGTH:] = encryptor.tag
    return envelope.getvalue()


def check_certificate(certificate: bytes, at: datetime) -> None:
    """Whether packets may be encrypted to ``certificate`` (PEM or DER) at the time ``at``.

    Raises ``BadInput``: unreadable, not RSA-2048, or outside its time.
    """
    parsed = load_certificate(certificate)
    _encryption_key(parsed)
    if not is_valid_at(certificate, at):
        raise BadInput(CERTIFICATE_OUT_OF_TIME)


def _encryption_key(certificate: x509.Certificate) -> rsa.RSAPublicKey:
    public_key = certificate.public_key()
    if not isinstance(public_key, rsa.RSAPublicKey) or public_key.key_size != KEY_BLOCK_LENGTH * 8:
        raise BadInput(KEY_UNREADABLE)
    return public_key


class DecryptionKey:
    """The private key that opens envelopes, with its certificate where that is at hand."""

    def __init__(self, private_key: rsa.RSAPrivateKey, certificate: x509.Certificate | None) -> None:
        self._private_key = private_key
        self._certificate = certificate

    @classmethod
    def from_pem(cls, pem: bytes) -> DecryptionKey:
        """Read a PEM file with a private key and, optionally, its certificate. Raises ``BadInput``."""
        try:
            key = serialization.load_pem_private_key(pem, password=None)
        except UNREADABLE as error:
            raise BadInput(KEY_UNREADABLE) from error
        if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != KEY_BLOCK_LENGTH * 8:
            raise BadInput(KEY_UNREADABLE)
        certificate = load_certificate(pem) if b"BEGIN CERTIFICATE" in pem else None
        return cls(key, certificate)

    def decrypt(self, envelope: bytes) -> bytes:
        """Open ``envelope``. Takes its length once more.

        Raises ``MalformedData`` when it is none or too short, ``BadInput`` when it was made for another key
        (``SEALED_FOR_ANOTHER_KEY`` when both sides name theirs, else ``WRONG_KEY``),
        ``NotAuthentic(ENVELOPE_DAMAGED)`` when it was changed.
        """
        splitter_at = envelope.find(SPLITTER, _WRAPPED_AT, _TODAY.ciphertext_at)
        layout = _WITHOUT_THUMBPRINT if splitter_at == _WITHOUT_THUMBPRINT.splitter_at else _TODAY
        if len(envelope) < layout.overhead:
            raise MalformedData(ENVELOPE_TOO_SHORT, offset=len(envelope))
        is_split = splitter_at == layout.splitter_at
        session_key = self._session_key(envelope, layout, is_split=is_split)
        if not is_split or not self._names_us(envelope, layout, default=True):
            raise NotAuthentic(ENVELOPE_DAMAGED)
        nonce, aad = envelope[:NONCE_LENGTH], envelope[NONCE_LENGTH:_WRAPPED_AT]
        try:
            return AESGCM(session_key).decrypt(nonce, memoryview(envelope)[layout.ciphertext_at :], aad)
        except InvalidTag as error:
            raise NotAuthentic(ENVELOPE_DAMAGED) from error

    def _session_key(self, envelope: bytes, layout: _Layout, *, is_split: bool) -> bytes:
        try:
            key = self._private_key.decrypt(layout.key_block(envelope), OAEP)
        except ValueError as error:
            raise self._refusal(envelope, layout, is_split=is_split) from error
        if len(key) != SESSION_KEY_LENGTH:
            raise NotAuthentic(ENVELOPE_DAMAGED)
        return key

    def _refusal(self, envelope: bytes, layout: _Layout, *, is_split: bool) -> MusterError:
        """Why a key block may not have opened."""
        if self._names_us(envelope, layout, default=False):
            return NotAuthentic(ENVELOPE_DAMAGED)
        if not is_split:
            return MalformedData(NOT_SEALED, offset=layout.splitter_at)
        thumbprint = layout.thumbprint(envelope)
        if self._certificate is None or not thumbprint:
            return BadInput(WRONG_KEY)
        return BadInput(SEALED_FOR_ANOTHER_KEY, thumbprint=thumbprint[:8].hex().upper())

    def _names_us(self, envelope: bytes, layout: _Layout, *, default: bool) -> bool:
        thumbprint = layout.thumbprint(envelope)
        if self._certificate is None or not thumbprint:
            return default
        return thumbprint == _thumbprint(self._certificate)


def _thumbprint(certificate: x509.Certificate) -> bytes:
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()
