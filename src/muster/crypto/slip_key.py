"""The key that signs the codes on slips: Ed25519, for a signature of 64 octets where RSA has 256.

It follows from the station key, so that there is no file to lose. In a JWS it is ``Ed25519`` (RFC 9864, which took
the place of ``EdDSA``); whoever has no JOSE library verifies the octets before the last dot with
``openssl pkeyutl -rawin``.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from joserfc import jws
from joserfc.jwk import OKPKey

from muster import base64url
from muster.crypto.jws import REFUSALS
from muster.crypto.signing import UNREADABLE, load_certificate
from muster.errors import BadInput, Code, NotAuthentic

SLIP_KEY_UNREADABLE = Code(
    "SLIP_KEY_UNREADABLE",
    "This is not the certificate that slips are checked with. Take slips.pem from the station's folder keys.",
)

SLIP_OF_ANOTHER = Code(
    "SLIP_OF_ANOTHER",
    "The slip was not issued by the station of this certificate: it is forged, or another station's.",
)
SLIP_CHANGED = Code(
    "SLIP_CHANGED", "The slip was changed after it was issued: its signature does not match what it says."
)

_ALGORITHM = "Ed25519"
_REGISTRY = jws.JWSRegistry(algorithms=[_ALGORITHM])


class SlipKey:
    """Never printed: its ``repr`` says nothing about it."""

    def __init__(self, seed: bytes) -> None:
        """``seed`` are 32 octets that only this station has."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, payload: bytes) -> str:
        """A compact JWS over ``payload``."""
        header = json.dumps({"alg": _ALGORITHM, "kid": _key_id(self._key.public_key())}, separators=(",", ":"))
        signed = f"{base64url.encode(header.encode())}.{base64url.encode(payload)}"
        return f"{signed}.{base64url.encode(self._key.sign(signed.encode('ascii')))}"

    def certificate(self, common_name: str, not_before: datetime, days: int) -> bytes:
        """An X.509 certificate of the key over itself, PEM."""
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(not_before)
            .not_valid_after(not_before + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(self._key, None)
        )
        return certificate.public_bytes(serialization.Encoding.PEM)

    def is_of(self, certificate: bytes) -> bool:
        """Whether ``certificate`` is this key's."""
        try:
            return _public_key(certificate) == self._key.public_key()
        except BadInput:
            return False

    def __repr__(self) -> str:
        return "SlipKey()"


def verify_slip(token: str, key: bytes) -> bytes:
    """The payload of ``token``, signed by the owner of ``key``: a certificate or public key, PEM or DER.

    Raises ``BadInput`` for a key that cannot be read, ``NotAuthentic(SLIP_OF_ANOTHER)`` for a token that names
    another key, ``NotAuthentic(SLIP_CHANGED)`` for one that is not what was signed.
    """
    public = _public_key(key)
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        named = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY).headers().get("kid")
        if named != _key_id(public):
            raise NotAuthentic(SLIP_OF_ANOTHER)
        verified = jws.deserialize_compact(token, OKPKey.import_key(pem), registry=_REGISTRY)
    except NotAuthentic:
        raise
    except REFUSALS as error:
        raise NotAuthentic(SLIP_CHANGED) from error
    return bytes(verified.payload)


def _key_id(key: Ed25519PublicKey) -> str:
    """Eight letters, to tell stations apart; the signature proves, not this."""
    return base64url.encode(hashlib.sha256(key.public_bytes_raw()).digest()[:6])


def _public_key(content: bytes) -> Ed25519PublicKey:
    for read in (serialization.load_pem_public_key, serialization.load_der_public_key, _of_certificate):
        try:
            key = read(content)
        except (*UNREADABLE, BadInput):
            continue
        if isinstance(key, Ed25519PublicKey):
            return key
    raise BadInput(SLIP_KEY_UNREADABLE)


def _of_certificate(content: bytes) -> object:
    return load_certificate(content).public_key()
