"""One RSA key for every target that signs or decrypts, kept between runs so that what was found stays valid."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fuzz.target import BUILD
from muster import durable
from muster.crypto.envelope import SPLITTER, DecryptionKey
from muster.crypto.signing import OAEP, SigningKey, certificate_to_pem, load_public_key, self_signed_certificate

_NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
_SESSION_KEY = bytes(32)


@cache
def server_pem() -> bytes:
    """Private key and certificate."""
    file = BUILD / "key.pem"
    if not file.exists():
        key = SigningKey.generate()
        certificate = self_signed_certificate(key, "Fuzzing", _NEW_YEAR, 36_500)
        durable.write(file, key.to_pem() + certificate_to_pem(certificate))
    return file.read_bytes()


@cache
def signing_key() -> SigningKey:
    return SigningKey.from_pem(server_pem())


@cache
def certificate_der() -> bytes:
    certificate = x509.load_pem_x509_certificate(server_pem())
    return certificate.public_bytes(serialization.Encoding.DER)


class _Remembering:
    """A private key that decrypts a key block once: RSA would take nearly all of the time."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        self._known: dict[bytes, bytes] = {}

    def decrypt(self, block: bytes, form: padding.AsymmetricPadding) -> bytes:
        if block not in self._known:
            self._known = {block: self._key.decrypt(block, form)}
        return self._known[block]


@cache
def decryption_key() -> DecryptionKey:
    key = serialization.load_pem_private_key(server_pem(), password=None)
    certificate = x509.load_pem_x509_certificate(server_pem())
    return DecryptionKey(_Remembering(key), certificate)  # type: ignore[arg-type]


@cache
def _head() -> bytes:
    """Everything before the ciphertext; the layout is ``crypto.envelope``'s."""
    certificate = x509.load_pem_x509_certificate(server_pem())
    thumbprint = certificate.fingerprint(hashes.SHA256())
    return bytes(12 + 32) + thumbprint + load_public_key(certificate_der()).encrypt(_SESSION_KEY, OAEP) + SPLITTER


def seal(plaintext: bytes) -> bytes:
    """An envelope around ``plaintext``, always with the same keys: fine here, and nowhere else."""
    return _head() + AESGCM(_SESSION_KEY).encrypt(bytes(12), plaintext, bytes(32))
