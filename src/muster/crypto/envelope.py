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

The key block and the splitter are not authenticated by GCM, so damage there shows as a key that does
not open. ``DecryptionKey`` tells a wrong key from damage as far as that is possible: with the
certificate beside the key the thumbprint decides; without it a key block that does not open is
reported as a wrong key.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from muster.crypto.signing import KEY_UNREADABLE, OAEP, UNREADABLE, load_certificate
from muster.errors import BadInput, Code, MalformedData, NotAuthentic

ENVELOPE_TOO_SHORT = Code(
    "ENVELOPE_TOO_SHORT", "The file is too short to be an encrypted packet: it ends at byte {offset}."
)
ENVELOPE_DAMAGED = Code("ENVELOPE_DAMAGED", "The encrypted file was changed after it was written. Do not use it.")
WRONG_KEY = Code("WRONG_KEY", "This key does not open the file. Use the key the file was encrypted for.")

CERTIFICATE_OUT_OF_TIME = Code(
    "CERTIFICATE_OUT_OF_TIME", "The certificate is not valid at this time. Check this computer's clock first."
)

# A server that has just made its certificate may be a little ahead of a station's clock.
CLOCK_SLACK = timedelta(days=1)
SPLITTER = b"#KEY_SPLITTER#"
NONCE_LENGTH = 12
AAD_LENGTH = 32
THUMBPRINT_LENGTH = 32
KEY_BLOCK_LENGTH = 256
TAG_LENGTH = 16
_THUMBPRINT_AT = NONCE_LENGTH + AAD_LENGTH
_KEY_BLOCK_AT = _THUMBPRINT_AT + THUMBPRINT_LENGTH
_SPLITTER_AT = _KEY_BLOCK_AT + KEY_BLOCK_LENGTH
_CIPHERTEXT_AT = _SPLITTER_AT + len(SPLITTER)
OVERHEAD = _CIPHERTEXT_AT + TAG_LENGTH


def encrypt(certificate: bytes, plaintext: bytes) -> bytes:
    """Encrypt ``plaintext`` to the owner of ``certificate`` (PEM or DER, RSA-2048).

    Fresh key, nonce and AAD at every call: the same plaintext never gives the same bytes, so the
    result must be kept, not made again (trap 2). Raises ``BadInput`` for an unusable certificate.
    """
    parsed = load_certificate(certificate)
    public_key = _encryption_key(parsed)
    nonce, aad = os.urandom(NONCE_LENGTH), os.urandom(AAD_LENGTH)
    session_key = AESGCM.generate_key(bit_length=256)
    return b"".join(
        (
            nonce,
            aad,
            _thumbprint(parsed),
            public_key.encrypt(session_key, OAEP),
            SPLITTER,
            AESGCM(session_key).encrypt(nonce, plaintext, aad),
        )
    )


def check_certificate(certificate: bytes, at: datetime) -> None:
    """Whether packets may be encrypted to ``certificate`` (PEM or DER) at the time ``at``.

    Raises ``BadInput``: unreadable, not RSA-2048, or outside its time.
    """
    parsed = load_certificate(certificate)
    _encryption_key(parsed)
    if not parsed.not_valid_before_utc - CLOCK_SLACK <= at <= parsed.not_valid_after_utc:
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
        """Open ``envelope``.

        Raises ``MalformedData`` when it is too short to be one, ``BadInput(WRONG_KEY)`` when it was
        made for another key, ``NotAuthentic(ENVELOPE_DAMAGED)`` when it was changed.
        """
        if len(envelope) < OVERHEAD:
            raise MalformedData(ENVELOPE_TOO_SHORT, offset=len(envelope))
        session_key = self._session_key(envelope)
        if envelope[_SPLITTER_AT:_CIPHERTEXT_AT] != SPLITTER or not self._names_us(envelope, default=True):
            raise NotAuthentic(ENVELOPE_DAMAGED)
        nonce, aad = envelope[:NONCE_LENGTH], envelope[NONCE_LENGTH:_THUMBPRINT_AT]
        try:
            return AESGCM(session_key).decrypt(nonce, memoryview(envelope)[_CIPHERTEXT_AT:], aad)
        except InvalidTag as error:
            raise NotAuthentic(ENVELOPE_DAMAGED) from error

    def _session_key(self, envelope: bytes) -> bytes:
        try:
            key = self._private_key.decrypt(envelope[_KEY_BLOCK_AT:_SPLITTER_AT], OAEP)
            AESGCM(key)  # refuses a length that is no AES key
        except ValueError as error:
            if self._names_us(envelope, default=False):
                raise NotAuthentic(ENVELOPE_DAMAGED) from error
            raise BadInput(WRONG_KEY) from error
        return key

    def _names_us(self, envelope: bytes, *, default: bool) -> bool:
        if self._certificate is None:
            return default
        return envelope[_THUMBPRINT_AT:_KEY_BLOCK_AT] == _thumbprint(self._certificate)


def _thumbprint(certificate: x509.Certificate) -> bytes:
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).digest()
