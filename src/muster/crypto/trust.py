"""Whom a certificate leads back to: chains to the roots a deployment believes in.

MOSIP hands stations the certificates of its partners' authorities by domain: devices' keys lead back to
``DEVICE``, the chips inside certified (L1) devices to ``FTM`` (SBI 0.9.5, trust; ``GET /getcacertificates``).
Paths are built and checked by ``cryptography``'s verifier; what it asks of an authority is that it says it is one.
Revocation lists are not asked, as MOSIP does not: a deployment withdraws a certificate by its fingerprint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import verification

from muster.crypto.signing import CLOCK_SLACK, UNREADABLE, load_certificate
from muster.errors import MusterError

_MAXIMUM_DEPTH = 5  # root, provider, its authorities, device: partners have two to four
_ANY = verification.ExtensionPolicy.permit_all()
_AUTHORITY = _ANY.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)


class Domain(Enum):
    """MOSIP's partner domains, by whose roots a kind of key is vouched for."""

    DEVICE = "DEVICE"
    FTM = "FTM"
    AUTH = "AUTH"


class Standing(Enum):
    """What is known of a certificate."""

    TRUSTED = "trusted"
    UNKNOWN = "unknown"  # no root that is believed in vouches for it
    NOT_YET = "not yet valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    UNREADABLE = "unreadable"


class TrustStore:
    """The authorities of each domain, and what was withdrawn.

    ``authorities`` are certificates, PEM or DER, roots and those below them in any order: who signed itself is a
    root. ``withdrawn`` are lower-case hex SHA-256 fingerprints of certificates (DER), of devices or authorities.
    What cannot be read is left out and counted in ``unreadable``: one bad entry of a list must not stop a station.
    """

    def __init__(
        self, authorities: Mapping[Domain, Iterable[bytes]] | None = None, withdrawn: Iterable[str] = ()
    ) -> None:
        self.unreadable = 0
        self._withdrawn = frozenset(each.lower().replace(":", "") for each in withdrawn)
        self._by_domain = {
            domain: [each for content in contents if (each := self._read(content)) is not None]
            for domain, contents in (authorities or {}).items()
        }

    def _read(self, content: bytes) -> x509.Certificate | None:
        try:
            return load_certificate(content)
        except MusterError:
            self.unreadable += 1
            return None

    def knows(self, domain: Domain) -> bool:
        """Whether anybody could be trusted there."""
        return any(map(_is_root, self._by_domain.get(domain, ())))

    def standing(self, certificate: bytes, domain: Domain, at: datetime) -> Standing:
        """What is known at the time ``at`` of ``certificate`` (PEM or DER) as one of ``domain``."""
        try:
            leaf = load_certificate(certificate)
        except MusterError:
            return Standing.UNREADABLE
        if fingerprint_of(leaf) in self._withdrawn:
            return Standing.WITHDRAWN
        if leaf.not_valid_before_utc - at > CLOCK_SLACK:
            return Standing.NOT_YET
        if at > leaf.not_valid_after_utc:
            return Standing.EXPIRED
        known = self._by_domain.get(domain, [])
        believed = [each for each in known if fingerprint_of(each) not in self._withdrawn]
        roots = [each for each in believed if _is_root(each)]
        if not roots:
            return Standing.UNKNOWN
        try:
            verifier = (
                verification.PolicyBuilder()
                .store(verification.Store(roots))
                .time(max(at, leaf.not_valid_before_utc))  # a provider's clock may be a little ahead of ours
                .max_chain_depth(_MAXIMUM_DEPTH)
                .extension_policies(ca_policy=_AUTHORITY, ee_policy=_ANY)
                .build_client_verifier()
            )
            verifier.verify(leaf, [each for each in believed if not _is_root(each)])
        except (verification.VerificationError, *UNREADABLE):
            return Standing.UNKNOWN
        return Standing.TRUSTED


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Lower-case hex SHA-256 of the certificate's DER."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def expires_at(certificate: bytes) -> datetime:
    """When the certificate (PEM or DER) does. Raises ``BadInput``."""
    return load_certificate(certificate).not_valid_after_utc


def days_left(certificate: bytes, at: datetime) -> int:
    """Whole days until the certificate (PEM or DER) expires, negative afterwards. Raises ``BadInput``."""
    return (expires_at(certificate) - at) // timedelta(days=1)


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.issuer == certificate.subject
