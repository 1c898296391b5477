"""GovStack Identity: the body of ``PUT /enrollment`` and its answer, in two dialects.

Section 8 of the packet notes. The specification exists twice and disagrees with itself, hence a profile
(``bir_json`` has the rest of the table):

================  ==============================  ===========================
                  ``source`` (the document)       ``govstack-yaml`` (the API)
================  ==============================  ===========================
envelope id       ``mosip.resident.enrollment``   ``govstack.enrollment``
list of samples   ``segments``                    ``segment``
answer's extras   ``metadata``                    ``metaData``
================  ==============================  ===========================

Rules:

1. Strict in what is written: one profile, no mixture. Lenient in what is read: either profile whatever the
   envelope's id, and MOSIP's own map of field id to samples.
2. ``fields`` and ``metaInfo`` hold text only; whatever is more than text stands in it as JSON.
3. The yaml's enums lack their commas, so that each formally allows one text only ("FACE FINGER IRIS"). The
   separate words are meant, and only they are written and read.
4. Octets are written in standard base64 as Java's JSON writers do; both alphabets are read.
5. What somebody left out is not known (``None``, empty), and not said again as if it had been.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from muster.clock import rfc3339
from muster.errors import Code
from muster.formats.bir_json import biometrics_document, has_segments, parse_biometrics, root_of, under_root
from muster.formats.cbeff import Bir, CbeffFile
from muster.formats.govstack_profile import Profile
from muster.formats.json_part import JsonPart

ENROLLMENT_UNREADABLE = Code(
    "ENROLLMENT_UNREADABLE", "The enrollment cannot be read: {part} is missing or has a wrong form."
)

VERSION = "v1"
NO_FIELD = ""
"""Where samples stand that are said to be nobody's field's: GovStack has one object of samples."""


@dataclass(frozen=True, slots=True)
class EnrolledDocument:
    content: bytes
    value: str
    type: str
    format: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class EnrollmentRequest:
    """What is enrolled. ``id`` is the registration's number, ``ref_id`` ``<center>_<machine>``. ``offline`` says
    how it was captured, and never what the network is like when it is sent; nothing where nobody said it.
    ``biometrics`` by field id, or all under ``NO_FIELD``."""

    id: str
    requested_at: datetime | None = None
    ref_id: str = ""
    offline: bool | None = None
    process: str = ""
    source: str = ""
    schema_version: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    meta_info: Mapping[str, str] = field(default_factory=dict)
    audits: tuple[Mapping[str, str], ...] = ()
    biometrics: Mapping[str, CbeffFile] = field(default_factory=dict)
    documents: Mapping[str, EnrolledDocument] = field(default_factory=dict)

    def updated_by(self, later: EnrollmentRequest) -> EnrollmentRequest:
        """What is known after ``later`` came as well: what it does not send stays as it was (8.2). Sent again it
        changes nothing."""
        biometrics = {
            name: _updated(self.biometrics[name], each) if name in self.biometrics else each
            for name, each in later.biometrics.items()
        }
        return replace(
            later,
            requested_at=later.requested_at or self.requested_at,
            ref_id=later.ref_id or self.ref_id,
            offline=self.offline if later.offline is None else later.offline,
            process=later.process or self.process,
            source=later.source or self.source,
            schema_version=later.schema_version or self.schema_version,
            fields={**self.fields, **later.fields},
            meta_info={**self.meta_info, **later.meta_info},
            audits=(*self.audits, *(each for each in later.audits if each not in self.audits)),
            biometrics={**self.biometrics, **biometrics},
            documents={**self.documents, **later.documents},
        )

    def document(self, profile: Profile) -> dict[str, Any]:
        """As JSON values. Raises ``BadInput`` for a sample that has no word there."""
        request: dict[str, Any] = {
            **({} if self.offline is None else {"offlineMode": self.offline}),
            "id": self.id,
            "refId": self.ref_id,
            "fields": dict(self.fields),
            "metaInfo": dict(self.meta_info),
            "process": self.process,
            "source": self.source,
            "schemaVersion": self.schema_version,
            "audits": [dict(each) for each in self.audits],
        }
        by_field = {name: biometrics_document(each, profile) for name, each in self.biometrics.items()}
        if by_field:
            request["biometrics"] = by_field[NO_FIELD] if set(by_field) == {NO_FIELD} else by_field
        request["documents"] = {name: _document(each) for name, each in self.documents.items()}
        return {
            "id": profile.envelope_id,
            "version": VERSION,
            **({"requesttime": rfc3339(self.requested_at)} if self.requested_at else {}),
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
    responded_at: datetime | None
    packets: tuple[PacketInfo, ...] = ()
    errors: tuple[EnrollmentError, ...] = ()
    extras: str = ""

    def document(self, profile: Profile) -> dict[str, Any]:
        """As JSON values."""
        return {
            "id": profile.envelope_id,
            "version": VERSION,
            **({"responsetime": rfc3339(self.responded_at)} if self.responded_at else {}),
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
            responded_at=body.moment_or_none("responsetime"),
            packets=tuple(_parse_packet_info(each) for each in body.parts("response")),
            errors=tuple(
                EnrollmentError(each.scalar("errorCode"), each.text("message")) for each in body.parts("errors")
            ),
            extras=extras.text("data") if extras else "",
        )


def parse_request(content: bytes) -> tuple[EnrollmentRequest, Profile]:
    """The request and the profile its envelope names, which is the one to answer in; the source document's where
    it names none.

    Raises ``MalformedData(ENROLLMENT_UNREADABLE)``.
    """
    body = JsonPart.of(content, ENROLLMENT_UNREADABLE)
    said = body.text("id") or Profile.SOURCE.envelope_id
    profile = next((each for each in Profile if each.envelope_id == said), None)
    request = body.part("request")
    if profile is None:
        raise body.malformed("id")
    if request is None:
        raise body.malformed("request")
    biometrics, documents = request.part("biometrics"), request.part("documents")
    parsed = EnrollmentRequest(
        id=request.text("id"),
        requested_at=body.moment_or_none("requesttime"),
        ref_id=request.text("refId"),
        offline=request.flag("offlineMode") if request.holds("offlineMode") else None,
        process=request.text("process"),
        source=request.text("source"),
        schema_version=request.scalar("schemaVersion"),
        fields=request.texts("fields"),
        meta_info=request.texts("metaInfo"),
        audits=tuple(each.all_texts() for each in request.parts("audits")),
        biometrics=_parse_biometrics(biometrics) if biometrics else {},
        documents={each.key: _parse_document(each) for each in documents.children()} if documents else {},
    )
    return parsed, profile


def _parse_biometrics(part: JsonPart) -> dict[str, CbeffFile]:
    """GovStack's one object, or MOSIP's map of field id to such objects."""
    if has_segments(part):
        return {NO_FIELD: parse_biometrics(part)}
    children = part.children()
    if not any(has_segments(each) for each in children) and part.values:
        raise part.malformed("segment")
    return {each.key: parse_biometrics(each) for each in children}


def _updated(earlier: CbeffFile, later: CbeffFile) -> CbeffFile:
    """A finger that is sent again replaces the same finger; what is said of the whole is the newest."""
    taken_again = {_place(each) for each in later.birs}
    kept = tuple(each for each in earlier.birs if _place(each) not in taken_again)
    root = root_of(later)
    return under_root((*kept, *later.birs), replace(root, others={**root_of(earlier).others, **root.others}))


def _place(bir: Bir) -> tuple[str, str]:
    return bir.type, bir.subtype


# Documents, the answer


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


def _packet_info(packet: PacketInfo) -> dict[str, Any]:
    return {
        "id": packet.id,
        "packetName": packet.packet_name,
        "source": packet.source,
        "process": packet.process,
        "refId": packet.ref_id,
        "schemaVersion": packet.schema_version,
        # Only of a packet that was made: empty ones would be wrong ones.
        **({"signature": packet.signature} if packet.signature else {}),
        **({"encryptedHash": packet.encrypted_hash} if packet.encrypted_hash else {}),
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
        schema_version=part.scalar("schemaVersion"),
        signature=part.text("signature"),
        encrypted_hash=part.text("encryptedHash"),
        provider_name=part.text("providerName"),
        provider_version=part.text("providerVersion"),
        created_at=part.moment_or_none("creationDate"),
    )
