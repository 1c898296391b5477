"""What a wallet is asked with: a question signed by who asks, and a key of the moment that it answers to.

OpenID for Verifiable Presentations 1.0 in the High Assurance Interoperability Profile (HAIP 1.0): whoever asks is
known by a certificate (``x509_hash``), signs with ES256, and reads answers encrypted by ECDH-ES on P-256. Opening
an answer, and hiding a question from all but the wallet that asks for that, is polaris-oid4vp's.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import ECKey
from polaris_oid4vp.jwe import JweError, decrypt_response, encrypt_compact
from polaris_oid4vp.verifier import request_object_encryption

from muster import base64url
from muster.crypto.signing import CLOCK_SLACK, UNREADABLE
from muster.errors import BadInput, Code, NotAuthentic

WALLET_ACCESS_UNREADABLE = Code(
    "WALLET_ACCESS_UNREADABLE",
    "The key and certificate by which wallets know this station cannot be used. Tell your administrator.",
)
WALLET_ACCESS_OUT_OF_DATE = Code(
    "WALLET_ACCESS_OUT_OF_DATE",
    "The certificate by which wallets know this station has expired, or does not count yet. Check this computer's "
    "clock, then tell your administrator.",
)
WALLET_ANSWER_UNREADABLE = Code(
    "WALLET_ANSWER_UNREADABLE", "What the wallet sent cannot be read, or was not meant for this station."
)

_PRIVATE_KEY = re.compile(rb"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)
_QUESTION_TYPE = "oauth-authz-req+jwt"  # RFC 9101, section 10.8


@dataclass(frozen=True, slots=True)
class WalletAccess:
    """Who asks. ``client_id`` is the digest of the certificate; ``chain`` (DER) leads from it to, but not to and
    with, the authority that wallets know (HAIP 1.0, section 5)."""

    client_id: str
    chain: tuple[bytes, ...]
    _key: ECKey = field(repr=False)

    @classmethod
    def from_pem(cls, pem: str, now: datetime) -> WalletAccess:
        """A private key (P-256), its certificate, and those above that one. Raises ``BadInput``."""
        try:
            content = pem.encode("ascii")
            found = _PRIVATE_KEY.search(content)
            private = serialization.load_pem_private_key(found.group() if found else b"", None)
            certificates = x509.load_pem_x509_certificates(content)
        except UNREADABLE as error:
            raise BadInput(WALLET_ACCESS_UNREADABLE) from error
        leaf = certificates[0]
        is_ours = isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1)
        if not is_ours or leaf.public_key() != private.public_key():
            raise BadInput(WALLET_ACCESS_UNREADABLE)
        if not leaf.not_valid_before_utc - CLOCK_SLACK <= now <= leaf.not_valid_after_utc:
            raise BadInput(WALLET_ACCESS_OUT_OF_DATE)
        above = [each for each in certificates[1:] if each.issuer != each.subject]
        der = tuple(each.public_bytes(serialization.Encoding.DER) for each in (leaf, *above))
        plain = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        digest = base64url.encode(leaf.fingerprint(hashes.SHA256()))
        return cls(f"x509_hash:{digest}", der, ECKey.import_key(plain))

    def signed(self, question: Mapping[str, Any], wallet: str = "") -> str:
        """The question as a wallet fetches it; ``wallet`` is what one said about itself (``wallet_metadata``), and
        may have asked for encryption (OpenID4VP 1.0, section 5.10)."""
        header = {
            "alg": "ES256",
            "typ": _QUESTION_TYPE,
            "x5c": [base64.b64encode(each).decode() for each in self.chain],
        }
        plain = jws.serialize_compact(header, json.dumps(question).encode(), self._key, registry=_Registry())
        to = request_object_encryption(wallet) if wallet else None
        if to is None:
            return plain
        key, encryption, key_id = to
        more = {"cty": "JWT", **({"kid": key_id} if key_id else {})}
        return str(encrypt_compact(plain.encode(), key, encryption, extra_header=more))


class _Registry(jws.JWSRegistry):
    """A question carries certificates in its header."""

    max_header_length = 64 * 1024


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Of one attempt: whoever learns it later can read one answer, and no other."""

    _private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def drawn(cls) -> AnswerKey:
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def from_text(cls, text: str) -> AnswerKey:
        """Raises ``ValueError`` for what ``as_text`` did not make."""
        private = serialization.load_der_private_key(base64url.decode(text), None)
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise ValueError("a key of another kind")
        return cls(private)

    def as_text(self) -> str:
        """The private key itself: to be sealed at once."""
        return base64url.encode(
            self._private.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def public_jwk(self, key_id: str) -> dict[str, str]:
        numbers = self._private.public_key().public_numbers()
        x, y = (base64url.encode(each.to_bytes(32)) for each in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "use": "enc", "alg": "ECDH-ES", "kid": key_id, "x": x, "y": y}

    def opened(self, answer: str) -> dict[str, Any]:
        """Raises ``NotAuthentic(WALLET_ANSWER_UNREADABLE)``."""
        try:
            return dict(decrypt_response(answer, self._private))
        except (JweError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise NotAuthentic(WALLET_ANSWER_UNREADABLE) from None  # its text may quote the answer
