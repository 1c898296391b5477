"""What a wallet presents: an SD-JWT VC with proof of its holder's key, believed or refused by a code each.

Verifying is polaris-oid4vp's: issuer's signature and chain, disclosures against what was signed, validity, type,
the holder's signature over this nonce, this audience and these very disclosures. Ours is what it leaves open: what
a refusal means, who may be asked whether a credential still counts, and that nobody asked is told from an answer.

Not spoken: mdoc (ISO 18013-5), issuers without a certificate, credentials that are bound to no key.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from joserfc.jwk import thumbprint
from polaris_oid4vp.sdjwt import verify_presentation
from polaris_oid4vp.status import decide_by_fetching

from muster import base64url
from muster.crypto.signing import UNREADABLE, is_valid_at, load_certificate
from muster.errors import Code, MusterError, NotAuthentic

CREDENTIAL_UNREADABLE = Code("CREDENTIAL_UNREADABLE", "The credential that the wallet showed cannot be read.")
CREDENTIAL_ISSUER_UNTRUSTED = Code(
    "CREDENTIAL_ISSUER_UNTRUSTED",
    "The credential that the wallet showed is from an issuer whom this deployment does not trust.",
)
CREDENTIAL_SIGNATURE = Code(
    "CREDENTIAL_SIGNATURE", "The credential that the wallet showed is not signed by its issuer, or was changed."
)
CREDENTIAL_OUT_OF_DATE = Code(
    "CREDENTIAL_OUT_OF_DATE", "The credential that the wallet showed has expired, or does not count yet."
)
CREDENTIAL_OF_ANOTHER_KIND = Code(
    "CREDENTIAL_OF_ANOTHER_KIND", "The wallet showed a credential of another kind than was asked for."
)
CREDENTIAL_REVOKED = Code(
    "CREDENTIAL_REVOKED", "The issuer has withdrawn the credential that the wallet showed, or suspended it."
)
PRESENTATION_NONCE = Code(
    "PRESENTATION_NONCE", "What the wallet showed was made for another question than this one."
)
PRESENTATION_AUDIENCE = Code("PRESENTATION_AUDIENCE", "What the wallet showed was made for somebody else.")
PRESENTATION_OUT_OF_DATE = Code(
    "PRESENTATION_OUT_OF_DATE",
    "What the wallet showed was not made just now. Check this computer's clock and the telephone's.",
)
PRESENTATION_HOLDER = Code(
    "PRESENTATION_HOLDER", "The wallet did not prove that the credential belongs to whoever showed it."
)

_BY_REFUSAL: Mapping[str, Code] = MappingProxyType(
    {
        "issuer_key": CREDENTIAL_ISSUER_UNTRUSTED,
        "issuer_signature": CREDENTIAL_SIGNATURE,
        "disclosure": CREDENTIAL_SIGNATURE,
        "credential_validity": CREDENTIAL_OUT_OF_DATE,
        "vct": CREDENTIAL_OF_ANOTHER_KIND,
        "issuer_typ": CREDENTIAL_OF_ANOTHER_KIND,
        "nonce": PRESENTATION_NONCE,
        "audience": PRESENTATION_AUDIENCE,
        "kb_freshness": PRESENTATION_OUT_OF_DATE,
        **dict.fromkeys(
            ("kb_missing", "kb_cnf", "kb_typ", "kb_alg", "kb_signature", "sd_hash"), PRESENTATION_HOLDER
        ),
    }
)
# It promises to raise nothing, and does all the same: for a time of four hundred digits, for one.
_BROKEN = (*UNREADABLE, LookupError, AttributeError, RecursionError, OverflowError)
_STATUS_SIGNING = "1.3.6.1.5.5.7.3.30"  # id-kp-oauthStatusSigning
_P256_OCTETS = 32

Path = tuple[str | int, ...]
Fetch = Callable[[str, str], bytes]


class CredentialStatus(Enum):
    """What is known of whether the issuer withdrew it."""

    NOT_LISTED = "not listed"  # the issuer withdraws none of these
    VALID = "valid"
    NOT_CHECKED = "not checked"  # there is a list, and nobody who may say so told what it says


@dataclass(frozen=True, slots=True)
class Expected:
    """What was asked, and of whom. ``authorities`` are issuers' (PEM or DER); those that cannot be read vouch for
    nobody. ``made_by`` is the latest moment that counts: all but being withdrawn is judged as at that. ``fetch``
    gets a list of withdrawn credentials, by its address and that of the issuer, if the certificate names one; it
    may raise whatever it likes."""

    nonce: str
    audience: str
    types: Collection[str]
    authorities: Collection[bytes]
    made_by: datetime
    now: datetime
    fetch: Fetch


@dataclass(frozen=True, slots=True)
class Presentation:
    """One that was believed. ``disclosed`` are the paths that the holder chose to show, beside what the issuer
    signed in clear. ``issuer`` is the best name there is, ``issuer_names`` all that are proven: the credential's
    own word for it where the certificate says the same, and the subjects of the certificate and its authority.
    ``holder`` is the thumbprint (RFC 7638) of the key it is bound to. ``digest`` (SHA-256, hex) is of the issuer's
    part, by which it can be found again without being kept."""

    claims: Mapping[str, Any]
    disclosed: frozenset[Path]
    type: str
    issuer: str
    issuer_names: frozenset[str]
    holder: str
    status: CredentialStatus
    digest: str


def verified_presentation(presentation: str, expected: Expected) -> Presentation:
    """Raises ``NotAuthentic``."""
    authorities = _read(expected.authorities)

    def status(*, uri: str, idx: int, issuer: str | None) -> Mapping[str, Any]:
        """Asked for once everything else was believed."""
        signer = _StatusSigner(_chain(presentation), authorities.values(), expected.now)
        answer: Mapping[str, Any] = decide_by_fetching(
            index=idx,
            expected_uri=uri,
            authority=signer.authority,
            fetch=lambda address: expected.fetch(address, issuer or ""),
            now=int(expected.now.timestamp()),
            credential_issuer=issuer,
        )
        return answer

    try:
        verdict = verify_presentation(
            presentation,
            expected_nonce=expected.nonce,
            expected_audience=expected.audience,
            expected_vct=list(expected.types),
            trust_anchors=list(authorities.values()),
            now=int(expected.made_by.timestamp()),
            status_resolver=status,
        )
    except _BROKEN:
        raise NotAuthentic(CREDENTIAL_UNREADABLE) from None
    if not verdict.authentic:  # its reason may quote the credential
        raise NotAuthentic(_BY_REFUSAL.get(verdict.code, CREDENTIAL_UNREADABLE))
    names = [verdict.claims.get("iss"), verdict.issuer_subject, verdict.issuer_anchor]
    known = [name for name in names if isinstance(name, str) and name]
    return Presentation(
        verdict.claims,
        frozenset(verdict.disclosed),
        str(verdict.claims["vct"]),
        known[0] if known else "",
        frozenset(known),
        _holder(verdict.claims["cnf"]["jwk"]),
        _status(verdict.revocation),
        hashlib.sha256(presentation.split("~", 1)[0].encode()).hexdigest(),
    )


def _status(told: Mapping[str, Any]) -> CredentialStatus:
    """Raises ``NotAuthentic(CREDENTIAL_REVOKED)``."""
    if told["state"] == "no_status_claim":
        return CredentialStatus.NOT_LISTED
    if told["state"] != "checked":
        return CredentialStatus.NOT_CHECKED
    if told["status"] != 0:  # however old a list is: what was withdrawn stays so
        raise NotAuthentic(CREDENTIAL_REVOKED)
    return CredentialStatus.VALID if told["fresh"] else CredentialStatus.NOT_CHECKED


def _holder(key: Mapping[str, Any]) -> str:
    """Of the members that make it this key; others may say of it what they like."""
    return thumbprint({name: key.get(name) for name in ("crv", "kty", "x", "y")})


def _read(contents: Collection[bytes]) -> dict[bytes, x509.Certificate]:
    read: dict[bytes, x509.Certificate] = {}
    for content in contents:
        try:
            read[content] = load_certificate(content)
        except MusterError:
            continue
    return read


def _chain(presentation: str) -> list[x509.Certificate]:
    """Whose signature was believed just now, and who vouches for them, up to whom an authority vouches for."""
    header = json.loads(base64url.decode(presentation.split(".", 1)[0]))
    return [load_certificate(base64.b64decode(each)) for each in header["x5c"]]


class _StatusSigner:
    """Who may say that a credential counts no more: whoever signed it, or whom one of those above lets sign lists.
    Another authority has no say, though it is believed about credentials of its own."""

    def __init__(
        self, chain: Sequence[x509.Certificate], authorities: Collection[x509.Certificate], at: datetime
    ) -> None:
        self._issuer, *between = chain
        self._above = [*between, *(each for each in authorities if _vouches(each, chain[-1]))]
        self._at = at

    def authority(self, *, header: Mapping[str, Any] | None, **_: Any) -> tuple[Callable[..., bool], str, str]:
        """In polaris-oid4vp's words; without a header the list was not fetched yet, which a believed credential
        may have us do."""
        return self._verifies, "", ""

    def _verifies(self, signed: bytes, signature: bytes, header: Mapping[str, Any]) -> bool:
        key = self._signer(header).public_key()
        if header.get("alg") != "ES256" or len(signature) != 2 * _P256_OCTETS:
            return False
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            return False
        r, s = (int.from_bytes(part) for part in (signature[:_P256_OCTETS], signature[_P256_OCTETS:]))
        try:
            key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    def _signer(self, header: Mapping[str, Any]) -> x509.Certificate:
        """The certificate that the list brings, if it may sign lists, else the credential's."""
        if not header.get("x5c"):
            return self._issuer
        own = base64.b64decode(header["x5c"][0])
        certificate = load_certificate(own)
        is_known = is_valid_at(own, self._at) and any(_vouches(each, certificate) for each in self._above)
        return certificate if is_known and _may_sign_lists(certificate) else self._issuer


def _vouches(authority: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _may_sign_lists(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return any(each.dotted_string == _STATUS_SIGNING for each in uses)
