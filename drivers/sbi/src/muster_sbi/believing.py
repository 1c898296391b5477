"""Whether a device is the one it says it is, and its captures are what was asked for: section 4's list, in order.

1 form and signature; 2 certificates in their time; 3 who vouches for them, by the device's certification; 4 what
was withdrawn; 5 the same device as was found; 6 its clock; 7 transaction, environment, purpose and version; 8 type
and fingers; 9 scores; 10 the hash chain over all captures of a registration; 11 the record: readable, of that
finger, never seen before. What fails is refused with a code of its own; what is only strange is a finding.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from muster.devices.api import CapturedSample, DeviceContext, DeviceKind
from muster.devices.attestation import next_hash
from muster.devices.records import FINGER_POSITIONS, picture_of
from muster.devices.trust import Domain, Standing, VerifiedJws, days_left, verify_compact
from muster.domain.assessment import Finding, Severity
from muster.domain.biometrics import Attestation, BiometricAttribute, DigitalId, Modality
from muster.errors import Code, DeviceUnavailable, MusterError, NotAuthentic
from muster.formats.bio_attributes import SUBTYPES, type_of
from muster.formats.cbeff import BIO_VALUE_MARK
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_5 import FaceRecord
from muster.formats.iso19794_6 import EyeLabel, IrisRecord
from muster.formats.iso19794_record import Record, parse_record
from muster.formats.iso19794_rules import registration_findings
from muster.formats.sbi import (
    PORTS,
    BioType,
    CaptureClaims,
    CaptureEntry,
    CaptureOrder,
    InfoAnswer,
    Level,
    SbiDevice,
    SbiDigitalId,
    SbiStatus,
    bio_type_of,
    claims_of,
    device_of,
    parse_digital_id,
    unsigned_payload,
    without_record,
)
from muster_sbi import problems as says
from muster_sbi.wire import HOST

KINDS = {
    BioType.FINGER: DeviceKind.FINGERPRINT,
    BioType.IRIS: DeviceKind.IRIS,
    BioType.FACE: DeviceKind.CAMERA,
}
_ATTRIBUTES = {(type_of(name), subtype): BiometricAttribute(name) for name, subtype in SUBTYPES.items()}
_RECORDS = {Modality.FINGER: FingerRecord, Modality.IRIS: IrisRecord, Modality.FACE: FaceRecord}
_EYES = {BiometricAttribute.LEFT_EYE: EyeLabel.LEFT, BiometricAttribute.RIGHT_EYE: EyeLabel.RIGHT}
_ENDS_SOON_DAYS = 7
_REMEMBERED = 10_000  # digests of pictures, some hundred kilobytes
_STANDINGS = {
    Standing.EXPIRED: says.SBI_CERTIFICATE_EXPIRED,
    Standing.NOT_YET: says.SBI_CERTIFICATE_NOT_YET,
    Standing.WITHDRAWN: says.SBI_WITHDRAWN,
    Standing.UNREADABLE: says.SBI_SIGNATURE_WRONG,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A device as its service told of it: signatures checked, whoever vouches for them not yet asked.

    ``certificate`` signed the whole, ``identity_certificate`` the digitalId; empty for a device that is not
    registered and therefore signs nothing. ``problem`` keeps it from being used; ``clock_offset`` is how far its
    clock is ahead of this computer's, where that is known.
    """

    port: int
    path: str
    bio_type: BioType
    device: SbiDevice
    digital_id: SbiDigitalId
    certificate: bytes
    identity_certificate: bytes
    problem: Code | None
    clock_offset: timedelta | None = None

    @property
    def kind(self) -> DeviceKind:
        return KINDS[self.bio_type]

    @property
    def identity(self) -> DigitalId:
        said = self.digital_id
        return DigitalId(
            said.serial, said.make, said.model, said.kind, said.sub_kind, said.provider, said.provider_id
        )


class Memory:
    """The pictures this program was handed by any device, as digests: the same one again is no new capture."""

    def __init__(self) -> None:
        self._digests: OrderedDict[bytes, None] = OrderedDict()

    def has(self, record: bytes) -> bool:
        return hashlib.sha256(record).digest() in self._digests

    def add(self, record: bytes) -> None:
        self._digests[hashlib.sha256(record).digest()] = None
        while len(self._digests) > _REMEMBERED:
            self._digests.popitem(last=False)


def found_in(answer: InfoAnswer, port: int) -> Found | None:
    """The device one entry of MOSIPDINFO tells of; None for what is no device this station could use.

    Raises ``MalformedData``. A wrong signature is a problem the device is listed with, as is none.
    """
    problem: Code | None = None
    certificate = identity_certificate = b""
    if answer.is_signed:
        try:
            verified = verify_compact(answer.device_info)
            payload, certificate = verified.payload, verified.certificate_der
        except NotAuthentic:
            payload, problem = unsigned_payload(answer.device_info), says.SBI_SIGNATURE_WRONG
    else:
        payload = unsigned_payload(answer.device_info)
    device = device_of(payload, answer.error)
    if device.digital_id.count(".") == 2:
        try:
            signed = verify_compact(device.digital_id)
            identity, identity_certificate = signed.payload, signed.certificate_der
        except NotAuthentic:
            identity, problem = unsigned_payload(device.digital_id), says.SBI_SIGNATURE_WRONG
    else:
        identity = unsigned_payload(device.digital_id)
    digital_id = parse_digital_id(identity)
    bio_type = bio_type_of(digital_id.kind)
    if bio_type is None or not digital_id.serial:
        return None
    path = _path_of(device.callback, port)
    return Found(
        port=port,
        path=path or "/",
        bio_type=bio_type,
        device=device,
        digital_id=digital_id,
        certificate=certificate,
        identity_certificate=identity_certificate,
        problem=problem or _problem(device, path, bool(certificate and identity_certificate)),
    )


def _problem(device: SbiDevice, path: str | None, is_signed: bool) -> Code | None:
    if device.status is SbiStatus.NOT_REGISTERED:
        return says.SBI_NOT_REGISTERED
    if not is_signed:
        return says.SBI_UNSIGNED
    if path is None:
        return says.SBI_SENDS_ELSEWHERE
    if device.purpose.lower() == "auth":
        return says.SBI_FOR_SIGN_IN_ONLY
    return None


def _path_of(callback: str, port: int) -> str | None:
    """Where the service wants its calls; None when that is not itself: captures would leave this computer, or be
    given to another program."""
    if not callback:
        return "/"
    try:
        where = urlsplit(callback)
        there = (where.scheme, where.hostname, where.port or 0)
    except ValueError:
        return None
    if there != ("http", HOST, port) or port not in PORTS or where.query or where.fragment:
        return None
    path = where.path if where.path.endswith("/") else where.path + "/"
    return path if path.isascii() and path.isprintable() and " " not in path else None


def vouched_for(found: Found, context: DeviceContext) -> tuple[Finding, ...]:
    """Ask who vouches for a device that is to be used. Raises ``NotAuthentic``; returns what was noticed."""
    return _vouched(found.certificate, found.identity_certificate, found, context)


def _vouched(
    certificate: bytes, identity_certificate: bytes, found: Found, context: DeviceContext
) -> tuple[Finding, ...]:
    kind, now = found.kind.value, context.clock()
    if context.trust is None:
        return (Finding(says.SBI_TRUST_NOT_ASKED, Severity.WARNS),)
    chip = Domain.FTM if found.device.level is Level.L1 else Domain.DEVICE
    for der, domain, unknown in (
        (certificate, Domain.DEVICE, says.SBI_NOT_TRUSTED),
        (identity_certificate, chip, says.SBI_CHIP_NOT_TRUSTED if chip is Domain.FTM else says.SBI_NOT_TRUSTED),
    ):
        standing = context.trust.standing(der, domain, now)
        if standing is not Standing.TRUSTED:
            raise NotAuthentic(_STANDINGS.get(standing, unknown), kind=kind)
    days = min(days_left(certificate, now), days_left(identity_certificate, now))
    if days <= _ENDS_SOON_DAYS:
        return (Finding(says.SBI_CERTIFICATE_ENDS_SOON, Severity.WARNS, detail={"kind": kind, "days": days}),)
    return ()


class Captures:
    """What came of one RCAPTURE, weighed entry by entry in the order of the chain."""

    def __init__(self, found: Found, order: CaptureOrder, context: DeviceContext, memory: Memory) -> None:
        self._found = found
        self._order = order
        self._context = context
        self._memory = memory
        self._kind = found.kind.value

    def samples(self, entries: Sequence[CaptureEntry]) -> tuple[CapturedSample, ...]:
        """Raises ``NotAuthentic``, ``DeviceUnavailable``, ``MalformedData``."""
        taken = [each for each in entries if each.data]
        failed = [each.error for each in entries if each.error]
        if not taken:
            if failed:
                raise says.refusal(failed[0], self._found.kind)
            raise self._broken(says.SBI_ANSWER_INCOMPLETE, part="data")
        weighed, link = [], self._order.previous_hash
        for entry in taken:
            sample, link = self._weigh(entry, link)
            weighed.append(sample)
        attributes = [each.attribute for each in weighed]
        if len(set(attributes)) != len(attributes):
            raise self._false(says.SBI_TWICE)
        for each in weighed:
            self._memory.add(each.record)
        return self._without_exceptions(weighed)

    def _weigh(self, entry: CaptureEntry, link: str) -> tuple[CapturedSample, str]:
        try:
            verified = verify_compact(entry.data)
        except NotAuthentic as error:
            raise self._false(says.SBI_SIGNATURE_WRONG) from error
        claims = claims_of(verified.payload)
        noticed = [*self._identified(verified, claims)]
        at = self._in_time(claims.at)
        self._as_ordered(entry, claims)
        attribute = self._attribute(claims)
        if claims.quality is None:
            raise self._broken(says.SBI_ANSWER_INCOMPLETE, part="qualityScore")
        noticed += self._chained(entry, claims, link)
        noticed += self._recorded(claims, attribute)
        header, _, signature = entry.data.split(".")
        payload = without_record(verified.payload, BIO_VALUE_MARK)
        version = entry.spec_version or self._order.spec_version
        sample = CapturedSample(
            attribute=attribute,
            record=claims.record,
            quality=claims.quality,
            captured_at=at,
            device=self._found.identity,
            device_code=claims.device_code or self._found.device.device_code,
            device_service_version=claims.service_version or self._found.device.service_version,
            attestation=Attestation(header, payload, signature, version),
            hash=entry.hash,
            findings=tuple(noticed),
            # Its level stands in what it signed, its chip was vouched for above; where nobody asks, nobody knows.
            is_level_one=self._found.device.level is Level.L1 and self._context.trust is not None,
        )
        return sample, entry.hash

    def _identified(self, verified: VerifiedJws, claims: CaptureClaims) -> Iterator[Finding]:
        """The device that was found, by its own word and by who vouches for it now."""
        try:
            identity = verify_compact(claims.digital_id)
        except NotAuthentic as error:
            raise self._false(says.SBI_SIGNATURE_WRONG) from error
        digital_id = parse_digital_id(identity.payload)
        if digital_id.casing != self._found.digital_id.casing:
            raise self._false(says.SBI_ANOTHER_DEVICE)
        yield from _vouched(verified.certificate_der, identity.certificate_der, self._found, self._context)
        self._in_time(digital_id.at)
        if verified.certificate_der != self._found.certificate:
            yield self._noticed(says.SBI_KEY_CHANGED)

    def _in_time(self, at: datetime | None) -> datetime:
        if at is None:
            raise self._broken(says.SBI_ANSWER_INCOMPLETE, part="dateTime")
        off = at - self._context.clock()
        if abs(off) > self._context.allowed_lag:
            minutes = round(off.total_seconds() / 60)
            raise self._broken(says.SBI_CLOCK_OFF, minutes=f"{minutes:+d}")
        return at

    def _as_ordered(self, entry: CaptureEntry, claims: CaptureClaims) -> None:
        order = self._order
        if claims.transaction_id != order.transaction_id:
            raise self._false(says.SBI_ANOTHER_CAPTURE)
        if claims.environment != order.environment:
            raise self._broken(says.SBI_ANOTHER_ENVIRONMENT)
        if claims.purpose != "Registration":
            raise self._broken(says.SBI_ANOTHER_PURPOSE)
        if entry.spec_version not in ("", order.spec_version):
            raise self._broken(says.SBI_ANOTHER_VERSION)
        if bio_type_of(claims.bio_type) is not order.bio_type:
            raise self._false(says.SBI_ANOTHER_KIND)

    def _attribute(self, claims: CaptureClaims) -> BiometricAttribute:
        attribute = _ATTRIBUTES.get((self._order.bio_type.value, claims.bio_subtype))
        if attribute is None:
            raise self._broken(says.SBI_NAMELESS)
        return attribute

    def _chained(self, entry: CaptureEntry, claims: CaptureClaims, link: str) -> Iterator[Finding]:
        if entry.hash == next_hash(link, claims.record):
            return
        if entry.hash not in _older_links(link, claims.record):
            raise self._false(says.SBI_CHAIN_BROKEN)
        yield self._noticed(says.SBI_OLDER_CHAIN)

    def _recorded(self, claims: CaptureClaims, attribute: BiometricAttribute) -> Iterator[Finding]:
        try:
            record = parse_record(claims.record)
            picture_of(claims.record)
        except MusterError as error:
            raise self._broken(says.SBI_RECORD_UNREADABLE) from error
        if not _is_of(record, attribute):
            raise self._false(says.SBI_RECORD_OF_ANOTHER)
        if self._memory.has(claims.record):
            if self._context.trust is not None:
                raise self._false(says.SBI_SEEN_BEFORE)
            yield self._noticed(says.SBI_SEEN_BEFORE)  # services that replay pictures are tried out with these
        for rule in registration_findings(record):
            if rule.is_fault:
                yield self._noticed(says.SBI_RECORD_UNFIT, rule=rule.code.name)

    def _without_exceptions(self, samples: Sequence[CapturedSample]) -> tuple[CapturedSample, ...]:
        kept = tuple(each for each in samples if SUBTYPES[each.attribute.value] not in self._order.exceptions)
        if len(kept) == len(samples) or not kept:
            return kept
        first = replace(kept[0], findings=(*kept[0].findings, self._noticed(says.SBI_EXCEPTED_LEFT_OUT)))
        return (first, *kept[1:])

    def _noticed(self, code: Code, **detail: str) -> Finding:
        return Finding(code, Severity.WARNS, detail={"kind": self._kind, **detail})

    def _false(self, code: Code) -> NotAuthentic:
        return NotAuthentic(code, kind=self._kind)

    def _broken(self, code: Code, **detail: str) -> DeviceUnavailable:
        return DeviceUnavailable(code, kind=self._kind, **detail)


def _is_of(record: Record, attribute: BiometricAttribute) -> bool:
    if not isinstance(record, _RECORDS[attribute.modality]):
        return False
    if isinstance(record, FingerRecord):
        return record.position == FINGER_POSITIONS[attribute]
    if isinstance(record, IrisRecord):
        return record.eye in (_EYES[attribute], EyeLabel.UNKNOWN)
    return True


def _older_links(previous: str, record: bytes) -> set[str]:
    """How an older path of MOSIP's mock chained: over the hex texts instead of what they stand for."""
    digest = hashlib.sha256(record).hexdigest()
    before = previous or hashlib.sha256(b"").hexdigest()
    spelled = {(before.upper() + digest.upper()), (before.lower() + digest), previous + digest.upper()}
    return {hashlib.sha256(each.encode()).hexdigest().upper() for each in spelled}
