"""Passive Authentication: whether the files of a chip are as a state signed them, and which (ICAO Doc 9303-11,
5.1, and 9303-12).

::

    a country's authority (CSCA), believed because the station was given its certificate
      `- signs the certificate of a document signer, which is inside the document
           `- signs the digests of the document's files

Every certificate in the station's list of authorities is believed as it stands, whether it signed itself or links
a new key to the one before it. Lists of revoked signers are asked where the station has one. A copy of all files
passes: that the chip is no copy, only ``chip_proof`` tells.

Nothing here raises for what a document holds: doubts are values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar

from asn1crypto import algos, cms, core, crl, pem, x509

from muster.crypto.chip_session import same
from muster.crypto.issuer_keys import UNREADABLE, hash_named, key_of, scheme_of
from muster.errors import BadInput

COUNTRIES = "CSCA"  # the domain of a list of authorities that they stand in

_SECURITY_OBJECT = "2.23.136.1.1.1"
_MASTER_LIST = "2.23.136.1.1.2"


class Doubt(Enum):
    """What speaks against a document's signature, or could not be found out."""

    UNREADABLE = "unreadable"
    ALGORITHM_UNKNOWN = "algorithm unknown"
    SIGNATURE_WRONG = "signature wrong"
    SIGNER_ABSENT = "signer absent"  # the certificate it should hold is missing
    SIGNER_NOT_MEANT = "signer not meant"  # its certificate is not one for signing documents
    SIGNER_NOT_VALID = "signer not valid"  # at this time
    SIGNER_REVOKED = "signer revoked"
    ISSUER_UNKNOWN = "issuer unknown"  # no authority that is believed in
    ISSUER_NOT_VALID = "issuer not valid"
    REVOCATION_UNKNOWN = "revocation unknown"  # no list, or one that is out of date
    WEAK_HASH = "weak hash"  # SHA-1: older documents, for which nothing else speaks or is wrong


@dataclass(frozen=True, slots=True)
class SignedFiles:
    """What a document's issuer signed: a digest for each data group, and what is doubtful about it.

    ``digest`` is how they were made, empty for a way that is not known: then no file can be compared. ``country``
    is the signer's, two letters; ``signer`` the SHA-256 of its certificate, lower-case hex; both empty where there
    is none.
    """

    digest: str = ""
    digests: Mapping[int, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    country: str = ""
    signer: str = ""
    doubts: tuple[Doubt, ...] = ()

    def matches(self, group: int, content: bytes) -> bool | None:
        """Whether the file is the one that was signed; None for a group that was not, and where that cannot be
        compared."""
        if group not in self.digests or not self.digest:
            return None
        return same(self.digests[group], hashlib.new(self.digest, content).digest())


class _GroupDigest(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar[list[Any]] = [("number", core.Integer), ("digest", core.OctetString)]


class _GroupDigests(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _GroupDigest


class _SecurityObject(core.Sequence):  # type: ignore[misc]
    """LDSSecurityObject, 9303-10, appendix D."""

    _fields: ClassVar[list[Any]] = [
        ("version", core.Integer),
        ("hash_algorithm", algos.DigestAlgorithm),
        ("digests", _GroupDigests),
        ("versions", core.Any, {"optional": True}),
    ]


class _Certificates(core.SetOf):  # type: ignore[misc]
    _child_spec = x509.Certificate


class _MasterList(core.Sequence):  # type: ignore[misc]
    """CscaMasterList, 9303-12, appendix D."""

    _fields: ClassVar[list[Any]] = [("version", core.Integer), ("certificates", _Certificates)]


class CountryAuthorities:
    """The authorities a station believes, and what they revoked.

    ``certificates`` are PEM (any number in one), DER, or ICAO master lists, whose own signature is not asked: who
    gave the station the list vouches for it. ``revocations`` are lists (CRLs), PEM or DER. What cannot be read is
    counted in ``unreadable``.
    """

    def __init__(self, certificates: Iterable[bytes] = (), revocations: Iterable[bytes] = ()) -> None:
        self.unreadable = 0
        self._authorities = [each for content in certificates for each in self._certificates(content)]
        self._revocations = [each for content in revocations for each in self._lists(content)]

    def __len__(self) -> int:
        return len(self._authorities)

    def _certificates(self, content: bytes) -> Iterator[x509.Certificate]:
        for der in self._ders(content):
            try:
                yield from _certificates_in(der)
            except UNREADABLE:
                self.unreadable += 1

    def _lists(self, content: bytes) -> Iterator[crl.CertificateList]:
        for der in self._ders(content):
            try:
                found = crl.CertificateList.load(der, strict=True)
                _ = found.issuer.hashable, found["tbs_cert_list"]["next_update"].native
                yield found
            except UNREADABLE:
                self.unreadable += 1

    def _ders(self, content: bytes) -> list[bytes]:
        if not pem.detect(content):
            return [content]
        try:
            return [der for _, _, der in pem.unarmor(content, multiple=True)]
        except UNREADABLE:
            self.unreadable += 1
            return []

    def doubts_about(self, signer: x509.Certificate, at: datetime) -> Iterator[Doubt]:
        """Raises what is in ``UNREADABLE``."""
        if not _signs_documents(signer):
            yield Doubt.SIGNER_NOT_MEANT
        if not _is_valid(signer, at):
            yield Doubt.SIGNER_NOT_VALID
        named = [each for each in self._authorities if each.subject == signer.issuer]
        found = [(each, _issued(each, signer)) for each in named]
        issuers = [each for each, has_issued in found if has_issued]
        if not issuers:
            is_unspoken = any(has_issued is None for _, has_issued in found)
            yield Doubt.ALGORITHM_UNKNOWN if is_unspoken else Doubt.ISSUER_UNKNOWN
            return
        if not any(_is_valid(each, at) for each in issuers):
            yield Doubt.ISSUER_NOT_VALID
        yield from self._revocation(signer, issuers, at)

    def _revocation(
        self, signer: x509.Certificate, issuers: list[x509.Certificate], at: datetime
    ) -> Iterator[Doubt]:
        lists = [
            each
            for each in self._revocations
            if each.issuer == signer.issuer and any(_is_signed_list(each, issuer) for issuer in issuers)
        ]
        if any(_is_revoked(signer, each) for each in lists):
            yield Doubt.SIGNER_REVOKED
        elif not any(_is_current(each, at) for each in lists):
            yield Doubt.REVOCATION_UNKNOWN


def check_signed_object(content: bytes, authorities: CountryAuthorities, at: datetime) -> SignedFiles:
    """``content`` is the CMS ContentInfo in EF.SOD; ``at`` the time that certificates must be valid."""
    try:
        signed = _signed_data(content, _SECURITY_OBJECT)
        security = _SecurityObject.load(signed["encap_content_info"]["content"].native, strict=True)
        files = SignedFiles(
            security["hash_algorithm"]["algorithm"].native,
            MappingProxyType({each["number"].native: each["digest"].native for each in security["digests"]}),
        )
        signer_info = signed["signer_infos"][0]
        signer = _signer_of(signed, signer_info)
    except UNREADABLE:
        return SignedFiles(doubts=(Doubt.UNREADABLE,))
    try:
        hash_named(files.digest)
    except BadInput:
        return SignedFiles(digests=files.digests, doubts=(Doubt.ALGORITHM_UNKNOWN,))
    if signer is None:
        return _with(files, doubts=(Doubt.SIGNER_ABSENT,))
    try:
        country = str(signer.subject.native.get("country_name", "")).upper()
        files = _with(files, country=country, signer=hashlib.sha256(signer.dump()).hexdigest())
        doubts = [*_doubts_about_signature(signed, signer_info, signer), *authorities.doubts_about(signer, at)]
    except UNREADABLE:
        return _with(files, doubts=(Doubt.UNREADABLE,))
    if files.digest == "sha1":
        doubts.append(Doubt.WEAK_HASH)
    return _with(files, doubts=tuple(dict.fromkeys(doubts)))


def _with(files: SignedFiles, **changes: Any) -> SignedFiles:
    known = {name: getattr(files, name) for name in ("digest", "digests", "country", "signer")}
    return SignedFiles(**(known | changes))


def _signed_data(content: bytes, kind: str) -> cms.SignedData:
    info = cms.ContentInfo.load(content, strict=True)
    if info["content_type"].native != "signed_data":
        raise ValueError("not signed")
    signed = info["content"]
    if signed["encap_content_info"]["content_type"].dotted != kind:
        raise ValueError("something else is signed")
    return signed


def _signer_of(signed: cms.SignedData, signer_info: cms.SignerInfo) -> x509.Certificate | None:
    sid = signer_info["sid"].chosen
    by_key = signer_info["sid"].name == "subject_key_identifier"
    for each in signed["certificates"]:
        certificate = each.chosen
        if by_key:
            found = certificate.key_identifier == sid.native
        else:
            same_serial = certificate.serial_number == sid["serial_number"].native
            found = same_serial and certificate.issuer == sid["issuer"]
        if found:
            return certificate
    return None


def _doubts_about_signature(
    signed: cms.SignedData, signer_info: cms.SignerInfo, signer: x509.Certificate
) -> Iterator[Doubt]:
    """RFC 5652, 5.4 and 5.6."""
    digest = signer_info["digest_algorithm"]["algorithm"].native
    attributes = signer_info["signed_attrs"]
    content = signed["encap_content_info"]["content"].native
    if not isinstance(attributes, cms.CMSAttributes):
        raise ValueError("attributes have to be signed")
    kind = _only(attributes, "content_type").dotted
    said = _only(attributes, "message_digest").native
    # The attributes are signed as a set; inside the message they carry a tag of their own.
    to_be_signed = b"\x31" + attributes.dump()[1:]
    try:
        hash_named(digest)
        scheme = scheme_of(signer_info["signature_algorithm"], digest)
        is_signed = scheme.verify(key_of(signer.public_key), to_be_signed, signer_info["signature"].native)
    except BadInput:
        yield Doubt.ALGORITHM_UNKNOWN
        return
    if not is_signed or kind != _SECURITY_OBJECT or not same(said, hashlib.new(digest, content).digest()):
        yield Doubt.SIGNATURE_WRONG
    if "sha1" in (digest, scheme.digest):
        yield Doubt.WEAK_HASH


def _only(attributes: cms.CMSAttributes, name: str) -> Any:
    found = [each["values"] for each in attributes if each["type"].native == name]
    if len(found) != 1 or len(found[0]) != 1:
        raise ValueError("an attribute is missing, or there twice")
    return found[0][0]


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool | None:
    """Whether that authority signed that certificate; None when it did so in a way that is not spoken."""
    try:
        constraints, usage = issuer.basic_constraints_value, issuer.key_usage_value
        may = constraints is not None and bool(constraints["ca"].native)
        if not may or (usage is not None and "key_cert_sign" not in usage.native):
            return False
        key, scheme = key_of(issuer.public_key), scheme_of(certificate["signature_algorithm"])
        signature = certificate["signature_value"].native
        return scheme.verify(key, certificate["tbs_certificate"].dump(), signature)
    except BadInput:
        return None
    except UNREADABLE:  # one bad entry of a list must not stand in the way of the others
        return False


def _signs_documents(certificate: x509.Certificate) -> bool:
    """9303-12, 7.1: it has the key usage for signatures, is no authority and has no extended key usage, as whoever
    signs master lists, deviations or visible seals does."""
    constraints, usage = certificate.basic_constraints_value, certificate.key_usage_value
    is_authority = constraints is not None and bool(constraints["ca"].native)
    may_sign = usage is not None and "digital_signature" in usage.native
    return may_sign and not is_authority and certificate.extended_key_usage_value is None


def _is_signed_list(revocations: crl.CertificateList, issuer: x509.Certificate) -> bool:
    try:
        scheme = scheme_of(revocations["signature_algorithm"])
        return scheme.verify(
            key_of(issuer.public_key), revocations["tbs_cert_list"].dump(), revocations["signature"].native
        )
    except (BadInput, *UNREADABLE):  # a list that cannot be checked is none
        return False


def _is_revoked(certificate: x509.Certificate, revocations: crl.CertificateList) -> bool:
    revoked = revocations["tbs_cert_list"]["revoked_certificates"]
    return any(each["user_certificate"].native == certificate.serial_number for each in revoked)


def _is_current(revocations: crl.CertificateList, at: datetime) -> bool:
    following = revocations["tbs_cert_list"]["next_update"].native
    return following is None or at.astimezone(UTC) <= following


def _is_valid(certificate: x509.Certificate, at: datetime) -> bool:
    return bool(certificate.not_valid_before <= at.astimezone(UTC) <= certificate.not_valid_after)


def _certificates_in(der: bytes) -> list[x509.Certificate]:
    """One certificate, or those of a master list."""
    try:
        signed = _signed_data(der, _MASTER_LIST)
    except UNREADABLE:
        return [_readable(x509.Certificate.load(der, strict=True))]
    master_list = _MasterList.load(signed["encap_content_info"]["content"].native, strict=True)
    return [_readable(each) for each in master_list["certificates"]]


def _readable(certificate: x509.Certificate) -> x509.Certificate:
    """Itself. Raises what is in ``UNREADABLE`` for one whose names or times cannot be read later."""
    _ = certificate.subject.hashable, certificate.issuer.hashable, certificate.not_valid_after
    return certificate
