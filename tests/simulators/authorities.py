"""Certificate authorities of a deployment's partners, made for a test: a root, a provider below it, devices."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from muster.crypto.signing import SigningKey


@cache
def key_of(owner: str) -> SigningKey:
    """The same owner has the same key in all tests: making one takes a tenth of a second."""
    return SigningKey.generate()


def certificate(
    owner: str,
    issuer: str,
    at: datetime,
    *,
    authority: bool | None = None,
    days: tuple[int, int] = (-10, 300),
    signed_by: str | None = None,
) -> bytes:
    """``owner``'s key signed by ``issuer``'s, DER; valid from ``days[0]`` to ``days[1]`` days after ``at``.

    ``authority`` None leaves out what says whether the owner may sign others, as many devices' certificates do;
    ``signed_by`` another than the issuer who is named is a forgery.
    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(owner))
        .issuer_name(_name(issuer))
        .public_key(_private(owner).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at + timedelta(days=days[0]))
        .not_valid_after(at + timedelta(days=days[1]))
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    signed = builder.sign(_private(signed_by or issuer), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def root(owner: str, at: datetime) -> bytes:
    return certificate(owner, owner, at, authority=True, days=(-1000, 5000))


def _name(owner: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, owner)])


def _private(owner: str) -> rsa.RSAPrivateKey:
    loaded = serialization.load_der_private_key(key_of(owner).to_pkcs8(), None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded
