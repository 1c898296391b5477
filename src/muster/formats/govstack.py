"""GovStack Identity: the body of ``PUT /enrollment`` and its answer, in two dialects.

Section 8 of the packet notes. The specification exists twice and disagrees with itself, hence a profile:

================  ==============================  ===========================
                  ``source`` (the document)       ``govstack-yaml`` (the API)
================  ==============================  ===========================
envelope id       ``mosip.resident.enrollment``   ``govstack.enrollment``
list of samples   ``segments``                    ``segment``
``bdb``, ``sb``   one base64 text                 an array that holds one
``subtype``       ``["Left Index Finger"]``       ``["Left", "IndexFinger"]``
answer's extras   ``metadata``                    ``metaData``
================  ==============================  ===========================

Rules:

1. Strict in what is written: one profile, no mixture. Lenient in what is read: either profile whatever the
   envelope's id, and MOSIP's own map of field id to samples.
2. ``fields`` and ``metaInfo`` hold text only; whatever is more than text stands in it as JSON.
3. The yaml's enums lack their commas, so that each formally allows one text only ("FACE FINGER IRIS"). The
   separate words are meant, and only they are written and read.
4. Octets are written in standard base64 as Java's JSON writers do; both alphabets are read.

Not kept: validity periods, payloads and challenges of a sample, which this program has no use for.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from muster.clock import rfc3339
from muster.errors import Code
from muster.formats.bio_attributes import SUBTYPES, type_of
from muster.formats.cbeff import FORMAT_TYPES
from muster.formats.json_part import JsonPart

ENROLLMENT_UNREADABLE = Code(
    "ENROLLMENT_UNREADABLE", "The enrollment cannot be read: {part} is missing or has a wrong form."
)

VERSION = "v1"
_ORGANIZATION = "Mosip"


class Profile(Enum):
    """Which of the two dialects is written."""

    SOURCE = "source"
    GOVSTACK_YAML = "govstack-yaml"

    @property
    def envelope_id(self) -> str:
        return "mosip.resident.enrollment" if self is Profile.SOURCE else "govstack.enrollment"

    @property
    def segments_key(self) -> str:
        return "segments" if self is Profile.SOURCE else "segment"

    @property
    def extras_key(self) -> str:
        return "metadata" if self is Profile.SOURCE else "metaData"


class Level(Enum):
    RAW = "RAW"
    INTERMEDIATE = "INTERMEDIATE"
    PROCESSED = "PROCESSED"


class Purpose(Enum):
    VERIFY = "VERIFY"
    IDENTIFY = "IDENTIFY"
    ENROLL = "ENROLL"
    ENROLL_VERIFY = "ENROLLVERIFY"
    ENROLL_IDENTIFY = "ENROLLIDENTIFY"
    AUDIT = "AUDIT"


class Registry(Enum):
    """What a sample may say about its making; each an organization and a type."""

    PRODUCT = "product"
    CAPTURE_DEVICE = "captureDevice"
    FEATURE_EXTRACTION = "featureExtractionAlgorithm"
    COMPARISON = "comparisonAlgorithm"
    COMPRESSION = "compressionAlgorithm"


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    organization: str
    type: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One sample. ``attribute`` is MOSIP's name (``leftIndex``); an exception has an empty ``bdb``."""

    attribute: str
    index: str
    created_at: datetime | None
    score: int
    bdb: bytes
    sb: bytes
    others: Mapping[str, str] = field(default_factory=dict)
    level: Level = Level.RAW
    purpose: Purpose = Purpose.ENROLL
    registries: Mapping[Registry, RegistryEntry] = field(default_factory=dict)
    calculation_failed: bool = False


@dataclass(frozen=True, slots=True)
class Biometrics:
    """``others`` of the whole holds CONFIGURED, the attributes that were asked for."""

    segments: tuple[Segment, ...]
    others: Mapping[str, str] = field(default_factory=dict)

    def updated_by(self, later: Biometrics) -> Biometrics:
        segments = {each.attribute: each for each in (*self.segments, *later.segments)}
        return Biometrics(tuple(segments.values()), {**self.others, **later.others})


@dataclass(frozen=True, slots=True)
class EnrolledDocument:
    content: bytes
    value: str
    type: str
    format: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class EnrollmentRequest:
    """What is enrolled. ``id`` is the registration's number, ``ref_id`` ``<center>_<machine>``."""

    id: str
    requested_at: datetime
    ref_id: str = ""
    offline: bool = False
    process: str = ""
    source: str = ""
    schema_version: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    meta_info: Mapping[str, str] = field(default_factory=dict)
    audits: tuple[Mapping[str, str], ...] = ()
    biometrics: Biometrics | None = None
    documents: Mapping[str, EnrolledDocument] = field(default_factory=dict)

    def updated_by(self, later: EnrollmentRequest) -> EnrollmentRequest:
        """What is known after ``later`` came as well: what it does not send stays as it was (8.2)."""
        biometrics = later.biometrics or self.biometrics
        if self.biometrics and later.biometrics:
            biometrics = self.biometrics.updated_by(later.biometrics)
        return replace(
            later,
            ref_id=later.ref_id or self.ref_id,
            process=later.process or self.process,
            source=later.source or self.source,
            schema_version=later.schema_version or self.schema_version,
            fields={**self.fields, **later.fields},
            meta_info={**self.meta_info, **later.meta_info},
            audits=later.audits or self.audits,
            biometrics=biometrics,
            documents={**self.documents, **later.documents},
        )

    def document(self, profile: Profile) -> dict[str, Any]:
        """As JSON values."""
        request: dict[str, Any] = {
            "offlineMode": self.offline,
            "id": self.id,
            "refId": self.ref_id,
            "fields": dict(self.fields),
            "metaInfo": dict(self.meta_info),
            "process": self.process,
            "source": self.source,
            "schemaVersion": self.schema_version,
            "audits": [dict(each) for each in self.audits],
        }
        if self.biometrics is not None:
            request["biometrics"] = _biometrics(self.biometrics, profile)
        request["documents"] = {name: _document(each) for name, each in self.documents.items()}
        return {
            "id": profile.envelope_id,
            "version": VERSION,
            "requesttime": rfc3339(self.requested_at),
            "request": request,
        }

    def encode(self, profile: Profile) -> bytes:
        """ASCII: half characters that JSON can escape but UTF-8 cannot carry survive."""
        return json.dumps(self.document(profile), separators=(",", ":")).encode("ascii")

    @classmethod
    def parse(cls, content: bytes) -> EnrollmentRequest:
        """Either dialect. Raises ``MalformedData(ENROLLMENT_UNREADABLE)``."""
        return parse_request(content)[0]


@dataclass(frozen=True, slots=True)
class PacketInfo:
    """What became of one part. camelCase here, lower case in a packet's sidecars."""

    id: str
    packet_name: str
    source: str
    process: str
    ref_id: str
    schema_version: str
    signature: str
    encrypted_hash: str
    provider_name: str
    provider_version: str
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class EnrollmentError:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class EnrollmentResponse:
    responded_at: datetime
    packets: tuple[PacketInfo, ...] = ()
    errors: tuple[EnrollmentError, ...] = ()
    extras: str = ""

    def document(self, profile: Profile) -> dict[str, Any]:
        """As JSON values."""
        return {
            "id": profile.envelope_id,
            "version": VERSION,
            "responsetime": rfc3339(self.responded_at),
            profile.extras_key: {"data": self.extras},
            "response": [_packet_info(each) for each in self.packets],
            "errors": [{"errorCode": each.code, "message": each.message} for each in self.errors],
        }

    def encode(self, profile: Profile) -> bytes:
        return json.dumps(self.document(profile), separators=(",", ":")).encode("ascii")

    @classmethod
    def parse(cls, content: bytes) -> EnrollmentResponse:
        """Either dialect. Raises ``MalformedData(ENROLLMENT_UNREADABLE)``."""
        body = JsonPart.of(content, ENROLLMENT_UNREADABLE)
        extras = body.part("metaData") or body.part("metadata")
        return cls(
            responded_at=body.moment("responsetime"),
            packets=tuple(_parse_packet_info(each) for each in body.parts("response")),
            errors=tuple(
                EnrollmentError(each.text("errorCode"), each.text("message")) for each in body.parts("errors")
            ),
            extras=extras.text("data") if extras else "",
        )


def parse_request(content: bytes) -> tuple[EnrollmentRequest, Profile]:
    """The request and the profile its envelope names, which is the one to answer in.

    Raises ``MalformedData(ENROLLMENT_UNREADABLE)``.
    """
    body = JsonPart.of(content, ENROLLMENT_UNREADABLE)
    profile = next((each for each in Profile if each.envelope_id == body.text("id")), None)
    request = body.part("request")
    if profile is None:
        raise body.malformed("id")
    if request is None or not request.text("id"):
        raise body.malformed("request")
    biometrics, documents = request.part("biometrics"), request.part("documents")
    parsed = EnrollmentRequest(
        id=request.text("id"),
        requested_at=body.moment("requesttime"),
        ref_id=request.text("refId"),
        offline=request.flag("offlineMode"),
        process=request.text("process"),
        source=request.text("source"),
        schema_version=request.text("schemaVersion"),
        fields=request.texts("fields"),
        meta_info=request.texts("metaInfo"),
        audits=tuple(each.all_texts() for each in request.parts("audits")),
        biometrics=_parse_biometrics(biometrics) if biometrics and biometrics.values else None,
        documents={each.key: _parse_document(each) for each in documents.children()} if documents else {},
    )
    return parsed, profile


# Biometrics


def _biometrics(biometrics: Biometrics, profile: Profile) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "version": {"major": 1} if profile is Profile.SOURCE else {"major": 1, "minor": 1},
        "cbeffversion": {"major": 1, "minor": 1},
        "birInfo": {"integrity": False},
        profile.segments_key: [_segment(each, profile) for each in biometrics.segments],
        "others": dict(biometrics.others),
    }
    return whole


def _parse_biometrics(whole: JsonPart) -> Biometrics:
    """One object, or MOSIP's map of field id to such objects; one field is all there is here."""
    keys = [each.segments_key for each in Profile]
    if not any(key in whole.values for key in keys):
        children = whole.children()
        if len(children) != 1 or not any(key in children[0].values for key in keys):
            raise whole.malformed("segment")
        whole = children[0]
    segments = tuple(_parse_segment(each) for key in keys for each in whole.parts(key))
    return Biometrics(segments, whole.texts("others"))


def _segment(segment: Segment, profile: Profile) -> dict[str, Any]:
    kind = type_of(segment.attribute)
    failed = segment.calculation_failed
    return {
        "version": {"major": 1, "minor": 1},
        "cbeffversion": {"major": 1, "minor": 1},
        "birInfo": {"integrity": False},
        "bdbInfo": {
            "index": segment.index,
            "format": {"organization": _ORGANIZATION, "type": FORMAT_TYPES[kind]},
            "encryption": False,
            **({"creationDate": rfc3339(segment.created_at)} if segment.created_at else {}),
            "type": [kind.upper()],
            "subtype": _subtype(segment.attribute, profile),
            "level": segment.level.value,
            **{
                name.value: {"organization": each.organization, "type": each.type}
                for name, each in segment.registries.items()
            },
            "purpose": segment.purpose.value,
            "quality": {
                "algorithm": {"organization": "HMAC", "type": "SHA-256"},
                "score": segment.score,
                # Text in the yaml, although it is a yes or no.
                "qualityCalculationFailed": failed if profile is Profile.SOURCE else json.dumps(failed),
            },
        },
        "bdb": _octets(segment.bdb, profile),
        "sb": _octets(segment.sb, profile),
        "birs": [],
        "sbInfo": {"format": {"organization": _ORGANIZATION, "type": FORMAT_TYPES[kind]}},
        "others": dict(segment.others),
    }


def _parse_segment(part: JsonPart) -> Segment:
    info = part.part("bdbInfo")
    if info is None:
        raise part.malformed("bdbInfo")
    quality = info.part("quality") or info.empty()
    registries = {name: info.part(name.value) for name in Registry}
    return Segment(
        attribute=_parse_attribute(info),
        index=info.text("index"),
        created_at=info.moment("creationDate") if info.text("creationDate") else None,
        score=quality.number("score"),
        bdb=part.octets("bdb"),
        sb=part.octets("sb"),
        others=part.texts("others"),
        level=info.member("level", Level, Level.RAW),
        purpose=info.member("purpose", Purpose, Purpose.ENROLL),
        registries={
            name: RegistryEntry(each.text("organization"), each.text("type"))
            for name, each in registries.items()
            if each
        },
        calculation_failed=quality.flag("qualityCalculationFailed"),
    )


def _subtype(attribute: str, profile: Profile) -> list[str]:
    words = SUBTYPES[attribute]
    if profile is Profile.GOVSTACK_YAML:
        return words.split()
    return [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)] if words else []


def _attribute_key(kind: str, subtype: str) -> tuple[str, str]:
    return kind.upper(), subtype.replace(" ", "").lower()


_ATTRIBUTES = {_attribute_key(type_of(name), subtype): name for name, subtype in SUBTYPES.items()}


def _parse_attribute(info: JsonPart) -> str:
    """Whatever the blanks: ``Left IndexFinger`` is written in at least three ways."""
    types = info.words("type")
    subtype = "" if [each.upper() for each in types] == ["FACE"] else "".join(info.words("subtype"))
    if len(types) != 1 or (attribute := _ATTRIBUTES.get(_attribute_key(types[0], subtype))) is None:
        raise info.malformed("type")
    return attribute


# Documents, octets, the answer


def _document(document: EnrolledDocument) -> dict[str, Any]:
    return {
        "document": base64.b64encode(document.content).decode(),
        "value": document.value,
        "type": document.type,
        "format": document.format,
        "refNumber": document.reference,
    }


def _parse_document(part: JsonPart) -> EnrolledDocument:
    return EnrolledDocument(
        part.octets("document"),
        part.text("value"),
        part.text("type"),
        part.text("format"),
        None if part.values.get("refNumber") is None else part.text("refNumber"),
    )


def _octets(content: bytes, profile: Profile) -> str | list[str]:
    text = base64.b64encode(content).decode()
    if profile is Profile.SOURCE:
        return text
    return [text] if text else []


def _packet_info(packet: PacketInfo) -> dict[str, Any]:
    return {
        "id": packet.id,
        "packetName": packet.packet_name,
        "source": packet.source,
        "process": packet.process,
        "refId": packet.ref_id,
        "schemaVersion": packet.schema_version,
        "signature": packet.signature,
        "encryptedHash": packet.encrypted_hash,
        "providerName": packet.provider_name,
        "providerVersion": packet.provider_version,
        **({"creationDate": rfc3339(packet.created_at)} if packet.created_at else {}),
    }


def _parse_packet_info(part: JsonPart) -> PacketInfo:
    return PacketInfo(
        id=part.text("id"),
        packet_name=part.text("packetName"),
        source=part.text("source"),
        process=part.text("process"),
        ref_id=part.text("refId"),
        schema_version=part.text("schemaVersion"),
        signature=part.text("signature"),
        encrypted_hash=part.text("encryptedHash"),
        provider_name=part.text("providerName"),
        provider_version=part.text("providerVersion"),
        created_at=part.moment("creationDate") if part.text("creationDate") else None,
    )
