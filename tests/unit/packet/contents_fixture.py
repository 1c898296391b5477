"""A finished registration of the invented Mustermann family, and a schema with every kind of field.

Captures are made as the station makes them: small synthetic pictures turned into ISO records and signed by
the software device key. Nine fingers, one missing finger, two irises, a face.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from muster.audit.catalogue import AuditEvent
from muster.audit.chain import AuditRecord, link
from muster.crypto.signing import SigningKey, certificate_to_pem, self_signed_certificate
from muster.devices.api import CaptureRequest
from muster.devices.attestation import SoftwareSigner
from muster.devices.records import face_record, finger_record, iris_record
from muster.domain.applicant import DemographicValue, Document, DocumentFacts, LocalizedText
from muster.domain.biometrics import (
    BiometricAttribute,
    BiometricException,
    BiometricSample,
    DigitalId,
    ExceptionKind,
    Modality,
    SampleFacts,
)
from muster.domain.registration import Process, RegistrationId, StationId
from muster.formats.id_schema import IdSchema
from muster.packet.contents import PacketContents

STARTED_AT = datetime(2026, 1, 2, 3, 0, 0, tzinfo=UTC)
CAPTURED_AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
CREATED_AT = datetime(2026, 1, 2, 3, 10, 0, 123_000, tzinfo=UTC)
STATION = StationId("10001", "10002")
REGISTRATION_ID = RegistrationId.compose("10001", "10002", 1, STARTED_AT)
RID = "10001100020000120260102030000"
PACKET_ID = "10001100020000120260102030000-10001_10002-20260102031000"
CLIENT_VERSION = "1.2.0-muster-test"
MISSING_FINGER = BiometricAttribute.LEFT_LITTLE

_SIMPLE = "#/definitions/simpleType"
_DOCUMENT = "#/definitions/documentType"
_BIOMETRICS = "#/definitions/biometricsType"
CONFIGURED = [each.value for each in BiometricAttribute]
FIELDS: Mapping[str, Mapping[str, object]] = {
    "IDSchemaVersion": {"type": "number", "fieldCategory": "none"},
    "UIN": {"type": "string", "fieldCategory": "none"},
    "fullName": {"$ref": _SIMPLE, "fieldCategory": "pvt"},
    "dateOfBirth": {"type": "string", "fieldCategory": "pvt"},
    "residenceStatus": {"$ref": _SIMPLE, "fieldCategory": "kyc"},
    "introducerName": {"$ref": _SIMPLE, "fieldCategory": "evidence"},
    "email": {"type": "string", "fieldCategory": "optional"},
    "proofOfIdentity": {"$ref": _DOCUMENT, "fieldCategory": "pvt"},
    "proofOfAddress": {"$ref": _DOCUMENT, "fieldCategory": "pvt"},
    "proofOfException": {"$ref": _DOCUMENT, "fieldCategory": "evidence"},
    "individualBiometrics": {"$ref": _BIOMETRICS, "fieldCategory": "pvt", "bioAttributes": CONFIGURED},
}

DEVICES = {
    Modality.FINGER: DigitalId("F-1", "Erika Optics", "Slap 4", "Finger", "Slap", "Erika Optics", "EO"),
    Modality.IRIS: DigitalId("I-1", "Erika Optics", "Duo 2", "Iris", "Double", "Erika Optics", "EO"),
    Modality.FACE: DigitalId("C-1", "Erika Optics", "Cam 1", "Face", "Full face", "Erika Optics", "EO"),
}
QUALITIES = {Modality.FINGER: 81.7, Modality.IRIS: 72.0, Modality.FACE: 93.2}


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A signing key with its self-signed certificate."""

    key: SigningKey
    certificate_der: bytes

    @classmethod
    def make(cls, common_name: str) -> KeyPair:
        key = SigningKey.generate()
        return cls(key, self_signed_certificate(key, common_name, STARTED_AT - timedelta(days=1), 365))

    @property
    def certificate_pem(self) -> bytes:
        return certificate_to_pem(self.certificate_der)

    @property
    def server_pem(self) -> bytes:
        """Private key and certificate in one file."""
        return self.key.to_pem() + self.certificate_pem


def make_schema(fields: Mapping[str, Mapping[str, object]] = FIELDS) -> IdSchema:
    return IdSchema.parse(json.dumps({"properties": {"identity": {"properties": fields}}}), 0.1)


DEMOGRAPHICS: Mapping[str, DemographicValue] = {
    "fullName": LocalizedText.of(eng="Erika Mustermann", ara="إريكا موسترمان"),
    "dateOfBirth": "1964/08/12",
    "residenceStatus": LocalizedText.of(eng="NFR"),
    "introducerName": LocalizedText.of(eng="Max Mustermann"),
    "email": "erika@mustermann.example",
    "UIN": "1234567890",
}
DOCUMENTS = (
    Document(DocumentFacts("proofOfIdentity", "DOC001", "pdf", "T22000129"), b"%PDF-1.4 identity card"),
    Document(DocumentFacts("proofOfAddress", "DOC002", "jpg"), b"\xff\xd8 a letter"),
    Document(DocumentFacts("proofOfException", "EOP", "pdf"), b"%PDF-1.4 photo of a hand"),
)
EXCEPTIONS = (BiometricException(MISSING_FINGER, ExceptionKind.PERMANENT, "Amputation"),)


def make_audits(count: int = 3) -> tuple[AuditRecord, ...]:
    events = (AuditEvent.REGISTRATION_STARTED, AuditEvent.CONSENT_GIVEN, AuditEvent.REGISTRATION_SIGNED)
    records: list[AuditRecord] = []
    for event in events[:count]:
        records.append(
            link(
                records[-1] if records else None,
                at=STARTED_AT,
                event=event.id,
                actor="officer-1",
                subject=RID,
                detail={"step": "demographics"},
            )
        )
    return tuple(records)


def make_record(attribute: BiometricAttribute) -> bytes:
    """An ISO record of an invented picture, another one for each attribute."""
    number = list(BiometricAttribute).index(attribute)
    rows, columns = np.mgrid[0:48, 0:40]
    grey = ((rows * (number + 3) + columns * 7) % 251).astype(np.uint8)
    quality = QUALITIES[attribute.modality]
    if attribute.modality is Modality.FACE:
        return face_record(np.dstack((grey, grey.T[:40].T, grey)), CAPTURED_AT, quality)
    if attribute.modality is Modality.IRIS:
        return iris_record(grey, attribute, CAPTURED_AT, quality)
    return finger_record(grey, attribute, 500, CAPTURED_AT, quality)


def make_samples(device_key: KeyPair) -> tuple[BiometricSample, ...]:
    signer = SoftwareSigner(device_key.key, device_key.certificate_der, lambda: CAPTURED_AT)
    samples: list[BiometricSample] = []
    previous = ""
    for attribute in BiometricAttribute:
        if attribute is MISSING_FINGER:
            continue
        record = make_record(attribute)
        device = DEVICES[attribute.modality]
        quality = QUALITIES[attribute.modality]
        request = CaptureRequest((attribute,), 60, 10.0, "transaction-1", previous)
        attestation, previous = signer.attest(
            attribute=attribute,
            record=record,
            quality=quality,
            captured_at=CAPTURED_AT,
            device=device,
            device_code=f"code-{device.serial}",
            device_service_version="1.0.0",
            request=request,
        )
        facts = SampleFacts(
            attribute=attribute,
            quality=quality,
            attempts=2,
            forced=attribute is BiometricAttribute.RIGHT_EYE,
            captured_at=CAPTURED_AT,
            device=device,
            device_code=f"code-{device.serial}",
            device_service_version="1.0.0",
            attestation=attestation,
            chain_hash=previous,
        )
        samples.append(BiometricSample(facts, record))
    return tuple(samples)


def make_contents(
    *,
    samples: tuple[BiometricSample, ...] = (),
    exceptions: tuple[BiometricException, ...] = (),
    demographics: Mapping[str, DemographicValue] = DEMOGRAPHICS,
    documents: tuple[Document, ...] = DOCUMENTS,
    registration_id: RegistrationId = REGISTRATION_ID,
    created_at: datetime = CREATED_AT,
) -> PacketContents:
    return PacketContents(
        registration_id=registration_id,
        station=STATION,
        process=Process.NEW,
        languages=("eng", "ara"),
        created_at=created_at,
        demographics=demographics,
        documents=documents,
        samples=samples,
        exceptions=exceptions,
        consent_given=True,
        officer="officer-1",
        officer_password_confirmed=True,
        audits=make_audits(),
        key_index="ab:cd",
        client_version=CLIENT_VERSION,
    )
