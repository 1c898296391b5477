"""RSA-2048 signing keys as MOSIP's software ("LOCAL") machine key uses them, and the public halves of all.

SHA256withRSA with PKCS#1 v1.5 padding, raw 256-byte signatures; the same key pair signs and decrypts
(section 4.2 of the packet notes). Public keys are read in every form they come in, a TPM's among them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from muster.crypto.machine_key import Flavour, fingerprint
from muster.crypto.tpm_public import EXPONENT, Scheme, TpmPublic
from muster.errors import BadInput, Code, MalformedData

KEY_UNREADABLE = Code(
    "KEY_UNREADABLE",
    "The key file cannot be read: it must be an RSA key in PEM or DER form, or the public key of a TPM.",
)
KEY_FOR_ANOTHER_USE = Code(
    "KEY_FOR_ANOTHER_USE",
    "This is the other key of the machine: signatures are checked with its signing key, data is encrypted to its "
    "encryption key.",
)

# What ``cryptography`` raises for octets that are no key, or a key or certificate of a kind it does not know.
UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)

# MGF1 must be SHA-256 as well; many libraries default to SHA-1 (trap 5).
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
# A TPM takes labels that end with a zero octet only, so the shortest is that octet (trap 5).
_OAEP_OF_TPM = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=b"\0")

# A server that has just made its certificate may be a little ahead of a station's clock.
CLOCK_SLACK = timedelta(days=1)

_KEY_BITS = 2048
_PEM_MARK = b"-----BEGIN"


class SigningKey:
    """A private RSA key; a ``MachineKey`` of the flavour LOCAL.

    Never printed: its ``repr`` shows the public fingerprint only.
    """

    flavour = Flavour.LOCAL

    def __init__(self, private_key: rsa.RSAPrivateKey) -> None:
        self._private_key = private_key

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS))

    @classmethod
    def from_pkcs8(cls, der: bytes, *, is_ours: bool = False) -> SigningKey:
        """Read PKCS#8 DER without a password. Raises ``BadInput``.

        ``is_ours``: it was opened out of a seal of this station, which nobody else can have written. Its numbers
        are not proven anew to be primes: that takes a tenth of a second, with the interpreter held.
        """
        read = serialization.load_der_private_key
        return cls(_rsa_private(partial(read, unsafe_skip_rsa_key_validation=True) if is_ours else read, der))

    @classmethod
    def from_pem(cls, pem: bytes) -> SigningKey:
        """Read the first private key of a PEM file. Raises ``BadInput``."""
        return cls(_rsa_private(serialization.load_pem_private_key, pem))

    def to_pkcs8(self) -> bytes:
        """The private key as unencrypted PKCS#8 DER: to be sealed at once, never stored as it is."""
        return self._private_key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def to_pem(self) -> bytes:
        """The private key as unencrypted PKCS#8 PEM, for a server's key file (mode 0600)."""
        return self._private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, data: bytes) -> bytes:
        """SHA256withRSA, PKCS#1 v1.5, over ``data``: 256 octets."""
        return self._private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    def decrypt_oaep(self, block: bytes) -> bytes:
        """What RSA-OAEP hid in ``block``. Raises ``ValueError``: for another key, changed or cut off."""
        return self._private_key.decrypt(block, OAEP)

    @property
    def public_der(self) -> bytes:
        """X.509 SubjectPublicKeyInfo, DER."""
        return self._private_key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def public_pem(self) -> bytes:
        return self._private_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def signing_public(self) -> bytes:
        return self.public_der

    @property
    def encryption_public(self) -> bytes:
        return self.public_der

    @property
    def signing_key_index(self) -> str:
        return self.key_index

    @property
    def key_index(self) -> str:
        """MOSIP's name of the key: lower-case hex SHA-256 of the public DER, a colon after each octet."""
        return fingerprint(self.public_der)

    def __repr__(self) -> str:
        return f"SigningKey({self.key_index[:11]})"


def verify(public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is this key's over ``data``.

    ``public_key`` is what ``load_verification_key`` reads. Raises ``BadInput`` when it is not.
    """
    try:
        load_verification_key(public_key).verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def self_signed_certificate(key: SigningKey, common_name: str, not_before: datetime, days: int) -> bytes:
    """An X.509 certificate of ``key`` over itself, DER."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    private_key = key._private_key
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)


def certificate_to_pem(der: bytes) -> bytes:
    return load_certificate(der).public_bytes(serialization.Encoding.PEM)


def certificate_to_der(certificate: bytes) -> bytes:
    """PEM or DER in, DER out. Raises ``BadInput``."""
    return load_certificate(certificate).public_bytes(serialization.Encoding.DER)


def is_valid_at(certificate: bytes, at: datetime) -> bool:
    """Whether ``certificate`` (PEM or DER) may be used at the time ``at``, one whose owner's clock is a little
    ahead of ours included. Raises ``BadInput``."""
    parsed = load_certificate(certificate)
    # The difference first: a certificate, or a time, may stand at either end of the calendar.
    return parsed.not_valid_before_utc - at <= CLOCK_SLACK and at <= parsed.not_valid_after_utc


def load_certificate(certificate: bytes) -> x509.Certificate:
    """Read one certificate, PEM (the first in the file) or DER. Raises ``BadInput``."""
    read = x509.load_pem_x509_certificate if _PEM_MARK in certificate[:4096] else x509.load_der_x509_certificate
    try:
        parsed = read(certificate)
        parsed.public_key()  # parsed only when asked for: better now than in the middle of something
    except UNREADABLE as error:
        raise BadInput(KEY_UNREADABLE) from error
    return parsed


def load_verification_key(content: bytes) -> rsa.RSAPublicKey:
    """Read the public key of a machine or server that signs: TPMT_PUBLIC, or what ``load_public_key`` reads.

    Which of them it is shows itself, as at MOSIP's servers. Raises ``BadInput``, also for the key with which a
    TPM decrypts.
    """
    return _tpm_public(content, Scheme.RSASSA) or load_public_key(content)


def public_pem(public_key: bytes) -> str:
    """What ``load_verification_key`` reads, as other programs read it. Raises ``BadInput``."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return load_verification_key(public_key).public_bytes(serialization.Encoding.PEM, form).decode()


def key_index_of(public_key: bytes) -> str:
    """MOSIP's name of a machine's public key, which is read as by :func:`load_verification_key`."""
    if _tpm_public(public_key, Scheme.RSASSA):
        return fingerprint(public_key)
    der = load_public_key(public_key).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return fingerprint(der)


def encrypt_oaep(public_key: bytes, secret: bytes) -> bytes:
    """RSA-OAEP to the machine with ``public_key``, labelled as its flavour asks.

    ``public_key`` is a TPMT_PUBLIC, or what ``load_public_key`` reads. Raises ``BadInput`` for anything but an
    RSA-2048 key that decrypts.
    """
    of_tpm = _tpm_public(public_key, Scheme.OAEP)
    recipient = of_tpm or load_public_key(public_key)
    if recipient.key_size != _KEY_BITS:
        raise BadInput(KEY_UNREADABLE)
    return recipient.encrypt(secret, _OAEP_OF_TPM if of_tpm else OAEP)


def _tpm_public(content: bytes, use: Scheme) -> rsa.RSAPublicKey | None:
    try:
        public = TpmPublic.parse(content)
    except MalformedData:
        return None
    if public.scheme is not use:
        raise BadInput(KEY_FOR_ANOTHER_USE)
    return rsa.RSAPublicNumbers(EXPONENT, int.from_bytes(public.modulus)).public_key()


def load_public_key(content: bytes) -> rsa.RSAPublicKey:
    """Read an RSA public key from a SubjectPublicKeyInfo or a certificate, PEM or DER. Raises ``BadInput``."""
    for read in (serialization.load_pem_public_key, serialization.load_der_public_key):
        try:
            key = read(content)
        except UNREADABLE:
            continue
        return _rsa_public(key)
    return _rsa_public(load_certificate(content).public_key())


def _rsa_public(key: object) -> rsa.RSAPublicKey:
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadInput(KEY_UNREADABLE)
    return key


def _rsa_private(read, content: bytes) -> rsa.RSAPrivateKey:  # type: ignore[no-untyped-def]
    try:
        key = read(content, password=None)
    except UNREADABLE as error:
        raise BadInput(KEY_UNREADABLE) from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadInput(KEY_UNREADABLE)
    return key
