"""Compact JWS with the signer's certificate inside (``x5c``), as SBI devices and keymanager write it.

RS256 only: SBI lists other algorithms but nobody implements them, and a short list is the defence
against ``none`` and key-confusion tricks. Whether the certificate is to be *trusted* is decided
elsewhere; here a signature is only matched with the certificate it brings along.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from muster import base64url
from muster.crypto.signing import load_certificate, load_verification_key
from muster.errors import Code, MusterError, NotAuthentic

SIGNATURE_INVALID = Code(
    "SIGNATURE_INVALID", "The signature does not match. The data was changed or comes from somebody else."
)

_MINIMUM_KEY_BITS = 2048
# joserfc looks into headers before it has checked their types, so hostile ones raise all of these.
REFUSALS = (
    JoseError,
    MusterError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    RecursionError,
)


class _Registry(jws.JWSRegistry):
    """joserfc's limits are made for web tokens; ours carry a certificate and a whole ISO record."""

    max_header_length = 64 * 1024
    max_payload_length = 16 * 1024 * 1024


# Devices add header fields of their own; an unknown one is no reason to refuse a good signature
# (fields named in "crit" are still refused when not understood, RFC 7515 section 4.1.11).
_REGISTRY = _Registry(algorithms=["RS256"], strict_check_header=False)


class Signer(Protocol):
    """Any key of ours, one that cannot leave its TPM among them."""

    def sign(self, data: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class VerifiedJws:
    """What a valid token said: its header, its payload octets and the signer's certificate (DER)."""

    header: dict[str, Any]
    payload: bytes
    certificate_der: bytes


def sign_compact(key: Signer, payload: bytes, certificate_der: bytes) -> str:
    """``header.payload.signature`` over ``payload`` with ``certificate_der`` as only ``x5c`` entry.

    Put together here (RFC 7515, section 3.1): joserfc signs with keys it can look into, and a key in a TPM can
    only be asked for a signature.
    """
    header = {"alg": "RS256", "typ": "JWT", "x5c": [base64.b64encode(certificate_der).decode()]}
    encoded = base64url.encode(json.dumps(header, separators=(",", ":")).encode())
    signed = f"{encoded}.{base64url.encode(payload)}"
    return f"{signed}.{base64url.encode(key.sign(signed.encode('ascii')))}"


def verify_compact(token: str) -> VerifiedJws:
    """Check ``token`` against the certificate in its own header. Raises ``NotAuthentic``."""
    try:
        unverified = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
        header = unverified.headers()
        # Early SBI drafts wrote x5c in base64url; both alphabets are met in the field.
        certificate = load_certificate(base64url.decode(header["x5c"][0]))
        verifier = RSAKey.import_key(_public_pem(certificate))
        verified = jws.deserialize_compact(token, verifier, registry=_REGISTRY)
    except REFUSALS as error:
        raise NotAuthentic(SIGNATURE_INVALID) from error
    return VerifiedJws(header, verified.payload, certificate.public_bytes(serialization.Encoding.DER))


def sign_with_key(key: Signer, payload: bytes, key_id: str) -> str:
    """``header.payload.signature`` by a key that has no certificate; ``key_id`` says which (``kid``)."""
    header = json.dumps({"alg": "RS256", "kid": key_id}, separators=(",", ":"))
    signed = f"{base64url.encode(header.encode())}.{base64url.encode(payload)}"
    return f"{signed}.{base64url.encode(key.sign(signed.encode('ascii')))}"


def unverified_payload(token: str) -> bytes:
    """What a token says before anybody has checked who said it: to find the key, and for nothing else. Raises
    ``NotAuthentic`` for what is no token."""
    try:
        return bytes(jws.extract_compact(token.encode("ascii"), registry=_REGISTRY).payload)
    except REFUSALS as error:
        raise NotAuthentic(SIGNATURE_INVALID) from error


def verify_with_key(token: str, public_key: bytes) -> bytes:
    """The payload of ``token``, signed by the owner of ``public_key`` (``signing.load_verification_key``).

    Raises ``NotAuthentic``; ``BadInput`` for a key that cannot be read.
    """
    key = load_verification_key(public_key)
    if key.key_size < _MINIMUM_KEY_BITS:
        raise NotAuthentic(SIGNATURE_INVALID)
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    try:
        return bytes(jws.deserialize_compact(token, RSAKey.import_key(pem), registry=_REGISTRY).payload)
    except REFUSALS as error:
        raise NotAuthentic(SIGNATURE_INVALID) from error


def sign_detached(key: Signer, payload: bytes, certificate_der: bytes) -> str:
    """``header..signature``: MOSIP's response signatures (section 4.4) leave the payload out."""
    header, _, signature = sign_compact(key, payload, certificate_der).split(".")
    return f"{header}..{signature}"


def verify_detached(token: str, payload: bytes, certificate: bytes) -> bool:
    """Whether a detached ``token`` is the signature of ``certificate``'s owner over ``payload``.

    Raises ``BadInput`` when ``certificate`` cannot be read.
    """
    verifier_certificate = load_certificate(certificate)
    parts = token.split(".")
    if len(parts) != 3 or parts[1]:
        return False
    whole = f"{parts[0]}.{base64url.encode(payload)}.{parts[2]}"
    try:
        verifier = RSAKey.import_key(_public_pem(verifier_certificate))
        jws.deserialize_compact(whole, verifier, registry=_REGISTRY)
    except REFUSALS:
        return False
    return True


def _public_pem(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _MINIMUM_KEY_BITS:
        raise ValueError("not an RSA key of at least 2048 bits")
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
